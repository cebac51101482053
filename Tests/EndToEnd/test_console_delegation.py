"""Mandates and programs' tokens in the console: given, seen, taken away, and what is refused at its field."""

import re
import time
import urllib.parse

import pytest
from browsing import Visitor, account, host_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def admin(stack):
    browser = Visitor(stack["admin"], host_of(stack, "eure"))
    browser.sign_in(account(stack, "territory_admin", "eure", schools=0))
    return browser


def token_of(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


def press(browser, page, path):
    return browser.send("POST", path, f"csrf_token={token_of(page)}".encode(), FORM)


def line_of(page, word):
    return next(each for each in re.findall(r"<tr>.*?</tr>", page.text, re.DOTALL) if word in each)


def test_a_mandate_is_given_and_taken_away(stack, admin):
    teacher = account(stack, "teacher", "eure")
    code = teacher["establishments"][0]
    assert 'href="/mandates"' in admin.get("/").text, "in the navigation"
    form = admin.get("/mandates/new")
    values = {"login": teacher["login"], "role": "establishment_admin", "territory": "", "establishment": code,
              "rights": ["accounts", "audit"], "from": "", "until": ""}

    def sent(**others):
        wanted = values | others
        body = [("csrf_token", token_of(form))]
        for name, value in wanted.items():
            body += [(name, each) for each in (value if isinstance(value, list) else [value])]
        return admin.send("POST", "/mandates", urllib.parse.urlencode(body).encode(), FORM)

    for others, field in (
            ({"login": ""}, "login"), ({"login": "personne.du.tout"}, "login"), ({"establishment": ""}, "establishment"),
            ({"territory": "eure"}, "territory"), ({"rights": ["tout"]}, "rights"),
            ({"establishment": account(stack, "head", "grand-est")["establishments"][0]}, "establishment"),
            ({"from": "2030-01-02", "until": "2030-01-01"}, "until"),
            ({"role": "territory_admin", "establishment": "", "territory": "grand-est"}, "territory"),
            ({"role": "platform_admin", "establishment": ""}, "role")):
        refused = sent(**others)
        assert refused.status == 422 and f'id="field-{field}-error"' in refused.text, (others, refused.status)
    given = sent(until="2099-12-31")
    assert given.status == 303, given.text[:600]
    page = admin.get("/mandates?done=1")
    line = line_of(page, teacher["login"])
    assert "2099" in line and "Comptes" in line and "Journal" in line and "Imports" not in line
    browser = Visitor(stack["admin"], host_of(stack, "eure"))
    browser.sign_in(teacher)
    assert browser.get("/api/v1/me/charge").json["establishments"] == [code]
    # Without the right to delegate: no page of it.
    assert browser.get("/mandates").status == 403 and browser.get("/tokens").status == 403
    assert 'href="/mandates"' not in browser.get("/").text
    path = re.search(r'action="(/mandates/[0-9a-f-]+/remove)"', line)[1]
    assert press(browser, browser.get("/"), path).status == 403
    other = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
    other.sign_in(account(stack, "territory_admin", "seine-et-marne", schools=0))
    assert press(other, other.get("/mandates/new"), path).status == 404
    assert admin.send("POST", path, b"", FORM).status == 403, "without the token of the form"
    assert press(admin, page, path).status == 303
    assert teacher["login"] not in admin.get("/mandates").text
    assert browser.get("/api/v1/accounts?establishment=" + code).status == 403


def test_a_token_is_shown_once_and_taken_back(stack, admin):
    name = f"essai-{time.time_ns() % 10**9}"
    form = admin.get("/tokens/new")
    values = {"name": name, "role": "territory_admin", "territory": "eure", "establishment": "", "days": "30"}
    for others, field in (({"name": "Avec Majuscules"}, "name"), ({"days": "0"}, "days"), ({"days": ""}, "days"),
                          ({"territory": ""}, "territory"), ({"territory": "grand-est"}, "territory")):
        refused = admin.form(form, **(values | others))
        assert refused.status == 422 and f'id="field-{field}-error"' in refused.text, others
    made = admin.form(form, **values)
    assert made.status == 200 and made.header("Cache-Control") == "no-store"
    secret = re.search(r"<code>(preau_admin_[^<]+)</code>", made.text)[1]
    page = admin.get("/tokens")
    assert name in page.text and secret not in page.text

    def program():
        return Visitor(stack["admin"]).call("GET", "/api/v1/territories", None, {"Authorization": f"Bearer {secret}"}).status

    assert program() == 200
    path = re.search(r'action="(/tokens/[0-9a-f-]+/revoke)"', line_of(page, name))[1]
    other = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
    other.sign_in(account(stack, "territory_admin", "seine-et-marne", schools=0))
    assert name not in other.get("/tokens").text
    assert press(other, other.get("/tokens/new"), path).status == 404
    assert press(admin, page, path).status == 303
    assert program() == 401 and name not in admin.get("/tokens").text


def test_heads_delegate_nothing(stack):
    head = Visitor(stack["admin"], host_of(stack, "eure"))
    head.sign_in(account(stack, "head", "eure"))
    for path in ("/mandates", "/mandates/new", "/tokens", "/tokens/new"):
        assert head.get(path).status == 403, path
    teacher = Visitor(stack["admin"], host_of(stack, "eure"))
    teacher.sign_in(account(stack, "teacher", "eure"))
    assert teacher.get("/mandates").status == 403
