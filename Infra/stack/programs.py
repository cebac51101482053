"""Préau's own programs: built, configured and started."""

import dataclasses
import json
import os
import pathlib
import socket
import subprocess

from .build import BUILT
from .errors import StackError
from .state import CHECKOUT, session_keys
from .templates import fingerprint

PROGRAMS = ("preau-node", "preau-admin", "preau-saml", "preau")


@dataclasses.dataclass
class Node:
    """One node, as the front and the stack's description know it."""

    id: str
    port: int
    private_port: int
    # Where it says how much it can do; None for one that does not.
    agent_port: int | None = None


@dataclasses.dataclass
class Surroundings:
    """What a program's configuration says of the rest of the stack."""

    front: str
    directory: object
    redis_port: int
    loops: int | None = None


def configuration(state, name, port, private_port, around, trusted_proxies, more=None):
    """The configuration of one program, as docs/configuration.md describes it. JSON is YAML."""
    secrets = state.secrets
    state.secret("session-keys", session_keys)
    user = "preau_admin" if name == "preau-admin" else "preau_node"
    settings = {
        "process": name,
        "listen": f"127.0.0.1:{port}",
        "private": f"127.0.0.1:{private_port}",
        "front": around.front,
        "trusted_proxies": trusted_proxies,
        "production": False,
        "log_level": "info",
        "directory": {
            "host": "127.0.0.1", "port": around.directory.port, "database": around.directory.database,
            "user": user, "password_file": str(secrets / user),
        },
        "shards": {"user": user, "password_file": str(secrets / user)},
        "redis": {"host": "127.0.0.1", "port": around.redis_port},
        "session_keys_file": str(secrets / "session-keys"),
        "saml_sockets": str(saml_sockets(state)),
        # Tests and benchmarks ask for a great deal with one session.
        "session_work": {"per_second": 0},
        # Benchmarks have two hundred schools at once; filled only as far as their diaries are read.
        "diary_cache_megabytes": 256,
    }
    if around.loops:
        settings["loops"] = around.loops
    return settings | (more or {})


def saml_sockets(state):
    """Where preau-saml listens. The address of a socket has room for a hundred characters, a state directory may have more."""
    place = state.directory.absolute() / "saml"
    if len(str(place)) <= 80:
        return place
    return pathlib.Path("/tmp") / f"preau-saml-{os.getuid()}-{fingerprint(place)}"


class SAMLProcess:
    """preau-saml: it looks after its own workers, and is started again here when somebody ended it."""

    NAME = "preau-saml"

    def __init__(self, state, processes):
        self.processes, self.sockets = processes, saml_sockets(state)
        self.binary = BUILT / "preau-saml"

    def start(self):
        print_of = fingerprint(self.sockets, identity_of(self.binary))
        running = self.processes.find(self.NAME)
        if running and running.fingerprint != print_of:
            running.stop()
            running = None
        if running is None:
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            running = self.processes.start(self.NAME, [self.binary, "--sockets", self.sockets], print_of)
        self.processes.await_ready(running, self._answers, 30)
        return running

    def _answers(self):
        """Whether a worker of each kind takes a question; it refuses this one, which is none."""
        for role in ("reader", "signer"):
            try:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(2)
                    connection.connect(str(self.sockets / f"{role}.socket"))
                    connection.sendall(b"\0\0\0\0")
                    if not connection.recv(4):
                        return False
            except OSError:
                return False
        return True


class Program:
    """One running copy of preau-node or preau-admin."""

    def __init__(self, state, processes, name, binary, settings):
        self.processes, self.name, self.settings = processes, name, settings
        self.binary = BUILT / binary
        self.path = state.configuration / f"{name}.yaml"
        self.ready_url = f"http://{settings['private']}/readyz"

        self.text = json.dumps(settings, indent=2) + "\n"

    def write_configuration(self):
        self.path.write_text(self.text)

    def start(self):
        """Starts the program unless it runs already, from this configuration and this very file."""
        print_of = fingerprint(self.text, identity_of(self.binary))
        running = self.processes.find(self.name)
        if running and running.fingerprint != print_of:
            running.stop()
            running = None
        if running is None:
            running = self.processes.start(self.name, [self.binary, "--config", self.path], print_of)
        return running

    def await_ready(self, running):
        self.processes.await_ready(running, lambda: answers_ok(self.ready_url), 60)


def identity_of(binary):
    """Changes whenever the file was written again."""
    status = pathlib.Path(binary).stat()
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"


def answers_ok(url):
    # Here: half of all that starting a node would have to load, and it asks nobody this.
    import urllib.error
    import urllib.request
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError, ValueError):
        return False


def run(state, name, command, timeout=600):
    """Runs a program to its end and returns what it printed; what it complained of goes to its log."""
    log = state.logs / f"{name}.log"
    command = list(map(str, command))
    with log.open("ab") as output:
        output.write(f"--- {' '.join(command)}\n".encode())
        output.flush()
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, timeout=timeout,
                cwd=CHECKOUT, check=False)
        except OSError as error:
            raise StackError(f"cannot run {command[0]}: {error.strerror}")
        except subprocess.TimeoutExpired:
            raise StackError(f"{name} did not end within {timeout} s", log=log)
        if done.returncode != 0:
            output.write(done.stdout)
    if done.returncode != 0:
        raise StackError(f"{name} failed: {' '.join(command[:4])} … exited with {done.returncode}", log=log)
    return done.stdout.decode("utf-8", "replace")
