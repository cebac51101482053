"""Builds with the Swift package manager, and says how far it is."""

import re
import subprocess

from .errors import StackError
from .state import CHECKOUT

# With Swift's runtime inside the programs: what they call of it most is then called directly.
RELEASE_BUILD = ["-c", "release", "--static-swift-stdlib"]
PROGRESS = re.compile(r"^\[(\d+)/(\d+)\]\s*(.*)")


def build(arguments, log, note):
    """Runs `swift build` with these arguments; `note` is told each step of it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    command = ["swift", "build", *arguments]
    with log.open("w") as output:
        output.write(f"--- {' '.join(command)}\n")
        child = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            for line in child.stdout:
                output.write(line)
                output.flush()
                if step := PROGRESS.match(line):
                    note(f"[{step[1]}/{step[2]}] {step[3][:60]}")
        finally:
            if child.poll() is None:
                child.wait()
    if child.returncode != 0:
        raise StackError(first_error(log) or f"{' '.join(command)} failed", log=log)


def first_error(log):
    """The compiler's first complaint, which is usually the cause of the rest."""
    for line in log.read_text(errors="replace").splitlines():
        if ": error: " in line or line.startswith("error: "):
            return line.strip()
    return None
