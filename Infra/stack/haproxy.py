"""HAProxy: the front of the stack."""

import dataclasses
import json
import os
import socket
import string

from .errors import StackError
from .ports import answers, is_free
from .state import CHECKOUT
from .templates import fill, fingerprint

BINARY = "/usr/sbin/haproxy"
LARGEST_NUMBER_OF_NODES = 64


class FrontProxy:
    """One HAProxy, or several that share the port: a process holds as many connections as it may open files."""

    def __init__(self, state, processes, ports, port, count=1):
        self.state, self.processes, self.ports, self.port = state, processes, ports, port
        self.names = ["haproxy"] + [f"haproxy-{number}" for number in range(2, count + 1)]
        self.metrics_ports = {}

    def socket_of(self, name):
        return self.state.run_directory / f"{name}.sock"

    @property
    def socket(self):
        return self.socket_of(self.names[0])

    @property
    def sockets(self):
        return [self.socket_of(name) for name in self.names]

    @property
    def metrics_port(self):
        return self.metrics_ports[self.names[0]]

    def start(self, nodes):
        """Starts the front before these nodes; one that runs with other nodes is reloaded without refusing anybody."""
        return [self._start(name, nodes) for name in self.names][0]

    def _start(self, name, nodes):
        running = self.processes.find(name)
        self.metrics_ports[name] = self.ports.get(f"{name}-metrics", running is not None)
        self._make_run_directory()
        text = self._configure(name, nodes)
        path = self.state.configuration / f"{name}.cfg"
        print_of = fingerprint(text, *(file.read_text() for file in sorted(self._errors.iterdir())))
        if running and running.fingerprint == print_of:
            return running
        path.write_text(text)
        command = [BINARY, "-db", "-f", path]
        self._state_file(name).write_text(self._states_to_keep(name, nodes) if running else states_at_rest(nodes))
        if running:
            # The new process takes the listening sockets over from the old one, which ends with its last connection.
            command += ["-x", self.socket_of(name), "-sf", running.pid]
        elif not is_free(self.port) and not any(self.processes.find(other) for other in self.names):
            raise StackError(f"port {self.port} is taken by another program", hint="choose another one with --port")
        started = self.processes.start(name, command, print_of)
        self.processes.await_ready(started, lambda: self._serves(name, started.pid), 20)
        return started

    def _serves(self, name, pid):
        # A reload answers from the first instant, but from the old process: the socket says who answers.
        try:
            return f"Pid: {pid}\n" in self.ask("show info", name) and answers(self.port)
        except OSError:
            return False

    def _state_file(self, name):
        return self.state.configuration / f"{name}.state"

    def _states_to_keep(self, name, nodes):
        """What HAProxy knows of the nodes that were added; those of the configuration are as the configuration says."""
        named = {node.id for node in nodes}
        lines = self.ask("show servers state nodes", name).splitlines()
        return "".join(f"{line}\n" for line in map(without_idle_agent, lines) if line and (line.split() + [""] * 4)[3] not in named)

    def ask(self, command, name=None):
        """The answer of the runtime API of one process to one command."""
        return ask(self.socket_of(name or self.names[0]), command)

    def enlist(self, nodes):
        """Sends requests to nodes that were added, and again to those that an operator had taken away."""
        for name in self.names:
            for node in nodes:
                server = f"nodes/{node.id}"
                for command in (
                    f"set server {server} addr 127.0.0.1 port {node.port}",
                    f"set server {server} check-addr 127.0.0.1 port {node.private_port}",
                    f"enable agent {server}", f"set server {server} agent-addr 127.0.0.1 port {node.agent_port}",
                    f"enable health {server}", f"set server {server} state ready",
                ):
                    self.ask(command, name)

    def states_of_nodes(self):
        """What the front thinks of each node: UP, DOWN, DRAIN, MAINT…; of several processes, the one that is worst off."""
        states = {}
        for name in self.names:
            for line in self.ask("show stat nodes 4 -1", name).splitlines()[1:]:
                fields = line.split(",")
                if len(fields) > 17 and states.get(fields[1], "UP").startswith("UP"):
                    states[fields[1]] = fields[17]
        return states

    @property
    def _errors(self):
        return self.state.configuration / "haproxy-errors"

    def _make_run_directory(self):
        directory = self.socket.parent
        directory.mkdir(mode=0o700, exist_ok=True)
        owner = directory.stat()
        if owner.st_uid != os.getuid() or owner.st_mode & 0o022:
            raise StackError(f"{directory} belongs to somebody else", hint="choose a --state with a shorter path")

    def _configure(self, name, nodes):
        self._errors.mkdir(exist_ok=True)
        servers = [Server(node.id, f"127.0.0.1:{node.port}", node.private_port, node.agent_port) for node in nodes]
        return configuration(
            servers, binds=f"    bind 127.0.0.1:{self.port}", scheme="http", socket=self.socket_of(name),
            metrics=f"127.0.0.1:{self.metrics_ports[name]}", state_file=self._state_file(name),
            errors=write_errors(self._errors, self._errors))


