"""How many tests passed and failed, and what failed."""

import dataclasses


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    # A line or more each: said once more at the end, where a log that was cut still has it.
    failures: list[str] = dataclasses.field(default_factory=list)

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped,
                     self.failures + other.failures)

    @property
    def line(self):
        return f"{self.passed} passed, {self.failed} failed"

    @property
    def good(self):
        return self.failed == 0 and self.passed > 0
