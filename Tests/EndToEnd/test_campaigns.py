"""Mail to those who have never connected: what goes over the line, to whom, how often, and what came of it."""

import json
import re
import time
import uuid

import psycopg2
import pytest
from browsing import Visitor, account, host_of
from mail_server import mail_server
from operators import Operator, within

CLASS = "6e A"


@pytest.fixture(scope="module")
def preau(stack_state):
    return Operator(stack_state)


@pytest.fixture(scope="module")
def stack(stack_state):
    return json.loads((stack_state / "stack.json").read_text())


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


@pytest.fixture(scope="module")
def school(stack, preau, tmp_path_factory):
    """Six guardians of a school whose address is known and who never came, and one without an address."""
    uai = account(stack, "head", "eure")["establishments"][0]
    mark = uuid.uuid4().hex[:6]
    folder = tmp_path_factory.mktemp("tables")
    pupils = folder / "pupils.csv"
    pupils.write_text("id;nom;prénom;classe\n" + "".join(
        f"mp-{mark}-{number};Courriel;Élève{number};Mail {mark}\n" for number in range(7)), encoding="utf-8")
    guardians = folder / "guardians.csv"
    guardians.write_text("id;nom;prénom;email;enfant\n" + "".join(
        f"mg-{mark}-{number};Courriel;Parent{'ABCDEFG'[number]};{address_of(mark, number)};mp-{mark}-{number}\n"
        for number in range(7)), encoding="utf-8")
    preau("import", "csv", str(pupils), "--establishment", uai, "--kind", "pupil")
    preau("import", "csv", str(guardians), "--establishment", uai, "--kind", "guardian")
    return {"uai": uai, "mark": mark, "class": f"Mail {mark}"}


def address_of(mark, number):
    return "" if number == 6 else f"parent{number}.{mark}@exemple.invalid"


def campaign(preau, school, fails=False):
    """Waits for the job. - Returns: it, as the API tells it."""
    job = preau("accounts", "mails", school["uai"], "--class", school["class"])["job"]
    end = time.monotonic() + 60
    while True:
        shown = preau("job", "show", job)["job"]
        if shown["state"] in ("succeeded", "failed"):
            assert (shown["state"] == "failed") == fails, shown
            return shown
        assert time.monotonic() < end, shown
        time.sleep(0.1)


def of_campaign(preau, school, job):
    return next(each for each in preau("accounts", "campaigns", school["uai"])["campaigns"] if each["id"] == job["id"])


def test_each_guardian_gets_one_mail_with_a_code_that_opens_the_account(stack, preau, school, directory):
    with mail_server(stack["mail"]["port"]) as server:
        server.answers[address_of(school["mark"], 5)] = "550 no such person"
        job = campaign(preau, school)
    assert job["result"] == {"sent": 5, "refused": 1, "unsure": 0, "without_address": 1}
    mails = server.mails
    assert sorted(each["To"] for each in mails) == [f"<{address_of(school['mark'], number)}>" for number in range(5)] \
        or sorted(str(each["To"]).strip("<>") for each in mails) == [address_of(school["mark"], number) for number in range(5)]
    mail = mails[0]
    assert mail["Subject"].startswith("Votre accès à ") and mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] and mail["Date"].datetime.tzinfo and mail["Content-Language"] == "fr"
    assert all(len(line) <= 78 for line in server.taken[0][2].decode("ascii").splitlines())
    text = mail.get_content()
    assert "Bonjour Parent" in text and "/activate" in text
    login = re.search(r"identifiant, (\S+), et", text)[1]
    code = re.search(r"code, ([A-Z0-9-]+)", text.replace("\u202f", " ").replace("\xa0", " "))[1]
    # The code of the mail opens the account; then it is one that came since.
    browser = Visitor(stack["front"], host_of(stack, "eure"))
    password = "Une-Phrase-Inventee-2026"
    chosen = browser.form(browser.get("/activate"), username=login, code=code, password=password, again=password)
    assert chosen.status == 303, chosen.text[:400]
    entered = Visitor(stack["front"], host_of(stack, "eure"))
    entered.sign_in({"login": login, "password": password})
    shown = of_campaign(preau, school, job)
    assert (shown["means"], shown["recipients"], shown["never_before"], shown["since_then"], shown["refused"]) == ("mail", 5, 5, 1, 1)


