"""A stack of several nodes that one territory's people come to, for the benchmarks of admission and quotas."""

import asyncio
import json
import re
import resource
import urllib.request

from stack.errors import StackError
from stack.ports import is_free
from stack.redis import command
from stack.state import CHECKOUT, State

from . import commands, report
from .people import processor_seconds

FOLDER = CHECKOUT / ".preau-bench"
PASSWORD = "preau-demo-2026"
# Behind a figure of a table that is not as it was asked.
MISSED = "**missed**"


class AimMissed(StackError):
    """A table was written, and some of its figures are not as they were asked."""


class TerritorySite:
    def __init__(self, name, territory):
        self.territory = territory
        self.state = State(FOLDER / f"site-{name}")

    def start(self, nodes, tenants=None):
        port = next(port for port in range(19600, 19800, 2) if is_free(port) and is_free(port + 1))
        words = ["--detach", "--nodes", nodes, "--loops", 1, "--shards", 2, "--port", port]
        commands.dev(self.state, "up", *words, *(["--tenants", tenants] if tenants else []))
        self.parts = json.loads(self.state.descriptor.read_text())
        self.host = next(each["host"] for each in self.parts["territories"] if each["id"] == self.territory)

    def stop(self):
        commands.dev(self.state, "down", "--wipe")

    def preau(self, *words):
        return commands.preau(self.state, *words)

    def put(self, path, body):
        """A call of the admin service, as an operator."""
        request = urllib.request.Request(
            self.parts["admin"] + path, json.dumps(body).encode(), method="PUT",
            headers={"Content-Type": "application/json", "Authorization": "Bearer " + self.parts["admin_token"]})
        urllib.request.urlopen(request, timeout=10).read()

    def redis(self, *words):
        return command(self.parts["redis"]["port"], *words)

    @property
    def redis_seconds(self):
        """What Redis has had of a processor."""
        return sum(float(value) for value in re.findall(r"used_cpu_(?:sys|user):([\d.]+)", self.redis("INFO", "cpu")))

    @property
    def node_seconds(self):
        """What the nodes have had, together."""
        return sum(processor_seconds(node["pid"]) for node in self.parts["nodes"])


def run(name, site, start, measured, progress):
    """Starts a site, measures, writes the table of that name. A figure that is marked as missed fails it, once all is written."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    FOLDER.mkdir(exist_ok=True)
    try:
        start(site)
        lines = asyncio.run(measured(site, progress))
    finally:
        site.stop()
    progress.say("\n" + "\n".join(lines))
    report.write(name, lines)
    missed = [line for line in lines if MISSED in line]
    if missed:
        raise AimMissed(f"{name}: {len(missed)} of what was asked is missed:\n" + "\n".join(missed))
