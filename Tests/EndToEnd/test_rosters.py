"""OneRoster 1.2 in and out and the exports of SIECLE and STS-web, through the command, on a platform of two shards; what we write is read by csvkit
and held against the standard's own lists of columns."""

import json
import subprocess
import zipfile

import psycopg2
import pytest
from browsing import Visitor, account, host_of, visitor
from stack.build import BUILT
from test_feeds import preau

PREAU = BUILT / "preau"
TERRITORY = "seine-et-marne"
# Of the CSV binding of OneRoster 1.2, in its order.
COLUMNS = {
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "classes": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,"
               "subjects,subjectCodes,periods",
    "courses": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
    "userProfiles": "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password",
    "users": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,"
             "agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,"
             "preferredFamilyName,primaryOrgSourcedId,pronouns",
}
VOCABULARY = {
    ("orgs", "type"): {"department", "school", "district", "local", "state", "national"},
    ("classes", "classType"): {"homeroom", "scheduled"},
    ("roles", "roleType"): {"primary", "secondary"},
    ("roles", "role"): {
        "student", "teacher", "parent", "guardian", "relative", "aide", "counselor", "proctor", "principal", "siteAdministrator",
        "districtAdministrator", "systemAdministrator"},
    ("enrollments", "role"): {"student", "teacher", "proctor", "administrator"},
    ("users", "enabledUser"): {"true", "false"},
}
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


@pytest.fixture(scope="module")
def stack(site):
    return site[0]


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def uai(number):
    return f"{number:07}{LETTERS[number % 23]}"


def tables(archive):
    """Every table of a delivery, as csvkit reads it."""
    read = {}
    with zipfile.ZipFile(archive) as files:
        assert files.testzip() is None
        for name in files.namelist():
            done = subprocess.run(["csvjson", "-I", "-"], input=files.read(name), capture_output=True, check=True, timeout=60)
            read[name.removesuffix(".csv")] = json.loads(done.stdout)
        heads = {name.removesuffix(".csv"): files.read(name).decode().split("\r\n")[0] for name in files.namelist()}
    return read, heads


def test_what_is_written_is_the_standards(stack, site, tmp_path):
    state, head = site[1], account(stack, "head", TERRITORY)
    code = head["establishments"][0]
    archive = tmp_path / "school.zip"
    preau(state, "export", "oneroster", code, "--out", archive)
    read, heads = tables(archive)
    manifest = {row["propertyName"]: row["value"] for row in read.pop("manifest")}
    assert heads.pop("manifest") == "propertyName,value"
    assert (manifest["manifest.version"], manifest["oneroster.version"]) == ("1.0", "1.2")
    modes = {name.removeprefix("file."): mode for name, mode in manifest.items() if name.startswith("file.")}
    assert set(modes.values()) <= {"absent", "bulk"} and {name for name, mode in modes.items() if mode == "bulk"} == set(read)
    assert heads == COLUMNS
    for (table, column), words in VOCABULARY.items():
        assert {row[column] for row in read[table]} <= words, (table, column)
    keys = {table: {row["sourcedId"] for row in rows} for table, rows in read.items()}
    for table, rows in read.items():
        assert len(keys[table]) == len(rows), f"{table}: two rows of one sourcedId"
        # Both are empty where everything is sent.
        assert all(not row["status"] and not row["dateLastModified"] for row in rows), table
    for table, column, other in (
            ("enrollments", "userSourcedId", "users"), ("enrollments", "classSourcedId", "classes"), ("roles", "userSourcedId", "users"),
            ("classes", "courseSourcedId", "courses"), ("classes", "termSourcedIds", "academicSessions"), ("classes", "schoolSourcedId", "orgs"),
            ("users", "primaryOrgSourcedId", "orgs"), ("userProfiles", "userSourcedId", "users")):
        assert {row[column] for row in read[table]} <= keys[other], (table, column)
    # Of none of these could anything be wrong if nothing were in them.
    empty = {"orgs", "users", "roles", "classes", "courses", "enrollments", "academicSessions"} - {name for name, rows in read.items() if rows}
    assert not empty and any(row["agentSourcedIds"] for row in read["users"]), empty
    for row in read["users"]:
        assert not row["password"] and set((row["agentSourcedIds"] or "").split(",")) - {""} <= keys["users"]
    assert {"student", "teacher", "guardian"} <= {row["role"] for row in read["roles"]}


