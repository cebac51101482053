"""One person, two accounts: found, made one, fed again, made two again; and who may not."""

import json

import psycopg2
import pytest
from browsing import Visitor, account, host_of
from test_feeds import add, delivery, family, preau

# Of an academy and with names of its own: whoever is not in the next delivery of an academy leaves, whose test ever brought them.
TERRITORY, ACADEMY = "hauts-de-seine", 25
KEY, OTHER = 820_103, 820_203  # the academy's, of the same person
TWINS = (820_303, 820_403)


@pytest.fixture(scope="module")
def state(stack_state):
    return stack_state


@pytest.fixture
def directory(stack):
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


@pytest.fixture
def stack(site):
    return site[0]


def ask(stack, method, path, value=None):
    return Visitor(stack["admin"], timeout=60).call(
        method, path, value, {"Authorization": f"Bearer {stack['admin_token']}"})


def signed_in(stack, who):
    browser = Visitor(stack["admin"], host_of(stack, who["territory"]))
    browser.sign_in(who)
    return browser


def schools(stack):
    return [account(stack, "head", TERRITORY, index=index)["establishments"][0] for index in range(2)]


def teacher(key, name, *structures):
    return add(
        "PersEducNat", key, sn=name, givenName="Maud",
        ENTPersonFonctions=[f"{each}$ENS$ENSEIGNEMENT$L0$FRANCAIS" for each in structures])


def feed(stack, state, folder, *, other=(4000,), gone=()):
    """The delivery of two schools; `other`: where the second number of the person is."""
    first, second = schools(stack)
    files = {
        content: text.replace("DE LA FABLE", "DU MELANGE").replace("CRAIE", "ARDOISE").replace("DU CONTE", "DE LA FUSION")
        for content, text in family(first, "6e A", 820_000).items()}
    files["EtabEducNat"] += add(
        "EtabEducNat", 4001, ENTStructureJointure="4001", ENTStructureUAI=second, ENTStructureNomCourant="COLLEGE$DU CONTE$SONGE")
    files["PersEducNat"] += "".join(
        teacher(key, name, *structures) for key, name, structures in (
            (KEY, "DOUBLE", (4000,)), (OTHER, "DOUBLE", other), (TWINS[0], "JUMEAU", (4000,)), (TWINS[1], "JUMEAU", (4000,)))
        if key not in gone)
    done = preau(state, "import", "aaf", delivery(folder, files, academy=ACADEMY), "--into", TERRITORY)
    assert done["state"] == "done", done
    return [done[who][what] for who in ("pupils", "guardians", "staff") for what in ("added", "changed", "disappeared")]


def places(directory, login):
    directory.execute(
        "select e.uai, p.role from profile p join establishment e on e.id = p.establishment_id join account a on a.id = p.account_id "
        "where a.login = %s order by 1, 2", (login,))
    return directory.fetchall()


def pointing(directory, login):
    """What leads to the account: people of feeds, links of other providers, numbers of clients, calendars."""
    directory.execute(
        "select array(select f.key from feed_person f where f.account_id = a.id order by 1), "
        "array(select l.provider_id || ' ' || l.subject from upstream_link l where l.account_id = a.id order by 1), "
        "array(select x.domain || ' ' || x.external_id from scim_external x where x.resource = a.id::text order by 1), "
        "array(select encode(c.token_hash, 'hex') from calendar_feed c where c.account_id = a.id order by 1) "
        "from account a where a.login = %s", (login,))
    return directory.fetchone()


