"""A person of the demonstration, signed in over plain HTTP."""

import http.client
import http.cookies
import json
import urllib.parse

PROFILES = ("pupil", "guardian", "teacher", "school_life", "head", "territory_admin", "region_admin")


class Person:
    """One profile at its territory's host, on the front or on the admin service; without an account: a stranger."""

    def __init__(self, profile, url, host, account=None):
        parts = urllib.parse.urlsplit(url)
        self.profile, self.account = profile, account
        self.address = (parts.hostname, parts.port)
        self.host = f"{host}:{parts.port}"
        self.cookies, self.token = {}, None

    @property
    def origin(self):
        return f"http://{self.host}"

    def sign_in(self):
        body = json.dumps({"username": self.account["login"], "password": self.account["password"]}).encode()
        status, _, text = self.send("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        if status != 201:
            raise RuntimeError(f"{self.account['login']} could not sign in: {status} {text[:200]}")
        self.token = json.loads(text)["csrf_token"]
        return self

    def ask(self, method, path, value=None, headers=None):
        """A call of the API: a value goes as JSON, bytes as they are. - Returns: what it answers."""
        sent = {"Accept": "application/json"} | ({"X-CSRF-Token": self.token} if self.token else {}) | (headers or {})
        if value is not None and not isinstance(value, bytes):
            value, sent["Content-Type"] = json.dumps(value).encode(), "application/json"
        status, _, text = self.send(method, path, value, sent)
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {text[:300]}")
        return json.loads(text) if text else None

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        sent = {"Host": self.host, "Accept-Language": "fr", "Accept": "text/html"} | (headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            answered = response.getheaders()
        finally:
            connection.close()
        for name, value in answered:
            if name.lower() == "set-cookie":
                for morsel in http.cookies.SimpleCookie(value).values():
                    if morsel["max-age"] == "0" or not morsel.value:
                        self.cookies.pop(morsel.key, None)
                    else:
                        self.cookies[morsel.key] = morsel.value
        return response.status, dict((name.lower(), value) for name, value in answered), text


def people(stack, profiles=PROFILES):
    """One person of each profile, spread over the territories so that every theme is met, and a stranger; the administrators
    at the admin service."""
    hosts = {each["id"]: each["host"] for each in stack["territories"]}
    order = sorted(hosts)
    found = [Person("stranger", stack["front"], hosts["seine-et-marne"] if "seine-et-marne" in hosts else hosts[order[0]])]
    for number, profile in enumerate(profiles):
        accounts = [each for each in stack["accounts"] if each["profile"] == profile]
        if not accounts:
            continue
        wanted = order[number % len(order)]
        chosen = next((each for each in accounts if each["territory"] == wanted), accounts[0])
        url = stack["admin"] if profile.endswith("_admin") else stack["front"]
        found.append(Person(profile, url, hosts[chosen["territory"]], chosen).sign_in())
    return found
