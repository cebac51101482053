"""`Infra/dev/bench nodes`: nodes added and removed while a territory's people keep the machine four fifths busy.

Told of each cycle: how long after the command the front had an answer from the new node, and when its share of what all nodes
answer had reached four fifths of a fair one. Every request that failed meanwhile is in the report of preau-load."""

import csv
import http.client
import pathlib
import shutil
import threading
import time
import urllib.parse

from stack.errors import StackError
from stack.haproxy import ask
from stack.templates import commit

from . import report
from .crowd import FOLDER, CrowdSite
from .storm import FRONTS, NODES, PROCESSES, prepare

TERRITORY, SCHOOLS = "seine-et-marne", 200
# A fifth less than what two cores serve right (see the storms), where they are as fast as those: else `--share` asks for fewer. What
# was busy before the first cycle is in the table.
USERS, PEOPLE = 40_000, 48_000
RAMP, CYCLES, SECONDS = 240, 20, 420
# How long a node that was added is watched before it goes again.
WATCHED, FAIR = 12.0, 0.8


class Front:
    """What the front's processes say of the nodes."""

    def __init__(self, site):
        self.front = urllib.parse.urlsplit(site.parts["front"])
        self.host = next(each["host"] for each in site.parts["territories"] if each["id"] == TERRITORY)
        self.sockets = [each["socket"] for each in site.parts["fronts"]]

    def requests(self):
        """Requests given to each node that is up, since the front started."""
        counts = {}
        for path in self.sockets:
            for row in csv.DictReader(ask(path, "show stat nodes 4 -1").lstrip("# ").splitlines()):
                if row["status"].startswith("UP"):
                    counts[row["svname"]] = counts.get(row["svname"], 0) + int(row["lbtot"])
        return counts

    def who_answers(self):
        """The node that answers one request through the front."""
        connection = http.client.HTTPConnection(self.front.hostname, self.front.port, timeout=10)
        connection.request("GET", "/login", headers={"Host": f"{self.host}:{self.front.port}"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.getheader("X-Preau-Node") if answer.status == 200 else None


def run(progress, options):
    site = CrowdSite(NODES, FRONTS, SCHOOLS)
    try:
        site.start(progress)
        with site.portal():
            site.preau("admission", "set", TERRITORY, "--sessions", 2 * PEOPLE)
            people, count = site.people(TERRITORY, most=PEOPLE * options.share)
            prepare(progress, site, people, count)
            rows, busy, result = under_load(progress, site, people, USERS * options.share)
    finally:
        if not options.keep:
            site.stop()
    lines = table(rows, busy, result)
    progress.say("\n" + "\n".join(lines))
    report.write("nodes", lines)


def under_load(progress, site, people, users):
    folder, done = FOLDER / "report-nodes", []
    shutil.rmtree(folder, ignore_errors=True)
    words = ["--users", users, "--ramp", RAMP, "--seconds", SECONDS, "--processes", PROCESSES]
    load = threading.Thread(target=lambda: done.append(site.load("run", people, "storm", *words, report=folder)))
    load.start()
    with progress.step(f"{users:,.0f} people come"):
        time.sleep(RAMP + 10)
    busy = busy_share(10)
    front, rows = Front(site), []
    for number in range(CYCLES):
        with progress.step(f"Cycle {number + 1} of {CYCLES}") as step:
            rows.append(cycle(site, front))
            step.note("first answer after {first:.2f} s, a fair share after {fair:.1f} s, removed in {removed:.1f} s".format(**rows[-1]))
        if not load.is_alive():
            raise StackError("the load ended before the cycles did")
    with progress.step("The load ends"):
        load.join()
    if not done:
        raise StackError("preau-load left no report; the cause is above")
    return rows, busy, done[0]


def cycle(site, front):
    """One node added and removed; seconds from the command on."""
    begin, name, moments = time.monotonic(), [], {}
    command = threading.Thread(target=lambda: name.append(site.preau("node", "add")["name"]))
    known = set(front.requests())
    command.start()
    while "first" not in moments:
        who = front.who_answers()
        if who and who not in known:
            moments["first"] = time.monotonic() - begin
        elif time.monotonic() - begin > 30:
            raise StackError("the node that was added never answered")
    command.join()
    if not name:
        raise StackError("preau node add failed; the cause is above")
    samples = []
    while time.monotonic() - begin < WATCHED:
        samples.append((time.monotonic() - begin, front.requests()))
        if fair := fair_share(samples, name[0]):
            moments["fair"] = fair
            break
        time.sleep(0.25)
    started = time.monotonic()
    site.preau("node", "remove", name[0])
    # Never: counted as what it is, in the spread of the table.
    return {"fair": float("inf"), "removed": time.monotonic() - started} | moments


def fair_share(samples, name):
    """The moment at which the last second's requests had four fifths of a fair part for this node."""
    moment, now = samples[-1]
    earlier = [each for at, each in samples if moment - at >= 1 and name in each]
    if not earlier or name not in now:
        return None
    before = earlier[-1]
    answered = {each: now[each] - before.get(each, 0) for each in now}
    total, active = sum(answered.values()), sum(1 for count in answered.values() if count)
    return moment if total and answered[name] * active >= FAIR * total else None


def busy_share(seconds):
    """What part of the machine's processors was in use for so long."""
    def read():
        fields = list(map(int, pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]))
        return sum(fields[:8]), fields[3] + fields[4]
    total, idle = read()
    time.sleep(seconds)
    later, idler = read()
    return 1 - (idler - idle) / (later - total)


def table(rows, busy, result):
    whole = result["whole"]
    first = sorted(row["first"] for row in rows)
    errors = ", ".join(f"{count:,} × {step['name']}: {kind}" for step in result["steps"] for kind, count in step["errors"].items())
    return [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}: {result['meanUsers']:,.0f} people at once of {TERRITORY}, "
        f"{result['steady']['perSecond']:,.0f} requests a second; {100 * busy:.0f} % of the processors busy before the first cycle, generator included. "
        f"{len(rows)} times a third node was added and removed. Median (least to most).",
        "", "| what | asked | measured |", "|---|---|---|",
        f"| first answer through the front after the command, s | < 2 (p99 of {len(rows)}: the most) | {report.spread(first)} |",
        f"| four fifths of a fair share after, s | ≤ 10 | {report.spread([row['fair'] for row in rows], 1)} |",
        f"| drained and gone in, s | | {report.spread([row['removed'] for row in rows], 1)} |",
        f"| failed of {whole['done']:,} requests | 0 | {whole['done'] - whole['right']:,} ({errors or 'none'}) |",
        f"| p99 of the whole run, ms | | {result['steady']['latency']['p99']:.0f} |",
    ]
