"""The build that lets no warning pass."""

from stack.state import CHECKOUT

# Shared by Infra/dev/check and Infra/dev/test, and apart from plain `swift build`: other options in the same place would
# build everything again.
STRICT_SCRATCH = CHECKOUT / ".build-strict"
STRICT_BUILD = [
    "--scratch-path", str(STRICT_SCRATCH), "--build-tests", "-Xswiftc", "-warnings-as-errors",
    "--explicit-target-dependency-import-check", "error",
]
