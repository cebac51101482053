"""Mandates and programs' tokens in the console: given, seen, found among many, taken away, and what is refused at its field."""

import contextlib
import html
import json
import re
import time
import urllib.parse

import pytest
from browsing import Visitor, account, host_of
from test_administration import Operator, preau

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


def lines(page):
    """Of the table, without its head."""
    return [each for each in re.findall(r"<tr>.*?</tr>", page.text, re.DOTALL) if "<td" in each]


def line_of(page, word):
    return next(each for each in lines(page) if word in each)


def logins(page):
    return [html.unescape(re.search(r'<span class="small muted">([^<]+)</span>', each)[1]) for each in lines(page)]


def next_of(page):
    return html.unescape(re.search(r'rel="next" href="([^"]+)"', page.text)[1])


@pytest.fixture
def operator(stack):
    return Operator(stack["admin"], stack["admin_token"])


@contextlib.contextmanager
def many_mandates(operator, code, count):
    """People of a school who administer its news, in the order in which that was given to them."""
    people, given = [], []
    for role in ("teacher", "guardian"):
        people += operator.ask("GET", f"/api/v1/accounts?establishment={code}&role={role}&limit=200").json["items"]
    people = list({each["login"]: each for each in people}.values())[:count]
    assert len(people) == count
    try:
        for each in people:
            answer = operator.ask("POST", "/api/v1/mandates", {
                "login": each["login"], "role": "establishment_admin", "establishment": code, "rights": ["news"]})
            assert answer.status == 201, answer.text
            given.append(answer.json)
        yield given
    finally:
        for each in given:
            assert operator.ask("DELETE", f"/api/v1/mandates/{each['id']}").status in (204, 404)


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
    assert logins(page)[0] == teacher["login"], "what was just given is on top"
    page = admin.get("/mandates?login=" + teacher["login"])
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
    assert teacher["login"] not in logins(admin.get("/mandates?login=" + teacher["login"]))
    assert browser.get("/api/v1/accounts?establishment=" + code).status == 403


def test_among_many_mandates_the_newest_are_first_and_one_is_found(stack, admin, operator):
    code = account(stack, "teacher", "eure")["establishments"][0]
    with many_mandates(operator, code, 53) as given:
        newest = [each["login"] for each in reversed(given)]
        assert logins(admin.get("/mandates"))[:50] == newest[:50]
        # All there is over this school, whoever had something there before.
        first = admin.get(f"/mandates?login=&establishment={code.lower()}")
        assert logins(first) == newest[:50] and f'value="{code.lower()}"' in first.text
        after = next_of(first)
        # The row that the next page goes on from is taken away: nothing is skipped, nothing shown twice.
        assert operator.ask("DELETE", f"/api/v1/mandates/{given[-50]['id']}").status == 204
        second = admin.get(after)
        assert logins(second)[:3] == newest[50:] and 'rel="next"' not in second.text
        assert f'href="/mandates?establishment={code.lower()}"' in second.text, "back to the first page of the same"
        # By a login, by a name without its accents and its end, by a school that is somebody else's.
        one = given[7]
        assert logins(admin.get("/mandates?login=" + urllib.parse.quote(one["login"]))) == [one["login"]]
        family = one["name"].split(" ")[-1]
        named = admin.get("/mandates?login=" + urllib.parse.quote(family.upper()))
        assert one["login"] in logins(named)
        assert len(logins(named)) < 50 and all(family[:3].lower() in each.lower() for each in lines(named))
        for words in ("personne%20du%20tout", "%25", "---"):
            nobody = admin.get("/mandates?login=" + words)
            assert nobody.status == 200 and not lines(nobody) and "Rien ne correspond" in nobody.text, words
        foreign = account(stack, "head", "grand-est")["establishments"][0]
        for other in (foreign, "0270000Z", "rien"):
            refused = admin.get("/mandates?establishment=" + other)
            assert refused.status == 422 and 'id="field-establishment-error"' in refused.text, other
            assert not lines(refused)

        # The same in the API and in the command.
        left = [each for each in reversed(given) if each is not given[-50]]
        page = operator.ask("GET", f"/api/v1/mandates?establishment={code}&limit=20").json
        assert [each["id"] for each in page["items"]] == [each["id"] for each in left[:20]]
        assert page["items"] == sorted(page["items"], key=lambda each: each["created_at"], reverse=True)
        further = operator.ask("GET", f"/api/v1/mandates?establishment={code}&limit=20&cursor={page['next']}").json
        assert [each["id"] for each in further["items"]] == [each["id"] for each in left[20:40]]
        found = operator.ask("GET", f"/api/v1/mandates?login={urllib.parse.quote(one['login'])}").json["items"]
        assert [each["id"] for each in found] == [one["id"]]
        assert operator.ask("GET", f"/api/v1/tokens?cursor={page['next']}").code == "preau.web.invalid_cursor"
        assert admin.get("/api/v1/mandates?establishment=" + foreign).code == "preau.web.not_found"
        told = json.loads(preau("mandate", "list", "--establishment", code, "--json"))["mandates"]
        assert [each["id"] for each in told][:len(left)] == [each["id"] for each in left]
        assert preau("mandate", "list", "--login", one["login"]).split()[:2] == [one["id"], one["login"]]


def test_the_newest_token_is_first_and_one_is_found_by_its_name(stack, admin, operator):
    word = f"essai{time.time_ns() % 10**9}"
    made = []
    for place in ("orleans", "bourges", "chartres"):
        answer = operator.ask("POST", "/api/v1/tokens", {
            "name": f"scim-{place}-{word}", "role": "region_admin", "territory": "eure"})
        assert answer.status == 201, answer.text
        made.append(answer.json)
    try:
        newest = [each["name"] for each in reversed(made)]

        def shown(query):
            return re.findall(r"scim-[a-z]+-" + word, "".join(lines(admin.get("/tokens" + query))))

        # Each name is there twice: in its column, and for those who hear the button alone.
        assert shown("")[::2] == newest
        assert shown("?name=" + word)[::2] == newest
        assert shown(f"?name={word}%20BOUR")[::2] == [made[1]["name"]] and shown("?name=ourges") == []
        page = operator.ask("GET", f"/api/v1/tokens?name={word}&limit=2").json
        assert [each["name"] for each in page["items"]] == newest[:2]
        further = operator.ask("GET", f"/api/v1/tokens?name={word}&limit=2&cursor={page['next']}").json
        assert [each["name"] for each in further["items"]] == newest[2:] and further["next"] is None
        told = json.loads(preau("token", "list", "--name", made[0]["name"], "--json"))["tokens"]
        assert [each["id"] for each in told] == [made[0]["id"]]
    finally:
        for each in made:
            assert operator.ask("DELETE", f"/api/v1/tokens/{each['id']}").status == 204


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
