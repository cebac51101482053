"""`Infra/dev/bench search`: how long those who administer a million accounts in 1,000 establishments wait for a search, by name, login
and UAI, in the API and in the console.

PREAU_SEARCH_ACCOUNTS asks for another number of accounts."""

import http.client
import json
import os
import random
import statistics
import subprocess
import time
import urllib.parse

from pages.visitor import people as sign_in
from stack.errors import StackError
from stack.state import CHECKOUT
from stack.templates import commit

from . import report
from .site import Site

FOLDER = CHECKOUT / ".preau-bench"
ESTABLISHMENTS = 1000
ASKED_MS = 100
REPETITIONS = 300
# Enough syllables for some ten thousand family names, shared by the million as real names are: some by thousands.
SYLLABLES = ["ba", "ci", "dor", "el", "fan", "gri", "hu", "ja", "kel", "lo", "mar", "ni", "ol", "pré", "quin", "ro", "sal", "ti", "ur", "vo"]
GIVEN = ["Inès", "Léo", "Élodie", "Noé", "Zoé", "Maëlle", "Hugo", "Chloé", "Adam", "Jade", "Malo", "Ambre", "Éric", "Anaïs", "Jean-Noël", "Lina"]

MAKE = """
set synchronous_commit = off;
create temporary table syllable as select n, s from unnest(array[{syllables}]) with ordinality as x (s, n);
create temporary table given as select n, s from unnest(array[{given}]) with ordinality as x (s, n);
create temporary table school as select row_number() over (order by id) as n, id from establishment where state = 'active';
create temporary table made as
select g as n, gen_random_uuid() as id,
    -- The square of something even: a few names are many people's.
    initcap((select string_agg(s, '' order by d.place) from (values (1, (power(random(), 2) * 20)::integer % 20 + 1),
        (2, (random() * 20)::integer % 20 + 1), (3, (random() * 20)::integer % 20 + 1)) as d (place, pick)
        join syllable y on y.n = d.pick where g > 0)) as family,
    (select s from given where given.n = 1 + g % {givens}) as given
from generate_series(1, {accounts}) as g;
insert into account (id, login, given_name, family_name, state)
select id, 'bench.' || n || '.' || lower(family), given, family, case when n % 3 = 0 then 'pending' else 'active' end from made;
insert into profile (account_id, establishment_id, role, person_id, source)
select m.id, s.id, case when m.n % 10 < 4 then 'pupil' when m.n % 10 < 9 then 'guardian' else 'teacher' end, gen_random_uuid(), 'bench'
from made m join school s on s.n = 1 + m.n % (select count(*) from school);
vacuum analyze account, profile;
"""


