"""The audit log: who, from where, on what, under which territory, what was before and after; and how the console shows it."""

import html
import json
import re
import subprocess
import time
import urllib.parse
import uuid

import pytest
from browsing import Visitor, account, host_of
from stack.build import BUILT

TERRITORY = "seine-et-marne"


class Program(Visitor):
    """With a bearer token."""

    def __init__(self, url, token):
        super().__init__(url, timeout=60)
        self.bearer = {"Authorization": f"Bearer {token}"}

    def ask(self, method, path, value=None, status=(200, 201, 204)):
        answer = self.call(method, path, value, self.bearer)
        assert answer.status in status, (method, path, answer.status, answer.text[:600])
        return answer


@pytest.fixture(scope="module")
def world(site):
    """The operators, and a program that has the whole of one territory in its charge."""
    stack, _ = site
    operator = Program(stack["admin"], stack["admin_token"])
    name = f"essai-{time.time_ns() % 1_000_000_000}"
    made = operator.ask("POST", "/api/v1/tokens", {"name": name, "role": "territory_admin", "territory": TERRITORY}).json
    yield stack, operator, Program(stack["admin"], made["token"]), name
    operator.ask("DELETE", f"/api/v1/tokens/{made['id']}")


def table(count):
    return "externalid;nom;prénom;classe\n" + "\n".join(f"audit-{each};JOURNAL;Élève;6Z" for each in range(count))


def imported(program, uai, count, accept):
    number = uuid.uuid4()
    sent = program.send(
        "POST", f"/api/v1/imports/csv?import={number}&establishment={uai}&kind=pupil&complete=1", table(count).encode(),
        program.bearer | {"Content-Type": "text/csv"})
    assert sent.status == 201, sent.text
    state = sent.json["state"]
    assert state == ("waiting" if accept else "planned"), sent.text
    while state != "done":
        state = program.ask("POST", f"/api/v1/imports/{number}/steps", {"accept": accept}).json["state"]
    return str(number)


def acts_of_a_school(program, uai, person):
    """The acts, each with its target, and what is to be before and after it: None, or members and their values."""
    school = f"/api/v1/establishments/{uai}"
    program.ask("POST", f"{school}/hold", {"seconds": 5})
    yield "establishment.hold", uai, None, {"seconds": 5}
    program.ask("DELETE", f"{school}/hold")
    yield "establishment.hold_end", uai, None, None
    program.ask("GET", f"{school}/people.csv?kind=pupil")
    yield "people.export", uai, None, {"kind": "pupil"}
    program.ask("GET", f"{school}/oneroster.zip")
    yield "people.export", uai, None, {"kind": "oneroster"}
    program.ask("PUT", f"{school}/passwords-off/staff")
    yield "passwords.off", f"{uai} staff", {"passwords": "on"}, {"passwords": "off"}
    program.ask("DELETE", f"{school}/passwords-off/staff")
    yield "passwords.on", f"{uai} staff", {"passwords": "off"}, {"passwords": "on"}
    made = program.ask("POST", "/api/v1/services", {
        "protocol": "cas", "name": f"Journal {time.time_ns()}", "url": f"http://127.0.0.1:9/journal-{time.time_ns()}/",
        "scope_kind": "establishment", "scope": uai}).json
    yield "service.add", made["id"], None, {"protocol": "cas", "name": made["name"], "enabled": True}
    program.ask("PUT", f"/api/v1/services/{made['id']}", {"is_enabled": False})
    yield "service.update", made["id"], {"enabled": True}, {"enabled": False}
    program.ask("DELETE", f"/api/v1/services/{made['id']}")
    yield "service.remove", made["id"], {"name": made["name"], "enabled": False}, None
    token = program.ask("POST", "/api/v1/tokens", {
        "name": "journal-ecole", "role": "establishment_admin", "establishment": uai, "rights": ["accounts"]}).json
    yield "token.create", "journal-ecole", None, {"role": "establishment_admin"}
    program.ask("DELETE", f"/api/v1/tokens/{token['id']}")
    yield "token.revoke", "journal-ecole", {"role": "establishment_admin"}, None
    ended = program.ask("DELETE", f"/api/v1/sessions?establishment={uai}&profile=staff").json["ended"]
    assert ended == 0
    number = imported(program, uai, 6, accept=False)
    yield "import.apply", number, {"state": "planned"}, {"accept": False}
    number = imported(program, uai, 2, accept=True)
    yield "import.apply", number, {"state": "waiting"}, {"accept": True}
    program.ask("GET", f"/api/v1/audit/export?establishment={uai}&format=csv")
    yield "audit.export", "csv", None, None
    browser = Visitor(program.front, host_of(program.stack, TERRITORY))
    signed_in = browser.sign_in(person)["account"]
    account_number = signed_in["id"] if isinstance(signed_in, dict) else signed_in
    program.ask("DELETE", f"/api/v1/sessions?login={person['login']}")
    yield "sessions.end", account_number, None, {"ended": None}


