"""Establishments opened in the console: one by a form, several by a table, both by a job; what is wrong stands at its field."""

import re
import time

import pytest
from browsing import Visitor, account, host_of

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
TERRITORY = "eure"


@pytest.fixture
def admin(stack):
    browser = Visitor(stack["admin"], host_of(stack, TERRITORY))
    browser.sign_in(account(stack, "territory_admin", TERRITORY, schools=0))
    return browser


def uai(number):
    return f"{number:07}{LETTERS[number % 23]}"


def done(browser, place):
    end = time.monotonic() + 60
    while True:
        job = browser.get("/api/v1" + place).json["job"]
        if job["state"] in ("succeeded", "failed", "cancelled"):
            assert job["state"] == "succeeded", job
            return
        assert time.monotonic() < end, job
        time.sleep(0.1)


def upload(browser, page, content, **fields):
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    boundary, parts = "essai", {"csrf_token": token} | fields
    body = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts.items())
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="table"; filename="liste.csv"\r\n\r\n'
    return browser.send(
        "POST", "/establishments/list", body.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}", "X-CSRF-Token": token})


def test_one_by_the_form(admin):
    assert 'href="/establishments/new"' in admin.get("/establishments").text
    page = admin.get("/establishments/new")
    code = uai(276_501)
    values = {"territory": TERRITORY, "uai": code, "name": "Collège inventé du Formulaire", "kind": "college", "city": "Ville-Fictive",
              "zone": "", "given_name": "Direction", "family_name": "Inventée"}
    wrong = code[:-1] + LETTERS[(LETTERS.index(code[-1]) + 1) % 23]
    for others, field in (({"uai": ""}, "uai"), ({"uai": wrong}, "uai"), ({"name": ""}, "name"), ({"kind": "palais"}, "kind"),
                          ({"family_name": ""}, "family_name"), ({"territory": "grand-est"}, "territory")):
        refused = admin.form(page, **(values | others))
        assert refused.status == 422 and f'id="field-{field}-error"' in refused.text, (others, refused.text[:500])
    sent = admin.form(page, **values)
    assert sent.status == 303 and sent.header("Location").startswith("/jobs/"), sent.text[:600]
    assert admin.get(sent.header("Location")).status == 200
    done(admin, sent.header("Location"))
    opened = admin.get(f"/api/v1/establishments/{code}").json
    assert opened["state"] == "active" and opened["city"] == "Ville-Fictive" and opened["kind"] == "college"
    assert "Collège inventé du Formulaire" in admin.get(f"/establishments/{code}").text.replace("’", "'")


def test_a_list_by_its_table(admin):
    page = admin.get("/establishments/new")
    codes = [uai(276_510 + number) for number in range(3)]
    lines = [f"{code};Lycée inventé {code};Bourg-Fictif;lycée;;" for code in codes]
    head = "UAI;Nom;Commune;Type;Prénom;Nom de famille\n"
    bad = (head + "\n".join(lines[:2]) + f"\n{codes[2]};;X;lycée;;\n0123;Sans code;X;palais;Seul;\n").encode("windows-1252")
    refused = upload(admin, page, bad, territory=TERRITORY)
    assert refused.status == 422 and 'id="field-table-error"' in refused.text
    assert "Ligne\u202f4" in refused.text or "Ligne 4" in refused.text.replace("\u00a0", " ")
    assert all(admin.get(f"/api/v1/establishments/{code}").status == 404 for code in codes), "nothing half done"
    for content in (b"", b"nom;commune\nX;Y\n", b"UAI;Nom\n", (head + lines[0] + "\n" + lines[0] + "\n").encode()):
        assert 'id="field-table-error"' in upload(admin, page, content, territory=TERRITORY).text
    assert 'id="list-territory-error"' in upload(admin, page, (head + lines[0]).encode(), territory="grand-est").text
    sent = upload(admin, page, (head + "\n".join(lines)).encode("windows-1252"), territory=TERRITORY)
    assert sent.status == 303 and sent.header("Location").startswith("/jobs/"), sent.text[:600]
    done(admin, sent.header("Location"))
    for code in codes:
        opened = admin.get(f"/api/v1/establishments/{code}").json
        assert opened["state"] == "active" and opened["kind"] == "lycee"


def test_of_another_territory_is_taken(stack, admin):
    theirs = account(stack, "head", "grand-est")["establishments"][0]
    page = admin.get("/establishments/new")
    refused = admin.form(page, territory=TERRITORY, uai=theirs, name="Pris", kind="college", city="", zone="", given_name="", family_name="")
    assert refused.status == 422 and 'id="field-uai-error"' in refused.text


def test_heads_open_nothing(stack):
    head = Visitor(stack["admin"], host_of(stack, TERRITORY))
    head.sign_in(account(stack, "head", TERRITORY))
    assert head.get("/establishments/new").status == 403
    assert 'href="/establishments/new"' not in head.get("/establishments").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', head.get("/").text)[1]
    sent = head.send(
        "POST", "/establishments/new", f"csrf_token={token}&territory={TERRITORY}&uai={uai(276_520)}&name=X&kind=college".encode(),
        {"Content-Type": "application/x-www-form-urlencoded"})
    assert sent.status == 403
