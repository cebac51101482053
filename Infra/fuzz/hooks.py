"""What schemathesis is told of our API: who calls, and which identifiers exist. It loads this file into its own environment
(SCHEMATHESIS_HOOKS), where there is nothing but the standard library and itself."""

import json
import os
import pathlib
import random
import re
import urllib.request
import zlib

import schemathesis

# stack.json of the stack that is asked.
STACK = json.loads((pathlib.Path(os.environ["PREAU_STATE"]) / "stack.json").read_text())
ADMIN = os.environ.get("PREAU_FUZZ") == "admin"
# These end the session that calls them: the next call needs another.
ENDS_SESSION = re.compile(r"DELETE /api/v1/(session|me/sessions.*)$")
# Of a hundred.
SHARE_OF_REAL_IDENTIFIERS = 60


def ask(path, cookie=None, value=None):
    headers = {"Accept": "application/json"} | ({"Cookie": cookie} if cookie else {})
    body = None
    if value is not None:
        body, headers["Content-Type"] = json.dumps(value).encode(), "application/json"
    request = urllib.request.Request((STACK["admin"] if ADMIN else STACK["front"]) + path, body, headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.headers, json.load(response)


class Session:
    """A person of the demonstration who is signed in."""

    def __init__(self, profile):
        self.account = next(each for each in STACK["accounts"] if each["profile"] == profile)
        headers, answer = ask(
            "/api/v1/session", value={"username": self.account["login"], "password": self.account["password"]})
        self.cookie = re.match(r"preau_session=([^;]+)", headers["Set-Cookie"]).group(1)
        self.token = answer["csrf_token"]


ROLES = {}
for route in json.load(urllib.request.urlopen(
        (STACK["admin_metrics"] if ADMIN else STACK["nodes"][0]["metrics"]).replace("/metrics", "/routes"), timeout=10)):
    roles = route["access"].get("roles") or ["pupil", "guardian", "teacher", "school_life", "head"]
    there = {each["profile"] for each in STACK["accounts"]}
    ROLES[f"{route['method']} {route['pattern']}"] = sorted(set(roles) & there)
SESSIONS = {}


@schemathesis.auth(refresh_interval=None)
class Person:
    """One of those who may call the operation; the operators' token at the admin service."""

    def get(self, case, context):
        if ADMIN:
            return STACK["admin_token"]
        name = f"{case.operation.method.upper()} {case.operation.path}"
        profile = random.choice(ROLES.get(name) or ["pupil"])
        if ENDS_SESSION.match(name):
            return Session(profile)
        if profile not in SESSIONS:
            SESSIONS[profile] = Session(profile)
        return SESSIONS[profile]

    def set(self, case, session, context):
        if ADMIN:
            case.headers["Authorization"] = f"Bearer {session}"
            return
        case.cookies = dict(case.cookies or {}) | {"preau_session": session.cookie}
        case.headers["X-CSRF-Token"] = session.token


def identifiers():
    """Real ones by the name of the parameter, of the school that school life of ours works in."""
    if ADMIN:
        return {"uai": sorted({each for account in STACK["accounts"] for each in account["establishments"]})[:5],
                "territory": [each["id"] for each in STACK["territories"]]}
    session = Session("school_life")
    uai = session.account["establishments"][0]
    _, known = ask(f"/api/v1/establishments/{uai}/timetable", f"preau_session={session.cookie}")
    group = known["groups"][0]["id"]
    monday = next(week["monday"] for week in known["weeks"][10:] if week["kind"] != "off")
    _, shown = ask(
        f"/api/v1/establishments/{uai}/timetable/groups/{group}?date={monday}", f"preau_session={session.cookie}")
    lessons = [each for each in shown["timetables"][0]["lessons"] if each["lesson"]]
    return {
        "establishment": [uai], "group": [group], "room": [known["rooms"][0]["id"]],
        "teacher": [known["teachers"][0]["id"]], "lesson": [each["lesson"] for each in lessons[:5]],
        "date": [each["date"] for each in lessons[:5]], "monday": [monday]}


KNOWN = identifiers()
SHAPES = [re.compile(shape) for shape in (r"[0-9]{7}[A-Z]", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"\d{4}-\d\d-\d\d")]


def is_well_formed(value, known):
    """Whether a value has the shape of those that exist; a territory's has none of its own."""
    shape = next((each for each in SHAPES if each.fullmatch(known)), None)
    return shape is None or bool(shape.fullmatch(str(value).lower() if shape is SHAPES[1] else str(value)))


@schemathesis.serializer("application/offset+octet-stream")
def piece(context, value):
    """A part of an upload: bytes as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Invented identifiers are "not found" at best: most of the time some that exist are put in their place. What is meant to be
    refused for its shape stays as it is."""
    if path_parameters:
        for name, values in KNOWN.items():
            # Chosen by what was generated, so that the same seed asks the same.
            number = zlib.crc32(repr(path_parameters.get(name)).encode())
            if (name in path_parameters and number % 100 < SHARE_OF_REAL_IDENTIFIERS
                    and is_well_formed(path_parameters[name], values[0])):
                path_parameters[name] = values[number // 100 % len(values)]
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    """A cursor is what the API gave before: an invented one is refused whatever it looks like."""
    if case.query and case.query.get("cursor"):
        del case.query["cursor"]
