"""Imports in the console, as a browser without script sends them: a table understood, its columns changed and remembered, its
cells put right, the plan, the guard's question, the job; deliveries; whose they are."""

import html
import io
import json
import re
import time
import urllib.parse
import uuid
import zipfile

import psycopg2
import pytest
from browsing import Visitor, account, host_of

UNKNOWN = "0192f000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module", autouse=True)
def mandates(stack_state):
    """Heads import with a mandate only: two of them get one, for their own schools."""
    stack = json.loads((stack_state / "stack.json").read_text())
    operator = Visitor(stack["admin"], timeout=60)
    bearer = {"Authorization": f"Bearer {stack['admin_token']}"}
    given = []
    for territory in ("hauts-de-seine", "eure"):
        head = account(stack, "head", territory)
        answer = operator.call("POST", "/api/v1/mandates", {
            "login": head["login"], "role": "establishment_admin", "establishment": head["establishments"][0],
            "rights": ["imports", "accounts", "audit"]}, bearer)
        assert answer.status == 201, answer.text
        given.append(answer.json["id"])
    yield
    for each in given:
        assert operator.call("DELETE", f"/api/v1/mandates/{each}", headers=bearer).status == 204


def signed_in(stack, profile, territory):
    schools = 0 if profile.endswith("_admin") else 1
    browser = Visitor(stack["admin"], host_of(stack, territory))
    browser.sign_in(account(stack, profile, territory, schools=schools))
    return browser


def send(browser, path, fields, file=None):
    """A form with a file, as a browser sends it: the token first."""
    boundary = uuid.uuid4().hex
    page = browser.get("/imports")
    token = re.search(r'<form[^>]*action="/imports/tables".*?<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text, re.DOTALL)
    parts = [(token[1], html.unescape(token[2]))] + list(fields.items())
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in parts)
    if file:
        field, name, content = file
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
                 "Content-Type: application/octet-stream\r\n\r\n").encode() + content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return browser.send("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


def leads(answer):
    assert answer.status == 303, (answer.status, answer.text[:600])
    return answer.header("Location").split("?")[0]


def post(browser, page, action, **values):
    """Posts the form of `page` with that action as it stands, some fields changed."""
    form = next(each for each in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL) if f'action="{action}"' in each)
    fields = dict(hidden_in(form))
    for select in re.findall(r"<select\b.*?</select>", form, re.DOTALL):
        name = re.search(r'name="([^"]+)"', select)[1]
        chosen = re.search(r'<option value="([^"]*)" selected', select)
        fields[name] = html.unescape(chosen[1]) if chosen else ""
    for field in re.findall(r"<input [^>]*>", form):
        name, kind = re.search(r'name="([^"]+)"', field)[1], re.search(r'type="([^"]+)"', field)[1]
        if kind == "checkbox" and " checked" not in field or kind == "hidden":
            continue
        value = re.search(r' value="([^"]*)"', field)
        fields[name] = html.unescape(value[1]) if value else ""
    body = urllib.parse.urlencode(fields | values).encode()
    return browser.send("POST", action, body, {"Content-Type": "application/x-www-form-urlencoded"})


def hidden_in(form):
    return [(name, html.unescape(value)) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)]


def job_done(browser, path):
    end = time.monotonic() + 60
    while True:
        job = browser.get("/api/v1/jobs/" + path.rpartition("/")[2]).json
        if job["job"]["state"] in ("succeeded", "failed", "cancelled"):
            return job["job"]
        assert time.monotonic() < end, job
        time.sleep(0.1)


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


@pytest.fixture(scope="module")
def mark():
    return uuid.uuid4().hex[:6]


def rows(mark, count, head="Code maison;Nom;Prénom;Né(e) le;Division;Remarque\n"):
    return head + "".join(
        f"ic-{mark}-{number};Tableau;Élève {'ABCDEFGHIJKL'[number]}é;0{1 + number % 9}/03/2014;Console {mark};\n" for number in range(count))


