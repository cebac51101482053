"""The pieces of the benchmarks: what they measure is what they say."""

import http.server
import os
import re
import subprocess
import sys
import threading

import pytest
from bench import __main__ as benchmarks
from bench import admission, idle, peer, people, report, tenants, territory
from bench.wrk import Target, measure
from stack.errors import StackError

UAI = re.compile(r"uai: (\d{7})([A-Z])")


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.cookies.add(self.headers.get("Cookie"))
        self.send_response(200 if self.path == "/ok" else 503)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads, server.cookies = True, set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_load_comes_from_every_client(server, tmp_path):
    clients = ({"Cookie": "a=1"}, {"Cookie": "a=2"})
    run = measure(Target("x", f"http://127.0.0.1:{server.server_port}/ok", clients), 1, connections=4, folder=tmp_path)
    assert run.requests > 10 and run.rate > 10 and 0 < run.median_ms <= run.p99_ms
    assert server.cookies == {"a=1", "a=2"}


def test_a_fast_refusal_is_no_result(server, tmp_path):
    with pytest.raises(StackError, match="Non-2xx"):
        measure(Target("x", f"http://127.0.0.1:{server.server_port}/refused"), 1, connections=4, folder=tmp_path)


def test_idle_connections_are_answered_once_and_counted(server):
    request = b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"
    assert idle.bytes_per_connection(os.getpid(), server.server_port, 60, request) >= 0
    with pytest.raises(StackError, match="were not answered"):
        idle.bytes_per_connection(os.getpid(), server.server_port, 5, request.replace(b"/ok", b"/no"))


@pytest.mark.parametrize("count", [10, 1000])
def test_manifests_have_as_many_establishments_as_asked_for(count, tmp_path):
    tenants.make(tmp_path / "tenants", count)
    numbers = [match for path in (tmp_path / "tenants").glob("*/establishments.yaml") for match in UAI.findall(path.read_text())]
    assert len(set(numbers)) == count
    assert all(tenants.LETTERS[int(digits) % 23] == letter for digits, letter in numbers)
    assert {path.parent.name for path in (tmp_path / "tenants").glob("*/territory.yaml")} >= {"eure", "grand-est"}


def test_a_table_replaces_its_own_only(tmp_path, monkeypatch):
    document = tmp_path / "benchmarks.md"
    document.write_text("a\n<!-- page: begin -->\nold\n<!-- page: end -->\nb\n<!-- other: begin -->\nkept\n<!-- other: end -->\n")
    monkeypatch.setattr(report, "DOCUMENT", document)
    report.write("page", ["new", "lines"])
    assert document.read_text() == (
        "a\n<!-- page: begin -->\nnew\nlines\n<!-- page: end -->\nb\n<!-- other: begin -->\nkept\n<!-- other: end -->\n")
    with pytest.raises(StackError):
        report.write("absent", [])


def level(users, right):
    return peer.Level(users, {"steady": {"done": 1000, "success": right}, "steps": []}, 0, 0)


@pytest.mark.parametrize("start", [1, 40, 100, 5000])
def test_the_most_that_is_served_is_found_from_either_side(start):
    tried = []

    def attempt(users):
        tried.append(users)
        return level(users, 1 if users <= 100 else 0.999)

    best, broken = peer.search(attempt, start)
    assert best.users <= 100 < broken.users <= best.users * peer.NEAR
    assert len(tried) == len(set(tried)) <= peer.MOST_LEVELS


@pytest.mark.parametrize("right", [0.9, 1])
def test_no_end_is_an_error(right):
    with pytest.raises(StackError, match="no end was found"):
        peer.search(lambda users: level(users, right), 4)


def test_processor_time_counts_what_is_below_a_process():
    busy = "x = 0\nfor _ in range(20_000_000): x += 1\n"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}]); print('done', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        assert people.processor_seconds_of_tree(process.pid) > people.processor_seconds(process.pid) + 0.2
    finally:
        process.communicate(b"\n")


def crowd_of_admission(guardians_in, guardians_out):
    """A minute in which pupils waited ten seconds; guardians as told."""
    crowd = admission.Crowd()
    crowd.waits |= {"pupil": [10.0] * 50, "guardian": guardians_in}
    crowd.outside["guardian"] = guardians_out
    crowd.requests["pupil"] = [0.01] * 100
    crowd.served = [second / 10 for second in range(400)]
    return crowd


def rows_of_admission(crowd, people=60):
    cost = {"polls": 495, "redis": 0.03, "nodes": 0.04, "each": 135, "first": 2, "last": 215}
    return admission.table(crowd, crowd, crowd, [("in", people, admission.CAP)], cost)


def test_whoever_did_not_get_in_counts_as_having_waited():
    wait = next(row for row in rows_of_admission(crowd_of_admission([0.2] * 12, [58.0] * 78)) if "guardians to get in" in row)
    assert "| ≥ 58.0 s, ≥ 58.0 s (12 entries, 78 still outside) |" in wait, wait
    # Nobody outside: what they waited is what they waited.
    wait = next(row for row in rows_of_admission(crowd_of_admission([20.0] * 12, [])) if "guardians to get in" in row)
    assert "| 20.0 s, 20.0 s (12 entries, 0 still outside) |" in wait, wait


def test_what_misses_its_aim_is_marked():
    assert not [row for row in rows_of_admission(crowd_of_admission([20.0] * 12, [])) if territory.MISSED in row]
    missed = [row for row in rows_of_admission(crowd_of_admission([0.2] * 12, []), people=61) if territory.MISSED in row]
    assert ["most people in" in missed[0], "guardians to get in" in missed[1]] == [True, True] and len(missed) == 2, missed


def test_a_missed_aim_fails_the_command_once_its_table_is_written(monkeypatch, tmp_path):
    document = tmp_path / "benchmarks.md"
    document.write_text("<!-- admission: begin -->\n<!-- admission: end -->\n")
    monkeypatch.setattr(report, "DOCUMENT", document)
    monkeypatch.setattr(territory, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["bench", "admission"])

    class Site:
        def stop(self):
            pass

    def run(progress):
        async def measured(site, progress):
            return rows_of_admission(crowd_of_admission(guardians, []), people=people)
        territory.run("admission", Site(), lambda site: None, measured, progress)

    monkeypatch.setitem(benchmarks.BENCHMARKS, "admission", run)
    people, guardians = 61, [20.0]
    assert benchmarks.main() == 1
    assert territory.MISSED in document.read_text()
    people = 60
    assert benchmarks.main() == 0 and territory.MISSED not in document.read_text()