class Connection:
    """One browser or program that stays connected, as administrators' do."""

    def __init__(self, person):
        self.person = person
        self.line = http.client.HTTPConnection(*person.address, timeout=30)

    def get(self, path, accept):
        """- Returns: the body, and how many milliseconds it took."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.person.cookies.items())
        begin = time.perf_counter()
        self.line.request("GET", path, headers={"Host": self.person.host, "Cookie": cookies, "Accept": accept, "Accept-Language": "fr"})
        response = self.line.getresponse()
        body = response.read()
        took = (time.perf_counter() - begin) * 1000
        if response.status != 200:
            raise StackError(f"GET {path}: {response.status} {body[:300]!r}")
        return body, took


def run(progress):
    accounts = int(os.environ.get("PREAU_SEARCH_ACCOUNTS", "1000000"))
    FOLDER.mkdir(exist_ok=True)
    site = Site(FOLDER, ESTABLISHMENTS)
    try:
        site.start()
        with progress.step(f"{accounts:,} accounts"):
            make(site, accounts)
        admin = Connection(administrator(site))
        with progress.step("searches") as step:
            figures = measure(site, admin)
            step.note(f"{len(figures)} kinds")
    finally:
        site.stop(wipe=True)
    cheap = figures.pop("one account by its number (for comparison)")
    worst = max(values[1] for values in figures.values())
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with client, admin service, directory and shards on the same "
        f"machine; {ESTABLISHMENTS:,} establishments, {accounts:,} accounts, {REPETITIONS} different searches of each kind, one after the other, by an "
        "administrator of the territory that has nearly all of them.",
        "", "| search | asked, ms | p50, ms | p99, ms | p50 against one account by its number |", "|---|---|---|---|---|",
    ]
    for name, (middle, high) in figures.items():
        lines.append(f"| {name} | ≤ {ASKED_MS} | {middle:.1f} | {high:.1f} | {middle / cheap[0]:.1f} × |")
    lines.append(f"| one account by its number (for comparison) | | {cheap[0]:.1f} | {cheap[1]:.1f} | 1 × |")
    progress.say("\n" + "\n".join(lines))
    report.write("search", lines)
    if worst > ASKED_MS:
        raise StackError(f"a search took {worst:.0f} ms (p99), more than {ASKED_MS}")


def make(site, accounts):
    """In the directory, by SQL: what a search reads is there, people on shards are not."""
    def words(values):
        return ", ".join(f"'{each}'" for each in values)

    script = MAKE.format(syllables=words(SYLLABLES), given=words(GIVEN), givens=len(GIVEN), accounts=accounts)
    done = subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", site.parts["directory"]["conninfo"]], input=script, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise StackError(f"the accounts could not be made: {done.stderr[-500:]}")


def administrator(site):
    """Whoever administers the territory that has most establishments, signed in."""
    found = [
        each for each in site.parts["accounts"]
        if each["profile"] in ("territory_admin", "region_admin") and each["territory"] == "seine-et-marne"]
    if not found:
        raise StackError("nobody administers the territory that has the establishments")
    stack = site.parts | {"accounts": found}
    return sign_in(stack, (found[0]["profile"],))[-1]


def measure(site, admin):
    draw = random.Random(7)
    rows = subprocess.run(
        ["psql", "-X", "-A", "-t", "-F", "\t", "-c",
         "select a.id, a.login, a.given_name, a.family_name, e.uai from account a join profile p on p.account_id = a.id "
         f"join establishment e on e.id = p.establishment_id where p.source = 'bench' and e.territory_id = 'seine-et-marne' "
         f"order by md5(a.id::text) limit {REPETITIONS}", site.parts["directory"]["conninfo"]],
        text=True, capture_output=True, check=True).stdout.splitlines()
    known = [row.split("\t") for row in rows]
    kinds = {
        "family name, whole": lambda row: row[3],
        "family name, its first three letters": lambda row: row[3][:3],
        "given name and the beginning of the family name": lambda row: f"{row[2]} {row[3][:4]}",
        "given name alone": lambda row: row[2],
        "login": lambda row: row[1],
        "nobody": lambda row: "xyz" + "".join(draw.choices("abcdefgh", k=5)),
    }
    figures = {}
    for name, of in kinds.items():
        words = [urllib.parse.quote(of(row)) for row in known]
        figures[f"{name}, API"] = time_all(admin, [f"/api/v1/accounts?search={each}" for each in words], "application/json")
        figures[f"{name}, console"] = time_all(admin, [f"/accounts?search={each}" for each in words], "text/html")
        if name == "login":
            body, _ = admin.get(f"/api/v1/accounts?search={words[0]}", "application/json")
            if [each["login"] for each in json.loads(body)["items"]] != [known[0][1]]:
                raise StackError(f"{known[0][1]} was not found by its login")
    uais = [row[4] for row in known]
    figures["establishment by UAI, console"] = time_all(admin, [f"/establishments?search={each}" for each in uais], "text/html")
    figures["people of an establishment, API"] = time_all(admin, [f"/api/v1/accounts?establishment={each}" for each in uais], "application/json")
    figures["one account by its number (for comparison)"] = time_all(
        admin, [f"/api/v1/accounts/{row[0]}" for row in known], "application/json")
    return figures


def time_all(admin, paths, accept):
    """- Returns: the median and the 99th percentile, in milliseconds, after some to warm up."""
    for path in paths[:20]:
        admin.get(path, accept)
    values = sorted(admin.get(path, accept)[1] for path in paths)
    return statistics.median(values), values[min(len(values) - 1, round(len(values) * 0.99))]