def roster(folder, code, klass="6e A", pupils=("p1", "p2")):
    """A delivery written by hand, as another program would."""
    folder.mkdir(exist_ok=True)
    rows = {
        "orgs": [["s1", "Collège de la Fable", "school", code, ""]],
        "courses": [["c1", "", "Latin inventé", "LATIN", "", "s1", "", ""]],
        "classes": [["k1", klass, "6e", "c0", "", "homeroom", "", "s1", "", "", "", ""], ["k2", "Latinistes", "6e", "c1", "", "scheduled", "", "s1", "", "", "", ""]],
        "users": [
            [key, "true", "", "", f"Roster{number}", "Delafable", "", "", "", "", "", "g1", "6e", "", "", "", "", "", "", "s1", ""]
            for number, key in enumerate(pupils)]
        + [["g1", "true", "", "", "Parente", "Delafable", "", "", "", "", "", "", "", "", "", "", "", "", "", "s1", ""],
           ["t1", "true", "", "", "Enseignante", "Delafable", "", "", "", "", "", "", "", "", "", "", "", "", "", "s1", ""]],
        "roles": [[f"r-{key}", key, "primary", "student", "", "", "s1", ""] for key in pupils]
        + [["r-g1", "g1", "primary", "parent", "", "", "s1", ""], ["r-t1", "t1", "primary", "teacher", "", "", "s1", ""]],
        "enrollments": [[f"e-{key}", "k1", "s1", key, "student", "false", "", ""] for key in pupils]
        + [["e-t1", "k2", "s1", "t1", "teacher", "true", "", ""]],
    }
    for table, lines in rows.items():
        # The second and third columns of everything are empty in bulk.
        text = "\n".join([COLUMNS[table]] + [",".join([line[0], "", ""] + line[1:]) for line in lines])
        (folder / f"{table}.csv").write_text(text + "\n", encoding="utf-8")
    properties = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.2", "source.systemCode,annuaire-invente"]
    properties += [f"file.{table},{'bulk' if table in rows else 'absent'}" for table in COLUMNS]
    (folder / "manifest.csv").write_text("\n".join(properties) + "\n", encoding="utf-8")
    return folder


def test_a_roster_comes_twice_and_once(stack, site, directory, tmp_path):
    state, code = site[1], uai(778_801)
    folder = roster(tmp_path / "roster", code)
    dry = preau(state, "import", "oneroster", folder, "--into", TERRITORY, "--dry-run")
    assert (dry["pupils"]["added"], dry["guardians"]["added"], dry["staff"]["added"], dry["establishments"]["added"]) == (2, 1, 1, 1)
    done = preau(state, "import", "oneroster", folder, "--into", TERRITORY)
    assert done["state"] == "done" and done["pupils"] == dry["pupils"] and done["anomalies"] == []
    again = preau(state, "import", "oneroster", folder, "--into", TERRITORY)
    assert all(again[who][what] == 0 for who in ("pupils", "guardians", "staff") for what in ("added", "changed", "disappeared"))
    directory.execute(
        "select p.role, count(*) from profile p join establishment e on e.id = p.establishment_id where e.uai = %s and p.source = 'oneroster' "
        "group by 1 order by 1", (code,))
    assert directory.fetchall() == [("guardian", 1), ("pupil", 2), ("teacher", 1)]
    # One fewer, in another class.
    changed = preau(state, "import", "oneroster", roster(folder, code, klass="6e B", pupils=("p1",)), "--into", TERRITORY, "--accept")
    assert (changed["pupils"]["changed"], changed["pupils"]["disappeared"]) == (1, 1)
    # What it cannot be: a delta, another version, cut short.
    manifest = (folder / "manifest.csv").read_text()
    for wrong in (manifest.replace("file.users,bulk", "file.users,delta"), manifest.replace("oneroster.version,1.2", "oneroster.version,1.1")):
        (folder / "manifest.csv").write_text(wrong)
        assert "preau.feeds.unreadable" in preau(state, "import", "oneroster", folder, "--into", TERRITORY, fails=True)


