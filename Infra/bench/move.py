"""`Infra/dev/bench move`: a school goes from shard to shard under a steady load of writes."""

import json
import os
import subprocess
import time

from stack.build import STRICT_BUILD, STRICT_SCRATCH, build
from stack.errors import StackError
from stack.state import CHECKOUT
from stack.templates import commit

from . import report

MOVES, WRITES = 100, 1000
LOG = CHECKOUT / ".preau-bench" / "move.log"


def run(progress):
    moves = int(os.environ.get("PREAU_BENCH_MOVES", MOVES))
    LOG.parent.mkdir(exist_ok=True)
    with progress.step("Build the tests") as step:
        build(STRICT_BUILD, LOG.with_name("move-build.log"), step.note)
    with progress.step(f"{moves} moves there and back at {WRITES:,} writes/s") as step, LOG.open("w") as log:
        subprocess.run(
            ["swift", "test", "--skip-build", "--scratch-path", str(STRICT_SCRATCH), "--filter",
             "ControlTests.MoveBenchmarkTests"],
            cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False,
            env=os.environ | {"PREAU_BENCH_MOVES": str(moves), "PREAU_BENCH_WRITES": str(WRITES)})
        found = [line for line in LOG.read_text().splitlines() if line.startswith("MOVES ")]
        if not found:
            raise StackError("the moves did not come to their end", log=LOG)
        result = json.loads(found[0].removeprefix("MOVES "))
        step.note(f"{result['acknowledged']:,} writes")
    lines = table(result)
    progress.say("\n" + "\n".join(lines))
    report.write("move", lines)


def at(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def table(result):
    pauses, seconds, waits = result["pauses"], result["seconds"], result["latencies"]
    rate = result["acknowledged"] / result["elapsed"]
    return [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, 2 cores with writers, mover, directory and both shards on the same machine and disk; "
        f"debug build; {len(pauses)} moves, each copied whole and compared row by row.",
        "",
        "| what | asked | p50 | p90 | p99 | most |",
        "|---|---|---|---|---|---|",
        f"| pause of writes, from the fence to the flip, ms | p99 < 50 | {at(pauses, .5):.1f} | {at(pauses, .9):.1f} | {at(pauses, .99):.1f} "
        f"| {max(pauses):.1f} |",
        f"| a whole move, s | | {at(seconds, .5):.1f} | {at(seconds, .9):.1f} | {at(seconds, .99):.1f} | {max(seconds):.1f} |",
        f"| a write as its client sees it, from when it was due, ms | | {waits['50']:.1f} | | {waits['99']:.1f} | {waits['100']:.1f} |",
        "",
        f"{result['acknowledged']:,} writes acknowledged, {rate:,.0f} a second ({WRITES:,} asked for); {result['failed']} failed, {result['lost']} lost, "
        f"{result['doubled']} doubled.",
    ]
