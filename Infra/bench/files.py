"""`Infra/dev/bench files`: large files up and down, beside nginx with the same file in the same run; and the memory they take."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

from stack.errors import StackError
from stack.ports import answers, is_free
from stack.state import CHECKOUT, State
from stack.templates import commit

from . import report
from .idle import resident
from .site import Site

FOLDER = CHECKOUT / ".preau-bench"
LARGE, USUAL = 500_000_000, 8_000_000
ROUNDS = 5
# For each: enough bytes that a round takes about a second.
REPEATS = {LARGE: 1, USUAL: 40}
BLOCK = 1 << 20


def run(progress):
    FOLDER.mkdir(exist_ok=True)
    with contextlib.ExitStack() as cleanup:
        site = Site(FOLDER, 10)
        cleanup.callback(site.stop, wipe=True)
        progress.say("\nA stack with 10 establishments:")
        site.start()
        sender = Sender(site)
        files = {}
        for size in (LARGE, USUAL):
            files[size] = FOLDER / f"file-{size}"
            write_text(files[size], size)
            cleanup.callback(files[size].unlink)
        nginx = cleanup.enter_context(Nginx(FOLDER / "nginx"))
        for size, file in files.items():
            shutil.copyfile(file, nginx.files / str(size))
        rounds, memory = [], {}
        with progress.step("Files of the stack") as step:
            addresses = {size: sender.send(file) for size, file in files.items()}
            for size in files:
                check(sender.receive(addresses[size]), size)
                step.note(f"{size:,} bytes")
        with progress.step("Memory") as step:
            pid = site.node["pid"]
            with watched(pid) as up:
                sender.send(files[LARGE])
            with watched(pid) as down:
                check(sender.receive(addresses[LARGE]), LARGE)
            memory = {"up": up, "down": down}
            step.note(", ".join(f"{name}: {min(each) / 1e6:.0f} to {max(each) / 1e6:.0f} MB" for name, each in memory.items()))
        for number in range(ROUNDS):
            with progress.step(f"Round {number + 1} of {ROUNDS}") as step:
                rounds.append(one_round(sender, nginx, files, addresses, number % 2 == 1))
                step.note("  ".join(f"{name} {rate / 1e6:,.0f} MB/s" for name, rate in rounds[-1].items()))
    lines = table(rounds, memory)
    progress.say("\n" + "\n".join(lines))
    report.write("files", lines)


def one_round(sender, nginx, files, addresses, backwards):
    steps = []
    for size, name in ((LARGE, "large"), (USUAL, "usual")):
        steps.append((f"{name} down", lambda size=size: timed(
            size * REPEATS[size], lambda: [check(sender.receive(addresses[size]), size) for _ in range(REPEATS[size])])))
        steps.append((f"{name} down, nginx", lambda size=size: timed(
            size * REPEATS[size], lambda: [check(nginx.receive(size), size) for _ in range(REPEATS[size])])))
    steps.append(("large up", lambda: timed(LARGE, lambda: sender.send(files[LARGE]))))
    steps.append(("large up, nginx", lambda: timed(LARGE, lambda: nginx.send(files[LARGE]))))
    return {name: step() for name, step in (reversed(steps) if backwards else steps)}


def timed(size, work):
    started = time.monotonic()
    work()
    return size / (time.monotonic() - started)


def check(received, size):
    if received != size:
        raise StackError(f"{received} bytes were received, of {size}")


def write_text(path, size):
    """Plain text that no two runs have alike: a content that is known already would not be written."""
    with path.open("wb") as file:
        written = 0
        while written < size:
            block = base64.b64encode(os.urandom(49_152))[:65_535] + b"\n"
            block = block[:size - written]
            file.write(block)
            written += len(block)


@contextlib.contextmanager
def watched(pid):
    """Readings of a process's resident memory, twenty a second, while the block runs."""
    readings, going = [resident(pid)], True

    def watch():
        while going:
            readings.append(resident(pid))
            time.sleep(0.05)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield readings
    finally:
        going = False
        thread.join()


def download(address, path, headers):
    """Receives an answer and throws it away, with as little work as there can be. - Returns: the length of its body."""
    buffer = bytearray(BLOCK)
    with socket.create_connection(address, timeout=60) as connection:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65_536)
            if not piece:
                raise StackError("no answer")
            head += piece
        head, _, rest = head.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise StackError(head.split(b"\r\n")[0].decode())
        received = len(rest)
        while count := connection.recv_into(buffer):
            received += count
        return received


