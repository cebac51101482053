"""SAML 2.0: pysaml2 as the service provider, xmlsec1 as a second opinion, and what a polite partner would not send."""

import base64
import re
import time
import urllib.parse

import pytest
from browsing import Visitor, account, host_of, visitor
from partners import preau
from saml2.response import StatusError
from saml2.saml import AuthnContextClassRef
from saml2.samlp import RequestedAuthnContext
from saml_partner import ServiceProvider, damaged, deflated, is_signed, moved, refused, validate_schema

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


@pytest.fixture(scope="module")
def sp(site):
    provider = ServiceProvider(*site)
    yield provider
    provider.remove()


@pytest.fixture(scope="module")
def plain(site):
    """One that signs nothing and cannot decrypt."""
    provider = ServiceProvider(*site, signs=False, encrypts=False)
    yield provider
    provider.remove()


@pytest.fixture
def person(stack):
    return account(stack, "pupil", "seine-et-marne")


@pytest.fixture
def browser(stack, person):
    return visitor(stack, person)


# Metadata


def test_the_metadata_are_signed_and_every_node_has_the_same(stack, tmp_path):
    texts = {Visitor(node["url"]).get("/saml/metadata").text for node in stack["nodes"]}
    keys = {tuple(re.findall(r"<md:KeyDescriptor.*?</md:KeyDescriptor>", text, re.DOTALL)) for text in texts}
    assert len(keys) == 1
    answer = Visitor(stack["front"]).get("/saml/metadata")
    assert answer.status == 200 and answer.header("Content-Type") == "application/samlmetadata+xml"
    assert f'entityID="{stack["front"]}/saml/metadata"' in answer.text
    validate_schema(answer.text)
    assert is_signed(stack, answer.text, "EntityDescriptor", tmp_path)
    assert not is_signed(stack, answer.text.replace("/saml/sso", "/saml/ssO"), "EntityDescriptor", tmp_path)


def test_keys_turn_without_a_failed_verification(site, stack, browser):
    def certificates(node):
        # Those of the signature itself have no prefix.
        return re.findall(r"<ds:X509Certificate>(.*?)</ds:X509Certificate>", Visitor(node["url"]).get("/saml/metadata").text)

    def await_nodes(fits):
        deadline = time.monotonic() + 10
        for node in stack["nodes"]:
            while not fits(certificates(node)):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        return certificates(stack["nodes"][0])
    first = certificates(stack["nodes"][0])
    preau(site[1], "signing-key", "rotate", "--saml")
    published = await_nodes(lambda found: len(found) == len(first) + 1)
    assert published[0] == first[0], "published, and not yet signing"
    # It has both, and never asks again.
    provider = ServiceProvider(*site)
    try:
        assert provider.enter(browser)
        preau(site[1], "signing-key", "rotate", "--saml", "--at-once")
        assert await_nodes(lambda found: found[0] != first[0])[0] in published, "the one that was published signs now"
        for node in stack["nodes"]:
            assert provider.enter(browser.at(node["url"]))
        keys = {key["id"] for key in preau(site[1], "signing-key", "list")["keys"] if key["purpose"] == "saml"}
        tokens = {key["kid"] for key in Visitor(stack["front"]).get("/oidc/jwks").json["keys"]}
        assert keys and not keys & tokens, "one is not for the other"
    finally:
        provider.remove()


# Signing in


def test_pysaml2_signs_somebody_in_by_every_binding_on_every_node(stack, sp, plain, person):
    names = set()
    for node in stack["nodes"]:
        browser = visitor(stack, person, node["url"])
        found = sp.enter(browser)
        assert found.ava["login"] == [person["login"]] and found.ava["schools"] == person["establishments"]
        names.add((found.name_id.text, found.name_id.format))
        number, document = sp.document()
        found = sp.accept(number, sp.post(browser, document))
        names.add((found.name_id.text, found.name_id.format))
        assert found.ava["login"] == [person["login"]]
        other = plain.enter(browser)
        assert other.ava["login"] == [person["login"]] and other.name_id.text != found.name_id.text
    assert len(names) == 1 and next(iter(names))[1] == PERSISTENT


