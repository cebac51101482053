"""People: feeds of accounts, other programs that make them, applications that ask who they are, more of them than places."""

import json
import shutil

import pytest
from browsing import Visitor
from mail_server import mail_server
from test_rosters import DOCUMENTS, roster, uai

TERRITORY = "seine-et-marne"
UAI = "0770001H"


@pytest.fixture
def newest(desk):
    """The number of the last import."""
    return lambda: json.loads(desk.run("preau --json import list"))["items"][0]["import"]


def test_feeds(runbook, desk, parts, newest, tmp_path):
    def delivery(name, *words):
        desk.run(f"preau generate aaf {tmp_path / name} --people 1200 {' '.join(words)}")
        desk.run(f"tar -czf {tmp_path / name}.tgz -C {tmp_path / name} .")
        return f"{tmp_path / name}.tgz"

    spool = "/srv/aaf/ENT2DVA.20261126.tgz"
    with runbook("feeds") as book:
        said = book.block("import aaf", {spool: delivery("first")})
        assert "done" in said.lower()
        # Half of them are gone: it stops and asks.
        desk.run(f"! preau import aaf {delivery('second', '--seed', '2')} --into {TERRITORY}")
        number = newest()
        assert "!" in book.do("preau import show IMPORT", {"IMPORT": number})
        book.do("preau import list")
        book.do("preau import resume IMPORT", {"IMPORT": number}, status=1)
        book.do("preau import resume IMPORT --accept", {"IMPORT": number})
        assert "done" in book.do("preau import show IMPORT", {"IMPORT": number}).lower()
        # Jobs are the console's; the command waits for its own.
        book.do("preau job list --kind feeds.apply")
        roster(tmp_path / "roster", uai(778_811))
        shutil.make_archive(str(desk.folder / "delivery"), "zip", tmp_path / "roster")
        (desk.folder / "exports").mkdir()
        for name, text in DOCUMENTS.items():
            (desk.folder / "exports" / name).write_text(text.format(uai(778_812)), encoding="utf-8")
        book.block("oneroster")
        assert (desk.folder / "school.zip").stat().st_size > 1000
        desk.run(f"preau import oneroster delivery.zip --into {TERRITORY}")
        one, other = uai(778_811), uai(778_812)
        book.do("preau establishment merge UAI --into UAI", {"merge UAI --into UAI": f"merge {other} --into {one}"})
        book.do("preau accounts letters UAI --to DIR", {"UAI": one, "DIR": tmp_path / "letters"})
        assert list((tmp_path / "letters").iterdir())
        with mail_server(parts["mail"]["port"]):
            book.do("preau accounts mails UAI --wait", {"UAI": one})
        book.do("preau accounts campaigns UAI", {"UAI": one})
        book.do("preau import upkeep")


def test_scim(runbook, desk, parts):
    directory = parts["directory"]["conninfo"]
    with runbook("scim") as book:
        said = book.do("preau token create NAME establishment_admin --establishment UAI --rights accounts", {"NAME": "annuaire", "UAI": UAI})
        secret = max(said.split(), key=len)
        provider = Visitor(parts["admin"])
        sent = {"Authorization": f"Bearer {secret}", "Content-Type": "application/scim+json"}
        for path in ("ServiceProviderConfig", "ResourceTypes", "Schemas"):
            assert f"/{path}" in book.text and provider.send("GET", f"/scim/v2/{path}", headers=sent).status == 200
        user, group = "urn:ietf:params:scim:schemas:extension:preau:2.0:User", "urn:ietf:params:scim:schemas:extension:preau:2.0:Group"
        assert user in book.text
        made = provider.send("POST", "/scim/v2/Users", json.dumps({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", user], "userName": "scim.essai", "active": True,
            "name": {"familyName": "Essai", "givenName": "Scim"}, "emails": [{"value": "scim.essai@exemple.invalid"}],
            user: {"profiles": [{"uai": UAI, "role": "teacher"}]}}).encode(), sent)
        assert made.status == 201, made.text
        grouped = provider.send("POST", "/scim/v2/Groups", json.dumps({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", group], "displayName": "Groupe d'essai",
            group: {"uai": UAI, "kind": "group"}, "members": [{"value": made.json["id"]}]}).encode(), sent)
        assert grouped.status == 201, grouped.text
        assert "scim" in book.do("preau audit --actor NAME", {"NAME": "annuaire"})
        assert book.do("select count(*), min(created_at) from scim_pending", psql=directory).startswith("0|")
        number = next(each["id"] for each in json.loads(desk.run("preau --json token list"))["tokens"] if each["name"] == "annuaire")
        book.do("preau token revoke", {"revoke": f"revoke {number}"})
        assert provider.send("GET", "/scim/v2/Users", headers=sent).status == 401


