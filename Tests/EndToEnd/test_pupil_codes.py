"""Codes that a school gives its pupils by itself: a teacher one of their own, the head a class; from one node to another, and
never across schools, roles or shards."""

import uuid

import psycopg2
import pytest
from browsing import Visitor, account, host_of, visitor

TERRITORY, ELSEWHERE = "seine-et-marne", "grand-est"
NEW_PASSWORD = "Trois-petits-cochons-7"


@pytest.fixture(scope="module")
def stack(site):
    return site[0]


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def path_of(who):
    return f"/api/v1/establishments/{who['establishments'][0]}/pupil-codes"


def groups_of(browser, who):
    return browser.get(path_of(who)).json["groups"]


def a_pupil(browser, who):
    """A group, and a pupil of it who has an account."""
    for group in groups_of(browser, who):
        for pupil in browser.get(f"{path_of(who)}/{group['id']}").json["pupils"]:
            if pupil["login"]:
                return group["id"], pupil
    raise AssertionError("no pupil with an account in any group")


def give(browser, who, group, *pupils):
    return browser.call("POST", f"{path_of(who)}/{group}", {"pupils": [each["pupil"] for each in pupils]})


def test_a_teachers_code_opens_the_pupils_account_on_another_node(stack, directory):
    who = account(stack, "teacher", TERRITORY)
    teacher = visitor(stack, who, stack["nodes"][0]["url"])
    group, pupil = a_pupil(teacher, who)
    directory.execute("select id, password_hash, state from account where login = %s", (pupil["login"],))
    before = directory.fetchone()
    try:
        first = give(teacher, who, group, pupil)
        answer = give(teacher, who, group, pupil)
        assert answer.status == 201 and answer.header("Cache-Control") == "no-store", answer.text
        code = answer.json["codes"][0]["code"]
        assert answer.json["seconds"] == 3600 and answer.json["refused"] == [] and len(code) == 14
        directory.execute(
            "select purpose, code_hash, expires_at <= now() + interval '1 hour' from access_code where account_id = %s", (before[0],))
        purpose, kept, is_short = directory.fetchone()
        assert (purpose, is_short) == ("reset", True) and code not in kept
        directory.execute(
            "select count(*) from audit where action = 'account.pupil_code' and target = %s and establishment_id is not null "
            "and at > now() - interval '1 minute'", (before[0],))
        assert directory.fetchone()[0] == 2

        browser = Visitor(stack["nodes"][1]["url"], host_of(stack, TERRITORY))
        choice = dict(username=pupil["login"], password=NEW_PASSWORD, again=NEW_PASSWORD)
        # The one before counts for nothing any more, and each works once.
        assert browser.form(browser.get("/activate"), code=first.json["codes"][0]["code"], **choice).status == 422
        done = browser.form(browser.get("/activate"), code=code, **choice)
        assert done.status == 303, done.text
        assert browser.form(browser.get("/activate"), code=code, **choice).status == 422
        browser.sign_in({"login": pupil["login"], "password": NEW_PASSWORD})
    finally:
        directory.execute("update account set password_hash = %s, state = %s where id = %s", (before[1], before[2], before[0]))
        directory.execute("delete from access_code where account_id = %s", (before[0],))


def test_only_own_pupils(stack):
    who, head = account(stack, "teacher", TERRITORY), account(stack, "head", TERRITORY)
    assert who["establishments"] == head["establishments"]
    teacher, everywhere = visitor(stack, who), visitor(stack, head)
    own = {each["id"] for each in groups_of(teacher, who)}
    everything = {each["id"] for each in groups_of(everywhere, head)}
    assert own and own < everything
    strange = sorted(everything - own)[0]
    assert teacher.get(f"{path_of(who)}/{strange}").status == 404
    assert give(teacher, who, strange, {"pupil": str(uuid.uuid4())}).status == 404
    # A pupil of another class, under a group of one's own; and one whom nobody knows.
    others = [
        pupil for group in sorted(everything - own) for pupil in everywhere.get(f"{path_of(head)}/{group}").json["pupils"]]
    mine = {pupil["pupil"] for group in own for pupil in teacher.get(f"{path_of(who)}/{group}").json["pupils"]}
    for pupil in [each for each in others if each["pupil"] not in mine][:1] + [{"pupil": str(uuid.uuid4())}]:
        assert give(teacher, who, sorted(own)[0], pupil).status == 404


def test_nobody_else(stack):
    who = account(stack, "teacher", TERRITORY)
    teacher = visitor(stack, who)
    group, pupil = a_pupil(teacher, who)
    path = f"{path_of(who)}/{group}"
    body = {"pupils": [pupil["pupil"]]}
    stranger = Visitor(stack["front"], host_of(stack, TERRITORY))
    assert stranger.get(path).status == 401 and stranger.call("POST", path, body).status == 401
    for profile in ("pupil", "guardian"):
        browser = visitor(stack, account(stack, profile, TERRITORY))
        assert browser.get(path).status == 403 and browser.call("POST", path, body).status == 403
        assert browser.get("/pupil-codes").status == 403
    # Another territory's, whose school is on another shard.
    for profile in ("teacher", "head"):
        browser = visitor(stack, account(stack, profile, ELSEWHERE))
        assert browser.get(path).status == 404 and browser.call("POST", path, body).status == 404
    # A page of another site cannot send it.
    assert teacher.send("POST", path, b'{"pupils": []}', {"Content-Type": "application/json"}).status == 403


def test_a_class_by_the_head_alone(stack, directory):
    who, head = account(stack, "teacher", TERRITORY), account(stack, "head", TERRITORY)
    teacher, everywhere = visitor(stack, who), visitor(stack, head)
    group, _ = a_pupil(teacher, who)
    pupils = everywhere.get(f"{path_of(head)}/{group}").json["pupils"]
    assert len(pupils) > 1
    refused = give(teacher, who, group, *pupils)
    assert (refused.status, refused.code) == (403, "preau.pupil_codes.one_at_a_time")
    answer = give(everywhere, head, group, *pupils)
    try:
        assert answer.status == 201, answer.text
        told = {each["pupil"]: each["code"] for each in answer.json["codes"]}
        assert answer.json["seconds"] == 86_400 and len(set(told.values())) == len(told) > 0
        assert set(told) | set(answer.json["refused"]) == {each["pupil"] for each in pupils}
        assert set(told) == {each["pupil"] for each in pupils if each["login"]}
    finally:
        directory.execute("delete from access_code where issued_by in (select id::text from account where login = %s)", (head["login"],))


def test_the_page_shows_a_code_once(stack, directory):
    who = account(stack, "teacher", TERRITORY)
    teacher = visitor(stack, who)
    group, pupil = a_pupil(teacher, who)
    page = teacher.get(f"/pupil-codes/{who['establishments'][0]}/{group}")
    assert page.status == 200 and pupil["login"] in page.text
    assert f"/pupil-codes/{who['establishments'][0]}/{group}" in teacher.get("/pupil-codes").text
    shown = teacher.form(page, pupil=pupil["pupil"])
    try:
        assert shown.status == 200 and shown.header("Cache-Control") == "no-store", shown.text
        assert shown.text.count('<strong class="code">') == 1
        assert '<strong class="code">' not in teacher.get(f"/pupil-codes/{who['establishments'][0]}/{group}").text
    finally:
        directory.execute("delete from access_code where issued_by in (select id::text from account where login = %s)", (who["login"],))
