"""The optimised programs, built while the tests in Swift run: most of that build keeps one core busy, and most of those tests wait."""

import subprocess

from stack.build import PROGRAMS_BUILD, UNOPTIMISED
from stack.state import CHECKOUT

# The tests that run meanwhile have time limits; the build has none.
KINDLY = ["nice", "-n", "5"]


class EarlyBuild:
    """Starting the stack builds as well, and then finds it done; what went wrong is said there."""

    def __init__(self, logs):
        self.log = logs / "build-early.log"
        self.child = None

    def begin(self):
        # The unoptimised programs are those of the tests in Swift: their build is one.
        if UNOPTIMISED:
            return
        with self.log.open("w") as output:
            self.child = subprocess.Popen(
                [*KINDLY, "swift", "build", *PROGRAMS_BUILD], cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT)

    def wait(self, progress):
        if self.child and self.child.poll() is None:
            with progress.step("Rest of the optimised build"):
                self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child and self.child.poll() is None:
            self.child.terminate()
            self.child.wait()
