"""Accounts in the console: pairs that may be one person, lists that go on as they began, and who is out of sight."""

import html
import re
import urllib.parse
import uuid

import psycopg2
import pytest
from browsing import Visitor, account, host_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TERRITORY = "seine-et-marne"


@pytest.fixture
def admin(stack):
    browser = Visitor(stack["admin"], host_of(stack, TERRITORY))
    browser.sign_in(account(stack, "territory_admin", TERRITORY, schools=0))
    return browser


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


@pytest.fixture
def school(stack):
    return account(stack, "head", TERRITORY)["establishments"][0]


def make(directory, login, family, school, role="teacher", last=None):
    """An invented account of a school."""
    number = str(uuid.uuid4())
    directory.execute(
        "insert into account (id, login, given_name, family_name, state, first_sign_in_at, last_sign_in_at) "
        "values (%s, %s, 'Doublet', %s, 'active', %s, %s)", [number, login, family, last, last])
    directory.execute(
        "insert into profile (account_id, establishment_id, role, person_id) select %s, id, %s, %s from establishment where uai = %s",
        [number, role, str(uuid.uuid4()), school])
    return number


@pytest.fixture
def twice(directory, school):
    """Two accounts of one name in one school."""
    family = "Aaainventé" + uuid.uuid4().hex[:8]
    logins = [f"doublet.{family.lower().replace('é', 'e')}{number}" for number in (1, 2)]
    yield logins, [make(directory, login, family, school) for login in logins]
    directory.execute("update account set state = 'closed' where login = any (%s)", [logins])


def press(browser, page, act, field, account):
    """The button of the form where the account stands in that field."""
    for form in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL):
        if f'/duplicates/{act}"' in form and f'name="{field}" value="{account}"' in form:
            fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
            action = re.search(r'action="([^"]+)"', form)[1]
            return browser.send("POST", action, urllib.parse.urlencode(fields).encode(), FORM)
    raise AssertionError(f"no button {act} with {field} {account}")


def page_with(browser, path, word):
    """The page of pairs that has it; None when none has."""
    while path:
        page = browser.get(path)
        assert page.status == 200, page.text[:300]
        if f">{word}<" in page.text.replace("<wbr>", ""):
            return page
        following = re.search(r'href="([^"]+/duplicates\?from=[^"]+)"', page.text)
        path = following and html.unescape(following[1])
    return None


def state_of(directory, login):
    directory.execute("select state from account where login = %s", [login])
    return directory.fetchone()[0]


def test_duplicates_are_merged_separated_and_said_to_be_two(stack, admin, directory, school, twice):
    (first, second), (kept, other) = twice
    path = f"/establishments/{school}/duplicates"
    assert f'href="{path}"' in admin.get(f"/establishments/{school}").text
    page = page_with(admin, path, first)
    assert second in page.text.replace("<wbr>", "")

    done = press(admin, page, "merge", "keep", kept)
    assert done.status == 303, done.text[:600]
    assert state_of(directory, second) == "closed" and state_of(directory, first) == "active"
    page = admin.get(path)
    assert "Comptes réunis" in page.text and second in page.text
    # The same again is said on the page, not a dead end.
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    again = admin.send("POST", f"{path}/merge", f"csrf_token={token}&keep={kept}&merge={kept}".encode(), FORM)
    assert again.status == 409 and "ne peuvent pas être réunis" in again.text and "Comptes réunis" in again.text
    back = press(admin, page, "unmerge", "account", other)
    assert back.status == 303, back.text[:600]
    assert state_of(directory, second) == "active"
    page = page_with(admin, path, first)
    pairs = [each for each in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL) if "/distinct" in each and kept in each]
    one = kept if f'name="keep" value="{kept}"' in pairs[0] else other
    distinct = press(admin, page, "distinct", "keep", one)
    assert distinct.status == 303
    assert page_with(admin, path, first) is None


