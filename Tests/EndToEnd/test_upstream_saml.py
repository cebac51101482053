"""Signing in through an identity provider of SAML above us: pysaml2 as the provider, and what an honest one would not send."""

import re
import subprocess
import time

import pytest
from browsing import Visitor, account, host_of, visitor
from partners import preau
from saml2.saml import NAMEID_FORMAT_TRANSIENT
from saml_authority import CBC, LOGIN, OAEP, REFERENCE, Authority, index_of
from saml_partner import ServiceProvider, damaged, refused, validate_schema

TERRITORY = "grand-est"
REFUSED = "preau.identity.provider_refused"
UNKNOWN = "preau.identity.provider_unknown_person"


@pytest.fixture(scope="module")
def authority(site):
    authority = Authority(*site, "--match", "login", "--claim", LOGIN, territory=TERRITORY)
    yield authority
    authority.remove()


def at(stack, person, url=None):
    browser = Visitor(stack["front"], host_of(stack, person["territory"]))
    return browser.at(url) if url else browser


def is_in(browser):
    return browser.get("/home").status == 200


def turned_away(browser, answer, code=REFUSED):
    refused(answer, code, 403)
    assert "preau_session" not in browser.cookies


@pytest.fixture
def person(stack):
    return account(stack, "pupil", TERRITORY)


@pytest.fixture
def subject():
    return f"sujet-{time.time_ns()}"


def test_metadata_are_of_the_territory_and_signed(stack, authority, tmp_path):
    texts = [Visitor(node["url"], host_of(stack, TERRITORY)).get("/saml/sp/metadata") for node in stack["nodes"]]
    assert all(text.status == 200 for text in texts)
    text = authority.sp_metadata.read_text()
    validate_schema(text)
    host = host_of(stack, TERRITORY)
    assert re.search(rf'entityID="http://{host}:\d+/saml/sp/metadata"', text)
    assert set(re.findall(r'use="(\w+)"', text)) == {"signing", "encryption"}
    other = Visitor(stack["front"], host_of(stack, "eure")).get("/saml/sp/metadata").text
    assert re.search(r'entityID="([^"]*)"', other)[1] != authority.entity
    platform = Visitor(stack["front"]).get("/saml/sp/metadata").text
    assert f'entityID="{stack["front"]}/saml/sp/metadata"' in platform
    assert platform.count("AssertionConsumerService") > len(stack["territories"])
    # Nobody becomes somebody else by the name that they call us.
    assert Visitor(stack["front"], "evil.example").get("/saml/sp/metadata").status == 404
    document = tmp_path / "sp.xml"
    document.write_text(text)
    signing = re.search(r'use="signing">.*?X509Certificate>(.*?)</', text, re.DOTALL)[1]
    certificate = tmp_path / "sp.crt"
    certificate.write_text("-----BEGIN CERTIFICATE-----\n" + "\n".join(re.findall(".{1,64}", signing)) + "\n-----END CERTIFICATE-----\n")
    command = ["xmlsec1", "--verify", "--pubkey-cert-pem", str(certificate), "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor", str(document)]
    assert subprocess.run(command, capture_output=True).returncode == 0


def test_somebody_comes_in_on_any_node(stack, authority, person, subject):
    first, second = (at(stack, person, node["url"]) for node in stack["nodes"][:2])
    assert f"Portail {authority.name}" in first.get("/login").text
    request = authority.leave(first)
    document = authority.answer(request, subject, login=person["login"])
    # Left from one node, answered to another, let in by the first again.
    sent = authority.post(first.at(stack["nodes"][1]["url"]), document, RelayState="https://evil.example/")
    entered = first.get(sent.header("Location"))
    assert entered.status == 303 and entered.header("Location") == "/timetable", entered.text[:300]
    assert is_in(first)
    # Once more: linked by now, whatever the attribute says.
    assert authority.enter(second, subject).header("Location") == "/timetable"
    listed = preau(authority.state, "upstream", "list")["upstreams"]
    assert next(each for each in listed if each["id"] == authority.name)["protocol"] == "saml"


