"""One development stack: its parts, and the order in which they start and stop."""

import concurrent.futures
import contextlib
import dataclasses
import pathlib
import resource
import shutil
import signal

from . import programs
from .build import PROGRAMS_BUILD, build
from .description import Description
from .errors import StackError
from .haproxy import LARGEST_NUMBER_OF_NODES, FrontProxy
from .ports import Ports, is_free
from .postgres import PostgresServer
from .process import Processes
from .programs import Node, Program, Surroundings
from .provision import Provisioning
from .redis import RedisServer
from .state import CHECKOUT
from .trial import sign_in_everywhere

# Who depends on whom: those who serve first, what they stand on last.
STOP_ORDER = ("haproxy", "node-", "preau-admin", "preau-saml", "redis", "postgres-")


@dataclasses.dataclass
class Wishes:
    """What a person asked for; None where they said nothing."""

    nodes: int | None = None
    shards: int | None = None
    port: int | None = None
    loops: int | None = None
    tenants: str | None = None
    fronts: int | None = None


class Stack:
    """Starts whatever does not run yet, restarts what changed, and leaves the rest alone."""

    def __init__(self, state, progress, wishes):
        self.state, self.progress = state, progress
        state.create()
        known = state.parameters
        self.node_count = chosen(wishes.nodes, known.get("nodes"), 2)
        self.shard_count = chosen(wishes.shards, known.get("shards"), 2)
        self.port = chosen(wishes.port, known.get("port"), 8080)
        self.loops = chosen(wishes.loops, known.get("loops"), 0)
        self.front_count = chosen(wishes.fronts, known.get("fronts"), 1)
        self.tenants = pathlib.Path(chosen(wishes.tenants, known.get("tenants"), CHECKOUT / "Tenants")).absolute()
        self._check(known)
        state.remember(
            nodes=self.node_count, shards=self.shard_count, port=self.port, loops=self.loops, tenants=str(self.tenants),
            fronts=self.front_count)
        self.processes = Processes(state)
        self.ports = Ports(state)
        self.running_before = len(self.processes.all())
        self.description = Description(state, self.port)
        self.node_places = []
        self.front = FrontProxy(state, self.processes, self.ports, self.port, self.front_count)

    def _check(self, known):
        if not 1 <= self.node_count <= LARGEST_NUMBER_OF_NODES:
            raise StackError(f"--nodes goes from 1 to {LARGEST_NUMBER_OF_NODES}")
        if not 1 <= self.front_count <= 16:
            raise StackError("--fronts goes from 1 to 16")
        if self.shard_count < 1:
            raise StackError("--shards starts at 1")
        if not 1024 <= self.port <= 65534:
            raise StackError("--port goes from 1024 to 65534 (the admin service takes the port after it)")
        if not self.tenants.is_dir():
            raise StackError(f"there is no folder {self.tenants} with manifests (--tenants)")
        if self.shard_count < (known.get("shards") or 0):
            raise StackError(
                f"this stack has {known['shards']} shards with data; it cannot start with {self.shard_count}",
                hint=f"Infra/dev/down --wipe --state {self.state.directory} forgets it")

    @property
    def _expected(self):
        """How many processes a whole stack has: directory, shards, nodes, those added, Redis, SAML, admin service, HAProxy."""
        return 1 + self.shard_count + self.node_count + len(self.state.parameters.get("added") or []) + 3 + self.front_count

    def start(self):
        """Brings the whole stack up; returns when it serves and stack.json is written."""
        self._raise_open_files()
        with self.progress.step("Build") as step:
            build(PROGRAMS_BUILD, self.state.logs / "build.log", step.note)
        if self.running_before < self._expected:
            # It says that everything is ready: until that is so again, it is not there.
            self.state.descriptor.unlink(missing_ok=True)
        for process in self.processes.all():
            process.kill(signal.SIGCONT)  # one that was paused is not dead, and never becomes ready
        self._start_databases()
        with self.progress.step("Redis") as step:
            redis = RedisServer(self.state, self.processes, self.ports)
            self.description.add_redis(redis, redis.start())
            step.note(f"127.0.0.1:{redis.port}")
        with self.progress.step("SAML"):
            self.description.add_saml(programs.SAMLProcess(self.state, self.processes).start())
        around = Surroundings(f"http://127.0.0.1:{self.port}", self.directory, redis.port, self.loops or None)
        self._start_admin_and_provision(around)
        nodes = self._start_nodes(around)
        with self.progress.step("HAProxy") as step:
            self.description.add_front(self.front, self.front.start(nodes))
            self.front.enlist(self.node_places)
            self._await_front(self.node_places)
            step.note(f"127.0.0.1:{self.port}")
        self._stop_what_is_too_much()
        with self.progress.step("Sign-in on every node"):
            sign_in_everywhere(self.description.parts)
        shutil.rmtree(self.state.directory / "starting", ignore_errors=True)
        self.description.write(self.state.descriptor)

    def _start_databases(self):
        """All servers at once: making one takes seconds."""
        names = [("directory", "preau_directory")]
        names += [(f"shard-{number}", f"preau_shard_{number}", True) for number in range(1, self.shard_count + 1)]
        servers = [PostgresServer(self.state, self.processes, self.ports, *name) for name in names]
        with self.progress.step(f"PostgreSQL: directory and {self.shard_count} shards") as step:
            # Ports are found one after the other; the rest is independent.
            for server in servers:
                server.choose_port()
            with concurrent.futures.ThreadPoolExecutor(len(servers)) as pool:
                started = list(pool.map(PostgresServer.start, servers))
            step.note(" ".join(str(server.port) for server in servers))
        self.directory, self.shards = servers[0], servers[1:]
        self.description.add_directory(self.directory, started[0])
        self.description.add_shards(list(zip(self.shards, started[1:])))

    def _start_admin_and_provision(self, around):
        owner = {"user": "preau_owner", "password_file": str(self.state.secrets / "preau_owner")}
        mover = {"user": "preau_mover", "password_file": str(self.state.secrets / "preau_mover")}
        # Nothing listens there but whoever wants to see the mail: a test, a developer.
        mail = self.ports.get("mail", True)
        settings = programs.configuration(
            self.state, "preau-admin", self.port + 1, self._private_port("preau-admin"), around,
            # It is reached directly: no proxy may speak for a client.
            trusted_proxies=[],
            more={
                "owner": owner, "mover": mover, "admin_token_file": str(self.state.secrets / "admin-token"),
                "stack_file": str(self.state.descriptor),
                "mail": {"host": "127.0.0.1", "port": mail, "security": "none", "from": "ne-pas-repondre@preau.invalid"},
                "nodes": {
                    "fronts": [str(path) for path in self.front.sockets],
                    "driver": [
                        # Without the packages of the site: a node is to answer soon after it was ordered.
                        "/usr/bin/env", f"PYTHONPATH={CHECKOUT / 'Infra'}", "PYTHONDONTWRITEBYTECODE=1", "/usr/bin/python3", "-S", "-m",
                        "stack.node", "--state", str(self.state.directory),
                    ],
                },
            })
        self.description.add_admin(settings["private"])
        self.description.add_mail(mail)
        admin = Program(self.state, self.processes, "preau-admin", "preau-admin", settings)
        provisioning = Provisioning(self.state, admin, self.shards, self.description, self.tenants)
        current = provisioning.is_current
        admin.write_configuration()
        if not current:
            with self.progress.step("Migrations"):
                provisioning.migrate()
        with self.progress.step("Admin service") as step:
            if self.processes.find("preau-admin") is None and not is_free(self.port + 1):
                raise StackError(f"port {self.port + 1}, the admin service's, is taken by another program",
                                 hint="choose another pair with --port")
            admin.await_ready(admin.start())
            step.note(f"127.0.0.1:{self.port + 1}")
        if not current:
            with self.progress.step("Shards"):
                provisioning.add_shards()
            with self.progress.step("Territories of Tenants/"):
                provisioning.apply_tenants()
            with self.progress.step("Demonstration data"):
                provisioning.seed()
        self.description.add_people(
            self.state.parameters.get("territories", []), self.state.parameters.get("accounts", []))

    def _start_nodes(self, around):
        """Those of the configuration, and those that were added since (`preau node add`).

        Returns the first; all of them are in `node_places`."""
        first = [f"node-{number}" for number in range(1, self.node_count + 1)]
        added = [name for name in self.state.parameters.get("added", []) if name not in first]
        self.state.remember(added=added)
        started = []
        with self.progress.step(f"Nodes: {len(first) + len(added)}") as step:
            for name in first + added:
                running = self.processes.find(name) is not None
                node = Node(
                    name, self.ports.get(name, running), self._private_port(name),
                    self.ports.get(f"{name}-agent", running))
                settings = programs.configuration(
                    self.state, name, node.port, node.private_port, around, trusted_proxies=["127.0.0.1"],
                    more={"agent": f"127.0.0.1:{node.agent_port}", "fronts": self.front_count})
                program = Program(self.state, self.processes, name, "preau-node", settings)
                program.write_configuration()
                self.node_places.append(node)
                # One after the other: those that serve go on while another is replaced.
                process = program.start()
                program.await_ready(process)
                started.append(process)
            step.note(" ".join(str(node.port) for node in self.node_places))
        self.description.add_nodes(list(zip(self.node_places, started)))
        return self.node_places[:len(first)]

    def _await_front(self, nodes):
        process = self.processes.find("haproxy")
        if process is None:
            raise StackError("HAProxy stopped while starting", log=self.processes.log("haproxy"))

        def all_up():
            states = self.front.states_of_nodes()
            return all(states.get(node.id, "").startswith("UP") for node in nodes)

        self.processes.await_ready(process, all_up, 20)

    def _stop_what_is_too_much(self):
        """Nodes, or processes of the front, of an earlier start with more of them; the front has let go of the nodes by now."""
        wanted = {node.id for node in self.node_places} | set(self.front.names)
        for process in self.processes.all():
            if process.name.startswith(("node-", "haproxy-")) and process.name not in wanted:
                process.stop(signal.SIGUSR1 if process.name.startswith("haproxy-") else signal.SIGTERM)
                self.processes.forget(process.name)

    def _private_port(self, name):
        return self.ports.get(f"{name}-private", self.processes.find(name) is not None)

    @staticmethod
    def _raise_open_files():
        """Thousands of connections a process: as many open files as the system allows."""
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def stop(state, progress):
    """Stops every process of a stack; returns how many there were."""
    processes = Processes(state)
    state.descriptor.unlink(missing_ok=True)
    with contextlib.suppress(StackError):  # a damaged memory keeps nobody from stopping what runs
        state.remember(added=[])
    running = processes.all()
    for prefix in STOP_ORDER:
        group = [process for process in running if process.name.startswith(prefix)]
        if not group:
            continue
        with progress.step(f"Stop {', '.join(process.name for process in group)}") as step:
            with concurrent.futures.ThreadPoolExecutor(len(group)) as pool:
                ended = list(pool.map(stop_one, group))
            killed = [process.name for process, went in zip(group, ended) if not went]
            if killed:
                step.note(f"killed, since it did not end by itself: {', '.join(killed)}")
        for process in group:
            processes.forget(process.name)
    return len(running)


def stop_one(process):
    if process.name.startswith("postgres-"):
        # The fast way: sessions are ended, everything is written. A smart one waits for the last client.
        return process.stop(signal.SIGINT, patience=60)
    return process.stop()


def chosen(wish, known, default):
    return next(value for value in (wish, known, default) if value is not None)
