"""One benchmarked stack, and its pupils."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request

from stack.errors import StackError
from stack.ports import is_free
from stack.redis import command
from stack.state import State

from . import commands, tenants
from .wrk import Target

# An ordinary week of the school year, whatever the day of the run.
MONDAY = "2026-11-23"
# The demonstration's diaries are of the weeks around the day of the run.
THIS_WEEK = time.strftime("%Y-%m-%d")
PAGES = {
    "json": f"/api/v1/me/timetable?date={MONDAY}&view=week", "html": f"/timetable?date={MONDAY}&view=week",
    "homework-json": f"/api/v1/me/homework?date={THIS_WEEK}&view=week", "homework-html": f"/homework?date={THIS_WEEK}&view=week",
}


class Site:
    """A stack of one node with one loop, with as many establishments as asked for."""

    def __init__(self, folder, establishments):
        self.folder, self.establishments = folder, establishments
        self.state = State(folder / f"site-{establishments}")
        self.clients = []

    def start(self):
        manifests = self.folder / f"tenants-{self.establishments}"
        tenants.make(manifests, self.establishments)
        port = next(port for port in range(19500, 20000, 2) if is_free(port) and is_free(port + 1))
        commands.dev(self.state, "up", "--detach", "--nodes", "1", "--loops", "1", "--shards", "2", "--port", port, "--tenants", manifests)
        self.parts = json.loads(self.state.descriptor.read_text())
        self.node = self.parts["nodes"][0]

    def stop(self, wipe):
        commands.dev(self.state, "down", *(["--wipe"] if wipe else []))

    def sign_in(self, sessions):
        """Signs the demonstration's pupils in, in turn, until there are so many sessions."""
        pupils = [account for account in self.parts["accounts"] if account["profile"] == "pupil"]
        if not pupils:
            raise StackError("the demonstration has no pupil")
        hosts = {territory["id"]: territory["host"] for territory in self.parts["territories"]}
        for number in range(sessions):
            pupil = pupils[number % len(pupils)]
            host = hosts[pupil["territory"]]
            body = json.dumps({"username": pupil["login"], "password": pupil["password"]}).encode()
            request = urllib.request.Request(
                f"{self.node['url']}/api/v1/session", body, {"Content-Type": "application/json", "Host": host})
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    cookies = response.headers.get_all("Set-Cookie") or []
            except urllib.error.HTTPError as error:
                raise StackError(f"{pupil['login']} could not sign in: {error.code} {error.read().decode()[:300]}")
            cookie = next((each.split(";")[0] for each in cookies if each.startswith("preau_session=")), None)
            if cookie is None:
                raise StackError(f"signing {pupil['login']} in set no cookie preau_session")
            self.clients.append({"Host": host, "Cookie": cookie})

    def path(self, page):
        return PAGES[page]

    def target(self, page):
        return Target(f"{page}-{self.establishments}", self.node["url"] + PAGES[page], tuple(self.clients))

    def ask(self, page):
        """One request: the body, which must be a pupil's week and not an empty one."""
        request = urllib.request.Request(self.node["url"] + PAGES[page], headers=self.clients[0])
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.read()

    def statements(self, page):
        """How many statements one request has the shards run, as their own logs tell."""
        self.ask(page)  # prepares what is not prepared yet
        self._log_statements("all")
        before = self._executed()
        self.ask(page)
        time.sleep(0.3)
        count = self._executed() - before
        self._log_statements("none")
        return count

    def commands(self, page, requests=50):
        """How many Redis commands a request takes, the watchdog's apart."""
        before = self._redis_calls()
        for _ in range(requests):
            self.ask(page)
        return (self._redis_calls() - before) / requests

    def bytes_a_session(self):
        """Bytes of a session's key, and of everything in Redis divided by the sessions."""
        port, cursor, sizes = self.parts["redis"]["port"], "0", {}
        while True:
            cursor, keys = command(port, "SCAN", cursor, "COUNT", "1000")
            measured = {key: command(port, "MEMORY", "USAGE", key, "SAMPLES", "0") for key in keys}
            # Those that ended meanwhile have no size.
            sizes |= {key: size for key, size in measured.items() if size is not None}
            if cursor == "0":
                break
        sessions = [size for key, size in sizes.items() if key.startswith("s1:")]
        if not sessions:
            raise StackError("Redis holds no session (s1:…)")
        return max(sessions), sum(sizes.values()) / len(sessions)

    def _redis_calls(self):
        calls = re.findall(r"cmdstat_([\w|]+):calls=(\d+)", command(self.parts["redis"]["port"], "INFO", "commandstats"))
        return sum(int(count) for name, count in calls if name not in ("ping", "info"))

    def _log_statements(self, which):
        for shard in self.parts["shards"]:
            for statement in (f"alter system set log_statement = '{which}'", "select pg_reload_conf()"):
                subprocess.run(["psql", "-X", "-q", "-c", statement, shard["conninfo"]], check=True, stdout=subprocess.DEVNULL)
        time.sleep(0.3)

    def _executed(self):
        logs = (self.state.logs / f"postgres-shard-{shard['id']}.log" for shard in self.parts["shards"])
        return sum(len(re.findall(r" preau_node@.*LOG:  (?:execute|statement)", log.read_text(errors="replace"))) for log in logs)
