"""`Infra/dev/bench peer`: the same visits of Préau and of another product, in one run and in turn.

Each product gets more and more people at once until fewer than 99.95 % of what they ask for is answered right within three seconds;
what counts is the most that each answered. The other product is somebody else's to bring up (docs/peers.md tells how AlekSIS is); what
this needs of it comes from the command line: where it is, its adapter, its people, and the files with the numbers of its processes."""

import dataclasses
import math
import os
import pathlib
import shutil
import statistics
import time

from stack.build import BUILT
from stack.errors import StackError
from stack.templates import commit

from . import report
from .crowd import FOLDER, LOAD, PASSWORD, Account, CrowdSite, generate
from .people import processor_seconds_of_tree
from .site import MONDAY

TERRITORY, SCHOOLS, PEOPLE = "auvergne-rhone-alpes", 12, 5_000
NODES, FRONTS = 2, 2
GOAL, RAMP, SPEED = 99.95, 5, 40
# How much larger the next number of people is while all is well, in the first round and in later ones, which know where to look; and how
# near the last good one and the first bad one have to be.
GROWTH, LATER_GROWTH, NEAR, MOST_LEVELS = 2.0, 1.3, 1.2, 12
MIXES = ["peer", "peer-home", "peer-sign-in"]
# Seconds from one page to the next in life, as all three mixes have it: what a rate is in people at once.
SECONDS_A_PAGE = 30 * math.exp(0.8**2 / 2)


def add_arguments(parser):
    group = parser.add_argument_group("peer", "another product, measured beside this one")
    group.add_argument("--peer-url", metavar="URL", help="where it is: http://ADDRESS:PORT, on this machine")
    group.add_argument("--peer-adapter", metavar="FILE", default=LOAD / "aleksis.yaml", type=pathlib.Path, help="how it is asked (Infra/load/aleksis.yaml)")
    group.add_argument("--peer-people", metavar="FILE", type=pathlib.Path, help="its people: login, role, host, and what the adapter asks for")
    group.add_argument("--peer-password", metavar="P", default=PASSWORD, help="the password of all of them")
    group.add_argument("--peer-pids", metavar="FILE", action="append", default=[], type=pathlib.Path,
                       help="a file whose first line is the number of one of its processes; those below it count as well; may be repeated")
    group.add_argument("--peer-mix", metavar="NAME", action="append", choices=MIXES, help=f"only this one; may be repeated ({', '.join(MIXES)})")
    group.add_argument("--peer-rounds", metavar="N", type=int, default=2, help="how often each is measured (2)")
    group.add_argument("--peer-seconds", metavar="S", type=int, default=20, help="of each number of people (20)")
    group.add_argument("--peer-note", metavar="TEXT", default="", help="what else ran on the machine: said above the table")


def run(progress, options):
    if not options.peer_url or not options.peer_people or not options.peer_pids:
        raise StackError("the peer needs --peer-url, --peer-people and --peer-pids; docs/peers.md tells how AlekSIS is brought up")
    FOLDER.mkdir(exist_ok=True)
    site = CrowdSite(NODES, FRONTS, SCHOOLS, name="peer", establishments={})
    mixes = options.peer_mix or MIXES
    try:
        site.start(progress)
        # What the machine can do is measured, not the gate.
        site.preau("admission", "set", TERRITORY, "--sessions", 4 * PEOPLE)
        people, _ = site.people(TERRITORY, most=PEOPLE)
        peer = Side("peer", options.peer_url, options.peer_adapter, options.peer_people, options.peer_password, Processes(options.peer_pids), start=4)
        sides = [Side("preau", site.parts["front"], LOAD / "preau.yaml", people, PASSWORD, Stack(site), start=256), peer]
        for side in sides:
            with progress.step(f"{side.name}: sessions of everybody") as step:
                found = side.load("prepare", "peer", "--way", "password", "--at-once", 2)
                if found["visits"]["abandoned"]:
                    raise StackError(f"{side.name}: {found['visits']['abandoned']} people could not sign in; see {FOLDER}/peer/{side.name}.log")
                step.note(f"{found['whole']['perSecond']:.0f} requests/s")
        measured = [
            most(progress, side, mix, number, options.peer_seconds)
            for number in range(options.peer_rounds) for mix in mixes for side in (sides if number % 2 == 0 else reversed(sides))]
    finally:
        if not options.keep:
            site.stop()
    lines = table(measured, mixes, sides, options)
    progress.say("\n" + "\n".join(lines))
    if options.record:
        report.write("peer", lines)


