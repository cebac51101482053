"""SAML 2.0, single logout: by pysaml2, by strangers, and from here to partners."""

import http.server
import re
import threading
import time
import urllib.parse

import pytest
from browsing import Visitor, account, visitor
from saml2 import BINDING_HTTP_REDIRECT
from saml_partner import ServiceProvider, index_of, is_signed, logout_request_from_string, moved, refused, validate_schema


@pytest.fixture(scope="module")
def sp(site):
    provider = ServiceProvider(*site)
    yield provider
    provider.remove()


@pytest.fixture(scope="module")
def plain(site):
    provider = ServiceProvider(*site, signs=False, encrypts=False)
    yield provider
    provider.remove()


@pytest.fixture
def person(stack):
    return account(stack, "pupil", "seine-et-marne")


def test_pysaml2_signs_somebody_out(stack, sp, person):
    browser = visitor(stack, person)
    found = sp.enter(browser)
    assert browser.get("/home").status == 200
    document = sp.logout_request(found.name_id, index_of(found), sign=False)
    answer = browser.get("/saml/logout?" + sp.logout_query(document, relay_state="retour"))
    assert answer.status == 303 and answer.header("Location").startswith(sp.url + "/slo?SAMLResponse=")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.header("Location")).query)
    assert query["RelayState"] == ["retour"] and query["SigAlg"] == ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]
    told = sp.client.parse_logout_request_response(query["SAMLResponse"][0], BINDING_HTTP_REDIRECT)
    assert told.response.status.status_code.value.endswith(":Success")
    assert told.response.in_response_to == re.search(r' ID="([^"]*)"', document)[1]
    assert browser.get("/home").header("Location").startswith("/login")


def test_over_soap_and_only_once(stack, sp, person, tmp_path):
    browser = visitor(stack, person)
    found = sp.enter(browser)
    document = sp.logout_request(found.name_id, index_of(found), destination=stack["front"] + "/saml/soap")
    body = re.sub(r"^<\?xml[^>]*\?>\s*", "", document)
    envelope = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'

    def send():
        return Visitor(stack["front"]).send("POST", "/saml/soap", envelope.encode(), {"Content-Type": "text/xml"})
    answer = send()
    assert answer.status == 200, answer.text
    # pysaml2 writes what is in an envelope anew before it verifies it: xmlsec1 takes it as it came.
    assert is_signed(stack, answer.text, "LogoutResponse", tmp_path)
    validate_schema(re.search(r"<soap:Body>(.*)</soap:Body>", answer.text, re.DOTALL)[1])
    assert not is_signed(stack, answer.text.replace("status:Success", "status:SuccesS"), "LogoutResponse", tmp_path)
    assert "status:Success" in answer.text and re.search(r' ID="([^"]*)"', document)[1] in answer.text
    assert browser.get("/home").status == 303
    assert "status:Requester" in send().text


def test_nobody_is_signed_out_by_strangers(stack, sp, plain, person):
    browser = visitor(stack, person)
    found = sp.enter(browser)
    document = sp.logout_request(found.name_id, index_of(found), sign=False)
    refused(browser.get("/saml/logout?" + sp.logout_query(document, sign=False)))
    refused(browser.get("/saml/logout?" + sp.logout_query(moved(document, -3600))))
    refused(browser.get("/saml/logout?" + sp.logout_query(document.replace("/saml/logout", "/saml/elsewhere"))))
    # Another service provider, with its own good signature.
    other = plain.logout_request(found.name_id, index_of(found), sign=False)
    answer = browser.get("/saml/logout?" + plain.logout_query(other))
    assert answer.header("Location").startswith(plain.url + "/slo?")
    # The right index, another name.
    found.name_id.text = "somebody-else"
    browser.get("/saml/logout?" + sp.logout_query(sp.logout_request(found.name_id, index_of(found), sign=False)))
    assert browser.get("/home").status == 200


class Listener:
    """Where a service provider hears over SOAP."""

    def __init__(self):
        listener = self
        self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                listener.heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/soap"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def test_partners_are_told_of_sign_outs(site, stack, person, tmp_path):
    listener = Listener()
    provider = ServiceProvider(*site, soap=listener.url)
    try:
        browser = visitor(stack, person)
        found = provider.enter(browser)
        browser.call("DELETE", "/api/v1/session")
        deadline = time.monotonic() + 10
        while not listener.heard:
            assert time.monotonic() < deadline, "nobody was told"
            time.sleep(0.02)
        assert is_signed(stack, listener.heard[0], "LogoutRequest", tmp_path)
        inside = re.search(r"<soap:Body>(.*)</soap:Body>", listener.heard[0], re.DOTALL)[1]
        validate_schema(inside)
        message = logout_request_from_string(inside)
        assert message.name_id.text == found.name_id.text and message.destination == listener.url
        assert [each.text for each in message.session_index] == [index_of(found)]
        # Who asks knows it already.
        browser = visitor(stack, person)
        found = provider.enter(browser)
        document = provider.logout_request(found.name_id, index_of(found), sign=False)
        assert browser.get("/saml/logout?" + provider.logout_query(document)).status == 303
        time.sleep(1)
        assert len(listener.heard) == 1
    finally:
        provider.remove()
        listener.close()