def ask(path, command):
    """The answer of the runtime API at that socket to one command."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(command.encode() + b"\n")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer.decode()


@dataclasses.dataclass
class Server:
    """A node, as the front's configuration knows it: where it serves, and its ports for health and for the agent."""

    id: str
    address: str
    private_port: int
    agent_port: int | None


def configuration(servers, *, binds, scheme, socket, metrics, state_file, errors, privileges="", redirect=""):
    """The text of haproxy.cfg; `errors` comes from `write_errors`, `binds` is where people come, in lines of the
    configuration, `metrics` an address with what follows it."""
    lines = "\n".join(
        f"    server {server.id} {server.address} check port {server.private_port}"
        + (f" agent-check agent-port {server.agent_port}" if server.agent_port else "") for server in servers)
    return fill(
        "haproxy/haproxy.cfg", binds=binds, scheme=scheme, socket=socket, metrics=metrics, state_file=state_file,
        servers=lines, free_slots=free_slots(servers), errors=errors, privileges=privileges, redirect=redirect)


def write_errors(folder, installed):
    """HAProxy's own errors, as a page for people or a problem document for programs. Both are cut where the request's identifier
    goes; a map chooses between them, since an error may have one body only.

    Writes the files into `folder`; `installed` is where HAProxy will find them. Returns the lines of the configuration."""
    page = string.Template((CHECKOUT / "Infra/haproxy/error.html").read_text())
    before, after, lines = [], [], []
    for status, words in json.loads((CHECKOUT / "Infra/haproxy/errors.json").read_text()).items():
        problem = {
            "type": "about:blank", "title": words["title"], "status": int(status), "code": words["code"],
            "detail": words["text"], "request_id": "${request}",
        }
        html = " ".join(page.substitute(words, request="${request}").split("\n"))
        for audience, text in (("json", json.dumps(problem, ensure_ascii=False)), ("html", html), ("", html)):
            head, _, tail = text.partition("${request}")
            before.append(f"{status}{audience} {head}\n")
            after.append(f"{status}{audience} {tail}\n")
        (folder / status).write_text(
            f"%[str({status}),concat(,txn.audience),map_str({installed}/before.map)]"
            f"%[unique-id]%[str({status}),concat(,txn.audience),map_str({installed}/after.map)]")
        lines.append(
            f'    http-error status {status} content-type "text/html; charset=utf-8" lf-file {installed}/{status}'
            " hdr Cache-Control no-store hdr X-Preau-Front-Error yes"
            + (" hdr Retry-After %[rand(5),add(4)]" if status == "503" else ""))
    (folder / "before.map").write_text("".join(before))
    (folder / "after.map").write_text("".join(after))
    return "\n".join(lines)


# `show servers state` (management guide, §9.1): column of a server's agent, and the bit in it that says it is asked.
AGENT_STATE, AGENT_IS_ASKED = 14, 0x04
STATE_COLUMNS = (
    "be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status "
    "srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl "
    "srv_check_port srv_check_addr srv_agent_addr srv_agent_port")


def states_at_rest(nodes):
    """What HAProxy is to know when it starts: nobody asks the agents of places without a node. The configuration cannot say so, and each
    place would be asked twice a second: with 62 of them 2.2 % of a core for every front, where 1.2 % do."""
    taken = {node.id for node in nodes}
    free = (number for number in range(1, LARGEST_NUMBER_OF_NODES + 1) if f"node-{number}" not in taken)
    lines = (f"3 nodes {number} node-{number} 127.0.0.1 0 5 1 1 0 1 0 0 14 18 0 0 - 9 - 0 9 - - 0\n" for number in free)
    return f"1\n# {STATE_COLUMNS}\n" + "".join(lines)


def without_idle_agent(line):
    """HAProxy warns of each port that it is told of an agent that is not asked."""
    fields = line.split(" ")
    if len(fields) <= AGENT_STATE or fields[0] == "#" or int(fields[AGENT_STATE]) & AGENT_IS_ASKED:
        return line
    return " ".join([*fields[:-1], "0"])


def free_slots(nodes):
    """The places for which the configuration has no node, as ranges."""
    taken = {node.id for node in nodes}
    lines, first = [], None
    for number in range(1, LARGEST_NUMBER_OF_NODES + 2):
        is_free_place = number <= LARGEST_NUMBER_OF_NODES and f"node-{number}" not in taken
        if is_free_place and first is None:
            first = number
        elif not is_free_place and first is not None:
            lines.append(f"    server-template node- {first}-{number - 1} 127.0.0.1:9 check port 9 disabled")
            first = None
    return "\n".join(lines)
