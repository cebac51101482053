"""`Infra/dev/bench storm`: as many people at once as spring 2020 and 2021 had, on one machine with everything on it.

Each scene is a run of preau-load, an open model, against a stack with so many accounts. Options come from the command line of
`Infra/dev/bench`: `--scene NAME` (all of them), `--share S` runs a documented part of a scene, `--keep` leaves the stack,
`--flame LABEL` draws where the nodes' time went."""

import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import threading
import time

from stack.errors import StackError
from stack.state import CHECKOUT
from stack.templates import commit

from . import flame, report
from .crowd import FOLDER, Account, CrowdSite

IMAGES = CHECKOUT / "docs" / "images"
NODES, FRONTS, PROCESSES = 2, 5, 4
DAY_VISITS = 933_300


class Scene:
    """What is run, and what is asked of it."""

    def __init__(self, title, territories, mix, amount, people, schools, ramp, seconds, speed=1, goal=99.95, latency=300):
        self.title, self.territories, self.mix, self.amount = title, territories, mix, amount
        # How many different ones come; how many schools have them. All of them have come after `ramp` seconds: five minutes for the
        # largest, twice as fast as the bell brings as many.
        self.people, self.schools = people, schools
        self.ramp, self.seconds, self.speed, self.goal, self.latency = ramp, seconds, speed, goal, latency

    def words(self, share):
        option, value = self.amount
        words = [f"--{option}", value * share]
        if self.seconds:
            words += ["--seconds", self.seconds, "--ramp", self.ramp]
        return words + (["--speed", self.speed] if self.speed != 1 else []) + (
            ["--from", 7, "--to", 9] if option == "day" and share < 1 else [])

    @property
    def is_warm(self):
        return self.mix != "bell"


SCENES = {
    "eure": Scene("Eure, 15,000 at once", ["eure"], "storm", ("users", 15_000), 18_000, 60, 60, 120),
    "seine-et-marne": Scene("Seine-et-Marne, 51,000 at once", ["seine-et-marne"], "storm", ("users", 51_000), 60_000, 200, 300, 120),
    "auvergne-rhone-alpes": Scene(
        "Auvergne-Rhône-Alpes, 52,000 at once, 308 establishments", ["auvergne-rhone-alpes"], "storm", ("users", 52_000), 60_000, 308, 300, 120),
    "bell": Scene("The bell: 52,000 sign-ins by ticket in ten minutes", ["auvergne-rhone-alpes"], "bell",
                  ("rate", 52_000 / 600), 60_000, 308, 20, 580),
    "day": Scene("The Grand Est day, 48 times as fast", ["auvergne-rhone-alpes", "seine-et-marne"], "grand-est", ("day", DAY_VISITS), 90_000, 308, 0, None,
                 speed=48),
}


def run(progress, options):
    names = options.scene or list(SCENES)
    unknown = [name for name in names if name not in SCENES]
    if unknown:
        raise StackError(f"no scene is called {', '.join(unknown)}; there are: {', '.join(SCENES)}")
    share = options.share
    site = CrowdSite(NODES, FRONTS, max(SCENES[name].schools for name in names))
    rows = []
    try:
        site.start(progress)
        with site.portal():
            for name in names:
                scene = SCENES[name]
                # What the machine can do is measured here, not the gate: those whose sessions were made beforehand, and those who
                # have left, also in a scene before, keep a place for an hour, so that there are more of them than a territory of today
                # lets in.
                for territory in scene.territories:
                    site.preau("admission", "set", territory, "--sessions", 2 * sum(SCENES[each].people for each in names))
                people, count = site.people(*scene.territories, most=scene.people * share)
                if scene.is_warm:
                    prepare(progress, site, people, count)
                with progress.step(f"{scene.title}; share {share:g}, {count:,} people known"):
                    with drawn(site, scene, options.flame):
                        result, spent = storm(site, scene, people, share)
                rows.append(Measured(name, share, f"{time.strftime('%Y-%m-%d')}, {commit()}", result, spent))
    finally:
        if not options.keep:
            site.stop()
    progress.say("\n" + "\n".join(table(rows)))
    if options.record:
        for row in rows:
            row.keep()
            chart(row.name, row.result)
        report.write("storm", table([row for row in map(Measured.kept, SCENES) if row]))


@dataclasses.dataclass
class Measured:
    """What came of a scene, and when; the last time of each is kept, since they are run one by one as well."""

    name: str
    share: float
    moment: str
    result: dict
    spent: dict

    @property
    def scene(self):
        return SCENES[self.name]

    @staticmethod
    def path(name):
        return FOLDER / f"storm-{name}.json"

    def keep(self):
        self.path(self.name).write_text(json.dumps(dataclasses.asdict(self)))

    @classmethod
    def kept(cls, name):
        path = cls.path(name)
        return cls(**json.loads(path.read_text())) if path.exists() else None


def prepare(progress, site, people, count):
    """Sessions of everybody, made by the portal's tickets once and kept: a browser that was not closed."""
    with progress.step(f"Sessions of {count:,} people, by ticket") as step:
        found = site.load("prepare", people, "storm", "--way", "ticket", "--processes", PROCESSES, "--at-once", 24)
        step.note(f"{found['whole']['perSecond']:.0f} requests/s, {100 * found['whole']['success']:.2f} % right")


