"""The operators' command, and what tests of rules, caps and quotas share."""

import html
import json
import re
import subprocess
import time
import urllib.parse

from browsing import Visitor, host_of, visitor
from stack.build import BUILT


class Operator:
    """`preau` on the stack of the tests."""

    def __init__(self, state):
        self.state = state

    def __call__(self, *words):
        text = self.text("--json", *words)
        return json.loads(text) if text.strip() else None

    def text(self, *words):
        """What it prints for people."""
        done = subprocess.run(
            [BUILT / "preau", "--state", str(self.state), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60)
        assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-500:])
        return done.stdout


def process_of(state, name):
    """The number of one of a stack's processes, now."""
    return json.loads((state / "processes" / f"{name}.json").read_text())["pid"]


def within(seconds, check, pause=0.05):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "not within the time promised"
        time.sleep(pause)


def leave(stack, who):
    """Whoever it is has no place any more, whatever the tests before did."""
    visitor(stack, who).call("DELETE", "/api/v1/me/sessions")


def try_to_sign_in(stack, who, url=None):
    browser = Visitor(url or stack["front"], host_of(stack, who["territory"]))
    answer = browser.call("POST", "/api/v1/session", {"username": who["login"], "password": who["password"]})
    if answer.status == 201:
        browser.token = answer.json["csrf_token"]
    return browser, answer


def press(console, page, label):
    """Sends the form that this button is of, as it stands."""
    forms = re.findall(r"<form\b.*?</form>", page.text, re.DOTALL)
    # The typography of French has spaces of its own.
    form = next(each for each in forms if f">{label}</button>" in re.sub("[\u00a0\u202f]", " ", html.unescape(each)))
    fields = {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)}
    return console.send(
        "POST", html.unescape(re.search(r'action="([^"]*)"', form)[1]), urllib.parse.urlencode(fields).encode(),
        {"Content-Type": "application/x-www-form-urlencoded"})
