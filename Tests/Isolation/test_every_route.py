"""Walks the route table of a running node: every route, every method, for those who must not pass.

The routes come from the node itself (`/routes` on its private port), so a route is covered the day it is declared. Each is
asked with identifiers that exist in another establishment, on another shard.
"""

import datetime
import functools
import json
import os
import pathlib
import re
import urllib.parse
import urllib.request
import uuid

import pytest
from browsing import Visitor, account, host_of, visitor
from stack import school_day
from test_files import Desk

# Those that stack.json lists accounts of.
PROFILES = {"pupil", "guardian", "teacher", "school_life", "head"}
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@functools.cache
def description():
    return json.loads((pathlib.Path(os.environ["PREAU_STATE"]) / "stack.json").read_text())


@functools.cache
def routes():
    metrics = description()["nodes"][0]["metrics"]
    with urllib.request.urlopen(metrics.replace("/metrics", "/routes"), timeout=10) as response:
        return json.load(response)


def name_of(route):
    return f"{route['method']} {route['pattern']}"


def pytest_generate_tests(metafunc):
    """One test a route, once the stack runs; collecting needs no stack."""
    if "route" not in metafunc.fixturenames:
        return
    if "PREAU_STATE" not in os.environ:
        metafunc.parametrize("route", [None], ids=["every route"])
        return
    wanted = [route for route in routes() if metafunc.function.applies(route)]
    metafunc.parametrize("route", wanted, ids=[name_of(route) for route in wanted])


def applies(test):
    """Says which routes a test is about."""
    def mark(function):
        function.applies = test
        return function
    return mark


def needs_session(route):
    return route["access"]["kind"] in ("signed_in", "roles")


def in_establishment(route):
    return any(each["name"] == "establishment" for each in route["parameters"])


@functools.cache
def far_away():
    """Identifiers of an establishment that the attacker has nothing to do with, by parameter name."""
    stack = description()
    other = account(stack, "school_life", "grand-est")
    uai = other["establishments"][0]
    staff = visitor(stack, other)
    reference = staff.get(f"/api/v1/establishments/{uai}/timetable").json
    group = next(each["id"] for each in reference["groups"])
    lesson, change, date = None, None, None
    for monday in [week["monday"] for week in reference["weeks"] if week["kind"] != "off"][8:20]:
        shown = staff.get(f"/api/v1/establishments/{uai}/timetable/groups/{group}?date={monday}").json
        for each in shown["timetables"][0]["lessons"]:
            lesson = lesson or (each["lesson"] and each)
            change = change or each["change"]
        if lesson and change:
            break
    desk = Desk(stack, "grand-est")
    return diary_far_away(stack, staff, uai, reference) | {
        "file": desk.send(b"Bonjour"), "upload": desk.begin(10).header("Location").rpartition("/")[2],
        "name": shown["timetables"][0]["establishment"]["name"], "establishment": uai, "group": group, "room": reference["rooms"][0]["id"],
        "teacher": reference["teachers"][0]["id"], "lesson": lesson["lesson"], "date": lesson["date"],
        "change": change or str(uuid.uuid4()), "monday": reference["weeks"][10]["monday"]}


def diary_far_away(stack, staff, uai, reference):
    """What that establishment has in its homework diary."""
    path = f"/api/v1/establishments/{uai}"
    today = school_day.today()
    span = f"from={today - datetime.timedelta(days=20)}&to={today + datetime.timedelta(days=20)}"
    record, assignment = None, None
    for group in reference["groups"]:
        diary = staff.get(f"{path}/homework/groups/{group['id']}?{span}").json["diaries"][0]
        if diary["lesson_records"] and diary["assignments"]:
            record, assignment = diary["lesson_records"][0]["id"], diary["assignments"][0]["id"]
            break
    teacher, head = (visitor(stack, account(stack, role, "grand-est")) for role in ("teacher", "head"))
    own = teacher.get("/api/v1/me/timetable").json["timetables"][0]["of"]["id"]
    sequence = teacher.call("POST", f"{path}/sequences", {"title": "x", "steps": [{"title": "y"}]}).json["id"]
    day = str(today - datetime.timedelta(days=1))
    visa = head.call("POST", f"{path}/diary-visas", {"teacher": own, "from": day, "to": day}).json["id"]
    archive = teacher.call("POST", f"{path}/diary-archives", {"group": reference["groups"][0]["id"]}).json["id"]
    pupil = visitor(stack, account(stack, "pupil", "grand-est")).get("/api/v1/me/homework").json["diaries"][0]["of"]["id"]
    return {"record": record, "assignment": assignment, "sequence": sequence, "visa": visa, "archive": archive, "pupil": pupil}


def value_of(parameter):
    known = far_away().get(parameter["name"])
    if known and parameter["name"] != "name":
        return known
    kinds = {"uuid": str(uuid.uuid4()), "date": "2026-11-23", "uai": far_away()["establishment"], "integer": "1",
             "token": "A" * 43, "slug": "eure", "flag": "1"}
    return parameter["values"][0] if parameter["kind"] == "enumeration" else kinds.get(parameter["kind"], "x")