def found(reader, action, target):
    query = urllib.parse.urlencode({"action": action, "target": target, "limit": 1})
    items = reader.ask("GET", f"/api/v1/audit?{query}").json["items"]
    assert items, f"no trace of {action} on {target}"
    return items[0]


def check(record, actor, before, after, why):
    assert record["actor"] == actor and record["actor_kind"] == "token", why
    assert record["address"] == "127.0.0.1" and record["request_id"], why
    for side, wanted in (("before", before), ("after", after)):
        if wanted is None:
            continue
        kept = record[side]
        assert isinstance(kept, dict), f"{why}: nothing {side}"
        for name, value in wanted.items():
            assert name in kept and (value is None or kept[name] == value), f"{why}: {side} {kept}"


def test_every_act_on_a_school_is_there_for_its_territory(world):
    stack, operator, program, name = world
    person = account(stack, "teacher", TERRITORY)
    program.stack, program.front = stack, stack["front"]
    uai = person["establishments"][0]
    seen = []
    for action, target, before, after in acts_of_a_school(program, uai, person):
        # Read by somebody of the territory: what stands under no territory they do not see.
        record = found(program, action, target)
        why = f"{action} on {target}: {record}"
        check(record, name, before, after, why)
        assert record["scope"] == TERRITORY and record["establishment"] == uai, why
        text = json.dumps(record)
        assert person["login"] not in text and person["password"] not in text and "JOURNAL" not in text, why
        seen.append(record["number"])
    assert len(set(seen)) == 15, seen
    # Nothing of it is for those of another territory.
    other = operator.ask("POST", "/api/v1/tokens", {"name": "journal-autre", "role": "territory_admin", "territory": "eure"}).json
    try:
        items = Program(stack["admin"], other["token"]).ask("GET", f"/api/v1/audit?actor={name}").json["items"]
        assert items == []
    finally:
        operator.ask("DELETE", f"/api/v1/tokens/{other['id']}")


def test_acts_on_the_platform_say_what_was_before_and_after(world):
    stack, operator, _, _ = world
    shard = next(each for each in operator.ask("GET", "/api/v1/shards").json["shards"] if each["id"] == 1)
    known = {name: shard[name] for name in ("id", "name", "host", "port", "database")}
    changed = shard["weight"] + 1
    operator.ask("POST", "/api/v1/shards", known | {"weight": changed})
    try:
        check(found(operator, "shard.update", "1"), "operator", {"weight": shard["weight"]}, {"weight": changed}, "shard")
    finally:
        operator.ask("POST", "/api/v1/shards", known | {"weight": shard["weight"]})
    check(found(operator, "shard.update", "1"), "operator", {"weight": changed}, {"weight": shard["weight"]}, "shard")

    provider = f"journal-{time.time_ns() % 1_000_000}"
    operator.ask("POST", "/api/v1/upstreams", {
        "id": provider, "name": "Portail d'essai", "issuer": stack["front"] + "/oidc", "client_id": "essai",
        "client_secret": "secret-fictif-du-journal", "territory": TERRITORY})
    added = found(operator, "upstream.add", provider)
    check(added, "operator", None, {"name": "Portail d'essai", "issuer": stack["front"] + "/oidc"}, "upstream.add")
    operator.ask("DELETE", f"/api/v1/upstreams/{provider}")
    removed = found(operator, "upstream.remove", provider)
    check(removed, "operator", {"name": "Portail d'essai"}, None, "upstream.remove")
    assert added["scope"] == removed["scope"] == TERRITORY
    assert "secret-fictif" not in json.dumps([added, removed])

    keys = {each["id"] for each in operator.ask("GET", "/api/v1/signing-keys").json["keys"]}
    made = {each["id"] for each in operator.ask("POST", "/api/v1/signing-keys", {}).json["keys"]} - keys
    assert made
    for key in made:
        check(found(operator, "signing_key.add", key), "operator", {"signing": None}, {"purpose": "tokens", "at_once": False}, key)


