"""Redis: sessions, presence, leases; nothing on disk."""

import socket

from .templates import fill, fingerprint

BINARY = "/usr/bin/redis-server"


class RedisServer:
    def __init__(self, state, processes, ports):
        self.state, self.processes, self.ports = state, processes, ports
        self.port = None

    def start(self):
        running = self.processes.find("redis")
        self.port = self.ports.get("redis", running is not None)
        directory = self.state.directory / "redis"
        directory.mkdir(exist_ok=True)
        text = fill("redis/redis.conf", port=self.port, directory=f'"{directory}"')
        if running and running.fingerprint != fingerprint(text):
            running.stop()
            running = None
        if running is None:
            path = self.state.configuration / "redis.conf"
            path.write_text(text)
            running = self.processes.start("redis", [BINARY, path], fingerprint(text))
        self.processes.await_ready(running, self._answers, 30)
        return running

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
