"""`Infra/dev/bench sso`: rounds of CAS and OpenID Connect a second, beside the yardstick in its `redis` mode.

A round is what a partner application has done: somebody with a session is led to it with a ticket or a code (one request), and it
takes that for who they are (another one).
"""

import base64
import contextlib
import json
import os
import re
import statistics
import subprocess
import time
import urllib.parse

from stack.build import BUILT
from stack.errors import StackError
from stack.ports import Ports
from stack.stack import stop
from stack.state import CHECKOUT, State
from stack.templates import commit

from . import report, yardstick
from .site import Site
from .wrk import measure

FOLDER = CHECKOUT / ".preau-bench"
SCRIPT = CHECKOUT / "Infra" / "bench" / "rounds.lua"
SERVICE = "http://127.0.0.1:9/appli/"
ROUNDS, SECONDS, SESSIONS, CONNECTIONS = 5, 5, 200, 64


def run(progress):
    FOLDER.mkdir(exist_ok=True)
    source = yardstick.find()
    if source is None:
        raise StackError("there is no yardstick beside this checkout (../shared/limit)")
    with contextlib.ExitStack() as cleanup:
        site = Site(FOLDER, 10)
        cleanup.callback(site.stop, wipe=True)
        site.start()
        state = State(FOLDER / "yardstick-redis")
        state.create()
        cleanup.callback(stop, state, progress)
        mark = yardstick.Yardstick(source, state, Ports(state), mode="redis").start(progress)
        with progress.step("Sessions and services"):
            site.sign_in(SESSIONS)
            plans = [cas(site)] + [openid(site, algorithm) for algorithm in ("ES256", "EdDSA", "RS256")]
        for plan in plans:
            rate(site, plan, 2)
        measure(mark, 2, folder=FOLDER)
        results = []
        for number in range(ROUNDS):
            with progress.step(f"Round {number + 1} of {ROUNDS}") as step:
                results.append({"yardstick": measure(mark, SECONDS, folder=FOLDER).rate})
                for plan in plans if number % 2 == 0 else reversed(plans):
                    step.note(plan["name"])
                    results[-1][plan["name"]] = rate(site, plan, SECONDS)
                step.note("  ".join(f"{name} {value:,.0f}/s" for name, value in results[-1].items()))
    lines = table(results, plans)
    progress.say("\n" + "\n".join(lines))
    report.write("sso", lines)


def register(site, *words):
    done = subprocess.run(
        [BUILT / "preau", "--state", site.state.directory, "service", "add", *words, "--json"],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"preau service add: {done.stderr.strip()}")
    return json.loads(done.stdout)


def cas(site):
    register(site, "cas", "bench", SERVICE, "--template", "moodle", "--profiles", "pupil")
    # No attribute from a shard: what is measured is the door, not the timetable's database.
    service = urllib.parse.quote(SERVICE, safe="")
    return {"name": "CAS", "enter": f"/cas/login?service={service}", "method": "GET",
            "path": f"/cas/serviceValidate?service={service}&ticket=", "token": "ticket=(ST%-[%w%-]+)",
            "success": "authenticationSuccess", "headers": {}, "body": ""}


def openid(site, algorithm):
    client = register(site, "oidc", f"bench {algorithm}", SERVICE, "--redirect-uri", SERVICE, "--algorithm", algorithm)
    pair = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    query = urllib.parse.urlencode(
        {"response_type": "code", "client_id": client["client_id"], "redirect_uri": SERVICE, "scope": "openid", "nonce": "n"})
    return {"name": f"OpenID Connect, {algorithm}", "enter": f"/oidc/authorize?{query}", "method": "POST",
            "path": "/oidc/token", "token": "code=([%w_%-]+)", "success": "id_token",
            "headers": {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"},
            "body": f"grant_type=authorization_code&redirect_uri={urllib.parse.quote(SERVICE, safe='')}&code="}


def lua(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{lua(key)}] = {lua(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(lua, value)) + "}"
    return json.dumps(value)


def rate(site, plan, seconds):
    """Whole rounds a second; a refusal is an error, since a fast refusal is no result."""
    file = FOLDER / "plan.lua"
    file.write_text("return " + lua(plan | {"clients": site.clients}) + "\n")
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", str(SCRIPT), site.node["url"]],
        env=os.environ | {"BENCH_PLAN": str(file)}, capture_output=True, text=True, check=False)
    found = re.search(r"Rounds: (\d+) in ([\d.]+) s, failures: (\d+)", done.stdout)
    if not found or int(found[3]) or int(found[1]) == 0:
        raise StackError(f"{plan['name']}: {done.stdout.strip()} {done.stderr.strip()}")
    return int(found[1]) / float(found[2])


def table(results, plans):
    def values(name):
        return [each[name] for each in results]

    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with the load generator and the "
        f"databases on the same machine, one node with one loop; {ROUNDS} rounds of {SECONDS} s, {CONNECTIONS} connections. "
        "Median (least to most).",
        "", "| what | asked | measured |", "|---|---|---|",
        f"| yardstick (`limit redis`), requests/s | | {report.spread(values('yardstick'), 0)} |",
    ]
    for plan in plans:
        name = plan["name"]
        ratios = [a / b for a, b in zip(values(name), values("yardstick"))]
        lines.append(f"| {name}, whole rounds/s | | {report.spread(values(name), 0)} |")
        lines.append(f"| {name}, of the yardstick | ≥ 0.15 | {report.spread(ratios, 3)} |")
    return lines
