"""Signing in through an identity provider of OpenID Connect: the platform's own provider, asked as a stranger would ask it."""

import re
import time
import urllib.parse

import pytest
from browsing import Visitor, account, host_of, visitor
from partners import parameters, preau, register


@pytest.fixture(scope="module")
def provider(site, tmp_path_factory):
    stack, state = site
    port = stack["front"].rsplit(":", 1)[1]
    places = [f"http://{each['host']}:{port}/login/upstream/callback" for each in stack["territories"]]
    client = register(
        stack, state, "oidc", "http://127.0.0.1:9/upstream/", *[word for each in places for word in ("--redirect-uri", each)])
    secret = tmp_path_factory.mktemp("upstream") / "secret"
    secret.write_text(client["client_secret"] + "\n")
    name = f"essai-{time.time_ns() % 1_000_000}"
    preau(state, "upstream", "add", name, "Portail d'essai", "--issuer", stack["front"] + "/oidc", "--client-id",
          client["client_id"], "--secret-file", str(secret), "--match", "login", "--claim", "preferred_username")
    deadline = time.monotonic() + 10
    for node in stack["nodes"]:
        while Visitor(node["url"]).get(f"/login/upstream/{name}").status != 303:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield name
    preau(state, "upstream", "remove", name)


def leave(browser, provider, path="?next=/timetable"):
    """The way to the provider; the request that the browser makes there."""
    sent = browser.get(f"/login/upstream/{provider}{path}")
    assert sent.status == 303
    parts = urllib.parse.urlsplit(sent.header("Location"))
    return f"{parts.path}?{parts.query}"


def answer_of(there, request):
    """What the provider sends the browser back with."""
    answer = there.get(request)
    assert answer.status == 303, answer.text[:300]
    parts = urllib.parse.urlsplit(answer.header("Location"))
    assert parts.path == "/login/upstream/callback", answer.header("Location")
    return f"{parts.path}?{parts.query}"


def at(stack, person):
    return Visitor(stack["front"], host_of(stack, person["territory"]))


def there(stack, person):
    """The same person, signed in at the provider, which is another site."""
    browser = Visitor(stack["front"])
    browser.sign_in(person)
    return browser


def test_somebody_comes_in_by_the_provider(stack, provider):
    person = account(stack, "teacher", "grand-est")
    here = at(stack, person)
    assert "Portail d’essai" in here.get("/login").text
    request = leave(here, provider)
    asked = parameters(request)
    assert asked["code_challenge_method"] == "S256" and len(asked["state"]) >= 32 and len(asked["nonce"]) >= 32
    back = answer_of(there(stack, person), request)
    entered = here.get(back)
    assert entered.status == 303 and entered.header("Location") == "/timetable", entered.text[:300]
    assert here.get("/timetable").status == 200
    # Once more: linked by now. And that answer is used up.
    assert here.get(back).status == 403
    again = at(stack, person)
    assert again.get(answer_of(there(stack, person), leave(again, provider))).status == 303


def test_an_answer_is_for_the_browser_that_left(stack, provider):
    victim, thief = account(stack, "pupil", "grand-est"), account(stack, "teacher", "grand-est")
    mine = at(stack, thief)
    back = answer_of(there(stack, thief), leave(mine, provider))
    # Login CSRF: the victim's browser, sent along with the thief's answer.
    other = at(stack, victim)
    other.get("/login")
    refused = other.get(back)
    assert refused.status == 403 and "preau_session" not in other.cookies
    assert mine.get(back).status == 403, "taken, whoever tried"
    for forged in ("/login/upstream/callback", "/login/upstream/callback?state=" + "A" * 43 + "&code=x",
                   "/login/upstream/callback?error=access_denied"):
        assert mine.get(forged).status == 403


def test_a_wrong_issuer_or_code_gets_nowhere(stack, provider):
    person = account(stack, "teacher", "grand-est")
    for change in (lambda text: re.sub(r"code=[^&]+", "code=stolen", text),
                   lambda text: re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", text),
                   lambda text: re.sub(r"code=[^&]+&?", "", text)):
        here = at(stack, person)
        back = answer_of(there(stack, person), leave(here, provider))
        assert here.get(change(back)).status == 403 and "preau_session" not in here.cookies


def test_a_claim_does_not_make_anybody_a_head(stack, provider):
    head = account(stack, "head", "grand-est")
    here = at(stack, head)
    refused = here.get(answer_of(there(stack, head), leave(here, provider)))
    assert refused.status == 403 and "preau_session" not in here.cookies
    # Signed in with the password, they link the two themselves; then it works.
    here = visitor(stack, head)
    page = here.get("/account/links")
    action = f"/account/links/{provider}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text[page.text.index(f'"{action}"'):])[1]
    sent = here.send("POST", action, f"csrf_token={token}".encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    parts = urllib.parse.urlsplit(sent.header("Location"))
    back = answer_of(there(stack, head), f"{parts.path}?{parts.query}")
    stranger = at(stack, head)
    assert stranger.get(back).status == 403, "not from another browser"
    sent = here.send("POST", action, f"csrf_token={token}".encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    parts = urllib.parse.urlsplit(sent.header("Location"))
    linked = here.get(answer_of(there(stack, head), f"{parts.path}?{parts.query}"))
    assert linked.header("Location") == "/account/links"
    fresh = at(stack, head)
    assert fresh.get(answer_of(there(stack, head), leave(fresh, provider))).header("Location") == "/timetable"
    assert f'action="{action}/remove"' in here.get("/account/links").text


def test_one_of_theirs_is_one_of_ours(stack, provider):
    first, second = account(stack, "teacher", "grand-est"), account(stack, "school_life", "grand-est")
    here = visitor(stack, second)
    page = here.get("/account/links")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    sent = here.send("POST", f"/account/links/{provider}", f"csrf_token={token}".encode(),
                     {"Content-Type": "application/x-www-form-urlencoded"})
    parts = urllib.parse.urlsplit(sent.header("Location"))
    # The first one's account there is linked to the first one's here.
    assert here.get(answer_of(there(stack, first), f"{parts.path}?{parts.query}")).status == 403


def test_passwords_of_a_profile_are_switched_off(stack, site, provider):
    person = account(stack, "pupil", "eure")
    uai, state = person["establishments"][0], site[1]
    preau(state, "passwords", "off", uai, "pupil")
    try:
        body = {"username": person["login"], "password": person["password"]}
        answer = Visitor(stack["front"]).call("POST", "/api/v1/session", body)
        assert answer.status == 403 and answer.code == "preau.identity.password_off"
        wrong = Visitor(stack["front"]).call("POST", "/api/v1/session", body | {"password": "wrong"})
        assert wrong.status == 401, "only who knows the password learns that it opens nothing"
        assert visitor(stack, account(stack, "teacher", "eure")).get("/home").status == 200
    finally:
        preau(state, "passwords", "on", uai, "pupil")
    assert visitor(stack, person).get("/home").status == 200
