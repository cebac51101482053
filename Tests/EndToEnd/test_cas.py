"""CAS 1, 2 and 3, and SAML 1.1: with python-cas as the client, and by hand where a client would be too polite."""

import json
import re
import subprocess
import time
import urllib.parse

import pytest
from browsing import Visitor, account, host_of, visitor
from partners import CHECKOUT, Partner, parameters, preau, register

SCHEMA = CHECKOUT / "Tests" / "Fixtures" / "SingleSignOn" / "cas-answer.xsd"


@pytest.fixture(scope="module")
def partner():
    partner = Partner()
    yield partner
    partner.close()


@pytest.fixture(scope="module")
def service(request, partner):
    import os
    import pathlib
    state = pathlib.Path(os.environ["PREAU_STATE"])
    stack = json.loads((state / "stack.json").read_text())
    added = register(stack, state, "cas", partner.url)
    yield partner.url
    preau(state, "service", "remove", added["id"])


def enter(browser, service, **more):
    return browser.get("/cas/login?" + urllib.parse.urlencode({"service": service} | more))


def ticket_of(answer):
    assert answer.status == 303, answer.text[:300]
    ticket = parameters(answer.header("Location")).get("ticket")
    assert ticket and re.fullmatch(r"ST-[A-Za-z0-9-]{29,253}", ticket)
    return ticket


def validate(url, service, ticket, path="/cas/p3/serviceValidate", **more):
    query = {"service": service, "ticket": ticket} | more
    return Visitor(url).get(f"{path}?{urllib.parse.urlencode(query)}")


def is_valid(xml):
    import xmlschema
    xmlschema.XMLSchema(str(SCHEMA)).validate(xml)
    return True


def pupil(stack):
    return account(stack, "pupil", "seine-et-marne")


# Real clients


# Its version 1 compares bytes with text and believes no server: see the next test.
@pytest.mark.parametrize("version", [2, 3, "CAS_2_SAML_1_0"])
def test_python_cas_signs_somebody_in(stack, service, version):
    import cas
    person = account(stack, "teacher", "seine-et-marne")
    client = cas.CASClient(version=version, service_url=service, server_url=stack["front"] + "/cas/")
    browser = visitor(stack, person)
    login = urllib.parse.urlsplit(client.get_login_url())
    answer = browser.get(f"{login.path}?{login.query}")
    assert answer.header("Location").startswith(service)
    user, attributes, _ = client.verify_ticket(ticket_of(answer))
    assert user == person["login"]
    if version in (3, "CAS_2_SAML_1_0"):
        assert attributes["login"] == person["login"]
        assert attributes["profile"] == "teacher"
        assert attributes["schools"] == person["establishments"][0]
    assert client.verify_ticket("ST-" + "0" * 48)[0] is None


def test_cas_1_says_yes_and_who(stack, service):
    person = pupil(stack)
    ticket = ticket_of(enter(visitor(stack, person), service))
    answer = validate(stack["front"], service, ticket, "/cas/validate")
    assert answer.text == f"yes\n{person['login']}\n" and answer.header("Content-Type").startswith("text/plain")
    assert validate(stack["front"], service, ticket, "/cas/validate").text == "no\n\n"


def test_somebody_signs_in_on_the_way(stack, service):
    person = pupil(stack)
    browser = Visitor(stack["front"], host_of(stack, person["territory"]))
    sent = enter(browser, service)
    assert sent.status == 303 and sent.header("Location").startswith("/login?next=%2Fcas%2Flogin")
    page = browser.get(sent.header("Location"))
    # A browser holds the redirects after the form to the page's policy.
    origin = service.removesuffix("/appli/")
    assert f"form-action 'self' {origin};" in page.header("Content-Security-Policy")
    back = browser.form(page, username=person["login"], password=person["password"])
    assert back.status == 303 and back.header("Location").startswith("/cas/login?")
    answer = validate(stack["front"], service, ticket_of(browser.get(back.header("Location"))))
    assert f"<cas:user>{person['login']}</cas:user>" in answer.text
    assert "<cas:isFromNewLogin>true</cas:isFromNewLogin>" in answer.text
    # The next time it is not.
    answer = validate(stack["front"], service, ticket_of(enter(browser, service)))
    assert "<cas:isFromNewLogin>false</cas:isFromNewLogin>" in answer.text


