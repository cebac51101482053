"""The tests in Swift: built once with warnings as errors, run target by target, counted from what they print."""

import os
import pathlib
import re
import subprocess

from stack.build import STRICT_BUILD, STRICT_SCRATCH, build
from stack.state import CHECKOUT

from .count import Count

# A run takes minutes; one that hangs says nothing for long.
LONGEST_RUN = 600
RESULT = re.compile(
    r"^. Test (?!run |case )(?P<name>.+?)(?: with \d+ test cases)? "
    r"(?:(?P<result>passed|failed) after [\d.]+ seconds|(?P<skipped>skipped)\b)")
STARTED = re.compile(r"^. Test (?!run |case )(?P<name>.+?) started\.")
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
        return any(map(self._may_match, self.targets))

    def _may_match(self, target):
        return self.filter is None or any(
            re.search(self.filter, name, re.IGNORECASE) for name in possible_names(target))

    def run(self):
        with self.progress.step("Build the tests, warnings as errors") as step:
            build(STRICT_BUILD, self.logs / "build-tests.log", step.note)
        # One target after the other: the servers that each of them starts, and their time limits, share few cores.
        # And where a test ends the process, the other targets are still counted.
        count = Count()
        for target in self.targets:
            if self._may_match(target):
                count += self._run(target)
        return count

    def _run(self, target):
        command = [
            "swift", "test", "--skip-build", "--scratch-path", str(STRICT_SCRATCH),
            "--experimental-maximum-parallelization-width", str(2 * os.cpu_count()),
            # Both must hold: the runner takes one expression.
            "--filter", rf"^(?=.*(?i:{self.filter})){target}\." if self.filter else rf"^{target}\.",
        ]
        count, complete, under_way = Count(), False, set()
        with self.progress.step(target) as step, self.log.open("a") as log:
            log.write(f"--- {' '.join(command)}\n")
            child = subprocess.Popen(
                ["timeout", "--kill-after=10", str(LONGEST_RUN), *command], cwd=CHECKOUT, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            for line in child.stdout:
                log.write(line)
                if match := STARTED.match(line):
                    under_way.add(match["name"])
                elif match := RESULT.match(line):
                    under_way.discard(match["name"])
                    result = match["result"] or match["skipped"]
                    setattr(count, result, getattr(count, result) + 1)
                    step.note(f"{count.line}  {match['name'][:60]}")
                    if result == "failed":
                        count.failures.append(f"{target}: {line.strip()}")
                elif " recorded an issue " in line:
                    count.failures.append(f"{target}: {line.strip()}")
                elif SUMMARY.match(line):
                    complete = True
            child.wait()
            if not complete or (child.returncode != 0 and count.failed == 0):
                count += Count(failed=1, failures=[
                    f"{target} did not finish: swift test exited with {child.returncode}; log: {self.log}; "
                    f"under way: {', '.join(sorted(under_way)) or 'nothing'}"])
            step.note(count.line)
        for line in count.failures:
            self.progress.say(f"    {line}")
        return count


def possible_names(target):
    """Every Target.Suite/test that the files of a target could declare."""
    yield target
    for path in (CHECKOUT / "Tests" / target).glob("**/*.swift"):
        text = pathlib.Path(path).read_text()
        suites = re.findall(r"\b(?:struct|class|enum|actor|extension)\s+(\w+)", text) or [""]
        for test in re.findall(r"\bfunc\s+`?([^`(]+)", text):
            for suite in suites:
                yield f"{target}.{suite}/{test}()"
