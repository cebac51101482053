"""`Infra/dev/bench homework`: a pupil's week of the homework diary, beside the yardstick."""

import json
import statistics
import os
import time

import contextlib

from stack.errors import StackError
from stack.templates import commit

from . import report
from .page import FOLDER, ROUNDS, SECONDS, SESSIONS, interleaved, yardstick_beside
from .site import Site

ESTABLISHMENTS = 10
PAGES = (("homework-json", "pupil's week of homework as JSON", 0.45), ("homework-html", "pupil's week of homework as a page", 0.30))


def run(progress):
    FOLDER.mkdir(exist_ok=True)
    with contextlib.ExitStack() as cleanup:
        site = Site(FOLDER, ESTABLISHMENTS)
        cleanup.callback(site.stop, wipe=True)
        progress.say(f"\nA stack with {ESTABLISHMENTS} establishments:")
        site.start()
        mark = cleanup.enter_context(yardstick_beside(progress))
        site.sign_in(SESSIONS)
        week = json.loads(site.ask("homework-json"))["diaries"][0]
        if not week["assignments"] or not week["lesson_records"]:
            raise StackError("the pupil's week is empty: run this in a school week, on or after the first day with lessons")
        facts = {page: (len(site.ask(page)), site.statements(page), site.commands(page)) for page, _, _ in PAGES}
        targets = [mark] if mark else []
        rounds = interleaved(targets + [site.target(page) for page, _, _ in PAGES], progress)
    lines = table(rounds, facts, week)
    progress.say("\n" + "\n".join(lines))
    if mark is None:
        progress.say("\nThere is no yardstick beside this checkout (../shared/limit): docs/benchmarks.md is left as it was.")
    else:
        report.write("homework", lines)


def table(rounds, facts, week):
    """The lines of the table: every figure with its spread, and what was asked of it."""
    def rate(name):
        return [each[name].rate for each in rounds]

    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with the load generator and the "
        f"databases on the same machine; {ROUNDS} rounds of {SECONDS} s, 64 connections; {len(week['assignments'])} pieces of "
        f"work and {len(week['lesson_records'])} lesson records in the week. Median (least to most).",
        "", "| what | asked | measured |", "|---|---|---|",
    ]
    has_yardstick = "yardstick" in rounds[0]
    if has_yardstick:
        lines.append(f"| yardstick (`limit full`), requests/s | | {report.spread(rate('yardstick'), 0)} |")
    for page, title, asked in PAGES:
        name = f"{page}-{ESTABLISHMENTS}"
        size, statements, commands = facts[page]
        latency = statistics.median(each[name].p99_ms for each in rounds)
        lines.append(f"| {title}, requests/s (p99 {latency:.1f} ms; {size:,} bytes) | | {report.spread(rate(name), 0)} |")
        if has_yardstick:
            ratios = [each[name].rate / each["yardstick"].rate for each in rounds]
            lines.append(f"| {title}, of the yardstick | ≥ {asked:.2f} | {report.spread(ratios)} |")
        lines.append(f"| … statements on the shard, Redis commands a request | ≥ 3, ≥ 1 | {statements}, {commands:.1f} |")
    return lines