def test_nobody_is_written_to_twice_whatever_breaks(stack, preau, school, directory):
    """The server goes away in the middle, then cuts a line before it answers: those who may have a mail get no second one."""
    with mail_server(stack["mail"]["port"]) as server:
        server.broken_off = {2}
        server.answers[address_of(school["mark"], 4)] = "450 come back later"
        job = preau("accounts", "mails", school["uai"], "--class", school["class"])["job"]
        end = time.monotonic() + 60
        while not preau("job", "show", job)["job"]["failure"]:
            assert time.monotonic() < end, "the job said nothing of the server that puts it off"
            time.sleep(0.1)
        directory.execute("select state, count(*) from letter_recipient where campaign_id = %s group by state", (job,))
        assert dict(directory.fetchall()).get("sending") == 1
        del server.answers[address_of(school["mark"], 4)]
        directory.execute("update job set due_at = now() where id = %s and state = 'queued'", (job,))
        preau("job", "wait", job)
        shown = preau("job", "show", job)["job"]
        # Five have an address and never came (one of the test before has come, one is refused again or taken now).
        assert shown["result"]["unsure"] == 1 and shown["result"]["sent"] == 4, shown["result"]
        assert len({recipients[0] for _, recipients, _ in server.taken}) == len(server.taken) == 5


def test_a_server_that_takes_nothing_is_no_fault_of_the_people(stack, preau, school):
    with mail_server(stack["mail"]["port"]) as server:
        server.default = "554 not from you"
        job = campaign(preau, school, fails=True)
    assert "refuses them all: 554" in job["failure"]
    assert all(each["id"] != job["id"] or each["recipients"] == 0 for each in preau("accounts", "campaigns", school["uai"])["campaigns"])


def test_the_console_writes_and_follows_up(stack, preau, school):
    head = account(stack, "head", "eure")
    browser = Visitor(stack["admin"], host_of(stack, "eure"))
    browser.sign_in(head)
    page = browser.get(f"/establishments/{school['uai']}/never-connected")
    assert "Écrire par courriel" in page.text and "Courriers et courriels" in page.text and "Courriel" in page.text
    other = account(stack, "head", "grand-est")["establishments"][0]
    assert browser.call("POST", f"/api/v1/establishments/{other}/mails", {}).status == 404
    assert browser.send("POST", f"/establishments/{other}/mails", b"", {
        "Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": browser.token}).status == 404


def test_a_mail_names_the_schools_own_address_where_its_code_is_good(stack, preau, school):
    own, port = "acacias-inventes.eure.localhost", stack["front"].rsplit(":", 1)[1]
    preau("establishment", "change", school["uai"], "--hosts", own)
    try:
        with mail_server(stack["mail"]["port"]) as server:
            campaign(preau, school)
        assert server.mails
        for mail in server.mails:
            text = mail.get_content()
            assert f"http://{own}:{port}/activate" in text and f"http://{host_of(stack, 'eure')}" not in text
        login = re.search(r"identifiant, (\S+), et", text)[1]
        code = re.search(r"code, ([A-Z0-9-]+)", text.replace("\u202f", " ").replace("\xa0", " "))[1]
        browser = Visitor(stack["front"], own)
        password = "Une-Autre-Phrase-Inventee-2026"
        within(2, lambda: browser.get("/activate").status == 200)
        chosen = browser.form(browser.get("/activate"), username=login, code=code, password=password, again=password)
        assert chosen.status == 303, chosen.text[:400]
        Visitor(stack["front"], own).sign_in({"login": login, "password": password})
    finally:
        preau("establishment", "change", school["uai"], "--hosts", "none")