def test_answers_are_valid_and_as_their_versions_say(stack, service):
    browser = visitor(stack, pupil(stack))
    node = stack["nodes"][-1]["url"]
    for path, has_attributes in (
            ("/cas/serviceValidate", False), ("/cas/proxyValidate", False), ("/cas/p3/serviceValidate", True),
            ("/cas/p3/proxyValidate", True)):
        good = validate(node, service, ticket_of(enter(browser, service)), path)
        assert good.status == 200 and good.header("Content-Type") == "text/xml;charset=UTF-8"
        assert good.header("Cache-Control") == "no-store"
        assert is_valid(good.text) and ("<cas:attributes>" in good.text) is has_attributes
        bad = validate(node, service, "ST-" + "0" * 48, path)
        assert bad.status == 200 and 'code="INVALID_TICKET"' in bad.text and is_valid(bad.text)
    value = validate(node, service, ticket_of(enter(browser, service)), format="JSON").json
    success = value["serviceResponse"]["authenticationSuccess"]
    assert success["user"] == pupil(stack)["login"] and success["attributes"]["profile"] == ["pupil"]
    failure = validate(node, service, "ST-x", format="json").json["serviceResponse"]["authenticationFailure"]
    assert failure["code"] == "INVALID_TICKET" and failure["description"]


# Tickets


def test_a_ticket_is_good_for_one_try_on_any_node(stack, service):
    first, second = stack["nodes"][0]["url"], stack["nodes"][1]["url"]
    browser = visitor(stack, pupil(stack), first)
    ticket = ticket_of(enter(browser, service))
    assert "authenticationSuccess" in validate(second, service, ticket).text
    for node in (first, second):
        assert 'code="INVALID_TICKET"' in validate(node, service, ticket).text
    # Also when the try was no good: another service, a demand that it does not meet.
    ticket = ticket_of(enter(browser, service))
    assert 'code="INVALID_SERVICE"' in validate(first, service + "autre", ticket).text
    assert 'code="INVALID_TICKET"' in validate(second, service, ticket).text
    ticket = ticket_of(enter(browser, service))
    assert 'code="INVALID_TICKET"' in validate(first, service, ticket, renew="true").text
    assert 'code="INVALID_TICKET"' in validate(second, service, ticket).text


def test_a_ticket_tried_many_times_at_once_is_good_once(stack, service):
    import concurrent.futures
    browser = visitor(stack, pupil(stack))
    ticket = ticket_of(enter(browser, service))
    nodes = [node["url"] for node in stack["nodes"]] * 8
    with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
        answers = list(pool.map(lambda node: validate(node, service, ticket).text, nodes))
    assert sum("authenticationSuccess" in answer for answer in answers) == 1


@pytest.mark.parametrize("query, code", [
    ({}, "INVALID_REQUEST"), ({"service": "http://127.0.0.1/"}, "INVALID_REQUEST"),
    ({"ticket": "ST-1"}, "INVALID_REQUEST"), ({"ticket": "PT-1", "service": "x"}, "INVALID_TICKET_SPEC"),
    ({"ticket": "PGT-1", "service": "x"}, "INVALID_TICKET_SPEC"),
    ({"ticket": "ST-é\r\n", "service": "x"}, "INVALID_TICKET"), ({"ticket": "ST-" + "f" * 400, "service": "x"}, "INVALID_TICKET")])
def test_what_is_no_ticket_is_refused(stack, query, code):
    answer = Visitor(stack["front"]).get("/cas/serviceValidate?" + urllib.parse.urlencode(query))
    assert f'code="{code}"' in answer.text and is_valid(answer.text)
    plain = Visitor(stack["front"]).get("/cas/validate?" + urllib.parse.urlencode(query))
    assert plain.status == 400 or plain.text == "no\n\n"


