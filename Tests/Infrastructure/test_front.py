"""HAProxy with the real configuration, before stand-ins of nodes that can be told to misbehave."""

import http.server
import json
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest
from stack import ports
from stack.errors import StackError
from stack.haproxy import FrontProxy
from stack.programs import Node


class Backend(http.server.ThreadingHTTPServer):
    """A node's stand-in: answers with what it was sent; can be told to drop requests, or to say it is not ready."""

    daemon_threads = True

    def __init__(self, name):
        super().__init__(("127.0.0.1", 0), Answer)
        self.name, self.served, self.drop, self.ready = name, 0, False, True
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        if self.path == "/readyz":
            return self.answer(200 if server.ready else 503, b"")
        server.served += 1
        if server.drop:
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        self.answer(200, json.dumps({"headers": {name.lower(): value for name, value in self.headers.items()}}).encode())

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Preau-Node", self.server.name)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Front:
    """HAProxy with the real configuration before two stand-ins."""

    def __init__(self, state, processes):
        self.backends = [Backend("node-1"), Backend("node-2")]
        allocated = ports.Ports(state)
        self.proxy = FrontProxy(state, processes, allocated, allocated.get("front", running=False))
        self.nodes = [Node(each.name, each.port, each.port) for each in self.backends]
        self.process = self.proxy.start(self.nodes)
        self.await_states("UP", "UP")

    def await_states(self, *expected):
        deadline = time.monotonic() + 10
        while True:
            states = self.proxy.states_of_nodes()
            found = [states.get(f"node-{number}", "").split()[0] for number in range(1, len(expected) + 1)]
            if found == list(expected):
                return
            assert time.monotonic() < deadline, states
            time.sleep(0.05)

    def ask(self, path="/", method="GET", body=None, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.proxy.port}{path}", method=method, data=body, headers=names)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def close(self):
        for backend in self.backends:
            backend.shutdown()
            backend.server_close()


@pytest.fixture
def front(state, processes):
    front = Front(state, processes)
    yield front
    front.close()


def asked(front):
    """Whose agent HAProxy asks, as it says itself."""
    rows = [line.split() for line in front.proxy.ask("show servers state nodes").splitlines()[2:] if line]
    return {row[3] for row in rows if int(row[14]) & 0x04}