@pytest.mark.parametrize("way", ["response", "both", "gcm", "gcm in a signed response", "cbc in a signed response"])
def test_every_way_to_sign_and_encrypt(stack, authority, person, subject, way):
    browser = at(stack, person)
    request = authority.leave(browser)
    # A pupil of one provider is one of ours: forget the one of before.
    unlink(stack, person, authority)
    document = authority.answer(
        request, subject, login=person["login"], sign_assertion=way not in ("response", "cbc in a signed response"))
    if "gcm" in way or "cbc" in way:
        document = authority.encrypt(document, CBC if "cbc" in way else "http://www.w3.org/2009/xmlenc11#aes256-gcm")
        assert person["login"] not in document
    if "response" in way or way == "both":
        document = authority.sign(document, "Response")
    entered = authority.come_back(browser, document)
    assert entered.status == 303 and is_in(browser), entered.text[:400]


def unlink(stack, person, authority):
    browser = visitor(stack, person)
    action = f"/account/links/{authority.name}/remove"
    page = browser.get("/account/links")
    if f'"{action}"' in page.text:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text[page.text.index(f'"{action}"'):])[1]
        browser.send("POST", action, f"csrf_token={token}".encode(), {"Content-Type": "application/x-www-form-urlencoded"})


def test_the_feeds_key_finds_the_person(site, stack, person, subject):
    import psycopg2

    def psql(stack, text):
        with psycopg2.connect(stack["directory"]["conninfo"]) as directory, directory.cursor() as cursor:
            cursor.execute(text)
    authority = Authority(*site, "--match", "feed", "--claim", REFERENCE, territory=TERRITORY)
    try:
        number = str(time.time_ns())
        psql(stack, f"insert into feed_person (domain, key, kind, account_id) select '99', '{number}', 'pupil', id from account where login = '{person['login']}'")
        for reference in ("{AAF}99|x|other", "{AAF}98|x|" + number, number, "{AAF}|" + number):
            browser = at(stack, person)
            turned_away(browser, authority.enter(browser, subject, reference=reference), UNKNOWN)
        browser = at(stack, person)
        entered = authority.enter(browser, subject, reference=["{AAF}98|x|1", "{AAF}99|x|" + number])
        assert entered.status == 303 and is_in(browser), entered.text[:300]
    finally:
        psql(stack, "delete from feed_person where domain = '99'")
        authority.remove()


# Whose account


def test_an_attribute_makes_nobody_a_head_nor_anybody_of_another_territory(stack, authority, subject):
    for who in (account(stack, "head", TERRITORY), account(stack, "pupil", "eure")):
        browser = Visitor(stack["front"], host_of(stack, TERRITORY))
        turned_away(browser, authority.enter(browser, subject, login=who["login"]), UNKNOWN)
    browser = Visitor(stack["front"], host_of(stack, TERRITORY))
    pupil = account(stack, "pupil", TERRITORY)
    turned_away(browser, authority.enter(browser, subject, login=[pupil["login"], "x"]), UNKNOWN)
    turned_away(browser, authority.enter(browser, subject), UNKNOWN)
    # A name that is another each time is nobody's.
    turned_away(browser, authority.enter(browser, subject, login=pupil["login"], format=NAMEID_FORMAT_TRANSIENT))


def test_a_head_links_the_two_and_then_comes_in(stack, authority, subject):
    head = account(stack, "head", TERRITORY)
    browser = visitor(stack, head)
    action = f"/account/links/{authority.name}"
    page = browser.get("/account/links")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text[page.text.index(f'"{action}"'):])[1]
    assert authority.url.rpartition("/")[0] in page.header("Content-Security-Policy")

    def go():
        return authority.read(browser.send(
            "POST", action, f"csrf_token={token}".encode(), {"Content-Type": "application/x-www-form-urlencoded"}))
    sent = authority.post(browser, authority.answer(go(), subject))
    stranger = at(stack, head)
    assert stranger.get(sent.header("Location")).status == 403, "not from another browser"
    assert browser.get(sent.header("Location")).status == 403, "and used up by that"
    linked = authority.come_back(browser, authority.answer(go(), subject))
    assert linked.header("Location") == "/account/links"
    fresh = at(stack, head)
    assert authority.enter(fresh, subject).header("Location") == "/timetable"
    # One of theirs is one of ours.
    other = account(stack, "teacher", TERRITORY)
    browser = at(stack, other)
    assert authority.enter(browser, subject, login=other["login"]).status == 303
    assert browser.call("GET", "/api/v1/session").json["account"]["name"] != other["login"]
    unlink(stack, head, authority)


