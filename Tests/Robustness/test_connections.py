"""Connections: kept, pipelined, slow, idle by the thousand, abandoned."""

import random
import socket
import time

import pytest

from wire import HOST, IDLE, PATH, SLOW_LIMIT, TARGET, Closed, Wire, request


def is_well():
    with Wire() as wire:
        wire.send(request())
        return wire.read().status < 400


def test_a_connection_is_kept():
    with Wire() as wire:
        for _ in range(20):
            wire.send(request())
            assert wire.read().status < 400


def test_pipelined_requests_are_answered_in_order():
    with Wire() as wire:
        wire.send(request() + request("GET", "/no/such/page") + request("HEAD") + request())
        assert wire.read().status < 400
        assert wire.read().status in (303, 404)
        assert wire.read(head=True).status < 400
        assert wire.read().status < 400


def test_methods():
    with Wire() as wire:
        wire.send(request("HEAD"))
        head = wire.read(head=True)
        wire.send(request("GET"))
        get = wire.read()
        assert head.status == get.status
        wire.send(request("OPTIONS"))
        options = wire.read()
        assert options.status in (200, 204, 405) and "GET" in (options["Allow"] or "")
        wire.send(request("DELETE", PATH))
        assert wire.read().status in (401, 403, 405)


def test_a_closed_connection_says_so():
    with Wire() as wire:
        wire.send(request("GET", PATH, "Connection: close"))
        answer = wire.read()
        assert answer["Connection"].lower() == "close"
        assert wire.ends()


def test_http_1_0_is_answered_and_closed():
    with Wire() as wire:
        wire.send(request(version="1.0"))
        answer = wire.read()
        assert answer.status < 400 and (answer["Transfer-Encoding"] or "") == ""
        assert wire.ends()


def test_a_head_in_single_bytes():
    with Wire() as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request("GET", PATH, "X-One: 1"):
            wire.send(bytes([byte]))
        assert wire.read().status < 400


def test_conditional_request_of_the_style_sheet():
    with Wire() as wire:
        wire.send(request("GET", "/login"))
        page = wire.read().body.decode("utf-8", "replace")
        if "/assets/" not in page:
            pytest.skip("no asset on the login page")
        path = "/assets/" + page.split("/assets/")[1].split('"')[0]
        wire.send(request("GET", path))
        whole = wire.read()
        assert whole.status == 200 and whole["ETag"]
        wire.send(request("GET", path, f"If-None-Match: {whole['ETag']}"))
        assert wire.read().status == 304
        wire.send(request("GET", path, "Range: bytes=0-9"))
        part = wire.read()
        assert part.status == 206 and part.body == whole.body[:10]
        wire.send(request("GET", path, "Accept-Encoding: gzip"))
        packed = wire.read()
        assert packed["Content-Encoding"] == "gzip" and len(packed.body) < len(whole.body)


@pytest.mark.slow
def test_slow_clients_are_cut_off():
    """One byte a second, in the head and in the body: ended within the limit, and others are served meanwhile."""
    head, body = Wire(), Wire()
    head.send(f"GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ")
    body.send(request("POST", "/login", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1000"))
    start = time.monotonic()
    open_ones = {"head": head, "body": body}
    for wire in open_ones.values():
        wire.socket.settimeout(0.01)
    while open_ones and time.monotonic() - start < SLOW_LIMIT:
        for name, wire in list(open_ones.items()):
            wire.send(b"x")
            try:
                while True:
                    wire.fill()
            except TimeoutError:
                pass
            except Closed as ended:
                assert ended.args[0] == b"" or ended.args[0].startswith(b"HTTP/1.1 4")
                del open_ones[name]
        assert is_well()
        time.sleep(1)
    assert not open_ones, f"still open after {SLOW_LIMIT} s: {list(open_ones)}"


def test_thousands_of_idle_connections():
    idle = []
    try:
        for _ in range(IDLE):
            wire = Wire()
            wire.send(request())
            assert wire.read().status < 400
            idle.append(wire)
        assert is_well()
        for wire in random.sample(idle, min(50, len(idle))):
            wire.send(request())
            assert wire.read().status < 400
    finally:
        for wire in idle:
            wire.socket.close()
    assert is_well()


def test_abandoned_requests_do_no_harm():
    messages = [
        request(), request()[:20], request("POST", "/login", "Content-Length: 1000") + b"x",
        request("POST", "/login", "Transfer-Encoding: chunked") + b"5\r\nhe", request() * 20,
    ]
    for number in range(300):
        wire = Wire()
        wire.send(messages[number % len(messages)])
        if number % 2:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        wire.socket.close()
    assert is_well()


def test_noise():
    """Mutations of good requests: any answer but a server error, and never a dead server."""
    generator = random.Random(20261122)
    seeds = [
        request(), request("POST", "/login", "Content-Length: 5", body=b"hello"),
        request("POST", "/login", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
    ]
    for _ in range(400):
        message = bytearray(generator.choice(seeds))
        for _ in range(generator.randrange(1, 6)):
            place = generator.randrange(len(message))
            kind = generator.randrange(3)
            if kind == 0:
                message[place] = generator.randrange(256)
            elif kind == 1:
                del message[place]
            else:
                message.insert(place, generator.choice(b"\0\r\n\t :;,\xff0"))
        with Wire(timeout=5) as wire:
            wire.send(bytes(message))
            try:
                wire.socket.shutdown(1)
            except OSError:
                pass  # refused and reset already
            rest = wire.rest()
            status = rest[9:12]
            assert status != b"500", (bytes(message), rest[:200])
    assert is_well(), TARGET
