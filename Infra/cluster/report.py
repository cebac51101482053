"""The table of docs/benchmarks.md: what people saw of each fault."""

import json
import os
import time

from bench import report
from stack.templates import commit

from .faults import FAULTS
from .trials import Trial, spread


def recorded(state):
    """Every trial that was written down, by fault."""
    found = {}
    for path in sorted((state.directory / "trials").glob("*.jsonl")):
        found[path.stem] = [Trial(**json.loads(line)) for line in path.read_text().splitlines()]
    return found


def table(found):
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}: {os.cpu_count()} cores and one disk shared by the 18 machines of the cluster and the people; 12 teachers write and 12 "
        "pupils read on two shards, some 80 requests a second. Seconds: median (least to most) of all trials. Errors of those whom it may concern, requests of all trials.", "",
        "| fault | trials | asked | longest without an answer: reads, s | … without an acknowledged write, s | slowest answer, s | errors of requests | errors of others | signed out | lost, doubled |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, fault in FAULTS.items():
        trials = found.get(name)
        if not trials:
            continue
        requests = sum(each.requests for each in trials)
        lines.append(
            f"| {fault.words} | {len(trials)} | {fault.asked} | {spread([each.read_gap for each in trials])} | "
            f"{spread([each.write_gap for each in trials])} | {spread([each.slowest for each in trials])} | "
            f"{sum(each.errors for each in trials)} of {requests:,} | {sum(each.others_errors for each in trials) if fault.shard else '–'} | "
            f"{sum(each.logged_out for each in trials)} | {max(each.lost for each in trials)}, {max(each.doubled for each in trials)} |")
    return lines


def write(state, progress):
    lines = table(recorded(state))
    progress.say("\n" + "\n".join(lines))
    report.write("failover", lines)
