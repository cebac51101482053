"""Configuration files are templates under Infra/, filled here."""

import hashlib
import string
import subprocess

from .state import CHECKOUT


def fill(path, **values):
    """The text of `Infra/<path>` with its ${names} replaced; a name without value is an error."""
    return string.Template((CHECKOUT / "Infra" / path).read_text()).substitute(values)


def fingerprint(*parts):
    """Tells whether a running process was started from exactly these parts."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


def commit():
    """What is checked out, in short; with a + when files differ from it."""
    described = subprocess.run(
        ["git", "-c", "safe.directory=*", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=CHECKOUT,
        capture_output=True, text=True, check=False)
    return described.stdout.strip() or "no commit"