def test_duplicates_are_for_those_who_have_the_accounts_in_charge(stack, admin, school, twice):
    path = f"/establishments/{school}/duplicates"
    body = f"keep={twice[1][0]}&merge={twice[1][1]}"
    stranger = Visitor(stack["admin"], host_of(stack, "eure"))
    stranger.sign_in(account(stack, "territory_admin", "eure", schools=0))
    assert stranger.get(path).status == 404
    token = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/").text)[1]
    own = account(stack, "head", "eure")["establishments"][0]
    for place in (path, f"/establishments/{own}/duplicates"):
        assert stranger.send("POST", f"{place}/merge", f"csrf_token={token}&{body}".encode(), FORM).status == 404
    teacher = Visitor(stack["admin"], host_of(stack, TERRITORY))
    teacher.sign_in(account(stack, "teacher", TERRITORY))
    assert teacher.get(path).status == 403
    assert admin.send("POST", f"{path}/merge", body.encode(), FORM).status == 403, "without the token of the form"


def test_page_two_goes_on_with_the_filters_of_page_one(stack, admin, directory, school):
    """55 who were last here long ago, and as many who were here yesterday: none of these on either page."""
    mark = uuid.uuid4().hex[:8]
    old = [make(directory, f"vieux.{mark}{number}", f"Aaancien{mark}", school, "staff", "2020-01-01") for number in range(55)]
    new = [make(directory, f"neuf.{mark}{number}", f"Aaarecent{mark}", school, "staff", "2098-01-01") for number in range(55)]
    try:
        for number in old:
            directory.execute("insert into reset_request (account_id) values (%s) on conflict do nothing", [number])
        for narrowing in ("unseen_since=2024-01-01", "asked_for_code=1"):
            shown, link, pages = [], f"/accounts?establishment={school}&role=staff&{narrowing}", 0
            while link and pages < 6:
                page = admin.get(link)
                assert page.status == 200
                shown += re.findall(r'href="/accounts/([0-9a-f-]{36})"', page.text)
                following = re.search(r'href="(/accounts\?cursor=[^"]+)"', page.text)
                link, pages = following and html.unescape(following[1]), pages + 1
            assert pages >= 2 and set(old) <= set(shown) and not set(new) & set(shown), narrowing
    finally:
        directory.execute("update account set state = 'closed' where id = any (%s::uuid[])", [old + new])
        directory.execute("delete from reset_request where account_id = any (%s::uuid[])", [old])


def test_who_is_out_of_sight_for_the_days_that_one_chooses(stack, admin, directory, school):
    mark = uuid.uuid4().hex[:8]
    directory.execute("select (now() - interval '40 days')::text, (now() - interval '5 days')::text")
    long_ago, lately = directory.fetchone()
    made = [make(directory, f"absent.{mark}", f"Absent{mark}", school, "staff", long_ago),
            make(directory, f"present.{mark}", f"Present{mark}", school, "staff", lately)]
    try:
        logins = {}
        for days in (3, 15, 60):
            link = f"/never-connected?territory={TERRITORY}&days={days}"
            found = None
            while link and not found:
                page = admin.get(link)
                assert page.status == 200 and f'value="{days}"' in page.text
                found = re.search(rf'href="(/accounts\?establishment={school}&amp;role=staff&amp;unseen_since=[^"]+)">([^<]+)<', page.text)
                following = re.search(r'href="(/never-connected\?cursor=[^"]+)"', page.text)
                link = following and html.unescape(following[1])
            listed = admin.get(html.unescape(found[1])) if found else None
            logins[days] = listed.text if listed else ""
            if found and "/accounts?cursor=" not in listed.text:
                assert len(re.findall(r'href="/accounts/[0-9a-f-]{36}"', listed.text)) == int(re.sub(r"\D", "", found[2]))
        assert f"absent.{mark}" in logins[3] and f"present.{mark}" in logins[3]
        assert f"absent.{mark}" in logins[15] and f"present.{mark}" not in logins[15]
        assert f"absent.{mark}" not in logins[60]
    finally:
        directory.execute("update account set state = 'closed' where id = any (%s::uuid[])", [made])
    for days in ("0", "401", "x"):
        assert admin.get(f"/never-connected?days={days}").status in (400, 422)
