"""Feeds of accounts, through the command and the API, on a platform of two shards."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

import psycopg2
import pytest
from browsing import Visitor, account, host_of, visitor
from lxml import etree
from stack.build import BUILT

PREAU = BUILT / "preau"
DOCUMENT = """<?xml version="1.0" encoding="ISO-8859-15"?>
<!DOCTYPE ficAlimMENESR SYSTEM "ficAlimMENESR.dtd">
<!-- codeAcademieExport="24" degre="2D" -->
<ficAlimMENESR>
{}
</ficAlimMENESR>
"""
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="value" type="xs:string"/>
  <xs:complexType name="values"><xs:sequence><xs:element ref="value" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" use="required"/></xs:complexType>
  <xs:complexType name="head"><xs:sequence><xs:element name="attr" type="values"/></xs:sequence></xs:complexType>
  <xs:complexType name="identifier"><xs:sequence><xs:element name="id" type="xs:string"/></xs:sequence></xs:complexType>
  <xs:complexType name="add"><xs:sequence><xs:element name="operationalAttributes" type="head"/>
    <xs:element name="identifier" type="identifier"/><xs:element name="attributes"><xs:complexType><xs:sequence>
      <xs:element name="attr" type="values" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>
  <xs:complexType name="modify"><xs:sequence><xs:element name="operationalAttributes" type="head"/>
    <xs:element name="identifier" type="identifier"/><xs:element name="modifications"><xs:complexType><xs:sequence>
      <xs:element name="modification" maxOccurs="unbounded"><xs:complexType><xs:complexContent><xs:extension base="values">
        <xs:attribute name="operation" fixed="replace" use="required"/></xs:extension></xs:complexContent></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>
  <xs:complexType name="delete"><xs:sequence><xs:element name="operationalAttributes" type="head"/>
    <xs:element name="identifier" type="identifier"/></xs:sequence></xs:complexType>
  <xs:element name="ficAlimMENESR"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">
    <xs:element name="addRequest" type="add"/><xs:element name="modifyRequest" type="modify"/>
    <xs:element name="deleteRequest" type="delete"/></xs:choice></xs:complexType></xs:element>
</xs:schema>"""


def preau(stack_state, *words, fails=False):
    """The command; its JSON, or what it complained of."""
    done = subprocess.run(
        [PREAU, *map(str, words), "--state", stack_state, "--json"], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode != 0) == fails, done.stderr + done.stdout
    answer = json.loads(done.stdout)
    # An import that waits for somebody has not succeeded either; it says what it waits for, an error its code.
    return done.stderr if fails and "code" in answer else answer


def add(category, key, **attributes):
    kind = "categorieStructure" if category == "EtabEducNat" else "categoriePersonne"
    inner = "".join(
        f'<attr name="{name}">' + "".join(f"<value>{value}</value>" for value in (values if isinstance(values, list) else [values]))
        + "</attr>" for name, values in attributes.items())
    return (f'<addRequest><operationalAttributes><attr name="{kind}"><value>{category}</value></attr></operationalAttributes>'
            f"<identifier><id>{key}</id></identifier><attributes>{inner}</attributes></addRequest>")


def delivery(folder, files, cut=0, academy=24):
    folder.mkdir(exist_ok=True)
    for content, inner in files.items():
        data = DOCUMENT.format(inner).replace('codeAcademieExport="24"', f'codeAcademieExport="{academy}"').encode("iso-8859-15")
        (folder / f"ENT2DVA_0770001H_Complet_20260901_{content}_0000.xml").write_bytes(data[:len(data) - cut])
    return folder