def test_a_merger_outlives_the_next_feed_and_can_be_undone(stack, state, directory, tmp_path):
    first, second = schools(stack)
    feed(stack, state, tmp_path / "1")
    number = {}
    for login in ("maud.double", "maud.double2", "maud.jumeau", "maud.jumeau2"):
        number[login] = ask(stack, "GET", f"/api/v1/accounts?login={login}").json["items"][0]["id"]
    pairs = ask(stack, "GET", f"/api/v1/establishments/{first}/duplicates").json["pairs"]
    assert {number["maud.double"], number["maud.double2"]} in [{each["first"], each["second"]} for each in pairs]

    # Two people of one name, says somebody: not shown again.
    twins = {"keep": number["maud.jumeau"], "merge": number["maud.jumeau2"]}
    assert ask(stack, "POST", "/api/v1/accounts/distinct", twins).status == 204
    pairs = ask(stack, "GET", f"/api/v1/establishments/{first}/duplicates").json["pairs"]
    assert set(twins.values()) not in [{each["first"], each["second"]} for each in pairs]

    # What else leads to an account: of one provider both have a link, of the other only the one that goes.
    kept, gone = number["maud.double"], number["maud.double2"]
    directory.execute(
        "insert into upstream_provider (id, name, client_id, sealed_by, sealed, settings, is_enabled) select id, id, 'x', 'x', "
        "'x', '{}', false from unnest(array['fictif-un', 'fictif-deux']) id")
    for provider, subject, holder in (("fictif-un", "a", kept), ("fictif-un", "b", gone), ("fictif-deux", "c", gone)):
        directory.execute("insert into upstream_link (provider_id, subject, account_id) values (%s, %s, %s)", (provider, subject, holder))
    directory.execute("insert into scim_external (domain, kind, external_id, resource) values ('fictif', 'user', 'n-1', %s)", (gone,))
    directory.execute(
        "insert into calendar_feed (token_hash, account_id, establishment_id, person_id) select sha256('fictif'), account_id, "
        "establishment_id, person_id from profile where account_id = %s", (gone,))
    before = pointing(directory, "maud.double"), pointing(directory, "maud.double2")
    assert [len(each) for each in before[1]] == [1, 2, 1, 1]

    pair = {"keep": kept, "merge": gone}
    merged = ask(stack, "POST", "/api/v1/accounts/merge", pair)
    assert merged.status == 200 and merged.json["id"] == kept, merged.text
    people, links, numbers, calendars = pointing(directory, "maud.double")
    assert people == [str(KEY), str(OTHER)] and links == ["fictif-deux c", "fictif-un a"]
    assert numbers == ["fictif n-1"] and calendars == before[1][3]
    assert pointing(directory, "maud.double2") == ([], ["fictif-un b"], [], [])
    assert ask(stack, "GET", "/api/v1/accounts?login=maud.double2").json["items"] == []
    assert ask(stack, "POST", "/api/v1/accounts/merge", pair).code == "preau.control.not_mergeable"

    # The same again changes nothing; a new school of the one that went is the kept one's.
    assert feed(stack, state, tmp_path / "2") == [0] * 9
    assert places(directory, "maud.double") == [(first, "teacher")] * 2 and places(directory, "maud.double2") == []
    feed(stack, state, tmp_path / "3", other=(4000, 4001))
    assert places(directory, "maud.double") == sorted([(first, "teacher")] * 2 + [(second, "teacher")])
    assert places(directory, "maud.double2") == []

    # And back, with what feeds have said of that person since.
    undone = ask(stack, "POST", f"/api/v1/accounts/{gone}/unmerge")
    assert undone.status == 200 and undone.json["login"] == "maud.double2", undone.text
    assert (pointing(directory, "maud.double"), pointing(directory, "maud.double2")) == before
    assert places(directory, "maud.double") == [(first, "teacher")]
    assert places(directory, "maud.double2") == sorted([(first, "teacher"), (second, "teacher")])
    assert feed(stack, state, tmp_path / "4", other=(4000, 4001)) == [0] * 9
    assert ask(stack, "POST", f"/api/v1/accounts/{gone}/unmerge").status == 404

    # The log names nobody, and says whose matter it was.
    directory.execute(
        "select action, scope, concat(target, before, after) from audit where action in "
        "('account.merge', 'account.unmerge', 'account.distinct') order by id desc limit 3")
    for action, scope, text in directory.fetchall():
        assert scope == TERRITORY, action
        assert not any(word in text.lower() for word in ("maud", "double", "jumeau")), text


