"""One establishment closed into another, by the command and the console: seen on every node within two seconds, killed in the middle, and the
right of those who have both in their charge."""

import contextlib
import os
import signal
import time

import psycopg2
import pytest
from browsing import Visitor, account, host_of, visitor
from test_administration import Operator, preau, second_instance, uai, until

TERRITORY = "grand-est"


@pytest.fixture(scope="module")
def stack(site):
    return site[0]


@pytest.fixture
def operator(stack):
    return Operator(stack["admin"], stack["admin_token"])


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def opened(operator, first, count):
    """Establishments of their own, open."""
    codes = [uai(number) for number in range(first, first + count)]
    begun = operator.ask("POST", "/api/v1/establishments", {
        "territory": TERRITORY, "establishments": [{"uai": code, "name": f"Collège fictif {code}", "invented": True} for code in codes]})
    assert begun.status == 202, begun.text
    finished(operator, begun.json["job"])
    return codes


def finished(operator, job):
    def state():
        with contextlib.suppress(OSError):
            shown = operator.ask("GET", f"/api/v1/jobs/{job}").json["job"]
            return shown if shown["state"] in ("succeeded", "failed", "cancelled") else None
        return None
    return until("the job is over", state)


def give_somebody(directory, stack, code, login, role):
    """A profile of a demonstration's account in a school, as a feed would; on the shard as well."""
    directory.execute("select id, shard_id from establishment where uai = %s", (code,))
    establishment, shard = directory.fetchone()
    directory.execute("select gen_random_uuid()")
    person = directory.fetchone()[0]
    directory.execute(
        "insert into profile (account_id, establishment_id, role, person_id, source) select id, %s, %s, %s, 'test' from account where login = %s",
        (establishment, role, person, login))
    conninfo = next(each["conninfo"] for each in stack["shards"] if each["id"] == shard)
    with psycopg2.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into person (establishment_id, id, role, given_name, family_name) values (%s, %s, %s, 'Testeuse', 'Inventée')",
            (establishment, person, role))


def test_everybody_is_in_the_other_one_within_two_seconds_on_every_node(stack, operator, directory):
    closed, kept = opened(operator, 678_801, 2)
    teacher = account(stack, "teacher", TERRITORY)
    give_somebody(directory, stack, closed, teacher["login"], "teacher")
    shown = preau("establishment", "merge", closed, "--into", kept, "--json")
    ended = time.monotonic()
    assert "succeeded" in shown
    browsers = [visitor(stack, teacher, each["url"]) for each in stack["nodes"]]
    for browser in browsers:
        # The old code leads to the other school, on each node.
        until("the code leads on", lambda: browser.get(f"/api/v1/establishments/{closed}/pupil-codes").status == 200, 2)
        assert browser.get(f"/api/v1/establishments/{kept}/pupil-codes").status == 200
    assert time.monotonic() - ended < 4
    directory.execute("select state, merged_into is not null from establishment where uai = %s", (closed,))
    assert directory.fetchone() == ("closed", True)
    entries = operator.ask("GET", f"/api/v1/audit?target={closed}").json["items"]
    assert {"establishment.merge", "establishment.merged"} <= {each["action"] for each in entries}
    # It stays closed, and takes nobody in.
    assert operator.ask("POST", f"/api/v1/establishments/{closed}/reopen").status == 409
    directory.execute("delete from profile where source = 'test'")


def test_killed_in_the_middle_it_goes_on_elsewhere(stack, operator, directory, tmp_path):
    codes = opened(operator, 678_810, 6)
    with second_instance(stack, tmp_path) as (process, second):
        jobs = []
        for closed, kept in zip(codes[::2], codes[1::2]):
            def taken():
                return second.ask("POST", f"/api/v1/establishments/{closed}/merge", {"into": kept}).json.get("job")
            # An instance may serve for a moment from the map that it was started with, in which these are not open yet.
            jobs.append(until("the second instance takes it", taken))
        # Wherever they are by now.
        os.kill(process.pid, signal.SIGKILL)
        for job in jobs:
            shown = finished(operator, job)
            assert shown["state"] == "succeeded", shown
    directory.execute("select count(*) from establishment where uai = any (%s) and state = 'closed' and merged_into is not null", (codes[::2],))
    assert directory.fetchone() == (3,)
    directory.execute("select count(*) from audit where action = 'establishment.merged' and target = any (%s)", (codes[::2],))
    assert directory.fetchone() == (3,)


def test_only_by_those_who_have_both(stack, operator):
    closed, kept = opened(operator, 678_820, 2)
    foreign = account(stack, "head", "eure")["establishments"][0]
    path = f"/api/v1/establishments/{closed}/merge"
    administrator = Visitor(stack["admin"], host_of(stack, TERRITORY))
    administrator.sign_in({"login": f"admin.{TERRITORY}", "password": "preau-demo-2026"})
    assert administrator.call("POST", path, {"into": foreign}).status == 404
    other = Visitor(stack["admin"], host_of(stack, "eure"))
    other.sign_in({"login": "admin.eure", "password": "preau-demo-2026"})
    assert other.call("POST", path, {"into": kept}).status == 404
    assert Visitor(stack["admin"]).call("POST", path, {"into": kept}).status == 401
    head = visitor(stack, account(stack, "head", TERRITORY)).at(stack["admin"])
    assert head.call("POST", path, {"into": kept}).status in (403, 404)
    assert administrator.call("POST", path, {"into": closed}).status == 409, "into itself"
    # By the page, with what is typed wrong told at its field.
    page = administrator.get(f"/establishments/{closed}")
    assert administrator.form(page, into="0000000X").status == 422
    done = administrator.form(page, into=kept)
    assert done.status == 303 and "/jobs/" in done.header("Location"), done.text
    assert finished(operator, done.header("Location").rpartition("/")[2])["state"] == "succeeded"


def test_a_new_code_and_the_former_one(stack, operator):
    """A change of UAI by the page: the former code leads on, on every node, and nobody else can have it."""
    (code,) = opened(operator, 678_830, 1)
    new = uai(678_831)
    administrator = Visitor(stack["admin"], host_of(stack, TERRITORY))
    administrator.sign_in({"login": f"admin.{TERRITORY}", "password": "preau-demo-2026"})
    page = administrator.get(f"/establishments/{code}")
    assert administrator.form(page, uai=new[:-1] + ("A" if new[-1] != "A" else "B")).status == 422, "a wrong letter"
    assert administrator.form(page, uai=new).status == 303
    assert administrator.get(f"/establishments/{new}").status == 200
    assert operator.ask("GET", f"/api/v1/establishments/{code}").json["uai"] == new
    (other,) = opened(operator, 678_832, 1)
    assert operator.ask("POST", f"/api/v1/establishments/{other}/uai", {"uai": code}).code == "preau.control.uai_taken"
