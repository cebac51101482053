"""The front's sockets as the cluster hands them over, as systemd would: they outlive HAProxy, and no connection is refused."""

import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest
from cluster.sockets import fetch
from stack.front import addresses, bind_lines, write_front
from stack.ports import Ports

INFRA = pathlib.Path(__file__).resolve().parents[2] / "Infra"
BINDS = ["*:80", "[::]:8080 v6only", "*:443 ssl crt /etc/front.pem alpn h2,http/1.1"]


class HeldFront:
    """HAProxy with production's configuration on sockets that another process holds. It has no node: every answer is its own."""

    def __init__(self, state, processes, folder):
        self.processes, self.path = processes, folder / "sockets"
        ports = Ports(state)
        self.ports = [ports.get(name, running=False) for name in ("first", "second")]
        self.configuration = write_front({
            "binds": [f"127.0.0.1:{self.ports[0]}", f"127.0.0.1:{self.ports[1]} tfo"], "redirect": False, "privileges": [],
            "socket": str(folder / "admin.sock"), "metrics": f"127.0.0.1:{ports.get('metrics', running=False)}",
            "state_file": str(folder / "state"), "errors": str(folder / "errors"),
            "nodes": [{"id": "node-1", "address": "127.0.0.1:9", "private_port": 9, "agent_port": 9}]}, folder)
        self.holder = self._start("sockets", "hold", folder / "haproxy.socket", self.path)
        processes.await_ready(self.holder, self.path.exists, 10)

    def _start(self, name, *words):
        return self.processes.start(name, ["/usr/bin/env", f"PYTHONPATH={INFRA}", sys.executable, "-m", "cluster.sockets", *words])

    def serve(self, mode="-db"):
        process = self._start("haproxy", "take", self.path, "haproxy", mode, "-f", self.configuration)
        self.processes.await_ready(process, self.answers, 20)
        return process

    def answers(self, number=0):
        """Whether HAProxy answers, itself: it has no node to ask."""
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.ports[number]}/", timeout=10)
        except urllib.error.HTTPError as error:
            return error.headers["X-Preau-Node"] == "front"
        return False


@pytest.fixture
def front(state, processes, tmp_path):
    front = HeldFront(state, processes, tmp_path)
    yield front
    for process in (processes.find("haproxy"), front.holder):
        if process:
            process.stop()


def test_the_unit_has_the_addresses_in_the_order_of_the_configuration():
    assert addresses(BINDS) == ["0.0.0.0:80", "[::]:8080", "0.0.0.0:443"]
    given, _, own = bind_lines(BINDS).partition(".else\n")
    assert given.splitlines()[1:] == ["    bind fd@3", "    bind fd@4 v6only", "    bind fd@5 ssl crt /etc/front.pem alpn h2,http/1.1"]
    assert own.splitlines()[:3] == [f"    bind {each}" for each in BINDS]


def test_a_configuration_is_checked_without_the_sockets(front):
    done = subprocess.run(["haproxy", "-c", "-f", front.configuration], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_who_comes_while_haproxy_is_away_is_answered_by_the_next_one(front):
    first = front.serve()
    assert front.answers(0) and front.answers(1)
    first.kill(signal.SIGKILL)
    assert first.wait(5)
    waiting = [socket.create_connection(("127.0.0.1", port), timeout=10) for port in front.ports]
    for each in waiting:
        each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert front.serve().pid != first.pid
    for each in waiting:
        with each:
            assert each.recv(65536).startswith(b"HTTP/1.1 503")


def test_once_the_sockets_are_given_up_nobody_waits(front):
    front.serve().stop(signal.SIGKILL)
    with socket.create_connection(("127.0.0.1", front.ports[0]), timeout=10) as waiting:
        front.holder.stop(signal.SIGKILL)
        with pytest.raises(ConnectionResetError):
            waiting.recv(1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", front.ports[0]), timeout=10)


def test_a_reload_of_the_master_keeps_the_sockets_and_refuses_nobody(front):
    master = front.serve("-W")
    told, done = [], threading.Event()

    def visit():
        while not done.is_set():
            try:
                told.append(front.answers())
            except OSError as error:
                told.append(error)

    visitor = threading.Thread(target=visit)
    visitor.start()
    for _ in range(3):
        before, deadline = workers(master.pid), time.monotonic() + 20
        # A master that has only just made its worker does not hear yet.
        while not workers(master.pid) - before:
            assert time.monotonic() < deadline
            master.kill(signal.SIGUSR2)
            time.sleep(0.7)
    done.set()
    visitor.join()
    assert master.alive and told and set(told) == {True}


def workers(master):
    return set(pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split())


def test_every_taker_gets_the_same_sockets(front):
    for _ in range(2):
        taken = [socket.socket(fileno=each) for each in fetch(front.path)]
        assert [each.getsockname()[1] for each in taken] == front.ports
        for each in taken:
            each.close()
