"""`Infra/dev/bench quota`: bandwidth as it arrives, for 100 establishments behind 4 nodes."""

import asyncio
import os
import re
import shutil
import subprocess
import statistics
import time

from stack.errors import StackError
from stack.state import CHECKOUT
from stack.templates import commit

from . import territory
from .people import Person, accounts
from .territory import FOLDER, PASSWORD, TerritorySite

TERRITORY, ESTABLISHMENTS, NODES = "auvergne-rhone-alpes", 100, 4
STREAMS = 2
# Bits per second.
SCHOOL = 400_000
SETTLE, MEASURE = 4, 20
CHANGES = 100
# Seconds of its curve that are looked at, on both sides of a change.
BEFORE, AFTER = 0.6, 1.0
HEAVY = "/api/v1/openapi.json"
PUPILS = f"""
    with schools as (select id, uai, gen_random_uuid() as account from establishment where territory_id = '{TERRITORY}'),
    added as (
        insert into account (id, login, given_name, family_name, password_hash)
        select account, 'banc.' || lower(uai), 'Alix', 'Fictif',
            (select password_hash from account where password_hash is not null limit 1) from schools returning id)
    insert into profile (account_id, establishment_id, role, person_id)
        select account, id, 'pupil', gen_random_uuid() from schools where account in (select id from added)"""


