"""An identity provider of SAML above us: pysaml2, with keys of its own; what it answers can be made as bad as a test wants."""

import base64
import datetime
import html
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.parse

from browsing import Visitor
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from partners import preau
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.assertion import Policy
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NAMEID_FORMAT_TRANSIENT, NameID
from saml2.server import Server
from saml_partner import RSA_SHA256, SHA256, key_pair

LOGIN = "urn:oid:1.2.3.4.5.1"
REFERENCE = "urn:oid:1.3.6.1.4.1.20326.10.999.1.8"
ENCRYPTION = """<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">
<xenc:EncryptionMethod Algorithm="{data}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>
<xenc:EncryptionMethod Algorithm="{key}"/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/>
</xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>"""
GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"


class Authority:
    """`territory`: registered for its sites alone; else for all of them. Nobody has to listen at `url`: the tests carry what browsers carry."""

    def __init__(self, stack, state, *options, territory=None, url=None, post_only=False):
        self.stack, self.state, self.territory = stack, state, territory
        self.url = url or f"http://127.0.0.1:9/autorite-{time.time_ns()}"
        self.entity_id = self.url + "/metadata"
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="preau-idp-"))
        self.key, self.certificate = key_pair(self.directory, "idp")
        host = next((each["host"] for each in stack["territories"] if each["id"] == territory), None)
        self.sp_metadata = self.directory / "sp.xml"
        self.sp_metadata.write_text(Visitor(stack["front"], host).get("/saml/sp/metadata").text)
        self.entity = re.search(r'entityID="([^"]*)"', self.sp_metadata.read_text())[1]
        binding = BINDING_HTTP_POST if post_only else BINDING_HTTP_REDIRECT
        self.server = Server(config=IdPConfig().load({
            "entityid": self.entity_id, "key_file": self.key, "cert_file": self.certificate, "xmlsec_binary": "/usr/bin/xmlsec1",
            "metadata": {"local": [str(self.sp_metadata)]}, "signing_algorithm": RSA_SHA256, "digest_algorithm": SHA256,
            "service": {"idp": {
                "name": "Autorité", "endpoints": {
                    "single_sign_on_service": [(self.url + "/sso", BINDING_HTTP_REDIRECT)],
                    "single_logout_service": [(self.url + "/slo", binding)]},
                "name_id_format": [NAMEID_FORMAT_PERSISTENT, NAMEID_FORMAT_TRANSIENT],
                "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
            }}}))
        self.metadata = self.directory / "idp.xml"
        self.metadata.write_text(str(entity_descriptor(self.server.config)))
        self.name = f"autorite-{time.time_ns() % 1_000_000_000}"
        if territory:
            options = (*options, "--territory", territory)
        preau(state, "upstream", "add-saml", self.name, f"Portail {self.name}", str(self.metadata), *options)
        deadline = time.monotonic() + 10
        for node in stack["nodes"]:
            while Visitor(node["url"], host).get(f"/login/upstream/{self.name}").status != 303:
                assert time.monotonic() < deadline, f"{node['id']} does not know {self.name}"
                time.sleep(0.02)

    def remove(self):
        preau(self.state, "upstream", "remove", self.name)

    # The way there

    def leave(self, browser, path="?next=/timetable"):
        """Sends a browser there; the request that it brings, which pysaml2 has verified."""
        return self.read(browser.get(f"/login/upstream/{self.name}{path}"))

    def read(self, sent):
        assert sent.status == 303, sent.text[:300]
        place, _, query = sent.header("Location").partition("?")
        assert place == self.url + "/sso", sent.header("Location")
        fields = dict(urllib.parse.parse_qsl(query))
        assert fields["SigAlg"] == RSA_SHA256 and "RelayState" not in fields
        # pysaml2 does not look at the signature of a query: an independent library does.
        use = re.search(r'use="signing">.*?X509Certificate>(.*?)</', self.sp_metadata.read_text(), re.DOTALL)[1]
        x509.load_der_x509_certificate(base64.b64decode(use)).public_key().verify(
            base64.b64decode(fields["Signature"]), query.partition("&Signature=")[0].encode(), padding.PKCS1v15(), hashes.SHA256())
        return self.server.parse_authn_request(fields["SAMLRequest"], BINDING_HTTP_REDIRECT).message

    # Answers

    def name_id(self, subject, format=NAMEID_FORMAT_PERSISTENT):
        return NameID(format=format, text=subject, name_qualifier=self.entity_id, sp_name_qualifier=self.entity)

    def answer(self, request, subject, format=NAMEID_FORMAT_PERSISTENT, login=None, reference=None, sign_response=False,
               sign_assertion=True, destination=None, entity=None, in_response_to=None):
        """The document of an answer; `login` and `reference` are attributes of it."""
        identity = {}
        if login is not None:
            identity[LOGIN] = login if isinstance(login, list) else [login]
        if reference is not None:
            identity[REFERENCE] = reference if isinstance(reference, list) else [reference]
        consumer = destination or request.assertion_consumer_service_url
        made = self.server.create_authn_response(
            identity, in_response_to=in_response_to or request.id, destination=consumer, sp_entity_id=entity or self.entity,
            name_id=self.name_id(subject, format), sign_response=sign_response, sign_assertion=sign_assertion,
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"},
            sign_alg=RSA_SHA256, digest_alg=SHA256, release_policy=Policy({"default": {"lifetime": {"minutes": 5}, "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri", "attribute_restrictions": None}}))
        return re.sub(r"^<\?xml[^>]*\?>\s*", "", str(made))

    def sign(self, document, element):
        """Signs an element of a document by xmlsec1, in the place of the signature that it has or after its issuer."""
        identifier = re.search(rf"<\w+:{element}\b[^>]*? ID=\"([^\"]+)\"", document)[1]
        template = (
            '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod '
            'Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
            f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/><ds:Reference URI="#{identifier}"><ds:Transforms><ds:Transform '
            'Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform '
            f'Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/>'
            '<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>')
        start = document.index(re.search(rf"<\w+:{element}\b", document)[0])
        mark = document.index("Issuer>", document.index("Issuer", start) + 10) + len("Issuer>")
        path = self.directory / "unsigned.xml"
        path.write_text(document[:mark] + template + document[mark:])
        command = ["xmlsec1", "--sign", "--privkey-pem", self.key]
        for name in ("protocol:Response", "assertion:Assertion", "protocol:LogoutRequest"):
            command += ["--id-attr:ID", f"urn:oasis:names:tc:SAML:2.0:{name}"]
        command += ["--node-xpath", f"//*[@ID='{identifier}']/*[local-name()='Signature']", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return re.sub(r"^<\?xml[^>]*\?>\s*", "", done.stdout).strip()

    def encrypt(self, document, data=GCM, key=OAEP):
        """The same answer with its assertion encrypted for us, by xmlsec1."""
        assertion = re.search(r"<(\w+):Assertion\b.*</\1:Assertion>", document, re.DOTALL)[0]
        plain, template = self.directory / "plain.xml", self.directory / "template.xml"
        # Alone, it has to say itself what its prefixes mean.
        names = dict(re.findall(r'xmlns:(\w+)="([^"]+)"', document))
        head = re.match(r"<[^>]*>", assertion)[0]
        missing = "".join(
            f' xmlns:{prefix}="{name}"' for prefix, name in names.items()
            if re.search(rf"\b{prefix}:", assertion) and f"xmlns:{prefix}=" not in head)
        plain.write_text(head[:-1] + missing + ">" + assertion[len(head):])
        template.write_text(ENCRYPTION.format(data=data, key=key))
        use = re.search(r'<md:KeyDescriptor use="encryption">.*?X509Certificate>(.*?)</', self.sp_metadata.read_text(), re.DOTALL)[1]
        certificate = self.directory / "use.crt"
        certificate.write_text(
            "-----BEGIN CERTIFICATE-----\n" + "\n".join(re.findall(".{1,64}", use)) + "\n-----END CERTIFICATE-----\n")
        done = subprocess.run(
            ["xmlsec1", "--encrypt", "--pubkey-cert-pem", str(certificate), "--session-key", "aes-256", "--xml-data",
             str(plain), "--node-xpath", "/*", str(template)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        sealed = re.sub(r"<\?xml[^>]*\?>\s*", "", done.stdout).strip()
        prefix = re.match(r"<(\w+):", assertion)[1]
        return document.replace(assertion, f"<{prefix}:EncryptedAssertion>{sealed}</{prefix}:EncryptedAssertion>")

    @staticmethod
    def post(browser, document, site=None, **more):
        """What the provider's page would make a browser do: a form from another site, so without our cookies."""
        stranger = Visitor(f"http://{browser.address[0]}:{browser.address[1]}")
        stranger.host = site or browser.host
        fields = {"SAMLResponse": base64.b64encode(document.encode()).decode()} | more
        return stranger.send(
            "POST", "/saml/sp/acs", urllib.parse.urlencode(fields).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"})

    def come_back(self, browser, document, **more):
        """The form, and the way on to our own page, where the browser has its cookies."""
        sent = self.post(browser, document, **more)
        if sent.status != 303:
            return sent
        assert sent.header("Location").startswith("/saml/sp/return?arrival="), sent.header("Location")
        return browser.get(sent.header("Location"))

    def enter(self, browser, subject, **more):
        request = self.leave(browser)
        return self.come_back(browser, self.answer(request, subject, **more))

    # Signing out

    def logout_request(self, subject, indexes=(), site=None, age=0):
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=age)
        place = (site or self.entity.removesuffix("/saml/sp/metadata")) + "/saml/sp/logout"
        names = "".join(f"<p:SessionIndex>{html.escape(each)}</p:SessionIndex>" for each in indexes)
        return (
            '<p:LogoutRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" '
            f'ID="_{time.time_ns():x}" Version="2.0" IssueInstant="{moment:%Y-%m-%dT%H:%M:%SZ}" Destination="{place}">'
            f"<a:Issuer>{self.entity_id}</a:Issuer><a:NameID>{html.escape(subject)}</a:NameID>{names}</p:LogoutRequest>")

    def logout_query(self, document, relay_state="", sign=True):
        info = self.server.apply_binding(
            BINDING_HTTP_REDIRECT, document, "http://x/", relay_state, sigalg=RSA_SHA256, sign=sign)
        return dict(info["headers"])["Location"].partition("?")[2]


def index_of(document):
    return re.search(r'SessionIndex="([^"]*)"', document)[1]
