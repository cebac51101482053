"""Redis: sessions, presence, leases; nothing on disk."""

import socket

from .templates import fill, fingerprint

BINARY = "/usr/bin/redis-server"


class RedisServer:
    def __init__(self, state, processes, ports, name="redis"):
        self.state, self.processes, self.ports, self.name = state, processes, ports, name
        self.port = None

    def start(self):
        running = self.processes.find(self.name)
        self.port = self.ports.get(self.name, running is not None)
        directory = self.state.directory / self.name
        directory.mkdir(exist_ok=True)
        text = fill("redis/redis.conf", port=self.port, directory=f'"{directory}"')
        if running and running.fingerprint != fingerprint(text):
            running.stop()
            running = None
        if running is None:
            path = self.state.configuration / f"{self.name}.conf"
            path.write_text(text)
            running = self.processes.start(self.name, [BINARY, path], fingerprint(text))
        self.processes.await_ready(running, self._answers, 30)
        return running

    def _answers(self):
        try:
            return command(self.port, "PING") == "PONG"
        except (OSError, ValueError):
            return False


def command(port, *words):
    """One command to a Redis of this machine: its answer as text, number, list or None."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection, connection.makefile("rb") as answers:
        encoded = [str(word).encode() for word in words]
        connection.sendall(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(each), each) for each in encoded))
        return read_answer(answers)


def read_answer(answers):
    line = answers.readline().rstrip(b"\r\n").decode()
    kind, rest = line[:1], line[1:]
    if kind == "+":
        return rest
    if kind == ":":
        return int(rest)
    if kind == "$":
        return None if rest == "-1" else answers.read(int(rest) + 2)[:-2].decode("utf-8", "replace")
    if kind == "*":
        return None if rest == "-1" else [read_answer(answers) for _ in range(int(rest))]
    raise ValueError(rest or "Redis closed the connection")