def test_a_ticket_dies_with_its_session(stack, service):
    browser = visitor(stack, pupil(stack))
    ticket = ticket_of(enter(browser, service))
    assert browser.call("DELETE", "/api/v1/session").status == 204
    assert 'code="INVALID_TICKET"' in validate(stack["front"], service, ticket).text


def test_proxy_tickets_are_not_given_unless_registered(stack, service):
    browser = visitor(stack, pupil(stack))
    answer = validate(stack["front"], service, ticket_of(enter(browser, service)), pgtUrl="https://127.0.0.1/pgt")
    assert "authenticationSuccess" in answer.text and "proxyGrantingTicket" not in answer.text
    answer = Visitor(stack["front"]).get("/cas/proxy?pgt=PGT-1&targetService=x")
    assert 'proxyFailure code="INVALID_TICKET"' in answer.text and is_valid(answer.text)


# Ways in


def test_gateway_asks_nothing(stack, service):
    answer = enter(Visitor(stack["front"]), service, gateway="true")
    assert answer.status == 303 and answer.header("Location") == service
    assert ticket_of(enter(visitor(stack, pupil(stack)), service, gateway="true"))


def test_renew_asks_again_and_wins_over_gateway(stack, service):
    person = pupil(stack)
    browser = visitor(stack, person)
    sent = enter(browser, service, renew="true", gateway="true")
    assert sent.header("Location").startswith("/login?again=1&next=")
    # Not asked, nothing gained: the same address leads to the same question.
    following = urllib.parse.parse_qs(urllib.parse.urlsplit(sent.header("Location")).query)["next"][0]
    assert browser.get(following).header("Location").startswith("/login?again=1")
    back = browser.form(browser.get(sent.header("Location")), username=person["login"], password=person["password"])
    ticket = ticket_of(browser.get(back.header("Location")))
    assert "authenticationSuccess" in validate(stack["front"], service, ticket, renew="true").text


def test_a_forged_mark_of_freshness_is_none(stack, service):
    browser = visitor(stack, pupil(stack))
    for mark in ("k1.0." + "A" * 22, "k1.99999999999.x", ".."):
        assert enter(browser, service, renew="true", fresh=mark).header("Location").startswith("/login?again=1")


def test_warn_asks_before_it_leads_on(stack, service):
    browser = visitor(stack, pupil(stack))
    page = enter(browser, service, warn="true")
    assert page.status == 200 and "127.0.0.1" in page.text
    link = re.search(r'href="(/cas/login[^"]+)"', page.text)[1].replace("&amp;", "&")
    assert ticket_of(browser.get(link))
    other = visitor(stack, account(stack, "teacher", "seine-et-marne"))
    assert other.get(link).status == 200, "another session's confirmation is none"


def test_the_service_may_want_a_post(stack, service):
    page = enter(visitor(stack, pupil(stack)), service, method="POST")
    assert page.status == 200 and f'action="{service}"' in page.text
    assert re.search(r'name="ticket" value="ST-', page.text)
    assert "script-src 'sha256-" in page.header("Content-Security-Policy")
    assert f"form-action {service.removesuffix('/appli/')};" in page.header("Content-Security-Policy")


def test_the_query_of_the_service_stays(stack, service):
    answer = enter(visitor(stack, pupil(stack)), service + "page?a=1&b=%26#there")
    location = answer.header("Location")
    assert location.startswith(service + "page?a=1&b=%26&ticket=ST-") and "#" not in location
    ticket = parameters(location)["ticket"]
    assert "authenticationSuccess" in validate(stack["front"], service + "page?a=1&b=%26", ticket).text


def test_without_a_service_one_is_at_home(stack):
    assert Visitor(stack["front"]).get("/cas/login").header("Location") == "/login"
    assert visitor(stack, pupil(stack)).get("/cas/login").header("Location") == "/home"


