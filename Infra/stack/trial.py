"""The last step of a start: somebody signs in on every node, as people will."""

import json
import time
import urllib.error
import urllib.request

from .errors import StackError

PATIENCE = 45


def sign_in_everywhere(description):
    """Signs a demonstration account in and out on each node, and waits for the nodes that cannot yet: one that was
    cut off from a server finds it again only at its next attempt."""
    accounts = description["accounts"]
    if not accounts:
        return
    account = accounts[0]
    host = next(each["host"] for each in description["territories"] if each["id"] == account["territory"])
    for node in description["nodes"]:
        deadline = time.monotonic() + PATIENCE
        while answer := refusal(node["url"], host, account):
            if time.monotonic() > deadline:
                raise StackError(f"{account['login']} cannot sign in on {node['id']}: {answer}",
                                 hint="the logs of that node and of the directory say why")
            time.sleep(0.2)


def refusal(url, host, account):
    """What keeps the account from signing in on that node; None when nothing does."""
    body = json.dumps({"username": account["login"], "password": account["password"]}).encode()
    try:
        with call(url, host, "POST", body) as response:
            cookie = response.headers["Set-Cookie"].split(";")[0]
            token = json.load(response)["csrf_token"]
        with call(url, host, "DELETE", None, Cookie=cookie, X_CSRF_Token=token):
            return None
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read(500).decode('utf-8', 'replace')}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


def call(url, host, method, body, **headers):
    sent = {"Host": host, "Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return urllib.request.urlopen(
        urllib.request.Request(f"{url}/api/v1/session", body, sent, method=method), timeout=10)
