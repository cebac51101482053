"""HAProxy: the front of the stack."""

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
    def __init__(self, state, processes, ports, port):
        self.state, self.processes, self.ports, self.port = state, processes, ports, port
        self.socket = state.run_directory / "haproxy.sock"
        self.metrics_port = None

    def start(self, nodes):
        """Starts the front before these nodes; one that runs with other nodes is reloaded without refusing anybody."""
        running = self.processes.find("haproxy")
        self.metrics_port = self.ports.get("haproxy-metrics", running is not None)
        self._make_run_directory()
        text = self._configure(nodes)
        path = self.state.configuration / "haproxy.cfg"
        print_of = fingerprint(text, *(file.read_text() for file in sorted(self._errors.iterdir())))
        if running and running.fingerprint == print_of:
            return running
        path.write_text(text)
        command = [BINARY, "-db", "-f", path]
        if running:
            # The new process takes the listening sockets over from the old one, which ends with its last connection.
            command += ["-x", self.socket, "-sf", running.pid]
        elif not is_free(self.port):
            raise StackError(f"port {self.port} is taken by another program", hint="choose another one with --port")
        started = self.processes.start("haproxy", command, print_of)
        self.processes.await_ready(started, lambda: self._serves(started.pid), 20)
        return started

    def _serves(self, pid):
        # A reload answers from the first instant, but from the old process: the socket says who answers.
        try:
            return f"Pid: {pid}\n" in self.ask("show info") and answers(self.port)
        except OSError:
            return False

    def ask(self, command):
        """The answer of the runtime API to one command."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket))
            connection.sendall(command.encode() + b"\n")
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        return answer.decode()

    def states_of_nodes(self):
        """What the front thinks of each node: UP, DOWN, DRAIN, MAINT…"""
        states = {}
        for line in self.ask("show stat nodes 4 -1").splitlines()[1:]:
            fields = line.split(",")
            if len(fields) > 17:
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

    def _configure(self, nodes):
        servers = "\n".join(
            f"    server {node.id} 127.0.0.1:{node.port} check port {node.private_port}"
            + (f" agent-check agent-port {node.agent_port}" if node.agent_port else "") for node in nodes)
        return fill(
            "haproxy/haproxy.cfg", port=self.port, socket=self.socket, metrics_port=self.metrics_port, servers=servers,
            free_slots=f"{len(nodes) + 1}-{LARGEST_NUMBER_OF_NODES}", errors=self._write_errors())

    def _write_errors(self):
        """HAProxy's own errors, as a page for people or a problem document for programs. Both are cut where the
        request's identifier goes; a map chooses between them, since an error may have one body only."""
        self._errors.mkdir(exist_ok=True)
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
            (self._errors / status).write_text(
                f"%[str({status}),concat(,txn.audience),map_str({self._errors}/before.map)]"
                f"%[unique-id]%[str({status}),concat(,txn.audience),map_str({self._errors}/after.map)]")
            lines.append(
                f'    http-error status {status} content-type "text/html; charset=utf-8" lf-file {self._errors}/{status}'
                " hdr Cache-Control no-store hdr X-Preau-Front-Error yes"
                + (" hdr Retry-After %[rand(5),add(4)]" if status == "503" else ""))
        (self._errors / "before.map").write_text("".join(before))
        (self._errors / "after.map").write_text("".join(after))
        return "\n".join(lines)
