"""A runbook, and the desk of an operator who does what it says, word for word."""

import os
import subprocess

import commands
from stack.build import BUILT
from stack.state import CHECKOUT
from test_backups import psql as query

LONGEST = 120


class Desk:
    """A folder with the programs, as a checkout has them, and one stack whose state is `.preau`."""

    def __init__(self, folder, port):
        self.folder, self.state, self.port = folder, folder / ".preau", port
        (folder / ".build").mkdir()
        (folder / ".build" / "release").symlink_to(BUILT)
        (folder / "Infra" / "dev").mkdir(parents=True)
        for name in ("up", "down"):
            own = f" --port {port}" if name == "up" else ""
            self._program(folder / "Infra" / "dev" / name, f'exec {CHECKOUT}/Infra/dev/{name} --state {self.state}{own} "$@"')
        for name in ("postgres", "haproxy"):
            (folder / "Infra" / name).symlink_to(CHECKOUT / "Infra" / name)
        (folder / "Tenants").symlink_to(CHECKOUT / "Tenants")
        (folder / "bin").mkdir()
        self._program(folder / "bin" / "preau", f'exec {BUILT}/preau --state {self.state} "$@"')
        (folder / "passphrase").write_text("a passphrase of the test\n")
        (folder / "passphrase").chmod(0o600)

    @staticmethod
    def _program(path, text):
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run(self, text, status=0):
        """Runs a script of the shell there, with nothing on its input. - Returns: all that it printed."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, timeout=LONGEST,
            env=os.environ | {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"})
        assert done.returncode == status, f"status {done.returncode}\n{text}\n{done.stdout[-3000:]}"
        return done.stdout


class Runbook:
    """The commands of one runbook; each has to be tried, or left with a reason."""

    def __init__(self, desk, name):
        self.desk, self.name = desk, name
        self.text = (commands.FOLDER / f"{name}.md").read_text()
        self.blocks = commands.blocks(self.text)
        self.open = [*self.blocks, *commands.spans(self.text)]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            assert not self.open, f"{self.name}.md has commands that nobody has tried: {self.open}"

    def block(self, begin, put=None, status=0, psql=None):
        """Runs the block that has these words, with what stands there for something replaced. - Returns: what it printed."""
        found = [block for block in self.blocks if begin in block]
        assert len(found) == 1, f"{self.name}.md has {len(found)} blocks with {begin!r}"
        return self._run(found[0], put, status, psql)

    def do(self, words, put=None, status=0, psql=None):
        """Runs a command from within the text."""
        assert f"`{words}`" in self.text, f"{self.name}.md does not say `{words}`"
        return self._run(words, put, status, psql)

    def leave(self, words, why):
        assert why
        found = [each for each in self.open if words in each]
        assert found, f"{self.name}.md: nothing open has {words!r}"
        for each in found:
            self.open.remove(each)

    def _run(self, text, put, status, psql):
        if text in self.open:
            self.open.remove(text)
        for words, instead in (put or {}).items():
            assert words in text, f"{self.name}.md: {text!r} has no {words!r}"
            text = text.replace(words, str(instead))
        return query(psql, text) if psql else self.desk.run(text, status)
