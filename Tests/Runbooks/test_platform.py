"""The platform itself: stacks, nodes, databases, keys; what to do when a part of it is away."""

import base64
import json
import os
import re
import secrets
import signal
import subprocess

from book import Runbook
from browsing import account, visitor
from operators import process_of, within
from stack.state import State
from test_backups import psql

PAGE = "/api/v1/me/timetable"


def test_stack(bare_desk, tmp_path):
    second = tmp_path / "second"
    with Runbook(bare_desk, "stack") as book:
        said = book.block("Infra/dev/up", {
            "Infra/dev/up                          # until": "Infra/dev/up & up=$!; until .build/release/preau health >/dev/null 2>&1; do "
            "sleep 1; done; sleep 5; kill -TERM $up; wait $up || test $? = 130  # until",
            "--port 9090": f"--port {bare_desk.port + 30}", "/tmp/second": second,
        })
    assert said.count("Préau is ready") == 4
    assert not bare_desk.state.exists() and not second.exists(), "forgotten"


def test_migrate(runbook):
    with runbook("migrate") as book:
        said = book.block("preau-admin", {"FILE ": ".preau/configuration/preau-admin.yaml "})
        assert re.search(r"^directory: up to date at \d+$", said, re.MULTILINE) and len(re.findall(r"^shard \d", said, re.MULTILINE)) == 2
        book.leave("stopped at 2", "what it prints, not a command")


def test_nodes(runbook, desk, parts):
    with runbook("nodes") as book:
        assert "node-1" in book.do("preau node list")
        for words in ("preau node add", "preau node add node-7", "preau node drain node-7", "preau node remove node-7"):
            book.do(words)
            if words != "preau node add":
                book.do(words)
        assert "node-7" not in book.do("preau node list")
        book.leave("ansible-playbook", "Infra/test/cluster: no machines here")
        book.leave("preau node remove", "tried with its name")
        book.block("ExecReload", {
            "ExecReload=": "", "/run/haproxy/admin.sock": State(desk.state).run_directory / "haproxy.sock", "/var/lib/haproxy/state": desk.folder / "servers",
            "$MAINPID": process_of(desk.state, "haproxy")})
        assert "nodes" in (desk.folder / "servers").read_text()


def test_session_keys(runbook, desk, parts):
    person = visitor(parts, account(parts, "pupil", "seine-et-marne"))
    file = desk.state / "secrets" / "session-keys"
    pids = [node["pid"] for node in parts["nodes"]] + [process_of(desk.state, "preau-admin")]
    logs = [desk.state / "logs" / f"{name}.log" for name in ("node-1", "node-2", "preau-admin")]

    def read_again(times):
        within(5, lambda: all(log.read_text().count("session keys read again") >= times for log in logs))

    with runbook("session-keys") as book:
        def signal_all():
            book.do("kill -HUP", {"-HUP": "-HUP " + " ".join(map(str, pids))})

        first = file.read_text().splitlines()
        book.block("kill -HUP", {"session-keys": file, "PID …": " ".join(map(str, pids))})
        read_again(1)
        (_, *_, name) = file.read_text().splitlines()
        assert name.startswith("k2:") and person.get(PAGE).status == 200
        file.write_text("\n".join([name, *first]) + "\n")
        signal_all()
        read_again(2)
        assert person.get(PAGE).status == 200, "each cookie in use is signed anew"
        file.write_text(name + "\n")
        signal_all()
        read_again(3)
        assert person.get(PAGE).status == 200, "by the new key alone"
        # A key that has leaked.
        before = json.loads(desk.run("preau --json signing-key list"))
        file.write_text("k3:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=") + "\n")
        signal_all()
        read_again(4)
        assert person.get(PAGE).status == 401, "everybody signs in again"
        psql(parts["directory"]["conninfo"], "delete from signing_key")
        os.kill(process_of(desk.state, "preau-admin"), signal.SIGKILL)
        desk.run("Infra/dev/up --detach")
        within(20, lambda: json.loads(desk.run("preau --json signing-key list")) not in (before, {"keys": []}))
        assert visitor(parts, account(parts, "pupil", "seine-et-marne")).get(PAGE).status == 200


def test_shard_down(runbook, desk, parts):
    there = [each for each in json.loads(desk.run("preau --json establishment list"))["establishments"] if each["shard"] == 2]
    person = next(each for each in parts["accounts"] if each["profile"] == "pupil" and each["establishments"][0] in {one["uai"] for one in there})
    browser = visitor(parts, person)
    os.kill(process_of(desk.state, "postgres-shard-2"), signal.SIGKILL)
    uai = there[0]["uai"]
    with runbook("shard-down") as book:
        within(10, lambda: browser.get(PAGE).code == "preau.tenancy.shard_unavailable")
        said = book.block("preau health", status=1)
        assert re.search(r"^shard 1 +answers\nshard 2 +does not answer$", said, re.MULTILINE), said
        book.do("Infra/dev/up --detach")
        within(10, lambda: browser.get(PAGE).status == 200)
        shown = json.loads(desk.run(f"preau --json establishment show {uai}"))
        book.do("preau establishment show UAI", {"UAI": uai})
        number = psql(parts["directory"]["conninfo"], f"select id, epoch from establishment where uai = '{uai}'")
        here = psql(parts["shards"][1]["conninfo"],
                    f"select establishment_id, epoch from placement where establishment_id = {number.split('|')[0]}")
        assert here == number and str(shown["epoch"]) == number.split("|")[1]
        server = json.loads(desk.run("preau --json shard list"))["shards"][1]
        for host in ("localhost", "127.0.0.1"):
            book.do("preau shard add", {
                "preau shard add": f"preau shard add --id 2 --host {host} --port {server['port']} --database {server['database']}"})
            within(10, lambda: browser.get(PAGE).status == 200)


def test_redis_down(runbook, desk, parts):
    browser = visitor(parts, account(parts, "pupil", "eure"))
    os.kill(process_of(desk.state, "redis"), signal.SIGKILL)
    with runbook("redis-down") as book:
        assert browser.get(PAGE).status == 200
        assert visitor(parts, account(parts, "teacher", "eure")).get(PAGE).status == 200, "sign-in goes on"
        metrics = subprocess.run(["curl", "-fsS", parts["nodes"][0]["metrics"]], capture_output=True, text=True, check=True).stdout
        for name in re.findall(r"`(preau_\w+_total)`", book.text):
            assert name in metrics, name
        book.do("Infra/dev/up --detach")
        within(10, lambda: browser.get(PAGE).status == 200)
