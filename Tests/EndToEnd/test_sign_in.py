"""Signing in and out through the front, on any node."""

import re
import time

import pytest
from browsing import Visitor, account, host_of, visitor

PROFILES = ["pupil", "guardian", "teacher", "school_life", "head"]


@pytest.mark.parametrize("profile", PROFILES)
def test_everybody_signs_in_by_the_form_and_lands_at_home(stack, profile):
    person = account(stack, profile, "seine-et-marne")
    browser = Visitor(stack["front"], host_of(stack, "seine-et-marne"))
    page = browser.get("/login")
    assert page.status == 200
    answer = browser.form(page, username=person["login"], password=person["password"])
    assert (answer.status, answer.header("Location")) == (303, "/home")
    home = browser.get("/home")
    assert home.status == 200
    assert "Bonjour" in home.text


def test_the_login_page_is_the_territorys(stack):
    page = Visitor(stack["front"], host_of(stack, "seine-et-marne")).get("/login")
    assert "ENT 77" in page.text or "Seine-et-Marne" in page.text
    other = Visitor(stack["front"], host_of(stack, "grand-est")).get("/login")
    assert "Grand Est" in other.text
    theme = re.search(r'href="(/assets/theme-[^"]+)"', page.text)
    assert theme, "no colours of the territory"
    assert Visitor(stack["front"]).get(theme.group(1)).status == 200


def test_an_unknown_host_gets_a_chooser(stack):
    page = Visitor(stack["front"], "unknown.localhost").get("/")
    assert page.status == 200
    assert "Seine-et-Marne" in page.text and "Eure" in page.text


def test_a_session_is_good_on_every_node(stack):
    browser = visitor(stack, account(stack, "pupil", "eure"))
    nodes = set()
    for node in stack["nodes"]:
        answer = browser.at(node["url"]).get("/api/v1/me/timetable")
        assert answer.status == 200, answer.text
        nodes.add(answer.node)
    assert len(nodes) == len(stack["nodes"]) >= 2


def test_the_front_spreads_requests_over_the_nodes(stack):
    browser = visitor(stack, account(stack, "pupil", "eure"))
    assert len({browser.get("/api/v1/session").node for _ in range(40)}) >= 2


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(stack):
    person = account(stack, "head", "grand-est")
    answers = []
    for login in (person["login"], "nobody.at-all.0000000x"):
        answer = Visitor(stack["front"]).call("POST", "/api/v1/session", {"username": login, "password": "wrong-one"})
        answers.append((answer.status, answer.code, answer.json["title"], answer.json["detail"]))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (401, "preau.identity.wrong_credentials")


def test_signing_out_ends_the_session_everywhere_at_once(stack):
    browser = visitor(stack, account(stack, "teacher", "eure"))
    kept = dict(browser.cookies)
    assert browser.call("DELETE", "/api/v1/session").status == 204
    browser.cookies = kept
    for node in stack["nodes"]:
        assert browser.at(node["url"]).get("/api/v1/me/timetable", Accept="application/json").status == 401


def test_sign_out_everywhere_ends_the_other_sessions(stack):
    person = account(stack, "school_life", "centre-val-de-loire")
    one, other = visitor(stack, person), visitor(stack, person)
    page = one.get("/account")
    assert page.status == 200
    actions = re.findall(r'<form[^>]*action="(/account/[^"]*)"', page.text)
    everywhere = next(action for action in actions if action.startswith("/account/sessions/end"))
    token = re.search(r'name="([^"]+)" value="([^"]+)"', page.text[page.text.index(everywhere):])
    answer = one.send(
        "POST", everywhere, f"{token.group(1)}={token.group(2)}".encode(),
        {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status in (200, 303), answer.text
    assert other.get("/api/v1/me/timetable", Accept="application/json").status == 401


def test_a_write_without_the_sessions_token_is_refused(stack):
    browser = visitor(stack, account(stack, "pupil", "eure"))
    browser.token = None
    answer = browser.call("DELETE", "/api/v1/session")
    assert (answer.status, answer.code) == (403, "preau.web.forged_request")
    assert browser.get("/api/v1/session").status == 200


def test_a_page_without_a_session_leads_to_the_door_and_back(stack):
    person = account(stack, "pupil", "eure")
    browser = Visitor(stack["front"], host_of(stack, "eure"))
    answer = browser.get("/timetable?view=day")
    assert answer.status == 303
    location = answer.header("Location")
    assert location.startswith("/login?next=")
    back = browser.form(browser.get(location), username=person["login"], password=person["password"])
    assert back.header("Location") == "/timetable?view=day"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_back_never_leads_elsewhere(stack, target):
    import urllib.parse
    person = account(stack, "pupil", "eure")
    browser = Visitor(stack["front"], host_of(stack, "eure"))
    page = browser.get("/login?next=" + urllib.parse.quote(target, safe=""))
    if page.status == 200:
        answer = browser.form(page, username=person["login"], password=person["password"])
        assert answer.header("Location") == "/home"
    else:
        assert page.status == 400


@pytest.mark.parametrize("cookie", ["", "v1", "v1.a.b.c", "v1.k1." + "A" * 400 + "." + "B" * 43, "x" * 3000])
def test_a_forged_cookie_is_nobody(stack, cookie):
    browser = Visitor(stack["front"])
    browser.cookies["preau_session"] = cookie
    answer = browser.get("/api/v1/session", Accept="application/json")
    assert answer.status == 401


def test_a_cookie_with_one_bit_changed_is_nobody(stack):
    browser = visitor(stack, account(stack, "pupil", "eure"))
    good = browser.cookies["preau_session"]
    for position in range(0, len(good), 7):
        changed = good[:position] + ("A" if good[position] != "A" else "B") + good[position + 1:]
        browser.cookies = {"preau_session": changed}
        # The last character of base64url may carry bits that mean nothing: the same cookie, written otherwise.
        if position < len(good) - 1:
            assert browser.get("/api/v1/session", Accept="application/json").status == 401, position
    browser.cookies = {"preau_session": good}
    assert browser.get("/api/v1/session").status == 200


def test_too_many_wrong_passwords_are_slowed_down(stack):
    login = f"stranger{time.time_ns()}.0000000x"
    codes = []
    for _ in range(40):
        answer = Visitor(stack["front"]).call("POST", "/api/v1/session", {"username": login, "password": "wrong-one"})
        codes.append(answer.status)
        if answer.status == 429:
            assert int(answer.header("Retry-After")) > 0
            break
    assert codes[0] == 401 and codes[-1] == 429