# Attacks


def bad_services(service):
    port = urllib.parse.urlsplit(service).port
    return [
        "https://evil.example/", f"http://127.0.0.1:{port}.evil.example/appli/", f"http://127.0.0.1:{port}@evil.example/",
        f"http://evil.example#@127.0.0.1:{port}/appli/", f"http://127.0.0.1:{port}\\@evil.example/appli/",
        f"http://127.0.0.1:{port + 1}/appli/", f"https://127.0.0.1:{port}/appli/", f"http://127.0.0.1:{port}/appli-x/",
        f"http://127.0.0.1:{port}/appli/../x", f"http://127.0.0.1:{port}/appli/%2e%2e/x",
        f"http://127.0.0.1:{port}/appli/%2f../x", f"//127.0.0.1:{port}/appli/", "javascript:alert(1)",
        f"http://127.0.0.1:{port}/appli/ x", f"http://127.1:{port}/appli/", f"http://2130706433:{port}/appli/",
    ]


def test_nobody_is_led_to_an_address_that_is_not_registered(stack, service):
    browser = visitor(stack, pupil(stack))
    for bad in bad_services(service):
        for who in (browser, Visitor(stack["front"])):
            for more in ({}, {"gateway": "true"}, {"warn": "true"}, {"method": "POST"}):
                answer = enter(who, bad, **more)
                assert answer.status in (400, 403), (bad, more, answer.status, answer.header("Location"))
                assert answer.header("Location") is None
        answer = Visitor(stack["front"]).get("/cas/logout?" + urllib.parse.urlencode({"service": bad}))
        assert answer.header("Location") in ("/login?signed_out=1", None), bad


def test_a_line_break_in_a_service_goes_nowhere(stack, service):
    browser = visitor(stack, pupil(stack))
    for bad in (service + "\r\nSet-Cookie: a=b", service + "\nx", service + "\x00"):
        answer = enter(browser, bad)
        assert answer.status in (400, 403) and answer.header("Set-Cookie") is None


SOAP = """<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>
<samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_r1"
IssueInstant="2026-11-26T10:00:00Z"><samlp:AssertionArtifact>{}</samlp:AssertionArtifact></samlp:Request>
</SOAP-ENV:Body></SOAP-ENV:Envelope>"""


def ask_saml(stack, service, body):
    return Visitor(stack["front"]).send(
        "POST", "/cas/samlValidate?" + urllib.parse.urlencode({"TARGET": service}), body.encode(),
        {"Content-Type": "text/xml", "SOAPAction": "http://www.oasis-open.org/committees/security"})


def test_saml_tells_the_same(stack, service):
    browser = visitor(stack, pupil(stack))
    answer = ask_saml(stack, service, SOAP.format(ticket_of(enter(browser, service))))
    assert 'Value="samlp:Success"' in answer.text and 'InResponseTo="_r1"' in answer.text
    assert f"<NameIdentifier>{pupil(stack)['login']}</NameIdentifier>" in answer.text
    assert f'Recipient="{service}"' in answer.text
    refused = ask_saml(stack, service, SOAP.format("ST-" + "0" * 48))
    assert 'Value="samlp:RequestDenied"' in refused.text and "<Assertion " not in refused.text


def test_hostile_xml_is_refused(stack, service):
    browser = visitor(stack, pupil(stack))
    ticket = ticket_of(enter(browser, service))
    doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    bombs = [
        doctype + SOAP.format("&e;"), doctype + SOAP.format(ticket), SOAP.format(f"<!-- x -->{ticket}"),
        SOAP.format(f"<![CDATA[{ticket}]]>"), SOAP.format(f"{ticket}</samlp:AssertionArtifact><AssertionArtifact>{ticket}"),
        "", "<", SOAP.format(""), "\x00", "é" * 3000]
    for bomb in bombs:
        answer = ask_saml(stack, service, bomb)
        assert answer.status in (200, 400, 413) and "samlp:Success" not in answer.text, bomb[:80]
    assert ask_saml(stack, service, SOAP.format("x" * 9000)).status == 413
    # And none of them used it up.
    assert "samlp:Success" in ask_saml(stack, service, SOAP.format(ticket)).text


