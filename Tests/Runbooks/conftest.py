"""One stack for all runbooks, of their own: they add shards to it, kill parts of it, change its keys."""

import json
import pathlib
import sys

import pytest
from stack.ports import is_free

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "EndToEnd")]

from book import Desk, Runbook  # noqa: E402


@pytest.fixture(scope="session")
def bare_desk(tmp_path_factory):
    port = next(port for port in range(18900, 19000, 2) if is_free(port) and is_free(port + 1))
    desk = Desk(tmp_path_factory.mktemp("desk"), port)
    yield desk
    if desk.state.exists():
        desk.run("Infra/dev/down --wipe")


@pytest.fixture
def desk(bare_desk):
    """With everything running, whatever the runbook before has left."""
    bare_desk.run("Infra/dev/up --detach --nodes 2")
    return bare_desk


@pytest.fixture
def parts(desk):
    return json.loads((desk.state / "stack.json").read_text())


@pytest.fixture
def runbook(desk):
    return lambda name: Runbook(desk, name)