def test_local_passwords_that_are_off_stay_off(stack, site, authority, subject):
    person = account(stack, "pupil", TERRITORY, index=1)
    uai = person["establishments"][0]
    preau(site[1], "passwords", "off", uai, "pupil")
    try:
        body = {"username": person["login"], "password": person["password"]}
        answer = Visitor(stack["front"]).call("POST", "/api/v1/session", body)
        assert answer.code == "preau.identity.password_off"
        browser = at(stack, person)
        assert authority.enter(browser, subject, login=person["login"]).status == 303 and is_in(browser)
    finally:
        preau(site[1], "passwords", "on", uai, "pupil")


# What an honest one would not send


def test_login_csrf_and_replay(stack, authority, person, subject):
    mine, victim = at(stack, person), at(stack, person)
    victim.get("/login")
    document = authority.answer(authority.leave(mine), subject, login=person["login"])
    sent = authority.post(mine, document)
    # The victim's browser, led on with somebody else's arrival.
    turned_away(victim, victim.get(sent.header("Location")))
    refused(mine.get(sent.header("Location")), REFUSED, 403)
    # The answer again: its question was answered.
    refused(authority.post(mine, document), REFUSED, 403)
    # The same assertion as the answer to another question, which only a provider could sign anew.
    request = authority.leave(mine)
    again = authority.answer(request, subject, login=person["login"])
    used = re.search(r'<\w+:Assertion[^>]* ID="([^"]*)"', document)[1]
    plain = re.sub(r"<ns\d:Signature\b.*?</ns\d:Signature>", "", again, flags=re.DOTALL)
    plain = re.sub(r'(<\w+:Assertion[^>]* ID=)"[^"]*"', rf'\1"{used}"', plain)
    refused(authority.post(mine, authority.sign(plain, "Assertion")), REFUSED, 403)
    # Unsolicited, or to a question that nobody asked.
    other = authority.answer(request, subject, login=person["login"], in_response_to="_" + "0" * 40)
    refused(authority.post(mine, other), REFUSED, 403)
    refused(authority.post(mine, re.sub(r' InResponseTo="[^"]*"', "", other)), REFUSED, 403)
    for path in ("/saml/sp/return", "/saml/sp/return?arrival=" + "A" * 43):
        turned_away(victim, victim.get(path))


def test_audiences_recipients_and_other_sites(stack, authority, person, subject):
    other = Visitor(stack["front"], host_of(stack, "eure"))
    theirs = authority.entity.replace(host_of(stack, TERRITORY), host_of(stack, "eure"))

    def refuses(site=None, **more):
        browser = at(stack, person)
        document = authority.answer(authority.leave(browser), subject, login=person["login"], **more)
        refused(authority.post(browser, document, site), REFUSED, 403)
    refuses(entity="https://somebody-else.example/metadata")
    refuses(entity=theirs)
    refuses(destination=theirs.replace("metadata", "acs"))
    # Right in itself, carried to another of our sites, or to one that is none of ours.
    refuses(site=other.host)
    browser = at(stack, person)
    document = authority.answer(authority.leave(browser), subject, login=person["login"])
    assert authority.post(browser, document, "evil.example").status == 404


def changed(authority, document, pattern, text):
    """The document with something else in it, signed by the provider all the same."""
    plain = re.sub(r"<ns\d:Signature\b.*?</ns\d:Signature>", "", document, flags=re.DOTALL)
    new = re.sub(pattern, text, plain, flags=re.DOTALL)
    assert new != plain, pattern
    return authority.sign(new, "Assertion")