def family(uai, klass, key, **changes):
    """One pupil, guardian, contact and teacher of a school."""
    structure = {"ENTStructureJointure": "4000", "ENTStructureUAI": uai, "ENTStructureNomCourant": "COLLEGE$FABLE$SONGE"}
    pupil = {
        "sn": "DE LA FABLE", "givenName": "Éléonore", "ENTPersonDateNaissance": "03/04/2014", "ENTPersonStructRattach": "4000",
        "ENTEleveClasses": f"4000${klass}", "ENTEleveNivFormation": "6EME",
        "ENTElevePersRelEleve": [f"{key + 1}$10$1$1$1$0", f"{key + 2}$38$0$0$1$0"]} | changes
    return {
        "EtabEducNat": add("EtabEducNat", "4000", **structure),
        "Eleve": add("Eleve", key, **pupil),
        "PersRelEleve": add("PersRelEleve", key + 1, sn="DE LA FABLE", givenName="Hélène", mail="helene@exemple.invalid")
        + add("PersRelEleve", key + 2, sn="DU CONTE", givenName="Oncle"),
        "PersEducNat": add(
            "PersEducNat", key + 3, sn="CRAIE", givenName="Inès", ENTPersonFonctions="4000$ENS$ENSEIGNEMENT$L0$FRANCAIS",
            ENTAuxEnsClasses=f"4000${klass}", ENTAuxEnsClassesMatieres=f"4000${klass}$FRANC"),
    }


@pytest.fixture(scope="module")
def state(stack_state):
    return stack_state


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def activate(directory, login, like):
    """Gives somebody the password of another, as an activation would."""
    directory.execute(
        "update account set state = 'active', password_hash = (select password_hash from account where login = %s) where login = %s",
        (like, login))
    assert directory.rowcount == 1, login


def test_those_who_come_see_their_class(stack, state, directory, tmp_path):
    """A pupil, a guardian and a teacher of a feed sign in and read the timetable of a class that was there before."""
    head = account(stack, "head", "seine-et-marne")
    uai = head["establishments"][0]
    folder = delivery(tmp_path / "feed", family(uai, "6e A", 810_000))
    dry = preau(state, "import", "aaf", folder, "--into", "seine-et-marne", "--dry-run")
    assert (dry["pupils"]["added"], dry["guardians"]["added"], dry["staff"]["added"]) == (1, 1, 1)
    directory.execute("select count(*) from account where login like 'eleonore.de-la-fable%'")
    assert directory.fetchone() == (0,)
    done = preau(state, "import", "aaf", folder, "--into", "seine-et-marne")
    assert done["state"] == "done" and done["pupils"] == dry["pupils"]
    again = preau(state, "import", "aaf", folder, "--into", "seine-et-marne")
    assert all(again[who][what] == 0 for who in ("pupils", "guardians", "staff") for what in ("added", "changed", "disappeared"))

    for login in ("eleonore.de-la-fable", "helene.de-la-fable", "ines.craie"):
        activate(directory, login, head["login"])
    directory.execute("select count(*) from account where login like 'oncle%'")
    assert directory.fetchone() == (0,), "a contact has no account"

    def signed_in(login):
        browser = Visitor(stack["front"], host_of(stack, "seine-et-marne"))
        browser.sign_in({"login": login, "password": head["password"]})
        return browser

    week = signed_in("eleonore.de-la-fable").call("GET", "/api/v1/me/timetable")
    assert week.status == 200 and "6e A" in week.text, week.text[:300]
    guardian = signed_in("helene.de-la-fable")
    assert "6e A" in guardian.call("GET", "/api/v1/me/timetable").text
    teacher = signed_in("ines.craie")
    assert teacher.get("/timetable").status == 200
    # The class is the one that was there, not a second one of that name.
    directory.execute("select e.shard_id, e.id from establishment e where uai = %s", (uai,))
    shard, establishment = directory.fetchone()
    conninfo = next(each["conninfo"] for each in stack["shards"] if each["id"] == shard)
    with psycopg2.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from teaching_group where establishment_id = %s and name like '6e A%%' and kind = 'class'", (establishment,))
        assert cursor.fetchone() == (1,)
        cursor.execute(
            "select g.name, s.code from teaching_assignment a join teaching_group g on g.establishment_id = a.establishment_id and g.id = a.group_id "
            "join subject s on s.establishment_id = a.establishment_id and s.id = a.subject_id where a.establishment_id = %s", (establishment,))
        assert cursor.fetchall() == [("6e A", "FRANC")]


