"""What runs on each machine of the cluster, started as its unit would start it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.request

from stack.errors import StackError
from stack.front import write_front
from stack.state import CHECKOUT, database_account, write_private

from .inventory import production_file

RUN = pathlib.Path("/run/preau-cluster")
SOCKETS = ("/usr/bin/env", f"PYTHONPATH={CHECKOUT / 'Infra'}", sys.executable, "-m", "cluster.sockets")
# The pair whose disks can be filled, and how large they are.
SMALL_DISKS, DISK = "shard-2", "1500M"


class Machines:
    """Writes the configuration of every machine from Infra/production, and starts and stops what is on it."""

    def __init__(self, state, processes, network, inventory, programs):
        self.state, self.processes, self.network, self.inventory = state, processes, network, inventory
        self.programs = programs
        self.account = database_account()
        self.databases = state.database_directory

    # Places

    def run_folder(self, host):
        return RUN / host.name

    def folder(self, host):
        """What root's services of a machine are configured by."""
        path = self.state.configuration / host.name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def database_folder(self, host):
        return self.databases / host.name

    def places(self, host):
        """The paths of one machine: they are the same everywhere in production, where each has its own disk."""
        folder, run, databases = self.folder(host), self.run_folder(host), self.database_folder(host)
        return {
            "etcd_data": str(folder / "etcd"), "redis_directory": str(folder), "redis_configuration": str(folder),
            "postgres_data": str(databases / "data"), "postgres_sockets": str(run),
            "backup_configuration": str(databases / "pgbackrest.conf"), "backup_spool": str(databases / "spool"),
            "backup_log": str(databases / "log"), "backup_drills": str(databases), "patroni_directory": str(databases),
            "backup_lock": str(databases / "lock"),
            "backup_path": str(self.databases / "backups"), "preau_secrets": str(self.state.secrets),
            "saml_sockets": str(run / "saml"), "front_run": str(run), "front_state": str(folder),
            "front_errors": str(folder / "errors"), "front_privileges": [], "front_redirect": False,
            "front_binds": ["*:80", f"*:443 ssl crt {self.state.secrets / 'front.pem'} alpn h2,http/1.1"],
        }

    def fill(self, role, template, host):
        return self.inventory.fill(role, template, host, **self.places(host))

    def front_settings(self, host, **more):
        """What `stack.front` reads, for one front."""
        return json.loads(self.inventory.fill("front", "front.json.j2", host, **self.places(host) | more))

    def prepare(self):
        """Writes everything that the services read."""
        RUN.mkdir(exist_ok=True)
        self._own(self.databases / "backups")
        for name in ("preau_owner", "preau_node", "preau_admin", "preau_mover"):
            write_private(self.state.secrets / name, self.inventory.variables[f"{name}_password"] + "\n")
        write_private(self.state.secrets / "admin-token", self.inventory.variables["preau_admin_token"] + "\n")
        write_private(self.state.secrets / "session-keys", self.inventory.variables["preau_session_keys"] + "\n")
        self._make_certificate()
        for host in self.inventory.hosts.values():
            self.run_folder(host).mkdir(exist_ok=True)
            for group in host.groups:
                if writer := getattr(self, f"_prepare_{group}", None):
                    writer(host)

    def _own(self, path, mode=0o700):
        path.mkdir(parents=True, exist_ok=True, mode=mode)
        os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _write_owned(self, path, text):
        write_private(path, text)
        os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _make_certificate(self):
        path = self.state.secrets / "front.pem"
        if path.exists():
            return
        key, certificate = path.with_suffix(".key"), path.with_suffix(".crt")
        done = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-keyout", key,
             "-out", certificate, "-subj", "/CN=preau-cluster", "-addext", f"subjectAltName=IP:{self.inventory.variables['front_address']}"],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackError(f"openssl: {done.stderr.strip()}")
        write_private(path, certificate.read_text() + key.read_text())

    def _prepare_quorum(self, host):
        (self.folder(host) / "etcd.yml").write_text(self.fill("etcd", "etcd.yml.j2", host))
        # Sentinel keeps in it what it has learnt.
        if not (path := self.folder(host) / "sentinel.conf").exists():
            path.write_text(self.fill("sentinel", "sentinel.conf.j2", host))

    def _prepare_redis(self, host):
        (self.folder(host) / "preau.conf").write_text(self.fill("redis", "preau.conf.j2", host))
        if not (path := self.folder(host) / "redis.conf").exists():
            path.write_text(self.fill("redis", "redis.conf.j2", host))

    def _prepare_postgres(self, host):
        folder = self.database_folder(host)
        if host.cluster == SMALL_DISKS:
            self._mount(folder, host)
        for path in (folder, folder / "spool", folder / "log", folder / "lock", self.run_folder(host)):
            self._own(path)
        self._write_owned(folder / "config.yml", self.fill("postgres", "config.yml.j2", host))
        self._write_owned(folder / "dynamic.yml", self.fill("postgres", "dynamic.yml.j2", host))
        self._write_owned(folder / "preau-shard.conf", self.fill("backup", "preau-shard.conf.j2", host))
        self._write_owned(folder / "pgbackrest.conf", self.fill("backup", "pgbackrest.conf.j2", host))

    def _mount(self, folder, host):
        """A disk of the machine's own, which can be full without this one's being so."""
        if os.path.ismount(folder):
            return
        image = self.databases / f"{host.name}.disk"
        folder.mkdir(exist_ok=True)
        commands = [["mount", "-o", "loop", image, folder]]
        if not image.exists():
            commands = [["truncate", "-s", DISK, image], ["mkfs.ext4", "-q", "-m", "0", image], *commands]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise StackError(f"{command[0]}: {done.stderr.strip()}")

    def unmount(self):
        for host in self.inventory.of("postgres"):
            if os.path.ismount(self.database_folder(host)):
                subprocess.run(["umount", self.database_folder(host)], check=False)

    def _prepare_front(self, host):
        path = write_front(self.front_settings(host), self.folder(host))
        (self.folder(host) / "state").touch()
        done = subprocess.run(["haproxy", "-c", "-q", "-f", path], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackError(f"{path}: {done.stderr.strip()}")
        (self.folder(host) / "keepalived.conf").write_text(self.fill("front", "keepalived.conf.j2", host))
        (self.folder(host) / "keepalived.conf").chmod(0o600)

    def _prepare_node(self, host):
        (self.folder(host) / "node.yaml").write_text(self.fill("application", "node.yaml.j2", host))

    def _prepare_admin(self, host):
        (self.folder(host) / "admin.yaml").write_text(self.fill("application", "admin.yaml.j2", host))

    # Services

    def command(self, service, host, programs=None):
        """What the unit of that name starts."""
        folder, run, enter = self.folder(host), self.run_folder(host), self.network.enter
        programs = programs or self.programs
        if service == "patroni":
            # Whose parent has ended is waited for at once, as systemd does it: Patroni takes a postmaster that nobody waits for as running.
            return enter(host, "/usr/bin/tini", "-s", "--", "/usr/bin/patroni", self.database_folder(host) / "config.yml", user="postgres")
        return enter(host, *{
            "etcd": ["etcd", "--config-file", folder / "etcd.yml"],
            "sentinel": ["redis-sentinel", folder / "sentinel.conf"],
            "redis": ["redis-server", folder / "redis.conf"],
            "saml": [programs / "preau-saml", "--sockets", run / "saml"],
            "node": [programs / "preau-node", "--config", folder / "node.yaml"],
            "admin": [programs / "preau-admin", "--config", folder / "admin.yaml"],
            "sockets": [*SOCKETS, "hold", folder / "haproxy.socket", run / "sockets"],
            "haproxy": [*SOCKETS, "take", run / "sockets", "haproxy", "-db", "-f", folder / "haproxy.cfg"],
            "keepalived": ["keepalived", "-n", "-l", "-f", folder / "keepalived.conf", "-p", run / "keepalived.pid",
                           "-r", run / "vrrp.pid"],
        }[service])

    @staticmethod
    def name(service, host):
        return f"{host.name}.{service}"

    def start(self, service, host, programs=None, prefix=()):
        """Starts a service unless it runs; what somebody paused goes on."""
        name = self.name(service, host)
        if process := self.processes.find(name):
            return process
        if service == "saml":
            (self.run_folder(host) / "saml").mkdir(mode=0o700, exist_ok=True)
        if service == "haproxy":
            # As its unit requires them.
            self.start("sockets", host)
        if service == "keepalived":
            # Of one that was killed.
            self.network.on(host, "ip", "address", "delete", f"{self.inventory.variables['front_address']}/24", "dev", "eth0", check=False)
        command = self.command(service, host, programs)
        return self.processes.start(name, [*prefix, *command] if prefix else command)

    def find(self, service, host):
        return self.processes.find(self.name(service, host))

    def stop(self, service, host, patience=60):
        if process := self.find(service, host):
            process.stop(patience=patience)
        self.processes.forget(self.name(service, host))

    def await_url(self, service, host, url, seconds=60):
        self.processes.await_ready(self.find(service, host), lambda: answers_with(url), seconds)

    def patronictl(self, host, *words, check=True, text=None):
        """Patroni's own command, on a member's machine."""
        done = subprocess.run(
            self.network.enter(host, "patronictl", "-c", self.database_folder(host) / "config.yml", *words, user="postgres"),
            input=text, capture_output=True, text=True, check=False, cwd="/", env=os.environ | {"LC_ALL": "C.UTF-8"})
        if check and done.returncode != 0:
            raise StackError(f"patronictl {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def script(self, host, name, *words):
        """One of the commands that Infra/production lays down on database machines, as postgres, in its machine."""
        return subprocess.run(
            self.network.enter(host, production_file("roles", "backup", "files", name), *words, user="postgres"),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/", env=os.environ | {
                "LC_ALL": "C.UTF-8", "PREAU_SHARD": str(self.database_folder(host) / "preau-shard.conf")})

    def forget_run_folders(self):
        shutil.rmtree(RUN, ignore_errors=True)


def answers_with(url, expected=200):
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == expected
    except (OSError, ValueError):
        return False


def fetched(url, timeout=2):
    """A document of JSON; None when there is none."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return json.load(response)
    except (OSError, ValueError):
        return None


def eventually(condition, seconds, what, pause=0.1):
    """Waits for something true and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise StackError(f"not within {seconds} s: {what}")
        time.sleep(pause)