class Sender:
    """A teacher with a phone that has much to send."""

    def __init__(self, site):
        self.url = site.node["url"]
        self.address = ("127.0.0.1", int(self.url.rpartition(":")[2]))
        account = next(each for each in site.parts["accounts"] if each["profile"] == "teacher")
        self.host = next(each["host"] for each in site.parts["territories"] if each["id"] == account["territory"])
        self.uai = account["establishments"][0]
        body = json.dumps({"username": account["login"], "password": account["password"]}).encode()
        answer = self._ask("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        cookie = next(each.split(";")[0] for each in answer.headers.get_all("Set-Cookie") if each.startswith("preau_session="))
        self.headers = {"Host": self.host, "Cookie": cookie, "X-CSRF-Token": json.loads(answer.read())["csrf_token"]}

    def _ask(self, method, path, body=None, headers=None):
        request = urllib.request.Request(
            self.url + path, body, getattr(self, "headers", {"Host": self.host}) | {"Tus-Resumable": "1.0.0"} | (headers or {}),
            method=method)
        try:
            return urllib.request.urlopen(request, timeout=120)
        except urllib.error.HTTPError as error:
            raise StackError(f"{method} {path}: {error.code} {error.read().decode()[:300]}")

    def send(self, file):
        """Sends a file whose first bytes are new. - Returns: where it can be had."""
        size = file.stat().st_size
        with file.open("r+b") as content:
            content.write(base64.b64encode(os.urandom(48)))
        words = {"use": "lesson_record", "filename": "grand.txt"}
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())
        created = self._ask(
            "POST", f"/api/v1/establishments/{self.uai}/uploads",
            headers={"Upload-Length": str(size), "Upload-Metadata": metadata})
        with file.open("rb") as content:
            done = self._ask(
                "PATCH", created.headers["Location"], content,
                {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Content-Length": str(size)})
        if done.headers["Upload-Offset"] != str(size):
            raise StackError(f"the upload is at {done.headers['Upload-Offset']}")
        return f"/api/v1/establishments/{self.uai}/files/{created.headers['Location'].rpartition('/')[2]}/content"

    def receive(self, path):
        return download(self.address, path, self.headers)


class Nginx:
    """nginx with one worker, from Debian, on a port of its own: `sendfile`, and WebDAV's PUT."""

    def __init__(self, folder):
        self.folder, self.files = folder, folder / "files"

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.files.mkdir(parents=True)
        self.port = next(port for port in range(19900, 20000) if is_free(port))
        configuration = self.folder / "nginx.conf"
        configuration.write_text(f"""
            {"user root;" if os.getuid() == 0 else ""}
            worker_processes 1; daemon off; pid {self.folder}/pid; error_log {self.folder}/error.log;
            events {{ worker_connections 64; }}
            http {{
                access_log off; sendfile on; tcp_nopush on; client_max_body_size 1g; default_type text/plain;
                client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/fastcgi;
                uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;
                server {{ listen 127.0.0.1:{self.port}; location / {{ root {self.files}; dav_methods PUT; }} }}
            }}""")
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise StackError("nginx is not there; it is in Infra/dev/packages/bench")
        self.process = subprocess.Popen(
            [program, "-c", configuration], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not answers(self.port):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.__exit__()
                raise StackError("nginx did not start", log=self.folder / "error.log")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self, name):
        return download(("127.0.0.1", self.port), f"/{name}", {"Host": "127.0.0.1"})

    def send(self, file):
        with file.open("rb") as content:
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/sent", content, {"Content-Length": str(file.stat().st_size)}, method="PUT")
            urllib.request.urlopen(request, timeout=120).read()
        (self.files / "sent").unlink()


def table(rounds, memory):
    def rate(name):
        return [each[name] / 1e6 for each in rounds]

    def ratio(name):
        return [each[name] / each[f"{name}, nginx"] for each in rounds]

    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with the client, nginx and the databases on "
        f"the same machine; {ROUNDS} rounds, one connection, one loop. Median (least to most).",
        "", "| what | asked | measured |", "|---|---|---|",
    ]
    for name, title, asked in (
            ("large down", f"download of {LARGE / 1e6:.0f} MB", "≥ 0.50"), ("usual down", f"download of {USUAL / 1e6:.0f} MB, again and again", "≥ 0.50"),
            ("large up", f"upload of {LARGE / 1e6:.0f} MB", "")):
        lines.append(f"| {title}, MB/s | | {report.spread(rate(name), 0)} |")
        lines.append(f"| … of nginx in the same round ({report.spread(rate(name + ', nginx'), 0)} MB/s) | {asked} | {report.spread(ratio(name))} |")
    for name, title in (("up", "upload"), ("down", "download")):
        readings = memory[name]
        lines.append(
            f"| resident memory of the node during one {title} of {LARGE / 1e6:.0f} MB: before, most, growth, MB | flat "
            f"| {readings[0] / 1e6:.0f}, {max(readings) / 1e6:.0f}, {(max(readings) - readings[0]) / 1e6:.1f} |")
    return lines
