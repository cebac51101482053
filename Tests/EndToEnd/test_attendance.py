"""Who is there, how well they are served, what could be done about it: live and afterwards, in the console and by the command."""

import json
import re
import time

import pytest
from browsing import Visitor, account, host_of, visitor
from operators import Operator, leave, press, within


@pytest.fixture
def preau(stack_state):
    return Operator(stack_state)


@pytest.fixture
def console(stack):
    browser = Visitor(stack["admin"], host_of(stack, "eure"))
    browser.sign_in(account(stack, "territory_admin", "eure", schools=0))
    return browser


def test_people_are_counted_and_named_in_each_scope_profile_and_level(stack, preau, console):
    pupil, teacher = account(stack, "pupil", "eure"), account(stack, "teacher", "eure")
    school = pupil["establishments"][0]
    first = visitor(stack, pupil, stack["nodes"][0]["url"])
    visitor(stack, pupil, stack["nodes"][1]["url"])
    visitor(stack, teacher)
    person = first.get("/api/v1/session").json["account"]

    def people(scope, *words):
        query = "&".join((f"scope={scope}", "limit=100", *words))
        return [each["account"] for each in console.get(f"/api/v1/presence/people?{query}").json["items"]]

    within(5, lambda: person["id"] in people(school, "role=pupil"))
    for scope in (school, "27", "eure"):
        shown = preau("admission", "show", scope)["presence"]
        assert shown["connected"] >= 2 and shown["by_role"]["pupil"] >= 1 and shown["by_role"]["teacher"] >= 1, scope
        assert sum(shown["by_level"].values()) == shown["by_role"]["pupil"], "every pupil of the demonstration has a class"
        # Twice signed in, on two nodes: once in the list.
        assert people(scope, "role=pupil").count(person["id"]) == 1, scope
        assert person["id"] not in people(scope, "role=teacher"), scope
    levels = preau("admission", "show", school)["presence"]["by_level"]
    level = next(name for name, count in levels.items() if count > 0)
    assert people(school, f"level={level}")
    page = console.get(f"/admission/{school}")
    assert page.status == 200 and level in page.text
    # The level above: the region's own number is of all its departments.
    whole = preau("admission", "show", "platform")["presence"]["connected"]
    assert whole >= preau("admission", "show", "eure")["presence"]["connected"]


def test_how_requests_went_is_told_by_minute_with_what_a_rule_refused(stack, preau, console, tmp_path):
    guardian, pupil = visitor(stack, account(stack, "guardian", "eure")), visitor(stack, account(stack, "pupil", "eure"))
    rule = tmp_path / "rule.json"
    rule.write_text(json.dumps({
        "effect": "refuse", "roles": ["guardian"], "hours": {"from": "00:00", "until": "24:00"}, "message": {"fr": "Plus tard."}}))
    try:
        preau("admission", "set", "eure", "--rule", str(rule), "--name", "essai-indicateurs")
        within(2, lambda: guardian.get("/api/v1/me/timetable", Accept="application/json").status == 403)
        for _ in range(5):
            assert pupil.get("/api/v1/me/timetable").status == 200
            assert guardian.get("/api/v1/me/timetable", Accept="application/json").code == "preau.admission.closed"

        def told():
            minutes = preau("admission", "indicators", "eure", "--minutes", "3")["minutes"]
            refused = sum(minute["refused"].get("essai-indicateurs", 0) for minute in minutes)
            return refused >= 5 and sum(minute["good"] for minute in minutes) >= 10 and max(each["connected"] for each in minutes) >= 2

        within(30, told, 1)
    finally:
        preau("admission", "set", "eure", "--remove", "essai-indicateurs")
    shown = preau("admission", "indicators", "eure")
    assert shown["thresholds"] == {"good_thousandths": 995, "places_thousandths": 900, "minutes": 5}
    assert "good" in preau.text("admission", "indicators", "eure")
    page = console.get("/admission/eure")
    assert 'class="graph"' in page.text and "<path" in page.text and "essai-indicateurs" in page.text
    assert "Alerte quand moins de 99,5 %" in page.text
    console.cookies["preau_language"] = "en"
    assert "An alert when fewer than 99.5 %" in console.get("/admission/eure").text
    assert "People they can carry" in console.get("/admission").text
    # Another territory's minutes are nobody else's business.
    assert console.get("/api/v1/indicators?scope=grand-est", Accept="application/json").status == 404