class Stack:
    """What Préau's processes have used."""

    def __init__(self, site):
        self.site = site

    def seconds(self):
        return sum(Account(self.site).processor.values())


class Processes:
    """What another product's processes have used."""

    def __init__(self, files):
        self.files = files

    def seconds(self):
        try:
            return sum(processor_seconds_of_tree(int(path.read_text().split("\n")[0])) for path in self.files)
        except (OSError, ValueError) as error:
            raise StackError(f"--peer-pids: {error}") from error


@dataclasses.dataclass
class Side:
    """One of the products."""

    name: str
    front: str
    adapter: pathlib.Path
    people: pathlib.Path
    password: str
    processes: object
    # How many people at once it is first tried with; later, nearly as many as it served before.
    start: float
    starts: dict = dataclasses.field(default_factory=dict)

    def load(self, verb, mix, *words, at_least=None):
        folder = FOLDER / "peer"
        folder.mkdir(exist_ok=True)
        prepared = sessions = folder / f"{self.name}.sessions"
        if verb == "run":
            # A run keeps what its people have at its end: whoever was signing in just then has no session.
            sessions = shutil.copy(prepared, folder / f"{self.name}.sessions-of-a-run")
        with (folder / f"{self.name}.log").open("a") as log:
            return generate(
                BUILT, verb, self.front, self.adapter, self.people, mix, "--date", MONDAY, *words, sessions=sessions,
                report=folder / f"report-{self.name}", password=self.password, at_least=at_least, log=log)

    def settle(self):
        """Waits until it works no longer on what nobody waits for, so that one level says nothing of the next one."""
        for _ in range(60):
            before = self.processes.seconds()
            time.sleep(1)
            if self.processes.seconds() - before < 0.2:
                return


@dataclasses.dataclass
class Level:
    """So many people at once, and how that was."""

    users: float
    result: dict
    # Microseconds of processor a request.
    processor: float
    # So many cores were busy with neither the product nor the generator.
    others: float

    @property
    def steady(self):
        return self.result["steady"]

    def rate(self, mix):
        """A second: sign-ins where visits are nothing else, requests otherwise."""
        each = self.result["visits"]["begun"] / max(1, self.result["whole"]["done"]) if mix == "peer-sign-in" else 1
        return self.steady["perSecond"] * each

    @property
    def served(self):
        return self.steady["done"] > 0 and 100 * self.steady["success"] >= GOAL

    @property
    def errors(self):
        kinds = {}
        for step in self.result["steps"]:
            for kind, count in step["errors"].items():
                kinds[kind] = kinds.get(kind, 0) + count
        return ", ".join(f"{count:,} × {kind}" for kind, count in sorted(kinds.items(), key=lambda each: -each[1])[:3])


@dataclasses.dataclass
class Most:
    """The most that a product answered right in one round, and the least that it did not."""

    side: str
    mix: str
    best: Level
    broken: Level


def most(progress, side, mix, number, seconds):
    """Tries numbers of people until the last that it serves and the first that it does not are near."""
    with progress.step(f"Round {number + 1}, {mix}: {side.name}") as step:
        def attempt(users):
            side.settle()
            before, busy, moment = side.processes.seconds(), busy_seconds(), time.monotonic()
            result = side.load("run", mix, "--users", f"{users:.1f}", "--ramp", RAMP, "--seconds", seconds, "--speed", SPEED, "--processes", 2, "--seed", number + 1)
            if result["visits"]["nobody_left"] > 0.01 * result["visits"]["begun"]:
                raise StackError(f"{side.people} has too few people for {users:.0f} at once")
            used = side.processes.seconds() - before
            others = (busy_seconds() - busy - used - result["generatorProcessor"]) / (time.monotonic() - moment)
            level = Level(users, result, used / max(1, result["whole"]["done"]) * 1e6, max(0, others))
            step.note(f"{users:.0f} at once, {level.steady['perSecond']:.1f} a second: {100 * level.steady['success']:.2f} % right")
            return level

        best, broken = search(attempt, side.starts.get(mix, side.start), LATER_GROWTH if mix in side.starts else GROWTH)
        side.starts[mix] = best.users * 0.8
        step.note(f"{best.steady['perSecond']:,.1f} a second with {best.users:,.0f} at once; not with {broken.users:,.0f} ({broken.errors})")
        return Most(side.name, mix, best, broken)