def test_partner_applications(runbook, desk, parts):
    pupil = next(each["login"] for each in parts["accounts"] if each["profile"] == "pupil" and each["establishments"][0] == UAI)
    host = next(each["host"] for each in parts["territories"] if each["id"] == TERRITORY)
    portal = Visitor(parts["front"], host)
    (desk.folder / "metadata.xml").write_text(portal.get("/saml/sp/metadata").text)
    (desk.folder / "educonnect.xml").write_text(Visitor(parts["front"]).get("/saml/metadata").text)
    issuer = Visitor(parts["front"]).get("/oidc/.well-known/openid-configuration").json["issuer"]
    with runbook("partner-applications") as book:
        said = book.block("service add cas", {"kenza.quidam34.0770001h": pupil})
        assert pupil in said and "Une page" in said
        assert book.do("preau signing-key list")
        book.do("preau signing-key rotate --at-once")
        book.do("preau signing-key rotate --saml")
        # Pupils of this school have no password any more; it is the secret of a file that nobody else reads that is registered.
        said = book.block("upstream add educonnect", {
            'SECRET" > /run/secret && chmod 600 /run/secret': f'{{SECRET:-inventé}}" > {desk.folder}/secret && chmod 600 {desk.folder}/secret',
            "--issuer https://…": f"--issuer {issuer}", "--client-id …": "--client-id preau",
            "/run/secret --territory": f"{desk.folder}/secret --territory"})
        desk.run(f"preau passwords on {UAI} pupil; preau upstream remove educonnect")
        book.block("upstream add-saml")
        desk.run("preau upstream remove educonnect")
        book.leave("systemctl status preau-saml", "no units here")


RULE = {
    "effect": "refuse", "roles": ["guardian"], "hours": {"from": "00:00", "until": "24:00"},
    "message": {"fr": "L'espace est réservé aux élèves."}}


def test_rush(runbook, desk, parts, tmp_path):
    rule = tmp_path / "rule.json"
    rule.write_text(json.dumps(RULE))
    with runbook("rush") as book:
        assert "eure" in book.do("preau stats")
        book.do("preau admission show eure")
        desk.run("preau admission show 27; preau admission show 0279001M")
        book.do("preau admission people 0279001M --role pupil --level 6e")
        book.do("preau admission indicators platform")
        book.do("preau admission set eure --sessions 20000")
        assert "20000" in desk.run("preau admission show eure").replace(" ", "").replace("\u202f", "").replace(",", "")
        book.do("preau admission set eure --sessions 20000 --per-second 50")
        said = book.do("preau admission simulate eure --at 2026-11-30T08:05 --on creneau-6e")
        assert said.strip()
        desk.run("preau admission set eure --on creneau-6e; preau admission set eure --off creneau-6e")
        desk.run(f"preau admission simulate eure --at 2026-11-30T08:05 --rule {rule} --name essai")
        desk.run(f"preau admission set eure --rule {rule} --name essai; preau admission set eure --remove essai")
        book.do("preau quota set 0279001M --rate 20M --ceil 50M")
        desk.run("preau quota set 0279001M --remove")
        book.do("preau apply", {"preau apply": "preau apply Tenants"})
        asked = Visitor(parts["admin"]).send("GET", "/api/v1/indicators?scope=eure", headers={"Authorization": f"Bearer {parts['admin_token']}"})
        assert asked.status == 200
