"""A line to a server that is slow, and that can be cut and mended: what a browser has in a train, and does not emulate for what
is under way."""

import contextlib
import socket
import threading
import time

PIECE = 16_384


class Line:
    def __init__(self, server, rate):
        """- Parameters: the server's address; bytes a second towards it."""
        self.server, self.rate = server, rate
        self.sent = 0
        self.open = set()
        self.listener = None
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.mend()

    def mend(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self):
        """Whoever is connected is no more, and nobody can connect."""
        listener, self.listener = self.listener, None
        if listener:
            # A close alone leaves the thread in accept().
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for each in list(self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
                server = socket.create_connection(self.server)
            except OSError:
                return
            self.open |= {client, server}
            threading.Thread(target=self._carry, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, client, False), daemon=True).start()

    def _carry(self, source, target, is_slow):
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                target.sendall(piece)
                if is_slow:
                    self.sent += len(piece)
                    time.sleep(len(piece) / self.rate)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            self.open.discard(each)
