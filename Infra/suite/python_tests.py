"""The tests in Python: of the infrastructure itself, and of the whole product in a browser and over HTTP."""

import os
import re
import subprocess
import xml.etree.ElementTree

from stack.errors import StackError
from stack.state import CHECKOUT

from .count import Count

PYTEST = ["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(CHECKOUT / "Tests")]
# Those that break the stack come last.
ORDER = ("Infrastructure", "EndToEnd", "Accessibility", "Robustness", "Isolation")
WITHOUT_STACK = "Infrastructure/"
LONGEST_TEST = 300


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

    def run(self, needing_stack, state=None):
        """Runs the selected tests that need the stack, or those that do not, and counts them."""
        environment = os.environ | {"PREAU_CHECKOUT": str(CHECKOUT)} | ({"PREAU_STATE": str(state)} if state else {})
        if needing_stack and self.filter:
            self.collect(environment)
        names = [name for name in self.selected if name.startswith(WITHOUT_STACK) is not needing_stack]
        if not names:
            return Count()
        title = "end to end" if needing_stack else "infrastructure"
        self.progress.say(f"… Tests in Python, {title}: {len(names)}")
        report = self.logs / f"pytest-{title.replace(' ', '-')}.xml"
        report.unlink(missing_ok=True)
        done = subprocess.run(
            [*PYTEST, "--timeout", str(LONGEST_TEST), "--tb=short", "--durations=5", "-q", "--junitxml", str(report),
             *self._arguments(names)],
            cwd=CHECKOUT / "Tests", env=environment, stdin=subprocess.DEVNULL, check=False)
        if not report.exists():
            failure = f"pytest ended with {done.returncode} and no report"
            self.progress.say(f"✗ {failure}")
            return Count(failed=1, failures=[failure])
        return counted(report)

    def _arguments(self, names):
        # Whole folders when nothing was filtered: thousands of names would not fit on a command line.
        if self.filter:
            return names
        wanted = {name.split("/")[0] for name in names}
        return [folder for folder in self._folders() if folder in wanted]

    def _folders(self):
        tests = CHECKOUT / "Tests"
        found = {path.name for path in tests.iterdir() if path.is_dir() and any(path.glob("**/test_*.py"))}
        return sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def counted(report):
    count = Count()
    for suite in xml.etree.ElementTree.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        skipped = int(suite.get("skipped"))
        count += Count(int(suite.get("tests")) - failed - skipped, failed, skipped, [
            f"{case.get('classname')}::{case.get('name')}: {outcome.get('message')}"
            for case in suite.iter("testcase") for outcome in case if outcome.tag in ("failure", "error")])
    return count