def start(site):
    """With a hundred establishments of several departments, one pupil each, and no rule that keeps anybody out."""
    manifests = FOLDER / "tenants-quota"
    shutil.rmtree(manifests, ignore_errors=True)
    shutil.copytree(CHECKOUT / "Tenants" / TERRITORY, manifests / TERRITORY)
    path = manifests / TERRITORY / "establishments.yaml"
    lines = path.read_text().splitlines(keepends=True)
    schools = [line for line in lines if line.startswith("  - { uai")]
    # As they come in the file: by department, so every third of them to have several.
    kept = set(schools[::max(1, len(schools) // ESTABLISHMENTS)][:ESTABLISHMENTS])
    path.write_text("".join(line for line in lines if not line.startswith("  - { uai") or line in kept))
    (manifests / TERRITORY / "rules.yaml").write_text("windows: {}\n")
    site.start(NODES, manifests)
    # A pupil of each establishment, in the directory only: what they download is no school's. Their password is the
    # demonstration's.
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", PUPILS, site.parts["directory"]["conninfo"]], check=True)


def department(uai):
    """The first three digits of a UAI are its department."""
    return uai[1:3]


def set_quota(site, scope, rate, ceil=None):
    site.put("/api/v1/quotas", {"scope": scope, "rate": rate, "ceil": ceil or rate})


def run(progress):
    territory.run("quota", TerritorySite("quota", TERRITORY), start, measured, progress)


async def measured(site, progress):
    found = accounts(site.parts["directory"]["conninfo"], TERRITORY, "pupil", ESTABLISHMENTS)
    if len({uai for _, uai in found}) < ESTABLISHMENTS:
        raise StackError(f"pupils of {len({uai for _, uai in found})} establishments instead of {ESTABLISHMENTS}")
    received = {uai: 0 for _, uai in found}
    arrivals = {}

    async def download(person, uai):
        def seen(count):
            received[uai] += count
            if uai in arrivals:
                arrivals[uai].append((time.monotonic(), count))
        while True:
            status, _, _ = await person.ask("GET", HEAVY, seen=seen)
            if status != 200:
                raise StackError(f"{HEAVY} answered {status}")

    with progress.step("Sign-in of a pupil of each establishment"):
        people = []
        for login, uai in found:
            person = Person(site.parts["front"], site.host, login, PASSWORD, "pupil")
            status, _ = await person.sign_in()
            if status != 201:
                raise StackError(f"{login} could not sign in: {status}")
            for _ in range(STREAMS):
                other = Person(site.parts["front"], site.host, login, PASSWORD, "pupil")
                other.cookies = dict(person.cookies)
                people.append((other, uai))
        _, _, content = await people[0][0].ask("GET", HEAVY)
        if len(content) <= 65_536:
            raise StackError(f"{HEAVY} has {len(content)} bytes: not heavy enough to be paced")

    for _, uai in found:
        set_quota(site, uai, SCHOOL // 4, SCHOOL)
    tasks = [asyncio.create_task(download(person, uai)) for person, uai in people]
    uais = [uai for _, uai in found]
    departments = {}
    for uai in uais:
        departments.setdefault(department(uai), []).append(uai)
    results = {}
    try:
        with progress.step("Each establishment at its ceiling") as step:
            rates, redis = await window(site, received)
            results["establishment"] = [rates[uai] * 8 / SCHOOL - 1 for uai in uais]
            results["redis"] = redis
            step.note(summary(results["establishment"]))
        with progress.step("Departments with 60 % of what their establishments want") as step:
            wanted = {code: int(len(those) * SCHOOL * 0.6) for code, those in departments.items()}
            for code, ceil in wanted.items():
                set_quota(site, code, ceil)
            rates, _ = await window(site, received)
            results["department"] = [
                sum(rates[uai] for uai in those) * 8 / wanted[code] - 1 for code, those in departments.items()]
            step.note(summary(results["department"]))
        with progress.step("The region with 40 % of what its establishments want") as step:
            ceil = int(len(uais) * SCHOOL * 0.4)
            set_quota(site, TERRITORY, ceil)
            rates, _ = await window(site, received)
            results["region"] = [sum(rates.values()) * 8 / ceil - 1]
            step.note(summary(results["region"]))
        with progress.step(f"{CHANGES} changes while they download") as step:
            results["change"] = await changes(site, uais[0], arrivals)
            step.note(f"{statistics.median(results['change']):.0f} ms, {max(results['change']):.0f} ms at most")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return table(results, departments)


async def window(site, received):
    """Bytes per second of each over the time of a measurement, and what Redis did meanwhile."""
    await asyncio.sleep(SETTLE)
    before, start, redis, commands = dict(received), time.monotonic(), site.redis_seconds, commands_of(site)
    await asyncio.sleep(MEASURE)
    seconds = time.monotonic() - start
    rates = {uai: (received[uai] - before[uai]) / seconds for uai in received}
    found = {
        name: ((calls - commands.get(name, (0, 0))[0]) / seconds, (busy - commands.get(name, (0, 0))[1]) / seconds / 1e6)
        for name, (calls, busy) in commands_of(site).items()}
    return rates, {"core": (site.redis_seconds - redis) / seconds, "commands": found}


def commands_of(site):
    """What Redis was asked since it began, by command: calls, microseconds in them."""
    stats = re.findall(r"cmdstat_([\w|]+):calls=(\d+),usec=(\d+)", site.redis("INFO", "commandstats"))
    return {name: (int(calls), int(busy)) for name, calls, busy in stats}


async def changes(site, uai, arrivals):
    """How long after the answer to a change its rate is what arrives, in ms: the region alone bounds the others meanwhile."""
    set_quota(site, TERRITORY, SCHOOL * 200)
    low, high, found = SCHOOL // 4, SCHOOL, []
    await asyncio.sleep(1.5)
    for number in range(CHANGES):
        new = low if number % 2 == 0 else high
        arrivals[uai] = []
        await asyncio.sleep(BEFORE)
        await asyncio.to_thread(set_quota, site, uai, new)
        told = time.monotonic()
        await asyncio.sleep(AFTER)
        log = arrivals.pop(uai)
        found.append(bend(log, told) * 1000)
    return found


def bend(log, told):
    """Seconds after `told` at which what has arrived in all goes on at another rate: the two straight lines that meet
    there and lie nearest to it (least squares), with nothing assumed of their slopes. An average over a window would
    have told the change up to a window late."""
    times = [step * 0.01 for step in range(round(-BEFORE * 100) + 10, round(AFTER * 100))]
    totals, total, index = [], 0, 0
    for each in times:
        while index < len(log) and log[index][0] - told <= each:
            total += log[index][1]
            index += 1
        totals.append(total)

    def distance(at):
        columns = [[1.0, each, max(0.0, each - at)] for each in times]
        one, slope, turn = solved(columns, totals)
        return sum((one + slope * each + turn * after - total) ** 2
                   for (_, each, after), total in zip(columns, totals, strict=True))
    return min((each for each in times if -0.1 < each < AFTER - 0.2), key=distance)


def solved(columns, values):
    """The coefficients of three columns that bring their sum nearest to the values: normal equations, Cramer's rule."""
    products = [[sum(row[i] * row[j] for row in columns) for j in range(3)] for i in range(3)]
    right = [sum(row[i] * value for row, value in zip(columns, values, strict=True)) for i in range(3)]

    def determinant(m):
        return (m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]))
    whole = determinant(products)
    return [determinant([row[:i] + [right[k]] + row[i + 1:] for k, row in enumerate(products)]) / whole for i in range(3)]


def summary(errors):
    return f"mean {statistics.mean(errors) * 100:+.2f} %, worst {max(errors, key=abs) * 100:+.2f} %"


def table(results, departments):
    return [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores shared by everything, {NODES} nodes, "
        f"{ESTABLISHMENTS} establishments in {len(departments)} departments, {STREAMS} downloads each through the front; windows of "
        f"{MEASURE} s, bytes counted where they arrive.",
        "", "| what | asked | measured |", "|---|---|---|",
        f"| error of an establishment's rate: mean, worst | < 1 % | {summary(results['establishment'])} |",
        f"| error of a department's rate: mean, worst | < 1 % | {summary(results['department'])} |",
        f"| error of the region's rate | < 1 % | {summary(results['region'])} |",
        f"| a change is what arrives, after (of {CHANGES}; where its curve bends): median, p99, most | < 300 ms "
        f"| {statistics.median(results['change']):.0f} ms, {statistics.quantiles(results['change'], n=100)[98]:.0f} ms, "
        f"{max(results['change']):.0f} ms |",
        f"| Redis, of a core | < 3 % | {results['redis']['core'] * 100:.1f} % |",
        f"| … of which in its commands: {in_words(results['redis']['commands'])} | | "
        f"{sum(busy for _, busy in results['redis']['commands'].values()) * 100:.1f} % |",
    ]


def in_words(commands):
    """The dearest three."""
    dearest = sorted(commands.items(), key=lambda each: -each[1][1])[:3]
    return ", ".join(f"`{name}` {calls:.0f} a second ({busy * 100:.1f} %)" for name, (calls, busy) in dearest)
