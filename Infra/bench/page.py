"""`Infra/dev/bench page`: a pupil's week, beside the yardstick."""

import contextlib
import os
import resource
import statistics
import time

from stack.ports import Ports
from stack.process import Processes
from stack.stack import stop
from stack.state import CHECKOUT, State
from stack.templates import commit

from . import report, yardstick
from .idle import bytes_per_connection
from .site import Site
from .wrk import measure

FOLDER = CHECKOUT / ".preau-bench"
ESTABLISHMENTS = (10, 1000)
PAGES = ("json", "html")
ROUNDS, SECONDS = 5, 5
SESSIONS = 200
IDLE_CONNECTIONS = 5000


def run(progress):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    FOLDER.mkdir(exist_ok=True)
    with contextlib.ExitStack() as cleanup:
        sites = {}
        for count in ESTABLISHMENTS:
            sites[count] = Site(FOLDER, count)
            cleanup.callback(sites[count].stop, wipe=True)
            progress.say(f"\nA stack with {count} establishments:")
            sites[count].start()
        mark = cleanup.enter_context(yardstick_beside(progress))
        facts = Facts(sites, progress)
        targets = [mark] if mark else []
        targets += [site.target(page) for page in PAGES for site in sites.values()]
        rounds = interleaved(targets, progress)
    lines = table(rounds, facts)
    progress.say("\n" + "\n".join(lines))
    if mark is None:
        progress.say("\nThere is no yardstick beside this checkout (../shared/limit): docs/benchmarks.md is left as it was.")
    else:
        report.write("page", lines)


@contextlib.contextmanager
def yardstick_beside(progress):
    source = yardstick.find()
    if source is None:
        yield None
        return
    state = State(FOLDER / "yardstick")
    state.create()
    state.remember(yardstick=str(source))
    try:
        yield yardstick.Yardstick(source, state, Ports(state)).start(progress)
    finally:
        # No part of a stack, and of no use once its servers are gone: the next run would find it.
        if running := Processes(state).find("limit"):
            running.stop()
        stop(state, progress)


class Facts:
    """What is counted once, before the load."""

    def __init__(self, sites, progress):
        small = sites[ESTABLISHMENTS[0]]
        with progress.step("Sessions") as step:
            for site in sites.values():
                site.sign_in(SESSIONS)
            self.session_bytes, self.redis_bytes = small.bytes_a_session()
            step.note(f"{SESSIONS} on each stack")
        with progress.step("Statements and commands of a request"):
            self.body = {page: len(small.ask(page)) for page in PAGES}
            self.statements = {page: small.statements(page) for page in PAGES}
            self.commands = {page: small.commands(page) for page in PAGES}
        with progress.step(f"{IDLE_CONNECTIONS} idle connections"):
            client = small.clients[0]
            request = f"GET {small.path('json')} HTTP/1.1\r\nHost: {client['Host']}\r\nCookie: {client['Cookie']}\r\n\r\n"
            pid = Processes(small.state).find("node-1").pid
            # What the process takes once, for its first load, is no connection's.
            measure(small.target("json"), 3, folder=FOLDER)
            self.idle_bytes = bytes_per_connection(
                pid, int(small.node["url"].rpartition(":")[2]), IDLE_CONNECTIONS, request.encode())


def interleaved(targets, progress):
    """Rounds of the same loads, one after the other: the machine's own moods fall on all of them."""
    for target in targets:
        measure(target, 2, folder=FOLDER)
    rounds = []
    for number in range(ROUNDS):
        with progress.step(f"Round {number + 1} of {ROUNDS}") as step:
            rounds.append({})
            # Back and forth, so that nobody always runs after the same one.
            for target in targets if number % 2 == 0 else reversed(targets):
                step.note(target.name)
                rounds[-1][target.name] = measure(target, SECONDS, folder=FOLDER)
            step.note("  ".join(f"{name} {run.rate:,.0f}/s" for name, run in sorted(rounds[-1].items())))
    return rounds


def table(rounds, facts):
    """The lines of the table: every figure with its spread, and what was asked of it."""
    small, large = ESTABLISHMENTS

    def rate(name):
        return [each[name].rate for each in rounds]

    def ratio(one, other):
        return [a / b for a, b in zip(rate(one), rate(other))]

    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with the load generator and the "
        f"databases on the same machine; {ROUNDS} rounds of {SECONDS} s, 64 connections. Median (least to most).",
        "", "| what | asked | measured |", "|---|---|---|",
    ]
    has_yardstick = "yardstick" in rounds[0]
    if has_yardstick:
        lines.append(f"| yardstick (`limit full`), requests/s | | {report.spread(rate('yardstick'), 0)} |")
    for page, title, asked in (("json", "pupil's week as JSON", 0.45), ("html", "pupil's week as a page", 0.30)):
        name = f"{page}-{small}"
        latency = statistics.median(each[name].p99_ms for each in rounds)
        lines.append(f"| {title}, requests/s (p99 {latency:.1f} ms; {facts.body[page]:,} bytes) | | {report.spread(rate(name), 0)} |")
        if has_yardstick:
            lines.append(f"| {title}, of the yardstick | ≥ {asked:.2f} | {report.spread(ratio(name, 'yardstick'))} |")
        lines.append(f"| … statements on the shard, Redis commands a request | ≥ 3, ≥ 1 "
                     f"| {facts.statements[page]}, {facts.commands[page]:.1f} |")
        lines.append(f"| … with {large:,} establishments, of the rate with {small} | ≥ 0.95 "
                     f"| {report.spread(ratio(f'{page}-{large}', name))} |")
    lines.append(f"| memory of an idle connection ({IDLE_CONNECTIONS:,} open), kB | ≤ 40 | {facts.idle_bytes / 1000:.1f} |")
    lines.append(f"| Redis memory of a session, bytes (all keys that a sign-in leaves: {facts.redis_bytes:.0f}) | ≤ 300 "
                 f"| {facts.session_bytes} |")
    return lines
