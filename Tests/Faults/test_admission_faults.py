"""Redis dies, hangs or forgets everything while people are in, wait, and are let in: on both nodes."""

import os
import signal
import subprocess
import time

import pytest
from browsing import account, visitor
from operators import Operator, leave, try_to_sign_in
from test_faults import CHECKOUT, eventually, whole_again  # noqa: F401


@pytest.fixture
def preau(stack_state):
    return Operator(stack_state)


@pytest.fixture
def full_school(stack, preau):
    """A school without a free place: people who are in, and somebody who waits at each node."""
    scope = account(stack, "pupil", "centre-val-de-loire")["establishments"][0]
    own = [each for each in stack["accounts"] if each["establishments"] == [scope]]
    inside = [visitor(stack, each) for each in own if each["profile"] in ("pupil", "teacher")][:2]
    guardians = [each for each in stack["accounts"] if each["profile"] == "guardian" and scope in each["establishments"]]
    assert inside and guardians, "the demonstration has changed"
    leave(stack, guardians[0])
    preau("admission", "set", scope, "--sessions", "0")
    # Known everywhere: whoever came in before would be counted as in a second later.
    time.sleep(2)
    waiting = []
    for node in stack["nodes"]:
        browser, answer = try_to_sign_in(stack, guardians[0], node["url"])
        assert answer.status == 503
        waiting.append(browser)
    yield scope, inside, waiting, guardians[0]
    eventually(lambda: preau("admission", "set", scope, "--no-cap") is not None)


def states(waiting):
    return {browser.get("/api/v1/waiting").json["state"] for browser in waiting}


@pytest.mark.parametrize("fault", ["killed", "hung", "flushed"])
def test_whoever_is_in_stays_in_and_whoever_waits_keeps_the_turn(stack, stack_state, preau, full_school, fault):
    scope, inside, waiting, guardian = full_school
    assert states(waiting) == {"waiting"}
    redis = stack["redis"]
    if fault == "flushed":
        subprocess.run(["redis-cli", "-p", str(redis["port"]), "FLUSHALL"], check=True, capture_output=True)
    else:
        os.kill(redis["pid"], signal.SIGKILL if fault == "killed" else signal.SIGSTOP)
    try:
        for _ in range(3):
            assert [each.get("/api/v1/me/timetable").status for each in inside] == [200] * len(inside)
            # Their tickets alone keep it; nobody is told to start again.
            assert states(waiting) == {"waiting"}
            for node in stack["nodes"]:
                browser, answer = try_to_sign_in(stack, guardian, node["url"])
                assert answer.status == 503 and answer.code == "preau.admission.waiting" and int(answer.header("Retry-After")) > 0
            time.sleep(0.3)
    finally:
        if fault == "hung":
            os.kill(redis["pid"], signal.SIGCONT)
    if fault == "killed":
        subprocess.run(
            [CHECKOUT / "Infra/dev/up", "--detach", "--state", str(stack_state)], stdin=subprocess.DEVNULL, check=True,
            capture_output=True, timeout=280)
    time.sleep(4)
    assert states(waiting) == {"waiting"}
    preau("admission", "set", scope, "--sessions", "1000")
    eventually(lambda: states(waiting) == {"ready"})
    again = waiting[0].call("POST", "/api/v1/session", {"username": guardian["login"], "password": guardian["password"]})
    assert again.status == 201, again.text
    assert [each.get("/api/v1/me/timetable").status for each in inside] == [200] * len(inside)


def test_a_node_dies_in_the_middle_of_waiting(stack, preau, full_school):
    scope, inside, waiting, guardian = full_school
    os.kill(stack["nodes"][0]["pid"], signal.SIGKILL)
    # The ticket of the dead node is as good at the other one, and by the front.
    moved = [waiting[0].at(stack["nodes"][1]["url"]), waiting[0].at(stack["front"])]
    eventually(lambda: states(moved) == {"waiting"})
    assert [each.get("/api/v1/me/timetable").status for each in inside] == [200] * len(inside)
    preau("admission", "set", scope, "--sessions", "1000")
    eventually(lambda: states(moved) == {"ready"})
    again = moved[1].call("POST", "/api/v1/session", {"username": guardian["login"], "password": guardian["password"]})
    assert again.status == 201, again.text
