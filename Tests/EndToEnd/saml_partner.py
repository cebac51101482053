"""A service provider of SAML: pysaml2, with keys of its own, registered as operators do it."""

import base64
import datetime
import html
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.parse
import zlib

from browsing import Visitor
from lxml import etree
from partners import preau
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, BINDING_SOAP
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import entity_descriptor
from saml2.samlp import logout_request_from_string
from saml2.xml.schema import node_to_schema

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def key_pair(directory, name):
    key, certificate = directory / f"{name}.key", directory / f"{name}.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "30",
         "-subj", f"/CN=Essai {name}"], check=True, capture_output=True)
    return str(key), str(certificate)


class ServiceProvider:
    """`url`: where it is; nobody has to listen there, the tests carry what browsers carry."""

    def __init__(self, stack, state, *options, url=None, signs=True, encrypts=True, soap=None):
        self.stack, self.front, self.state = stack, stack["front"], state
        self.idp = self.front + "/saml/metadata"
        self.url = url or f"http://127.0.0.1:9/essai-{time.time_ns()}"
        self.entity_id = self.url + "/metadata"
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="preau-sp-"))
        self.key, certificate = key_pair(self.directory, "sp")
        metadata = self.directory / "idp.xml"
        metadata.write_text(Visitor(self.front).get("/saml/metadata").text)
        logout = [(self.url + "/slo", BINDING_HTTP_REDIRECT)]
        if soap:
            logout.append((soap, BINDING_SOAP))
        settings = {
            "entityid": self.entity_id, "key_file": self.key, "cert_file": certificate, "xmlsec_binary": "/usr/bin/xmlsec1",
            "metadata": {"local": [str(metadata)]}, "allow_unknown_attributes": True,
            "signing_algorithm": RSA_SHA256, "digest_algorithm": SHA256,
            "service": {"sp": {
                "name": "Essai", "authn_requests_signed": signs, "logout_requests_signed": True,
                "want_assertions_signed": True, "want_response_signed": True, "allow_unsolicited": False,
                "endpoints": {
                    "assertion_consumer_service": [
                        (self.url + "/acs", BINDING_HTTP_POST), (self.url + "/other", BINDING_HTTP_POST)],
                    "single_logout_service": logout,
                },
                "name_id_format": [
                    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
                    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"],
            }},
        }
        if encrypts:
            settings["encryption_keypairs"] = [{"key_file": self.key, "cert_file": certificate}]
        self.client = Saml2Client(SPConfig().load(settings))
        self.metadata = self.directory / "sp.xml"
        self.metadata.write_text(str(entity_descriptor(self.client.config)))
        self.name = f"essai saml {time.time_ns()}"
        self.added = preau(state, "service", "add", "saml", self.name, str(self.metadata), *options)
        self._await_nodes()

    def _await_nodes(self):
        """Until each node knows it: a request is then answered by the way to the sign-in page."""
        deadline = time.monotonic() + 10
        for node in self.stack["nodes"]:
            while True:
                _, query = self.query()
                answer = Visitor(node["url"]).get("/saml/sso?" + query)
                if answer.status != 403:
                    assert answer.status == 303, answer.text
                    break
                assert time.monotonic() < deadline, f"{node['id']} does not know {self.name}"
                time.sleep(0.02)

    def remove(self):
        preau(self.state, "service", "remove", self.added["id"])

    # Requests

    def query(self, relay_state="", **more):
        """A request for a redirect: its number and the query, signed."""
        number, info = self.client.prepare_for_authenticate(
            self.idp, relay_state=relay_state, binding=BINDING_HTTP_REDIRECT, sigalg=RSA_SHA256, **more)
        return number, dict(info["headers"])["Location"].partition("?")[2]

    def document(self, sign=True, digest=SHA256, **more):
        """A request for a form: its number and the document."""
        number, request = self.client.create_authn_request(
            self.front + "/saml/sso", binding=BINDING_HTTP_POST, sign=sign, sign_alg=RSA_SHA256, digest_alg=digest, **more)
        return number, str(request)

    def post(self, browser, document, **more):
        fields = {"SAMLRequest": base64.b64encode(document.encode()).decode()} | more
        return browser.send(
            "POST", "/saml/sso", urllib.parse.urlencode(fields).encode(),
            {"Content-Type": "application/x-www-form-urlencoded"})

    def ask(self, browser, relay_state="", **more):
        """By redirect: the request's number and the answer."""
        number, query = self.query(relay_state, **more)
        return number, browser.get("/saml/sso?" + query)

    # Answers

    def response(self, answer):
        """What the page of an answer would post, and where."""
        assert answer.status == 200, answer.text[:500]
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        action = html.unescape(re.search(r'action="([^"]*)"', answer.text).group(1))
        return action, {name: html.unescape(value) for name, value in fields.items()}

    def accept(self, number, answer):
        """What pysaml2 makes of it: signature, audience, times, place and, where there is one, encryption are its to check."""
        action, fields = self.response(answer)
        assert action in (self.url + "/acs", self.url + "/other")
        return self.client.parse_authn_request_response(
            fields["SAMLResponse"], BINDING_HTTP_POST, outstanding={number: "/"})

    def enter(self, browser, **more):
        number, answer = self.ask(browser, **more)
        return self.accept(number, answer)

    def status(self, answer):
        """The last word of the status of a Response that says no."""
        _, fields = self.response(answer)
        text = base64.b64decode(fields["SAMLResponse"]).decode()
        assert "Assertion" not in text.replace("urn:oasis:names:tc:SAML:2.0:assertion", "")
        return re.findall(r'StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:(\w+)"', text)

    # Signing out

    def logout_request(self, name_id, index, destination=None, sign=True, **more):
        _, request = self.client.create_logout_request(
            destination or self.front + "/saml/logout", self.idp, name_id=name_id, session_indexes=[index] if index else None,
            sign=sign, sign_alg=RSA_SHA256, digest_alg=SHA256, **more)
        return str(request)

    def logout_query(self, document, relay_state="", sign=True):
        info = self.client.apply_binding(
            BINDING_HTTP_REDIRECT, document, self.front + "/saml/logout", relay_state, sigalg=RSA_SHA256, sign=sign)
        return dict(info["headers"])["Location"].partition("?")[2]


def deflated(document):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(packer.compress(document.encode()) + packer.flush()).decode()


def moved(document, seconds):
    """The same message as if it had been made at another time."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return re.sub(r'IssueInstant="[^"]*"', f'IssueInstant="{moment:%Y-%m-%dT%H:%M:%SZ}"', document, count=1)


def index_of(response):
    return response.assertion.authn_statement[0].session_index


def certificate_of(stack, directory):
    """The key in our metadata, as a file."""
    text = Visitor(stack["front"]).get("/saml/metadata").text
    value = re.search(r"<md:KeyDescriptor.*?<ds:X509Certificate>(.*?)</ds:X509Certificate>", text, re.DOTALL)[1]
    path = directory / "idp.crt"
    path.write_text("-----BEGIN CERTIFICATE-----\n" + "\n".join(re.findall(".{1,64}", value)) + "\n-----END CERTIFICATE-----\n")
    return str(path)


def validate_schema(text):
    """Holds a document against the official schemas, which pysaml2 brings along."""
    root = etree.fromstring(text.encode())
    name = etree.QName(root)
    node_to_schema[f"{name.namespace}:{name.localname}"].validate(root)


def is_signed(stack, text, element, directory):
    """What xmlsec1 says of the signature of an element."""
    document = directory / "document.xml"
    document.write_text(text)
    command = ["xmlsec1", "--verify", "--pubkey-cert-pem", certificate_of(stack, directory)]
    for name in ("protocol:Response", "protocol:LogoutRequest", "protocol:LogoutResponse", "assertion:Assertion",
                 "metadata:EntityDescriptor"):
        command += ["--id-attr:ID", f"urn:oasis:names:tc:SAML:2.0:{name}"]
    path = f"//*[local-name()='{element}']/*[local-name()='Signature']"
    return subprocess.run([*command, "--node-xpath", path, str(document)], capture_output=True).returncode == 0


def damaged(document):
    """The first signature is another, whatever it begins with."""
    return re.sub(r"(<ns\d:SignatureValue>)(.)", lambda found: found[1] + ("B" if found[2] == "A" else "A"), document, count=1)


def refused(answer, code="preau.identity.saml_refused", status=400):
    assert answer.status == status, answer.text[:300]
    again = answer.text
    assert code in again or code in (answer.code or ""), again[:500]


__all__ = ["ServiceProvider", "deflated", "index_of", "is_signed", "logout_request_from_string", "moved", "refused", "validate_schema"]
