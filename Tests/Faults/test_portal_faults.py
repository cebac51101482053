"""Who comes by a portal needs Redis for the way there and back: they wait for it a moment, and not for ever."""

import os
import signal
import threading
import time

import pytest
from bench.crowd import PROVIDER
from browsing import Visitor, host_of
from operators import within
from test_disorder import TERRITORY, Crowd
from test_faults import whole_again  # noqa: F401


@pytest.fixture
def newcomer(stack, stack_state, tmp_path):
    """Somebody before the sign-in page, whose portal is known to every node."""
    with Crowd(stack, stack_state, tmp_path).portal():
        browser = Visitor(stack["front"], host_of(stack, TERRITORY))
        for node in stack["nodes"]:
            within(10, lambda: leave(browser.at(node["url"])).status == 303)
        yield browser


def leave(browser):
    return browser.get(f"/login/upstream/{PROVIDER}")


def test_a_late_redis_is_waited_for_on_the_way_to_a_portal(stack, newcomer):
    redis = stack["redis"]["pid"]
    os.kill(redis, signal.SIGSTOP)
    late = threading.Timer(0.7, os.kill, (redis, signal.SIGCONT))
    late.start()
    try:
        started = time.monotonic()
        answer = leave(newcomer)
        assert answer.status == 303, answer.text[:300]
        assert time.monotonic() - started > 0.4
    finally:
        late.join()


def test_a_redis_that_stays_away_is_not_waited_for_again_and_again(stack, newcomer):
    os.kill(stack["redis"]["pid"], signal.SIGKILL)
    for url in (node["url"] for node in stack["nodes"]):
        assert leave(newcomer.at(url)).status == 503
    time.sleep(2)
    for url in (node["url"] for node in stack["nodes"]):
        started = time.monotonic()
        answer = leave(newcomer.at(url))
        assert answer.status == 503 and answer.header("Retry-After"), answer.text[:300]
        assert time.monotonic() - started < 1.5
