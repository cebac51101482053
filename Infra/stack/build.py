"""Builds with the Swift package manager, and says how far it is."""

import os
import re
import subprocess

from .errors import StackError
from .state import CHECKOUT

# With Swift's runtime inside the programs: what they call of it most is then called directly.
RELEASE_BUILD = ["-c", "release", "--static-swift-stdlib"]
# The build that lets no warning pass, for the tests and Infra/dev/check. Apart from plain `swift build`: other options in
# the same place would build everything again.
STRICT_SCRATCH = CHECKOUT / ".build-strict"
STRICT_BUILD = [
    "--scratch-path", str(STRICT_SCRATCH), "--build-tests", "-Xswiftc", "-warnings-as-errors",
    "--explicit-target-dependency-import-check", "error",
]

# Optimising takes minutes. Who changes the code and waits for the compiler sets PREAU_UNOPTIMISED=1 and runs what the
# tests in Swift are built with.
UNOPTIMISED = bool(os.environ.get("PREAU_UNOPTIMISED"))
PROGRAMS_BUILD = STRICT_BUILD if UNOPTIMISED else RELEASE_BUILD
# Where the programs are.
BUILT = STRICT_SCRATCH / "debug" if UNOPTIMISED else CHECKOUT / ".build" / "release"
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
