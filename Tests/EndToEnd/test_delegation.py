"""What a mandate gives, and not more: jobs by the right that goes with their kind, first administrators of new schools, partial
delegates, dates."""

import datetime
import html
import json
import os
import pathlib
import re
import urllib.parse

import psycopg2
import pytest
from browsing import Visitor, account, host_of
from test_administration import Operator, job_of, uai, until

NO_RIGHT = "preau.control.no_right"


@pytest.fixture(scope="module")
def stack():
    return json.loads((pathlib.Path(os.environ["PREAU_STATE"]) / "stack.json").read_text())


@pytest.fixture(scope="module")
def operator(stack):
    return Operator(stack["admin"], stack["admin_token"])


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def program(stack, operator, name, **scope):
    made = operator.ask("POST", "/api/v1/tokens", {"name": name} | scope)
    assert made.status == 201, made.text
    return Operator(stack["admin"], made.json["token"])


def given(operator, login, **mandate):
    answer = operator.ask("POST", "/api/v1/mandates", {"login": login} | mandate)
    assert answer.status == 201, answer.text
    return answer.json["id"]


def signed_in(stack, who):
    browser = Visitor(stack["admin"], host_of(stack, who["territory"]))
    browser.sign_in(who)
    return browser


def post(browser, page, path):
    """A form of the console that the page does not show: the token is that of another form."""
    token = re.search(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', browser.get(page).text)
    body = urllib.parse.urlencode({token[1]: html.unescape(token[2])}).encode()
    return browser.send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})


# Jobs


@pytest.fixture(scope="module")
def letters(stack, operator):
    """Letters of a school, printed."""
    code = account(stack, "head", "grand-est")["establishments"][0]
    begun = operator.ask("POST", f"/api/v1/establishments/{code}/letters", {"audience": "everybody", "roles": ["guardian"]})
    assert begun.status == 202, begun.text
    job = begun.json["job"]
    until("printed", lambda: job_of(operator, job)["state"] in ("succeeded", "failed"), 120)
    shown = operator.ask("GET", f"/api/v1/jobs/{job}").json
    assert shown["job"]["state"] == "succeeded" and shown["files"]
    return code, job, shown["files"][0]


def of_the_api(ask, job, file):
    """What each of a job's addresses answers; nil where there is nothing to refuse."""
    listed = [each["id"] for each in ask("GET", "/api/v1/jobs?limit=200").json["items"]]
    reads = [ask("GET", f"/api/v1/jobs/{job}{rest}") for rest in ("", "/log", f"/files/{file}")]
    acts = [ask("POST", f"/api/v1/jobs/{job}/{verb}") for verb in ("cancel", "retry")]
    return job in listed, [each.code for each in reads], [each.code for each in acts]


SHUT = (False, [NO_RIGHT] * 3, [NO_RIGHT] * 2)
OPEN = (True, [None] * 3, ["preau.control.job_not_stoppable", "preau.control.job_not_repeatable"])


def test_a_job_is_for_those_who_have_the_right_of_its_kind(stack, operator, letters):
    code, job, file = letters
    teacher = account(stack, "teacher", "grand-est")
    mandate = {"role": "establishment_admin", "establishment": code}
    for name, rights, expected in (("lettres-non", ["news", "imports", "audit"], SHUT), ("lettres-oui", ["accounts"], OPEN)):
        assert of_the_api(program(stack, operator, name, rights=rights, **mandate).ask, job, file) == expected, name
        number = given(operator, teacher["login"], rights=rights, **mandate)
        try:
            assert of_the_api(signed_in(stack, teacher).call, job, file) == expected, name
        finally:
            assert operator.ask("DELETE", f"/api/v1/mandates/{number}").status == 204
    # What is about the whole platform asks for the right as well.
    assert of_the_api(program(stack, operator, "tout-non", role="platform_admin", rights=["news"]).ask, job, file) == SHUT
    assert of_the_api(program(stack, operator, "tout-oui", role="platform_admin", rights=["accounts"]).ask, job, file) == OPEN
    # Elsewhere it is not there at all.
    far = program(stack, operator, "ailleurs", role="territory_admin", territory="eure").ask
    assert of_the_api(far, job, file) == (False, ["preau.web.not_found"] * 3, ["preau.web.not_found"] * 2)


