"""Messages that two programs could read in two ways: refused, once, and the connection ends.

Behind each message stands what would be the next request if it were read otherwise; it must never be answered.
"""

import pytest

from wire import HOST, PATH, Closed, Wire, request

SMUGGLED = request("GET", "/smuggled-by-the-robustness-suite")


def post(*fields, body=b"hello"):
    return request("POST", PATH, *fields, body=body)


def raw(text):
    return text.replace("{host}", HOST).replace("{path}", PATH).encode("latin-1")


AMBIGUOUS = {
    "two lengths": post("Content-Length: 5", "Content-Length: 6"),
    "length list": post("Content-Length: 5, 6"),
    "length and chunks": post("Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunks and length": post("Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\n"),
    "coding in HTTP/1.0": request("POST", PATH, "Transfer-Encoding: chunked", body=b"0\r\n\r\n", version="1.0"),
    "unknown coding": post("Transfer-Encoding: cow", body=b"0\r\n\r\n"),
    "coding with a vertical tab": post("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "space before the colon": post("Content-Length : 5"),
    "negative length": post("Content-Length: -5"),
    "signed length": post("Content-Length: +5"),
    "hexadecimal length": post("Content-Length: 0x5"),
    "length over 64 bits": post("Content-Length: 99999999999999999999999"),
    "NUL in a value": request("GET", PATH, "X-One: 1\x002"),
    "NUL in a name": request("GET", PATH, "X\x00One: 1"),
    "CR in a value": request("GET", PATH, "X-One: 1\r2"),
    "no name": request("GET", PATH, ": 1"),
    "no colon": request("GET", PATH, "nothing"),
    "name with a space": request("GET", PATH, "X One: 1"),
    "two hosts": request("GET", PATH, "Host: other.example"),
    "no host": raw("GET {path} HTTP/1.1\r\nX-One: 1\r\n\r\n"),
    "host with a path": raw("GET {path} HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    "space before the first field": raw("GET {path} HTTP/1.1\r\n X-One: 1\r\nHost: {host}\r\n\r\n"),
    "relative target": request("GET", "index"),
    "high byte in the target": request("GET", "/\xe9"),
    "NUL in the target": request("GET", "/a\x00b"),
    "space in the target": request("GET", "/a b"),
    "escaped NUL in the target": request("GET", "/%00"),
    "broken escape in the target": request("GET", "/%zz"),
    "unknown method": request("BREW", PATH),
    "lowercase method": request("get", PATH),
    "unknown version": request("GET", PATH, version="3.7"),
    "no version": raw("GET {path}\r\nHost: {host}\r\n\r\n"),
    "not HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) + b"\r\n\r\n",
}


@pytest.mark.parametrize("message", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_is_refused_once(message):
    with Wire() as wire:
        wire.send(message + SMUGGLED)
        try:
            answer = wire.read()
        except Closed:
            return
        assert 400 <= answer.status <= 505
        assert b"robustness-suite" not in answer.body
        assert wire.ends()


# A front may repair these instead of refusing them; then what is behind it gets one clear message. What none may do is
# to answer more than was asked.
REPAIRABLE = {
    "same length twice": post("Content-Length: 5", "Content-Length: 5"),
    "folded field": request("GET", PATH, "X-One: 1\r\n two"),
    "bare LF": raw("GET {path} HTTP/1.1\nHost: {host}\n\n"),
    "length with a space after": post("Content-Length: 5 "),
    "coding in capitals": post("Transfer-Encoding: CHUNKED", body=b"0\r\n\r\n"),
    "absolute target": request("GET", f"http://{HOST}{PATH}"),
}


@pytest.mark.parametrize("message", REPAIRABLE.values(), ids=REPAIRABLE.keys())
def test_is_answered_once(message):
    with Wire() as wire:
        wire.send(message)
        try:
            answer = wire.read()
        except Closed:
            return
        assert 200 <= answer.status <= 505 and answer.status != 500
        wire.socket.settimeout(0.5)
        try:
            extra = wire.rest()
        except TimeoutError:
            extra = wire.buffer
        assert extra == b""


TOO_LARGE = {
    "target of 20 kB": (request("GET", "/" + "a" * 20_000), {400, 414}),
    "target of 1 MB": (request("GET", "/" + "a" * 1_000_000), {400, 414}),
    "field of 20 kB": (request("GET", PATH, "X-One: " + "a" * 20_000), {400, 431}),
    "field of 1 MB": (request("GET", PATH, "X-One: " + "a" * 1_000_000), {400, 431}),
    "200 fields": (request("GET", PATH, *["X-One: 1"] * 200), {400, 431}),
    "100,000 fields": (request("GET", PATH, *["X-One: 1"] * 100_000), {400, 431}),
    "cookies of 20 kB": (request("GET", PATH, "Cookie: " + "; ".join(f"c{n}={'v' * 90}" for n in range(200))), {400, 431}),
}


@pytest.mark.parametrize("message, statuses", TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_too_large_is_refused(message, statuses):
    with Wire() as wire:
        wire.send(message)
        try:
            answer = wire.read()
        except Closed:
            return
        assert answer.status in statuses
        assert wire.ends()
