"""The tests in Python: of the infrastructure itself, and of the whole product in a browser and over HTTP."""

import contextlib
import os
import re
import subprocess
import time
import xml.etree.ElementTree

from stack.errors import StackError
from stack.state import CHECKOUT

from .count import Count

PYTEST = ["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(CHECKOUT / "Tests")]
# Those that break the stack come last.
ORDER = ("Infrastructure", "EndToEnd", "Accessibility", "Robustness", "Isolation")
WITHOUT_STACK = "Infrastructure/"
# Minutes of starting and stopping stacks of their own: Infra/test/runbooks runs them.
BY_HAND = {"Runbooks"}
LONGEST_TEST = 300
# Most of a run end to end is waiting: for a second to pass, for a browser, for a server to notice. So what nobody filtered goes in two
# halves, side by side, each with a stack of its own.
FIRST_HALF = ("EndToEnd", "Robustness", "Isolation", "API")
PERCENT = re.compile(r"\[ *(\d+)%\]")


class PythonTests:
    def __init__(self, progress, logs, filter):
        self.progress, self.logs, self.filter = progress, logs, filter
        self.selected = []

    def collect(self, environment=None):
        """Finds the tests that the filter selects; a file that cannot even be read is an error. Some tests are made
        from what a running stack says of itself: their names are known once it runs."""
        if not self._folders():
            return
        done = subprocess.run(
            [*PYTEST, "--collect-only", "-q", *self._folders()], cwd=CHECKOUT / "Tests", env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 5):
            log = self.logs / "pytest-collect.log"
            log.write_text(done.stdout + done.stderr)
            raise StackError("the tests in Python cannot be read", log=log)
        names = [line for line in done.stdout.splitlines() if "::" in line]
        self.selected = [name for name in names if not self.filter or re.search(self.filter, name, re.IGNORECASE)]

    @property
    def need_stack(self):
        return any(not name.startswith(WITHOUT_STACK) for name in self.selected)

    def halves(self):
        """The folders of each half of the tests that need a stack; one half of everything when a filter chose some."""
        folders = [folder for folder in self._folders() if not WITHOUT_STACK.startswith(folder)]
        if self.filter:
            return [folders]
        first = [folder for folder in folders if folder in FIRST_HALF]
        return [half for half in (first, [folder for folder in folders if folder not in first]) if half]

    def run_alone(self):
        """Runs the selected tests that need no stack, and counts them."""
        names = [name for name in self.selected if name.startswith(WITHOUT_STACK)]
        if not names:
            return Count()
        self.progress.say(f"… Tests in Python, infrastructure: {len(names)}")
        environment = os.environ | {"PREAU_CHECKOUT": str(CHECKOUT)}
        report = self.logs / "pytest-infrastructure.xml"
        report.unlink(missing_ok=True)
        return self._counted(report, subprocess.run(
            self._command(report, self._arguments(names)), cwd=CHECKOUT / "Tests", env=environment, stdin=subprocess.DEVNULL,
            check=False))

    def run_with_stacks(self, states):
        """Runs those that need a stack, each half of them with the stack of a state, and counts them."""
        runs = []
        with contextlib.ExitStack() as opened:
            for number, (folders, state) in enumerate(zip(self.halves(), states), start=1):
                environment = os.environ | {"PREAU_CHECKOUT": str(CHECKOUT), "PREAU_STATE": str(state)}
                if self.filter:
                    self.collect(environment)
                names = [name for name in self.selected if name.split("/")[0] in folders]
                if names:
                    runs.append(self._begin(number, names, environment, opened))
            with self.progress.step("Tests in Python, end to end") as step:
                while any(run.child.poll() is None for run in runs):
                    time.sleep(0.5)
                    step.note(", ".join(run.note() for run in runs))
        count = Count()
        for run in runs:
            self.progress.say(run.said())
            count += self._counted(run.report, run.child)
        return count

    def _begin(self, number, names, environment, opened):
        report, log = (self.logs / f"pytest-end-to-end-{number}.{ending}" for ending in ("xml", "log"))
        report.unlink(missing_ok=True)
        output = opened.enter_context(log.open("w"))
        child = subprocess.Popen(
            self._command(report, self._arguments(names)), cwd=CHECKOUT / "Tests", env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT)
        opened.callback(ended, child)
        return Run(child, report, log)

    @staticmethod
    def _command(report, arguments):
        return [*PYTEST, "--timeout", str(LONGEST_TEST), "--tb=short", "--durations=5", "-q", "--junitxml", str(report), *arguments]

    def _counted(self, report, done):
        if report.exists():
            return counted(report)
        failure = f"pytest ended with {done.returncode} and no report"
        self.progress.say(f"✗ {failure}")
        return Count(failed=1, failures=[failure])

    def _arguments(self, names):
        # Whole folders when nothing was filtered: thousands of names would not fit on a command line.
        if self.filter:
            return names
        wanted = {name.split("/")[0] for name in names}
        return [folder for folder in self._folders() if folder in wanted]

    def _folders(self):
        tests = CHECKOUT / "Tests"
        found = {path.name for path in tests.iterdir() if path.is_dir() and any(path.glob("**/test_*.py"))} - BY_HAND
        return sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


class Run:
    """One pytest under way, with what it prints in a log."""

    def __init__(self, child, report, log):
        self.child, self.report, self.log = child, report, log

    def note(self):
        """How far it is."""
        found = PERCENT.findall(self.log.read_text(errors="replace"))
        return f"{found[-1] if found else 0} %"

    def said(self):
        """What it printed, without the dots."""
        text = self.log.read_text(errors="replace")
        begin = text.find("\n===")
        return text[begin + 1:] if begin >= 0 else text[-2000:]


def ended(child):
    if child.poll() is None:
        child.terminate()
        child.wait()


def counted(report):
    count = Count()
    for suite in xml.etree.ElementTree.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        skipped = int(suite.get("skipped"))
        count += Count(int(suite.get("tests")) - failed - skipped, failed, skipped, [
            f"{case.get('classname')}::{case.get('name')}: {outcome.get('message')}"
            for case in suite.iter("testcase") for outcome in case if outcome.tag in ("failure", "error")])
    return count
