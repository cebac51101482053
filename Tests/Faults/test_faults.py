"""Bad days: nodes, Redis, shards and the directory die, hang and come back while people work."""

import json
import os
import pathlib
import signal
import subprocess
import threading
import time
import urllib.request

import pytest
from browsing import Visitor, account, visitor
from stack.build import BUILT

CHECKOUT = pathlib.Path(os.environ.get("PREAU_CHECKOUT", "."))


def up(state):
    """Starts what does not run, by the command that people use."""
    done = subprocess.run(
        [CHECKOUT / "Infra/dev/up", "--detach", "--state", str(state)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=280)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(autouse=True)
def whole_again(stack_state):
    """Whatever a test broke is started again."""
    yield
    up(stack_state)
    # The nodes find their way back by themselves: their longest pause between two attempts is five seconds.
    description = json.loads((stack_state / "stack.json").read_text())
    for node in description["nodes"]:
        eventually(lambda: set(all_read(
            visitor(description, each, node["url"]) for each in one_a_school(description))) == {200}, 20)


def one_a_school(stack):
    """Schools of one territory live on several shards."""
    people = {each["establishments"][0]: each for each in stack["accounts"] if each["profile"] in ("pupil", "teacher")}
    return people.values()


def people(stack):
    """One signed-in person on each shard at least: pupils and teachers of several territories."""
    return [
        visitor(stack, each) for each in stack["accounts"]
        if each["profile"] in ("pupil", "teacher") and len(each["establishments"]) == 1][:12]


def all_read(browsers):
    """The status of each one's timetable."""
    return [browser.get("/api/v1/me/timetable").status for browser in browsers]


def eventually(check, seconds=15, pause=0.2):
    end = time.monotonic() + seconds
    while True:
        try:
            if check():
                return
        except (OSError, AssertionError):
            pass
        assert time.monotonic() < end, "not within the time allowed"
        time.sleep(pause)


class Load:
    """People who read their timetable again and again, and what came of it."""

    def __init__(self, browsers):
        self.browsers, self.failures, self.count, self.going = browsers, [], 0, True
        self.threads = [threading.Thread(target=self.work, args=(browser,)) for browser in browsers]

    def work(self, browser):
        while self.going:
            started = time.monotonic()
            try:
                answer = browser.get("/api/v1/me/timetable")
                if answer.status != 200:
                    self.failures.append((answer.status, round(time.monotonic() - started, 2)))
            except OSError as error:
                self.failures.append((type(error).__name__, round(time.monotonic() - started, 2)))
            self.count += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        for thread in self.threads:
            thread.join(30)


def test_a_node_killed_under_load_loses_nobody_and_no_read(stack):
    browsers = people(stack)
    with Load(browsers) as load:
        time.sleep(2)
        os.kill(stack["nodes"][0]["pid"], signal.SIGKILL)
        time.sleep(4)
    assert load.count > 50
    # Reads that were on the node are sent again by the proxy.
    assert load.failures == []
    assert all_read(browsers) == [200] * len(browsers)


def test_redis_killed_logs_nobody_out(stack):
    browsers = people(stack)
    os.kill(stack["redis"]["pid"], signal.SIGKILL)
    for _ in range(3):
        assert all_read(browsers) == [200] * len(browsers)
        time.sleep(0.5)


def test_redis_hung_logs_nobody_out(stack):
    browsers = people(stack)
    os.kill(stack["redis"]["pid"], signal.SIGSTOP)
    try:
        started = time.monotonic()
        for _ in range(3):
            assert all_read(browsers) == [200] * len(browsers)
        assert time.monotonic() - started < 60
    finally:
        os.kill(stack["redis"]["pid"], signal.SIGCONT)
    eventually(lambda: all_read(browsers) == [200] * len(browsers))


def test_redis_flushed_logs_nobody_out_and_forgets_no_sign_out(stack):
    browsers = people(stack)
    gone = browsers.pop()
    kept = dict(gone.cookies)
    assert gone.call("DELETE", "/api/v1/session").status == 204
    subprocess.run(["redis-cli", "-p", str(stack["redis"]["port"]), "FLUSHALL"], check=True, capture_output=True)
    assert all_read(browsers) == [200] * len(browsers)
    gone.cookies = kept
    for node in stack["nodes"]:
        assert gone.at(node["url"]).get("/api/v1/me/timetable", Accept="application/json").status == 401


def shard_of(uai):
    shown = subprocess.run(
        [BUILT / "preau", "--state", os.environ["PREAU_STATE"], "establishment", "show", uai, "--json"],
        check=True, capture_output=True, text=True)
    return json.loads(shown.stdout)["shard"]


def on_shards(stack):
    """A signed-in pupil for each shard."""
    found = {}
    for each in stack["accounts"]:
        if each["profile"] == "pupil" and len(each["establishments"]) == 1:
            found.setdefault(shard_of(each["establishments"][0]), each)
    return {shard: visitor(stack, each) for shard, each in found.items()}


def two_children(stack):
    """A guardian of children on two shards, and the children by shard."""
    browser = visitor(stack, account(stack, "guardian", schools=2))
    children = {}

    def both():
        # A loop that has lost a shard in the test before tries it again within five seconds.
        found = browser.get("/api/v1/me/children").json["children"]
        children.update({shard_of(each["establishment"]): each for each in found})
        return len(children) == 2

    eventually(both)
    return browser, children


@pytest.mark.parametrize("kind", ["killed", "hung"])
def test_a_lost_shard_takes_nothing_from_the_others(stack, kind):
    pupils = on_shards(stack)
    guardian, children = two_children(stack)
    lost = stack["shards"][0]
    others = {shard: browser for shard, browser in pupils.items() if shard != lost["id"]}
    assert others and lost["id"] in pupils
    processes = group_of(lost["pid"])
    for process in processes:
        os.kill(process, signal.SIGKILL if kind == "killed" else signal.SIGSTOP)
    try:
        time.sleep(1)
        for _ in range(5):
            for browser in others.values():
                started = time.monotonic()
                assert browser.get("/api/v1/me/timetable").status == 200
                assert browser.get("/api/v1/me/homework").status == 200
                assert time.monotonic() - started < 2
        answer = pupils[lost["id"]].get("/api/v1/me/timetable", Accept="application/json")
        assert answer.status == 503 and answer.header("Retry-After"), (answer.status, answer.text[:300])
        # Once known, it fails at once: the loop waits for nobody.
        eventually(lambda: quick_refusal(pupils[lost["id"]]), 20)
        home = pupils[lost["id"]].get("/home")
        assert home.status == 200, "the page goes on without the timetable and the diary"
        assert pupils[lost["id"]].get("/api/v1/me/homework").status == 503
        for shard, child in children.items():
            diary = guardian.get(f"/api/v1/me/homework?pupil={child['pupil']}")
            page = guardian.get(f"/homework?pupil={child['pupil']}")
            assert (diary.status, page.status) == ((503, 503) if shard == lost["id"] else (200, 200)), shard
        assert guardian.get("/home").status == 200
    finally:
        if kind == "hung":
            for process in processes:
                os.kill(process, signal.SIGCONT)
    if kind == "hung":
        eventually(lambda: pupils[lost["id"]].get("/api/v1/me/timetable").status == 200, 30)


def quick_refusal(browser):
    started = time.monotonic()
    return browser.get("/api/v1/me/timetable").status == 503 and time.monotonic() - started < 0.5


def group_of(pid):
    """A PostgreSQL server: its postmaster first, then its children."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [pid] + [int(child) for child in children]


@pytest.mark.parametrize("kind", ["killed", "hung"])
def test_without_the_directory_signed_in_people_go_on(stack, kind):
    browsers = people(stack)
    processes = group_of(stack["directory"]["pid"])
    for process in processes:
        os.kill(process, signal.SIGKILL if kind == "killed" else signal.SIGSTOP)
    try:
        time.sleep(1)
        for _ in range(3):
            assert all_read(browsers) == [200] * len(browsers)
        for browser in browsers[:2]:
            assert browser.get("/timetable").status == 200
        newcomer = Visitor(stack["front"]).call("POST", "/api/v1/session", {"username": "x", "password": "y"})
        assert newcomer.status == 503 and newcomer.header("Retry-After")
    finally:
        if kind == "hung":
            for process in processes:
                os.kill(process, signal.SIGCONT)


def test_everything_restarts_in_any_order(stack):
    browsers = people(stack)
    for process in (stack["redis"]["pid"], stack["nodes"][1]["pid"]):
        os.kill(process, signal.SIGKILL)
    assert all_read(browsers) == [200] * len(browsers)