def path_of(route):
    path = re.sub(
        r"\{(\w+)\}", lambda match: value_of(
            next(each for each in route["parameters"] if each["name"] == match.group(1))), route["pattern"])
    query = {each["name"]: value_of(each) for each in route["query"] if each["required"]}
    return path + ("?" + urllib.parse.urlencode(query) if query else "")


def ask(browser, route, token=True):
    """The route as its declaration says: body, token, preconditions."""
    headers = {"Accept": "application/json" if route["surface"] == "api" else "text/html"}
    body = None
    if route["method"] in WRITES and token and browser.token:
        headers["X-CSRF-Token"] = browser.token
    if "application/json" in route["body"]:
        headers["Content-Type"] = "application/json"
        body = json.dumps(route.get("example", {})).encode()
    elif route["body"] == ["multipart/form-data"]:
        headers["Content-Type"] = "multipart/form-data; boundary=limit"
        body = "".join(
            f'--limit\r\nContent-Disposition: form-data; name="{each["name"]}"\r\n\r\n{value_of(each)}\r\n'
            for each in route.get("form", []) if each["required"]).encode() + b"--limit--\r\n"
    elif route["body"]:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urllib.parse.urlencode({each["name"]: value_of(each) for each in route.get("form", [])}).encode()
    if "ifMatchRequired" in route["conditions"]:
        headers["If-Match"] = '"1"'
    return browser.send(route["method"], path_of(route), body, headers)


def is_turned_away(route, answer):
    if route["surface"] == "page":
        return answer.status == 303 and answer.header("Location").startswith("/login")
    return answer.status == 401 and answer.code == "preau.identity.signed_out"


@applies(needs_session)
def test_nobody_passes_without_a_session(route):
    answer = ask(Visitor(description()["front"]), route)
    assert is_turned_away(route, answer), (answer.status, answer.text[:300])


@applies(needs_session)
def test_nobody_passes_with_an_ended_session(route):
    browser = visitor(description(), account(description(), "teacher", "eure"))
    kept = dict(browser.cookies)
    assert browser.call("DELETE", "/api/v1/session").status == 204
    browser.cookies = kept
    answer = ask(browser, route)
    assert is_turned_away(route, answer), (answer.status, answer.text[:300])


@functools.cache
def signed_in(profile):
    return visitor(description(), account(description(), profile, "eure"))


@applies(lambda route: route["access"]["kind"] == "roles")
def test_no_role_passes_that_is_not_named(route):
    for profile in PROFILES:
        if profile not in route["access"]["roles"]:
            answer = ask(signed_in(profile), route)
            assert answer.status == 403, (profile, answer.status, answer.text[:300])


@applies(lambda route: needs_session(route) and in_establishment(route))
def test_nobody_reaches_another_establishment(route):
    for profile in PROFILES & set(route["access"]["roles"]):
        answer = ask(signed_in(profile), route)
        assert answer.status == 404, (profile, answer.status, answer.text[:300])
        assert far_away()["name"] not in answer.text


@applies(lambda route: needs_session(route) and in_establishment(route) and len(route["parameters"]) > 1)
def test_identifiers_of_another_establishment_are_not_found_in_ones_own(route):
    for profile in PROFILES & set(route["access"]["roles"]):
        person = account(description(), profile, "eure")
        own = dict(route)
        own["pattern"] = route["pattern"].replace("{establishment}", person["establishments"][0])
        own["parameters"] = [each for each in route["parameters"] if each["name"] != "establishment"]
        if not any(each["kind"] == "uuid" for each in own["parameters"]):
            continue
        answer = ask(signed_in(profile), own)
        # A body that makes no sense is refused before anything is looked for.
        assert answer.status in (404, 412, 422), (profile, answer.status, answer.text[:300])


@applies(lambda route: route["forgery_protection"] == "session" and needs_session(route))
def test_no_write_passes_without_the_sessions_token(route):
    roles = route["access"].get("roles", ["pupil"])
    answer = ask(signed_in(roles[0]), route, token=False)
    assert answer.status == 403, (answer.status, answer.text[:300])
    if route["surface"] == "api":
        assert answer.code == "preau.web.forged_request"


@applies(lambda route: route["access"]["kind"] == "secret_address")
def test_no_guessed_address_passes(route):
    assert ask(Visitor(description()["front"]), route).status == 404


@applies(lambda route: True)
def test_every_other_method_is_refused_by_name(route):
    path = path_of(route).split("?")[0]
    # What is written out wins over a parameter, segment by segment, as in the router.
    pattern = max((each["pattern"] for each in routes() if matches(each["pattern"], path)),
                  key=lambda each: [not segment.startswith("{") for segment in each.split("/")])
    there = {each["method"] for each in routes() if each["pattern"] == pattern}
    answer = Visitor(description()["front"]).send("TRACE" if "TRACE" not in there else "PATCH", path)
    # HAProxy or the node: refused, with no body of ours run.
    assert answer.status in (400, 403, 404, 405, 501)
    if answer.status == 405:
        allowed = {word.strip() for word in answer.header("Allow").split(",")}
        assert there <= allowed


def matches(pattern, path):
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) is not None


def test_the_table_is_worth_walking():
    assert len(routes()) > 40
    assert sum(needs_session(route) for route in routes()) > 25
    assert all(route["access"]["kind"] for route in routes())
