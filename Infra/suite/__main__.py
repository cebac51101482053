"""Infra/dev/test."""

import argparse
import contextlib
import fcntl
import re
import subprocess
import sys
import time

from stack.errors import StackError
from stack.ports import is_free
from stack.progress import Progress
from stack.state import CHECKOUT, State

from .count import Count
from .early_build import EarlyBuild
from .python_tests import PythonTests
from .swift_tests import SwiftTests

STATES = (CHECKOUT / ".preau-test", CHECKOUT / ".preau-test-beside")
LOGS = CHECKOUT / ".preau-test-logs"
# Characters; the logs have the whole.
LONGEST_FAILURE = 600


def arguments():
    parser = argparse.ArgumentParser(
        prog="Infra/dev/test",
        description="Runs every test: in Swift, of the infrastructure, and end to end with browsers on a stack of its "
        "own (2 nodes, 2 shards, its own state and ports), or half of them on each of two. Closes with a line `N passed, N failed`.")
    parser.add_argument("filter", nargs="?", metavar="FILTER",
                        help="a regular expression, upper and lower case alike: only tests whose name has it, written "
                        "Target.Suite/test() in Swift and Folder/file.py::Class::test in Python")
    parser.add_argument("--keep", action="store_true", help="leave the stack running afterwards, to look into it")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        re.compile(options.filter or "")
    except re.error as error:
        print(f"FILTER is no regular expression: {error}", file=sys.stderr)
        return 2
    progress = Progress()
    started = time.monotonic()
    LOGS.mkdir(exist_ok=True)
    with (LOGS / "lock").open("w") as alone:
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another Infra/dev/test runs in this checkout: wait for it", file=sys.stderr)
            return 2
        return run(options, progress, started)


def run(options, progress, started):
    count = Count()
    with EarlyBuild(LOGS) as early:
        suite = Suite(progress, options, early)
        for part in (suite.collect, suite.swift, suite.python):
            try:
                count += part()
            except StackError as error:
                print(f"\n✗ {error.report()}\n", flush=True)
                count += Count(failed=1, failures=[error.report()])
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    progress.say(f"\n{minutes} min {seconds} s; logs: {LOGS}" + (f"; {count.skipped} skipped" if count.skipped else ""))
    if count.failures:
        progress.say("\nWhat failed:" + "".join(f"\n    {failure[:LONGEST_FAILURE]}" for failure in count.failures) + "\n")
    if count == Count():
        progress.say(f"No test has a name like {options.filter!r}.")
    progress.say(count.line)
    return 0 if count.good else 1


class Suite:
    """The parts of a run, each counted by itself: what one stops at, the others still say."""

    def __init__(self, progress, options, early):
        self.progress, self.options, self.early = progress, options, early
        self.python_tests = PythonTests(progress, LOGS, options.filter)

    def collect(self):
        """Which tests in Python there are; where one needs a stack, its programs begin to be built."""
        self.python_tests.collect()
        if self.python_tests.need_stack:
            self.early.begin()
        return Count()

    def swift(self):
        tests = SwiftTests(self.progress, LOGS, self.options.filter)
        tests.log.unlink(missing_ok=True)
        return tests.run() if tests.may_match() else Count()

    def python(self):
        count = self.python_tests.run_alone()
        if self.python_tests.need_stack:
            self.early.wait(self.progress)
            with contextlib.ExitStack() as stacks:
                states = STATES[:len(self.python_tests.halves())]
                for state in states:
                    stacks.enter_context(own_stack(state, self.options.keep))
                count += self.python_tests.run_with_stacks(states)
        return count


@contextlib.contextmanager
def own_stack(state, keep):
    """A fresh stack, started and stopped by the same commands that people use."""
    command = CHECKOUT / "Infra" / "dev"
    if State(state).exists:
        if subprocess.run([command / "down", "--state", state, "--wipe"], check=False).returncode != 0:
            raise StackError("the stack of an earlier run cannot be taken away; the cause is above")
    front = next(port for port in range(19080, 20000, 2) if is_free(port) and is_free(port + 1))
    up = [command / "up", "--detach", "--state", state, "--port", str(front), "--nodes", "2", "--shards", "2"]
    try:
        if subprocess.run(up, stdin=subprocess.DEVNULL, check=False).returncode != 0:
            raise StackError("the stack for the tests did not start; the cause is above")
        yield
    finally:
        if not keep:
            subprocess.run([command / "down", "--state", state], check=False)


if __name__ == "__main__":
    sys.exit(main())
