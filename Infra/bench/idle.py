"""What an idle connection costs a process: its resident memory with and without thousands of them."""

import contextlib
import os
import pathlib
import selectors
import socket
import time

from stack.errors import StackError

# A node limits what one address may open: the clients come from many.
CLIENTS_PER_ADDRESS = 25


def resident(pid):
    """Bytes of resident memory."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def bytes_per_connection(pid, port, count, request):
    """Opens so many connections, has each one answered once, and reads the memory while all of them are idle."""
    before = resident(pid)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(port, number)) for number in range(count)]
        answered = exchange(connections, request)
        if answered != count:
            raise StackError(f"{count - answered} of {count} connections were not answered")
        time.sleep(1)
        still_open = sum(is_open(connection) for connection in connections)
        if still_open != count:
            raise StackError(f"{count - still_open} of {count} idle connections were closed")
        return (resident(pid) - before) / count


def connect(port, number):
    place = number // CLIENTS_PER_ADDRESS
    connection = socket.socket()
    connection.bind((f"127.0.{1 + place // 250}.{1 + place % 250}", 0))
    connection.connect(("127.0.0.1", port))
    return connection


def exchange(connections, request, patience=60):
    """Sends the request on each connection, a few hundred at a time, and counts the successful answers."""
    answered, deadline = 0, time.monotonic() + patience
    for start in range(0, len(connections), 250):
        group = connections[start:start + 250]
        with selectors.DefaultSelector() as selector:
            for connection in group:
                connection.sendall(request)
                connection.setblocking(False)
                selector.register(connection, selectors.EVENT_READ, bytearray())
            waiting = len(group)
            while waiting and time.monotonic() < deadline:
                for key, _ in selector.select(timeout=1):
                    received = key.fileobj.recv(65536)
                    key.data.extend(received)
                    if not received or is_complete(key.data):
                        selector.unregister(key.fileobj)
                        waiting -= 1
                        answered += key.data.startswith(b"HTTP/1.1 200 ")
    return answered


def is_complete(answer):
    head, separator, body = bytes(answer).partition(b"\r\n\r\n")
    if not separator:
        return False
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return len(body) >= int(value)
    return body.endswith(b"0\r\n\r\n")


def is_open(connection):
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
