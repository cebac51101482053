"""People at work while the cluster has a bad day: teachers write, pupils read, and every answer is kept with its time."""

import collections
import dataclasses
import http.client
import itertools
import json
import ssl
import threading
import time
import urllib.parse

from stack.errors import StackError

# What a person still calls an answer; past it they have given up.
PATIENCE = 10.0
WRITE_EVERY, READ_EVERY = 0.25, 0.2
READ = ("/api/v1/me/timetable", "/timetable", "/api/v1/me/homework", "/homework")


@dataclasses.dataclass(frozen=True)
class Answer:
    """One request: when it was to be sent and when it was answered, and what came of it."""

    due: float
    end: float
    kind: str
    shard: int
    ok: bool
    detail: str = ""

    @property
    def seconds(self):
        return self.end - self.due


class Browser:
    """One signed-in person on one kept connection."""

    def __init__(self, front, host, account):
        parts = urllib.parse.urlsplit(front)
        self.address, self.host, self.account = (parts.hostname, parts.port or 443), host, account
        self.cookie = self.token = None
        self.connection = None
        self.trust = ssl.create_default_context()
        # The certificate of a test names an address, the request a territory.
        self.trust.check_hostname, self.trust.verify_mode = False, ssl.CERT_NONE

    def sign_in(self):
        status, headers, body = self.send(
            "POST", "/api/v1/session", {"username": self.account["login"], "password": self.account["password"]})
        if status != 201:
            raise StackError(f"{self.account['login']} cannot sign in: {status} {body[:200]!r}")
        self.cookie = headers["Set-Cookie"].split(";")[0]
        self.token = json.loads(body)["csrf_token"]
        return self

    def send(self, method, path, value=None, key=None):
        """Status, headers and body. A read on a kept connection that turns out to be closed is sent again, as browsers do."""
        again = self.connection is not None and method == "GET"
        try:
            return self._send(method, path, value, key)
        except (ConnectionError, http.client.RemoteDisconnected):
            if not again:
                raise
        return self._send(method, path, value, key)

    def _send(self, method, path, value, key):
        headers = {"Host": self.host, "Accept": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if value is not None:
            headers |= {"Content-Type": "application/json"}
        if method != "GET" and self.token:
            headers["X-CSRF-Token"] = self.token
        if key:
            headers["Idempotency-Key"] = key
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(*self.address, timeout=PATIENCE, context=self.trust)
        try:
            self.connection.request(method, path, body=json.dumps(value) if value is not None else None, headers=headers)
            response = self.connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        if response.headers.get("Connection") == "close":
            self.connection.close()
            self.connection = None
        if renewed := response.headers.get("Set-Cookie"):
            if renewed.startswith("preau_session=") and not renewed.startswith("preau_session=;"):
                self.cookie = renewed.split(";")[0]
        return response.status, response.headers, body


class People:
    """Everybody at once, from `start` to `stop`."""

    def __init__(self, front, description, shard_of, name):
        self.front, self.name = front, name
        hosts = {each["id"]: each["host"] for each in description["territories"]}
        one_school = [each for each in description["accounts"] if len(each["establishments"]) == 1]
        self.teachers = [(Browser(front, hosts[each["territory"]], each), shard_of[each["establishments"][0]])
                         for each in one_school if each["profile"] == "teacher"]
        self.pupils = [(Browser(front, hosts[each["territory"]], each), shard_of[each["establishments"][0]])
                       for each in one_school if each["profile"] == "pupil"]
        self.answers = collections.deque(maxlen=2_000_000)
        # Titles of what was acknowledged, by shard.
        self.acknowledged = collections.defaultdict(set)
        self.attempted = collections.defaultdict(set)
        self._numbers = itertools.count()
        self._ended = threading.Event()
        self._threads = []

    def start(self):
        for browser, _ in self.teachers + self.pupils:
            browser.sign_in()
        for work, people in ((self._write, self.teachers), (self._read, self.pupils)):
            for number, (browser, shard) in enumerate(people):
                thread = threading.Thread(target=work, args=(browser, shard, number / len(people)), daemon=True)
                thread.start()
                self._threads.append(thread)

    def stop(self):
        self._ended.set()
        for thread in self._threads:
            thread.join(PATIENCE * 2)

    def between(self, begin, end):
        """What was answered in that time."""
        return [each for each in list(self.answers) if begin <= each.end <= end]

    def _note(self, due, kind, shard, ok, detail=""):
        self.answers.append(Answer(due, time.monotonic(), kind, shard, ok, detail))

    def _pace(self, every, offset):
        """The times at which somebody means to do something; what was missed while they waited is not made up for."""
        due = time.monotonic() + every * offset
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            yield due
            due = max(due + every, time.monotonic())

    def _write(self, browser, shard, offset):
        path = f"/api/v1/establishments/{browser.account['establishments'][0]}/sequences"
        for due in self._pace(WRITE_EVERY, offset):
            title = f"{self.name}-{next(self._numbers)}"
            self.attempted[shard].add(title)
            # Until it is acknowledged, under one key: what a form's script does when it is told to come back.
            while not self._ended.is_set():
                ok, detail = self._attempt("write", browser, "POST", path, {"title": title, "steps": [{"title": "x"}]}, title)
                self._note(due, "write", shard, ok, detail)
                if ok:
                    self.acknowledged[shard].add(title)
                    break
                time.sleep(0.2)
                due = time.monotonic()

    def _read(self, browser, shard, offset):
        for due, path in zip(self._pace(READ_EVERY, offset), itertools.cycle(READ)):
            ok, detail = self._attempt("read", browser, "GET", path)
            self._note(due, "read", shard, ok, detail)

    @staticmethod
    def _attempt(kind, browser, method, path, value=None, key=None):
        try:
            status, headers, body = browser.send(method, path, value, key)
        except (OSError, http.client.HTTPException) as error:
            return False, type(error).__name__
        if status == (201 if kind == "write" else 200) and len(body) > 20:
            return True, ""
        if status == 401 or "login" in (headers.get("Location") or ""):
            return False, "logged out"
        code = ""
        if "problem+json" in (headers.get("Content-Type") or ""):
            code = " " + json.loads(body).get("code", "")
        return False, f"{status}{code}"


def longest_gap(answers, end):
    """The longest time between two right answers."""
    times = sorted(each.end for each in answers if each.ok)
    return max((after - before for before, after in zip(times, times[1:] + [end])), default=0.0) if times else float("inf")