@contextlib.contextmanager
def drawn(site, scene, label):
    """A flame graph of the nodes, counted for twenty seconds once everybody has come."""
    if label is None:
        yield
        return
    data = FOLDER / "flame.data"

    def count():
        time.sleep(scene.ramp + 10)
        flame.record([node["pid"] for node in site.parts["nodes"]], 20, data)

    counting = threading.Thread(target=count)
    counting.start()
    yield
    counting.join()
    picture = flame.draw(flame.stacks(data), f"What the nodes do: {scene.title}, {label}")
    (IMAGES / f"flame-{label}.svg").write_text(picture)
    data.unlink()


def storm(site, scene, people, share):
    folder = FOLDER / f"report-{scene.mix}-{'-'.join(scene.territories)}"
    shutil.rmtree(folder, ignore_errors=True)
    before = Account(site)
    result = site.load("run", people, scene.mix, *scene.words(share), "--processes", PROCESSES, report=folder)
    return result, Account(site).since(before, max(1, result["whole"]["done"]))


def table(rows):
    processor = next((line.split(": ", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
    lines = [
        f"{os.cpu_count()} cores ({processor}) with everything on them, generator included; {NODES} nodes of one loop, {FRONTS} processes of HAProxy, "
        "4 shards; gzip on, as browsers have it.",
        "", "| scene | measured | share | people at once | connections | requests | a second | right | p50, p99, p99.9 | of a core: generator |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        scene, result = row.scene, row.result
        steady = result["steady"] if result["steady"]["done"] else result["whole"]
        latency = steady["latency"]
        lines.append(
            f"| {scene.title} | {row.moment} | {row.share:g} | {result['meanUsers']:,.0f} | {result['mostConnections']:,} | {result['whole']['done']:,} | "
            f"{steady['perSecond']:,.0f} | {100 * result['whole']['success']:.3f} % (asked: {scene.goal} %) | "
            f"{latency['p50']:.0f}, {latency['p99']:.0f}, {latency['p999']:.0f} ms (p99 asked: {scene.latency}) | {result['generatorShare']:.2f} |")
    lines += ["", "| a request's share | nodes | HAProxy | PostgreSQL | Redis | generator | Redis commands | PostgreSQL transactions |",
              "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        used, generator = row.spent["processor"], row.result["generatorProcessor"] / max(1, row.result["whole"]["done"]) * 1e6
        lines.append(
            f"| {row.scene.title} | {used['nodes']:.0f} µs | {used['HAProxy']:.0f} µs | {used['PostgreSQL']:.0f} µs | {used['Redis']:.0f} µs | "
            f"{generator:.0f} µs | {row.spent['redis']:.2f} | {row.spent['transactions']:.2f} |")
    errors = [
        f"- {row.scene.title}: " + ", ".join(f"{count:,} × {step['name']}: {kind}" for step in row.result["steps"] for kind, count in
                                             sorted(step["errors"].items(), key=lambda each: -each[1])[:5])
        for row in rows if row.result["whole"]["right"] < row.result["whole"]["done"]]
    lines += ["", *(["Errors:", *errors] if errors else ["No error."]), ""]
    lines += [f"![{row.scene.title}](images/storm-{row.name}.svg)" for row in rows]
    return lines


def chart(name, result):
    """Requests a second, people and p99 of one run, as a picture for docs/benchmarks.md."""
    width, height, gap, left = 860, 150, 30, 60
    moments, rows = result["moments"], (("requests a second", "done"), ("people in a visit", "inVisit"), ("p99, ms", "p99"))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {len(rows) * (height + gap)}" font-family="sans-serif" font-size="11">'
             '<rect width="100%" height="100%" fill="#fff"/>']
    for row, (title, key) in enumerate(rows):
        top, most = row * (height + gap) + 20, max(max(moment[key] for moment in moments), 1)
        points = " ".join(
            f"{left + index / max(1, len(moments) - 1) * (width - left - 10):.1f},{top + height - 20 - moment[key] / most * (height - 20):.1f}"
            for index, moment in enumerate(moments))
        parts += [f'<text x="{left}" y="{top - 6}">{title}</text>', f'<text x="{left - 6}" y="{top + 4}" text-anchor="end">{most:,.0f}</text>',
                  f'<text x="{left - 6}" y="{top + height - 18}" text-anchor="end">0</text>',
                  f'<path d="M{left} {top}V{top + height - 20}H{width - 10}" fill="none" stroke="#999"/>',
                  f'<polyline points="{points}" fill="none" stroke="#0b6bcb" stroke-width="1.5"/>']
    last = len(rows) * (height + gap) - 8
    parts += [f'<text x="{left}" y="{last}">0 s</text>', f'<text x="{width - 10}" y="{last}" text-anchor="end">{result["length"]:.0f} s</text></svg>']
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / f"storm-{name}.svg").write_text("\n".join(parts) + "\n")
