"""Nodes come and go while people use the platform: added and removed by the operators' command, killed, and through a reload."""

import json
import os
import pathlib
import signal
import statistics
import subprocess
import time

import pytest
from browsing import Visitor
from stack.build import BUILT
from test_faults import Load, eventually, people, up, whole_again  # noqa: F401

CYCLES = int(os.environ.get("PREAU_NODE_CYCLES", "4"))


def preau(state, *words, check=True):
    done = subprocess.run(
        [BUILT / "preau", "--state", state, *words, "--json"], capture_output=True, text=True, timeout=90, check=False)
    assert not check or done.returncode == 0, done.stderr
    return json.loads(done.stdout) if check else done


def front_names(state):
    data = preau_front(state)
    return {node["name"]: node["state"] for node in data}


def preau_front(state):
    stack = json.loads((state / "stack.json").read_text())
    admin = Visitor(stack["admin"])
    answer = admin.send("GET", "/api/v1/front/nodes", headers={"Authorization": f"Bearer {stack['admin_token']}"})
    assert answer.status == 200, answer.text
    return answer.json["nodes"]


def reload_front(state):
    """HAProxy reloads for another configuration than the one that it was started with."""
    record = state / "processes" / "haproxy.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"fingerprint": "another"}))
    up(state)


@pytest.fixture
def without_added(stack_state):
    yield
    for name in front_names(stack_state):
        if name not in ("node-1", "node-2"):
            preau(stack_state, "node", "remove", name)


def first_answer(stack, name, patience=10):
    """Seconds until the front sends a request to this node."""
    browser, started = Visitor(stack["front"]), time.monotonic()
    while time.monotonic() - started < patience:
        if browser.get("/login").node == name:
            return time.monotonic() - started
    raise AssertionError(f"{name} never answered")


def test_nodes_come_and_go_without_a_failed_request(stack, stack_state, without_added):
    load = Load(people(stack))
    times = []
    with load:
        for _ in range(CYCLES):
            started = time.monotonic()
            added = preau(stack_state, "node", "add")
            name = added["name"]
            first_answer(stack, name)
            times.append(time.monotonic() - started)
            listed = {node["id"]: node for node in json.loads((stack_state / "stack.json").read_text())["nodes"]}
            pid = listed[name]["pid"]
            preau(stack_state, "node", "remove", name)
            assert not pathlib.Path(f"/proc/{pid}").exists() or "Z" in pathlib.Path(f"/proc/{pid}/stat").read_text().split(")")[1]
            assert name not in front_names(stack_state)
    print(f"first answer after {statistics.median(times):.2f} s (at most {max(times):.2f} s) of {CYCLES}; {load.count} requests")
    assert load.failures == [] and load.count > 20 * CYCLES


def test_a_node_is_drained_before_it_is_gone(stack, stack_state, without_added):
    name = preau(stack_state, "node", "add", "node-9")["name"]
    assert name == "node-9" and front_names(stack_state)["node-9"] == "up"
    # Once more changes nothing.
    assert preau(stack_state, "node", "add", "node-9")["name"] == "node-9"
    assert preau(stack_state, "node", "drain", "node-9")["left"] == 0
    assert front_names(stack_state)["node-9"] == "drain"
    browser = Visitor(stack["front"])
    assert "node-9" not in {browser.get("/login").node for _ in range(12)}
    preau(stack_state, "node", "remove", "node-9")
    assert "node-9" not in front_names(stack_state)
    assert preau(stack_state, "node", "remove", "node-9") == {"removed": True}


def test_the_last_node_stays(stack, stack_state):
    try:
        preau(stack_state, "node", "remove", "node-2")
        refused = preau(stack_state, "node", "remove", "node-1", check=False)
        assert refused.returncode == 1 and "preau.nodes.last" in refused.stderr
        assert preau(stack_state, "node", "drain", "node-1", check=False).returncode == 1
        assert Visitor(stack["front"]).get("/login").status == 200
    finally:
        preau(stack_state, "node", "add", "node-2")
    assert preau(stack_state, "node", "drain", "node-77", check=False).returncode == 1


def test_a_reload_and_a_second_up_keep_the_set(stack, stack_state, without_added):
    preau(stack_state, "node", "add", "node-5")
    before = json.loads((stack_state / "stack.json").read_text())
    reload_front(stack_state)
    after = json.loads((stack_state / "stack.json").read_text())
    assert after["haproxy"]["pid"] != before["haproxy"]["pid"]
    assert [node["pid"] for node in after["nodes"]] == [node["pid"] for node in before["nodes"]]
    assert front_names(stack_state) == {"node-1": "up", "node-2": "up", "node-5": "up"}
    assert first_answer(stack, "node-5") < 10


def test_a_killed_node_fails_nothing_but_writes_under_way(stack, stack_state, without_added):
    added = preau(stack_state, "node", "add")
    pid = next(node["pid"] for node in json.loads((stack_state / "stack.json").read_text())["nodes"] if node["id"] == added["name"])
    load = Load(people(stack))
    with load:
        eventually(lambda: load.count > 30)
        os.kill(pid, signal.SIGKILL)
        time.sleep(3)
    # Only reads: each was given to another node.
    assert load.failures == [] and load.count > 60
    eventually(lambda: front_names(stack_state)[added["name"]] == "down")


def test_adding_nodes_is_for_operators(stack, stack_state):
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        for method, path in (("GET", ""), ("POST", ""), ("POST", "/node-3/drain"), ("DELETE", "/node-3")):
            answer = Visitor(stack["admin"]).send(method, "/api/v1/front/nodes" + path, b"{}" if method == "POST" else None, headers)
            assert answer.status in (401, 403), (method, path, answer.status)
