"""A real Apache on loopback whose pages are for people signed in: by mod_auth_openidc and by mod_auth_mellon. It runs as nobody in particular,
from a folder of its own."""

import html
import os
import pathlib
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

from browsing import Visitor
from partners import preau
from saml_partner import key_pair

MODULES = pathlib.Path("/usr/lib/apache2/modules")
CONFIGURATION = """
ServerRoot {directory}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {directory}/pid
DefaultRuntimeDir {directory}
Mutex file:{directory} default
ErrorLog {directory}/error.log
LogLevel warn
{modules}
DocumentRoot {directory}/pages
DirectoryIndex index.html
<Directory {directory}/pages>
  Require all granted
</Directory>
"""
OPENID = """
OIDCProviderMetadataURL {front}/oidc/.well-known/openid-configuration
OIDCClientID {client}
OIDCClientSecret {secret}
OIDCRedirectURI {url}/callback
OIDCCryptoPassphrase {passphrase}
OIDCScope "openid profile ent"
OIDCPKCEMethod S256
OIDCCacheShmMax 500
OIDCDefaultLoggedOutURL {url}/index.html
<Location /openid/>
  AuthType openid-connect
  Require valid-user
  Header set X-User "expr=%{{REMOTE_USER}}"
  Header set X-Name "expr=%{{reqenv:OIDC_CLAIM_family_name}}"
</Location>
<Location /callback>
  AuthType openid-connect
  Require valid-user
</Location>
"""
MELLON = """
MellonLockFile {directory}/mellon.lock
<Location />
  MellonEnable info
  MellonEndpointPath /mellon
  MellonSPentityId {url}/mellon/metadata
  MellonSPPrivateKeyFile {directory}/mellon.key
  MellonSPCertFile {directory}/mellon.crt
  MellonIdPMetadataFile {directory}/idp.xml
  MellonSignatureMethod rsa-sha256
  MellonSecureCookie Off
  MellonUser login
</Location>
<Location /saml/>
  AuthType Mellon
  MellonEnable auth
  Require valid-user
  Header set X-User "expr=%{{REMOTE_USER}}"
  Header set X-Name "expr=%{{reqenv:MELLON_NAME_ID}}"
</Location>
"""


class Browser(Visitor):
    """Says that it wants pages: mod_auth_openidc leads nobody else to a sign-in."""

    def send(self, method, path, body=None, headers=None):
        return super().send(method, path, body, {"Accept": "text/html"} | (headers or {}))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Apache:
    """Registered as a client of OpenID Connect and as a service provider of SAML."""

    def __init__(self, stack, state):
        self.stack, self.state, self.front = stack, state, stack["front"]
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="preau-apache-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        for name in ("", "openid", "saml"):
            (self.directory / "pages" / name).mkdir(exist_ok=True, parents=True)
            (self.directory / "pages" / name / "index.html").write_text(f"page {name}\n")
        self.added = [preau(
            state, "service", "add", "oidc", f"Apache {self.port}", self.url + "/callback", "--redirect-uri", self.url + "/callback",
            "--post-logout-redirect-uri", self.url + "/index.html", "--logout-uri", self.url + "/callback?logout=backchannel")]
        key_pair(self.directory, "mellon")
        (self.directory / "idp.xml").write_text(Visitor(self.front).get("/saml/metadata").text)
        names = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "headers", "auth_openidc", "auth_mellon"]
        values = {
            "directory": self.directory, "port": self.port, "url": self.url, "front": self.front, "client": self.added[0]["client_id"],
            "secret": self.added[0]["client_secret"], "passphrase": secrets.token_hex(16),
            "modules": "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)}
        path = self.directory / "apache.conf"
        path.write_text("".join(part.format(**values) for part in (CONFIGURATION, OPENID, MELLON)))
        who = {}
        if os.getuid() == 0:
            who = {"user": "www-data", "group": "www-data", "extra_groups": []}
            for each in (self.directory, *self.directory.rglob("*")):
                shutil.chown(each, "www-data", "www-data")
        self.process = subprocess.Popen(["/usr/sbin/apache2", "-DFOREGROUND", "-f", path], cwd=self.directory, **who)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self):
        deadline = time.monotonic() + 15
        while True:
            try:
                answer = Visitor(self.url).get("/mellon/metadata")
                break
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, self.log()
                time.sleep(0.05)
        assert answer.status == 200, self.log()
        metadata = self.directory / "sp.xml"
        metadata.write_text(answer.text)
        self.added.append(preau(self.state, "service", "add", "saml", f"Mellon {self.port}", str(metadata)))
        self._await_nodes()

    def _await_nodes(self):
        deadline = time.monotonic() + 10
        for node in self.stack["nodes"]:
            for path in ("/openid/", "/saml/"):
                while True:
                    sent = self.follow(Browser(self.url).get(path), Browser(self.url))
                    parts = urllib.parse.urlsplit(sent.header("Location"))
                    if Visitor(node["url"]).get(f"{parts.path}?{parts.query}").status == 303:
                        break
                    assert time.monotonic() < deadline
                    time.sleep(0.05)

    def log(self):
        path = self.directory / "error.log"
        return path.read_text()[-3000:] if path.exists() else ""

    def follow(self, answer, browser):
        """Goes on within Apache's own pages, until there is one, or the way leads elsewhere."""
        for _ in range(5):
            place = answer.header("Location")
            if answer.status not in (302, 303) or not place or not (place.startswith("/") or place.startswith(self.url)):
                return answer
            answer = browser.get(place.removeprefix(self.url))
        raise AssertionError(f"a circle at {place}")

    def enter(self, path, person):
        """Opens a page as a browser would that is signed in at the platform: `person` there, the one that comes back here."""
        browser = Browser(self.url)
        answer = self.follow(browser.get(path), browser)
        place = answer.header("Location")
        assert place and place.startswith(self.front), (answer.status, place, answer.text[:500], self.log())
        back = person.get(place.removeprefix(self.front))
        if back.status == 303:
            assert back.header("Location").startswith(self.url), back.header("Location")
            return browser, self.follow(browser.get(back.header("Location").removeprefix(self.url)), browser)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', back.text))
        action = html.unescape(re.search(r'action="([^"]*)"', back.text)[1])
        assert back.status == 200 and action.startswith(self.url), back.text[:500]
        body = urllib.parse.urlencode({name: html.unescape(value) for name, value in fields.items()}).encode()
        sent = browser.send(
            "POST", action.removeprefix(self.url), body, {"Content-Type": "application/x-www-form-urlencoded"})
        return browser, self.follow(sent, browser)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=15)
        for each in self.added:
            preau(self.state, "service", "remove", each["id"])
        shutil.rmtree(self.directory, ignore_errors=True)
