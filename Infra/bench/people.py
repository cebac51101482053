"""Many people at once, from one process: enough HTTP for a load that reads what it gets."""

import asyncio
import json
import os
import pathlib
import re
import subprocess


class Connection:
    """One keep-alive connection; opened again when the other side closes it."""

    def __init__(self, host, port, name):
        self.host, self.port, self.name = host, port, name
        self.reader = self.writer = None

    async def ask(self, method, path, body=None, headers=(), seen=None):
        """Status, headers and body. `seen` is told of bytes as they come, head included."""
        for attempt in (1, 2):
            try:
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
                return await self._exchange(method, path, body, headers, seen)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if attempt == 2:
                    raise

    async def _exchange(self, method, path, body, headers, seen):
        content = json.dumps(body).encode() if body is not None else b""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.name}", "Accept: application/json"]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if seen:
            seen(len(head))
        status = int(head.split(" ", 2)[1])
        fields = [line.partition(": ")[::2] for line in head.split("\r\n")[1:] if line]
        lower = {name.lower(): value for name, value in fields}
        left, parts = int(lower.get("content-length", 0)), []
        while left > 0:
            part = await self.reader.read(min(65536, left))
            if not part:
                raise ConnectionError("closed in the middle")
            left -= len(part)
            if seen:
                seen(len(part))
            else:
                parts.append(part)
        if lower.get("connection", "").lower() == "close":
            self.close()
        return status, fields, b"".join(parts)

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None


class Person:
    """Somebody with an account, and the cookies of one browser."""

    def __init__(self, front, host, login, password, role):
        address = re.match(r"http://([\d.]+):(\d+)", front)
        self.connection = Connection(address[1], int(address[2]), f"{host}:{address[2]}")
        self.login, self.password, self.role = login, password, role
        self.cookies, self.token = {}, None

    async def ask(self, method, path, body=None, seen=None):
        headers = []
        if self.cookies:
            headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        if self.token and method != "GET":
            headers.append(("X-CSRF-Token", self.token))
        status, fields, content = await self.connection.ask(method, path, body, headers, seen)
        for name, value in fields:
            if name.lower() == "set-cookie":
                cookie, _, attributes = value.partition(";")
                key, _, text = cookie.partition("=")
                if "Max-Age=0" in attributes:
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = text
        return status, {name.lower(): value for name, value in fields}, content

    async def sign_in(self):
        """The status; 201 is in."""
        self.token = None
        status, fields, content = await self.ask(
            "POST", "/api/v1/session", {"username": self.login, "password": self.password})
        if status == 201:
            self.token = json.loads(content)["csrf_token"]
        return status, int(fields.get("retry-after", 5))

    async def sign_out(self):
        await self.ask("DELETE", "/api/v1/session")
        self.token = None


def accounts(conninfo, territory, role, most):
    """Logins of a role, one establishment after the other, with its UAI."""
    query = (
        "select login, uai from (select a.login, e.uai, row_number() over (partition by e.id order by a.login) as place "
        "from account a join profile p on p.account_id = a.id join establishment e on e.id = p.establishment_id "
        f"where p.role = '{role}' and e.territory_id = '{territory}' and a.password_hash is not null) x "
        f"order by place, uai limit {most}")
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-F", " ", "-c", query, conninfo], check=True, capture_output=True, text=True)
    return [tuple(line.split(" ")) for line in done.stdout.splitlines() if line]


def processor_seconds_of_tree(root):
    """Processor time of a process, of those below it, and of those that ended and were waited for."""
    parents, used = {}, {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)], used[int(folder.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    tree, found = {root}, True
    while found:
        found = {pid for pid, parent in parents.items() if parent in tree and pid not in tree}
        tree |= found
    return sum(used.get(pid, 0) for pid in tree) / os.sysconf("SC_CLK_TCK")


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100

