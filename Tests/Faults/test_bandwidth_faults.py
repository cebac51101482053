"""Redis dies while bandwidth is shared: no establishment takes more than its own, and none is left without."""

import os
import signal
import time

import pytest
from browsing import account, visitor
from downloads import Downloads
from operators import Operator
from test_faults import whole_again  # noqa: F401


@pytest.fixture
def preau(stack_state):
    return Operator(stack_state)


def test_redis_is_killed_while_it_flows(stack, preau):
    who = account(stack, "pupil", "grand-est")
    school, rate = who["establishments"][0], 800_000
    browser = visitor(stack, who)
    preau("quota", "set", school, "--rate", "800K")
    try:
        with Downloads(browser, [node["url"] for node in stack["nodes"]] * 2) as downloads:
            time.sleep(2)
            assert 0.85 < downloads.rate(3) / rate < 1.15
            os.kill(stack["redis"]["pid"], signal.SIGKILL)
            # The last leases hold for five seconds; then each loop has its even part, used or not.
            assert 0.85 < downloads.rate(4) / rate < 1.15
            time.sleep(3)
            # The sessions are served from the cookie alone, and text does not wait.
            started = time.monotonic()
            assert browser.get("/timetable").status == 200
            assert time.monotonic() - started < 2
            assert 0.2 < downloads.rate(4) / rate < 1.15
            with pytest.raises(ProcessLookupError):
                os.kill(stack["redis"]["pid"], 0)
    finally:
        preau("quota", "set", school, "--remove")
