"""Infra/dev/check."""

import argparse
import subprocess
import sys

from stack.build import STRICT_BUILD, STRICT_SCRATCH, build
from stack.errors import StackError
from stack.progress import Progress
from stack.state import CHECKOUT

from .checkout import Checkout
from .rules import RULES


def arguments():
    parser = argparse.ArgumentParser(
        prog="Infra/dev/check", description="Format, lint, module rules, build with warnings as errors.")
    parser.add_argument("--quick", action="store_true", help="without the build")
    return parser.parse_args()


def main():
    options = arguments()
    progress = Progress()
    failed = [part.__name__ for part in (format_and_lint, module_rules) if not part(progress)]
    if not options.quick and not strict_build(progress):
        failed.append("strict_build")
    print(f"\n{'FAILED: ' + ', '.join(failed).replace('_', ' ') if failed else 'Everything is in order.'}")
    return 1 if failed else 0


def format_and_lint(progress):
    """What `swift format` would change, and what its linter forbids (.swift-format says which rules)."""
    try:
        with progress.step("Format and lint"):
            done = subprocess.run(
                ["swift", "format", "lint", "--strict", "--parallel", "--recursive", "Package.swift", "Sources", "Tests"],
                cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            complaints = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            if done.returncode != 0:
                raise StackError("\n".join(complaints[:40] + [f"({len(complaints)} complaints; swift format --in-place mends most)"]))
    except StackError as error:
        print(error.report())
        return False
    return True


def module_rules(progress):
    checkout, passed = Checkout(CHECKOUT), True
    for rule in RULES:
        violations = list(rule(checkout))
        progress.say(f"{'✗' if violations else '✓'} {rule.__doc__.strip().splitlines()[0]}")
        for violation in violations:
            progress.say(f"  {violation}")
        passed = passed and not violations
    return passed


def strict_build(progress):
    log = STRICT_SCRATCH / "check.log"
    try:
        with progress.step("Build with warnings as errors") as step:
            build(STRICT_BUILD, log, step.note)
    except StackError as error:
        print(error.report())
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
