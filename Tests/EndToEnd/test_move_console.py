"""Shards and moves in the console: a platform's administrator moves a school and takes it back; others look, or get nothing."""

import re
import urllib.parse

import pytest
from browsing import Visitor, account, host_of
from operators import Operator, within

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TERRITORY = "seine-et-marne"


def browser_of(stack, person):
    browser = Visitor(stack["admin"], host_of(stack, person["territory"]))
    browser.sign_in(person)
    return browser


@pytest.fixture
def administrator(stack, stack_state):
    """Somebody whose charge is the whole platform, while the test lasts."""
    person = account(stack, "territory_admin", TERRITORY, schools=0)
    command = Operator(stack_state)
    operator = Visitor(stack["admin"])
    bearer = {"Authorization": f"Bearer {stack['admin_token']}"}
    given = operator.call("POST", "/api/v1/mandates", {"login": person["login"], "role": "platform_admin"}, bearer)
    assert given.status == 201, given.text
    yield browser_of(stack, person), command
    assert operator.call("DELETE", f"/api/v1/mandates/{given.json['id']}", None, bearer).status == 204


def press(browser, page, action):
    """The button of that form, which has no fields."""
    form = next(each for each in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL) if f'action="{action}"' in each)
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)[1]
    return browser.send("POST", action, urllib.parse.urlencode({"csrf_token": token}).encode(), FORM)


def test_a_school_moves_there_and_back(stack, administrator):
    browser, command = administrator
    uai = account(stack, "pupil", TERRITORY)["establishments"][0]
    home = command("establishment", "show", uai)["shard"]
    target = 2 if home == 1 else 1
    page = browser.get(f"/establishments/{uai}")
    assert "Déplacer vers un autre shard" in page.text and f'<option value="{home}"' not in page.text
    ordered = browser.form(page, to=target)
    assert ordered.status == 303, ordered.text[:500]
    place = ordered.header("Location")
    within(60, lambda: ">fait<" in browser.get(place).text)
    shown = browser.get(place)
    assert command("establishment", "show", uai)["shard"] == target
    assert uai in shown.text and f"{home} → {target}" in shown.text and "identiques" in shown.text and " ms" in shown.text
    assert "Abandonner" not in shown.text, "what is over cannot be given up"
    assert uai in browser.get("/moves").text
    # The way that it left open leads back, once.
    back = press(browser, shown, place + "/reverse")
    assert back.status == 303 and back.header("Location") != place, back.text[:500]
    within(60, lambda: ">fait<" in browser.get(back.header("Location")).text)
    assert command("establishment", "show", uai)["shard"] == home
    assert "/reverse" not in browser.get(place).text
    end = press(browser, browser.get(back.header("Location")), back.header("Location") + "/complete")
    assert end.status == 303
    acts = [each["action"] for each in command("audit", "--target", uai)["acts"]]
    assert acts[:3] == ["move.complete", "establishment.move", "establishment.move"]


def test_what_is_not_possible_is_said(stack, administrator):
    browser, command = administrator
    uai = account(stack, "pupil", TERRITORY)["establishments"][0]
    home = command("establishment", "show", uai)["shard"]
    page = browser.get(f"/establishments/{uai}")
    # It came back by its last move: the same order again is that move again.
    again = browser.form(page, to=home)
    assert again.status == 303 and "/moves/" in again.header("Location")
    elsewhere = account(stack, "pupil", "grand-est")["establishments"][0]
    page = browser.get(f"/establishments/{elsewhere}")
    here = browser.form(page, to=command("establishment", "show", elsewhere)["shard"])
    assert here.status == 409 and "already" in here.text
    assert browser.form(page, to="").status in (409, 422)
    assert browser.form(page, to=777).status == 409
    assert browser.get("/moves/999999999").status == 404


def test_a_plan_is_shown_first(stack, administrator):
    browser, _ = administrator
    page = browser.get("/moves/plan")
    assert page.status == 200 and ("Rien à déplacer" in page.text or "Demander ces déplacements" in page.text)


def test_others_see_their_own_and_order_nothing(stack, stack_state, administrator):
    uai = account(stack, "pupil", TERRITORY)["establishments"][0]
    head = browser_of(stack, account(stack, "head", TERRITORY))
    elsewhere = browser_of(stack, account(stack, "head", "grand-est"))
    command = Operator(stack_state)
    home = command("establishment", "show", uai)["shard"]
    for target in (2 if home == 1 else 1, home):
        number = command("establishment", "move", uai, "--to", str(target), "--keep", "0")["id"]
    assert elsewhere.get(f"/moves/{number}").status == 404 and uai not in elsewhere.get("/moves").text
    for browser in (head, elsewhere):
        assert browser.get("/moves/plan").status == 403
        page = browser.get("/moves")
        assert page.status == 200 and "/moves/plan" not in page.text
        token = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]}
        for path in (f"/moves/{number}/cancel", f"/moves/{number}/reverse", f"/moves/{number}/complete", "/moves/plan",
                     f"/establishments/{uai}/moves"):
            answer = browser.send("POST", path, urllib.parse.urlencode(token | {"to": 1}).encode(), FORM)
            assert answer.status in (403, 404), (path, answer.status)
            assert "preau.web.forged" not in answer.text, "refused for another reason"
    stranger = Visitor(stack["admin"], host_of(stack, TERRITORY))
    assert stranger.get("/moves").status == 303 and "/login" in stranger.get("/moves").header("Location")
