"""A visitor of the site: cookies, forms and the JSON API over plain HTTP, as any front would use them."""

import html
import http.client
import http.cookies
import json
import re
import urllib.parse

PASSWORD_FIELD = "password"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def code(self):
        """The stable code of a problem document."""
        return self.json["code"] if "problem+json" in (self.header("Content-Type") or "") else None

    @property
    def node(self):
        return self.header("X-Preau-Node")


class Visitor:
    """One browser. `url` is the front's, or a node's own to ask that very node."""

    def __init__(self, url, host=None, timeout=20):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self.host = f"{host}:{parts.port}" if host else parts.netloc
        self.timeout = timeout
        self.cookies = {}
        self.token = None

    def at(self, url):
        """The same browser, with the same cookies, sent to another address."""
        other = Visitor(url, timeout=self.timeout)
        other.host, other.cookies, other.token = self.host, self.cookies, self.token
        return other

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(*self.address, timeout=self.timeout)
        sent = {"Host": self.host, "Accept-Language": "fr"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= headers or {}
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                for morsel in http.cookies.SimpleCookie(value).values():
                    if morsel["max-age"] == "0" or not morsel.value:
                        self.cookies.pop(morsel.key, None)
                    else:
                        self.cookies[morsel.key] = morsel.value
        return answer

    def get(self, path, **headers):
        return self.send("GET", path, headers={key.replace("_", "-"): value for key, value in headers.items()})

    def call(self, method, path, value=None, headers=None):
        """A call of the JSON API, with the session's token."""
        sent = {"Accept": "application/json"} | (headers or {})
        if self.token and method not in ("GET", "HEAD"):
            sent["X-CSRF-Token"] = self.token
        body = None
        if value is not None:
            body = json.dumps(value).encode()
            sent["Content-Type"] = "application/json"
        return self.send(method, path, body, sent)

    def sign_in(self, account):
        """By the API; fails the test when it is refused."""
        answer = self.call(
            "POST", "/api/v1/session", {"username": account["login"], "password": account["password"]})
        assert answer.status == 201, answer.text
        self.token = answer.json["csrf_token"]
        return answer.json

    def form(self, page, **values):
        """Posts the first form of `page` that has a field of each given name, with its hidden fields."""
        for form in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL):
            fields = {
                name: html.unescape(value) for name, value in
                re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)}
            if all(f'name="{name}"' in form for name in values):
                action = html.unescape(re.search(r'action="([^"]*)"', form).group(1))
                data = urllib.parse.urlencode(fields | values, doseq=True).encode()
                return self.send("POST", action, data, {"Content-Type": "application/x-www-form-urlencoded"})
        raise AssertionError(f"no form with {sorted(values)} on the page")


def account(stack, profile, territory=None, schools=1, index=0):
    """An account of stack.json."""
    found = [
        each for each in stack["accounts"]
        if each["profile"] == profile and (territory is None or each["territory"] == territory)
        and (schools == 0 or len(each["establishments"]) == schools)]
    assert len(found) > index, f"no such account: {profile} {territory} {schools}"
    return found[index]


def host_of(stack, territory):
    return next(each["host"] for each in stack["territories"] if each["id"] == territory)


def visitor(stack, account=None, url=None):
    """A browser at the account's territory, signed in."""
    browser = Visitor(url or stack["front"], host_of(stack, account["territory"]) if account else None)
    if account:
        browser.sign_in(account)
    return browser
