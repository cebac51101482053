"""OpenID Connect: Authlib as the client, and the checks of the "Basic OP" plan."""

import base64
import hashlib
import json
import re
import time
import urllib.parse

import pytest
from browsing import Visitor, account, host_of, visitor
from openid_client import Client, info
from partners import parameters


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


# Discovery


def test_the_document_and_the_keys(stack):
    answer = Visitor(stack["front"]).get("/oidc/.well-known/openid-configuration")
    assert answer.status == 200 and answer.header("Content-Type") == "application/json"
    found = answer.json
    assert found["issuer"] == stack["front"] + "/oidc"
    assert {"openid", "profile", "offline_access", "api.read"} <= set(found["scopes_supported"])
    assert found["response_types_supported"] == ["code"] and "RS256" in found["id_token_signing_alg_values_supported"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["request_parameter_supported"] is False and found["request_uri_parameter_supported"] is False
    for name, value in found.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert value.startswith(found["issuer"] + "/")
    keys = Visitor(stack["front"]).get(urllib.parse.urlsplit(found["jwks_uri"]).path).json["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256", "EdDSA"}
    assert not any(set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"} for key in keys)
    from authlib.jose import JsonWebKey
    for key in keys:
        assert key["kid"] == JsonWebKey.import_key(key).thumbprint(), "RFC 7638"


# The flow, with Authlib


@pytest.mark.parametrize("how", ["client_secret_basic", "client_secret_post", "none"])
def test_authlib_signs_somebody_in(stack, browser, person, client, front, how):
    from authlib.integrations.requests_client import OAuth2Session
    who = front if how == "none" else client
    session = OAuth2Session(
        who.id, who.secret, token_endpoint_auth_method=how, redirect_uri=who.redirect, scope="openid profile ent",
        code_challenge_method="S256")
    address, state = session.create_authorization_url(
        stack["front"] + "/oidc/authorize", nonce="abc", code_verifier=who.verifier)
    parts = urllib.parse.urlsplit(address)
    answer = browser.get(f"{parts.path}?{parts.query}")
    token = session.fetch_token(
        stack["front"] + "/oidc/token", authorization_response=answer.header("Location"), state=state,
        code_verifier=who.verifier)
    claims = who.claims(token["id_token"])
    assert claims["iss"] == stack["front"] + "/oidc" and claims["aud"] == who.id and claims["nonce"] == "abc"
    assert claims["exp"] > time.time() and claims["amr"] == ["pwd"] and claims["acr"] and claims["sid"]
    digest = hashlib.sha256(token["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert "name" not in claims, "claims of the profile are userinfo's"
    user = session.get(stack["front"] + "/oidc/userinfo").json()
    assert user["sub"] == claims["sub"] and user["preferred_username"] == person["login"]
    assert user["ent_schools"] == person["establishments"][0] and user["given_name"] and user["locale"] == "fr"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_signatures_hold_for_an_independent_library(site, browser, algorithm):
    who = Client(*site, "--algorithm", algorithm)
    token = who.tokens(browser)["id_token"]
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header["alg"] == algorithm and header["typ"] == "JWT"
    assert who.claims(token)["sub"]
    from authlib.jose.errors import BadSignatureError
    head, body, signature = token.split(".")
    other = json.loads(base64.urlsafe_b64decode(body + "==")) | {"sub": "somebody else"}
    body = base64.urlsafe_b64encode(json.dumps(other).encode()).rstrip(b"=").decode()
    with pytest.raises(BadSignatureError):
        who.claims(f"{head}.{body}.{signature}")


def test_somebody_signs_in_on_the_way(stack, person, client):
    browser = Visitor(stack["front"], host_of(stack, person["territory"]))
    sent = client.ask(browser, prompt="login", max_age="100", claims='{"userinfo":{"name":null}}')
    page = browser.get(sent.header("Location"))
    assert "form-action 'self' http://127.0.0.1:9;" in page.header("Content-Security-Policy")
    back = browser.form(page, username=person["login"], password=person["password"])
    answer = browser.get(back.header("Location"))
    values = parameters(answer.header("Location"))
    assert values["state"] == "s1" and answer.header("Location").startswith(client.redirect)
    token = client.exchange(values["code"]).json
    claims = client.claims(token["id_token"])
    assert claims["nonce"] == "n1" and abs(claims["auth_time"] - time.time()) < 60
    assert set(info(stack["front"], token["access_token"]).json) == {"sub", "name"}


# The "Basic OP" plan (openid-certification, oidcc-basic-certification-test-plan)


def test_basic_response_type_missing(browser, client):
    assert client.refused(browser, response_type=None) == "invalid_request"
    assert client.refused(browser, response_type="token") == "unsupported_response_type"


def test_basic_userinfo_by_get_and_by_post(stack, browser, client):
    token = client.tokens(browser, scope="openid profile")["access_token"]
    first = info(stack["front"], token)
    assert first.header("Content-Type") == "application/json" and first.header("Cache-Control") == "no-store"
    assert info(stack["front"], token, "POST").json == first.json
    assert info(stack["front"], token, "POST", f"access_token={token}".encode()).json == first.json
    for bad in ("x", "A" * 54, token[:-1] + ("A" if token[-1] != "A" else "B")):
        answer = info(stack["front"], bad)
        assert answer.status == 401 and 'error="invalid_token"' in answer.header("WWW-Authenticate")
    assert Visitor(stack["front"]).get("/oidc/userinfo").status == 401


def test_basic_request_without_nonce(browser, client):
    assert "nonce" not in client.claims(client.tokens(browser, nonce=None)["id_token"])


@pytest.mark.parametrize("scope, wanted", [
    ("profile", {"name", "given_name", "family_name", "preferred_username", "locale"}), ("email", set()),
    ("address", set()), ("phone", set()), ("unknown", set())])
def test_basic_scopes(stack, browser, client, scope, wanted):
    for order in (f"openid {scope}", f"{scope} openid"):
        tokens = client.tokens(browser, scope=order)
        assert set(info(stack["front"], tokens["access_token"]).json) == {"sub"} | wanted


@pytest.mark.parametrize("more", [
    {"display": "page"}, {"display": "popup"}, {"ui_locales": "se"}, {"claims_locales": "se"}, {"extra": "foobar"},
    {"acr_values": "1 2"}, {"login_hint": "buffy@preau.example"}, {"prompt": "none"}, {"max_age": "10000"},
    {"prompt": "consent"}])
def test_basic_requests_that_succeed(browser, client, more):
    assert client.claims(client.tokens(browser, **more)["id_token"])["auth_time"]


def test_basic_prompt_none_without_a_session(stack, client):
    assert client.refused(Visitor(stack["front"]), prompt="none") == "login_required"
    assert client.refused(Visitor(stack["front"]), prompt="none login") == "invalid_request"


def again(browser, sent, person):
    """Signs in again on the way, and comes back."""
    assert sent.header("Location").startswith("/login?again=1"), sent.header("Location")
    back = browser.form(browser.get(sent.header("Location")), username=person["login"], password=person["password"])
    return parameters(browser.get(back.header("Location")).header("Location"))["code"]


def test_basic_prompt_login_and_max_age_ask_again(browser, person, client):
    first = client.claims(client.tokens(browser)["id_token"])["auth_time"]
    while time.time() < first + 2:
        time.sleep(0.1)
    assert client.refused(browser, prompt="none", max_age="1") == "login_required"
    for more in ({"max_age": "1"}, {"prompt": "login"}, {"max_age": "0"}):
        code = again(browser, client.ask(browser, **more), person)
        later = client.claims(client.exchange(code).json["id_token"])["auth_time"]
        assert later > first
    assert client.claims(client.tokens(browser)["id_token"])["auth_time"] == later


def test_basic_id_token_hint(stack, browser, client):
    hint = client.tokens(browser)["id_token"]
    assert client.code(browser, prompt="none", id_token_hint=hint)
    other = visitor(stack, account(stack, "teacher", "seine-et-marne"))
    assert client.refused(other, prompt="none", id_token_hint=hint) == "login_required"
    head, body, signature = hint.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    for bad in (f"{none}.{body}.", f"{head}.{body}.{signature[:-6]}AAAAAA", "x.y.z", forged_with_hmac(stack, hint)):
        assert client.refused(browser, id_token_hint=bad) == "invalid_request"


def forged_with_hmac(stack, hint):
    """The public key taken for a shared secret."""
    import hmac
    keys = Visitor(stack["front"]).get("/oidc/jwks")
    head = json.loads(base64.urlsafe_b64decode(hint.split(".")[0] + "=="))
    text = base64.urlsafe_b64encode(json.dumps(head | {"alg": "HS256"}).encode()).rstrip(b"=").decode()
    signed = f"{text}.{hint.split('.')[1]}"
    code = hmac.new(keys.body, signed.encode(), hashlib.sha256).digest()
    return signed + "." + base64.urlsafe_b64encode(code).rstrip(b"=").decode()


def test_basic_a_code_used_twice_takes_its_tokens_away(stack, browser, client):
    code = client.code(browser)
    nodes = [node["url"] for node in stack["nodes"]]
    token = client.exchange(code, url=nodes[0]).json["access_token"]
    assert info(nodes[1], token).status == 200
    again = client.exchange(code, url=nodes[1])
    assert again.status == 400 and again.json["error"] == "invalid_grant"
    assert info(nodes[0], token).status == 401


def test_a_code_tried_many_times_at_once_is_good_once(stack, browser, client):
    import concurrent.futures
    code = client.code(browser)
    nodes = [node["url"] for node in stack["nodes"]] * 6
    with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
        answers = list(pool.map(lambda url: client.exchange(code, url=url), nodes))
    good = [answer for answer in answers if answer.status == 200]
    assert len(good) <= 1, "two of them got tokens"
    for answer in good:
        assert info(stack["front"], answer.json["access_token"]).status == 401, "what came of a stolen code is worthless"


def test_basic_redirect_uri_is_compared_character_by_character(browser, client):
    for bad in (client.redirect + "x", client.redirect.replace("callback", "callback/"), client.redirect + "&a=b",
                client.redirect.replace("127.0.0.1", "localhost"), client.redirect + "#x", "https://evil.example/", ""):
        answer = client.ask(browser, redirect_uri=bad)
        assert answer.status == 403 and answer.header("Location") is None
    assert client.ask(browser, redirect_uri=None).status == 403
    assert client.ask(browser, client_id="nobody").status == 403


def test_basic_post_request(stack, browser, client):
    answer = client.ask(browser, "POST")
    assert answer.status == 303 and parameters(answer.header("Location"))["code"]


def test_basic_client_secret_post(browser, client):
    assert client.exchange(client.code(browser), how="post").status == 200


@pytest.mark.parametrize("name, error", [
    ("request", "request_not_supported"), ("request_uri", "request_uri_not_supported"),
    ("registration", "registration_not_supported")])
def test_basic_request_objects_are_refused_by_name(browser, client, name, error):
    assert client.refused(browser, **{name: "x.y.z"}) == error


def test_basic_claims_essential(stack, browser, client):
    wish = json.dumps({"userinfo": {"name": {"essential": True}}, "id_token": {"family_name": None, "nothing": None}})
    tokens = client.tokens(browser, claims=wish)
    assert set(info(stack["front"], tokens["access_token"]).json) == {"sub", "name"}
    claims = client.claims(tokens["id_token"])
    assert claims["family_name"] and "given_name" not in claims and "nothing" not in claims
    assert client.refused(browser, claims="[1") == "invalid_request"


def test_form_post(browser, client):
    page = client.ask(browser, response_mode="form_post")
    assert page.status == 200 and "form-action http://127.0.0.1:9;" in page.header("Content-Security-Policy")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    assert fields["state"] == "s1" and fields["iss"].endswith("/oidc")
    assert client.exchange(fields["code"]).status == 200
    assert client.refused(browser, response_mode="fragment") == "invalid_request"
