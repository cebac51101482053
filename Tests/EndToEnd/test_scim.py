"""SCIM 2.0 as identity providers use it: scim2-tester's checks, scopes, versions, people who leave and come back, shards that
were not told at once."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import time
import urllib.parse
import uuid

import psycopg2
import pytest
import requests
from stack.build import BUILT
from test_administration import CHECKOUT, Operator, job_of, second_instance, uai, until

SCHOOLS = [("centre-val-de-loire", uai(459_001)), ("centre-val-de-loire", uai(459_002)), ("eure", uai(279_003))]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
SCHOOL_USER = "urn:ietf:params:scim:schemas:extension:preau:2.0:User"
SCHOOL_GROUP = "urn:ietf:params:scim:schemas:extension:preau:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@pytest.fixture(scope="module")
def stack():
    return json.loads((pathlib.Path(os.environ["PREAU_STATE"]) / "stack.json").read_text())


@pytest.fixture(scope="module")
def operator(stack):
    operator = Operator(stack["admin"], stack["admin_token"])
    for territory in ("centre-val-de-loire", "eure"):
        wanted = [
            {"uai": code, "name": f"Collège fictif {code}", "city": "Ville-Fictive"}
            for place, code in SCHOOLS if place == territory]
        job = operator.ask("POST", "/api/v1/establishments", {"territory": territory, "establishments": wanted}).json["job"]
        until("provisioned", lambda job=job: job_of(operator, job)["state"] in ("succeeded", "failed"))
        assert job_of(operator, job)["state"] == "succeeded"
    return operator


class Client:
    """What an identity provider does, with its token."""

    def __init__(self, url, token):
        self.url, self.token = url.rstrip("/") + "/scim/v2", token

    def __call__(self, method, path, body=None, if_match=None, content="application/scim+json"):
        headers = {"Authorization": f"Bearer {self.token}"} | ({"If-Match": if_match} if if_match else {})
        data = None
        if body is not None:
            headers["Content-Type"] = content
            data = json.dumps(body)
        answer = requests.request(method, self.url + path, data=data, headers=headers, timeout=60)
        assert "json" not in answer.headers.get("Content-Type", "") or answer.headers["Content-Type"] == "application/scim+json"
        return answer

    def patch(self, path, *operations, **more):
        return self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **more)

    def find(self, filter, path="/Users"):
        answer = self("GET", f"{path}?filter={urllib.parse.quote(filter)}")
        assert answer.status_code == 200, answer.text
        return answer.json()["Resources"]


def refusal(answer, status, kind=None):
    """That the answer is an error as RFC 7644 §3.12 writes one."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    body = answer.json()
    assert body["schemas"] == [ERROR] and body["status"] == str(status) and body.get("scimType") == kind, body
    return body


def token(operator, name, **scope):
    made = operator.ask("POST", "/api/v1/tokens", {"name": name} | scope)
    assert made.status == 201, made.text
    return made.json["token"]


@pytest.fixture(scope="module")
def clients(stack, operator):
    """One a school, and one for the region of the first two."""
    own = [
        Client(stack["admin"], token(operator, f"scim-{number}", role="establishment_admin", establishment=code))
        for number, (_, code) in enumerate(SCHOOLS)]
    region = token(operator, "scim-region", role="region_admin", territory="centre-val-de-loire")
    return [*own, Client(stack["admin"], region)]


def person(school=0, role="teacher", **more):
    return {
        "schemas": [USER, SCHOOL_USER], "userName": f"fictif-{uuid.uuid4()}",
        "name": {"familyName": "Fictive", "givenName": "Ada"},
        SCHOOL_USER: {"profiles": [{"uai": SCHOOLS[school][1], "role": role}]}} | more


def group(school=0, **more):
    return {
        "schemas": [GROUP, SCHOOL_GROUP], "displayName": f"Groupe {uuid.uuid4()}",
        SCHOOL_GROUP: {"uai": SCHOOLS[school][1], "kind": "group"}} | more