CHANGES = {
    "no audience": (r"<ns\d:AudienceRestriction>.*?</ns\d:AudienceRestriction>", ""),
    "unknown condition": (r"(<ns\d:AudienceRestriction>)", r'<x:Other xmlns:x="urn:x"/>\1'),
    "no recipient": (r' Recipient="[^"]*"', ""),
    "confirmed for another question": (r'(<ns\d:SubjectConfirmationData[^>]*InResponseTo=)"[^"]*"', r'\1"_1"'),
    "confirmed for ever": (r'(<ns\d:SubjectConfirmationData[^>]*) NotOnOrAfter="[^"]*"', r"\1"),
    "confirmed until long ago": (r'(<ns\d:SubjectConfirmationData[^>]*) NotOnOrAfter="[^"]*"', r'\1 NotOnOrAfter="2020-01-01T00:00:00Z"'),
    "not yet": (r'(<ns\d:Conditions[^>]*) NotBefore="[^"]*"', r'\1 NotBefore="2099-01-01T00:00:00Z"'),
    "over": (r'(<ns\d:Conditions[^>]*) NotOnOrAfter="[^"]*"', r'\1 NotOnOrAfter="2020-01-01T00:00:00Z"'),
    "holder of key": ("cm:bearer", "cm:holder-of-key"),
    "two confirmations": (r"(<ns\d:SubjectConfirmation .*?</ns\d:SubjectConfirmation>)", r"\1\1"),
    "another issuer": (r"(<ns\d:Assertion.*?<ns\d:Issuer[^>]*>)[^<]*", r"\1https://another.example/metadata"),
    "older version": (r'(<ns\d:Assertion[^>]*) Version="2.0"', r'\1 Version="1.1"'),
    "no statement": (r"<ns\d:AuthnStatement.*?</ns\d:AuthnStatement>", ""),
    "made long ago": (r'IssueInstant="[^"]*"', 'IssueInstant="2020-01-01T00:00:00Z"'),
    "status": ("status:Success", "status:Responder"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_signature_is_not_enough(stack, authority, person, subject, name):
    browser = at(stack, person)
    document = authority.answer(authority.leave(browser), subject, login=person["login"], sign_assertion=False)
    turned_away(browser, authority.come_back(browser, changed(authority, document, *CHANGES[name])))


def test_what_is_not_signed_or_by_somebody_else(site, stack, authority, person, subject):
    browser = at(stack, person)

    def answer(who=authority, **more):
        return who.answer(authority.leave(browser), subject, login=person["login"], **more)
    turned_away(browser, authority.come_back(browser, answer(sign_assertion=False)))
    good = answer()
    turned_away(browser, authority.come_back(browser, good.replace(person["login"], account(stack, "teacher", TERRITORY)["login"])))
    turned_away(browser, authority.come_back(browser, damaged(answer())))
    # The signature is right, and another beside it is not.
    turned_away(browser, authority.come_back(
        browser, damaged(authority.sign(answer(), "Response"))))
    # Encrypted, and inside nobody's signature; CBC where nothing holds it together.
    turned_away(browser, authority.come_back(browser, authority.encrypt(answer(sign_assertion=False))))
    turned_away(browser, authority.come_back(browser, authority.encrypt(answer(), CBC)))
    weak = authority.encrypt(answer()).replace(OAEP, "http://www.w3.org/2001/04/xmlenc#rsa-1_5")
    turned_away(browser, authority.come_back(browser, weak))
    # Mix-up: another provider of ours, itself honest, answers for this one.
    other = Authority(*site, "--match", "login", "--claim", LOGIN, territory=TERRITORY)
    try:
        for who in (other.entity_id, authority.entity_id):
            document = answer(other).replace(other.entity_id, who)
            plain = re.sub(r"<ns\d:Signature\b.*?</ns\d:Signature>", "", document, flags=re.DOTALL)
            turned_away(browser, authority.come_back(browser, other.sign(plain, "Assertion")))
    finally:
        other.remove()


def test_signature_wrapping(stack, authority, person, subject):
    """The signed assertion stays somewhere in the document; what is read first names somebody else."""
    victim = account(stack, "teacher", TERRITORY)
    browser = at(stack, person)
    for kind in range(8):
        document = authority.answer(authority.leave(browser), subject, login=person["login"])
        signed = re.search(r"<(\w+):Assertion\b.*</\1:Assertion>", document, re.DOTALL)[0]
        signature = re.search(r"<ns\d:Signature\b.*?</ns\d:Signature>", signed, re.DOTALL)[0]
        bare = signed.replace(signature, "")
        forged = bare.replace(person["login"], victim["login"])
        other = re.sub(r' ID="[^"]*"', ' ID="_forged"', forged, count=1)
        mark = forged.index("</", forged.index("Issuer")) + len(re.search(r"</\w+:Issuer>", forged)[0])
        own = re.search(r' ID="([^"]*)"', bare)[1]
        wrapped = {
            0: other + signed, 1: signed + other, 2: other[:mark] + f"<x:e xmlns:x=\"urn:x\">{signed}</x:e>" + other[mark:],
            # The signature in the forged one, what it is over inside of it, or inside of the signature itself.
            3: other[:mark] + signature + other[mark:].replace("<ns1:Conditions", bare + "<ns1:Conditions", 1),
            4: other[:mark] + signature.replace("</ns2:SignatureValue>", f"</ns2:SignatureValue><ns2:Object>{bare}</ns2:Object>") + other[mark:],
            5: forged[:mark] + signature + forged[mark:],
            # An identifier that libxml2 finds by itself.
            6: forged[:mark] + signature + f'<x:e xmlns:x="urn:x" xml:id="{own}"/>' + forged[mark:],
            7: f"<x:e xmlns:x=\"urn:x\">{signed}</x:e>" + other,
        }[kind]
        turned_away(browser, authority.come_back(browser, document.replace(signed, wrapped)))


@pytest.mark.parametrize("start", [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<?xml version="1.0" encoding="UTF-16"?>', '<?xml-stylesheet href="x"?>', "<!-- -->", " "])
def test_documents_that_are_refused_before_they_are_parsed(stack, authority, person, subject, start):
    browser = at(stack, person)
    document = authority.answer(authority.leave(browser), subject, login=person["login"])
    turned_away(browser, authority.come_back(browser, start + document))
    # Nothing was taken by that: the question can still be answered.
    unlink(stack, person, authority)
    assert authority.come_back(browser, document).status == 303


def test_hostile_sizes_and_names(stack, authority, person, subject):
    browser = at(stack, person)
    document = authority.answer(authority.leave(browser), subject, login=person["login"])
    close = document.rindex("</")
    started = time.monotonic()
    for inside in ("<a>" * 3000 + "</a>" * 3000, "<a/>" * 20_000):
        refused(authority.post(browser, document[:close] + inside + document[close:]), REFUSED, 403)
    assert authority.post(browser, document[:close] + " " * 300_000 + document[close:]).status in (400, 403, 413)
    # A comment in a name would be two names for two readers (CVE-2017-11427).
    refused(authority.post(browser, document.replace(subject, subject + "<!-- -->.evil")), REFUSED, 403)
    for text in ("", "AAAA", "%"):
        assert browser.send("POST", "/saml/sp/acs", b"SAMLResponse=" + text.encode(), {"Content-Type": "application/x-www-form-urlencoded"}).status in (400, 403, 422)
    assert time.monotonic() - started < 5


# Signed out there


def test_the_provider_signs_somebody_out_and_our_partners_with_it(site, stack, authority, person, subject):
    unlink(stack, person, authority)
    first, second = at(stack, person), at(stack, person)
    documents = [authority.answer(authority.leave(browser), subject, login=person["login"]) for browser in (first, second)]
    for browser, document in zip((first, second), documents, strict=True):
        assert authority.come_back(browser, document).status == 303 and is_in(browser)
    # Not by strangers, not late, not for another place, nobody else's session.
    good = authority.logout_request(subject, [index_of(documents[0])])
    for query in (authority.logout_query(good, sign=False), authority.logout_query(authority.logout_request(subject, age=-3600)),
                  authority.logout_query(good.replace("/saml/sp/logout", "/saml/sp/logouT"))):
        refused(first.get("/saml/sp/logout?" + query))
    first.get("/saml/sp/logout?" + authority.logout_query(authority.logout_request("somebody-else")))
    assert is_in(first) and is_in(second)
    answer = first.get("/saml/sp/logout?" + authority.logout_query(good, relay_state="retour"))
    assert answer.status == 303 and answer.header("Location").startswith(authority.url + "/slo?SAMLResponse="), answer.text[:300]
    assert "RelayState=retour" in answer.header("Location") and "preau_session" not in first.cookies
    assert is_in(second), "one session of two"
    # Without an index, all of the person's; from another browser's page and another node.
    other = at(stack, person, stack["nodes"][1]["url"])
    assert other.get("/saml/sp/logout?" + authority.logout_query(authority.logout_request(subject))).status == 303
    assert not is_in(second)


@pytest.mark.parametrize("document", [
    "<a/>", '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"><md:IDPSSODescriptor '
    'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:SingleSignOnService '
    'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://x.example/"/></md:IDPSSODescriptor>'
    "</md:EntityDescriptor>"], ids=range(3))
def test_metadata_that_are_refused(site, tmp_path, document):
    path = tmp_path / "idp.xml"
    path.write_text(document)
    assert preau(site[1], "upstream", "add-saml", f"non-{time.time_ns() % 1_000_000}", "Non", str(path), check=False).returncode != 0


def test_one_of_a_service_provider_is_none(site, tmp_path):
    provider = ServiceProvider(*site, signs=False)
    try:
        assert preau(site[1], "upstream", "add-saml", "fournisseur", "Non", str(provider.metadata), check=False).returncode != 0
    finally:
        provider.remove()
