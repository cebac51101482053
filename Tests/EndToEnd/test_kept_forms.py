"""A form that is sent after its session ended: nothing is lost, nothing is sent unasked, and nobody else sees it."""

import html
import re
import urllib.parse

import pytest
from browsing import Visitor, account, host_of, visitor

SECRET = "Rédaction très personnelle, écrite pendant une heure"
FORM = {"title": "Exercices 3 et 4", "day": "2026-11-30", "kind": "homework", "audience": "class", "classes": ["6a", "5b"], "text": SECRET}
TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


def post(browser, path, fields, **headers):
    sent = TYPE | {"Origin": "http://" + browser.host} | {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.send("POST", path, urllib.parse.urlencode(fields, doseq=True).encode(), sent)


def hidden(page, form_action):
    """The hidden fields of the form that posts there, in order."""
    form = next(each for each in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL) if f'action="{form_action}' in each)
    return [(name, html.unescape(value)) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form, re.DOTALL)]


class Desk:
    """A teacher with an open form, whose session then ends."""

    def __init__(self, stack, territory="eure"):
        self.stack = stack
        self.person = account(stack, "teacher", territory)
        self.browser = visitor(stack, self.person)
        page = self.browser.get("/design")
        assert page.status == 200
        self.token = dict(hidden(page, "/design"))["csrf_token"]

    def end_session(self):
        kept = dict(self.browser.cookies)
        assert self.browser.call("DELETE", "/api/v1/session").status == 204
        self.browser.cookies = kept

    def send(self, **headers):
        return post(self.browser, "/design", FORM | {"csrf_token": self.token}, **headers)

    def sign_in(self, page, person=None, password=None, node=None):
        person = person or self.person
        fields = hidden(page, "/login") + [("username", person["login"]), ("password", password or person["password"])]
        return post(self.browser.at(node["url"]) if node else self.browser, "/login", fields)


@pytest.fixture
def desk(stack):
    return Desk(stack)


def test_what_was_typed_is_back_after_signing_in_on_any_node(desk):
    desk.end_session()
    page = desk.send()
    assert page.status == 401 and 'name="password"' in page.text
    assert "Rédaction" not in page.text and "Exercices" not in page.text, "the page tells what was typed"
    assert page.header("Location") is None
    back = desk.sign_in(page, node=desk.stack["nodes"][1])
    assert back.status == 200 and SECRET in html.unescape(back.text)
    assert back.header("Location") is None and "no-store" in back.header("Cache-Control")
    again = hidden(back, "/design")
    assert [value for name, value in again if name == "classes"] == ["6a", "5b"]
    assert dict(again)["csrf_token"] != desk.token
    done = post(desk.browser, "/design", again)
    assert (done.status, done.header("Location")) == (303, "/design?sent=1")


def test_a_session_without_a_cookie_left_is_no_loss_either(desk):
    desk.end_session()
    desk.browser.cookies = {}
    back = desk.sign_in(desk.send())
    assert SECRET in html.unescape(back.text)


def test_nobody_else_gets_it(desk):
    desk.end_session()
    page = desk.send()
    other = account(desk.stack, "head", "eure")
    answer = desk.sign_in(page, other)
    assert (answer.status, answer.header("Location")) == (303, "/home")
    assert SECRET not in html.unescape(desk.browser.get("/home").text)


def test_a_wrong_password_loses_nothing(desk):
    desk.end_session()
    page = desk.sign_in(desk.send(), password="not-this-one")
    assert page.status == 401
    assert SECRET in html.unescape(desk.sign_in(page).text)


def test_what_was_changed_on_the_way_is_nothing(desk):
    desk.end_session()
    page = desk.send()
    sealed = dict(hidden(page, "/login"))["kept"]
    for changed in (sealed[:-9] + ("A" if sealed[-9] != "A" else "B") + sealed[-8:], "k1." + "A" * 200, "x", sealed.replace(".", "")):
        desk.browser.cookies = {}
        entrance = hidden(desk.browser.get("/login"), "/login")
        fields = [*entrance, ("kept", changed), ("username", desk.person["login"]), ("password", desk.person["password"])]
        answer = post(desk.browser, "/login", fields)
        assert (answer.status, answer.header("Location")) == (303, "/home"), changed


def test_another_sites_form_is_not_kept(desk):
    desk.end_session()
    for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = desk.send(**headers)
        assert (answer.status, answer.header("Location")) == (303, "/login")


def test_a_text_too_long_is_said_to_be(desk):
    desk.end_session()
    answer = post(desk.browser, "/design", FORM | {"csrf_token": desk.token, "text": "a" * 30_000, "title": "b" * 25_000})
    assert answer.status == 401 and "trop long" in answer.text
    assert 'name="kept"' not in answer.text


def test_a_form_of_an_earlier_session_is_shown_to_be_sent_again(desk):
    """The person signed in anew in another window, then sends the form that stayed open."""
    desk.end_session()
    desk.browser.cookies = {}
    desk.browser.sign_in(desk.person)
    answer = desk.send()
    assert answer.status == 403 and SECRET in html.unescape(answer.text)
    done = post(desk.browser, "/design", hidden(answer, "/design"))
    assert done.status == 303


def test_a_form_of_another_persons_session_is_refused(desk):
    desk.end_session()
    desk.browser.cookies = {}
    desk.browser.sign_in(account(desk.stack, "head", "eure"))
    answer = desk.send()
    assert answer.status == 403 and SECRET not in html.unescape(answer.text)


def test_the_end_of_the_session_is_announced(desk):
    text = desk.browser.get("/design").text
    assert re.search(r"votre session se termine à \d+\s?h", html.unescape(text)), "the time limit is not announced"


def test_the_language_of_the_frame_is_kept_with_the_account(stack):
    person = account(stack, "school_life", "hauts-de-seine")
    browser = visitor(stack, person)
    for language in ("en", "fr"):
        page = browser.get("/account")
        done = post(browser, "/account/language", hidden(page, "/account/language")[:1] + [("language", language), ("back", "/home")])
        assert (done.status, done.header("Location")) == (303, "/home")
        elsewhere = visitor(stack, person)
        assert f'<html lang="{language}">' in elsewhere.get("/home").text


@pytest.mark.parametrize("accepted, language", [("en-GB,en;q=0.9", "en"), ("fr-CA", "fr"), ("de,en;q=0.3", "en"), ("de", "fr"), ("", "fr")])
def test_strangers_are_answered_in_their_language(stack, accepted, language):
    page = Visitor(stack["front"], host_of(stack, "eure")).get("/login", Accept_Language=accepted)
    assert f'<html lang="{language}">' in page.text