def busy_seconds():
    """Of all cores since the machine started."""
    fields = list(map(int, pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]))
    # All but idle, and waiting for a disk.
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def search(attempt, start, growth=GROWTH):
    """The largest of what `attempt` tries that it says was served, and the smallest that was not: up from `start` until one is not, or
    down until one is, then between the two."""
    best = broken = None
    value = start
    for _ in range(MOST_LEVELS):
        level = attempt(value)
        best, broken = (level, broken) if level.served else (best, level)
        if best and broken and broken.users <= best.users * NEAR:
            break
        value = math.sqrt(best.users * broken.users) if best and broken else best.users * growth if best else broken.users / growth
        if value < 1:
            break
    if not best or not broken:
        raise StackError(f"no end was found: {'nothing that was served' if broken else 'nothing that was not served'}, last with {level.users:.1f} people at once")
    return best, broken


# What a mix asks for, in words.
TITLES = {
    "peer": "home page and week, 5 % of visits by password: requests", "peer-home": "home page alone: requests",
    "peer-sign-in": "sign-in by password, then the home page: sign-ins",
}


def table(measured, mixes, sides, options):
    def values(mix, side, value):
        return [value(each.best) for each in measured if each.mix == mix and each.side == side]

    others = report.spread([level.others for each in measured for level in (each.best, each.broken)], 1)
    names = {"preau": "Préau", "peer": options.peer_adapter.stem}
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with everything on them, generator included; of them others took {others} meanwhile"
        f"{'; ' + options.peer_note if options.peer_note else ''}. {options.peer_rounds} rounds, in turn; {options.peer_seconds} s of each number of people after "
        f"{RAMP} s in which they come. Préau: {NODES} nodes of one loop, {FRONTS} processes of HAProxy, 4 shards. Median (least to most).",
        "", "| visits | product | most that it served right, a second | in life that is people at once | p50, p99 there, ms | processor a request, ms | and with this many more it did not |",
        "|---|---|---|---|---|---|---|",
    ]
    for mix in mixes:
        for side in sides:
            rate = values(mix, side.name, lambda level: level.rate(mix))
            latency = [statistics.median(values(mix, side.name, lambda level, key=key: level.steady["latency"][key])) for key in ("p50", "p99")]
            rest = [each.broken for each in measured if each.mix == mix and each.side == side.name]
            beyond = statistics.median(each.broken.users / each.best.users for each in measured if each.mix == mix and each.side == side.name)
            lines.append(
                f"| {TITLES[mix]} | {names[side.name]} | {report.spread(rate, 1)} | {lived(mix, statistics.median(rate))} | {latency[0]:,.0f}, {latency[1]:,.0f} | "
                f"{report.spread([value / 1000 for value in values(mix, side.name, lambda level: level.processor)])} | +{100 * (beyond - 1):.0f} %: {rest[-1].errors} |")
        if len(sides) == 2:
            first, second = (values(mix, side.name, lambda level: level.rate(mix)) for side in sides)
            used = [statistics.median(values(mix, side.name, lambda level: level.processor)) for side in sides]
            lines.append(f"| … | Préau over {names['peer']} | {report.spread([a / b for a, b in zip(first, second)], 1)} times | | | 1/{used[1] / used[0]:,.0f} | |")
    lines += ["", "| what is asked for, at that most | " + " | ".join(f"{names[side.name]}: p50, p99, ms" for side in sides) + " |", "|---|" + "---|" * len(sides)]
    for mix in mixes:
        for kind in sorted({step["name"] for each in measured if each.mix == mix for step in each.best.result["steps"]}):
            cells = []
            for side in sides:
                steps = [step for level in values(mix, side.name, lambda level: level) for step in level.result["steps"] if step["name"] == kind and step["done"]]
                cells.append(", ".join(f"{statistics.median(step['latency'][key] for step in steps):,.0f}" for key in ("p50", "p99")) if steps else "–")
            lines.append(f"| {TITLES[mix].split(':')[0]}: {kind} | " + " | ".join(cells) + " |")
    return lines


def lived(mix, rate):
    """So many people in visits ask for as many pages, when they read each as long as in life."""
    return "–" if mix == "peer-sign-in" else f"{rate * SECONDS_A_PAGE:,.0f}"
