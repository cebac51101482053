"""Ports of one stack: found free once, then remembered, so that addresses survive a restart."""

import socket
import threading
import zlib

from .errors import StackError

# Below Linux's range for outgoing connections (32768 and up): a port remembered today is not taken by a passing
# connection tomorrow.
FIRST, COUNT = 20000, 12000


class Ports:
    """Gives every part of a stack its port."""

    def __init__(self, state):
        self.state = state
        self.ports = dict(state.parameters.get("ports", {}))
        self.next = zlib.crc32(state.identity.encode()) % COUNT
        # Parts that start side by side ask at once.
        self._lock = threading.Lock()

    def get(self, name, running):
        """The port of a part. A remembered one is kept while the part itself runs on it or nobody else does."""
        with self._lock:
            known = self.ports.get(name)
            if known and (running or is_free(known)):
                return known
            self.ports[name] = self._find()
            self.state.remember(ports=self.ports)
            return self.ports[name]

    def _find(self):
        for _ in range(COUNT):
            self.next = (self.next + 1) % COUNT
            port = FIRST + self.next
            if port not in self.ports.values() and is_free(port):
                return port
        raise StackError(f"no free port from {FIRST} to {FIRST + COUNT}")


def is_free(port):
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
