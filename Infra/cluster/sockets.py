"""What systemd does with haproxy.socket, where there is no systemd: `hold` makes a machine's sockets and keeps them for as long as the
machine lives; `take` fetches them and becomes the program that serves them."""

import os
import pathlib
import socket
import sys
import time

from stack.front import FIRST_SOCKET

# systemd's own default is the same: what the kernel allows (net.core.somaxconn).
BACKLOG = 4096
PATIENCE = 10


def listen(address):
    """A socket at `host:port` to which people can connect from now on."""
    host, _, port = address.rpartition(":")
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, int(port)))
    listening.listen(BACKLOG)
    return listening


def hold(unit, path):
    """Gives the sockets of a unit, in its order, to whoever connects to `path`; never returns."""
    lines = unit.read_text().splitlines()
    held = [listen(line.removeprefix("ListenStream=")) for line in lines if line.startswith("ListenStream=")]
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()
        while True:
            with door.accept()[0] as taker:
                socket.send_fds(taker, [b"%d" % len(held)], [each.fileno() for each in held])


def fetch(path):
    """The descriptors that `hold` gives; waits for it where it was started just now."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(path))
                return socket.recv_fds(connection, 16, 16)[1]
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise
        time.sleep(0.02)


def take(path, command):
    """Becomes the command, which finds the sockets as sd_listen_fds(3) says."""
    given = fetch(path)
    end = FIRST_SOCKET + len(given)
    # They came in order, with numbers that are not lower than these: none is in another one's way.
    for number, each in zip(range(FIRST_SOCKET, end), given):
        os.dup2(each, number)
        os.set_inheritable(number, True)
    os.closerange(end, max(given) + 1)
    os.environ |= {"LISTEN_FDS": str(len(given)), "LISTEN_PID": str(os.getpid())}
    os.execvp(command[0], command)


if __name__ == "__main__":
    if sys.argv[1] == "hold":
        hold(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    take(pathlib.Path(sys.argv[2]), sys.argv[3:])
