"""The console's pages about partner applications, as administrators use them; and what those of other territories get."""

import html
import re
import time
import urllib.parse

import pytest
from browsing import Visitor, account, host_of
from partners import preau
from saml_partner import ServiceProvider

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def administrator(stack, profile, territory):
    person = account(stack, profile, territory, schools=0)
    browser = Visitor(stack["admin"], host_of(stack, territory))
    browser.sign_in(person)
    return browser


@pytest.fixture
def own(stack):
    return administrator(stack, "territory_admin", "seine-et-marne")


def register(browser, **values):
    page = browser.get("/services/new")
    assert page.status == 200 and "PRONOTE" in page.text and "GEPI" in page.text
    return browser.form(page, **({"metadata": "", "url": "", "template": "generic", "scope_kind": "territory",
                                   "scope": "seine-et-marne"} | values))


def test_a_service_from_a_template_its_preview_and_its_end(stack, own):
    name = f"PRONOTE {time.time_ns()}"
    pupil = account(stack, "pupil", "seine-et-marne")
    url = f"http://127.0.0.1:9/pronote-{time.time_ns()}/"
    made = register(own, name=name, protocol="cas", url=url, template="pronote")
    assert made.status == 303, made.text[:500]
    place = made.header("Location")
    page = own.get(place)
    assert name in page.text and url in page.text and "dateNaissance" in page.text and stack["front"] + "/cas" in page.text
    assert name in own.get("/services").text
    # The answer that it gets is the one that is shown.
    shown = own.get(place.partition("?")[0] + "?login=" + pupil["login"]).text
    answer = html.unescape(re.search(r"<pre><code>(.*?)</code></pre>", shown, re.DOTALL)[1])
    assert f"<cas:user>{pupil['login']}</cas:user>" in answer and "<cas:categories>" in answer
    assert "a cet identifiant" in own.get(place.partition("?")[0] + "?login=nobody.at.all").text
    # Changed: for teachers only, elsewhere.
    changed = own.send("POST", place.partition("?")[0], urllib.parse.urlencode({
        "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1], "is_enabled": "1", "profiles": "teacher",
        "urls": url + "\n" + "http://127.0.0.1:9/other/"}).encode(), FORM)
    assert changed.status == 303, changed.text[:500]
    assert "pas ouvert à cette personne" in own.get(place.partition("?")[0] + "?login=" + pupil["login"]).text
    settings = next(each for each in own.call("GET", "/api/v1/services?limit=200").json["items"] if each["name"] == name)["settings"]
    assert settings["profiles"] == ["teacher"] and len(settings["urls"]) == 2 and settings["template"] == "pronote"
    bad = own.send("POST", place.partition("?")[0], urllib.parse.urlencode({
        "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1], "is_enabled": "1", "urls": "javascript:alert(1)"}).encode(), FORM)
    assert bad.status == 422 and "ne peut pas être enregistré" in bad.text and "<script" not in bad.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    assert own.send("POST", place.partition("?")[0] + "/remove", b"", FORM).status == 403
    assert own.send("POST", place.partition("?")[0] + "/remove", f"csrf_token={token}".encode(), FORM).status == 303
    assert own.get(place).status == 404


def test_a_clients_secret_is_shown_once(stack, own):
    name = f"Client {time.time_ns()}"
    made = register(own, name=name, protocol="oidc", url="http://127.0.0.1:9/callback")
    assert made.status == 200 and made.header("Cache-Control") == "no-store"
    client, secret = re.search(r"client_id</dt><dd><code>([^<]+)", made.text)[1], re.findall(r"<code>([^<]{40,})</code>", made.text)[-1]
    place = re.search(r'href="(/services/[0-9a-f-]{36})"', made.text)[1]
    page = own.get(place)
    assert client in page.text and secret not in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    assert own.send("POST", place + "/remove", f"csrf_token={token}".encode(), FORM).status == 303


def test_what_cannot_be_registered(stack, own):
    for values in ({"url": "x"}, {"url": ""}, {"protocol": "saml", "metadata": "<!DOCTYPE a><a/>"},
                   {"scope": "eure"}, {"scope_kind": "platform", "scope": ""}, {"scope": "nowhere"}):
        answer = register(own, **({"name": "Refusé", "protocol": "cas", "url": "http://127.0.0.1:9/x/"} | values))
        assert answer.status == 422 and "ne peut pas être enregistré" in answer.text, values
    assert register(own, name="", protocol="cas", url="http://127.0.0.1:9/x/").status == 422


def test_saml_by_its_metadata(site, stack, own):
    provider = ServiceProvider(*site, signs=False)
    text = provider.metadata.read_text()
    provider.remove()
    made = register(own, name=f"SAML {time.time_ns()}", protocol="saml", metadata=text)
    assert made.status == 303, made.text[:500]
    place = made.header("Location").partition("?")[0]
    pupil = account(stack, "pupil", "seine-et-marne")
    shown = own.get(place + "?login=" + pupil["login"]).text
    assert "saml:Assertion" in html.unescape(shown) and "SignatureValue" not in shown
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown)[1]
    assert own.send("POST", place + "/remove", f"csrf_token={token}".encode(), FORM).status == 303


def test_nobody_elses(site, stack, own):
    stack, state = site
    other = preau(state, "service", "add", "cas", f"Ailleurs {time.time_ns()}", "http://127.0.0.1:9/ailleurs/", "--territory", "eure")
    try:
        assert other["name"] not in own.get("/services").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', own.get("/services/new").text)[1]
        for method, path in (("GET", ""), ("POST", ""), ("POST", "/remove")):
            assert own.send(method, f"/services/{other['id']}{path}", f"csrf_token={token}&is_enabled=0".encode() if method == "POST" else None, FORM).status == 404
        stranger = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
        assert stranger.get("/services").status == 303
        teacher = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
        teacher.sign_in(account(stack, "teacher", "seine-et-marne"))
        assert teacher.get("/services").status == 403 and teacher.get("/services/new").status == 403
        # Somebody of another territory is nobody to a service of one's own.
        mine = register(own, name=f"Mien {time.time_ns()}", protocol="cas", url="http://127.0.0.1:9/mien/").header("Location").partition("?")[0]
        assert "a cet identifiant" in own.get(mine + "?login=" + account(stack, "pupil", "eure")["login"]).text
        page = own.get(mine)
        own.send("POST", mine + "/remove", ("csrf_token=" + re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]).encode(), FORM)
    finally:
        preau(state, "service", "remove", other["id"])