def test_by_way_of_the_sign_in_page(stack, sp, person):
    browser = Visitor(stack["front"], host_of(stack, person["territory"]))
    number, answer = sp.ask(browser, relay_state="où=déjà&x")
    assert answer.status == 303 and answer.header("Location").startswith("/login?next=")
    page = browser.get(answer.header("Location"))
    back = browser.form(page, username=person["login"], password=person["password"])
    assert back.status == 303 and back.header("Location").startswith("/saml/continue?")
    assert person["login"] not in back.header("Location")
    last = browser.get(back.header("Location"))
    assert sp.accept(number, last).ava["login"] == [person["login"]]
    assert sp.response(last)[1]["RelayState"] == "où=déjà&x"
    assert f"form-action {urllib.parse.urlsplit(sp.url).scheme}://{urllib.parse.urlsplit(sp.url).netloc};" in last.header(
        "Content-Security-Policy")


def test_assertions_are_encrypted_for_whom_can_read_them(sp, plain, browser, person):
    def text(provider):
        _, answer = provider.ask(browser)
        return base64.b64decode(provider.response(answer)[1]["SAMLResponse"]).decode()
    closed, clear = text(sp), text(plain)
    assert "EncryptedAssertion" in closed and person["login"] not in closed and "aes256-cbc" in closed
    assert "EncryptedAssertion" not in clear and person["login"] in clear


def test_xmlsec1_verifies_both_signatures(stack, plain, browser, tmp_path):
    _, answer = plain.ask(browser)
    text = base64.b64decode(plain.response(answer)[1]["SAMLResponse"]).decode()
    assert "rsa-sha256" in text and "sha1" not in text
    validate_schema(text)
    for element in ("Response", "Assertion"):
        assert is_signed(stack, text, element, tmp_path)
        assert not is_signed(stack, text.replace("nameid-format:persistent", "nameid-format:persistenT"), element, tmp_path)


def test_names_are_of_the_format_that_the_service_is_registered_for(site, sp, browser, person):
    found = sp.enter(browser, nameid_format=TRANSIENT)
    assert found.name_id.format == TRANSIENT
    again = sp.enter(visitor(site[0], person), nameid_format=TRANSIENT)
    assert again.name_id.text != found.name_id.text, "another session"
    _, answer = sp.ask(browser, nameid_format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
    assert sp.status(answer) == ["Requester", "InvalidNameIDPolicy"]
    other = ServiceProvider(*site, "--name-id", "unspecified", "--template", "moodle", signs=False)
    try:
        assert other.enter(browser).name_id.text == person["login"]
    finally:
        other.remove()


def test_passive_and_forced(stack, sp, browser, person):
    stranger = Visitor(stack["front"], host_of(stack, person["territory"]))
    number, answer = sp.ask(stranger, is_passive="true")
    assert sp.status(answer) == ["Responder", "NoPassive"]
    with pytest.raises(StatusError):
        sp.accept(number, answer)
    assert sp.enter(browser, is_passive="true")
    number, answer = sp.ask(browser, force_authn="true")
    assert answer.status == 303 and answer.header("Location").startswith("/login?again=1")
    # Going on without showing who they are is no way round.
    here = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.header("Location")).query)["next"][0]
    assert browser.get(here).header("Location").startswith("/login?again=1")
    page = browser.get(answer.header("Location"))
    back = browser.form(page, username=person["login"], password=person["password"])
    assert sp.accept(number, browser.get(back.header("Location"))).ava["login"] == [person["login"]]
    _, answer = sp.ask(browser, force_authn="true", is_passive="true")
    assert sp.status(answer) == ["Responder", "NoPassive"]


