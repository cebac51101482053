"""The admin service as operators and administrators use it: two instances, jobs that survive `kill -9`, the life of an
establishment seen on every node, mandates, codes and letters."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import psycopg2
import pytest
from browsing import Visitor, account, host_of, visitor
from stack.build import BUILT

CHECKOUT = pathlib.Path(os.environ.get("PREAU_CHECKOUT", "."))
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


@pytest.fixture(scope="module")
def stack():
    return json.loads((pathlib.Path(os.environ["PREAU_STATE"]) / "stack.json").read_text())


def uai(number):
    return f"{number:07}{LETTERS[number % 23]}"


def until(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"never: {what}")


class Operator(Visitor):
    """With the operators' token."""

    def __init__(self, url, token):
        super().__init__(url, timeout=60)
        self.bearer = token

    def ask(self, method, path, value=None):
        return self.call(method, path, value, {"Authorization": f"Bearer {self.bearer}"})


@pytest.fixture(scope="module")
def operator(stack):
    return Operator(stack["admin"], stack["admin_token"])


def preau(*words, status=0):
    done = subprocess.run(
        [BUILT / "preau", "--state", os.environ["PREAU_STATE"], *words], capture_output=True, text=True, timeout=120,
        check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def started_instance(stack, tmp_path, **changes):
    """Another admin service beside the stack's own, begun; killed at the end whatever happens.
    - Returns: the process, who asks it, and what asks it whether it is ready, which answers with a status and a text."""
    state = pathlib.Path(os.environ["PREAU_STATE"])
    settings = json.loads((state / "configuration" / "preau-admin.yaml").read_text())
    ports = free_port(), free_port()
    settings |= {
        "process": "preau-admin-2", "listen": f"127.0.0.1:{ports[0]}", "private": f"127.0.0.1:{ports[1]}"} | changes
    path = tmp_path / "preau-admin-2.yaml"
    path.write_text(json.dumps(settings))
    with (tmp_path / "preau-admin-2.log").open("wb") as log:
        process = subprocess.Popen([BUILT / "preau-admin", "--config", path], stdout=log, stderr=log)
        try:
            def readiness():
                with contextlib.suppress(OSError):
                    answer = Visitor(f"http://127.0.0.1:{ports[1]}", timeout=2).get("/readyz")
                    return answer.status, answer.text.strip()
                return None, ""
            yield process, Operator(f"http://127.0.0.1:{ports[0]}", stack["admin_token"]), readiness
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def second_instance(stack, tmp_path):
    """The same, once it says that it is ready."""
    with started_instance(stack, tmp_path) as (process, operator, readiness):
        until("the second instance is ready", lambda: readiness()[0] == 200)
        yield process, operator


@contextlib.contextmanager
def let_through(port, target):
    """Connections to a port of this machine are ones to another place, for as long as this lasts."""
    sockets = [socket.create_server(("127.0.0.1", port))]

    def copy(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                client, _ = sockets[0].accept()
                there = socket.create_connection(target)
                sockets.extend((client, there))
                for pair in ((client, there), (there, client)):
                    threading.Thread(target=copy, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def own_admin(stack):
    """The process of the stack's own admin service, by the port it listens on."""
    port = int(stack["admin"].rsplit(":", 1)[1])
    inodes = {
        line.split()[9] for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == port}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for each in (process / "fd").iterdir():
                match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(each))
                if match and match[1] in inodes:
                    return int(process.name)
    raise AssertionError("the admin service's process was not found")


def job_of(operator, id):
    return operator.ask("GET", f"/api/v1/jobs/{id}").json["job"]


@contextlib.contextmanager
def nothing_comes_in(stack):
    """No shard takes another establishment meanwhile: what opens some has begun, and does not come to its end."""
    connections = [psycopg2.connect(each["conninfo"]) for each in stack["shards"]]
    try:
        for connection in connections:
            connection.cursor().execute("lock table placement in share row exclusive mode")
        yield
    finally:
        for connection in connections:
            connection.close()


def test_an_instance_is_ready_once_it_has_read_the_directory(stack, tmp_path):
    settings = json.loads(
        (pathlib.Path(os.environ["PREAU_STATE"]) / "configuration" / "preau-admin.yaml").read_text())["directory"]
    port = free_port()
    with started_instance(stack, tmp_path, directory=settings | {"host": "127.0.0.1", "port": port}) as (_, second, readiness):
        told = (503, "the directory was not read yet")
        until("it says why it is not ready", lambda: readiness() == told)
        # For as long as that lasts, and not for its first moment only.
        time.sleep(2)
        assert readiness() == told
        with let_through(port, (settings["host"], settings.get("port", 5432))):
            until("it is ready", lambda: readiness() == (200, "ready"))
            # What it is asked first it knows: the territory of an order, with nobody reading anything for it.
            begun = second.ask("POST", "/api/v1/establishments", {"territory": "eure", "establishments": [
                {"uai": uai(276_900), "name": "Collège fictif 900", "city": "Ville-Fictive"}]})
            assert begun.status == 202, begun.text
            until("opened", lambda: job_of(second, begun.json["job"])["state"] == "succeeded")
        until("the directory is gone again", lambda: second.ask("GET", "/api/v1/mandates").status == 503)
        assert readiness() == (200, "ready"), "it goes by what it knows"


def test_a_job_goes_on_elsewhere_after_kill_nine(stack, operator, tmp_path):
    wanted = [
        {"uai": uai(276_000 + number), "name": f"Collège fictif {number}", "city": "Ville-Fictive",
         "administrator": {"given_name": "Direction", "family_name": f"Fictive {number}"}}
        for number in range(200)]
    pid = own_admin(stack)
    with second_instance(stack, tmp_path) as (process, second):
        # Only the second can take it; and is killed when it has.
        os.kill(pid, signal.SIGSTOP)
        try:
            with nothing_comes_in(stack):
                begun = second.ask("POST", "/api/v1/establishments", {"territory": "eure", "establishments": wanted})
                assert begun.status == 202, begun.text
                job = begun.json["job"]
                until("it has done a step", lambda: job_of(second, job)["done"] >= 1)
                assert job_of(second, job)["instance"] == "preau-admin-2"
                process.send_signal(signal.SIGKILL)
                process.wait()
        finally:
            os.kill(pid, signal.SIGCONT)
        until("it ends elsewhere", lambda: job_of(operator, job)["state"] in ("succeeded", "failed"))
    done = job_of(operator, job)
    assert done["state"] == "succeeded", done
    assert (done["attempts"], done["instance"]) == (2, "preau-admin")
    assert sorted(done["result"]["opened"]) == sorted(each["uai"] for each in wanted)
    shown = operator.ask("GET", f"/api/v1/establishments/{wanted[150]['uai']}").json
    assert shown["state"] == "active" and shown["shard"]
    # The same again opens nothing and breaks nothing.
    again = operator.ask("POST", "/api/v1/establishments", {"territory": "eure", "establishments": wanted[:3]})
    until("done", lambda: job_of(operator, again.json["job"])["state"] == "succeeded")
    assert job_of(operator, again.json["job"])["result"]["opened"] == []
    audited = operator.ask("GET", f"/api/v1/audit?action=establishment.open&target={wanted[0]['uai']}").json["items"]
    assert len(audited) == 1


def test_suspending_is_seen_on_every_node_within_two_seconds(stack, operator):
    staff = account(stack, "school_life", "hauts-de-seine")
    code = staff["establishments"][0]
    browsers = [visitor(stack, staff, node["url"]) for node in stack["nodes"]]
    path = f"/api/v1/establishments/{code}/timetable"
    assert all(browser.get(path).status == 200 for browser in browsers)
    try:
        assert operator.ask("POST", f"/api/v1/establishments/{code}/suspend").json["state"] == "suspended"
        until("shut everywhere", lambda: all(each.get(path).code == "preau.tenancy.suspended" for each in browsers), 2)
    finally:
        assert preau("establishment", "reopen", code).strip() == f"{code} is active"
    until("open everywhere", lambda: all(each.get(path).status == 200 for each in browsers), 2)
    acts = json.loads(preau("audit", "--target", code, "--json"))["acts"]
    assert [each["action"] for each in acts[:2]] == ["establishment.reopen", "establishment.suspend"]


def test_a_service_that_is_off_is_off_everywhere(stack, operator):
    staff = account(stack, "school_life", "hauts-de-seine")
    code = staff["establishments"][0]
    browsers = [visitor(stack, staff, node["url"]) for node in stack["nodes"]]
    assert all('href="/timetable"' in browser.get("/home").text for browser in browsers)
    preau("establishment", "modules", code, "--off", "timetable")
    try:
        until("off everywhere", lambda: all(each.get("/timetable").status == 404 for each in browsers), 5)
        for browser in browsers:
            assert 'href="/timetable"' not in browser.get("/home").text
            answer = browser.get("/api/v1/me/timetable", Accept="application/json")
            assert (answer.status, answer.code) == (404, "preau.school.module_off")
    finally:
        preau("establishment", "modules", code, "--on", "timetable")
    until("on again", lambda: all(each.get("/timetable").status == 200 for each in browsers), 5)


def test_administrators_see_and_touch_only_their_own(stack):
    mine = account(stack, "territory_admin", "seine-et-marne", schools=0)
    other = account(stack, "head", "eure")["establishments"][0]
    browser = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
    browser.sign_in(mine)
    charge = browser.get("/api/v1/me/charge").json
    assert charge["territories"] == ["seine-et-marne"] and not charge["everything"]
    assert browser.get(f"/api/v1/establishments/{other}").status == 404
    for verb in ("suspend", "close", "reopen"):
        assert browser.call("POST", f"/api/v1/establishments/{other}/{verb}").status == 404
    listed = browser.get("/api/v1/establishments?limit=200").json["items"]
    assert listed and {each["territory"] for each in listed} == {"seine-et-marne"}
    assert browser.get("/api/v1/establishments?territory=eure").json["items"] == []
    # A family name of the demonstration, which schools of every territory have.
    found = browser.get("/api/v1/accounts?search=fictif").json["items"]
    schools = {role["establishment"] for each in found for role in each["roles"]}
    assert schools and all(each.startswith("077") for each in schools), schools
    elsewhere = Visitor(stack["admin"], host_of(stack, "eure"))
    elsewhere.sign_in(account(stack, "territory_admin", "eure", schools=0))
    others = {each["id"] for each in elsewhere.get("/api/v1/accounts?search=fictif").json["items"]}
    assert others and not others & {each["id"] for each in found}


def test_a_head_administers_the_accounts_of_their_school_and_no_more(stack):
    head = account(stack, "head", "seine-et-marne")
    code = head["establishments"][0]
    browser = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
    browser.sign_in(head)
    people = browser.get(f"/api/v1/accounts?establishment={code}&limit=5").json
    assert len(people["items"]) == 5 and people["next"]
    after = browser.get(f"/api/v1/accounts?establishment={code}&limit=5&cursor={people['next']}").json["items"]
    assert not {each["id"] for each in after} & {each["id"] for each in people["items"]}
    assert browser.call("POST", f"/api/v1/establishments/{code}/suspend").code == "preau.control.no_right"
    assert browser.get("/api/v1/shards").status == 403
    absent = browser.get(f"/api/v1/establishments/{code}/never-connected").json["classes"]
    assert absent and all(each["pupils_all"] >= len(each["pupils"]) for each in absent)
    # Somebody with more rights is out of reach, even when they are found.
    assert browser.call("POST", "/api/v1/mandates", {
        "login": head["login"], "role": "territory_admin", "territory": "seine-et-marne"}).code == \
        "preau.control.mandate_too_wide"


def test_a_mandate_counts_from_the_moment_it_is_given_until_it_is_taken(stack, operator):
    teacher = account(stack, "teacher", "eure")
    code = teacher["establishments"][0]
    given = operator.ask("POST", "/api/v1/mandates", {
        "login": teacher["login"], "role": "establishment_admin", "establishment": code, "rights": ["accounts"]})
    assert given.status == 201, given.text
    browser = Visitor(stack["admin"], host_of(stack, "eure"))
    browser.sign_in(teacher)
    assert browser.get("/api/v1/me/charge").json["establishments"] == [code]
    assert browser.get(f"/api/v1/accounts?establishment={code}").status == 200
    assert browser.call("PATCH", f"/api/v1/establishments/{code}", {"city": "X"}).code == "preau.control.no_right"
    assert operator.ask("DELETE", f"/api/v1/mandates/{given.json['id']}").status == 204
    assert browser.get(f"/api/v1/accounts?establishment={code}").status == 403


def test_a_programs_token_opens_what_it_is_for_until_it_is_taken_back(stack, operator):
    made = json.loads(preau("token", "create", "essai-fictif", "territory_admin", "--territory", "eure", "--rights", "accounts,audit", "--json"))
    program = Operator(stack["admin"], made["token"])
    code = account(stack, "teacher", "eure")["establishments"][0]
    far = account(stack, "head", "grand-est")["establishments"][0]
    assert program.ask("GET", f"/api/v1/accounts?establishment={code}").status == 200
    assert program.ask("GET", f"/api/v1/establishments/{far}").status == 404
    assert program.ask("POST", f"/api/v1/establishments/{code}/suspend").code == "preau.control.no_right"
    assert program.ask("GET", "/api/v1/moves").status == 403, "what is about the whole platform"
    # Nobody hands on more than they have, and a token without delegation hands on nothing.
    for wider in ({"role": "platform_admin"}, {"role": "territory_admin", "territory": "eure", "rights": ["accounts"]}):
        assert program.ask("POST", "/api/v1/tokens", {"name": "plus-large"} | wider).code == "preau.control.mandate_too_wide"
    listed = operator.ask("GET", "/api/v1/tokens?limit=200")
    mine = next(each for each in listed.json["items"] if each["id"] == made["id"])
    assert made["token"] not in listed.text and "token" not in mine and mine["last_used_at"]
    assert json.loads(preau("audit", "--target", "essai-fictif", "--json"))["acts"][0]["action"] == "token.create"
    assert program.ask("DELETE", f"/api/v1/tokens/{made['id']}").status in (403, 404)
    preau("token", "revoke", made["id"])
    assert program.ask("GET", f"/api/v1/accounts?establishment={code}").status == 401
    forged = Operator(stack["admin"], made["token"][:-1] + ("A" if made["token"][-1] != "A" else "B"))
    assert forged.ask("GET", "/api/v1/territories").status == 401


def test_a_code_works_once_and_every_session_ends(stack, operator):
    pupil = account(stack, "pupil", "grand-est")
    browser = visitor(stack, pupil)
    issued = json.loads(preau("accounts", "reset", pupil["login"], "--json"))
    assert re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", issued["code"])
    front = Visitor(stack["front"], host_of(stack, "grand-est"))
    chosen = "Un-Nouveau-Mot-2026"

    def choose(code, password):
        page = front.get("/activate")
        return front.form(page, username=pupil["login"], code=code, password=password, again=password)

    assert choose("ACDE-ACDE-ACDE", chosen).status == 422
    weak = choose(issued["code"], "azerty12345")
    assert weak.status == 422 and "deviner" in weak.text
    assert choose(issued["code"].lower(), chosen).status == 303
    assert choose(issued["code"], chosen).status == 422, "it works once"
    until("the session is over", lambda: browser.get("/api/v1/session").status == 401, 40)
    other = Visitor(stack["front"], host_of(stack, "grand-est"))
    other.sign_in(pupil | {"password": chosen})
    # Back to what other tests know.
    issued = json.loads(preau("accounts", "reset", pupil["login"], "--json"))
    assert choose(issued["code"], pupil["password"]).status in (303, 422)


def test_asking_for_a_code_says_nothing(stack, operator):
    front = Visitor(stack["front"], host_of(stack, "eure"))
    known = account(stack, "guardian", "eure")["login"]
    answers = [front.form(front.get("/forgot"), username=login) for login in (known, "nobody.at-all")]
    assert {each.status for each in answers} == {200}
    shown = [re.sub(r'value="[^"]*"', "", each.text) for each in answers]
    assert shown[0] == shown[1]
    asked = operator.ask("GET", f"/api/v1/accounts?search={known}&asked_for_code=1").json["items"]
    assert [each["login"] for each in asked] == [known]


def printed(operator, code, **wanted):
    """Letters of a school. - Returns: the job, as the API tells it."""
    begun = operator.ask("POST", f"/api/v1/establishments/{code}/letters", {"audience": "everybody"} | wanted)
    assert begun.status == 202, begun.text
    job = begun.json["job"]
    until("printed", lambda: job_of(operator, job)["state"] in ("succeeded", "failed"), 120)
    done = operator.ask("GET", f"/api/v1/jobs/{job}").json
    assert done["job"]["state"] == "succeeded", done
    return done


def text_of_letters(operator, done):
    body = operator.ask("GET", f"/api/v1/jobs/{done['job']['id']}/files/{done['files'][0]}").body
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True).stdout.decode()


def test_letters_name_the_schools_own_address(stack, operator):
    code = account(stack, "head", "grand-est")["establishments"][0]
    (own, port), usual = ("acacias-inventes.grand-est.localhost", stack["front"].rsplit(":", 1)[1]), host_of(stack, "grand-est")
    assert f"http://{usual}:{port}/activate" in text_of_letters(operator, printed(operator, code, roles=["teacher"]))
    try:
        assert operator.ask("PATCH", f"/api/v1/establishments/{code}", {"hosts": [own]}).status == 200
        text = text_of_letters(operator, printed(operator, code, roles=["teacher"]))
        assert f"http://{own}:{port}/activate" in text and usual not in text.replace(own, "")
    finally:
        assert operator.ask("PATCH", f"/api/v1/establishments/{code}", {"hosts": []}).status == 200


def test_letters_are_pdf_with_working_codes(stack, operator, tmp_path):
    code = account(stack, "head", "grand-est")["establishments"][0]
    done = printed(operator, code, roles=["guardian"])
    job = done["job"]["id"]
    assert done["job"]["result"]["letters"] > 5
    name = done["files"][0]
    answer = operator.ask("GET", f"/api/v1/jobs/{job}/files/{name}")
    assert answer.body[:5] == b"%PDF-" and b"/StructTreeRoot" in answer.body
    # Somebody without a mandate over the school does not get them.
    other = Visitor(stack["admin"], host_of(stack, "eure"))
    other.sign_in(account(stack, "head", "eure"))
    assert other.get(f"/api/v1/jobs/{job}").status == 404
    assert other.get(f"/api/v1/jobs/{job}/files/{name}").status == 404
    campaigns = operator.ask("GET", f"/api/v1/establishments/{code}/campaigns").json["campaigns"]
    assert campaigns[0]["recipients"] == done["job"]["result"]["letters"]


@pytest.fixture(scope="module")
def admin_routes(stack):
    private = json.loads(
        (pathlib.Path(os.environ["PREAU_STATE"]) / "configuration" / "preau-admin.yaml").read_text())["private"]
    with urllib.request.urlopen(f"http://{private}/routes", timeout=10) as response:
        return json.load(response)


def test_every_admin_route_turns_away_whoever_has_no_mandate(stack, admin_routes):
    """The whole route table: no session, then a session without a mandate, then one of another territory."""
    nobody = Visitor(stack["admin"], host_of(stack, "eure"))
    teacher = Visitor(stack["admin"], host_of(stack, "eure"))
    teacher.sign_in(account(stack, "teacher", "eure"))
    stranger = Visitor(stack["admin"], host_of(stack, "eure"))
    stranger.sign_in(account(stack, "territory_admin", "eure", schools=0))
    far = account(stack, "head", "grand-est")["establishments"][0]
    kinds = {"uuid": "0192f000-0000-7000-8000-000000000000", "uai": far, "slug": "grand-est", "text": "x",
             "integer": "1", "date": "2026-11-23", "flag": "1"}
    walked = 0
    for route in admin_routes:
        if route["access"]["kind"] not in ("operator_token", "operator_token_or_roles", "roles"):
            continue

        def example(parameter):
            return parameter["values"][0] if parameter["kind"] == "enumeration" else kinds.get(parameter["kind"], "x")

        path = re.sub(
            r"\{(\w+)\}", lambda match: example(next(each for each in route["parameters"] if each["name"] == match[1])),
            route["pattern"])
        required = {each["name"]: example(each) for each in route["query"] if each["required"]}
        if required:
            path += "?" + urllib.parse.urlencode(required)

        def ask(browser):
            headers = {"Accept": "application/json"}
            body = None
            if route["method"] not in ("GET", "HEAD"):
                if browser.token:
                    headers["X-CSRF-Token"] = browser.token
                if "application/json" in route["body"]:
                    headers["Content-Type"] = "application/json"
                    body = json.dumps(route.get("example", {})).encode()
                elif route["body"]:
                    headers["Content-Type"] = "application/x-www-form-urlencoded"
                    body = b""
            return browser.send(route["method"], path, body, headers)

        name = f"{route['method']} {route['pattern']}"
        refused = ask(nobody).status
        assert refused == 401 or (route["surface"] == "page" and refused == 303), name
        if route["access"]["kind"] == "operator_token":
            assert ask(stranger).status == 401, name
        else:
            assert ask(teacher).status == 403, name
            if any(each["kind"] == "uai" for each in route["parameters"]):
                assert ask(stranger).status in (404, 422), (name, ask(stranger).text[:200])
        walked += 1
    assert walked > 40
