"""An establishment's own colours and host names: set by API, command and console, in force on every node within two seconds."""

import pathlib
import re
import shutil
import subprocess
import uuid

import psycopg2
import pytest
from browsing import Visitor, account, host_of
from operators import within
from partners import preau
from stack.build import BUILT
from test_upstream import provider  # noqa: F401 (a fixture)

HOST = "cerf-invente.ent77.localhost"
THEME = {"colour": "#5b1a6b", "on_colour": "#ffffff", "accent": "#7a2390", "accent_on_dark": "#d9a3e8"}


@pytest.fixture
def pupil(stack):
    return account(stack, "pupil", "seine-et-marne")


@pytest.fixture
def school(stack, pupil):
    return pupil["establishments"][0]


def ask(stack, method, path, value=None):
    return Visitor(stack["admin"]).call(method, path, value, {"Authorization": f"Bearer {stack['admin_token']}"})


def change(stack, school, **values):
    return ask(stack, "PATCH", f"/api/v1/establishments/{school}", values)


@pytest.fixture
def dressed(stack, school):
    """With colours and a host name of its own; as it was afterwards."""
    answer = change(stack, school, theme=THEME, hosts=[HOST])
    assert answer.status == 200, answer.text
    assert answer.json["theme"] == THEME and answer.json["hosts"] == [HOST]
    within(2, lambda: all(f"theme-{school.lower()}-" in door(node, HOST).text for node in stack["nodes"]))
    yield answer.json
    change(stack, school, theme=None, hosts=[])


def door(node, host):
    return Visitor(node["url"], host).get("/login")


def sheet_of(page):
    found = re.search(r'href="(/assets/theme-[^"]+)"', page.text)
    return found[1] if found else None


def heading(page):
    return re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)[1]


def test_the_sign_in_page_has_the_schools_name_and_colours_on_every_node(stack, school, dressed):
    own = set()
    for node in stack["nodes"]:
        page = door(node, HOST)
        assert dressed["name"].split("-")[0] in heading(page).replace("’", "'") and 'name="password"' in page.text
        own.add(sheet_of(page))
        style = Visitor(node["url"], HOST).get(sheet_of(page))
        assert style.status == 200 and "--band:#5b1a6b" in style.text.lower() and "immutable" in style.header("Cache-Control")
        # The territory's own page is as it was.
        assert f"theme-{school.lower()}" not in door(node, host_of(stack, "seine-et-marne")).text
    assert len(own) == 1


def test_people_sign_in_there_and_see_their_schools_colours(stack, pupil, school, dressed):
    browser = Visitor(stack["front"], HOST)
    sent = browser.form(browser.get("/login"), username=pupil["login"], password=pupil["password"])
    assert sent.status == 303 and sent.header("Location").startswith("/home")
    cookie = next(value for key, value in sent.headers if key.lower() == "set-cookie" and value.startswith("preau_session="))
    assert "domain" not in cookie.lower(), "a cookie for one host"
    assert browser.get("/timetable").status == 200
    assert f"theme-{school.lower()}-" in sheet_of(browser.get("/home"))
    # On the territory's host as well; the territory's name stays there.
    usual = Visitor(stack["front"], host_of(stack, "seine-et-marne"))
    usual.sign_in(pupil)
    page = usual.get("/home")
    assert f"theme-{school.lower()}-" in sheet_of(page) and "ENT 77" in page.text
    # Somebody of another school sees what they always see, wherever they sign in.
    other = next(
        each for each in stack["accounts"]
        if each["profile"] in ("pupil", "teacher", "head") and each["territory"] == "seine-et-marne"
        and len(each["establishments"]) == 1 and each["establishments"][0] != school)
    guest = Visitor(stack["front"], HOST)
    guest.sign_in(other)
    page = guest.get("/home")
    assert "theme-seine-et-marne-" in sheet_of(page) and "ENT 77" in page.text