def wished(*classes, comparison="exact"):
    return {"requested_authn_context": RequestedAuthnContext(
        authn_context_class_ref=[AuthnContextClassRef(text=each) for each in classes], comparison=comparison)}


def test_contexts(sp, browser):
    def wish(*classes, comparison="exact"):
        return wished(*classes, comparison=comparison)
    password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    strong = "https://refeds.org/profile/mfa"

    def got(**more):
        return sp.enter(browser, **more).assertion.authn_statement[0].authn_context.authn_context_class_ref.text
    assert got() == password
    assert got(**wish(password)) == password
    assert got(**wish(strong, password)) == password
    for more in (wish(strong), wish(strong, comparison="minimum"), wish(password, comparison="better"), wish("urn:unknown")):
        # No second factor to ask this person for.
        assert sp.status(sp.ask(browser, **more)[1]) == ["Responder", "NoAuthnContext"]


def test_a_second_factor_is_asked_for_and_said(stack, sp):
    from test_second_factor import add_application, forget
    person = account(stack, "teacher", "seine-et-marne")
    strong = "https://refeds.org/profile/mfa"
    wish = wished(strong)
    forget(stack, person)
    try:
        first, second = visitor(stack, person), visitor(stack, person)
        add_application(first)
        found = sp.enter(first, **wish)
        assert found.assertion.authn_statement[0].authn_context.authn_context_class_ref.text == strong
        # A session without it is asked first.
        _, answer = sp.ask(second, **wish)
        assert answer.status == 303 and answer.header("Location").startswith("/login/factor?next="), answer.text
    finally:
        forget(stack, person)


def test_only_profiles_that_the_service_is_for(site, browser):
    provider = ServiceProvider(*site, "--profiles", "teacher", signs=False)
    try:
        assert provider.status(provider.ask(browser)[1]) == ["Responder", "RequestDenied"]
    finally:
        provider.remove()


def test_the_preview_is_the_answer_without_a_signature(site, sp, plain, browser, person):
    shown = preau(site[1], "service", "preview", plain.added["id"], person["login"])
    assert shown["allowed"] and "Signature" not in shown["answer"] and plain.url + "/acs" in shown["answer"]
    found = plain.enter(browser)
    assert found.name_id.text in shown["answer"]
    assert {name: values for name, values in shown["attributes"].items()} == dict(found.ava)
    # Nobody takes it for an answer.
    with pytest.raises(Exception, match=".+"):
        plain.client.parse_authn_request_response(
            base64.b64encode(shown["answer"].encode()).decode(), "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
            outstanding=None)


# What a polite partner would not send


def test_unsigned_where_signatures_are_registered(sp, browser):
    _, document = sp.document(sign=False)
    refused(sp.post(browser, document))
    _, query = sp.query()
    bare = "&".join(part for part in query.split("&") if not part.startswith("Sig"))
    refused(browser.get("/saml/sso?" + bare))
    refused(browser.get("/saml/sso?" + "&".join(part for part in query.split("&") if not part.startswith("SigAlg"))))


def test_what_is_changed_after_signing(sp, browser):
    _, query = sp.query(relay_state="a")
    refused(browser.get("/saml/sso?" + query.replace("RelayState=a", "RelayState=b")))
    refused(browser.get("/saml/sso?" + query + "&SAMLRequest=x"))
    refused(browser.get("/saml/sso?" + query.replace("Signature=", "Signature=A")))
    _, document = sp.document()
    refused(sp.post(browser, document.replace("/acs\"", "/other\"")))
    refused(sp.post(browser, damaged(document)))


def test_a_foreign_key_and_weak_digests(sp, plain, browser):
    _, document = plain.document()
    refused(sp.post(browser, document.replace(plain.url, sp.url)))
    _, document = sp.document(digest="http://www.w3.org/2000/09/xmldsig#sha1")
    refused(sp.post(browser, document))


