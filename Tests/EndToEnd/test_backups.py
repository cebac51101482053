"""One establishment as a file, and back: while its people work, in its place, as a sandbox, for one person; and who may not."""

import contextlib
import json
import os
import pathlib
import subprocess
import threading
import time

import pytest
from browsing import Visitor, account, host_of
from object_store import ACCESS, REGION, SECRET, ObjectStore
from stack.build import BUILT
from test_homework import Class, work_of

SANDBOX = "9990002Y"


def run(*words):
    return subprocess.run(
        [BUILT / "preau", "--state", os.environ["PREAU_STATE"], "--json", *map(str, words)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=280, check=False)


def preau(*words):
    done = run(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def refused(*words):
    done = run(*words)
    assert done.returncode != 0, done.stdout
    return done.stderr


@pytest.fixture
def school(stack):
    return Class(stack, "hauts-de-seine")


@pytest.fixture
def passphrase(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text("une longue phrase inventée\n")
    return path


def psql(conninfo, sql):
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", conninfo], input=sql, capture_output=True, text=True, timeout=120,
        check=True)
    return done.stdout.strip()


def content(stack, uai):
    """What every table holds of an establishment, but for its number and the versions."""
    id, shard = psql(stack["directory"]["conninfo"], f"select id, shard_id from establishment where uai = '{uai}'").split("|")
    conninfo = next(each["conninfo"] for each in stack["shards"] if each["id"] == int(shard))
    tables = psql(conninfo, "select name from preau_tenant_tables()").split()
    return psql(conninfo, " union all ".join(
        f"select '{table}', count(*), sum(hashtextextended((to_jsonb(t) - 'establishment_id' - 'version' - 'diary_version')::text, 0)::numeric) "
        f"from {table} t where establishment_id = {id}" for table in tables) + " order by 1")


def give(school, title):
    given = school.teacher.call("POST", school.path("assignments"), school.work(title=title))
    assert given.status == 201, given.text
    return given.json["id"]


def titles(stack, school, node=None):
    return {each["title"] for each in work_of(school.pupil, school.due["date"], node)}


@contextlib.contextmanager
def a_teacher_who_writes(school):
    """Work is given and taken away again, without a pause."""
    going, written = threading.Event(), []
    failures = []

    def write():
        while not going.is_set():
            answer = school.teacher.call("POST", school.path("assignments"), school.work(title="Travail passager"))
            if answer.status != 201:
                failures.append((answer.status, answer.text[:200]))
                time.sleep(0.05)
                continue
            written.append(answer.json["id"])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written, failures
    finally:
        going.set()
        thread.join(30)


def test_a_backup_is_made_while_people_work_and_tells_any_damage(stack, school, tmp_path, passphrase):
    plain, sealed = tmp_path / "plain.preau", tmp_path / "sealed.preau"
    with a_teacher_who_writes(school) as (written, failures):
        made = preau("establishment", "backup", school.uai, "--to", plain)
        preau("establishment", "backup", school.uai, "--to", sealed, "--passphrase-file", passphrase)
    assert written and not failures
    assert made["establishment"] == school.uai and made["rows"] > 1000 and not made["encrypted"]
    assert preau("backup", "verify", plain)["rows"] == made["rows"]
    assert preau("backup", "verify", sealed, "--passphrase-file", passphrase)["encrypted"]
    assert oct(plain.stat().st_mode)[-3:] == "600"
    # No name in what is encrypted; there is in what is not.
    name = "Travail passager".encode()
    assert name in plain.read_bytes() and name not in sealed.read_bytes()
    assert b"$argon2id$" not in plain.read_bytes()
    other = tmp_path / "other"
    other.write_text("une autre phrase inventée")
    assert "passphrase is wrong" in refused("backup", "verify", sealed, "--passphrase-file", other)
    assert "--passphrase-file is missing" in refused("backup", "verify", sealed)
    for source, words in ((plain, ()), (sealed, ("--passphrase-file", passphrase))):
        whole = source.read_bytes()
        damaged = tmp_path / "damaged.preau"
        for place in (20, len(whole) // 2, len(whole) - 1):
            damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
            assert "damaged" in refused("backup", "verify", damaged, *words)
            assert "damaged" in refused("establishment", "restore", damaged, "--yes", *words)
        damaged.write_bytes(whole[:-1])
        assert "cut off" in refused("backup", "verify", damaged, *words)
    assert "is there already" in refused("establishment", "backup", school.uai, "--to", plain)


def test_an_establishment_goes_back_and_forth_in_its_place(stack, school, tmp_path):
    kept = give(school, "Donné avant la sauvegarde")
    assert "Donné avant la sauvegarde" in titles(stack, school)
    before = content(stack, school.uai)
    file = tmp_path / "school.preau"
    preau("establishment", "backup", school.uai, "--to", file)
    path = school.path(f"assignments/{kept}")
    revision = school.teacher.get(path).json["revision"]
    assert school.teacher.call("DELETE", path, headers={"If-Match": f'"{revision}"'}).status == 204
    give(school, "Donné après la sauvegarde")
    for node in stack["nodes"]:
        seen = titles(stack, school, node)
        assert "Donné après la sauvegarde" in seen and "Donné avant la sauvegarde" not in seen
    assert "--yes if so" in refused("establishment", "restore", file)
    safety = tmp_path / "before.preau"
    restored = preau("establishment", "restore", file, "--yes", "--before", safety)
    print(f"restored {restored['rows']} rows, writers waited {restored['held_ms']} ms")
    assert restored["establishment"] == school.uai and restored["ties_missing"] == 0
    assert content(stack, school.uai) == before
    # No node shows what it had in memory, and people write at once.
    for node in stack["nodes"]:
        seen = titles(stack, school, node)
        assert "Donné avant la sauvegarde" in seen and "Donné après la sauvegarde" not in seen
    give(school, "Donné après le retour")
    # What was replaced is not lost either.
    preau("establishment", "restore", safety, "--yes", "--before", tmp_path / "again.preau")
    for node in stack["nodes"]:
        seen = titles(stack, school, node)
        assert "Donné après la sauvegarde" in seen and "Donné après le retour" not in seen
    audited = preau("audit", "--target", school.uai)["acts"]
    assert {"establishment.restore", "establishment.backup", "establishment.hold"} <= {each["action"] for each in audited}


def test_a_backup_of_one_school_does_not_go_into_another(stack, school, tmp_path):
    file = tmp_path / "school.preau"
    preau("establishment", "backup", school.uai, "--to", file)
    other = account(stack, "head", "eure")["establishments"][0]
    before = content(stack, other)
    operator = Visitor(stack["admin"], timeout=60)
    headers = {"Authorization": f"Bearer {stack['admin_token']}", "Content-Type": "application/vnd.preau.backup"}
    answer = operator.send("POST", f"/api/v1/establishments/{other}/restore", file.read_bytes(), headers)
    assert answer.code == "preau.control.backup_of_another", answer.text
    answer = operator.send("POST", f"/api/v1/establishments/{other}/sandbox", file.read_bytes(), headers)
    assert answer.code == "preau.control.not_a_sandbox", answer.text
    answer = operator.send("DELETE", f"/api/v1/establishments/{other}/sandbox", None, headers)
    assert answer.code == "preau.control.not_a_sandbox", answer.text
    assert operator.send(
        "POST", f"/api/v1/establishments/{school.uai}/restore", b"x" * 5000, headers).code == "preau.control.backup_unreadable"
    assert operator.send(
        "POST", f"/api/v1/establishments/{school.uai}/restore", file.read_bytes()[:-100], headers).code == \
        "preau.control.backup_unreadable"
    assert content(stack, other) == before


def test_who_may_make_and_bring_back_backups(stack, school):
    far = account(stack, "head", "eure")["establishments"][0]
    acts = [("GET", "backup", None), ("POST", "hold", {"seconds": 60}), ("DELETE", "hold", None), ("POST", "restore", None)]

    def statuses(browser, uai):
        return [browser.call(method, f"/api/v1/establishments/{uai}/{act}", body).status for method, act, body in acts]

    nobody = Visitor(stack["admin"], host_of(stack, "hauts-de-seine"))
    assert statuses(nobody, school.uai) == [401] * 4
    for profile in ("teacher", "head"):
        browser = Visitor(stack["admin"], host_of(stack, "hauts-de-seine"))
        browser.sign_in(school.of(profile))
        assert set(statuses(browser, school.uai)) == {403}
    browser = Visitor(stack["admin"], host_of(stack, "hauts-de-seine"), timeout=60)
    browser.sign_in(account(stack, "territory_admin", "hauts-de-seine", schools=0))
    assert statuses(browser, far) == [404, 404, 404, 404]
    assert statuses(browser, school.uai)[:3] == [200, 204, 204]
    # Sandboxes are the operators'.
    assert browser.call("DELETE", f"/api/v1/establishments/{SANDBOX}/sandbox").status in (401, 403)
    assert nobody.call("POST", f"/api/v1/establishments/{SANDBOX}/sandbox").status == 401


def test_a_clone_is_a_sandbox_that_nobody_enters(stack, school, tmp_path):
    with a_teacher_who_writes(school):
        cloned = preau("establishment", "clone", school.uai, "--as", SANDBOX)
    try:
        assert cloned["establishment"] == SANDBOX and cloned["backup_of"] == school.uai
        shown = preau("establishment", "show", SANDBOX)
        assert shown["state"] == "active" and shown["name"].startswith("[Essai] ")
        # Who may look at any timetable of the original does not know that the copy exists.
        for browser in (school.school_life, school.head):
            assert browser.get(school.path("timetable")).status == 200
            assert browser.get(f"/api/v1/establishments/{SANDBOX}/timetable").status == 404
        file = tmp_path / "sandbox.preau"
        assert preau("establishment", "backup", SANDBOX, "--to", file)["rows"] == cloned["rows"]
        # The same file twice is the same sandbox.
        preau("establishment", "backup", school.uai, "--to", tmp_path / "school.preau")
        for _ in range(2):
            preau("establishment", "restore", tmp_path / "school.preau", "--as", SANDBOX, "--name", "Essai inventé")
        assert content(stack, SANDBOX) == content(stack, school.uai)
        assert "not_a_sandbox" in refused("establishment", "remove", school.uai)
    finally:
        preau("establishment", "remove", SANDBOX)
    assert run("establishment", "show", SANDBOX).returncode != 0
    assert psql(stack["directory"]["conninfo"], f"select count(*) from establishment where uai = '{SANDBOX}'") == "0"


def test_one_teachers_work_comes_back_and_a_colleagues_newer_work_stays(stack, school, tmp_path):
    lost, changed = give(school, "Effacé par erreur"), give(school, "Changé depuis")
    file = tmp_path / "school.preau"
    preau("establishment", "backup", school.uai, "--to", file)

    def act(id, method, body=None):
        path = school.path(f"assignments/{id}")
        revision = school.teacher.get(path).json["revision"]
        return school.teacher.call(method, path, body, {"If-Match": f'"{revision}"'})

    assert act(lost, "DELETE").status == 204
    assert act(changed, "PUT", school.work(title="Changé et plus récent")).status in (200, 204)
    login = school.teacher_account["login"]
    restored = preau("establishment", "restore", file, "--person", login)
    assert {each["name"]: each["rows"] for each in restored["tables"]} == {"assignment": 1}
    for node in stack["nodes"]:
        seen = titles(stack, school, node)
        assert {"Effacé par erreur", "Changé et plus récent"} <= seen and "Changé depuis" not in seen
    assert preau("establishment", "restore", file, "--person", login)["rows"] == 0
    assert "login" in refused("establishment", "restore", file, "--person", "personne.du-tout")


def test_the_monthly_drill(stack, school, tmp_path, passphrase):
    folder = tmp_path / "backups"
    folder.mkdir()
    assert "no backup" in refused("establishment", "drill", folder)
    preau("establishment", "backup", school.uai, "--to", folder / "one.preau", "--passphrase-file", passphrase)
    drill = preau("establishment", "drill", folder, "--passphrase-file", passphrase)
    print(f"drill: {drill['restored']['rows']} rows in {drill['seconds']:.1f} s")
    assert drill["restored"]["backup_of"] == school.uai and drill["restored"]["rows"] > 1000
    assert run("establishment", "show", drill["restored"]["establishment"]).returncode != 0
    damaged = bytearray((folder / "one.preau").read_bytes())
    damaged[len(damaged) // 3] ^= 1
    (folder / "one.preau").write_bytes(damaged)
    assert "damaged" in refused("establishment", "drill", folder, "--passphrase-file", passphrase)


def test_help_and_completion_know_the_commands(stack):
    done = subprocess.run([BUILT / "preau", "--help"], capture_output=True, text=True, check=True)
    bash = subprocess.run([BUILT / "preau", "completion", "bash"], capture_output=True, text=True, check=True)
    for words in ("establishment backup", "establishment restore", "establishment clone", "establishment remove",
                  "establishment drill", "backup verify"):
        assert words in done.stdout and words in bash.stdout
    assert pathlib.Path(BUILT / "preau").exists()


def test_all_of_them_go_to_the_store_and_one_that_fails_keeps_no_other_from_it(stack, tmp_path, passphrase):
    store = ObjectStore()
    credentials = tmp_path / "credentials"
    credentials.write_text(f"{ACCESS}\n{SECRET}\n")
    words = ("backup", "push", "--all", "--territory", "eure", "--repository", store.url, "--credentials-file", credentials,
             "--passphrase-file", passphrase, "--region", REGION)
    open_ones = [each["uai"] for each in preau("establishment", "list", "--territory", "eure")["establishments"]
                 if each["state"] in ("active", "suspended")]
    assert len(open_ones) > 2
    try:
        night = preau(*words)
        assert [each["establishment"] for each in night["pushed"]] == open_ones and night["failed"] == []
        time.sleep(1)
        # The store refuses one of them as often as it is asked.
        store.failing = 5
        done = run(*words)
        night = json.loads(done.stdout)
        assert done.returncode == 1 and [each["establishment"] for each in night["failed"]] == open_ones[:1]
        assert [each["establishment"] for each in night["pushed"]] == open_ones[1:]
        assert SECRET not in done.stdout + done.stderr
    finally:
        store.close()


def test_only_what_is_new_goes_to_the_store(stack, school, tmp_path, passphrase):
    store = ObjectStore()
    credentials = tmp_path / "credentials"
    credentials.write_text(f"{ACCESS}\n{SECRET}\n")
    words = ("--repository", store.url, "--credentials-file", credentials, "--passphrase-file", passphrase, "--region", REGION)
    try:
        first = preau("backup", "push", school.uai, *words)
        assert first["new_blocks"] == first["blocks"] > 5
        give(school, "Donné entre deux nuits")
        store.failing = 1
        time.sleep(1)
        second = preau("backup", "push", school.uai, *words)
        print(f"first night {first['new_bytes']} bytes, second {second['new_bytes']}")
        assert 0 < second["new_blocks"] < second["blocks"] / 2
        assert store.refusals == []
        assert preau("backup", "list", school.uai, *words)["moments"] == [first["moment"], second["moment"]]
        # Nothing in the store is in the clear, names included.
        assert not any(b"Donn\xc3\xa9" in each or b"PREAUB" in each for each in store.objects.values())
        assert not any(school.uai in each for each in store.objects)
        pulled = preau("backup", "pull", school.uai, "--to", tmp_path / "pulled.preau", *words)
        assert pulled["encrypted"] and pulled["establishment"] == school.uai
        restored = preau(
            "establishment", "restore", tmp_path / "pulled.preau", "--passphrase-file", passphrase, "--as", SANDBOX)
        try:
            assert restored["rows"] == pulled["rows"]
            assert content(stack, SANDBOX) == content(stack, school.uai)
        finally:
            preau("establishment", "remove", SANDBOX)
        older = preau("backup", "pull", school.uai, "--to", tmp_path / "older.preau", "--at", first["moment"], *words)
        assert older["rows"] < pulled["rows"]
        # Somebody changes an object: found, and no file is left.
        place = max((each for each in store.objects if "/blocks/" in each), key=lambda each: len(store.objects[each]))
        whole = store.objects[place]
        store.objects[place] = whole[:-1] + bytes([whole[-1] ^ 1])
        assert "damaged" in refused("backup", "pull", school.uai, "--to", tmp_path / "damaged.preau", *words)
        assert not (tmp_path / "damaged.preau").exists() and not (tmp_path / "damaged.preau.part").exists()
        credentials.write_text(f"{ACCESS}\nanother-secret\n")
        assert "refused" in refused("backup", "list", school.uai, *words)
    finally:
        store.close()
