"""The state directory: everything one stack remembers, in one place that `down --wipe` can forget."""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import threading

from .errors import StackError

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_STATE = CHECKOUT / ".preau"
# The longest path of a Unix socket is 107 bytes, and HAProxy appends to it while it binds.
LONGEST_SOCKET_PATH = 90


class State:
    """Paths, remembered parameters and secrets of one stack."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory).expanduser().absolute()
        self.logs = self.directory / "logs"
        self.configuration = self.directory / "configuration"
        self.secrets = self.directory / "secrets"
        self.processes = self.directory / "processes"
        self.descriptor = self.directory / "stack.json"
        self._parameters = self.directory / "parameters.json"
        # The servers of a stack are created side by side, by threads that ask for the same secrets and parameters.
        self._lock = threading.RLock()

    @property
    def exists(self):
        return self._parameters.exists()

    def create(self):
        """Makes the directories; they hold passwords, so nobody else may read those."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            for folder in (self.logs, self.configuration, self.processes):
                folder.mkdir(exist_ok=True)
            self.secrets.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise StackError(f"cannot use {self.directory} as the state directory: {error.strerror}")

    def wipe(self):
        """Forgets everything, and only what a stack put there: a mistyped --state must not empty somebody's folder."""
        if not self.exists:
            raise StackError(f"{self.directory} is not the state of a stack; nothing was removed")
        with contextlib.suppress(StackError):  # its memory is damaged: where its data would be is told by the rule
            shutil.rmtree(self.database_directory, ignore_errors=True)
        shutil.rmtree(self._usual_database_directory, ignore_errors=True)
        shutil.rmtree(self.run_directory, ignore_errors=True)
        shutil.rmtree(self.directory)

    @contextlib.contextmanager
    def locked(self):
        """Keeps two commands from changing the same stack at once."""
        with (self.directory / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackError(f"another command is starting or stopping the stack in {self.directory}; wait for it")
            yield

    # Remembered parameters

    @property
    def parameters(self):
        try:
            return json.loads(self._parameters.read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise StackError(f"{self._parameters} is damaged ({error})", hint="Infra/dev/down --wipe forgets this stack")

    def remember(self, **values):
        with self._lock:
            write_private(self._parameters, json.dumps(self.parameters | values, indent=2) + "\n")

    # Places outside the state directory, only where it cannot serve

    @property
    def identity(self):
        """Tells this stack from every other one on the machine."""
        return hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]

    @property
    def run_directory(self):
        """Where sockets are: below the state, or in /tmp when the state's path is too long for a socket."""
        inside = self.directory / "run"
        if len(str(inside)) + len("/haproxy.sock") <= LONGEST_SOCKET_PATH:
            return inside
        return pathlib.Path(f"/tmp/preau-{os.getuid()}-{self.identity}")

    @property
    def database_directory(self):
        """Where PostgreSQL keeps its data. It refuses to run as root, and the account it runs as then may not be able
        to enter the checkout (a temporary clone has mode 0700): the data is then kept in that account's home."""
        if known := self.parameters.get("databases"):
            return pathlib.Path(known)
        chosen = self._usual_database_directory
        self.remember(databases=str(chosen))
        return chosen

    @property
    def _usual_database_directory(self):
        account = database_account()
        if account is None or can_enter(account, self.directory):
            return self.directory / "postgres"
        return pathlib.Path(account.pw_dir) / "preau" / self.identity

    def secret(self, name, generate=lambda: secrets.token_urlsafe(24)):
        """The content of a secret file, made at its first use."""
        path = self.secrets / name
        with self._lock:
            if not path.exists():
                write_private(path, generate() + "\n")
            return path.read_text().strip()


def session_keys():
    """One line of a key ring: the first key signs, all of them verify."""
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"k1:{key}"


def database_account():
    """The account that PostgreSQL runs as: our own, except for root."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise StackError("there is no account postgres; Debian's package postgresql-15 makes it")


def can_enter(account, directory):
    nearest = next(path for path in (directory, *directory.parents) if path.exists())
    probe = subprocess.run(
        ["test", "-x", str(nearest)], user=account.pw_uid, group=account.pw_gid, extra_groups=[], cwd="/", check=False)
    return probe.returncode == 0


def write_private(path, text):
    """Replaces a file at once, readable by its owner only."""
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    new.replace(path)