def test_the_console_shows_jobs_by_the_same_rights(stack, operator, letters):
    code, job, file = letters
    teacher = account(stack, "teacher", "grand-est")
    number = given(operator, teacher["login"], role="establishment_admin", establishment=code, rights=["news"])
    try:
        browser = signed_in(stack, teacher)
        assert 'href="/jobs"' not in browser.get("/").text
        assert job not in browser.get("/jobs").text
        for path in (f"/jobs/{job}", f"/jobs/{job}/files/{file}"):
            answer = browser.get(path)
            assert answer.status == 403 and b"%PDF" not in answer.body, path
        for verb in ("cancel", "retry"):
            answer = post(browser, "/", f"/jobs/{job}/{verb}")
            assert answer.status == 403 and "Votre délégation" in answer.text, answer.text[:500]
        given(operator, teacher["login"], role="establishment_admin", establishment=code, rights=["accounts"])
        assert job in browser.get("/jobs").text and 'href="/jobs"' in browser.get("/").text
        assert browser.get(f"/jobs/{job}/files/{file}").body[:5] == b"%PDF-"
        assert post(browser, "/", f"/jobs/{job}/cancel").status == 409
    finally:
        assert operator.ask("DELETE", f"/api/v1/mandates/{number}").status == 204


# Schools that open


def opening(code, login=None, **more):
    name = {"given_name": "Direction", "family_name": "Fictive"}
    return {"uai": code, "name": f"Collège fictif {code}", "administrator": name | ({"login": login} if login else {})} | more


def ask_to_open(who, territory, *schools):
    return who.ask("POST", "/api/v1/establishments", {"territory": territory, "establishments": list(schools)})


def refused_at(answer):
    assert (answer.status, answer.code) == (422, "preau.web.invalid_body"), answer.text
    return [each["pointer"] for each in answer.json["errors"]]


def opened(operator, answer):
    assert answer.status == 202, answer.text
    job = answer.json["job"]
    until("it ends", lambda: job_of(operator, job)["state"] in ("succeeded", "failed"))
    done = job_of(operator, job)
    assert done["state"] == "succeeded", done
    return done["result"]["opened"]


def person(directory, login):
    directory.execute("select id::text, given_name, family_name from account where login = %s", (login,))
    return directory.fetchone()


def mandates_over(directory, code):
    directory.execute(
        "select m.account_id::text, m.role from administrator m join establishment e on e.id = m.establishment_id "
        "where e.uai = %s", (code,))
    return directory.fetchall()


def test_opening_a_school_takes_nobodys_account(stack, operator, directory):
    whole = program(stack, operator, "ouvre-tout", role="territory_admin", territory="eure")
    opens = program(stack, operator, "ouvre", role="territory_admin", territory="eure", rights=["establishments"])
    foreign, own = account(stack, "head", "hauts-de-seine")["login"], account(stack, "teacher", "eure")["login"]
    above = account(stack, "region_admin", schools=0)["login"]
    before = [person(directory, each) for each in (foreign, own, above)]
    pointer = "#/establishments/1/administrator/login"
    codes = [uai(275_000 + number) for number in range(6)]
    for who, login in ((whole, foreign), (whole, above), (opens, foreign), (opens, own)):
        answer = ask_to_open(who, "eure", opening(codes[0]), opening(codes[1], login))
        assert refused_at(answer) == [pointer], login
    assert refused_at(ask_to_open(whole, "eure", opening(codes[0], "pas un identifiant")))
    assert operator.ask("GET", f"/api/v1/establishments/{codes[0]}").status == 404, "nothing was begun"
    # Somebody new needs no delegation; somebody of one's own needs it, and keeps their name.
    assert opened(operator, ask_to_open(opens, "eure", opening(codes[2], "nouvelle.fictive"))) == [codes[2]]
    assert person(directory, "nouvelle.fictive")[1:] == ("Direction", "Fictive")
    assert opened(operator, ask_to_open(whole, "eure", opening(codes[3], own))) == [codes[3]]
    assert [person(directory, each) for each in (foreign, own, above)] == before
    assert mandates_over(directory, codes[3]) == [(before[1][0], "establishment_admin")]
    for code, login, actor in ((codes[2], "nouvelle.fictive", "ouvre"), (codes[3], own, "ouvre-tout")):
        number = person(directory, login)[0]
        acts = operator.ask("GET", f"/api/v1/audit?action=mandate.give&target={number}&establishment={code}").json["items"]
        assert [(each["actor"], each["establishment"]) for each in acts] == [(actor, code)], acts
    # Who has nothing but that mandate is found by the territory, and by no other, and helped by whoever may.
    number = person(directory, "nouvelle.fictive")[0]
    elsewhere = program(stack, operator, "ailleurs", role="territory_admin", territory="hauts-de-seine")
    for query in ("login=nouvelle.fictive", "search=nouvelle.fictive"):
        found = [[each["id"] for each in who.ask("GET", f"/api/v1/accounts?{query}").json["items"]] for who in (whole, elsewhere)]
        assert found == [[number], []], query
    assert opens.ask("POST", f"/api/v1/accounts/{number}/code").code == NO_RIGHT
    assert elsewhere.ask("POST", f"/api/v1/accounts/{number}/code").status == 404
    assert whole.ask("POST", f"/api/v1/accounts/{number}/code").json["login"] == "nouvelle.fictive"
    # What is there is left as it is: the same list is no question of rights.
    assert opened(operator, ask_to_open(opens, "eure", opening(codes[3], foreign))) == []
    assert mandates_over(directory, codes[3]) == [(before[1][0], "establishment_admin")]
    directory.execute("delete from administrator where account_id = %s", (before[1][0],))