DOCUMENTS = {
    "ElevesSansAdresses.xml": """<BEE_ELEVES><PARAMETRES><UAJ>{0}</UAJ></PARAMETRES><DONNEES><ELEVES>
      <ELEVE ELEVE_ID="1"><NOM_DE_FAMILLE>DESSONGES</NOM_DE_FAMILLE><PRENOM>Siècle</PRENOM><DATE_NAISS>02/03/2014</DATE_NAISS></ELEVE></ELEVES>
      <STRUCTURES><STRUCTURES_ELEVE ELEVE_ID="1"><STRUCTURE><CODE_STRUCTURE>6Z</CODE_STRUCTURE><TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE>
      </STRUCTURES_ELEVE></STRUCTURES></DONNEES></BEE_ELEVES>""",
    "ResponsablesAvecAdresses.xml": """<BEE_RESPONSABLES><PARAMETRES><UAJ>{0}</UAJ></PARAMETRES><DONNEES><PERSONNES>
      <PERSONNE PERSONNE_ID="1"><NOM_DE_FAMILLE>DESSONGES</NOM_DE_FAMILLE><PRENOM>Mère</PRENOM></PERSONNE></PERSONNES><RESPONSABLES>
      <RESPONSABLE_ELEVE><ELEVE_ID>1</ELEVE_ID><PERSONNE_ID>1</PERSONNE_ID><RESP_LEGAL>1</RESP_LEGAL></RESPONSABLE_ELEVE></RESPONSABLES></DONNEES>
      </BEE_RESPONSABLES>""",
    "sts_emp.xml": """<STS_EDT><PARAMETRES><UAJ CODE="{0}"><DENOM_COMPL>DES SONGES</DENOM_COMPL></UAJ></PARAMETRES><DONNEES><INDIVIDUS>
      <INDIVIDU ID="1"><NOM_USAGE>DESSONGES</NOM_USAGE><PRENOM>Prof</PRENOM><FONCTION>ENS</FONCTION></INDIVIDU></INDIVIDUS><STRUCTURE><DIVISIONS>
      <DIVISION CODE="6Z"><LIBELLE_LONG>SIXIEME Z</LIBELLE_LONG><SERVICES><SERVICE CODE_MATIERE="LATIN"><ENSEIGNANTS><ENSEIGNANT ID="1"/></ENSEIGNANTS>
      </SERVICE></SERVICES></DIVISION></DIVISIONS></STRUCTURE></DONNEES></STS_EDT>""",
}


