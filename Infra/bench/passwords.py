"""`Infra/dev/bench passwords`: sign-ins by password, beside what argon2id alone does on as many threads, and what pages notice."""

import contextlib
import ctypes
import json
import multiprocessing
import os
import pathlib
import re
import statistics
import subprocess
import threading
import time

from stack.errors import StackError
from stack.state import CHECKOUT
from stack.templates import commit

from . import commands, report
from .people import processor_seconds
from .site import Site
from .wrk import Target, latency

FOLDER = CHECKOUT / ".preau-bench"
HERE = pathlib.Path(__file__).parent
ROUNDS, SECONDS, SESSIONS = 5, 10, 200
AT_ONCE, PAGES_A_SECOND, READERS = 64, 200, 40
# Different people, or those of one name would wait for each other: an account's attempts are made one after the other.
PEOPLE = 512


def run(progress):
    FOLDER.mkdir(exist_ok=True)
    with contextlib.ExitStack() as cleanup:
        site = Site(FOLDER, 10)
        cleanup.callback(site.stop, wipe=True)
        site.start()
        with progress.step("Sessions and accounts") as step:
            site.sign_in(SESSIONS)
            people = accounts(site)
            threads = password_threads(site.node["pid"])
            step.note(f"{len(people)} people, {threads} threads for passwords")
        pages, storm = Pages(site), Storm(site, people)
        # By itself the gate lets in four fifths of what it measures that the threads do. What they do is asked for here, so it is
        # opened as an operator would.
        for scope in ("platform", *{territory["id"] for territory in site.parts["territories"]}):
            commands.preau(site.state, "admission", "set", scope, "--sessions", 1_000_000, "--per-second", 100_000)
        time.sleep(3)
        storm.run(2)
        results = []
        for number in range(ROUNDS):
            with progress.step(f"Round {number + 1} of {ROUNDS}") as step:
                results.append(one(site, people, threads, pages, storm))
                step.note("  ".join(f"{name} {value:,.1f}" for name, value in results[-1].items()))
    lines = table(results, threads)
    progress.say("\n" + "\n".join(lines))
    report.write("passwords", lines)


def one(site, people, threads, pages, storm):
    found = {"argon2id": alone(people[0], threads, SECONDS)}
    before = processor_seconds(site.node["pid"])
    found["sign-ins"] = storm.run(SECONDS)
    found["processor"] = (processor_seconds(site.node["pid"]) - before) / SECONDS
    found["quiet"], found["quiet rate"] = pages.run(SECONDS)
    with storm.beside(SECONDS + 2) as beside:
        # Everybody of the storm has come before the pages are looked at.
        time.sleep(1)
        found["stormy"], found["stormy rate"] = pages.run(SECONDS)
    found["sign-ins beside pages"] = beside.rate
    return found


def accounts(site):
    """People with a password of their own, of every role that has one."""
    hosts = {territory["id"]: territory["host"] for territory in site.parts["territories"]}
    password = next(account["password"] for account in site.parts["accounts"])
    query = (
        "select distinct on (a.id) a.login, e.territory_id, a.password_hash from account a "
        "join profile p on p.account_id = a.id join establishment e on e.id = p.establishment_id "
        f"where a.password_hash is not null and a.state = 'active' order by a.id limit {PEOPLE}")
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-F", " ", "-c", query, site.parts["directory"]["conninfo"]],
        check=True, capture_output=True, text=True)
    rows = [line.split(" ") for line in done.stdout.splitlines() if line]
    if len(rows) < 2 * AT_ONCE:
        raise StackError(f"{len(rows)} people with a password are too few for {AT_ONCE} at once")
    return [
        {"login": login, "host": hosts[territory], "password": password, "hash": code} for login, territory, code in rows]


def password_threads(pid):
    names = (path.read_text() for path in pathlib.Path(f"/proc/{pid}/task").glob("*/comm"))
    return sum(name.startswith("password-") for name in names)


# What argon2id does by itself


def alone(person, threads, seconds):
    """Verifications a second of the library that the node has, on so many threads of a process that does nothing else."""
    results = multiprocessing.get_context("fork").Queue()
    worker = multiprocessing.get_context("fork").Process(target=verify, args=(person, threads, seconds, results))
    worker.start()
    count = results.get(timeout=seconds + 60)
    worker.join()
    return count / seconds


