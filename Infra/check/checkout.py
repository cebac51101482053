"""The files of a checkout, as the rules see them."""

import dataclasses
import functools
import pathlib
import subprocess

from .swift_source import SwiftSource


@dataclasses.dataclass(frozen=True)
class Violation:
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


class Checkout:
    """The files that are, or are about to be, under version control."""

    def __init__(self, root):
        self.root = pathlib.Path(root)

    @functools.cached_property
    def paths(self):
        """Relative to the root; without Git (an unpacked archive), everything that is not hidden."""
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=self.root, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            names = [name for name in listed.stdout.split("\0") if name]
        else:
            files = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
            names = [str(path) for path in files if not path.parts[0].startswith(".")]
        return sorted(name for name in set(names) if (self.root / name).is_file())

    @functools.cached_property
    def swift(self):
        return [SwiftSource(name, (self.root / name).read_text()) for name in self.paths if name.endswith(".swift")]

    @property
    def sources(self):
        """The product's Swift: what is under Sources, less what serves the tests."""
        return [each for each in self.swift if each.path.parts[0] == "Sources" and not each.module.startswith("Test")]

    def text(self, name):
        return (self.root / name).read_text()
