"""preau-load against a real stack: what it counts as right is right, and what is not the page of that person is an error."""

import json
import re
import subprocess
import time

import pytest
from bench.crowd import storm_of
from browsing import Visitor, host_of
from partners import CHECKOUT, preau
from stack.build import BUILT

LOAD = CHECKOUT / "Infra" / "load"
PROGRAM = BUILT / "preau-load"
ROLES = ("pupil", "teacher", "guardian")


@pytest.fixture(scope="module")
def crowd(site):
    """Some people of two territories, with the names that the platform knows them by."""
    stack, _ = site
    rows = []
    for territory in ("eure", "grand-est"):
        host = host_of(stack, territory)
        name_of_site = re.search(r"<title>.* – ([^<]+)</title>", Visitor(stack["front"], host).get("/login").text)[1]
        for account in stack["accounts"]:
            if account["territory"] == territory and account["profile"] in ROLES and len(account["establishments"]) == 1:
                shown = Visitor(stack["front"], host).sign_in(account)["account"]
                rows.append([account["login"], shown["name"], account["profile"], host, name_of_site])
    assert len(rows) >= 6
    return rows, stack["accounts"][0]["password"]


def table(path, rows):
    path.write_text("".join("\t".join(row) + "\n" for row in [["login", "name", "role", "host", "site"], *rows]))
    return path


def warm(folder):
    """The storm's visits, of people who all come with a session and keep it: what a run finds then depends on no draw."""
    return storm_of(folder / "warm", "{ warm: 100 }", sign_out=0) + ".yaml"