def verify(person, threads, seconds, results):
    library = ctypes.CDLL("libargon2.so.1")
    code, password = person["hash"].encode(), person["password"].encode()
    counts, end = [0] * threads, time.monotonic() + seconds

    def work(index):
        while time.monotonic() < end:
            # The interpreter's lock is given up for the time of the call.
            if library.argon2id_verify(code, password, ctypes.c_size_t(len(password))) != 0:
                raise StackError("argon2id does not know the password")
            counts[index] += 1

    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    results.put(sum(counts))


# What the node does


class Storm:
    """Everybody signs in, so many at once."""

    def __init__(self, site, people):
        self.url, self.rate = site.node["url"], None
        self.plan = FOLDER / "people.lua"
        self.plan.write_text("return {" + ",\n".join(
            "{host=" + json.dumps(each["host"]) + ", body=" + json.dumps(json.dumps(
                {"username": each["login"], "password": each["password"]})) + "}" for each in people) + "}\n")

    def _start(self, seconds):
        return subprocess.Popen(
            ["wrk", "-t1", f"-c{AT_ONCE}", f"-d{seconds}", "--timeout", "30s", "-s", HERE / "signins.lua", self.url],
            env=os.environ | {"BENCH_PLAN": str(self.plan)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _end(self, process):
        out, err = process.communicate()
        found = re.search(r"Signed in: (\d+) in ([\d.]+) s, failures: (\d+)(.*)", out)
        if not found or int(found[3]) or int(found[1]) == 0:
            raise StackError(f"sign-ins: {out.strip()} {err.strip()}")
        return int(found[1]) / float(found[2])

    def run(self, seconds):
        """Sign-ins a second; a refusal is an error, since a fast refusal is no result."""
        return self._end(self._start(seconds))

    @contextlib.contextmanager
    def beside(self, seconds):
        process = self._start(seconds)
        try:
            yield self
        finally:
            self.rate = self._end(process)


class Pages:
    """People with a session who look at their week."""

    def __init__(self, site):
        self.target = site.target("html")
        self.headers = FOLDER / f"wrk-{self.target.name}.headers"
        self.headers.write_text("".join(
            "\t".join(f"{name}: {value}" for name, value in each.items()) + "\n" for each in self.target.headers))

    def run(self, seconds):
        """The 99th percentile in ms, and pages a second."""
        done = subprocess.run(
            ["wrk", "-t1", f"-c{READERS}", f"-d{seconds}", "--latency", "-s", HERE / "paced.lua", self.target.url],
            env=os.environ | {"BENCH_HEADERS": str(self.headers), "BENCH_SCRIPTS": str(HERE),
                              "BENCH_PAUSE": str(1000 * READERS / PAGES_A_SECOND)},
            capture_output=True, text=True, check=False)
        for trouble in (r"Non-2xx or 3xx responses: .*", r"Socket errors: .*"):
            if found := re.search(trouble, done.stdout):
                raise StackError(f"pages: {found[0]}")
        return latency(done.stdout, "99%"), float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def table(results, threads):
    def values(name):
        return [each[name] for each in results]

    def ratio(one, other):
        return [a / b for a, b in zip(values(one), values(other))]

    return [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with the load generators, Redis and the "
        f"databases on the same machine, one node with one loop and {threads} threads for passwords; {ROUNDS} rounds of {SECONDS} s. "
        "Median (least to most).",
        "", "| what | asked | measured |", "|---|---|---|",
        f"| argon2id alone, {threads} threads of another process, a second | | {report.spread(values('argon2id'), 1)} |",
        f"| sign-ins by password, {AT_ONCE} at once, a second | | {report.spread(values('sign-ins'), 1)} |",
        f"| … of argon2id alone | ≥ 0.9 | {report.spread(ratio('sign-ins', 'argon2id'))} |",
        f"| … beside {statistics.median(values('stormy rate')):.0f} pages a second | ≥ 0.9 "
        f"| {report.spread(ratio('sign-ins beside pages', 'argon2id'))} |",
        f"| p99 of a pupil's week as a page, {statistics.median(values('quiet rate')):.0f} a second, nobody signing in, ms | "
        f"| {report.spread(values('quiet'), 1)} |",
        f"| p99 of the same, {AT_ONCE} signing in at once, ms | | {report.spread(values('stormy'), 1)} |",
        f"| … of that without | ≤ 2 | {report.spread(ratio('stormy', 'quiet'))} |",
    ]
