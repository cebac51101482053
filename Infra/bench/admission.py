"""`Infra/dev/bench admission`: three times as many people as there are places, and what those inside notice of it."""

import asyncio
import json
import math
import os
import random
import re
import statistics
import time

from stack.errors import StackError
from stack.templates import commit

from . import territory
from .people import Person, accounts
from .territory import PASSWORD, TerritorySite

TERRITORY, CAP, PER_SECOND = "seine-et-marne", 60, 12
# Three times the places.
MIX = {"pupil": 72, "teacher": 18, "guardian": 90}
SECONDS, RECOVERY = 60, 10
# A visit of some twenty seconds: short, so that many come and go while it is measured.
REQUESTS, PAUSE = 60, 0.35
WAITERS, POLLS = 100_000, 2000
PAGE = "/api/v1/me/timetable?date=2026-11-23&view=week"


class Crowd:
    """What happened, by role."""

    def __init__(self):
        self.requests = {role: [] for role in MIX}
        self.failures = {role: [] for role in MIX}
        self.waits = {role: [] for role in MIX}
        # How long those had waited who were not in at the end: their wait is at least that.
        self.outside = {role: [] for role in MIX}
        self.served = []


def run(progress):
    territory.run("admission", TerritorySite("admission", TERRITORY), lambda site: site.start(nodes=2), measured, progress)


def decisions(site):
    """Every decision that the gate took: outcome, people and places of each scope that it looked at."""
    found, last = [], "-"
    while True:
        page = site.redis("XRANGE", "p1:log", last, "+", "COUNT", "1000")
        for _, (outcome, _, _, facts) in page:
            found += [(outcome, int(people), int(places)) for people, places in re.findall(r" (\d+)/(\d+)", " " + facts)]
        if len(page) < 1000:
            return found
        last = "(" + page[-1][0]