def test_what_does_not_fit_is_said_for_each_line_before_anything_is_written(operator, directory):
    codes = [uai(275_100 + number) for number in range(3)]
    answer = ask_to_open(
        operator, "eure", opening(codes[0]), opening(codes[1], zone="Z"), opening(codes[2], department="75"),
        opening(uai(751_234)))
    assert refused_at(answer) == [f"#/establishments/{rest}" for rest in ("1/zone", "2/department", "3/uai")]
    directory.execute("select count(*) from establishment where uai = any (%s)", (codes,))
    assert directory.fetchone() == (0,)


def test_the_same_list_is_one_job_while_it_lasts(stack, operator, directory):
    schools = [opening(uai(275_200 + number)) for number in range(2)]
    blocker = psycopg2.connect(stack["directory"]["conninfo"])
    with blocker.cursor() as cursor:
        cursor.execute("lock table establishment in share row exclusive mode")
    first, again = ask_to_open(operator, "eure", *schools), ask_to_open(operator, "eure", *schools)
    other = ask_to_open(operator, "eure", *schools[:1])
    blocker.rollback()
    blocker.close()
    assert first.status == again.status == other.status == 202
    assert first.json["job"] == again.json["job"] != other.json["job"]
    directory.execute(
        "select count(*) from audit where action = 'establishment.provision' and target = %s", (first.json["job"],))
    assert directory.fetchone() == (1,)
    for each in (first, other):
        until("it ends", lambda each=each: job_of(operator, each.json["job"])["state"] in ("succeeded", "failed"))


# Mandates


def test_a_territory_sees_the_mandates_and_tokens_of_its_schools(stack, operator):
    teacher = account(stack, "teacher", "seine-et-marne")
    scope = {"role": "establishment_admin", "establishment": teacher["establishments"][0], "rights": ["audit"]}
    number = given(operator, teacher["login"], **scope)
    program(stack, operator, "jeton-d-un-college", **scope)
    for territory, sees in (("seine-et-marne", True), ("eure", False)):
        browser = signed_in(stack, account(stack, "territory_admin", territory, schools=0))
        mandates = browser.get("/api/v1/mandates?limit=200").json["items"]
        assert (number in [each["id"] for each in mandates]) == sees
        tokens = browser.get("/api/v1/tokens?limit=200").json["items"]
        assert ("jeton-d-un-college" in [each["name"] for each in tokens]) == sees
    assert operator.ask("DELETE", f"/api/v1/mandates/{number}").status == 204


def test_nobody_raises_people_of_another_territory(stack, operator):
    """A mandate puts an account out of reach of those who administer it."""
    gives = program(stack, operator, "delegue", role="territory_admin", territory="eure")
    own, foreign = account(stack, "teacher", "eure"), account(stack, "head", "seine-et-marne")
    mandate = {"role": "establishment_admin", "establishment": own["establishments"][0], "rights": ["news"]}
    refused = gives.ask("POST", "/api/v1/mandates", {"login": foreign["login"]} | mandate)
    assert refused.code == "preau.control.login_unknown", refused.text
    assert operator.ask("DELETE", f"/api/v1/mandates/{given(gives, own['login'], **mandate)}").status == 204