# Signing out


def test_services_are_told_when_a_session_ends(stack, service, partner):
    import cas
    browser = visitor(stack, pupil(stack))
    tickets = [ticket_of(enter(browser, service + path)) for path in ("", "two")]
    partner.heard.clear()
    answer = browser.get("/cas/logout?" + urllib.parse.urlencode({"service": service}))
    assert answer.status == 303 and answer.header("Location") == service
    assert browser.get("/home").status == 303
    heard = partner.wait_for(2)
    assert {path for path, _ in heard} == {"/appli/", "/appli/two"}
    for _, fields in heard:
        assert any(cas.CASClientV3.verify_logout_request(fields["logoutRequest"], each) for each in tickets)


def test_services_are_told_of_a_sign_out_everywhere(stack, service, partner):
    person = account(stack, "guardian", "eure")
    first, second = visitor(stack, person), visitor(stack, person, stack["nodes"][1]["url"])
    for browser in (first, second):
        ticket_of(enter(browser, service))
    partner.heard.clear()
    assert first.call("DELETE", "/api/v1/me/sessions").status == 204
    assert len(partner.wait_for(2)) >= 2


# Who may go where, and what is told


def test_a_service_of_one_school_is_for_its_people(stack, stack_state, partner):
    inside = account(stack, "teacher", "seine-et-marne")
    url = partner.url.replace("/appli/", "/pronote/")
    added = register(
        stack, stack_state, "cas", url, "--template", "pronote", "--establishment", inside["establishments"][0],
        "--profiles", "teacher,pupil")
    try:
        ticket = ticket_of(enter(visitor(stack, inside), url))
        xml = validate(stack["front"], url, ticket).text
        assert is_valid(xml) and "<cas:categories>National_3</cas:categories>" in xml and "<cas:nom>" in xml
        preview = preau(stack_state, "service", "preview", added["id"], inside["login"])
        assert preview["allowed"]
        dates = r"<cas:authenticationDate>[^<]*</cas:authenticationDate><cas:long.*?</cas:isFromNewLogin>"
        assert re.sub(dates, "", preview["answer"]) == re.sub(dates, "", xml), "the preview is the very answer"
        for outside in (account(stack, "teacher", "eure"), account(stack, "head", "seine-et-marne")):
            answer = enter(visitor(stack, outside), url)
            assert answer.status == 403 and answer.header("Location") is None
            assert preau(stack_state, "service", "preview", added["id"], outside["login"])["allowed"] is False
    finally:
        preau(stack_state, "service", "remove", added["id"])
    browser, deadline = visitor(stack, inside), time.monotonic() + 10
    while enter(browser, url).status != 403:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_class_comes_from_the_shard(stack, service):
    xml = validate(stack["front"], service, ticket_of(enter(visitor(stack, pupil(stack)), service))).text
    assert re.search(r"<cas:classes>[^<]+</cas:classes>", xml), xml


def test_a_name_is_given_once_and_the_unreadable_is_refused(stack, stack_state):
    name = f"unique {time.time_ns()}"
    added = preau(stack_state, "service", "add", "cas", name, "http://127.0.0.1:9/unique/")
    try:
        again = preau(stack_state, "service", "add", "cas", name, "http://127.0.0.1:9/unique/", check=False)
        assert again.returncode == 1 and "preau.identity.service_name_taken" in again.stderr
        for bad in ("ftp://x/", "http://a@b/", "nothing", "http://x/../y"):
            refused = preau(stack_state, "service", "add", "cas", name + "x", bad, check=False)
            assert refused.returncode == 1 and "preau.identity.unacceptable_service" in refused.stderr
        listed = preau(stack_state, "service", "list")
        assert any(each["id"] == added["id"] for each in listed["items"])
    finally:
        preau(stack_state, "service", "remove", name)
