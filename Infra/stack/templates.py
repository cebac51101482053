"""Configuration files are templates under Infra/, filled here."""

import hashlib
import string

from .state import CHECKOUT


def fill(path, **values):
    """The text of `Infra/<path>` with its ${names} replaced; a name without value is an error."""
    return string.Template((CHECKOUT / "Infra" / path).read_text()).substitute(values)


def fingerprint(*parts):
    """Tells whether a running process was started from exactly these parts."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]