def test_a_table_is_understood_corrected_and_applied(stack, directory, mark):
    head = account(stack, "head", "hauts-de-seine")
    uai = head["establishments"][0]
    browser = signed_in(stack, "head", "hauts-de-seine")
    overview = browser.get("/imports")
    assert "Un tableau de l’établissement" in overview.text
    assert "/imports/archives" not in overview.text, "deliveries are for whoever has a territory"
    content = rows(mark, 6).replace("02/03/2014", "le deux mars").replace(f"ic-{mark}-3;Tableau", f"ic-{mark}-3;").encode("cp1252")
    table = leads(send(browser, "/imports/tables", {"establishment": uai, "kind": "pupil"}, ("table", "élèves.csv", content)))
    page = browser.get(table)
    assert "Windows-1252" in page.text and "point-virgule" in page.text and "Élève Aé" in page.text
    # A column that nobody knows: the identifier, said now and remembered for the next file. The columns come in the file's order.
    assert leads(post(browser, page, f"{table}/columns", column_0="key", column_4="class")) == table
    page = browser.get(table)
    assert 'value="key" selected' in page.text
    # Two cells are wrong, each at its place, with what is in it now.
    wrong = re.findall(r'name="(cell_\d+_\d+)"[^>]*', page.text)
    assert sorted(wrong) == ["cell_3_3", "cell_5_1"], wrong
    assert "le deux mars" in page.text and "Un jour comme 03/09/2015" in page.text and "Ce nom manque" in page.text
    assert leads(post(browser, page, f"{table}/corrections", cell_3_3="02/03/2014", drop_5="1")) == table
    page = browser.get(table)
    assert "cell_" not in page.text and "Lignes laissées de côté" in page.text
    assert leads(post(browser, page, f"{table}/restore")) == table
    page = browser.get(table)
    assert re.findall(r'name="(cell_\d+_\d+)"', page.text) == ["cell_5_1"]
    # Still wrong is said again; right at last.
    post(browser, page, f"{table}/corrections", cell_5_1=" ")
    page = browser.get(table)
    assert re.findall(r'name="(cell_\d+_\d+)"', page.text) == ["cell_5_1"]
    post(browser, page, f"{table}/corrections", cell_5_1="Réparé")
    page = browser.get(table)
    assert "cell_" not in page.text
    directory.execute("select count(*) from account where login like 'eleve-%.repare%' or login like 'eleve-%.tableau%'")
    before = directory.fetchone()[0]
    plan = leads(post(browser, page, f"{table}/plan"))
    page = browser.get(plan)
    assert "6 arrivées en" in page.text and f"Console {mark}" in page.text and "Rien n" in page.text, page.text[-3000:]
    assert table in page.text, "the table can be corrected from here"
    directory.execute("select count(*) from account where login like 'eleve-%.repare%' or login like 'eleve-%.tableau%'")
    assert directory.fetchone()[0] == before, "nothing is changed yet"
    job = leads(post(browser, page, f"{plan}/apply"))
    assert job_done(browser, job)["state"] == "succeeded"
    assert plan in browser.get(job).text
    directory.execute("select count(*) from account where login like 'eleve-%.repare%' or login like 'eleve-%.tableau%'")
    assert directory.fetchone()[0] == before + 6
    done = browser.get(plan)
    assert "terminé" in done.text and f'action="{plan}/apply"' not in done.text
    assert browser.get(table).status == 404, "the table is forgotten"
    # The next file of that school needs nothing to be said, and changes nothing.
    again = leads(send(browser, "/imports/tables", {"establishment": uai, "kind": "pupil"}, ("table", "b.csv", rows(mark, 6).encode())))
    page = browser.get(again)
    assert "UTF-8" in page.text and 'value="key" selected' in page.text
    assert leads(post(browser, page, f"{again}/discard")) == "/imports"
    assert browser.get(again).status == 404


def test_the_guards_question_is_answered_in_the_page(stack, mark):
    head = account(stack, "head", "hauts-de-seine")
    uai = head["establishments"][0]
    browser = signed_in(stack, "head", "hauts-de-seine")
    table = leads(send(
        browser, "/imports/tables", {"establishment": uai, "kind": "pupil", "complete": "1"}, ("table", "deux.csv", rows(mark, 2).encode())))
    plan = leads(post(browser, browser.get(table), f"{table}/plan"))
    page = browser.get(plan)
    assert "Plus de départs que d" in page.text and "4 sur 6 de la classe" in page.text, page.text[-3000:]
    refused = post(browser, page, f"{plan}/apply")
    assert refused.status == 422 and "aria-invalid" in refused.text and "Cochez cette case" in refused.text
    job = leads(post(browser, page, f"{plan}/apply", accept="1"))
    assert job_done(browser, job)["state"] == "succeeded"
    assert "terminé" in browser.get(plan).text
    acts = browser.get(f"/api/v1/audit?action=import.apply&target={plan.rpartition('/')[2]}").json["items"]
    assert acts and acts[0]["after"]["accept"] is True


def test_guardians_are_corrected_against_the_pupils_that_are_there(stack, mark):
    head = account(stack, "head", "hauts-de-seine")
    uai = head["establishments"][0]
    browser = signed_in(stack, "head", "hauts-de-seine")
    content = f"Nom;Prénom;Email;Enfant\nTableau;Mère;mere@exemple.invalid;ic-{mark}-0\nTableau;Père;pere;ic-{mark}-99\n"
    table = leads(send(browser, "/imports/tables", {"establishment": uai, "kind": "guardian"}, ("table", "r.csv", content.encode())))
    page = browser.get(table)
    assert sorted(re.findall(r'name="(cell_\d+_\d+)"', page.text)) == ["cell_3_2", "cell_3_3"]
    assert "Aucun élève importé par un tableau" in page.text
    post(browser, page, f"{table}/corrections", cell_3_2="pere@exemple.invalid", cell_3_3=f"ic-{mark}-1")
    page = browser.get(table)
    assert "cell_" not in page.text
    plan = leads(post(browser, page, f"{table}/plan"))
    job = leads(post(browser, browser.get(plan), f"{plan}/apply"))
    assert job_done(browser, job)["state"] == "succeeded"