def test_a_line_and_a_good_service_suggest_a_higher_cap_and_one_button_raises_it(stack, preau, console):
    scope = "eure"
    standing = preau("admission", "show", scope)["standing"]
    assert standing["in_force"] is None or standing["in_force"] <= (standing["sessions"] or 10_000_000)
    assert standing["load_percent"] is not None, "the nodes have said how busy they are"
    declared = standing["sessions"]
    waiting = Visitor(stack["front"], host_of(stack, scope))
    who = account(stack, "teacher", scope, index=1)
    leave(stack, who)
    try:
        preau("admission", "set", scope, "--sessions", "0")
        time.sleep(2)
        assert waiting.call(
            "POST", "/api/v1/session", {"username": who["login"], "password": who["password"]}).status == 503
        within(5, lambda: waiting.get("/api/v1/waiting").json["state"] == "waiting")
        within(5, lambda: "raise_cap" in preau("admission", "indicators", scope)["advice"])
        assert "--raise" in preau.text("admission", "indicators", scope)
        page = console.get(f"/admission/{scope}")
        assert "le plafond peut être relevé" in page.text
        preau("admission", "set", scope, "--sessions", "200")
        assert preau("admission", "set", scope, "--raise")["sessions"] == 220
        within(2, lambda: preau("admission", "show", scope)["standing"]["sessions"] == 220)
        assert preau("admission", "set", scope, "--lower")["sessions"] == 198
        within(2, lambda: preau("admission", "show", scope)["standing"]["sessions"] == 198)
        assert console.form(console.get(f"/admission/{scope}"), sessions="").status == 422, "nothing is no cap"
        # One button of the console: ten per cent more, of what the page showed; another takes it back.
        for label, places in (("Relever de 10 %", 217), ("Abaisser de 10 %", 196)):
            assert press(console, console.get(f"/admission/{scope}"), label).status == 303
            within(2, lambda: preau("admission", "show", scope)["standing"]["sessions"] == places)
            # The nodes may carry fewer than are declared; then both are said.
            line = next(each for each in preau.text("stats").splitlines() if each.startswith(scope))
            assert re.search(rf"\d+ of ({places}|\d+ \({places} declared\)) places, \d+ waiting", line), line
        within(3, lambda: waiting.get("/api/v1/waiting").json["state"] == "ready")
    finally:
        if declared is None:
            preau("admission", "set", scope, "--no-cap")
        else:
            preau("admission", "set", scope, "--sessions", str(declared))


def test_every_retry_has_its_own_time(stack, preau):
    """Those who are told to come back are not told to come back together."""
    who = [account(stack, "guardian", "hauts-de-seine", index=index) for index in range(2)]
    scope = "hauts-de-seine"
    for each in who:
        leave(stack, each)
    declared = preau("admission", "show", scope)["standing"]["sessions"]
    try:
        preau("admission", "set", scope, "--sessions", "0")
        pauses = set()
        end = time.monotonic() + 20
        while len(pauses) < 2 and time.monotonic() < end:
            for each in who:
                browser = Visitor(stack["front"], host_of(stack, scope))
                answer = browser.call("POST", "/api/v1/session", {"username": each["login"], "password": each["password"]})
                if answer.status == 503:
                    pauses.add(int(answer.header("Retry-After")))
            time.sleep(0.3)
        assert len(pauses) >= 2 and min(pauses) >= 2, pauses
    finally:
        if declared is None:
            preau("admission", "set", scope, "--no-cap")
        else:
            preau("admission", "set", scope, "--sessions", str(declared))
