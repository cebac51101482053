"""A client of OpenID Connect, with Authlib as the checker of signatures."""

import base64
import hashlib
import secrets
import time
import urllib.parse

from browsing import Visitor
from partners import parameters, register

REDIRECT = "http://127.0.0.1:9/front/callback"


class Client:
    """A client, and the requests that it makes."""

    def __init__(self, stack, state, *options, public=False):
        self.stack, self.front = stack, stack["front"]
        self.redirect = REDIRECT + f"?n={time.time_ns()}"
        self.added = register(
            stack, state, "oidc", "http://127.0.0.1:9/front/", "--redirect-uri", self.redirect, *options,
            *(["--public"] if public else []))
        self.id, self.secret = self.added["client_id"], self.added.get("client_secret")
        self.verifier = secrets.token_urlsafe(48)

    @property
    def challenge(self):
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def ask(self, browser, method="GET", **more):
        query = {"response_type": "code", "client_id": self.id, "redirect_uri": self.redirect, "scope": "openid",
                 "state": "s1", "nonce": "n1"} | more
        query = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
        if method == "GET":
            return browser.get("/oidc/authorize?" + query)
        return browser.send(
            "POST", "/oidc/authorize", query.encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def code(self, browser, **more):
        answer = self.ask(browser, **more)
        assert answer.status == 303, answer.text[:300]
        values = parameters(answer.header("Location"))
        assert answer.header("Location").startswith(self.redirect) and "error" not in values, values
        assert values["state"] == "s1" and values["iss"] == self.front + "/oidc"
        return values["code"]

    def refused(self, browser, **more):
        answer = self.ask(browser, **more)
        assert answer.status == 303 and answer.header("Location").startswith(self.redirect)
        values = parameters(answer.header("Location"))
        assert values.get("state") == "s1" and values["iss"] == self.front + "/oidc" and "code" not in values
        return values["error"]

    def post(self, path, fields, how="basic", url=None):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        fields = {name: value for name, value in fields.items() if value is not None}
        if how == "basic" and self.secret:
            pair = f"{urllib.parse.quote(self.id)}:{urllib.parse.quote(self.secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            fields |= {"client_id": self.id} | ({"client_secret": self.secret} if self.secret else {})
        return Visitor(url or self.front).send("POST", path, urllib.parse.urlencode(fields).encode(), headers)

    def exchange(self, code, verifier=None, **more):
        how, url = more.pop("how", "basic"), more.pop("url", None)
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect,
                  "code_verifier": verifier} | more
        return self.post("/oidc/token", fields, how, url)

    def tokens(self, browser, **more):
        pkce = {} if self.secret else {"code_challenge": self.challenge, "code_challenge_method": "S256"}
        answer = self.exchange(self.code(browser, **pkce, **more), None if self.secret else self.verifier)
        assert answer.status == 200, answer.text
        assert answer.header("Cache-Control") == "no-store"
        return answer.json

    def claims(self, token, url=None):
        """What an independent library makes of an ID token, with the keys that we publish."""
        from authlib.jose import JsonWebKey, JsonWebToken
        keys = JsonWebKey.import_key_set(Visitor(url or self.front).get("/oidc/jwks").json)
        claims = JsonWebToken(["RS256", "ES256", "EdDSA"]).decode(token, keys)
        claims.validate()
        return claims


def info(url, token, method="GET", body=None):
    headers = {"Authorization": f"Bearer {token}"} if body is None else {
        "Content-Type": "application/x-www-form-urlencoded"}
    return Visitor(url).send(method, "/oidc/userinfo", body, headers)
