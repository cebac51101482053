"""Rules and the list of people connected, as those who administer see and write them in the console."""

import re

import pytest
from browsing import Visitor, account, host_of, visitor
from operators import Operator, press, try_to_sign_in, within

NAME = "essai-console"
PAGE = "/api/v1/me/timetable"


@pytest.fixture
def preau(stack_state):
    return Operator(stack_state)


def administrator(stack, who):
    browser = Visitor(stack["admin"], host_of(stack, who["territory"]))
    browser.sign_in(who)
    return browser


@pytest.fixture
def console(stack):
    return administrator(stack, account(stack, "territory_admin", "eure", schools=0))


def names_of(preau):
    return {each["name"] for each in preau("admission", "show", "eure")["rules"]}


def outcomes(page, card):
    """Of each profile of a simulation's table: what it is told."""
    table = re.search(rf'id="{card}".*?</table>', page.text, re.DOTALL)[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>', table)
    return {(profile, level): (outcome.split(" →")[0], rule) for profile, level, outcome, rule in rows}


def test_a_rule_is_written_simulated_and_saved_in_the_console_and_taken_back(stack, preau, console):
    guardian, exempt = account(stack, "guardian", "eure"), account(stack, "guardian", "eure", index=1)
    browsers = [visitor(stack, guardian, node["url"]) for node in stack["nodes"]]
    spared = visitor(stack, exempt)
    fields = {
        "name": NAME, "effect": "refuse", "roles": ["guardian"], "weekdays": list("1234567"), "from": "00:00", "until": "00:00",
        "reason_fr": "Réservé aux élèves (essai).", "reason_en": "For pupils only (trial).", "about": "Un essai.",
        "except_accounts": exempt["login"], "except_days": "15/06/2027", "share": "", "priority": "5", "enabled": "1",
        "first_day": "", "last_day": "", "classes": "", "at": "2026-11-30T08:05"}

    def all_answer(code):
        answers = [each.get(PAGE, Accept="application/json") for each in browsers]
        return all(each.code == code if code else each.status == 200 for each in answers)

    try:
        assert f'href="/admission/eure/rule"' in console.get("/admission/eure").text
        form = console.get("/admission/eure/rule")
        assert form.status == 200
        wrong = console.form(form, **fields | {
            "name": "Pas Un Nom", "roles": [], "from": "08:00", "until": "08:00", "last_day": "2027-01-01", "first_day": "2027-02-01",
            "except_days": "demain", "except_accounts": "personne.fictive", "share": "10", "priority": "beaucoup", "reason_fr": " ",
            "at": "lundi"})
        assert wrong.status == 422
        told = set(re.findall(r'id="field-(\w+)-error"', wrong.text))
        assert told == {
            "name", "roles", "until", "last_day", "except_days", "except_accounts", "share", "priority", "reason_fr", "at"}
        assert "demain" in wrong.text and "personne.fictive" in wrong.text

        page = console.form(form, **fields)
        assert page.status == 200, page.text
        assert outcomes(page, "after")[("Responsable", "")] == ("fermé", NAME), outcomes(page, "after")
        assert outcomes(page, "after")[("Élève", "")][0] == "peut entrer"
        assert outcomes(page, "before")[("Responsable", "")][0] == "peut entrer"
        # The day of an exam, on which the rule sleeps; and back to what was typed.
        exam = console.form(page, at="2027-06-15T08:05")
        assert exam.status == 200 and outcomes(exam, "after")[("Responsable", "")][0] == "peut entrer"
        again = press(console, exam, "Revenir au formulaire")
        assert again.status == 200 and "Réservé aux élèves (essai)." in again.text and exempt["login"] in again.text
        assert NAME not in names_of(preau) and all_answer(None), "looking changes nothing"
        # What was not looked at is not saved.
        tampered = page.text.replace("&quot;refuse&quot;", "&quot;queue&quot;").replace("&#34;refuse&#34;", "&#34;queue&#34;")
        assert tampered != page.text
        page.body, body = tampered.encode(), page.body
        assert press(console, page, "Appliquer ce changement").status == 409
        page.body = body

        assert press(console, page, "Appliquer ce changement").status == 303
        within(2, lambda: all_answer("preau.admission.closed"))
        assert "Réservé aux élèves (essai)." in browsers[0].get("/home").text
        assert try_to_sign_in(stack, guardian)[1].code == "preau.admission.closed"
        assert spared.get(PAGE).status == 200, "an exception"
        acts = console.get("/api/v1/audit?action=rule.set&limit=5").json["items"]
        assert any(NAME in each["target"] for each in acts), acts
        kept = next(each for each in preau("admission", "show", "eure")["rules"] if each["name"] == NAME)["rule"]
        assert kept["hours"] == {"from": "00:00", "until": "24:00"} and kept["except_days"] == ["2027-06-15"]
        assert kept["priority"] == 5 and kept["about"] == "Un essai." and kept["message"]["en"] == "For pupils only (trial)."

        # Changed: what was there is in the form. A copy needs a name of its own.
        within(2, lambda: NAME in console.get("/admission/eure").text)
        change = console.get(f"/admission/eure/rule?name={NAME}")
        assert exempt["login"] in change.text and 'value="2' not in re.search(r'name="share"[^>]*', change.text)[0]
        page = console.form(change, **{key: value for key, value in fields.items() if key != "name"} | {"effect": "queue", "share": "20"})
        assert outcomes(page, "after")[("Responsable", "")] == ("attend son tour", NAME)
        assert press(console, page, "Appliquer ce changement").status == 303
        within(2, lambda: all_answer(None))
        copy = console.get(f"/admission/eure/rule?copy={NAME}")
        taken = console.form(copy, **fields)
        assert taken.status == 422 and "a déjà ce nom" in taken.text
        page = console.form(copy, **fields | {"name": NAME + "-2", "enabled": "0"})
        assert press(console, page, "Appliquer ce changement").status == 303
        within(2, lambda: names_of(preau) >= {NAME, NAME + "-2"})
        assert all_answer(None), "kept ready"

        for name in (NAME, NAME + "-2"):
            page = console.get(f"/admission/eure/simulation?rule={name}&remove=1")
            assert page.status == 200 and "manifeste" in page.text
            assert press(console, page, "Supprimer cette règle").status == 303
        within(2, lambda: not names_of(preau) & {NAME, NAME + "-2"})
        assert any(NAME in each["target"] for each in console.get("/api/v1/audit?action=rule.remove&limit=5").json["items"])
        console.cookies["preau_language"] = "en"
        assert "See who could sign in" in console.get("/admission/eure/rule").text
    finally:
        for name in names_of(preau) & {NAME, NAME + "-2"}:
            preau("admission", "set", "eure", "--remove", name)


def test_rules_are_written_by_those_who_may(stack, console):
    assert console.get("/admission/grand-est/rule").status == 404
    assert console.get("/admission/eure/rule?name=il-n-y-en-a-pas").status == 404
    head = account(stack, "head", "eure")
    browser = administrator(stack, head)
    school = head["establishments"][0]
    assert browser.get(f"/admission/{school}/rule").status == 403
    assert "/rule" not in browser.get(f"/admission/{school}/people").text


def test_who_is_connected_is_listed_for_those_who_may_find_accounts(stack, preau, console):
    pupil, teacher = account(stack, "pupil", "eure"), account(stack, "teacher", "eure")
    school = pupil["establishments"][0]
    visitor(stack, pupil, stack["nodes"][0]["url"])
    visitor(stack, pupil, stack["nodes"][1]["url"])
    visitor(stack, teacher)

    def logins(*words):
        return [each["login"] for each in preau("admission", "people", *words)["items"]]

    within(5, lambda: pupil["login"] in logins(school, "--role", "pupil"))
    assert logins("eure").count(pupil["login"]) == 1 and logins("27", "--role", "pupil").count(pupil["login"]) == 1
    assert pupil["login"] not in logins(school, "--role", "teacher")
    assert logins(school, "--role", "teacher", "--level", "6e") == [], "only pupils have a level"
    levels = preau("admission", "show", school)["presence"]["by_level"]
    assert pupil["login"] in [each for level, count in levels.items() if count for each in logins(school, "--level", level)]
    assert len(logins("eure", "--most", "1")) == 1 and pupil["login"] in preau.text("admission", "people", school)

    # The console: linked from both pages, filtered, refreshed when asked for.
    assert 'href="/admission/eure/people"' in console.get("/admission").text
    assert f'href="/admission/{school}/people"' in console.get(f"/establishments/{school}").text
    page = console.get(f"/admission/{school}/people?role=pupil")
    assert page.status == 200 and pupil["login"] in page.text and 'http-equiv="refresh"' not in page.text
    assert page.header("Cache-Control") == "no-store"
    assert 'http-equiv="refresh"' in console.get(f"/admission/{school}/people?role=pupil&live=1").text
    assert pupil["login"] not in console.get(f"/admission/{school}/people?role=teacher").text
    assert pupil["login"] in console.get(f"/admission/{school}/people?role=&level=").text, "an empty form filters nothing"

    # Names are for those with the right to accounts, there.
    head = administrator(stack, account(stack, "head", "eure"))
    own = account(stack, "head", "eure")["establishments"][0]
    assert head.get(f"/admission/{own}/people").status == 200
    far = account(stack, "pupil", "grand-est")["establishments"][0]
    for scope in ("eure", "27", "platform", far):
        assert head.get(f"/admission/{scope}/people").status == 404, scope
        assert head.get(f"/api/v1/presence/people?scope={scope}", Accept="application/json").status == 404, scope
    for right, status in (("rules", 403), ("accounts", 200)):
        made = preau("token", "create", f"essai-{right}", "territory_admin", "--territory", "eure", "--rights", right)
        try:
            program = Visitor(stack["admin"], host_of(stack, "eure"))
            bearer = {"Authorization": f"Bearer {made['token']}", "Accept": "application/json"}
            answer = program.send("GET", f"/api/v1/presence/people?scope={school}", headers=bearer)
            assert answer.status == status, right
            assert program.send("GET", f"/api/v1/presence?scope={school}", headers=bearer).status == 200, "counts are for both"
        finally:
            preau("token", "revoke", made["id"])
