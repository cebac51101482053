"""Fills a stack whose servers run: migrations, shards, territories of Tenants/, demonstration data."""

import hashlib
import json

from . import programs
from .build import BUILT
from .errors import StackError
from .templates import fingerprint


class Provisioning:
    """The operators' commands, run in their order against one stack. What has not changed since the last time that
    all of it went well is not done again: that is most of what makes a second start quick."""

    def __init__(self, state, admin, shards, description, tenants):
        self.state, self.admin, self.shards, self.description = state, admin, shards, description
        self.tenants = tenants

    @property
    def fingerprint(self):
        return fingerprint(
            *(programs.identity_of(BUILT / name) for name in ("preau-admin", "preau")),
            *(f"{shard.name} {shard.port}" for shard in self.shards), content_of(self.tenants))

    @property
    def is_current(self):
        return self.state.parameters.get("provisioned") == self.fingerprint

    def migrate(self):
        self._forget()
        programs.run(self.state, "migrate", [self.admin.binary, "--config", self.admin.path, "migrate"])

    def add_shards(self):
        for identifier, shard in enumerate(self.shards, start=1):
            self._preau("shard", "add", "--id", identifier, "--host", "127.0.0.1", "--port", shard.port,
                        "--database", shard.database)

    def apply_tenants(self):
        return self._preau("apply", self.tenants)

    def seed(self):
        """Makes the demonstration data, remembers its accounts, and with them that everything is in place."""
        printed = self._preau("seed", "demo", "--json")
        try:
            seeded = json.loads(printed)
        except ValueError:
            raise StackError("preau seed demo printed no JSON", log=self.state.logs / "preau.log")
        accounts = seeded["accounts"] if isinstance(seeded, dict) else seeded
        self.state.remember(
            accounts=accounts, territories=self._territories(), provisioned=self.fingerprint)

    def _territories(self):
        """Identifier and first host name of each territory."""
        answer = json.loads(self._preau("territory", "list", "--json"))
        territories = answer["territories"] if isinstance(answer, dict) else answer
        return [{"id": each["id"], "host": each["host"]} for each in territories]

    def _forget(self):
        self.state.remember(provisioned=None)

    def _preau(self, *words):
        # The command finds a stack by its description, and the real one is only written when the stack is ready.
        folder = self.state.directory / "starting"
        folder.mkdir(exist_ok=True, mode=0o700)
        self.description.write(folder / "stack.json")
        return programs.run(self.state, "preau", [BUILT / "preau", "--state", folder, *words])


def content_of(directory):
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(directory)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