def load(site, people, password, verb, *words, mix=None, adapter=LOAD / "preau.yaml", check=True):
    report = people.parent / f"report-{time.monotonic_ns()}"
    done = subprocess.run(
        [PROGRAM, verb, "--front", site[0]["front"], "--adapter", adapter, "--mix", LOAD / f"{mix}.yaml" if mix else warm(people.parent),
         "--people", people, "--password", password, "--report", report, "--page", LOAD / "report.html", *map(str, words)],
        capture_output=True, text=True, timeout=120, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return json.loads((report / "report.json").read_text()), report, done


@pytest.fixture(scope="module")
def signed_in(site, crowd, tmp_path_factory):
    """Everybody's session, made by the sign-in page."""
    rows, password = crowd
    people = table(tmp_path_factory.mktemp("load") / "people.tsv", rows)
    sessions = people.with_suffix(".sessions")
    report, _, _ = load(site, people, password, "prepare", "--way", "password", "--sessions", sessions, "--at-once", 2)
    assert report["whole"]["success"] == 1 and report["visits"]["abandoned"] == 0, report["steps"]
    assert sessions.stat().st_mode & 0o077 == 0
    return people, sessions


def kinds(report):
    return {f"{step['name']}: {kind}" for step in report["steps"] for kind in step["errors"]}


def test_visits_of_people_who_are_signed_in(site, crowd, signed_in):
    people, sessions = signed_in
    report, folder, _ = load(
        site, people, crowd[1], "run", "--sessions", sessions, "--users", 8, "--ramp", 1, "--seconds", 12, "--speed", 20, "--processes", 2,
        "--at-least", 100)
    # Some forty are to be expected; how many it are depends on what the visits draw, and on when each answer comes.
    assert report["whole"]["success"] == 1 and report["whole"]["done"] > 20, report["steps"]
    assert {step["name"] for step in report["steps"]} >= {"home", "homework-week"}
    assert report["processes"] == 2 and report["mostConnections"] >= 2 and report["generatorProcessor"] > 0
    assert len(report["moments"]) in (13, 14) and sum(moment["done"] for moment in report["moments"]) == report["whole"]["done"]
    assert 0 < report["whole"]["latency"]["p50"] <= report["whole"]["latency"]["p99"] <= report["whole"]["latency"]["maximum"]
    # One file, with nothing from elsewhere.
    page = (folder / "report.html").read_text()
    assert "{{report}}" not in page and not re.search(r'(src|href)="?https?:', page)
    # The sessions outlive the run.
    assert load(site, people, crowd[1], "run", "--sessions", sessions, "--rate", 3, "--seconds", 3, "--speed", 20)[0]["whole"]["success"] == 1


def test_another_persons_page_is_an_error(site, crowd, signed_in, tmp_path):
    rows, password = crowd
    _, sessions = signed_in
    names = [row[1] for row in rows]
    assert len(set(names)) == len(names)
    swapped = [[row[0], names[(place + 1) % len(names)], *row[2:]] for place, row in enumerate(rows)]
    people = table(tmp_path / "people.tsv", swapped)
    own = tmp_path / "sessions"
    own.write_bytes(sessions.read_bytes())
    report, _, done = load(
        site, people, password, "run", "--sessions", own, "--rate", 3, "--seconds", 4, "--speed", 20, "--at-least", 1, check=False)
    assert report["whole"]["right"] == 0 and report["whole"]["done"] > 3
    assert kinds(report) == {"home: wrong person"} and done.returncode == 1


def test_another_page_another_site_and_no_session_are_errors(site, crowd, signed_in, tmp_path):
    rows, password = crowd
    people, sessions = signed_in
    # The home page where the timetable was asked for, under the same 200.
    adapter = tmp_path / "adapter.yaml"
    adapter.write_text((LOAD / "preau.yaml").read_text().replace("get: /homework?view=week&date={date}", "get: /home?{date}"))
    report = load(
        site, people, password, "run", "--sessions", sessions, "--rate", 4, "--seconds", 5, "--speed", 30, adapter=adapter)[0]
    assert "homework-week: wrong page" in kinds(report) and report["whole"]["success"] < 1
    elsewhere = table(tmp_path / "elsewhere.tsv", [[*row[:4], "ENT 00"] for row in rows])
    own = tmp_path / "own"
    own.write_bytes(sessions.read_bytes())
    report = load(site, elsewhere, password, "run", "--sessions", own, "--rate", 3, "--seconds", 3, "--speed", 20)[0]
    assert kinds(report) == {"home: wrong page"}
    forged = tmp_path / "forged"
    forged.write_text("".join(f"{row[0]}\tpreau_session=v1.k1.AAAA.BBBB\n" for row in rows))
    report = load(site, people, password, "run", "--sessions", forged, "--rate", 3, "--seconds", 3, "--speed", 20)[0]
    assert kinds(report) == {"home: sent to /login"} and report["whole"]["right"] == 0


def test_nobody_listening_is_an_error_of_its_own(site, crowd, signed_in):
    people, sessions = signed_in
    own = people.parent / "unused.sessions"
    own.write_bytes(sessions.read_bytes())
    done = subprocess.run(
        [PROGRAM, "run", "--front", "http://127.0.0.1:9", "--adapter", LOAD / "preau.yaml", "--mix", LOAD / "storm.yaml", "--people", people,
         "--sessions", own, "--rate", "5", "--seconds", "2", "--report", people.parent / "none"], capture_output=True, text=True, timeout=60,
        check=False)
    assert "not connected (Connection refused)" in done.stdout, done.stdout + done.stderr


def test_people_come_with_a_ticket(site, crowd, tmp_path):
    stack, state = site
    rows, password = crowd
    secret = tmp_path / "secret"
    secret.write_text("a secret of a portal that does not exist\n")
    port = stack_port(stack)
    provider = subprocess.Popen(
        [PROGRAM, "identity-provider", "--listen", f"127.0.0.1:{port}", "--client-id", "load", "--secret-file", secret],
        stdout=subprocess.PIPE, text=True)
    try:
        assert provider.stdout.readline().startswith("listening")
        preau(state, "upstream", "add", "charge", "Portail de charge", "--issuer", f"http://127.0.0.1:{port}", "--client-id", "load",
              "--secret-file", str(secret), "--match", "login", "--claim", "preferred_username")
        deadline = time.monotonic() + 10
        for node in stack["nodes"]:
            while Visitor(node["url"]).get("/login/upstream/charge").status != 303:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        people = table(tmp_path / "people.tsv", rows)
        report = load(site, people, password, "run", "--rate", 4, "--seconds", 6, "--speed", 10, mix="bell")[0]
        assert report["whole"]["success"] == 1, report["steps"]
        assert {"ticket-out", "ticket-back", "home"} <= {step["name"] for step in report["steps"]}
    finally:
        provider.terminate()
        provider.wait(10)
        preau(state, "upstream", "remove", "charge", check=False)


def stack_port(stack):
    from stack.ports import is_free
    return next(port for port in range(int(stack["front"].rsplit(":", 1)[1]) + 10, 20_000) if is_free(port))


def test_wrong_files_are_explained(site, crowd, tmp_path):
    people = table(tmp_path / "people.tsv", crowd[0])
    mix = tmp_path / "mix.yaml"
    mix.write_text((LOAD / "storm.yaml").read_text().replace("first: home", "first: nowhere", 1))
    words = ["--front", site[0]["front"], "--adapter", LOAD / "preau.yaml", "--people", people, "--rate", "1"]
    done = subprocess.run([PROGRAM, "check", *words, "--mix", mix], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "“nowhere” is neither a page nor a way to sign in" in done.stderr
    done = subprocess.run([PROGRAM, "check", *words, "--mix", LOAD / "storm.yaml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for wrong in (["run"], ["walk"], ["run", *words, "--mix", LOAD / "storm.yaml", "--users", "2"],
                  ["identity-provider", "--listen", "0.0.0.0:1", "--client-id", "x", "--secret-file", people]):
        done = subprocess.run([PROGRAM, *wrong], capture_output=True, text=True, check=False)
        assert done.returncode == 1 and done.stderr.startswith("preau-load: ")