def test_a_schools_exports(stack, site, directory, tmp_path):
    state, code = site[1], uai(778_802)
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text.format(code), encoding="utf-8")
    done = preau(state, "import", "siecle", folder, "--into", TERRITORY)
    assert (done["pupils"]["added"], done["guardians"]["added"], done["staff"]["added"]) == (1, 1, 1), done
    # Without the document of staff nobody of the staff is gone.
    (folder / "sts_emp.xml").unlink()
    again = preau(state, "import", "siecle", folder, "--into", TERRITORY)
    assert again["staff"]["disappeared"] == 0 and [each["code"] for each in again["anomalies"]] == ["missing_file"]
    directory.execute(
        "select s.conninfo is not null, e.id, e.shard_id from establishment e join (select 1 as conninfo) s on true where e.uai = %s", (code,))
    _, establishment, shard = directory.fetchone()
    conninfo = next(each["conninfo"] for each in stack["shards"] if each["id"] == shard)
    with psycopg2.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select g.name, s.code from teaching_assignment a join teaching_group g on g.establishment_id = a.establishment_id and g.id = a.group_id "
            "join subject s on s.establishment_id = a.establishment_id and s.id = a.subject_id where a.establishment_id = %s", (establishment,))
        assert cursor.fetchall() == [("SIXIEME Z", "LATIN")]
    # Two schools, and a document that stops in the middle: nothing.
    (folder / "ResponsablesAvecAdresses.xml").write_text(DOCUMENTS["ResponsablesAvecAdresses.xml"].format(uai(778_803)), encoding="utf-8")
    assert "preau.feeds.unreadable" in preau(state, "import", "siecle", folder, "--into", TERRITORY, fails=True)
    (folder / "ResponsablesAvecAdresses.xml").write_text(DOCUMENTS["ResponsablesAvecAdresses.xml"].format(code)[:-20], encoding="utf-8")
    assert "preau.feeds.unreadable" in preau(state, "import", "siecle", folder, "--into", TERRITORY, fails=True)


def test_rosters_are_the_territorys_own(stack):
    """Wrong role, wrong territory, nobody."""
    def post(kind, territory, browser):
        return browser.send(
            "POST", f"/api/v1/imports/{kind}?import=11111111-2222-4333-8444-555555555556&into={territory}", b"",
            {"Content-Type": "application/zip", "Accept": "application/json"} | ({"X-CSRF-Token": browser.token} if browser.token else {}))

    administrator = Visitor(stack["admin"], host_of(stack, TERRITORY))
    administrator.sign_in({"login": f"admin.{TERRITORY}", "password": "preau-demo-2026"})
    teacher = visitor(stack, account(stack, "teacher", "eure")).at(stack["admin"])
    for kind in ("oneroster", "siecle"):
        assert post(kind, "eure", Visitor(stack["admin"])).status == 401
        assert post(kind, "eure", administrator).status == 404
        assert post(kind, "eure", teacher).status in (401, 403)
    other = account(stack, "head", "eure")["establishments"][0]
    assert administrator.get(f"/api/v1/establishments/{other}/oneroster.zip").status == 404
    assert Visitor(stack["admin"]).get(f"/api/v1/establishments/{other}/oneroster.zip").status == 401


def test_our_tables_are_read_by_others(stack, site, tmp_path):
    """csvkit reads what we export of a school's people: as many rows and columns as there are, no formula."""
    state, code = site[1], account(stack, "head", TERRITORY)["establishments"][0]
    formula = tmp_path / "formula.csv"
    formula.write_text("externalid;nom;prénom;classe\nFORMULE-1;FICTIF;=Calcul;6e A\n", encoding="utf-8")
    preau(state, "import", "csv", formula, "--establishment", code, "--kind", "pupil")
    out = subprocess.run([PREAU, "export", "csv", code, "--state", state], capture_output=True, check=True, timeout=60)
    # From a file: from a pipe csvkit takes the mark at its beginning for a letter.
    table = tmp_path / "people.csv"
    table.write_bytes(out.stdout)
    done = subprocess.run(["csvjson", "-I", "-d", ";", "-e", "utf-8-sig", table], capture_output=True, check=True, timeout=60)
    rows = json.loads(done.stdout)
    assert len(rows) == len(out.stdout.decode("utf-8-sig").strip().splitlines()) - 1 > 0
    assert set(rows[0]) == {"externalid", "profil", "nom", "prénom", "date de naissance", "classe", "email", "telephone", "portable"}
    assert "'=Calcul" in {row["prénom"] for row in rows}, "there is something that could be a formula"
    assert not any(str(value or "").startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