async def measured(site, progress):
    people = []
    for role, count in MIX.items():
        found = accounts(site.parts["directory"]["conninfo"], TERRITORY, role, count)
        if len(found) < count:
            raise StackError(f"{len(found)} accounts of {role} instead of {count}")
        people += [Person(site.parts["front"], site.host, login, PASSWORD, role) for login, _ in found]
    random.Random(1).shuffle(people)
    site.preau("admission", "set", TERRITORY, "--sessions", CAP, "--per-second", PER_SECOND)
    await asyncio.sleep(2.5)
    site.redis("DEL", "p1:log")

    with progress.step(f"{sum(MIX.values())} people for {CAP} places, {SECONDS} s") as step:
        calm = await crowd(people, SECONDS, impatient=0)
        step.note(f"{rate(calm.served):.0f} requests/s")
    with progress.step("… 70 % of those who wait press F5 every 5 s, and do not read what they are told") as step:
        rush = await crowd(people, SECONDS, impatient=0.7)
        step.note(f"{rate(rush.served):.0f} requests/s")
    with progress.step("… and stop doing so") as step:
        after = await crowd(people, SECONDS // 2, impatient=0)
        step.note(f"{rate(after.served):.0f} requests/s")
    taken = decisions(site)
    for person in people:
        if person.token:
            await person.sign_out()
    with progress.step(f"{WAITERS:,} people waiting") as step:
        cost = await waiting_cost(site, people)
        step.note(f"{cost['polls']:.0f} polls/s would take {(cost['redis'] + cost['nodes']) * 100:.1f} % of a core")
    return table(calm, rush, after, taken, cost)


async def crowd(people, seconds, impatient):
    """Everybody comes, looks at some pages, leaves, and comes again, for so many seconds."""
    found, end = Crowd(), time.monotonic() + seconds
    choice = random.Random(2)

    async def live(person, presses_f5):
        await asyncio.sleep(choice.random() * 2)
        came = None
        while time.monotonic() < end:
            if person.token is None:
                came = came or time.monotonic()
                if not await entered(person, presses_f5):
                    continue
                found.waits[person.role].append(time.monotonic() - came)
                came = None
            for _ in range(REQUESTS):
                if time.monotonic() >= end:
                    return
                await asyncio.sleep(PAUSE * choice.uniform(0.5, 1.5))
                asked = time.monotonic()
                status, _, _ = await person.ask("GET", PAGE)
                now = time.monotonic()
                if status == 200:
                    found.requests[person.role].append(now - asked)
                    found.served.append(now)
                else:
                    found.failures[person.role].append(status)
            await person.sign_out()
        if came is not None:
            found.outside[person.role].append(time.monotonic() - came)

    async def entered(person, presses_f5):
        status, pause = await person.sign_in()
        while status == 503 and time.monotonic() < end:
            await asyncio.sleep(5 if presses_f5 else min(pause, max(0.1, end - time.monotonic())))
            if presses_f5:
                # What a browser does with a form that was sent: it sends it again.
                status, pause = await person.sign_in()
                continue
            _, fields, content = await person.ask("GET", "/api/v1/waiting")
            state = json.loads(content)
            if state["state"] == "waiting":
                pause = int(fields.get("retry-after", 5))
            else:
                status, pause = await person.sign_in()
        if status not in (201, 503):
            found.failures[person.role].append(status)
            await asyncio.sleep(1)
        return status == 201

    await asyncio.gather(*(live(person, index < impatient * len(people)) for index, person in enumerate(people)))
    return found


async def waiting_cost(site, people):
    """A full house and a long line, made in Redis, with some real people all along it; they ask, and what that takes is measured."""
    site.preau("admission", "set", TERRITORY, "--sessions", 0)
    await asyncio.sleep(2.5)
    key, waiters = f"p1:t:{TERRITORY}", [person for person in people if person.role == "guardian"]
    # Nobody's turn from before: all of them would stand at the head of the line.
    site.redis("DEL", "p1:q:" + key, "p1:w:" + key)
    for person in waiters:
        person.cookies.pop("preau_ticket", None)
    each = WAITERS // len(waiters)
    for number, person in enumerate(waiters):
        status, _ = await person.sign_in()
        if status != 503:
            raise StackError(f"the door of a full house answered {status}")
        if number == 0:
            # Those between are guardians as well: the millisecond they came is what is left of their score.
            # Nobody is behind a guardian who has just come.
            rank = int(float(site.redis("ZREVRANGE", "p1:q:" + key, "0", "0", "WITHSCORES")[1]) // 1e13)
        now = int(time.time() * 1000)
        for start in range(0, each, 500):
            members = [f"{number:08d}{index:08d}" for index in range(start, min(each, start + 500))]
            site.redis("ZADD", "p1:q:" + key, *(word for member in members for word in (rank * 10**13 + now, member)))
            site.redis("ZADD", "p1:w:" + key, *(word for member in members for word in (now + 600_000, member)))
        await asyncio.sleep(0.002)

    def processor():
        return site.redis_seconds, site.node_seconds

    # What the stack takes anyway, for as long as the polls take.
    rest = processor()
    await asyncio.sleep(5)
    idle = [(after - before) / 5 for before, after in zip(rest, processor())]
    before, start, told = processor(), time.monotonic(), [[] for _ in waiters]

    async def poll(person, pauses):
        for _ in range(POLLS // len(waiters)):
            status, fields, content = await person.ask("GET", "/api/v1/waiting")
            if status != 200 or json.loads(content)["state"] != "waiting":
                raise StackError(f"somebody who waits was told {status} {content[:100]!r}")
            pauses.append(int(fields["retry-after"]))

    await asyncio.gather(*(poll(person, pauses) for person, pauses in zip(waiters, told)))
    seconds, count = time.monotonic() - start, sum(map(len, told))
    redis, nodes = [
        max(0.0, after - first - rest * seconds) / count for first, after, rest in zip(before, processor(), idle)]
    polls = polls_along([statistics.mean(pauses) for pauses in told], each)
    return {
        "polls": polls, "redis": polls * redis, "nodes": polls * nodes, "each": (redis + nodes) * 1e6,
        "first": statistics.mean(told[0]), "last": statistics.mean(told[-1])}


def polls_along(pauses, between):
    """Polls a second of a line of which some, with so many others between them, were told these pauses. A pause is a share of the
    time that is left, so it grows evenly from one to the next; the integral of its inverse has a logarithm."""
    def segment(first, last):
        return between / first if abs(last - first) < 0.001 else between * math.log(last / first) / (last - first)
    return sum(segment(first, last) for first, last in zip(pauses, pauses[1:])) + between / pauses[-1]


def rate(moments):
    return len(moments) / (moments[-1] - moments[0]) if len(moments) > 1 else 0.0


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def steady(crowd):
    """Without the first seconds, in which everybody comes at once."""
    start = crowd.served[0] + 10
    return [moment for moment in crowd.served if moment > start]


def recovered(after, peak):
    """Seconds until a window of three has 95 % of the peak again."""
    start = after.served[0]
    for step in range(0, RECOVERY * 10):
        begin = start + step / 10
        if sum(begin <= moment < begin + 3 for moment in after.served) / 3 >= 0.95 * peak:
            return step / 10
    return float("inf")


def table(calm, rush, after, decisions, cost):
    """The table; a figure that misses its aim says so."""
    # The best that the stack did without the storm, before it or after it.
    peak = max(rate(steady(calm)), rate(steady(after)))
    first = [each for role in ("pupil", "teacher") for crowd in (calm, rush) for each in crowd.requests[role]]
    failed = [each for role in MIX for crowd in (calm, rush, after) for each in crowd.failures[role]]
    entered = [(people, places) for outcome, people, places in decisions if outcome == "in" and places == CAP]
    most = max((people for people, _ in entered), default=0)
    slow, served, again = percentile(first, 0.99), rate(steady(rush)) / peak, recovered(after, peak)
    of_first, of_guardians = Wait(calm, "pupil", "teacher"), Wait(calm, "guardian")
    share = cost["redis"] + cost["nodes"]
    # What is asked, what was measured, whether the one is the other; None where nothing is asked.
    rows = [
        ("requests of pupils and teachers who are in: answered rightly", "100 %",
         f"{100 * len(first) / max(1, len(first) + len(failed)):.2f} % of {len(first):,}", bool(first) and not failed),
        ("… p99", "< 1 s", f"{slow * 1000:.0f} ms", slow < 1),
        (f"most people in at once, of {len(entered):,} admissions in the log", f"≤ {CAP}", f"{most}", 0 < most <= CAP),
        ("wait of pupils and teachers to get in: median, 90 %", "", f"{of_first}", None),
        ("wait of guardians to get in: median, 90 %", "longer", f"{of_guardians}", of_guardians.median > of_first.median),
        ("requests served a second while 70 % press F5, of those without", "≥ 0.95", f"{served:.2f}", served >= 0.95),
        ("95 % of it again once they stop, after", f"< {RECOVERY} s", f"{again:.1f} s", again < RECOVERY),
        (f"{WAITERS:,} waiting, told to ask again after {cost['first']:.0f} s (the first) to {cost['last']:.0f} s: polls a second", "",
         f"{cost['polls']:.0f}", None),
        (f"… Redis and both nodes, of a core ({cost['each']:.0f} µs a poll)", "< 10 %",
         f"{share * 100:.1f} % ({cost['redis'] * 100:.1f} % and {cost['nodes'] * 100:.1f} %)", share < 0.1),
    ]
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores shared by everything, 2 nodes; "
        f"{sum(MIX.values())} people ({', '.join(f'{count} {role}s' for role, count in MIX.items())}) for {CAP} places, through the front.",
        "", "| what | asked | measured |", "|---|---|---|",
    ]
    return lines + [
        f"| {what} | {asked} | {told}{' ' + territory.MISSED if met is False else ''} |" for what, asked, told, met in rows]


class Wait:
    """How long people of some roles waited to get in. Those who were not in at the end have waited at least as long as they had
    until then: without them, only the lucky would count."""

    def __init__(self, crowd, *roles):
        self.entered = [each for role in roles for each in crowd.waits[role]]
        self.outside = [each for role in roles for each in crowd.outside[role]]
        self.median, self.ninth = self._at(0.5), self._at(0.9)

    def _at(self, share):
        return percentile(self.entered + self.outside, share)

    def _text(self, seconds):
        # One of those outside may have had to wait for any length of time beyond.
        return f"{'≥ ' if any(each <= seconds for each in self.outside) else ''}{seconds:.1f} s"

    def __str__(self):
        return (
            f"{self._text(self.median)}, {self._text(self.ninth)} ({len(self.entered)} entries, {len(self.outside)} still outside)")
