"""A TCP client that sends exactly the bytes it is told to, and the target they are sent to.

PREAU_TARGET      host:port of a node's public port or of HAProxy; when unset the front of the stack that PREAU_STATE names,
                  else 127.0.0.1:8080
PREAU_HOST        Host field of every well-formed request; when unset the stack's first territory, else the target
PREAU_PATH        a page that answers GET with 2xx or 3xx without a session; / when unset
PREAU_IDLE        how many connections the idle test keeps; 1000 when unset
PREAU_SLOW_LIMIT  seconds after which a slow client must have been cut off; 40 when unset
"""

import json
import os
import pathlib
import socket


def stack_target():
    """Address and Host of the stack that the tests run on, if any."""
    file = pathlib.Path(os.environ.get("PREAU_STATE", "/nonexistent")) / "stack.json"
    if not file.exists():
        return "127.0.0.1:8080", None
    stack = json.loads(file.read_text())
    target = stack["front"].partition("://")[2].rstrip("/")
    return target, f"{stack['territories'][0]['host']}:{target.rpartition(':')[2]}"


_target, _host = stack_target()
TARGET = os.environ.get("PREAU_TARGET", _target)
HOST = os.environ.get("PREAU_HOST", _host or TARGET)
PATH = os.environ.get("PREAU_PATH", "/")
IDLE = int(os.environ.get("PREAU_IDLE", "1000"))
SLOW_LIMIT = float(os.environ.get("PREAU_SLOW_LIMIT", "40"))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __getitem__(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Closed(Exception):
    """The peer ended the connection, with what had come before."""


class Wire:
    def __init__(self, timeout=15):
        host, _, port = TARGET.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """What the peer no longer takes is dropped: that it has closed shows when reading."""
        try:
            self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
        except (BrokenPipeError, ConnectionResetError):
            pass

    def fill(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(self.buffer)
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.fill()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def line(self):
        while b"\r\n" not in self.buffer:
            self.fill()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def read(self, head=False):
        """One response; `head` when it answers a HEAD."""
        start = self.line().decode("latin-1")
        assert start.startswith("HTTP/1."), f"not a status line: {start!r}"
        status = int(start.split(" ")[1])
        headers = []
        while line := self.line():
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name.strip(), value.strip()))
        answer = Answer(status, headers, b"")
        if head or status in (204, 304) or status < 200:
            return answer
        if (answer["Transfer-Encoding"] or "").lower() == "chunked":
            while size := int(self.line().split(b";")[0], 16):
                answer.body += self.take(size)
                assert self.take(2) == b"\r\n"
            while self.line():
                pass
        elif answer["Content-Length"] is not None:
            answer.body = self.take(int(answer["Content-Length"]))
        else:
            answer.body = self.rest()
        return answer

    def rest(self):
        """All until the peer closes."""
        try:
            while True:
                self.fill()
        except Closed:
            data, self.buffer = self.buffer, b""
            return data

    def ends(self):
        """True when nothing more comes and the connection is closed."""
        return self.rest() == b""


def request(method="GET", path=None, *fields, body=b"", version="1.1"):
    lines = [f"{method} {path or PATH} HTTP/{version}", f"Host: {HOST}", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
