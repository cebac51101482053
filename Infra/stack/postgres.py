"""PostgreSQL servers: one for the directory, one a shard, each with its own data and its own process."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from .errors import StackError
from .ports import answers
from .state import CHECKOUT, database_account, write_private
from .templates import fill, fingerprint

BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")
SUPERUSER = "postgres"


class PostgresServer:
    """One server and its one database."""

    def __init__(self, state, processes, ports, name, database, is_shard=False):
        self.state, self.processes, self.ports = state, processes, ports
        self.name, self.database, self.is_shard = name, database, is_shard
        self.process_name = f"postgres-{name}"
        self.data = state.database_directory / name
        self.account = database_account()
        self.port = None

    def choose_port(self):
        self.port = self.ports.get(self.process_name, self.processes.find(self.process_name) is not None)

    def start(self):
        """Makes the data directory when there is none, starts the server unless it runs, and sets its roles up."""
        running = self.processes.find(self.process_name)
        if not self.data.exists():
            self._create()
        configuration = fill("postgres/postgresql.conf", port=self.port, name=self.name)
        access = fill("postgres/pg_hba.conf")
        print_of = fingerprint(configuration, access)
        if running and running.fingerprint != print_of:
            running.stop(signal.SIGINT, patience=30)
            running = None
        if running is None:
            self._await_the_dead()
            self._write("postgresql.conf", configuration)
            self._write("pg_hba.conf", access)
            running = self.processes.start(
                self.process_name, [BINARIES / "postgres", "-D", self.data], print_of, self.account, self.data)
        # Recovery after a crash takes its time.
        self.processes.await_ready(running, self._accepts, 120)
        self._set_up()
        return running

    def _await_the_dead(self, patience=15):
        """A server that was killed a moment ago is a process, by its number, until somebody has asked how it ended; a new one
        would take it for another that runs."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        deadline = time.monotonic() + patience
        while is_dead_or_dying(number) and time.monotonic() < deadline:
            time.sleep(0.05)

    @property
    def superuser(self):
        """A superuser's connection string, for checks."""
        return self.conninfo(SUPERUSER, "postgres")

    def conninfo(self, user, secret):
        password = self.state.secret(secret)
        return f"host=127.0.0.1 port={self.port} dbname={self.database} user={user} password={password}"

    def psql(self, script, connect_to="postgres", variables=None):
        """Runs a script as superuser. Passwords go by standard input, where no list of processes shows them."""
        assignments = "".join(f"\\set {name} '{value}'\n" for name, value in (variables or {}).items())
        environment = os.environ | {
            "PGPASSWORD": self.state.secret("postgres"), "PGCONNECT_TIMEOUT": "5", "PGOPTIONS": "", "PSQLRC": "/dev/null",
        }
        done = subprocess.run(
            [BINARIES / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
             "-U", SUPERUSER, "-d", connect_to, "-f", "-"],
            input=assignments + script, env=environment, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise StackError(f"{self.process_name}: {done.stderr.strip()}", log=self.processes.log(self.process_name))
        return done.stdout.strip()

    def _create(self):
        # Made beside its place and renamed: an initdb that was interrupted is never taken for data.
        base, unfinished = self.data.parent, self.data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        base.mkdir(parents=True, exist_ok=True)
        unfinished.mkdir(mode=0o700)
        password = base / f".{self.name}.password"
        write_private(password, self.state.secret("postgres") + "\n")
        identity = {}
        if self.account:
            for path in (base, unfinished, password):
                os.chown(path, self.account.pw_uid, self.account.pw_gid)
            identity = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        log = self.processes.log(self.process_name)
        try:
            with log.open("ab") as output:
                done = subprocess.run(
                    [BINARIES / "initdb", "-D", unfinished, "-U", SUPERUSER, "--pwfile", password,
                     "--auth", "scram-sha-256", "--encoding", "UTF8",
                     # The order of C.UTF-8, compared as bytes and not by the C library (docs/decisions/0027).
                     "--locale", "C.UTF-8", "--lc-collate", "C", "--data-checksums",
                     # An empty server is not worth waiting for the disk; all that follows is written durably.
                     "--no-sync"],
                    stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=unfinished, check=False, **identity)
        finally:
            password.unlink()
        if done.returncode != 0:
            raise StackError(f"{self.process_name}: initdb failed", log=log)
        unfinished.rename(self.data)

    def _write(self, name, text):
        path = self.data / name
        path.write_text(text)
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _accepts(self):
        if not answers(self.port):
            return False
        try:
            self.psql("select 1")
        except StackError as error:
            # Only "the database system is starting up" is worth waiting for; a wrong password is not.
            if "authentication failed" in error.cause:
                raise
            return False
        return True

    def _set_up(self):
        self.psql(fill("postgres/roles.sql"), variables={
            "database": self.database, "owner_password": self.state.secret("preau_owner"),
            "node_password": self.state.secret("preau_node"), "admin_password": self.state.secret("preau_admin"),
        })
        if self.is_shard:
            self.psql((CHECKOUT / "Infra/postgres/shard.sql").read_text(), connect_to=self.database, variables={
                "database": self.database, "mover_password": self.state.secret("preau_mover"),
            })


def is_dead_or_dying(number):
    """Whether a process was ended and is not gone yet (proc(5), the third field of stat)."""
    try:
        state = pathlib.Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state in "ZX"
