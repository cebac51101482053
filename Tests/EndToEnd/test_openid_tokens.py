"""OpenID Connect and OAuth 2: PKCE, refresh, sign-out, keys, and tokens that open the API."""

import base64
import json
import time
import urllib.parse

import pytest
from browsing import Visitor, account, visitor
from openid_client import Client, info
from operators import Operator, leave, try_to_sign_in, within
from partners import Partner, preau


@pytest.fixture(scope="module")
def partner():
    partner = Partner()
    yield partner
    partner.close()


@pytest.fixture(scope="module")
def client(site):
    return Client(*site)


@pytest.fixture(scope="module")
def front(site):
    return Client(*site, public=True)


@pytest.fixture
def person(stack):
    return account(stack, "pupil", "seine-et-marne")


@pytest.fixture
def browser(stack, person):
    return visitor(stack, person)


# PKCE


def test_pkce(browser, front, client):
    assert front.refused(browser) == "invalid_request", "a public client has to"
    assert front.refused(browser, code_challenge=front.verifier, code_challenge_method="plain") == "invalid_request"
    assert front.refused(browser, code_challenge=front.challenge) == "invalid_request", "plain is the default of the RFC"
    asked = {"code_challenge": front.challenge, "code_challenge_method": "S256"}
    assert front.exchange(front.code(browser, **asked), front.verifier).status == 200
    for wrong in (None, "", "x" * 43, front.verifier[:-1], front.verifier + "é", "x" * 129):
        answer = front.exchange(front.code(browser, **asked), wrong)
        assert answer.status == 400 and answer.json["error"] == "invalid_grant", wrong
    # The vector of RFC 7636, annex B.
    vector = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
    assert front.exchange(front.code(browser, **vector), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").status == 200
    # A challenge taken away on the way here: the verifier that then has nothing to fit gives it away.
    assert client.exchange(client.code(browser), client.verifier).json["error"] == "invalid_grant"


def test_a_code_is_its_clients_alone(site, browser, client):
    other = Client(*site)
    answer = other.exchange(client.code(browser), redirect_uri=client.redirect)
    assert answer.status == 400 and answer.json["error"] == "invalid_grant"
    answer = client.exchange(client.code(browser), redirect_uri=client.redirect + "x")
    assert answer.json["error"] == "invalid_grant"


def test_clients_are_known_by_their_secret(browser, client, front):
    good = client.secret
    for wrong in ("x", good + "x", ""):
        client.secret = wrong
        for how in ("basic", "post"):
            answer = client.post("/oidc/token", {"grant_type": "authorization_code", "code": "x"}, how)
            assert answer.status == 401 and answer.json["error"] == "invalid_client"
            assert answer.header("WWW-Authenticate")
    client.secret = good
    assert client.post("/oidc/token", {"grant_type": "password"}).json["error"] == "unsupported_grant_type"
    assert client.post("/oidc/token", {}).json["error"] == "invalid_request"
    assert front.post("/oidc/introspect", {"token": "x"}).status == 401, "a public client proves nothing"


# Refresh, introspection, revocation


def refresh(client, token, **more):
    return client.post("/oidc/token", {"grant_type": "refresh_token", "refresh_token": token} | more)


def test_refresh_tokens_turn_and_a_stolen_one_ends_the_grant(stack, site, browser, client):
    first = client.tokens(browser, scope="openid profile offline_access")
    second = refresh(client, first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert client.claims(second["id_token"])["sub"] == client.claims(first["id_token"])["sub"]
    assert client.claims(second["id_token"])["auth_time"] == client.claims(first["id_token"])["auth_time"]
    assert info(stack["front"], second["access_token"]).status == 200
    narrow = refresh(client, second["refresh_token"], scope="openid")
    assert narrow.json["scope"] == "openid"
    assert Client(*site).post(
        "/oidc/token", {"grant_type": "refresh_token", "refresh_token": narrow.json["refresh_token"]}
    ).json["error"] == "invalid_grant", "another client's"
    stolen = refresh(client, first["refresh_token"])
    assert stolen.status == 400 and stolen.json["error"] == "invalid_grant"
    assert refresh(client, narrow.json["refresh_token"]).json["error"] == "invalid_grant", "the thief's and the owner's"
    assert "refresh_token" not in client.tokens(browser)


def test_offline_access_goes_on_after_sign_out_and_ends_with_the_epoch(stack, client):
    person = account(stack, "guardian", "eure")
    browser = visitor(stack, person)
    tokens = client.tokens(browser, scope="openid offline_access")
    assert browser.call("DELETE", "/api/v1/session").status == 204
    assert info(stack["front"], tokens["access_token"]).status == 401, "the session's token ends with it"
    second = refresh(client, tokens["refresh_token"]).json
    assert info(stack["front"], second["access_token"]).status == 200
    assert visitor(stack, person).call("DELETE", "/api/v1/me/sessions").status == 204
    assert refresh(client, second["refresh_token"]).json["error"] == "invalid_grant"


def test_a_refresh_is_a_way_in_like_any_other(stack, stack_state, client):
    person, other = account(stack, "guardian", "eure"), account(stack, "head", "eure")
    assert person["establishments"] == other["establishments"]
    for each in (person, other):
        leave(stack, each)
    browser = visitor(stack, person)
    tokens = client.tokens(browser, scope="openid offline_access")
    operator, scope = Operator(stack_state), person["establishments"][0]
    try:
        operator("admission", "set", scope, "--sessions", "0")
        time.sleep(2)
        assert try_to_sign_in(stack, other)[1].status == 503
        inside = refresh(client, tokens["refresh_token"])
        assert inside.status == 200, "who is in has a place"
        assert browser.call("DELETE", "/api/v1/session").status == 204
        for _ in range(2):
            outside = refresh(client, inside.json["refresh_token"])
            assert outside.status == 503 and outside.json["error"] == "temporarily_unavailable", outside.text
            assert int(outside.header("Retry-After")) > 0
        operator("admission", "set", scope, "--no-cap")
        within(3, lambda: refresh(client, inside.json["refresh_token"]).status == 200)
    finally:
        operator("admission", "set", scope, "--sessions", "1000")
        operator("admission", "set", scope, "--no-cap")


def test_introspection_and_revocation(stack, site, browser, client):
    tokens = client.tokens(browser, scope="openid offline_access")
    for token in (tokens["access_token"], tokens["refresh_token"]):
        told = client.post("/oidc/introspect", {"token": token}).json
        assert told["active"] and told["client_id"] == client.id and told["exp"] > time.time()
        assert Client(*site).post("/oidc/introspect", {"token": token}).json == {"active": False}
        assert client.post("/oidc/revoke", {"token": token}).status == 200
        assert client.post("/oidc/introspect", {"token": token}).json == {"active": False}
    assert info(stack["front"], tokens["access_token"]).status == 401
    assert refresh(client, tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert client.post("/oidc/revoke", {"token": "unknown"}).status == 200


# Signing out


def test_logout_for_a_client(stack, browser, client):
    hint = client.tokens(browser)["id_token"]
    after = "http://127.0.0.1:9/front/"
    query = urllib.parse.urlencode(
        {"id_token_hint": hint, "post_logout_redirect_uri": after, "state": "bye"})
    answer = browser.get("/oidc/logout?" + query)
    assert answer.status == 303 and answer.header("Location") == after + "?state=bye"
    assert client.refused(browser, prompt="none") == "login_required"


@pytest.mark.parametrize("more", [
    {"post_logout_redirect_uri": "https://evil.example/"}, {"post_logout_redirect_uri": "http://127.0.0.1:9/front/x"}, {},
    {"state": "s"}])
def test_logout_leads_nowhere_else(stack, browser, client, more):
    hint = client.tokens(browser)["id_token"]
    answer = browser.get("/oidc/logout?" + urllib.parse.urlencode({"id_token_hint": hint} | more))
    assert answer.status == 303 and answer.header("Location") == "/login?signed_out=1"


def test_logout_without_proof_asks(stack, browser, client):
    hint = client.tokens(browser)["id_token"]
    after = "http://127.0.0.1:9/front/"
    for more in ({}, {"id_token_hint": hint[:-6] + "AAAAAA", "client_id": client.id, "post_logout_redirect_uri": after}):
        page = browser.get("/oidc/logout?" + urllib.parse.urlencode(more))
        assert page.status == 200 and client.code(browser, prompt="none")
    answer = browser.form(page, post_logout_redirect_uri=after)
    assert answer.header("Location") == after and client.refused(browser, prompt="none") == "login_required"


def test_clients_are_told_when_a_session_ends(site, browser, partner):
    client = Client(*site, "--logout-uri", partner.url + "bye")
    claims = client.claims(client.tokens(browser)["id_token"])
    partner.heard.clear()
    assert browser.call("DELETE", "/api/v1/session").status == 204
    path, fields = partner.wait_for(1)[0]
    token = fields["logout_token"]
    told = client.claims(token)
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert path.endswith("/bye") and header["typ"] == "logout+jwt"
    assert told["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}} and "nonce" not in told
    assert (told["sub"], told["sid"], told["aud"]) == (claims["sub"], claims["sid"], client.id) and told["jti"]


# Subjects and keys


def test_pairwise_subjects(site, stack, browser, client):
    first, second = Client(*site, "--pairwise"), Client(*site, "--pairwise")
    subjects = [who.claims(who.tokens(browser)["id_token"])["sub"] for who in (first, second, client)]
    assert len(set(subjects)) == 3
    assert first.claims(first.tokens(browser)["id_token"])["sub"] == subjects[0]
    assert info(stack["front"], first.tokens(browser)["access_token"]).json["sub"] == subjects[0]


def test_keys_turn_without_a_failed_verification(site, stack, browser, client):
    state = site[1]
    old = client.tokens(browser)["id_token"]
    preau(state, "signing-key", "rotate", "--at-once")
    header = json.loads(base64.urlsafe_b64decode(old.split(".")[0] + "=="))
    deadline = time.monotonic() + 10
    for node in stack["nodes"]:
        while True:
            # Whatever a node signs with, every node publishes.
            new = client.exchange(client.code(browser), url=node["url"]).json["id_token"]
            assert all(client.claims(token, each["url"]) for token in (old, new) for each in stack["nodes"])
            if json.loads(base64.urlsafe_b64decode(new.split(".")[0] + "=="))["kid"] != header["kid"]:
                break
            assert time.monotonic() < deadline
    states = [(key["algorithm"], key["state"]) for key in preau(state, "signing-key", "list")["keys"]
              if key["purpose"] == "tokens"]
    assert states.count(("RS256", "active")) == 1 and ("RS256", "retired") in states
    assert client.code(browser, prompt="none", id_token_hint=old), "an old token still says who it is about"


# Tokens open the API


def call(stack, token, method, path, **headers):
    return Visitor(stack["front"]).send(
        method, path, None, {"Authorization": f"Bearer {token}", "Accept": "application/json"} | headers)


def test_a_token_opens_the_api_as_far_as_its_scopes(stack, browser, front):
    timetable = "/api/v1/me/timetable?date=2026-11-23&view=week"
    mine = browser.get(timetable, Accept="application/json").json
    for scope, reads, writes in (
            ("openid", 403, 403), ("openid api.read", 200, 403), ("api.write", 200, 204), ("timetable.read", 200, 403)):
        token = front.tokens(browser, scope=scope)["access_token"]
        read = call(stack, token, "GET", timetable)
        assert read.status == reads, (scope, read.text[:200])
        if reads == 200:
            assert read.json == mine
        else:
            assert read.code == "preau.identity.insufficient_scope"
            assert 'error="insufficient_scope"' in read.header("WWW-Authenticate")
        write = call(stack, token, "DELETE", "/api/v1/me/sessions/00000000-0000-4000-8000-000000000000")
        assert write.status == (writes if writes == 403 else 404), (scope, write.text[:200])
    for bad in ("x", "A" * 54):
        answer = call(stack, bad, "GET", timetable)
        assert answer.status == 401 and answer.code == "preau.identity.invalid_token"
    assert browser.call("DELETE", "/api/v1/session").status == 204
    assert call(stack, token, "GET", timetable).status == 401


def test_a_token_is_no_way_round_roles(stack, front):
    token = front.tokens(visitor(stack, account(stack, "pupil", "eure")), scope="api.write")["access_token"]
    uai = account(stack, "pupil", "grand-est")["establishments"][0]
    assert call(stack, token, "GET", f"/api/v1/establishments/{uai}/timetable").status in (403, 404)
    assert Visitor(stack["front"]).send("GET", "/timetable", None, {"Authorization": f"Bearer {token}"}).status == 303


def test_fronts_that_are_registered_may_read(stack, browser, front):
    origin = "http://127.0.0.1:9"
    preflight = Visitor(stack["front"]).send("OPTIONS", "/api/v1/me/timetable", None, {
        "Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"})
    assert preflight.status == 204 and preflight.header("Access-Control-Allow-Origin") == origin
    assert "Authorization" in preflight.header("Access-Control-Allow-Headers")
    token = front.tokens(browser, scope="openid api.read")["access_token"]
    answer = call(stack, token, "GET", "/api/v1/me/timetable", Origin=origin)
    assert answer.header("Access-Control-Allow-Origin") == origin and "Origin" in [
        word.strip() for name, value in answer.headers if name.lower() == "vary" for word in value.split(",")]
    assert answer.header("Access-Control-Allow-Credentials") is None
    for other in ("https://evil.example", "null", "http://127.0.0.1:9.evil.example", "http://127.0.0.1:99"):
        assert call(stack, token, "GET", "/api/v1/me/timetable", Origin=other).header("Access-Control-Allow-Origin") is None
    assert browser.get("/timetable", Origin=origin).header("Access-Control-Allow-Origin") is None, "pages are nobody's"
