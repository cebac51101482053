"""Consent: asked for clients of an establishment or from outside, remembered, taken back; never for the platform's own fronts."""

import html
import re
import urllib.parse

import pytest
from browsing import account, visitor
from openid_client import Client
from partners import parameters


@pytest.fixture
def person(stack):
    return account(stack, "teacher", "seine-et-marne")


@pytest.fixture
def client(site, person):
    return Client(*site, "--establishment", person["establishments"][0])


def decide(browser, page, decision, **changes):
    assert page.status == 200 and "Autoriser une application" in page.text, (page.status, page.header("Location"))
    form = re.search(r'<form class="form" method="post" action="/oidc/consent">.*?</form>', page.text, re.DOTALL)[0]
    fields = {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)}
    body = urllib.parse.urlencode(fields | {"decision": decision} | changes).encode()
    return browser.send("POST", "/oidc/consent", body, {"Content-Type": "application/x-www-form-urlencoded"})


def agreed(client, browser, **more):
    """The code after agreeing."""
    sent = decide(browser, client.ask(browser, **more), "allow")
    assert sent.status == 303 and sent.header("Location").startswith("/oidc/authorize?"), sent.text[:300]
    return parameters(browser.get(sent.header("Location")).header("Location"))["code"]


def test_asked_once_and_on_every_node(stack, client, person):
    browser = visitor(stack, person)
    page = client.ask(browser, scope="openid profile")
    assert "connaître votre nom" in page.text and "agir ici" not in page.text and "127.0.0.1" in page.text
    origin = "http://127.0.0.1:9"
    assert f"form-action 'self' {origin};" in page.header("Content-Security-Policy") and "frame-ancestors 'none'" in page.header("Content-Security-Policy")
    assert client.exchange(agreed(client, browser, scope="openid profile")).status == 200
    for node in stack["nodes"]:
        other = visitor(stack, person, node["url"])
        assert client.code(other, scope="openid profile") and client.code(other, scope="openid", prompt="none")
    # More than it was: asked again.
    assert client.refused(browser, scope="openid email", prompt="none") == "consent_required"
    assert "Autoriser une application" in client.ask(browser, scope="openid email").text
    assert client.refused(visitor(stack, account(stack, "pupil", "seine-et-marne")), prompt="none") in ("consent_required", "access_denied")


def test_a_claim_by_name_is_as_good_as_its_scope(stack, client, person):
    browser = visitor(stack, person)
    agreed(client, browser)
    assert client.code(browser)
    page = client.ask(browser, claims='{"id_token":{"family_name":null}}')
    assert "connaître votre nom" in page.text


def test_refused(stack, client, person):
    browser = visitor(stack, person)
    sent = decide(browser, client.ask(browser), "deny")
    values = parameters(sent.header("Location"))
    assert sent.header("Location").startswith(client.redirect) and values["error"] == "access_denied" and values["state"] == "s1"
    assert client.refused(browser, prompt="none") == "consent_required"


def test_prompt_consent_asks_anew_and_not_for_ever(stack, client, person):
    browser = visitor(stack, person)
    agreed(client, browser)
    assert client.exchange(agreed(client, browser, prompt="consent")).status == 200
    # The mark that it was asked is of this session and this client.
    page = client.ask(browser, prompt="consent", confirmed="AAAA")
    assert "Autoriser une application" in page.text


def test_taken_back(stack, client, person):
    browser = visitor(stack, person)
    answer = client.exchange(agreed(client, browser, scope="openid offline_access api.read")).json
    front = browser.at(stack["front"])

    def opens(token):
        front_answer = front.send("GET", "/oidc/userinfo", headers={"Authorization": "Bearer " + token, "Cookie": ""})
        return front_answer.status == 200
    assert opens(answer["access_token"])
    page = browser.get("/account/services")
    action = re.search(rf'action="(/account/services/{client.added["id"]}/remove)"', page.text)[1]
    assert client.added["name"] in page.text and "Applications autorisées" in browser.get("/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text[page.text.index(action):])[1]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.send("POST", action, b"", form).status == 403, "not by another site"
    # Somebody else takes back nothing of this person's.
    other = visitor(stack, account(stack, "teacher", "seine-et-marne", index=1))
    theirs = re.search(r'name="csrf_token" value="([^"]+)"', other.get("/account").text)[1]
    other.send("POST", action, f"csrf_token={theirs}".encode(), form)
    assert opens(answer["access_token"])
    assert browser.send("POST", action, f"csrf_token={token}".encode(), form).header("Location") == "/account/services?taken=1"
    assert not opens(answer["access_token"])
    assert client.post("/oidc/token", {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}).json["error"] == "invalid_grant"
    assert client.refused(browser, scope="openid", prompt="none") == "consent_required"


def test_attacks(stack, client, person):
    browser = visitor(stack, person)
    page = client.ask(browser)
    # Another site's form, another place to go, a client that is none.
    assert decide(browser, page, "allow", csrf_token="x").status == 403
    inner = html.unescape(re.search(r'name="request" value="([^"]*)"', page.text)[1])
    for old, new in (("redirect_uri=", "redirect_uri=https%3A%2F%2Fevil.example%2F&x="), ("client_id=", "client_id=x")):
        answer = decide(browser, page, "deny", request=inner.replace(old, new, 1))
        assert answer.status == 403 and not answer.header("Location")
    assert client.refused(browser, prompt="none") == "consent_required"
    assert visitor(stack).send("POST", "/oidc/consent", b"request=x&decision=allow", {"Content-Type": "application/x-www-form-urlencoded"}).status in (303, 403)


def test_never_for_the_platforms_own(site, stack, person):
    browser = visitor(stack, person)
    assert Client(*site).code(browser)
    assert Client(*site, "--establishment", person["establishments"][0], "--no-consent").code(browser)
    assert "Autoriser une application" in Client(*site, "--consent").ask(browser).text