def test_whoever_leaves_after_a_merger_loses_the_account(stack, state, directory, tmp_path):
    feed(stack, state, tmp_path / "1")
    kept, gone = (ask(stack, "GET", f"/api/v1/accounts?login={each}").json["items"][0]["id"] for each in ("maud.double", "maud.double2"))
    assert ask(stack, "POST", "/api/v1/accounts/merge", {"keep": kept, "merge": gone}).status == 200
    feed(stack, state, tmp_path / "2", gone=(KEY, OTHER))
    directory.execute("select key, state, account_id::text from feed_person where key = any (%s) order by key", ([str(KEY), str(OTHER)],))
    assert directory.fetchall() == [(str(each), "disappeared", kept) for each in (KEY, OTHER)]
    # They come back as one, and are two again.
    feed(stack, state, tmp_path / "3")
    directory.execute("select distinct account_id::text, state from feed_person where key = any (%s)", ([str(KEY), str(OTHER)],))
    assert directory.fetchall() == [(kept, "active")]
    assert ask(stack, "POST", f"/api/v1/accounts/{gone}/unmerge").status == 200
    directory.execute("select account_id::text from feed_person where key = any (%s) order by key", ([str(KEY), str(OTHER)],))
    assert directory.fetchall() == [(kept,), (gone,)]


def test_merging_is_for_those_who_have_both_in_their_charge(stack, state, tmp_path):
    feed(stack, state, tmp_path / "1")
    first, _ = schools(stack)
    kept, gone = (ask(stack, "GET", f"/api/v1/accounts?login={each}").json["items"][0]["id"] for each in ("maud.double", "maud.double2"))
    bodies = {"merge": {"keep": kept, "merge": gone}, "distinct": {"keep": kept, "merge": gone}, f"{gone}/unmerge": None}
    teacher_of_it = signed_in(stack, account(stack, "teacher", TERRITORY))
    far = signed_in(stack, account(stack, "territory_admin", "eure", schools=0))
    for rest, body in bodies.items():
        assert teacher_of_it.call("POST", f"/api/v1/accounts/{rest}", body).code == "preau.identity.forbidden", rest
        assert far.call("POST", f"/api/v1/accounts/{rest}", body).code == "preau.web.not_found", rest
    made = ask(stack, "POST", "/api/v1/tokens", {
        "name": "sans-comptes", "role": "territory_admin", "territory": TERRITORY, "rights": ["imports"]}).json
    bearer = {"Authorization": f"Bearer {made['token']}"}
    for rest, body in bodies.items():
        answer = Visitor(stack["admin"]).call("POST", f"/api/v1/accounts/{rest}", body, bearer)
        assert answer.code in ("preau.control.no_right", "preau.web.not_found"), (rest, answer.text)
    for browser, status in ((teacher_of_it, 403), (far, 404)):
        assert browser.get(f"/api/v1/establishments/{first}/duplicates").status == status
    assert far.get("/api/v1/accounts?login=maud.double").json["items"] == []
    assert [each["id"] for each in ask(stack, "GET", "/api/v1/accounts?login=MAUD.double").json["items"]] == [kept]


def test_the_command_finds_a_login_however_many_begin_like_it(stack, state, directory):
    """More logins begin with these letters than a search shows."""
    directory.execute(
        "insert into account (id, login, given_name, family_name, state) select gen_random_uuid(), "
        "'foule.fictive' || n, 'Foule', 'Fictive', 'pending' from generate_series(1, 300) n "
        "union all select gen_random_uuid(), 'foule.fictive', 'Zoé', 'Zzz-Fictive', 'active'")
    issued = preau(state, "accounts", "lock", "foule.fictive")
    assert issued["login"] == "foule.fictive" and issued["state"] == "locked", issued
    assert json.dumps(preau(state, "accounts", "lock", "foule.fictif", fails=True)).find("foule.fictif") >= 0
    directory.execute("delete from account where login like 'foule.fictive%'")