def test_signature_wrapping(sp, browser):
    """The signed request stays somewhere in the document; what is read first says another place to answer to."""
    _, document = sp.document()
    body = document.partition("?>")[2].strip() or document
    forged = re.sub(r"<ns2:Signature.*?</ns2:Signature>", "", body, flags=re.DOTALL)
    forged = forged.replace("/acs\"", "/other\"")
    for identifier in ("_forged", None):
        outer = re.sub(r' ID="[^"]*"', f' ID="{identifier}"', forged, count=1) if identifier else forged
        close = outer.rindex("</")
        for inner in (f"<ns0:Extensions>{body}</ns0:Extensions>", body):
            refused(sp.post(browser, outer[:close] + inner + outer[close:]))
        # The signature moved to the forged one, what it signs beside it.
        signature = re.search(r"<ns2:Signature.*?</ns2:Signature>", body, re.DOTALL)[0]
        without = body.replace(signature, "")
        mark = outer.index("</ns1:Issuer>") + len("</ns1:Issuer>")
        refused(sp.post(
            browser, outer[:mark] + signature + f"<ns0:Extensions>{without}</ns0:Extensions>" + outer[mark:]))


DOCUMENTS = {
    "xxe": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>%s',
    "external dtd": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">%s',
    "laughs": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + ']>%s',
    "utf-7": '<?xml version="1.0" encoding="UTF-7"?>%s',
    "utf-16 said": '<?xml version="1.0" encoding="UTF-16"?>%s',
    "instruction": '<?xml-stylesheet href="x"?>%s',
    "comment": "<!-- -->%s",
    "nothing": "%.0s ",
    "no xml": "%.0sx",
    "half": "%.40s",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_that_are_refused_before_they_are_parsed(plain, browser, name):
    _, document = plain.document(sign=False)
    body = re.sub(r"^<\?xml[^>]*\?>\s*", "", document)
    assert plain.post(browser, body).status == 200, "the same without it is answered"
    bad = DOCUMENTS[name] % body
    started = time.monotonic()
    refused(plain.post(browser, bad))
    refused(browser.get("/saml/sso?" + urllib.parse.urlencode({"SAMLRequest": deflated(bad)})))
    assert time.monotonic() - started < 2


def test_bombs(plain, browser):
    _, document = plain.document(sign=False)
    body = re.sub(r"^<\?xml[^>]*\?>\s*", "", document)
    close = body.rindex("</")
    started = time.monotonic()
    large = body[:close] + " " * 3_000_000 + body[close:]
    refused(browser.get("/saml/sso?" + urllib.parse.urlencode({"SAMLRequest": deflated(large)})))
    deep = body[:close] + "<a>" * 3000 + "</a>" * 3000 + body[close:]
    refused(plain.post(browser, deep))
    many = body[:close] + "<a/>" * 20_000 + body[close:]
    refused(plain.post(browser, many))
    assert plain.post(browser, body[:close] + " " * 300_000 + body[close:]).status in (400, 413)
    assert time.monotonic() - started < 5


def test_places_times_and_names(plain, sp, browser):
    _, document = plain.document(sign=False)
    assert plain.post(browser, document).status == 200
    refused(plain.post(browser, document.replace(plain.front + "/saml/sso", "https://elsewhere.example/saml/sso")))
    refused(plain.post(browser, moved(document, -7200)))
    refused(plain.post(browser, moved(document, 7200)))
    refused(plain.post(browser, document.replace("/acs\"", "/acs2\"")))
    refused(plain.post(browser, document.replace(plain.url + "/acs\"", "https://evil.example/acs\"")))
    refused(plain.post(browser, document.replace("HTTP-POST\"", "HTTP-Artifact\"")))
    refused(plain.post(browser, document.replace('Version="2.0"', 'Version="1.1"')))
    refused(
        plain.post(browser, document.replace(plain.entity_id, "https://nobody.example/metadata")),
        "preau.identity.unknown_service", 403)
    # To the other registered place it may go.
    action, _ = plain.response(plain.post(browser, document.replace("/acs\"", "/other\"")))
    assert action == plain.url + "/other"
    # Signed for another place.
    number, request = sp.client.create_authn_request("https://elsewhere.example/sso", sign=True, digest_alg="http://www.w3.org/2001/04/xmlenc#sha256", sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
    refused(sp.post(browser, str(request)))


def test_relay_states_lead_nowhere(plain, browser):
    _, document = plain.document(sign=False)
    for text in ("https://evil.example/", "javascript:alert(1)", '"><script>alert(1)</script>', "//evil.example"):
        answer = plain.post(browser, document, RelayState=text)
        action, fields = plain.response(answer)
        assert action == plain.url + "/acs" and fields["RelayState"] == text
        assert not answer.header("Location") and "<script>alert" not in answer.text
    assert plain.post(browser, document, RelayState="x" * 1025).status in (400, 422)


def test_a_request_that_is_sent_again_gains_nothing(stack, sp, browser, person):
    number, query = sp.query()
    first, second = browser.get("/saml/sso?" + query), browser.get("/saml/sso?" + query)
    one, two = sp.accept(number, first), sp.accept(number, second)
    assert one.assertion.id != two.assertion.id
    # Somebody else's browser gets somebody else's answer.
    other = account(stack, "pupil", "seine-et-marne", index=1)
    assert sp.accept(number, visitor(stack, other).get("/saml/sso?" + query)).ava["login"] == [other["login"]]
    # And a service provider takes an answer to its own questions only.
    with pytest.raises(Exception, match=".+"):
        sp.accept("id-another", first)


def test_an_answer_is_for_one_service_provider(sp, plain, browser):
    number, answer = plain.ask(browser)
    _, fields = plain.response(answer)
    # It looks at the place first, and goes no further.
    assert plain.accept(number, answer).assertion is not None
    assert sp.client.parse_authn_request_response(
        fields["SAMLResponse"], "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", outstanding={number: "/"}).assertion is None
    text = base64.b64decode(fields["SAMLResponse"]).decode()
    assert re.findall(r"<saml:Audience>(.*?)</saml:Audience>", text) == [plain.entity_id]
    assert set(re.findall(r'(?:Recipient|Destination)="(.*?)"', text)) == {plain.url + "/acs"}


def test_the_way_back_cannot_be_made_up(stack, sp, browser, person):
    stranger = Visitor(stack["front"], host_of(stack, person["territory"]))
    _, answer = sp.ask(stranger)
    here = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.header("Location")).query)["next"][0]
    parts = urllib.parse.parse_qs(urllib.parse.urlsplit(here).query)
    sealed = parts["request"][0]
    assert browser.get(here).status == 200
    other = sealed[:50] + ("B" if sealed[50] == "A" else "A") + sealed[51:]
    for bad in (other, sealed[:40], "x", ""):
        assert browser.get("/saml/continue?request=" + bad).status in (400, 422)


# Registration


METADATA = [
    "<a/>", "", "x", '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>',
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"><md:SPSSODescriptor '
    'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:AssertionConsumerService index="1" '
    'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="javascript:alert(1)"/></md:SPSSODescriptor>'
    '</md:EntityDescriptor>', "<a>" * 80_000]


@pytest.mark.parametrize("document", METADATA, ids=range(len(METADATA)))
def test_metadata_that_are_refused(site, tmp_path, document):
    path = tmp_path / "sp.xml"
    path.write_text(document)
    done = preau(site[1], "service", "add", "saml", f"refusé {time.time_ns()}", str(path), check=False)
    assert done.returncode != 0


def test_one_entity_is_registered_once(site, sp):
    done = preau(site[1], "service", "add", "saml", f"double {time.time_ns()}", str(sp.metadata), check=False)
    assert done.returncode != 0 and "service_name_taken" in done.stderr + done.stdout