def test_an_invented_academy_comes_whole_over_two_shards(stack, state, directory, tmp_path):
    settings = ["--people", 900, "--school-size", 90, "--academy", 24, "--seed", 5, "--oddities", "--encoding", "mojibake"]
    written = preau(state, "generate", "aaf", tmp_path / "a", *settings)
    assert written["pupils"] > 300 and written["establishments"] >= 4
    twice = preau(state, "generate", "aaf", tmp_path / "b", *settings)
    assert twice == written
    for one in (tmp_path / "a").iterdir():
        assert one.read_bytes() == (tmp_path / "b" / one.name).read_bytes()
    subprocess.run(["tar", "-C", tmp_path / "a", "-czf", tmp_path / "a.tgz", "."], check=True)
    done = preau(state, "import", "aaf", tmp_path / "a.tgz", "--into", "seine-et-marne")
    assert done["state"] == "done"
    # Two of the oddities can be taken: a bad date, and the first of two with one key.
    assert done["pupils"]["added"] == written["pupils"] + 2
    assert done["guardians"]["added"] == written["guardians"] and done["staff"]["added"] == written["staff"]
    assert done["establishments"]["added"] == written["establishments"]
    codes = {each["code"] for each in done["anomalies"]}
    assert {"wrong_key", "missing_field", "unknown_reference", "bad_value", "duplicate_key"} <= codes
    directory.execute("select count(distinct shard_id), bool_and(state = 'active') from establishment where uai like '0778%%'")
    assert directory.fetchone() == (2, True)
    directory.execute("select count(*) from account where given_name ~ 'Ã|Â'")
    assert directory.fetchone() == (0,)
    # A delta, and the guard.
    preau(state, "generate", "aaf", tmp_path / "d", *settings[:8], "--day", 3, "--delta")
    assert preau(state, "import", "aaf", tmp_path / "d", "--into", "seine-et-marne")["state"] == "done"
    small = preau(state, "generate", "aaf", tmp_path / "s", *settings[:8], "--day", 3)
    assert small["pupils"] > 0

    def thinned(content, folder, keep):
        """The same delivery, with only one record in `keep` of one file left."""
        part = next(folder.glob(f"*_{content}_0000.xml"))
        whole = part.read_bytes()
        tree = etree.parse(part)
        for number, request in enumerate(tree.findall("addRequest")):
            if number % keep:
                tree.getroot().remove(request)
        tree.write(part, encoding="utf-8", xml_declaration=True)
        return part, whole

    # Guardians without their pupils: something is missing, nobody counts as gone.
    part, whole = thinned("Eleve", tmp_path / "s", keep=2)
    partial = preau(state, "import", "aaf", tmp_path / "s", "--into", "seine-et-marne")
    assert "incomplete" in {each["code"] for each in partial["anomalies"]}
    assert (partial["pupils"]["disappeared"], partial["guardians"]["disappeared"]) == (0, 0)
    part.write_bytes(whole)
    # Three quarters of the staff, more than five in a school: somebody has to agree.
    thinned("PersEducNat", tmp_path / "s", keep=4)
    directory.execute("select count(*) from profile")
    before = directory.fetchone()
    stopped = preau(state, "import", "aaf", tmp_path / "s", "--into", "seine-et-marne", fails=True)
    assert stopped["state"] == "waiting" and stopped["guards"]
    directory.execute("select count(*) from profile")
    assert directory.fetchone() == before
    assert preau(state, "import", "resume", stopped["import"], "--accept")["state"] == "done"
    directory.execute("select count(*) from feed_person where state = 'disappeared' and kind = 'staff'")
    assert directory.fetchone()[0] >= written["staff"] // 3


@pytest.mark.parametrize("options", [[], ["--degree", "1d"], ["--day", "4", "--delta"], ["--encoding", "iso-8859-15"], ["--encoding", "entities"]])
def test_what_is_generated_is_the_format(state, tmp_path, options):
    preau(state, "generate", "aaf", tmp_path / "x", "--people", 200, *options)
    schema = etree.XMLSchema(etree.fromstring(SCHEMA))
    files = list((tmp_path / "x").iterdir())
    assert files
    for one in files:
        schema.assertValid(etree.parse(one, etree.XMLParser(load_dtd=False, no_network=True)))


