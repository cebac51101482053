"""Which pages there are, from the route tables of the running processes, and an address of each for each profile: what has a
parameter in its path is found by following links."""

import collections
import dataclasses
import html
import json
import re
import urllib.request

# So many pages are read for each person to find links: of one pattern, a few.
PAGES_OF_A_PATTERN = 5
MOST_PAGES = 150
# Opening these ends the session (CAS protocol, 2.3): looked at as a stranger, or every later page would be one's.
SIGNS_OUT = {"/cas/logout"}
# The page of an error has links too.
NOWHERE = "/no-such-page"


@dataclasses.dataclass(frozen=True)
class Place:
    """A page at an address, for one profile."""

    pattern: str
    path: str
    profile: str


class Site:
    def __init__(self, stack, people):
        self.people = {person.profile: person for person in people}
        self.routes = {
            "node": routes_of(stack["nodes"][0]["metrics"]),
            "admin": routes_of(stack["admin_metrics"]) if "admin_metrics" in stack else [],
        }
        self._places = {}

    def pages(self, process):
        return [
            each for each in self.routes[process]
            if each["surface"] == "page" and each["method"] == "GET" and 200 in each["answers"]
            # A file that people open from a page is none itself.
            and "text/html" in each["answer_types"]]

    def process_of(self, profile):
        return "admin" if profile.endswith("_admin") else "node"

    def profiles_of(self, process, route):
        """Those of our people who may see a page."""
        access = route["access"]
        mine = [profile for profile in self.people if self.process_of(profile) == process or profile == "stranger"]
        if process == "admin":
            mine = [profile for profile in mine if profile != "stranger"]
        if route["pattern"] in SIGNS_OUT:
            mine = [profile for profile in mine if profile == "stranger"]
        if access["kind"] in ("everyone", "secret_address"):
            return mine
        signed_in = [profile for profile in mine if profile != "stranger"]
        return [each for each in signed_in if "roles" not in access or each in access["roles"]]

    def places(self, profile):
        """An address of each page that this person reaches: by itself, or by a link of another."""
        if profile not in self._places:
            self._places[profile] = self._explore(self.people[profile])
        return self._places[profile]

    def _explore(self, person):
        process = self.process_of(person.profile)
        pages = [each for each in self.pages(process) if person.profile in self.profiles_of(process, each)]
        # Whole words before parameters, as the server does: /establishments/new is no establishment.
        names = sorted((each["pattern"] for each in pages), key=lambda name: name.count("{"))
        patterns = [(name, expression(name)) for name in names]
        found = {each["pattern"]: [each["pattern"]] for each in pages if "{" not in each["pattern"]}
        # Where forms go, which looks like a page with that word for a number: /imports/tables is no /imports/{import}.
        no_pages = {each["pattern"] for each in self.routes[process] if "{" not in each["pattern"]} - found.keys()
        for each in pages:
            if each["pattern"] in found and any(item["required"] for item in each["query"]):
                del found[each["pattern"]]
        waiting = collections.deque([paths[0] for paths in found.values()] + [NOWHERE])
        read = set()
        while waiting and len(read) < MOST_PAGES:
            path = waiting.popleft()
            if path in read:
                continue
            read.add(path)
            status, headers, text = person.send("GET", path)
            if status in (303, 308):
                leads = [headers.get("location", "")]
            elif (status == 200 or path == NOWHERE) and "text/html" in headers.get("content-type", ""):
                leads = links(text)
            else:
                continue
            for link in leads:
                pattern = next((name for name, matches in patterns if matches.fullmatch(link.split("?")[0])), None)
                if pattern is None or link.split("?")[0] in no_pages:
                    continue
                known = found.setdefault(pattern, [])
                if link not in known and len(known) < PAGES_OF_A_PATTERN:
                    known.append(link)
                    waiting.append(link)
        return {pattern: Place(pattern, paths[0], person.profile) for pattern, paths in found.items()}


def routes_of(metrics):
    with urllib.request.urlopen(metrics.replace("/metrics", "/routes"), timeout=10) as response:
        return json.load(response)


def expression(pattern):
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern)))


def links(text):
    """The addresses of this site that a page leads to, in their order."""
    found = [html.unescape(each) for each in re.findall(r'(?:href|action)="([^"]*)"', text)]
    return [each.split("#")[0] for each in found if each.startswith("/") and not each.startswith("/assets/")]
