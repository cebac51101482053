import io
import pathlib
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "Infra"))

from stack.process import Processes  # noqa: E402
from stack.progress import Progress  # noqa: E402
from stack.stack import stop  # noqa: E402
from stack.state import State  # noqa: E402


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path / "state")
    state.create()
    state.remember(nodes=2)
    yield state
    stop(state, Progress(io.StringIO()))
    state.wipe()


@pytest.fixture
def processes(state):
    return Processes(state)
