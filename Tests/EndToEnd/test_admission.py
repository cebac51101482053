"""Who may come, how many at once, and over which line: as operators set it, on all nodes and on sessions that run."""

import json
import time

import pytest
from browsing import Visitor, account, host_of, visitor
from operators import Operator, try_to_sign_in, within


@pytest.fixture
def preau(stack_state):
    return Operator(stack_state)


def test_a_rule_holds_everywhere_within_two_seconds_running_sessions_included(stack, preau, tmp_path):
    guardian, pupil = account(stack, "guardian", "eure"), account(stack, "pupil", "eure")
    browsers = [visitor(stack, guardian, node["url"]) for node in stack["nodes"]]
    learner = visitor(stack, pupil)
    rule = tmp_path / "rule.json"
    rule.write_text(json.dumps({
        "effect": "refuse", "roles": ["guardian"], "hours": {"from": "00:00", "until": "24:00"},
        "message": {"fr": "L'espace est réservé aux élèves."}}))
    simulated = preau("admission", "simulate", "eure", "--at", "2026-11-30T08:05", "--rule", str(rule), "--name", "essai")
    outcome = {line["role"]: line["outcome"] for line in simulated["after"]["lines"]}
    assert outcome["guardian"] == "closed" and outcome["pupil"] == "open"
    assert all(line["outcome"] == "open" for line in simulated["before"]["lines"])
    assert browsers[0].get("/api/v1/me/timetable", Accept="application/json").status == 200
    try:
        preau("admission", "set", "eure", "--rule", str(rule), "--name", "essai")
        within(2, lambda: all(
            each.get("/api/v1/me/timetable", Accept="application/json").code == "preau.admission.closed" for each in browsers))
        page = browsers[0].get("/home")
        assert page.status == 403 and "réservé aux élèves" in page.text
        assert try_to_sign_in(stack, guardian)[1].code == "preau.admission.closed"
        assert learner.get("/api/v1/me/timetable", Accept="application/json").status == 200
        assert try_to_sign_in(stack, pupil)[1].status == 201
        # Elsewhere nothing has changed.
        assert try_to_sign_in(stack, account(stack, "guardian", "grand-est"))[1].status == 201
    finally:
        preau("admission", "set", "eure", "--remove", "essai")
    within(2, lambda: all(
        each.get("/api/v1/me/timetable", Accept="application/json").status == 200 for each in browsers))


def test_the_rule_of_auvergne_rhone_alpes_is_simulated_as_it_was(preau):
    simulated = preau("admission", "simulate", "auvergne-rhone-alpes", "--at", "2026-11-30T11:00", "--on", "parents-le-soir")
    closed = [line for line in simulated["after"]["lines"] if line["outcome"] == "closed"]
    assert [line["role"] for line in closed] == ["guardian"]
    assert closed[0]["opens_at"] == "2026-11-30 18:00" and closed[0]["establishments"] == 308
    assert not [line for line in simulated["before"]["lines"] if line["outcome"] == "closed"]


def test_presence_is_counted_once_and_leaves_with_the_person(stack, preau):
    who = account(stack, "teacher", "eure")
    school = who["establishments"][0]

    def teachers():
        return preau("admission", "show", school)["presence"]["by_role"].get("teacher", 0)

    # Nobody of this name is there at first, and everybody else has been told of: within a second, as the rest of it.
    early = visitor(stack, who, stack["nodes"][0]["url"])
    time.sleep(2)
    early.call("DELETE", "/api/v1/me/sessions")
    time.sleep(2)
    others = teachers()
    first, second = visitor(stack, who, stack["nodes"][0]["url"]), visitor(stack, who, stack["nodes"][1]["url"])
    within(5, lambda: teachers() == others + 1)
    time.sleep(2)  # both sessions have been told of
    assert first.call("DELETE", "/api/v1/session").status == 204
    assert teachers() == others + 1, "the other session is still there"
    assert second.call("DELETE", "/api/v1/me/sessions").status == 204
    within(5, lambda: teachers() == others)
    assert {each["presence"]["scope"] for each in preau("stats")["territories"]} >= {"eure", "grand-est"}


def test_beyond_the_cap_there_is_a_waiting_room_and_nobody_is_put_out(stack, preau):
    inside, outside = account(stack, "pupil", "centre-val-de-loire"), account(stack, "teacher", "centre-val-de-loire")
    running = visitor(stack, inside)
    scope = outside["establishments"][0]
    try:
        preau("admission", "set", scope, "--sessions", "0")
        within(2, lambda: try_to_sign_in(stack, outside)[1].code == "preau.admission.waiting")
        browser, answer = try_to_sign_in(stack, outside)
        assert answer.status == 503 and int(answer.header("Retry-After")) > 0
        assert browser.get("/api/v1/waiting").json["state"] == "waiting"
        page = browser.get("/waiting")
        assert page.status == 200 and len(page.body) < 10_240 and "<script" not in page.text
        assert running.get("/api/v1/me/timetable", Accept="application/json").status == 200
        preau("admission", "set", scope, "--sessions", "100")
        within(2, lambda: browser.get("/api/v1/waiting").json["state"] == "ready")
        again = browser.call("POST", "/api/v1/session", {"username": outside["login"], "password": outside["password"]})
        assert again.status == 201
    finally:
        preau("admission", "set", scope, "--no-cap")


def test_an_administrator_is_never_kept_out_and_sees_only_their_own(stack, preau):
    admin = account(stack, "territory_admin", "seine-et-marne", schools=0)
    console = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
    console.sign_in(admin)
    assert console.get("/admission").status == 200
    own = console.get("/admission/seine-et-marne")
    assert own.status == 200 and "Seine-et-Marne" in own.text
    for scope in ("eure", "platform", "27", account(stack, "pupil", "eure")["establishments"][0]):
        assert console.get(f"/admission/{scope}").status == 404, scope
        assert console.get(f"/api/v1/presence?scope={scope}", Accept="application/json").status == 404, scope
        refused = console.call("PUT", "/api/v1/admission/capacity", {"scope": scope, "capacity": {"sessions": 1}})
        assert refused.status == 404, scope
        assert console.call("PUT", "/api/v1/quotas", {"scope": scope, "rate": 1_000_000}).status == 404, scope
    cap = preau("admission", "show", "seine-et-marne")["standing"]["sessions"]
    answer = console.form(own, sessions=str(cap + 1))
    assert answer.status == 303
    within(2, lambda: preau("admission", "show", "seine-et-marne")["standing"]["sessions"] == cap + 1)
    assert console.form(own, sessions="beaucoup").status == 422
    rule = {"scope": "seine-et-marne", "name": "essai", "simulation": "0" * 24,
            "rule": {"effect": "refuse", "roles": ["guardian"], "hours": {"from": "08:00", "until": "18:00"}, "message": {"fr": "Non."}}}
    assert console.call("PUT", "/api/v1/admission/rules", rule).code == "preau.control.not_simulated"


def test_a_quota_is_set_live_and_what_was_used_is_shown(stack, preau):
    scope = account(stack, "pupil", "hauts-de-seine")["establishments"][0]
    shown = preau("quota", "show", "hauts-de-seine")
    assert shown["rate"] == 2_000_000_000 and len(shown["steps"]) == 2, "doubled on a date"
    try:
        assert preau("quota", "set", scope, "--rate", "8M", "--ceil", "16M")["scope"] == scope
        within(2, lambda: preau("quota", "show", scope)["ceil"] == 16_000_000)
    finally:
        preau("quota", "set", scope, "--remove")
    within(2, lambda: preau("quota", "show", scope)["ceil"] is None)
