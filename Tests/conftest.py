"""What every test in Python has: the description of the stack that Infra/dev/test started for them."""

import json
import os
import pathlib

import pytest


@pytest.fixture(scope="session")
def stack_state():
    """The state directory of the running stack, for `preau --state` and Infra/dev/up."""
    if "PREAU_STATE" not in os.environ:
        pytest.fail("no stack: run Infra/dev/test, or set PREAU_STATE to the --state of a stack that runs", pytrace=False)
    return pathlib.Path(os.environ["PREAU_STATE"])


@pytest.fixture
def stack(stack_state):
    """stack.json, read again for each test: a fault test restarts processes."""
    return json.loads((stack_state / "stack.json").read_text())
