"""The tests in Swift: built once with warnings as errors, run in one process, counted from what it prints."""

import pathlib
import re
import subprocess

from check.strict import STRICT_BUILD, STRICT_SCRATCH
from stack.build import build
from stack.errors import StackError
from stack.state import CHECKOUT

from .count import Count

# A run takes minutes; one that hangs says nothing for long.
LONGEST_RUN = 600
RESULT = re.compile(r'^. Test (?!run |case )(?P<name>.+?)(?: with \d+ test cases)? (?P<result>passed|failed|skipped)\b')
OLD_RESULT = re.compile(r"^Test Case '(?P<name>[^']+)' (?P<result>passed|failed|skipped) \(")
SUMMARY = re.compile(r"^. Test run with (\d+) tests?.* (passed|failed) after")


class SwiftTests:
    def __init__(self, progress, logs, filter):
        self.progress, self.logs, self.filter = progress, logs, filter
        self.log = logs / "swift-test.log"

    @property
    def targets(self):
        return sorted(path.name for path in (CHECKOUT / "Tests").iterdir() if any(path.glob("**/*.swift")))

    def may_match(self):
        """Whether the filter can select a test in Swift: saves building them all to learn that it does not. A wrong
        yes costs time only; names are looked for as the runner writes them, Target.Suite/test()."""
        return self.filter is None or any(
            re.search(self.filter, name, re.IGNORECASE) for target in self.targets for name in possible_names(target))

    def run(self):
        with self.progress.step("Build the tests, warnings as errors") as step:
            build(STRICT_BUILD, self.logs / "build-tests.log", step.note)
        count, complete = self._run(self.filter and f"(?i){self.filter}", "Tests in Swift")
        if complete:
            return count
        # Something ended the process: target by target, at least the others are counted, and the culprit is named.
        self.progress.say(f"  the tests' process did not finish; each target is now run by itself (log: {self.log})")
        count = Count()
        for target in self.targets:
            alone, complete = self._run(rf"^{target}\.", f"  {target}")
            count += alone if complete else alone + Count(failed=1)
        return count

    def _run(self, filter, title):
        command = ["swift", "test", "--skip-build", "--scratch-path", str(STRICT_SCRATCH)]
        command += ["--filter", filter] if filter else []
        count, complete, failures = Count(), False, []
        with self.progress.step(title) as step, self.log.open("a") as log:
            log.write(f"--- {' '.join(command)}\n")
            child = subprocess.Popen(
                ["timeout", "--kill-after=10", str(LONGEST_RUN), *command], cwd=CHECKOUT, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            for line in child.stdout:
                log.write(line)
                if match := RESULT.match(line) or OLD_RESULT.match(line):
                    setattr(count, match["result"], getattr(count, match["result"]) + 1)
                    step.note(f"{count.line}  {match['name'][:60]}")
                    if match["result"] == "failed":
                        failures.append(line.strip())
                elif " recorded an issue " in line:
                    failures.append(line.strip())
                elif SUMMARY.match(line):
                    complete = True
            complete = child.wait() in (0, 1) and (complete or bool(filter))
            step.note(count.line)
        for line in failures:
            self.progress.say(f"    {line}")
        if child.returncode != 0 and count.failed == 0 and complete:
            count += Count(failed=1)
            self.progress.say(f"    swift test exited with {child.returncode} (log: {self.log})")
        return count, complete


def possible_names(target):
    """Every Target.Suite/test that the files of a target could declare."""
    yield target
    for path in (CHECKOUT / "Tests" / target).glob("**/*.swift"):
        text = pathlib.Path(path).read_text()
        suites = re.findall(r"\b(?:struct|class|enum|actor|extension)\s+(\w+)", text) or [""]
        for test in re.findall(r"\bfunc\s+`?([^`(]+)", text):
            for suite in suites:
                yield f"{target}.{suite}/{test}()"