def test_what_cannot_be_read_changes_nothing(stack, state, directory, tmp_path):
    uai = account(stack, "head", "seine-et-marne")["establishments"][0]
    directory.execute("select (select count(*) from account), (select count(*) from feed_stage_person)")
    before = directory.fetchone()
    good = family(uai, "6e A", 820_000)
    cut = delivery(tmp_path / "cut", good, cut=150)
    assert "preau.feeds.unreadable" in preau(state, "import", "aaf", cut, "--into", "seine-et-marne", fails=True)
    entity = dict(good)
    entity["Eleve"] += "&boom;"
    assert "entity" in preau(state, "import", "aaf", delivery(tmp_path / "entity", entity), "--into", "seine-et-marne", fails=True)
    (tmp_path / "noise.zip").write_bytes(os.urandom(5000))
    assert "preau.feeds.unreadable" in preau(state, "import", "aaf", tmp_path / "noise.zip", "--into", "seine-et-marne", fails=True)
    bomb = tmp_path / "bomb"
    bomb.mkdir()
    (bomb / "E_Complet_20260901_Eleve_0000.xml").write_bytes(b"<ficAlimMENESR>" + b" " * (160 << 20))
    subprocess.run(["tar", "-C", bomb, "-czf", tmp_path / "bomb.tgz", "."], check=True)
    assert "preau.feeds.too_large" in preau(state, "import", "aaf", tmp_path / "bomb.tgz", "--into", "seine-et-marne", fails=True)
    assert "preau.feeds.territory" in preau(state, "import", "aaf", delivery(tmp_path / "ok", good), "--into", "nulle-part", fails=True)
    directory.execute("select (select count(*) from account), (select count(*) from feed_stage_person)")
    assert directory.fetchone() == before