def test_the_command_shows_before_and_after(world, stack_state):
    _, operator, _, _ = world
    operator.ask("POST", "/api/v1/tokens", {"name": "journal-commande", "role": "territory_admin", "territory": "eure", "rights": ["news"]})
    shown = subprocess.run(
        [BUILT / "preau", "--state", str(stack_state), "audit", "--target", "journal-commande", "--json"], capture_output=True,
        text=True, timeout=60, check=True)
    act = json.loads(shown.stdout)["acts"][0]
    assert act["before"] is None and act["after"]["rights"] == ["news"] and act["scope"] == "eure", act
    token = next(each for each in operator.ask("GET", "/api/v1/tokens?limit=200").json["items"] if each["name"] == "journal-commande")
    operator.ask("DELETE", f"/api/v1/tokens/{token['id']}")


def rows(page):
    return [
        [html.unescape(re.sub(r"<[^>]+>", " ", cell)).split() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL)]


def test_the_console_shows_what_changed_and_narrows_the_list(world):
    stack, operator, program, name = world
    uai = account(stack, "teacher", TERRITORY)["establishments"][0]
    program.ask("PUT", f"/api/v1/establishments/{uai}/passwords-off/staff")
    program.ask("DELETE", f"/api/v1/establishments/{uai}/passwords-off/staff")
    operator.ask("PUT", f"/api/v1/establishments/{uai}/passwords-off/staff")
    operator.ask("DELETE", f"/api/v1/establishments/{uai}/passwords-off/staff")
    browser = Visitor(stack["admin"], host_of(stack, TERRITORY))
    browser.sign_in(account(stack, "territory_admin", TERRITORY, schools=0))

    def shown(**filters):
        page = browser.get("/audit?" + urllib.parse.urlencode(filters))
        assert page.status == 200, page.text[:600]
        return page.text

    page = shown(action="passwords.", actor=name, establishment=uai)
    details = re.search(r"<details><summary>Avant → après</summary><ul>(.*?)</ul></details>", page, re.DOTALL)[1]
    assert re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", details)).strip() == "passwords : off → on"
    assert re.search(rf'name="actor"[^>]*value="{name}"|value="{name}"[^>]*name="actor"', page), "the filter says what it is"
    lines = rows(page)
    assert len(lines) >= 2 and all(row[3] == [name] and row[1][0].startswith("passwords.") for row in lines)
    both = rows(shown(action="passwords.", establishment=uai))
    assert len(both) >= len(lines) + 2 and {"operator", name} <= {row[3][0] for row in both}
    other = account(stack, "teacher", TERRITORY, index=1)["establishments"][0]
    if other != uai:
        assert not [row for row in rows(shown(action="passwords.", establishment=other, actor=name))]
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert len(rows(shown(action="passwords.", actor=name, since=today, until=today))) == len(lines)
    assert rows(shown(action="passwords.", actor=name, until="2020-01-01")) == []
    assert rows(shown(action="passwords.", actor=name, since="2099-01-01")) == []
