"""Files on bad days: a node is killed while it takes or gives one, a shard goes away."""

import os
import signal
import socket

import psycopg2
import pytest
from test_faults import eventually, whole_again  # noqa: F401 (the fixture mends what a test broke)
from test_files import PART, TUS, Desk, text


@pytest.fixture
def desk(stack):
    return Desk(stack, "eure")


def request(desk, node, method, path, headers=""):
    browser = desk.browser.at(node["url"])
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = f"{method} {path} HTTP/1.1\r\nHost: {browser.host}\r\nX-CSRF-Token: {browser.token}\r\nCookie: {cookies}\r\n{headers}\r\n"
    connection = socket.create_connection(browser.address, timeout=20)
    connection.sendall(head.encode())
    return connection


def test_another_node_goes_on_when_one_is_killed_during_an_upload(stack, desk):
    content = text(3_000_000)
    location = desk.begin(len(content)).header("Location")
    killed, other = stack["nodes"][:2]
    fields = "".join(f"{name}: {value}\r\n" for name, value in PART.items())
    second = desk.browser.at(other["url"])
    with request(desk, killed, "PATCH", location, f"{fields}Upload-Offset: 0\r\nContent-Length: {len(content)}\r\n") as connection:
        connection.sendall(content[:1_500_000])
        eventually(lambda: int(second.send("HEAD", location, headers=TUS).header("Upload-Offset")) >= 1_048_576)
        os.kill(killed["pid"], signal.SIGKILL)
    offset = int(second.send("HEAD", location, headers=TUS).header("Upload-Offset"))
    assert 1_048_576 <= offset <= 1_500_000
    answer = desk.part(location, offset, content[offset:], second)
    assert (answer.status, answer.header("Upload-Offset")) == (204, str(len(content))), answer.text
    assert second.get(desk.content(location.rpartition("/")[2])).body == content


def test_a_download_that_a_node_left_is_finished_by_another(stack, desk):
    content = text(8_000_000)
    path = desk.content(desk.send(content))
    killed, other = stack["nodes"][:2]
    received = b""
    with request(desk, killed, "GET", path) as connection:
        while len(received) < 300_000:
            received += connection.recv(65_536)
        os.kill(killed["pid"], signal.SIGKILL)
        try:
            while piece := connection.recv(65_536):
                received += piece
        except ConnectionResetError:
            pass
    head, _, body = received.partition(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0]
    assert len(body) < len(content)
    rest = desk.browser.at(other["url"]).get(path, Range=f"bytes={len(body)}-")
    assert rest.status == 206
    assert body + rest.body == content


def test_a_shard_that_is_gone_costs_no_byte_that_was_kept(stack, desk):
    content = text(1_000_000)
    location = desk.begin(len(content)).header("Location")
    assert desk.part(location, 0, content[:600_000]).status == 204
    shard, there = shard_of(desk.uai, stack), desk_elsewhere(desk, stack)
    file = there.send(text(10_000))
    os.kill(next(each["pid"] for each in stack["shards"] if each["id"] == shard), signal.SIGQUIT)
    refused = desk.part(location, 600_000, content[600_000:])
    assert (refused.status, refused.code) == (503, "preau.tenancy.shard_unavailable"), refused.text
    assert refused.header("Retry-After")
    # The other shard's schools notice nothing.
    assert there.browser.get(there.content(file)).status == 200


def shard_of(uai, stack):
    with psycopg2.connect(stack["directory"]["conninfo"]) as connection, connection.cursor() as cursor:
        cursor.execute("select shard_id from establishment where uai = %s", (uai,))
        return cursor.fetchone()[0]


def desk_elsewhere(desk, stack):
    """A teacher whose school is on another shard."""
    home = shard_of(desk.uai, stack)
    return next(
        Desk(stack, each["territory"], of=each) for each in stack["accounts"]
        if each["profile"] == "teacher" and shard_of(each["establishments"][0], stack) != home)