def test_what_is_no_table_is_said_at_the_field(stack):
    browser = signed_in(stack, "head", "hauts-de-seine")
    uai = account(stack, "head", "hauts-de-seine")["establishments"][0]
    other = account(stack, "head", "eure")["establishments"][0]
    for fields, file, words in (
            ({"establishment": uai, "kind": "pupil"}, ("table", "x.csv", b'nom;prenom\n"ouvert'), "a quote that is never closed"),
            ({"establishment": uai, "kind": "pupil"}, ("table", "x.csv", b"nom;prenom\n"), "nothing else"),
            ({"establishment": uai, "kind": "pupil"}, None, "Choisissez un fichier"),
            ({"establishment": other, "kind": "pupil"}, ("table", "x.csv", b"nom;prenom\na;b\n"), "Aucun établissement à vous"),
            ({"establishment": uai}, ("table", "x.csv", b"nom;prenom\na;b\n"), "")):
        answer = send(browser, "/imports/tables", fields, file)
        assert answer.status == 422 and "aria-invalid" in answer.text and words in html.unescape(answer.text), (fields, answer.text[:300])
    large = send(browser, "/imports/tables", {"establishment": uai, "kind": "pupil"}, ("table", "x.csv", b"a;b\n" * (2_200_000)))
    assert large.status == 413
    # Columns that nobody can guess: no plan before they are said.
    table = leads(send(browser, "/imports/tables", {"establishment": uai, "kind": "staff"}, ("table", "x.csv", b"a;b\nFable;Anne\n")))
    page = browser.get(table)
    assert "Dites plus bas" in page.text and f"{table}/plan" not in page.text
    post(browser, page, f"{table}/columns", column_0="family_name", column_1="given_name")
    page = browser.get(table)
    assert f"{table}/plan" in page.text
    post(browser, page, f"{table}/columns", column_0="", column_1="")
    assert "Dites plus bas" in browser.get(table).text
    post(browser, page, f"{table}/discard")


def test_a_delivery_is_sent_with_a_browser(stack, mark):
    browser = signed_in(stack, "territory_admin", "hauts-de-seine")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("manifest.csv", "x")
    answer = send(browser, "/imports/archives", {"format": "oneroster", "into": "hauts-de-seine"}, ("archive", "a.zip", archive.getvalue()))
    assert answer.status == 422 and "aria-invalid" in answer.text
    refused = send(browser, "/imports/archives", {"format": "aaf", "into": "eure"}, ("archive", "a.zip", archive.getvalue()))
    assert refused.status == 422 and "Aucun de vos territoires" in refused.text
    assert send(browser, "/imports/archives", {"format": "aaf", "into": "hauts-de-seine"}).status == 422
    browser.cookies["preau_language"] = "en"
    english = html.unescape(browser.get("/imports").text)
    assert "A table of a school’s own" in english and "Un tableau" not in english


def test_tables_and_imports_are_their_schools_own(stack, mark):
    uai = account(stack, "head", "hauts-de-seine")["establishments"][0]
    own = signed_in(stack, "head", "hauts-de-seine")
    table = leads(send(own, "/imports/tables", {"establishment": uai, "kind": "pupil"}, ("table", "à moi.csv", rows(mark, 2).encode())))
    plan = leads(post(own, own.get(table), f"{table}/plan"))
    far = signed_in(stack, "head", "eure")
    teacher = Visitor(stack["admin"], host_of(stack, "hauts-de-seine"))
    teacher.sign_in(account(stack, "teacher", "hauts-de-seine"))
    nobody = Visitor(stack["admin"], host_of(stack, "hauts-de-seine"))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for method, path in (
            ("GET", table), ("POST", f"{table}/columns"), ("POST", f"{table}/corrections"), ("POST", f"{table}/restore"),
            ("POST", f"{table}/plan"), ("POST", f"{table}/discard"), ("GET", plan), ("POST", f"{plan}/apply")):
        body = None if method == "GET" else b""
        assert far.send(method, path, body, form | {"X-CSRF-Token": far.token}).status == 404, path
        assert teacher.send(method, path, body, form | {"X-CSRF-Token": teacher.token}).status == 403, path
        assert nobody.send(method, path, body, form).status in (303, 403), path
        if method == "POST":
            assert own.send(method, path, body, form).status == 403, "without the session's token"
    assert "à moi.csv" in own.get("/imports").text and "à moi.csv" not in far.get("/imports").text
    assert plan in own.get("/imports").text and plan not in far.get("/imports").text
    assert own.get(f"/imports/{UNKNOWN}").status == 404 and own.get(f"/imports/tables/{UNKNOWN}").status == 404
    territory = signed_in(stack, "territory_admin", "hauts-de-seine")
    assert "à moi.csv" in territory.get("/imports").text and territory.get(table).status == 200
    post(own, own.get(table), f"{table}/discard")