def test_what_others_know_by_its_address_stays_on_the_territorys_host(stack, provider, pupil, dressed):
    """Providers have its addresses on record, and passkeys are of one host."""
    usual = f"http://{host_of(stack, 'seine-et-marne')}:{stack['front'].rsplit(':', 1)[1]}"
    browser = Visitor(stack["front"], HOST)
    page = browser.get("/login")
    assert f"/login/upstream/{provider}" in page.text
    sent = browser.get(f"/login/upstream/{provider}?next=/timetable")
    assert sent.status == 303 and sent.header("Location").startswith(f"{usual}/login/upstream/{provider}?next="), sent.header("Location")
    browser.form(page, username=pupil["login"], password=pupil["password"])
    assert browser.get("/account/links").header("Location") == f"{usual}/account/links"
    number, party = str(uuid.uuid4()), host_of(stack, "seine-et-marne")
    with psycopg2.connect(stack["directory"]["conninfo"]) as directory, directory.cursor() as cursor:
        cursor.execute(
            "insert into second_factor (id, account_id, kind, name, credential_id, public_key, sign_count, party) select %s, id, "
            "'passkey', 'Clé inventée', %s, %s, 0, %s from account where login = %s", [number, b"inventee-inventee", b"x", party, pupil["login"]])
    try:
        for host, is_there in ((HOST, False), (party, True)):
            browser = Visitor(stack["front"], host)
            sent = browser.form(browser.get("/login"), username=pupil["login"], password=pupil["password"])
            assert sent.header("Location").startswith("/login/factor"), sent.header("Location")
            asked = browser.get(sent.header("Location"))
            assert ('data-passkey="get"' in asked.text) == is_there and (f'href="{usual}/login"' in asked.text) != is_there
            assert 'name="code"' in asked.text
    finally:
        with psycopg2.connect(stack["directory"]["conninfo"]) as directory, directory.cursor() as cursor:
            cursor.execute("delete from second_factor where id = %s", [number])


def test_what_is_refused(stack, school, dressed):
    path = f"/api/v1/establishments/{school}"
    elsewhere = account(stack, "head", "eure")["establishments"][0]
    for host in (HOST, host_of(stack, "seine-et-marne"), host_of(stack, "eure")):
        assert change(stack, elsewhere, hosts=[host]).code == "preau.control.host_taken", host
    for host in ("localhost", "127.0.0.1", "Haut.exemple.fr", "-a.exemple.fr", "a..fr", "exemple.fr:80", "été.fr", "a b.fr"):
        refused = change(stack, school, hosts=[host])
        assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "#/hosts/0", host
    pale = change(stack, school, theme=THEME | {"accent": "#bbbbbb"})
    assert pale.status == 422 and [each["pointer"] for each in pale.json["errors"]] == ["#/theme/accent"]
    assert change(stack, school, theme=THEME | {"colour": "mauvee"[:7]}).status == 422
    # Nothing of a refused change is done.
    assert change(stack, school, city="Ailleurs", hosts=["localhost"]).status == 422
    now = ask(stack, "GET", path).json
    assert now["theme"] == THEME and now["hosts"] == [HOST] and now["city"] != "Ailleurs"
    for profile, territory, status in (("head", "seine-et-marne", 403), ("teacher", "seine-et-marne", 403), ("territory_admin", "eure", 404)):
        browser = Visitor(stack["admin"], host_of(stack, territory))
        browser.sign_in(account(stack, profile, territory, schools=0 if profile.endswith("admin") else 1))
        own = school if profile != "head" else browser.get("/api/v1/me/charge").json["establishments"][0]
        answer = browser.call("PATCH", f"/api/v1/establishments/{own}", {"hosts": []})
        assert answer.status == status, (profile, answer.text)
    assert Visitor(stack["admin"]).call("PATCH", path, {"hosts": []}).status == 401