class TestFront:
    def test_what_only_a_proxy_may_say_is_said_by_this_one(self, front):
        status, headers, body = front.ask(
            X_Forwarded_For="6.6.6.6", X_Forwarded_Proto="https", X_Forwarded_Host="evil", X_Real_IP="6.6.6.6",
            Forwarded="for=6.6.6.6", X_Request_ID="mine", X_Preau_Role="head")
        sent = json.loads(body)["headers"]
        assert status == 200 and sent["x-forwarded-for"] == "127.0.0.1" and sent["x-forwarded-proto"] == "http"
        assert "6.6.6.6" not in body and "evil" not in body and "x-preau-role" not in sent
        assert sent["x-request-id"] == headers["X-Request-ID"] != "mine"

    def test_requests_go_to_every_node(self, front):
        assert {front.ask()[1]["X-Preau-Node"] for _ in range(6)} == {"node-1", "node-2"}

    def test_a_get_that_a_node_dropped_is_answered_by_another(self, front):
        front.backends[0].drop = True
        assert all(front.ask()[0] == 200 for _ in range(6))
        assert front.backends[0].served > 0

    def test_a_post_is_never_sent_twice(self, front):
        for backend in front.backends:
            backend.drop = True
        status, _, _ = front.ask(method="POST", body=b"a=1")
        assert status == 502
        assert sum(backend.served for backend in front.backends) == 1

    def test_a_node_that_is_not_ready_gets_nothing(self, front):
        front.backends[0].ready = False
        front.await_states("DOWN", "UP")
        assert {front.ask()[1]["X-Preau-Node"] for _ in range(6)} == {"node-2"}

    def test_without_a_node_people_read_a_page_with_the_request_identifier(self, front):
        for backend in front.backends:
            backend.ready = False
        front.await_states("DOWN", "DOWN")
        status, headers, body = front.ask("/timetable")
        assert status == 503 and headers["Content-Type"] == "text/html; charset=utf-8" and headers["Retry-After"]
        assert 'lang="fr"' in body and headers["X-Request-ID"] in body and headers["X-Preau-Node"] == "front"
        assert len(headers["X-Request-ID"]) == 36 and "%" not in body and "${" not in body

    def test_without_a_node_programs_read_a_problem(self, front):
        for backend in front.backends:
            backend.ready = False
        front.await_states("DOWN", "DOWN")
        for path, accept in (("/api/v1/session", "*/*"), ("/oidc/token", "application/json")):
            status, headers, body = front.ask(path, Accept=accept)
            problem = json.loads(body)
            assert status == 503 and headers["Content-Type"] == "application/problem+json"
            assert problem["code"] == "preau.front.unavailable" and problem["request_id"] == headers["X-Request-ID"]

    def test_a_node_is_added_and_removed_while_it_serves(self, front):
        third = Backend("node-3")
        front.backends.append(third)
        for command in (f"addr 127.0.0.1 port {third.port}", f"check-addr 127.0.0.1 port {third.port}"):
            front.proxy.ask(f"set server nodes/node-3 {command}")
        front.proxy.ask("enable health nodes/node-3")
        front.proxy.ask("set server nodes/node-3 state ready")
        front.await_states("UP", "UP", "UP")
        assert "node-3" in {front.ask()[1]["X-Preau-Node"] for _ in range(9)}
        front.proxy.ask("set server nodes/node-3 state maint")
        assert "node-3" not in {front.ask()[1]["X-Preau-Node"] for _ in range(9)}

    def test_nobody_is_asked_about_a_place_without_a_node(self, front):
        third = Backend("node-3")
        front.backends.append(third)
        assert asked(front) == set()
        front.proxy.enlist([Node("node-3", third.port, third.port, third.port)])
        assert asked(front) == {"node-3"}
        fourth = Backend("node-4")
        front.backends.append(fourth)
        front.proxy.start(front.nodes + [Node("node-4", fourth.port, fourth.port)])
        assert asked(front) == {"node-3"}

    def test_an_added_node_survives_a_reload(self, front):
        third, fourth = Backend("node-3"), Backend("node-4")
        front.backends += [third, fourth]
        front.proxy.enlist([Node("node-3", third.port, third.port, third.port)])
        front.await_states("UP", "UP", "UP")
        reloaded = front.proxy.start(front.nodes + [Node("node-4", fourth.port, fourth.port)])
        assert reloaded.pid != front.process.pid
        front.await_states("UP", "UP", "UP", "UP")
        third.served = 0
        assert {front.ask()[1]["X-Preau-Node"] for _ in range(40)} == {"node-1", "node-2", "node-3", "node-4"} and third.served

    def test_other_nodes_are_taken_in_without_refusing_anybody(self, front):
        third = Backend("node-3")
        front.backends.append(third)
        answers, done = [], threading.Event()

        def visit():
            while not done.is_set():
                answers.append(front.ask()[0])

        visitor = threading.Thread(target=visit)
        visitor.start()
        reloaded = front.proxy.start(front.nodes + [Node("node-3", third.port, third.port)])
        front.await_states("UP", "UP", "UP")
        done.set()
        visitor.join()
        assert reloaded.pid != front.process.pid and front.process.wait(35)
        assert answers and set(answers) == {200}

    def test_an_unchanged_front_is_left_alone(self, front):
        assert front.proxy.start(front.nodes).pid == front.process.pid

    def test_a_client_that_drips_its_headers_is_let_go(self, front):
        with socket.create_connection(("127.0.0.1", front.proxy.port), timeout=20) as slow:
            started = time.monotonic()
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            while time.monotonic() - started < 15:
                slow.settimeout(1)
                try:
                    if not (answer := slow.recv(4096)) or b" 408 " in answer:
                        break
                except TimeoutError:
                    slow.sendall(b"X-A: b\r\n")
            assert 8 < time.monotonic() - started < 13

    @pytest.mark.parametrize("request_head", [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\na",
        b"GET / HTTP/1.1\r\nHost: x\r\nA\x00: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20000 + b"\r\n\r\n",
    ])
    def test_ambiguous_and_oversized_requests_are_refused(self, front, request_head):
        with socket.create_connection(("127.0.0.1", front.proxy.port), timeout=5) as client:
            client.sendall(request_head)
            assert client.recv(4096).startswith(b"HTTP/1.1 4")
        assert sum(backend.served for backend in front.backends) == 0

    def test_a_taken_port_is_told(self, state, processes):
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.listen()
            proxy = FrontProxy(state, processes, ports.Ports(state), stranger.getsockname()[1])
            with pytest.raises(StackError, match="is taken"):
                proxy.start([])
