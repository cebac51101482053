"""Request bodies that lie, never end, or are far too large."""

import pytest

from wire import PATH, Closed, Wire, request

SMUGGLED = request("GET", "/smuggled-by-the-robustness-suite")

CHUNKS = {
    "not hexadecimal": b"xyz\r\nhello\r\n0\r\n\r\n",
    "empty size": b"\r\nhello\r\n0\r\n\r\n",
    "negative size": b"-5\r\nhello\r\n0\r\n\r\n",
    "prefixed size": b"0x5\r\nhello\r\n0\r\n\r\n",
    "size over 64 bits": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "data without end": b"5\r\nhelloworld\r\n0\r\n\r\n",
    "NUL in the size": b"5\x00\r\nhello\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS.keys())
def test_bad_chunks_end_the_connection(chunks):
    with Wire() as wire:
        wire.send(request("POST", PATH, "Transfer-Encoding: chunked", "Content-Type: text/plain") + chunks + SMUGGLED)
        try:
            answer = wire.read()
        except Closed:
            return
        assert 400 <= answer.status < 500 or answer.status in (501, 502)
        assert wire.ends()


def test_a_chunk_extension_without_end_is_not_kept():
    with Wire(timeout=60) as wire:
        wire.send(request("POST", PATH, "Transfer-Encoding: chunked") + b"5;" + b"x" * 2_000_000)
        try:
            assert wire.read().status >= 400
        except Closed:
            pass
    with Wire() as other:
        other.send(request())
        assert other.read().status < 400


@pytest.mark.parametrize("cut", [b"", b"POST", b"GET / HTTP/1.1", b"GET / HTTP/1.1\r\nHost"])
def test_a_cut_head_is_harmless(cut):
    with Wire() as wire:
        wire.send(cut)
        wire.socket.shutdown(1)
        rest = wire.rest()
        assert rest == b"" or rest.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("declared, sent", [(1000, 10), (10_000_000, 65_536)])
def test_a_cut_body_is_harmless(declared, sent):
    with Wire() as wire:
        wire.send(request("POST", PATH, f"Content-Length: {declared}") + b"x" * sent)
        wire.socket.shutdown(1)
        rest = wire.rest()
        assert rest == b"" or rest.startswith(b"HTTP/1.1 4")


def test_a_huge_declared_length_is_refused_without_reading():
    with Wire() as wire:
        wire.send(request("POST", PATH, "Content-Length: 100000000000", "Content-Type: application/x-www-form-urlencoded"))
        wire.send(b"x" * 10_000)
        answer = wire.read()
        assert 400 <= answer.status < 500


def test_an_unwanted_upload_gets_its_answer():
    """The answer must not be lost in a reset while the client is still sending."""
    with Wire() as wire:
        wire.send(request("POST", "/no/such/page", "Content-Length: 3000000"))
        wire.send(b"x" * 3_000_000)
        assert 400 <= wire.read().status < 500


def test_an_expectation_is_answered():
    with Wire() as wire:
        wire.send(request("POST", PATH, "Expect: 100-continue", "Content-Length: 5"))
        answer = wire.read()
        if answer.status == 100:
            wire.send(b"hello")
            answer = wire.read()
        assert 200 <= answer.status < 500


@pytest.mark.parametrize("path", ["/%ff%fe", "/%c0%af", "/%ed%a0%80", "/a%0d%0aSet-Cookie:%20x=1", "/..%2f..%2fetc", "/%e2%82"])
def test_invalid_utf8_in_a_path_is_the_clients_error(path):
    with Wire() as wire:
        wire.send(request("GET", path))
        answer = wire.read()
        assert 300 <= answer.status < 500
        assert answer["Set-Cookie"] is None or "x=1" not in answer["Set-Cookie"]


@pytest.mark.parametrize("body", [b"username=%ff%fe&password=%00", b"\xff\xfe\x00\x01", b"a" * 5000, b"&&&===%%%", b"{" * 4000])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/\xff"])
def test_invalid_bodies_are_the_clients_error(body, kind):
    for path in ("/login", "/api/v1/session"):
        with Wire() as wire:
            wire.send(request("POST", path, f"Content-Type: {kind}", f"Content-Length: {len(body)}", body=body))
            try:
                assert wire.read().status < 500
            except Closed:
                pass


def test_nested_json_is_refused():
    body = b"[" * 100_000 + b"]" * 100_000
    with Wire() as wire:
        wire.send(request("POST", "/api/v1/session", "Content-Type: application/json", f"Content-Length: {len(body)}", body=body))
        assert 400 <= wire.read().status < 500
