"""A school changes shards while its people are at work, and when what moves it is killed."""

import json
import os
import signal
import subprocess
import time

import pytest
from browsing import Visitor, account, visitor
from operators import process_of
from test_faults import Load, all_read, eventually, up, whole_again  # noqa: F401
from test_files import Desk, text
from stack.build import BUILT


def preau(stack_state, *words):
    done = subprocess.run(
        [BUILT / "preau", "--state", str(stack_state), "--json", *map(str, words)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def at_home(stack, profile):
    return account(stack, profile, "seine-et-marne")


def other_shard(stack_state, uai):
    here = preau(stack_state, "establishment", "show", uai)["shard"]
    return 2 if here == 1 else 1


def people_of(stack, uai):
    """Signed-in people of one school."""
    return [
        visitor(stack, each) for each in stack["accounts"]
        if each["establishments"] == [uai] and each["profile"] in ("pupil", "teacher")]


def test_a_school_moves_there_and_back_while_people_work(stack, stack_state):
    uai = at_home(stack, "pupil")["establishments"][0]
    browsers = people_of(stack, uai)
    before = [browser.get("/api/v1/me/timetable").json for browser in browsers]
    home = preau(stack_state, "establishment", "show", uai)
    target = other_shard(stack_state, uai)
    with Load(browsers) as load:
        moved = preau(stack_state, "establishment", "move", uai, "--to", target)
        back = preau(stack_state, "establishment", "move", uai, "--to", home["shard"])
        gone = preau(stack_state, "establishment", "move", uai, "--to", target, "--keep", 0)
    assert load.count > 10
    # Held, not failed.
    assert load.failures == []
    for move in (moved, back, gone):
        assert move["state"] == "done" and move["verification"] == "equal"
        assert move["pause_ms"] > 0
    assert moved["rows"] > 1000 and moved["bytes"] > 10_000
    assert moved["way_back"] == "open" and back["returns"] == moved["id"] and back["rows"] == 0
    assert preau(stack_state, "establishment", "show", uai)["shard"] == target
    # The same sessions, the same contents.
    assert [browser.get("/api/v1/me/timetable").json for browser in browsers] == before
    assert preau(stack_state, "establishment", "move", uai, "--to", home["shard"], "--keep", 0)["state"] == "done"


def test_a_mover_that_is_killed_while_copying_begins_again(stack, stack_state):
    uai = at_home(stack, "pupil")["establishments"][0]
    target = other_shard(stack_state, uai)
    browsers = people_of(stack, uai)
    admin = process_of(stack_state, "preau-admin")
    with Load(browsers) as load:
        ordered = preau(
            stack_state, "establishment", "move", uai, "--to", target, "--keep", 0, "--rate", 60_000, "--detach")
        eventually(lambda: preau(stack_state, "move", "show", ordered["id"])["state"] == "copying", pause=0.02)
        os.kill(admin, signal.SIGKILL)
        time.sleep(0.5)
        up(stack_state)
        eventually(lambda: preau(stack_state, "move", "show", ordered["id"])["state"] in ("done", "aborted"), 60)
    assert load.failures == []
    shown = preau(stack_state, "move", "show", ordered["id"])
    assert (shown["state"], shown["attempt"]) == ("done", 2), shown
    assert all_read(browsers) == [200] * len(browsers)


def test_what_belongs_to_a_school_follows_it(stack, stack_state):
    """A file, an upload half done, a calendar's address that a telephone knows, a session: all of them go on as they are."""
    desk = Desk(stack, "eure")
    home = preau(stack_state, "establishment", "show", desk.uai)["shard"]
    target = other_shard(stack_state, desk.uai)
    content = text(700_000)
    kept = desk.content(desk.send(content))
    half = desk.begin(len(content)).header("Location")
    assert desk.part(half, 0, content[:300_000]).status == 204
    made = desk.browser.call("POST", "/api/v1/me/calendar-feeds", {})
    calendar = "/" + made.json["url"].split("/", 3)[3]
    telephone = Visitor(stack["front"])
    before = lessons(telephone.get(calendar))
    assert "BEGIN:VEVENT" in before
    try:
        assert preau(stack_state, "establishment", "move", desk.uai, "--to", target, "--keep", 0)["verification"] == "equal"
        assert desk.browser.get(kept).body == content
        answer = desk.part(half, 300_000, content[300_000:])
        assert answer.status == 204, answer.text
        assert desk.browser.get(desk.content(half.rpartition("/")[2])).body == content
        assert lessons(telephone.get(calendar)) == before
    finally:
        desk.browser.call("DELETE", "/api/v1/me/calendar-feeds")
        preau(stack_state, "establishment", "move", desk.uai, "--to", home, "--keep", 0)


def lessons(feed):
    """All of a calendar but when it was asked for."""
    assert feed.status == 200, feed.text
    return [line for line in feed.text.splitlines() if not line.startswith("DTSTAMP")]


@pytest.mark.parametrize("victim", ["node-1", "redis"])
def test_what_serves_is_killed_during_a_move(stack, stack_state, victim):
    """Neither has a part in the move: it ends as if nothing had been, and what was read and written meanwhile is there."""
    uai = at_home(stack, "pupil")["establishments"][0]
    target = other_shard(stack_state, uai)
    browsers = people_of(stack, uai)
    before = [browser.get("/api/v1/me/timetable").json for browser in browsers]
    # Through the front: another node takes what this one does not answer.
    with Load(browsers) as load:
        ordered = preau(
            stack_state, "establishment", "move", uai, "--to", target, "--keep", 0, "--rate", 60_000, "--detach")
        eventually(lambda: preau(stack_state, "move", "show", ordered["id"])["state"] == "copying", pause=0.02)
        os.kill(process_of(stack_state, victim), signal.SIGKILL)
        time.sleep(0.5)
        still = preau(stack_state, "move", "show", ordered["id"])
        assert (still["state"], still["attempt"]) == ("copying", 1), "killed in the middle of it"
        up(stack_state)
        eventually(lambda: preau(stack_state, "move", "show", ordered["id"])["state"] in ("done", "aborted"), 60)
    shown = preau(stack_state, "move", "show", ordered["id"])
    assert (shown["state"], shown["attempt"], shown["verification"]) == ("done", 1, "equal"), shown
    assert load.count > 10 and load.failures == []
    assert preau(stack_state, "establishment", "show", uai)["shard"] == target
    assert [browser.get("/api/v1/me/timetable").json for browser in browsers] == before
