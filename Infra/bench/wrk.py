"""One run of wrk, and what it measured."""

import dataclasses
import os
import pathlib
import re
import subprocess

from stack.errors import StackError

SCRIPT = pathlib.Path(__file__).with_name("requests.lua")
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclasses.dataclass(frozen=True)
class Target:
    """What is asked for: the same request in turn for each of these sets of headers."""

    name: str
    url: str
    headers: tuple = ({},)


@dataclasses.dataclass(frozen=True)
class Run:
    rate: float
    median_ms: float
    p99_ms: float
    requests: int


def measure(target, seconds, connections=64, folder=pathlib.Path("/tmp")):
    """Loads a target; anything but successful answers is an error, since a fast refusal is no result."""
    headers = folder / f"wrk-{target.name}.headers"
    headers.write_text("".join(
        "\t".join(f"{name}: {value}" for name, value in each.items()) + "\n" for each in target.headers))
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "-s", str(SCRIPT), target.url],
        env=os.environ | {"BENCH_HEADERS": str(headers)}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"wrk failed on {target.name}: {done.stderr.strip() or done.stdout.strip()}")
    text = done.stdout
    for trouble in (r"Non-2xx or 3xx responses: .*", r"Socket errors: .*"):
        if found := re.search(trouble, text):
            raise StackError(f"{target.name}: {found[0]} ({target.url})")
    return Run(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), median_ms=latency(text, "50%"),
        p99_ms=latency(text, "99%"), requests=int(re.search(r"(\d+) requests in", text)[1]))


def latency(text, share):
    found = re.search(rf"^\s+{re.escape(share)}\s+([\d.]+)(us|ms|s|m)\s*$", text, re.MULTILINE)
    if found is None:
        raise StackError(f"wrk said nothing of its latencies:\n{text}")
    value, unit = found.groups()
    return float(value) * UNITS[unit]
