"""Commands on a machine of the cluster, with its files where production has them: what a runbook says works there word for word."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from stack.errors import StackError
from stack.state import CHECKOUT

from .inventory import production_file
from .machines import RUN

# What a unit of production is called, and what the cluster calls the same.
UNITS = {
    "patroni": "patroni", "etcd": "etcd", "redis-server": "redis", "redis-sentinel": "sentinel", "haproxy": "haproxy", "haproxy.socket": "sockets",
    "keepalived": "keepalived", "preau-admin": "admin", "preau-saml": "saml",
}
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ON = re.compile(r"# on ([a-z0-9-]+)(?: as ([a-z]+))?\n")


class Shells:
    def __init__(self, cluster):
        self.cluster, self.machines = cluster, cluster.machines

    def _mounts(self, host):
        """What is laid over this machine's own files, for that command alone."""
        folder, databases, run = self.machines.folder(host), self.machines.database_folder(host), self.machines.run_folder(host)
        found = {"/usr/local/sbin": self._commands(host)}
        if host.cluster:
            found |= {"/etc/patroni": databases, "/etc/pgbackrest.conf": databases / "pgbackrest.conf", "/var/run/postgresql": run}
        if "redis" in host.groups or "quorum" in host.groups:
            found["/etc/redis"] = folder
        if "front" in host.groups:
            found |= {"/etc/haproxy": folder, "/run/haproxy": run}
        return {path: place for path, place in found.items() if pathlib.Path(path).exists()}

    def _commands(self, host):
        """The commands of Infra/production, and a `systemctl` that starts and stops what the cluster has."""
        place = RUN / host.name / "sbin"
        place.mkdir(exist_ok=True)
        for script in production_file("roles", "backup", "files").iterdir():
            shutil.copy(script, place / script.name)
        systemctl = place / "systemctl"
        systemctl.write_text(
            f"#!/bin/sh\nexport PYTHONPATH={CHECKOUT / 'Infra'} PYTHONDONTWRITEBYTECODE=1\n"
            f"exec {sys.executable} -m cluster --state {self.cluster.state.directory} --programs {self.cluster.programs} "
            f"service {host.name} \"$@\"\n")
        systemctl.chmod(0o755)
        return place

    def run(self, host, text, user="root", check=True):
        """Runs a script of the shell on a machine; returns its status and what it printed."""
        lines = [f"mount --bind {place} {path}" for path, place in self._mounts(host).items()]
        environment = {
            "PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/tmp",
            "PREAU_SHARD": str(self.machines.database_folder(host) / "preau-shard.conf"),
        }
        identity = f"setpriv --reuid={user} --regid={user} --init-groups -- " if user != "root" else ""
        script = "\n".join([*lines, f"exec {identity}bash -euo pipefail -c \"$SCRIPT\""])
        done = subprocess.run(
            ["nsenter", f"--net=/run/netns/{self.cluster.network.namespace(host)}", "--", "unshare", "--mount", "bash", "-euc", script],
            env=environment | {"SCRIPT": text}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False, cwd="/")
        if check and done.returncode != 0:
            raise StackError(f"{host.name}: status {done.returncode}\n{done.stdout[-2000:]}")
        return done.returncode, done.stdout

    def service(self, host, verb, unit):
        """What `systemctl VERB UNIT` would do there."""
        name = "node" if unit.startswith("preau-node@") else UNITS.get(unit.removesuffix(".service"))
        if name is None:
            raise StackError(f"no unit {unit} on {host.name}")
        if verb in ("stop", "restart"):
            self.machines.stop(name, host, patience=120)
        if verb in ("start", "restart"):
            self.machines.start(name, host)
        if verb == "is-active":
            return 0 if self.machines.find(name, host) else 3
        return 0

    def runbook(self, path, progress):
        """Every block of shell of a runbook, in its order: on the machine that its first line names, or where operators work."""
        text = path.read_text()
        with tempfile.TemporaryDirectory(prefix="preau-runbook-") as desk:
            desk = pathlib.Path(desk)
            (desk / ".build").mkdir()
            (desk / ".build" / "release").symlink_to(self.cluster.programs)
            (desk / ".preau").symlink_to(self.cluster.state.directory)
            (desk / "Infra").symlink_to(CHECKOUT / "Infra")
            (desk / "passphrase").write_text("a passphrase of the test\n")
            (desk / "passphrase").chmod(0o600)
            for number, block in enumerate(BLOCK.findall(text), start=1):
                place = ON.match(block)
                with progress.step(f"{path.name}, block {number}") as step:
                    if place:
                        host = self.cluster.hosts.get(place[1])
                        if host is None:
                            raise StackError(f"{path.name}: there is no machine {place[1]}")
                        step.note(place[1])
                        said = self.run(host, block, place[2] or "root")[1]
                    else:
                        said = self._at_the_desk(desk, block)
                progress.say("".join(f"    {line}\n" for line in said.splitlines()[-12:]).rstrip())

    @staticmethod
    def _at_the_desk(desk, block):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=desk, env=os.environ | {"LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=900)
        if done.returncode != 0:
            raise StackError(f"status {done.returncode}\n{block}\n{done.stdout[-2000:]}")
        return done.stdout