def test_killed_in_the_middle_it_goes_on(stack, state, directory, tmp_path):
    """kill -9 of the admin service while schools are being applied: nothing is half there, and resuming ends it."""
    preau(state, "generate", "aaf", tmp_path / "k", "--people", 1500, "--school-size", 60, "--seed", 9, "--academy", 12, "--department", 55)
    command = subprocess.Popen(
        [PREAU, "import", "aaf", tmp_path / "k", "--into", "grand-est", "--state", state, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        directory.execute("select count(*) from feed_step s join feed_import i on i.number = s.import_number where i.territory_id = 'grand-est' and s.state = 'applied'")
        if directory.fetchone()[0] > 0 or command.poll() is not None:
            break
    pid = json.loads((pathlib.Path(state) / "stack.json").read_text()).get("admin_pid") or admin_pid(stack)
    os.kill(pid, signal.SIGKILL)
    command.communicate(timeout=60)
    subprocess.run([PREAU.parents[2] / "Infra/dev/up", "--detach", "--state", state], check=True, capture_output=True, timeout=180)
    directory.execute("select id, state from feed_import where territory_id = 'grand-est' order by number desc limit 1")
    number, where = directory.fetchone()
    if where != "done":
        assert preau(state, "import", "resume", number)["state"] == "done"
    directory.execute(
        "select count(*) from feed_profile f where not exists (select from profile p where p.person_id = f.person_id and p.establishment_id = f.establishment_id) and f.role <> 'contact'")
    assert directory.fetchone() == (0,)
    directory.execute("select count(*) from feed_profile f join establishment e on e.id = f.establishment_id where e.territory_id = 'grand-est'")
    assert directory.fetchone()[0] > 500
    again = preau(state, "import", "aaf", tmp_path / "k", "--into", "grand-est")
    assert all(again[who][what] == 0 for who in ("pupils", "guardians", "staff") for what in ("added", "changed", "disappeared")), again


def admin_pid(stack):
    found = subprocess.run(["pgrep", "-f", "preau-admin --config"], capture_output=True, text=True, check=True).stdout.split()
    port = stack["admin"].rsplit(":", 1)[1]
    for pid in found:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if f":{port}" in pathlib.Path(words[2].decode()).read_text():
            return int(pid)
    raise AssertionError("the admin service is not there")


def test_a_schools_own_tables(stack, state, directory, tmp_path):
    uai = account(stack, "head", "eure")["establishments"][0]
    pupils = tmp_path / "pupils.csv"
    pupils.write_bytes("Matricule;Prénom;Nom;Classe;Né(e) le\r\nP1;=Zoé;CHIMÈRE;6e A;03/04/2014\r\nP2;;SANS;6e A;\r\n".encode("cp1252"))
    refused = preau(state, "import", "csv", pupils, "--establishment", uai, "--kind", "guardian", fails=True)
    assert "preau.feeds.missing_column" in refused
    mapped = ["--map", "Matricule=key", "--map", "Né(e) le=birth_date"]
    done = preau(state, "import", "csv", pupils, "--establishment", uai, "--kind", "pupil", *mapped)
    assert (done["pupils"]["added"], done["pupils"]["rejected"]) == (1, 1)
    assert [(each["line"], each["column"]) for each in done["anomalies"]] == [(3, "given_name")]
    # The columns are known now.
    again = preau(state, "import", "csv", pupils, "--establishment", uai, "--kind", "pupil")
    assert (again["pupils"]["added"], again["pupils"]["changed"]) == (0, 0)
    parents = tmp_path / "parents.csv"
    parents.write_text("nom,prenom,childexternalid1,childexternalid2\nCHIMERE,Olympe,P1,\nPERDU,Paul,P9,\n", encoding="utf-8")
    done = preau(state, "import", "csv", parents, "--establishment", uai, "--kind", "guardian")
    assert (done["guardians"]["added"], done["guardians"]["rejected"]) == (1, 1), done
    directory.execute("select count(*) from profile p join account a on a.id = p.account_id where a.login = 'olympe.chimere' and p.role = 'guardian'")
    assert directory.fetchone() == (1,)
    out = subprocess.run([PREAU, "export", "csv", uai, "--kind", "pupil", "--state", state], capture_output=True, check=True, timeout=60)
    lines = out.stdout.decode("utf-8-sig").splitlines()
    assert [line for line in lines if "CHIMÈRE" in line] == ["csv-" + uai.lower() + "-P1;pupil;CHIMÈRE;'=Zoé;03/04/2014;6e A;;;"]


def table(folder, key):
    path = folder / f"{key}.csv"
    path.write_text(f"externalid;nom;prénom;classe\n{key};LISTÉ;Zoé;6e A\n", encoding="utf-8")
    return path


def test_feeds_are_the_territorys_own(stack, state, tmp_path):
    """Wrong role, wrong territory, nobody."""
    def post(path, browser=None, token=None):
        sender = browser or Visitor(stack["admin"])
        return sender.send(
            "POST", path, b"", {"Content-Type": "application/x-tar", "Accept": "application/json"}
            | ({"X-CSRF-Token": sender.token} if sender.token else {}))

    new = "11111111-2222-4333-8444-555555555555"
    assert post(f"/api/v1/imports/aaf?import={new}&into=eure").status == 401
    administrator = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
    administrator.sign_in({"login": "admin.seine-et-marne", "password": "preau-demo-2026"})
    assert post(f"/api/v1/imports/aaf?import={new}&into=eure", administrator).status == 404
    assert post(f"/api/v1/imports/aaf?import={new}", administrator).status == 403
    assert administrator.call("GET", f"/api/v1/imports/{new}").status == 404
    # One of theirs and one of somebody else's, whatever the tests before did: the first is listed, the second is not.
    numbers = {}
    for territory in ("seine-et-marne", "eure"):
        uai = account(stack, "head", territory)["establishments"][0]
        numbers[territory] = preau(
            state, "import", "csv", table(tmp_path, f"L-{territory}"), "--establishment", uai, "--kind", "pupil", "--dry-run")["import"]
    listed = administrator.call("GET", "/api/v1/imports").json["items"]
    assert {each["territory"] for each in listed} == {"seine-et-marne"}
    assert numbers["seine-et-marne"] in {each["import"] for each in listed} and numbers["eure"] not in {each["import"] for each in listed}
    assert administrator.call("GET", f"/api/v1/imports/{numbers['seine-et-marne']}").status == 200
    assert administrator.call("GET", f"/api/v1/imports/{numbers['eure']}").status == 404
    teacher = visitor(stack, account(stack, "teacher", "eure")).at(stack["admin"])
    assert post(f"/api/v1/imports/aaf?import={new}&into=eure", teacher).status in (401, 403)
