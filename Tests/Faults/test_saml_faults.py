"""The process that reads SAML dies, hangs and is gone: nodes say so on /saml/… and nowhere else, and it comes back."""

import json
import os
import pathlib
import signal
import threading
import time

import pytest
from browsing import Visitor, account, visitor
from saml_partner import ServiceProvider
from test_faults import up, whole_again  # noqa: F401


@pytest.fixture
def sp(stack, stack_state):
    provider = ServiceProvider(stack, stack_state)
    yield provider
    provider.remove()


@pytest.fixture
def browser(stack):
    return visitor(stack, account(stack, "pupil", "seine-et-marne"))


def workers(stack, role=None):
    """The processes that preau-saml looks after."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            command = (path.parent / "cmdline").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if parent == stack["saml"]["pid"] and b"worker" in command and (role is None or role.encode() in command):
            found.append(int(path.parent.name))
    return found


def eventually(check, seconds=10):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "not within the time allowed"
        time.sleep(0.05)


def works(sp, browser):
    number, answer = sp.ask(browser)
    return answer.status == 200 and bool(sp.accept(number, answer).name_id.text)


def unavailable(answer):
    return answer.status == 503 and "preau.identity.saml_unavailable" in answer.text and answer.header("Retry-After")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
@pytest.mark.parametrize("role", ["reader", "signer"])
def test_workers_that_end_or_stop_are_replaced(stack, sp, browser, role, number):
    assert works(sp, browser)
    before = workers(stack, role)
    assert len(before) == 2
    for each in before:
        os.kill(each, number)
    eventually(lambda: len(set(workers(stack, role)) - set(before)) == 2, 5)
    eventually(lambda: works(sp, browser), 5)
    assert not set(workers(stack, role)) & set(before)


def test_killed_again_and_again_while_it_serves(stack, sp, browser):
    """Every request is answered, or said to be impossible, within its deadline; everything else is as ever."""
    outcomes, pages, stop = [], [], threading.Event()

    def ask():
        while not stop.is_set():
            started = time.monotonic()
            _, query = sp.query()
            answer = browser.get("/saml/sso?" + query)
            outcomes.append((200 if answer.status == 200 else 503 if unavailable(answer) else answer.text[:200],
                             time.monotonic() - started))

    def read():
        while not stop.is_set():
            started = time.monotonic()
            pages.append((browser.get("/api/v1/me/timetable").status, time.monotonic() - started))
            time.sleep(0.02)

    threads = [threading.Thread(target=each) for each in (ask, read)]
    for thread in threads:
        thread.start()
    for _ in range(12):
        for each in workers(stack):
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.4)
    stop.set()
    for thread in threads:
        thread.join()
    assert {status for status, _ in outcomes} <= {200, 503} and len(outcomes) > 3, outcomes
    assert {status for status, _ in pages} == {200} and max(seconds for _, seconds in pages) < 2
    assert max(seconds for _, seconds in outcomes) < 10
    eventually(lambda: works(sp, browser), 10)


def test_the_process_hangs_as_a_whole(stack, sp, browser):
    """Stopped with all its workers, so that nobody replaces anybody: a deadline, a clear answer, and pages as ever."""
    stopped = [stack["saml"]["pid"], *workers(stack)]
    for each in stopped:
        os.kill(each, signal.SIGSTOP)
    try:
        _, query = sp.query()
        started = time.monotonic()
        assert unavailable(browser.get("/saml/sso?" + query))
        assert time.monotonic() - started < 8
        held = [threading.Thread(target=lambda: browser.get("/saml/sso?" + query)) for _ in range(20)]
        for thread in held:
            thread.start()
        for _ in range(20):
            started = time.monotonic()
            assert browser.get("/api/v1/me/timetable").status == 200 and time.monotonic() - started < 2
        for thread in held:
            thread.join()
    finally:
        for each in reversed(stopped):
            os.kill(each, signal.SIGCONT)
    eventually(lambda: works(sp, browser), 15)


def test_the_process_is_gone_and_started_again(stack, stack_state, sp, browser):
    metadata = {node["id"]: Visitor(node["url"]).get("/saml/metadata").status for node in stack["nodes"]}
    assert set(metadata.values()) == {200}
    ours = workers(stack)
    os.kill(stack["saml"]["pid"], signal.SIGKILL)
    # Its workers end with it: none is left to serve beside the next ones.
    eventually(lambda: not any(pathlib.Path(f"/proc/{each}/cmdline").exists() for each in ours), 5)
    _, query = sp.query()
    started = time.monotonic()
    assert unavailable(browser.get("/saml/sso?" + query)) and time.monotonic() - started < 1
    assert browser.get("/home").status == 200 and browser.get("/api/v1/me/timetable").status == 200
    assert Visitor(stack["front"]).get("/oidc/jwks").status == 200
    up(stack_state)
    assert json.loads((stack_state / "stack.json").read_text())["saml"]["pid"] != stack["saml"]["pid"]
    assert works(sp, browser)