def made(client, body, path="/Users"):
    answer = client("POST", path, body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == answer.json()["meta"]["location"]
    return answer.json()


def directory(stack, sql, *values):
    with psycopg2.connect(stack["directory"]["conninfo"]) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def shard_of(stack, code):
    number, establishment = directory(stack, "select shard_id, id from establishment where uai = %s", code)[0]
    return next(each["conninfo"] for each in stack["shards"] if each["id"] == number), establishment


def on_shard(stack, code, sql, *values):
    conninfo, establishment = shard_of(stack, code)
    with psycopg2.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute(sql, (establishment, *values))
        return cursor.fetchall()


# What the standard asks


@pytest.mark.parametrize("scope", ["school", "region", "platform"])
def test_every_check_of_scim2_tester_passes(stack, clients, scope):
    client = {"school": clients[0], "region": clients[3], "platform": Client(stack["admin"], stack["admin_token"])}[scope]
    done = subprocess.run(
        [CHECKOUT / ".preau-tools" / "bin" / "python", pathlib.Path(__file__).with_name("scim_checks.py"), client.url],
        input=client.token + "\n", capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert results["others"] == [] and results["passed"] > 60


def test_refusals_are_scims(stack, clients):
    client = clients[0]
    refusal(Client(stack["admin"], "wrong")("GET", "/Users"), 401)
    refusal(client("GET", f"/Users/{uuid.uuid4()}"), 404)
    refusal(client("GET", "/Users/nobody"), 404)
    refusal(client("GET", "/Nothing/at/all"), 404)
    refusal(client("PUT", "/Users", {}), 405)
    refusal(client("POST", "/Bulk", {}), 404)
    refusal(client("GET", "/Schemas?filter=id%20pr"), 403)
    for filter in ("userName", 'userName eq "x', 'nobody eq "x"', "active gt true", "(" * 500, 'emails.value eq "a@b.test"'):
        refusal(client("GET", f"/Users?filter={urllib.parse.quote(filter)}"), 400, "invalidFilter")
    for body in ({}, {"schemas": [GROUP]}, [], person() | {"schemas": "x"}):
        refusal(client("POST", "/Users", body), 400, "invalidSyntax")
    refusal(client("POST", "/Users", person() | {"userName": "é"}), 400, "invalidValue")
    refusal(client("POST", "/Users", person() | {"name": {}}), 400, "invalidValue")
    refusal(client("POST", "/Users", person(role="guardian")), 400, "invalidValue")
    refusal(client("POST", "/Users", {"schemas": [USER], "x": "y" * 300_000}), 413)
    refusal(client.patch(f"/Users/{made(client, person())['id']}", {"op": "replace", "path": "id", "value": "x"}), 400, "mutability")
    configuration = client("GET", "/ServiceProviderConfig").json()
    assert configuration["patch"]["supported"] and configuration["etag"]["supported"] and not configuration["bulk"]["supported"]


def test_lists_are_filtered_sorted_and_paged(clients):
    client, mark = clients[1], uuid.uuid4().hex
    for number in range(5):
        made(client, person(1, userName=f"{mark}-{number}", name={"familyName": f"Fable{4 - number}"}, externalId=f"{mark}:{number}"))
    base = "/Users?filter=" + urllib.parse.quote(f'userName sw "{mark}"')
    first = client("GET", f"{base}&sortBy=name.familyName&count=2").json()
    assert (first["totalResults"], first["itemsPerPage"], first["startIndex"]) == (5, 2, 1)
    names = [each["name"]["familyName"] for each in first["Resources"]]
    names += [each["name"]["familyName"] for each in client("GET", f"{base}&sortBy=name.familyName&startIndex=3").json()["Resources"]]
    assert names == [f"Fable{number}" for number in range(5)]
    assert client("GET", f"{base}&count=0").json() == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 5, "startIndex": 1, "itemsPerPage": 0,
        "Resources": []}
    down = client("GET", f"{base}&sortBy=userName&sortOrder=descending&attributes=userName").json()["Resources"]
    assert [set(each) for each in down] == [{"schemas", "id", "userName"}] * 5 and down[0]["userName"] == f"{mark}-4"
    assert [each["externalId"] for each in client.find(f'externalId eq "{mark}:3"')] == [f"{mark}:3"]
    assert len(client.find(f'{SCHOOL_USER}:profiles[uai eq "{SCHOOLS[1][1]}" and role eq "teacher"] and userName sw "{mark}"')) == 5
    found = client("POST", "/Users/.search", {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": f'userName eq "{mark}-1"'})
    assert found.json()["totalResults"] == 1


def test_what_no_index_knows_is_refused(stack, operator):
    """On the whole platform a list of groups names an establishment, whatever it asks for."""
    everybody = Client(stack["admin"], stack["admin_token"])
    refusal(everybody("GET", "/Groups?filter=" + urllib.parse.quote('displayName co "a"')), 400, "tooMany")
    everybody.find(f'{SCHOOL_GROUP}:uai eq "{SCHOOLS[0][1]}"', "/Groups")


# Whose it is


def test_nobody_sees_or_touches_another_scope(stack, clients):
    first, second, elsewhere, region = clients
    number = f"E-{uuid.uuid4()}"
    own = made(first, person(externalId=number))
    held = made(first, group(members=[{"value": own["id"]}]), "/Groups")
    # What the others look for in vain is found where it is.
    for words, path, id in (
            ('userName eq "%s"' % own["userName"], "/Users", own["id"]), ('id eq "%s"' % own["id"], "/Users", own["id"]),
            ('id eq "%s"' % held["id"], "/Groups", held["id"]), (f'externalId eq "{number}"', "/Users", own["id"])):
        assert [each["id"] for each in first.find(words, path)] == [id], words
    ours = first.find(f'{SCHOOL_USER}:profiles.uai eq "{SCHOOLS[0][1]}" and userName eq "{own["userName"]}"')
    assert [each["id"] for each in ours] == [own["id"]]
    for other in (second, elsewhere):
        for path, body in ((f"/Users/{own['id']}", person()), (f"/Groups/{held['id']}", group())):
            refusal(other("GET", path), 404)
            refusal(other("PUT", path, body), 404)
            refusal(other.patch(path, {"op": "replace", "path": "displayName", "value": "x"}) if "Groups" in path
                    else other.patch(path, {"op": "replace", "path": "userName", "value": "x"}), 404)
            refusal(other("DELETE", path), 404)
        assert other.find('userName eq "%s"' % own["userName"]) == []
        assert other.find('id eq "%s"' % own["id"]) == [] and other.find('id eq "%s"' % held["id"], "/Groups") == []
        assert other.find(f'externalId eq "{number}"') == []
        assert other.find(f'{SCHOOL_USER}:profiles.uai eq "{SCHOOLS[0][1]}"') == []
        refusal(other("POST", "/Users", person()), 400, "invalidValue")
        refusal(other("POST", "/Groups", group()), 400, "invalidValue")
    # Nor do they take people of others into their groups, or their own people elsewhere.
    refusal(second("POST", "/Groups", group(1, members=[{"value": own["id"]}])), 400, "invalidValue")
    refusal(first.patch(f"/Users/{own['id']}", {
        "op": "add", "path": f"{SCHOOL_USER}:profiles", "value": [{"uai": SCHOOLS[1][1], "role": "teacher"}]}), 400, "invalidValue")
    # The region has both, and its own numbers of them.
    seen = region("GET", f"/Users/{own['id']}").json()
    assert seen["userName"] == own["userName"] and "externalId" not in seen
    both = [{"uai": SCHOOLS[0][1], "role": "teacher"}, {"uai": SCHOOLS[1][1], "role": "teacher"}]
    grown = region.patch(f"/Users/{own['id']}", {"op": "replace", "path": f"{SCHOOL_USER}:profiles", "value": both})
    assert grown.json()[SCHOOL_USER]["profiles"] == both, grown.text
    # Each of the two schools sees its own half, and taking that away leaves the other's.
    assert second("GET", f"/Users/{own['id']}").json()[SCHOOL_USER]["profiles"] == both[1:]
    assert second("DELETE", f"/Users/{own['id']}").status_code == 204
    refusal(second("GET", f"/Users/{own['id']}"), 404)
    assert first("GET", f"/Users/{own['id']}").json()["active"]


def test_a_token_without_accounts_opens_nothing(stack, operator):
    poor = Client(stack["admin"], token(
        operator, "scim-quotas", role="establishment_admin", establishment=SCHOOLS[0][1], rights=["quotas"]))
    for method, path in (("GET", "/Users"), ("GET", "/Groups"), ("GET", f"/Users/{uuid.uuid4()}"), ("GET", "/Schemas")):
        refusal(poor(method, path), 403)
    refusal(poor("POST", "/Users", person()), 403)


def test_who_administers_more_is_not_touched(stack, clients, operator):
    client = clients[0]
    boss = made(client, person())
    given = operator.ask("POST", "/api/v1/mandates", {
        "login": boss["userName"], "role": "region_admin", "territory": "centre-val-de-loire"})
    assert given.status == 201, given.text
    refusal(client.patch(f"/Users/{boss['id']}", {"op": "replace", "path": "active", "value": False}), 403)
    refusal(client("DELETE", f"/Users/{boss['id']}"), 403)
    # Nor does somebody with less get a code for an administrator who has not come yet: it would open the whole region.
    code = Operator(stack["admin"], client.token).ask("POST", f"/api/v1/accounts/{boss['id']}/code")
    assert (code.status, code.code) == (403, "preau.control.account_above_yours")
    assert clients[3].patch(f"/Users/{boss['id']}", {"op": "replace", "path": "active", "value": False}).status_code == 200


# Versions


@contextlib.contextmanager
def held_back(stack, id):
    """As long as this lasts, nobody writes that person or that group."""
    if "." in id:
        establishment, group = id.split(".")
        number, = directory(stack, "select shard_id from establishment where id = %s", establishment)[0]
        conninfo = next(each["conninfo"] for each in stack["shards"] if each["id"] == number)
        row = ("select from teaching_group where establishment_id = %s and id = %s for update", (establishment, group))
    else:
        conninfo, row = stack["directory"]["conninfo"], ("select from account where id = %s for update", (id,))
    connection = psycopg2.connect(conninfo)
    try:
        with connection.cursor() as cursor:
            cursor.execute(*row)
            yield
    finally:
        connection.rollback()
        connection.close()


def test_one_of_many_writers_of_one_version_wins(stack, clients):
    client = clients[0]
    for path, body, change in (("/Users", person(), "name.givenName"), ("/Groups", group(), f"{SCHOOL_GROUP}:level")):
        resource = made(client, body, path)
        there, version = f"{path}/{resource['id']}", resource["meta"]["version"]
        # Nobody writes before everybody has read.
        with concurrent.futures.ThreadPoolExecutor(8) as pool, held_back(stack, resource["id"]):
            sent = [
                pool.submit(client.patch, there, {"op": "replace", "path": change, "value": f"N{number}"}, if_match=version)
                for number in range(8)]
            time.sleep(1)
            assert not any(each.done() for each in sent)
        answers = [each.result() for each in sent]
        assert sorted(each.status_code for each in answers) == [200] + [412] * 7, [each.text for each in answers]
        won = next(each for each in answers if each.status_code == 200).json()
        now = client("GET", there)
        assert now.json() == won and now.headers["ETag"].replace("-gzip", "") == won["meta"]["version"] != version
        refusal(client("DELETE", there, if_match=version), 412)
        assert client("GET", there, if_match=None).status_code == 200
        # Without a version each comes after the other.
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(
                lambda number: client.patch(there, {"op": "replace", "path": change, "value": f"M{number}"}), range(3)))
        assert [each.status_code for each in answers] == [200] * 3, [each.text for each in answers]
        assert client("DELETE", there, if_match=client("GET", there).headers["ETag"]).status_code == 204


def test_the_same_again_changes_nothing(stack, clients):
    client = clients[0]
    body = person(externalId=f"idem-{uuid.uuid4()}", emails=[{"value": "ada@fictive.test", "type": "work", "primary": True}])
    user = made(client, body)
    refusal(client("POST", "/Users", body), 409, "uniqueness")
    refusal(client("POST", "/Users", body | {"userName": f"fictif-{uuid.uuid4()}"}), 409, "uniqueness")
    refusal(client("POST", "/Users", body | {"externalId": "another", "userName": user["userName"].upper()}), 409, "uniqueness")
    there = f"/Users/{user['id']}"
    acts = "select count(*) from audit where target = %s"
    before = directory(stack, acts, user["id"])
    assert client("PUT", there, body).json()["meta"]["version"] == user["meta"]["version"]
    assert client.patch(there, {"op": "add", "path": "emails", "value": body["emails"]}).json() == user
    assert directory(stack, acts, user["id"]) == before
    other = made(client, person())
    refusal(client.patch(f"/Users/{other['id']}", {"op": "replace", "path": "userName", "value": user["userName"]}), 409, "uniqueness")
    held = group(externalId=f"idem-{uuid.uuid4()}")
    kept = made(client, held, "/Groups")
    refusal(client("POST", "/Groups", held), 409, "uniqueness")
    refusal(client("POST", "/Groups", held | {"externalId": "another"}), 409, "uniqueness")
    members = {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
    once = client.patch(f"/Groups/{kept['id']}", members).json()
    assert client.patch(f"/Groups/{kept['id']}", members).json() == once
    assert client("GET", there).json()["groups"][0]["display"] == held["displayName"]


# Lives


def test_who_leaves_is_suspended_and_found_again_on_return(stack, clients):
    client, code = clients[0], SCHOOLS[0][1]
    body = person(role="pupil", externalId=f"life-{uuid.uuid4()}")
    user = made(client, body)
    club = made(client, group(members=[{"value": user["id"]}]), "/Groups")
    there = f"/Users/{user['id']}"
    number = "select person_id from profile where account_id = %s"
    (whom,), = directory(stack, number, user["id"])
    assert on_shard(stack, code, "select role, left_on, source from person where establishment_id = %s and id = %s", whom) == [
        ("pupil", None, "scim")]
    assert [each["id"] for each in client.find('userName eq "%s"' % user["userName"])] == [user["id"]]
    assert client("DELETE", there).status_code == 204
    refusal(client("DELETE", there), 404)
    refusal(client("GET", there), 404)
    assert client.find('userName eq "%s"' % user["userName"]) == []
    assert "members" not in client("GET", f"/Groups/{club['id']}").json()
    # Nothing is erased: the account is locked, the person has left, and the upkeep of feeds knows since when.
    assert directory(stack, "select state from account where id = %s", user["id"]) == [("locked",)]
    assert directory(stack, number, user["id"]) == []
    assert directory(stack, "select f.state, f.was_locked, d.person_id from feed_person f join feed_departure d using (domain, key) "
                     "where f.account_id = %s", user["id"]) == [("suspended", True, whom)]
    assert on_shard(
        stack, code, "select left_on is not null, given_name from person where establishment_id = %s and id = %s", whom) == [(True, "Ada")]
    # The same person: the same account, the same pupil of the school.
    back = made(client, body | {"name": {"familyName": "Fictive", "givenName": "Eva"}})
    assert back["id"] == user["id"] and back["active"]
    assert directory(stack, number, user["id"]) == [(whom,)]
    assert on_shard(stack, code, "select left_on, given_name from person where establishment_id = %s and id = %s", whom) == [(None, "Eva")]
    assert directory(stack, "select count(*) from feed_departure where person_id = %s", whom) == [(0,)]
    # Somebody else who takes the login of one who has left is somebody else.
    assert client("DELETE", there).status_code == 204
    other = made(client, body | {"externalId": f"life-{uuid.uuid4()}"})
    assert other["id"] != user["id"]
    assert made(client, body | {"userName": f"fictif-{uuid.uuid4()}"})["id"] == user["id"]


def test_active_locks_and_opens_and_a_role_changes(stack, clients):
    client, code = clients[0], SCHOOLS[0][1]
    user = made(client, person(role="pupil"))
    there = f"/Users/{user['id']}"
    club = made(client, group(members=[{"value": user["id"]}]), "/Groups")
    assert client.patch(there, {"op": "Replace", "path": "active", "value": "False"}).json()["active"] is False
    assert directory(stack, "select state from account where id = %s", user["id"]) == [("locked",)]
    # Saying all of them anew without a word of it does not open the account.
    assert client("PUT", there, person(role="pupil", userName=user["userName"])).json()["active"] is False
    assert client.patch(there, {"op": "replace", "value": {"active": True}}).json()["active"] is True
    changed = client.patch(there, {"op": "replace", "path": f'{SCHOOL_USER}:profiles[uai eq "{code}"].role', "value": "teacher"})
    assert changed.json()[SCHOOL_USER]["profiles"] == [{"uai": code, "role": "teacher"}], changed.text
    assert on_shard(stack, code, "select p.role, m.role from person p join membership m on m.establishment_id = p.establishment_id "
                    "and m.person_id = p.id where p.establishment_id = %s and m.group_id = %s", club["id"].split(".")[1]) == [
                        ("teacher", "teacher")]
    acts = directory(stack, "select action, actor_kind, actor, before, after from audit where target = %s order by id", user["id"])
    assert [each[0] for each in acts] == ["scim.user.create"] + ["scim.user.change"] * 3
    assert {each[1:3] for each in acts} == {("token", "scim-0")}
    assert acts[-1][3]["profiles"] == [f"{code} pupil"] and acts[-1][4]["profiles"] == [f"{code} teacher"]
    renamed = f"autre-{uuid.uuid4()}"
    assert client.patch(there, {"op": "replace", "path": "userName", "value": renamed}).status_code == 200
    assert client("DELETE", there).status_code == 204
    acts = directory(stack, "select before, after, target from audit where target = %s order by id", user["id"])
    assert acts[-2][1]["changed"] == ["userName"]
    said = json.dumps(acts)
    assert not any(word in said for word in ("Fictive", user["userName"], renamed)), "people are named by their number"


def test_no_feed_overwrites_what_scim_entered(stack, clients, tmp_path):
    client, code = clients[1], SCHOOLS[1][1]
    table, mark = tmp_path / "pupils.csv", uuid.uuid4().hex

    def bring(born):
        table.write_text(f"externalid;nom;prenom;date de naissance;classe\n{mark};Chimere{mark};Zoe;{born};6e F\n")
        done = subprocess.run(
            [BUILT / "preau", "--state", os.environ["PREAU_STATE"], "--json", "import", "csv", table, "--establishment", code,
             "--kind", "pupil"], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    bring("03/04/2014")
    user, = client.find(f'name.familyName eq "Chimere{mark}"')
    assert user[SCHOOL_USER] == {"profiles": [{"uai": code, "role": "pupil"}], "classes": ["6e F"]}
    changed = client.patch(f"/Users/{user['id']}", {"op": "replace", "path": "name", "value": {"familyName": f"Fabulet{mark}"}}, {
        "op": "add", "path": 'emails[type eq "home"].value', "value": "zoe@fictive.test"})
    assert changed.status_code == 200, changed.text
    bring("03/04/2013")
    now = client("GET", f"/Users/{user['id']}").json()
    assert now["name"] == {"familyName": f"Fabulet{mark}", "givenName": "Zoe"}
    assert now["emails"] == [{"type": "home", "value": "zoe@fictive.test"}]
    born = "select birth_date::text from person where establishment_id = %s and family_name = %s"
    assert on_shard(stack, code, born, f"Fabulet{mark}") == [("2013-04-03",)]


def test_a_group_with_lessons_is_not_removed(stack, clients):
    client, code = clients[0], SCHOOLS[0][1]
    held = made(client, group(), "/Groups")
    conninfo, establishment = shard_of(stack, code)
    subject = uuid.uuid4()
    who = made(client, person())
    (whom,), = directory(stack, "select person_id from profile where account_id = %s", who["id"])
    with psycopg2.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("insert into subject (establishment_id, id, code, name) values (%s, %s, %s, 'Fiction')",
                       (establishment, str(subject), subject.hex))
        cursor.execute(
            "insert into teaching_assignment (establishment_id, school_year, group_id, person_id, subject_id) "
            "select establishment_id, school_year, id, %s, %s from teaching_group where establishment_id = %s and id = %s",
            (whom, str(subject), establishment, held["id"].split(".")[1]))
    refusal(client("DELETE", f"/Groups/{held['id']}"), 409)
    assert client("GET", f"/Groups/{held['id']}").status_code == 200


def test_a_shard_is_told_after_a_crash(stack, clients, tmp_path):
    """The process dies between the directory and the shard: another tells the shard what it is owed."""
    code = SCHOOLS[0][1]
    conninfo, _ = shard_of(stack, code)
    body = person(role="staff", emails=[{"value": "ada@fictive.test"}])
    with second_instance(stack, tmp_path) as (process, second):
        broken = Client(f"http://{second.address[0]}:{second.address[1]}", clients[0].token)
        holder = psycopg2.connect(conninfo)
        try:
            with holder.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(1) as pool:
                cursor.execute("lock table person in access exclusive mode")
                sent = pool.submit(broken, "POST", "/Users", body)
                owed = "select account_id from scim_pending p join account a on a.id = p.account_id where a.login = %s"
                until("the directory has it", lambda: directory(stack, owed, body["userName"]))
                process.kill()
                process.wait()
                with pytest.raises(requests.RequestException):
                    sent.result(30)
        finally:
            holder.rollback()
            holder.close()
    until("the shard was told", lambda: not directory(stack, owed, body["userName"]), 60)
    user, = clients[0].find('userName eq "%s"' % body["userName"])
    assert user["emails"] == [{"value": "ada@fictive.test"}]
    (whom,), = directory(stack, "select person_id from profile where account_id = %s", user["id"])
    assert on_shard(stack, code, "select role, family_name from person where establishment_id = %s and id = %s", whom) == [("staff", "Fictive")]
    # The client that never had an answer sends it again, and learns that it was done.
    refusal(clients[0]("POST", "/Users", body), 409, "uniqueness")
