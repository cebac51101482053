import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))


@pytest.fixture(scope="module")
def site(stack_state):
    """What stack.json says, read once for a file of tests, and the state directory."""
    return json.loads((stack_state / "stack.json").read_text()), stack_state