def test_a_partial_delegate_takes_back_what_they_gave_and_touches_nothing_wider(stack, operator):
    delegate, other = account(stack, "teacher", "hauts-de-seine"), account(stack, "school_life", "hauts-de-seine")
    scope = {"role": "establishment_admin", "establishment": account(stack, "head", "hauts-de-seine")["establishments"][0]}
    theirs = given(operator, delegate["login"], rights=["delegation", "accounts"], **scope)
    browser = signed_in(stack, delegate)

    def gives(rights):
        return browser.call("POST", "/api/v1/mandates", {"login": other["login"], "rights": rights} | scope)

    first = gives(["accounts"])
    assert first.status == 201, first.text
    assert gives(["accounts", "news"]).code == "preau.control.mandate_too_wide"
    assert browser.call("DELETE", f"/api/v1/mandates/{first.json['id']}").status == 204
    # A wider one of somebody else's is neither cut down nor taken away.
    wide = given(operator, other["login"], **scope)
    assert gives(["accounts"]).code == "preau.control.mandate_too_wide"
    assert browser.call("DELETE", f"/api/v1/mandates/{wide}").code == "preau.control.mandate_too_wide"
    kept = next(each for each in operator.ask("GET", "/api/v1/mandates?limit=200").json["items"] if each["id"] == wide)
    assert kept["rights"] is None
    # One that is over is nobody's any more.
    yesterday = str(datetime.date.today() - datetime.timedelta(1))
    given(operator, other["login"], **scope, **{"from": yesterday, "until": yesterday})
    again = gives(["accounts"])
    assert again.status == 201 and again.json["id"] == wide
    for number in (wide, theirs):
        assert operator.ask("DELETE", f"/api/v1/mandates/{number}").status == 204


def test_a_mandate_counts_on_its_days_only(stack, operator):
    teacher, head = account(stack, "teacher", "eure"), account(stack, "head", "eure")
    code = teacher["establishments"][0]

    def day(offset):
        return str(datetime.date.today() + datetime.timedelta(offset))

    days = ((1, None, 403), (1, 5, 403), (-10, -1, 403), (-10, 0, 200), (0, None, 200), (-1, 1, 200))
    for begins, ends, status in days:
        number = given(
            operator, teacher["login"], role="establishment_admin", establishment=code, rights=["accounts"],
            **{"from": day(begins), "until": ends if ends is None else day(ends)})
        browser = signed_in(stack, teacher)
        assert browser.get("/api/v1/me/charge").status == status, (begins, ends)
        assert browser.get(f"/api/v1/accounts?establishment={code}").status == status, (begins, ends)
        # Whoever heads a school comes in anyway: what counts is what they may do there.
        more = given(
            operator, head["login"], role="establishment_admin", establishment=head["establishments"][0],
            rights=["imports"], **{"from": day(begins), "until": ends if ends is None else day(ends)})
        rights = signed_in(stack, head).get("/api/v1/me/charge").json["rights"]
        assert ("imports" in rights) == (status == 200), (begins, ends)
    assert operator.ask("DELETE", f"/api/v1/mandates/{more}").status == 204
    assert operator.ask("DELETE", f"/api/v1/mandates/{number}").status == 204
    for dates in ({"until": day(-1)}, {"from": day(2), "until": day(1)}):
        answer = operator.ask("POST", "/api/v1/mandates", {
            "login": teacher["login"], "role": "establishment_admin", "establishment": code} | dates)
        assert answer.code == "preau.web.invalid_body", answer.text


def test_a_token_asked_for_twice_under_one_key_is_one(stack, operator):
    wish = {"name": "deux-fois", "role": "territory_admin", "territory": "eure", "rights": ["audit"]}

    def ask(key=None, **more):
        headers = {"Authorization": f"Bearer {operator.bearer}"} | ({"Idempotency-Key": key} if key else {})
        return operator.call("POST", "/api/v1/tokens", wish | more, headers)

    first, again = ask("cle-1"), ask("cle-1")
    assert (first.status, again.status) == (201, 201) and first.json["id"] == again.json["id"], again.text
    assert Operator(stack["admin"], first.json["token"]).ask("GET", "/api/v1/me/charge").status == 401
    assert Operator(stack["admin"], again.json["token"]).ask("GET", "/api/v1/me/charge").status == 200
    assert ask("cle-1").code == "preau.control.token_made", "it has been used"
    assert ask("cle-2").status == 201
    assert ask("cle-2", rights=["audit", "news"]).code == "preau.control.token_made"
    assert ask("pas une cle").status == 400
    assert len({ask().json["id"], ask().json["id"], first.json["id"]}) == 3
    listed = [each["id"] for each in operator.ask("GET", "/api/v1/tokens?limit=200").json["items"] if each["name"] == "deux-fois"]
    assert len(listed) == 4