def test_taken_back(stack, site, school, dressed):
    stack, state = site
    preau(state, "establishment", "change", school, "--theme", "none", "--hosts", "none")
    within(2, lambda: all(sheet_of(door(node, HOST)) is None for node in stack["nodes"]))
    audit = ask(stack, "GET", f"/api/v1/audit?establishment={school}&action=establishment.change").json
    acts = audit.get("items") or audit.get("acts")
    last = max(acts, key=lambda each: each["number"])
    assert last["before"] == {"theme": THEME, "hosts": [HOST]} and last["after"] == {"theme": None, "hosts": []}
    # Another one can have it now.
    elsewhere = account(stack, "head", "eure")["establishments"][0]
    assert change(stack, elsewhere, hosts=[HOST]).status == 200
    assert change(stack, elsewhere, hosts=[]).status == 200
    assert preau(state, "establishment", "change", school, "--hosts", HOST)["hosts"] == [HOST]


def test_manifests_say_it_too(stack, site, school, tmp_path):
    """`plan` shows it; what files do not say stays."""
    stack, state = site
    folder = tmp_path / "Tenants"
    shutil.copytree(pathlib.Path(__file__).parents[2] / "Tenants", folder)
    file = folder / "seine-et-marne" / "establishments.yaml"
    lines = file.read_text()
    assert f"uai: {school}," in lines

    def plan():
        done = subprocess.run(
            [BUILT / "preau", "--state", str(state), "plan", str(folder)], capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    assert change(stack, school, hosts=[HOST]).status == 200
    try:
        assert HOST not in plan()
        colours = ", ".join(f'{key}: "{value}"' for key, value in THEME.items())
        file.write_text(lines.replace(f"uai: {school},", f"uai: {school}, hosts: [], theme: {{ {colours} }},"))
        told = plan()
        assert f"hosts removed: it was {HOST}" in told and "theme added:" in told and "#5b1a6b" in told, told
    finally:
        change(stack, school, hosts=[])
    file.write_text(lines.replace(f"uai: {school},", f"uai: {school}, hosts: [{host_of(stack, 'seine-et-marne')}],"))
    assert "is declared twice" in plan()


def test_the_consoles_form(stack, school, pupil):
    browser = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
    browser.sign_in(account(stack, "territory_admin", "seine-et-marne", schools=0))
    page = browser.get(f"/establishments/{school}")
    pale = browser.form(page, **(THEME | {"accent": "#bbbbbb", "hosts": HOST}))
    assert pale.status == 422 and "contraste" in pale.text and 'id="field-accent-error"' in pale.text
    part = browser.form(page, colour="#5b1a6b", on_colour="", accent="", accent_on_dark="", hosts="")
    assert part.status == 422 and 'id="field-accent-error"' in part.text
    taken = browser.form(page, colour="", on_colour="", accent="", accent_on_dark="", hosts=host_of(stack, "eure"))
    assert taken.status == 422 and 'id="field-hosts-error"' in taken.text
    try:
        saved = browser.form(page, **(THEME | {"hosts": HOST}))
        assert saved.status == 303, saved.text[:500]
        within(2, lambda: all(f"theme-{school.lower()}-" in door(node, HOST).text for node in stack["nodes"]))
        again = browser.get(f"/establishments/{school}")
        assert 'value="#5b1a6b"' in again.text and HOST in again.text
    finally:
        gone = browser.form(page, colour="", on_colour="", accent="", accent_on_dark="", hosts="")
        assert gone.status == 303
    head = Visitor(stack["admin"], host_of(stack, "seine-et-marne"))
    head.sign_in(account(stack, "head", "seine-et-marne"))
    own = head.get("/api/v1/me/charge").json["establishments"][0]
    assert 'name="accent"' not in head.get(f"/establishments/{own}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', head.get(f"/establishments/{own}").text)[1]
    refused = head.send(
        "POST", f"/establishments/{own}/look", f"csrf_token={token}&hosts=".encode(),
        {"Content-Type": "application/x-www-form-urlencoded"})
    assert refused.status == 403
