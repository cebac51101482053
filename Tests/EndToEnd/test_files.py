"""Files by the API: in whole and in parts, out whole and in parts, by one node and by another, and not for others."""

import base64
import hashlib
import http.client
import os
import socket
import uuid

import pytest
from browsing import Visitor, account, visitor

USE = "lesson_record"
TUS = {"Tus-Resumable": "1.0.0"}
PART = {"Content-Type": "application/offset+octet-stream"} | TUS
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def text(length):
    """Plain text that nobody has sent before."""
    return base64.b64encode(os.urandom(length * 3 // 4 + 3))[:length]


class Desk:
    """A teacher who sends files."""

    def __init__(self, stack, territory, index=0, of=None):
        self.account = of or account(stack, "teacher", territory, index=index)
        self.browser = visitor(stack, self.account)
        self.uai = self.account["establishments"][0]
        self.path = f"/api/v1/establishments/{self.uai}"

    def begin(self, length, name="leçon n° 1.txt", use=USE, headers=None, browser=None):
        words = {"use": use, "filename": name}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
        return (browser or self.browser).call(
            "POST", f"{self.path}/uploads",
            headers=TUS | {"Upload-Length": str(length), "Upload-Metadata": metadata} | (headers or {}))

    def part(self, location, offset, content, browser=None):
        browser = browser or self.browser
        return browser.send("PATCH", location, content, PART | {
            "Upload-Offset": str(offset), "X-CSRF-Token": self.browser.token, "Accept": "application/json"})

    def send(self, content, name="leçon n° 1.txt"):
        """- Returns: the identifier of the file."""
        location = self.begin(len(content), name).header("Location")
        answer = self.part(location, 0, content)
        assert answer.status == 204, answer.text
        return location.rpartition("/")[2]

    def content(self, file):
        return f"{self.path}/files/{file}/content"

    def form(self, files, token=True, query=f"?use={USE}"):
        parts = b"".join(
            f'--limit\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\n'
            "Content-Type: application/x-nonsense\r\n\r\n".encode() + content + b"\r\n" for name, content in files)
        if token:
            parts = (
                b'--limit\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + self.browser.token.encode() + b"\r\n" + parts)
        return self.browser.send(
            "POST", f"{self.path}/files{query}", parts + b"--limit--\r\n",
            {"Content-Type": "multipart/form-data; boundary=limit", "Accept": "application/json"})


# Two territories on two shards.
@pytest.fixture(params=["eure", "grand-est"])
def desk(stack, request):
    return Desk(stack, request.param)


def test_what_is_sent_in_parts_comes_back(desk):
    content = text(1_200_001)
    created = desk.begin(len(content))
    assert created.status == 201, created.text
    assert created.header("Tus-Resumable") == "1.0.0"
    location, offset = created.header("Location"), 0
    for length in (1, 262_143, 500_000, 437_857):
        answer = desk.part(location, offset, content[offset:offset + length])
        offset += length
        assert (answer.status, answer.header("Upload-Offset")) == (204, str(offset)), answer.text
        there = desk.browser.send("HEAD", location, headers=TUS)
        assert there.header("Upload-Offset") == str(offset)
        assert there.header("Upload-Length") == str(len(content))
        assert there.header("Cache-Control") == "no-store"
    file = location.rpartition("/")[2]
    described = desk.browser.get(f"{desk.path}/files/{file}").json
    assert described["sha256"] == hashlib.sha256(content).hexdigest()
    assert (described["name"], described["size"], described["media_type"]) == ("leçon n° 1.txt", len(content), "text/plain")
    answer = desk.browser.get(described["href"])
    assert answer.body == content
    assert answer.header("Content-Disposition") == (
        "inline; filename=\"le_on n_ 1.txt\"; filename*=UTF-8''le%C3%A7on%20n%C2%B0%201.txt")
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Content-Security-Policy").startswith("sandbox; default-src 'none'")


def test_parts_and_conditions(desk):
    content = text(600_000)
    path = desk.content(desk.send(content))
    head = desk.browser.send("HEAD", path)
    tag = head.header("ETag")
    assert (head.status, head.header("Content-Length"), head.header("Accept-Ranges"), head.body) == (200, "600000", "bytes", b"")
    for field, first, last in (("bytes=0-0", 0, 0), ("bytes=262140-262150", 262_140, 262_150), ("bytes=599999-", 599_999, 599_999),
                               ("bytes=-5", 599_995, 599_999), ("bytes=100000-9999999", 100_000, 599_999)):
        part = desk.browser.get(path, Range=field)
        assert (part.status, part.header("Content-Range")) == (206, f"bytes {first}-{last}/600000")
        assert part.body == content[first:last + 1]
    assert desk.browser.get(path, Range="bytes=600000-").status == 416
    assert desk.browser.get(path, Range="bytes=0-1,5-6").body == content
    assert desk.browser.get(path, If_None_Match=tag).status == 304
    assert desk.browser.get(path, If_None_Match='"other"').status == 200
    assert desk.browser.get(path, Range="bytes=0-9", If_Range=tag).status == 206
    assert desk.browser.get(path, Range="bytes=0-9", If_Range='"other"').body == content


def test_a_form_without_script_sends_files(desk):
    answer = desk.form([("photo.txt", PNG), ("../../notes.txt", b"Bonjour\n")])
    assert answer.status == 201, answer.text
    assert [(each["name"], each["media_type"]) for each in answer.json] == [("photo.txt", "image/png"), ("notes.txt", "text/plain")]
    assert desk.browser.get(answer.json[0]["href"]).body == PNG
    assert desk.form([("a.txt", b"Bonjour")], token=False).code == "preau.web.forged_request"
    assert desk.form([("a.exe", b"MZ" + bytes(300))]).code == "preau.files.type_refused"
    assert desk.form([("a.txt", b"Bonjour")], query="?use=nothing").code == "preau.files.unknown_use"


def test_nothing_active_is_run(desk):
    page = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
    drawing = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for name, content in (("page.html", page), ("dessin.svg", drawing), ("photo.png", page)):
        answer = desk.browser.get(desk.content(desk.send(content, name)))
        assert answer.header("Content-Type") == "application/octet-stream"
        assert answer.header("Content-Disposition").startswith("attachment;")
        assert answer.header("Content-Security-Policy").startswith("sandbox;")


def test_wrong_parts_are_refused_and_change_nothing(desk):
    content = text(1000)
    location = desk.begin(1000).header("Location")
    assert desk.part(location, 5, content[5:]).code == "preau.files.offset_mismatch"
    assert desk.part(location, 0, content + b"more").status == 413
    assert desk.begin(0).code == "preau.files.empty"
    assert desk.begin(10, use="nothing").code == "preau.files.unknown_use"
    assert desk.begin(99_999_999_999_999).code == "preau.files.too_large"
    assert desk.begin(10, headers={"Tus-Resumable": "0.2.2"}).code == "preau.files.protocol_version"
    assert desk.begin(10, headers={"Upload-Metadata": "!"}).code == "preau.files.bad_header"
    assert desk.browser.send("HEAD", location, headers=TUS).header("Upload-Offset") == "0"
    assert desk.part(location, 0, content[:500]).status == 204
    # The answer was lost and the client says it again.
    assert desk.part(location, 0, content[:500]).code == "preau.files.offset_mismatch"
    assert desk.part(location, 500, content[500:]).status == 204
    assert desk.browser.get(desk.content(location.rpartition("/")[2])).body == content


def test_an_upload_is_begun_once_for_each_key(desk):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (desk.begin(10, headers=key).header("Location") for _ in range(2))
    assert first == second
    assert desk.begin(11, headers=key).code == "preau.school.idempotency_key_reused"


def test_an_upload_is_given_up(desk):
    location = desk.begin(10).header("Location")
    assert desk.browser.call("DELETE", location).status == 204
    assert desk.browser.send("HEAD", location, headers=TUS).status == 404


def test_nobody_else_sees_an_upload_or_its_file(stack, desk):
    content = text(1000)
    location = desk.begin(1000).header("Location")
    assert desk.part(location, 0, content).status == 204
    file = location.rpartition("/")[2]
    elsewhere = "grand-est" if desk.account["territory"] == "eure" else "eure"
    strangers = [visitor(stack, account(stack, "teacher", elsewhere)), visitor(stack, account(stack, "pupil", desk.account["territory"]))]
    for stranger in strangers:
        for path in (desk.content(file), f"{desk.path}/files/{file}", location, f"/files/{desk.uai}/{file}"):
            assert stranger.get(path, Accept="application/json").status == 404, path
        assert stranger.call("DELETE", location, headers=TUS).status == 404
        answer = stranger.send("PATCH", location, b"x", PART | {"Upload-Offset": "1000", "X-CSRF-Token": stranger.token})
        assert answer.status == 404
    # The same identifier, looked for in the stranger's own school.
    own = Desk(stack, elsewhere)
    assert own.browser.get(own.content(file)).status == 404
    signed_out = Visitor(stack["front"])
    assert signed_out.get(desk.content(file), Accept="application/json").status == 401
    assert signed_out.get(f"/files/{desk.uai}/{file}").status == 303


def test_pupils_may_not_send_what_teachers_do(stack, desk):
    pupil = visitor(stack, account(stack, "pupil", desk.account["territory"]))
    uai = account(stack, "pupil", desk.account["territory"])["establishments"][0]
    answer = pupil.call("POST", f"/api/v1/establishments/{uai}/uploads", headers=TUS | {
        "Upload-Length": "10", "Upload-Metadata": f"use {base64.b64encode(USE.encode()).decode()},filename YQ=="})
    assert answer.status == 403, answer.text


def test_another_node_goes_on_after_a_broken_connection(stack, desk):
    """Half of a part is sent to one node and the connection broken; the other node has what came, and takes the rest."""
    content = text(900_000)
    location = desk.begin(len(content)).header("Location")
    first, second = (desk.browser.at(node["url"]) for node in stack["nodes"][:2])
    head = (f"PATCH {location} HTTP/1.1\r\nHost: {first.host}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(content)}\r\nX-CSRF-Token: {first.token}\r\n"
            f"Cookie: {'; '.join(f'{name}={value}' for name, value in first.cookies.items())}\r\n\r\n")
    with socket.create_connection(first.address, timeout=20) as connection:
        connection.sendall(head.encode() + content[:700_000])
    offset, tries = 0, 0
    while offset < 700_000 and tries < 200:
        offset, tries = int(second.send("HEAD", location, headers=TUS).header("Upload-Offset")), tries + 1
    assert 262_144 <= offset <= 700_000
    answer = desk.part(location, offset, content[offset:], second)
    assert (answer.status, answer.header("Upload-Offset")) == (204, str(len(content))), answer.text
    assert second.get(desk.content(location.rpartition("/")[2])).body == content


def test_a_slow_reader_gets_all_of_it(stack, desk):
    content = text(2_000_000)
    path = desk.content(desk.send(content))
    connection = http.client.HTTPConnection(*desk.browser.address, timeout=20)
    cookies = "; ".join(f"{name}={value}" for name, value in desk.browser.cookies.items())
    connection.request("GET", path, headers={"Host": desk.browser.host, "Cookie": cookies})
    response = connection.getresponse()
    received = b""
    while piece := response.read(40_000):
        received += piece
    connection.close()
    assert received == content
