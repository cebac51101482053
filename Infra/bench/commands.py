"""The project's own commands, for a stack of a benchmark."""

import json
import subprocess

from stack.build import BUILT
from stack.errors import StackError
from stack.state import CHECKOUT


def dev(state, name, *words):
    """Runs one of Infra/dev; what it says is shown."""
    line = [CHECKOUT / "Infra" / "dev" / name, "--state", state.directory, *map(str, words)]
    if subprocess.run(line, stdin=subprocess.DEVNULL, check=False).returncode != 0:
        raise StackError(f"Infra/dev/{name} failed; the cause is above")


def preau(state, *words):
    """The answer of the operators' command, read from its JSON; None when it says nothing."""
    line = [BUILT / "preau", "--state", state.directory, "--json", *map(str, words)]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"preau {' '.join(map(str, words[:2]))}: {done.stderr[-300:]}")
    return json.loads(done.stdout or "null")
