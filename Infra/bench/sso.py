"""`Infra/dev/bench sso`: rounds of CAS and OpenID Connect a second, beside the yardstick in its `redis` mode.

A round is what a partner application has done: somebody with a session is led to it with a ticket or a code (one request), and it
takes that for who they are (another one).
"""

import base64
import contextlib
import json
import os
import pathlib
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
from .people import processor_seconds
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
        progress.say("There is no yardstick beside this checkout (../shared/limit), and rounds are worth their ratio to it: left out.")
        return
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
            plans = [
                cas(site, "CAS 2, who it is", "/cas/serviceValidate", "moodle", 0.15),
                cas(site, "CAS 3, with roles and schools", "/cas/p3/serviceValidate", "gar", 0.15),
                # Classes are asked of the pupil's school, at each round: three statements.
                cas(site, "CAS 3, with classes", "/cas/p3/serviceValidate", "moodle", None),
            ] + [openid(site, algorithm) for algorithm in SIGNATURES]
        for plan in plans:
            rate(site, plan, 2)
        measure(mark, 2, folder=FOLDER)
        results = []
        spent = {plan["name"]: [] for plan in plans}
        for number in range(ROUNDS):
            with progress.step(f"Round {number + 1} of {ROUNDS}") as step:
                results.append(signatures() | {"yardstick": measure(mark, SECONDS, folder=FOLDER).rate})
                for plan in plans if number % 2 == 0 else reversed(plans):
                    step.note(plan["name"])
                    before = processors(site)
                    results[-1][plan["name"]] = found = rate(site, plan, SECONDS)
                    spent[plan["name"]].append([(b - a) / SECONDS / found * 1e6 for a, b in zip(before, processors(site))])
                step.note("  ".join(f"{name} {value:,.0f}/s" for name, value in results[-1].items()))
    lines = table(results, plans, spent)
    progress.say("\n" + "\n".join(lines))
    report.write("sso", lines)


def register(site, *words):
    done = subprocess.run(
        [BUILT / "preau", "--state", site.state.directory, "service", "add", *words, "--json"],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"preau service add: {done.stderr.strip()}")
    return json.loads(done.stdout)


# By the name in JOSE, the one in `openssl speed`.
SIGNATURES = {"ES256": "ecdsap256", "EdDSA": "ed25519", "RS256": "rsa2048"}


def signatures():
    """What one core signs in a second, by the library that the node has."""
    done = subprocess.run(
        ["openssl", "speed", "-mr", "-seconds", "1", *SIGNATURES.values()], capture_output=True, text=True, check=False)
    # +F2: RSA, +F4: ECDSA, +F6: EdDSA; then a number, bits, the curve's name where there is one, signatures and verifications a second.
    found = {}
    for algorithm, kind, place in (("RS256", "+F2:", 3), ("ES256", "+F4:", 3), ("EdDSA", "+F6:", 4)):
        line = next((line for line in done.stdout.splitlines() if line.startswith(kind)), None)
        if line is None:
            raise StackError(f"openssl speed says nothing of {algorithm}: {done.stderr.strip()[-300:]}")
        found["signatures " + algorithm] = float(line.split(":")[place])
    return found


def processors(site):
    """Seconds that the node, Redis, and PostgreSQL with its backends have had."""
    redis = processor_seconds(site.parts["redis"]["pid"])
    servers = [site.parts["directory"]["pid"], *(shard["pid"] for shard in site.parts["shards"])]
    return processor_seconds(site.node["pid"]), redis, sum(map(family_seconds, servers))


def family_seconds(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return processor_seconds(pid) + sum(map(processor_seconds, children))


def cas(site, name, path, template, asked):
    place = SERVICE + re.sub(r"\W+", "-", name.lower()) + "/"
    register(site, "cas", f"bench {name}", place, "--template", template, "--profiles", "pupil")
    service = urllib.parse.quote(place, safe="")
    return {"name": name, "asked": asked, "enter": f"/cas/login?service={service}", "method": "GET",
            "path": f"{path}?service={service}&ticket=", "token": "ticket=(ST%-[%w%-]+)", "length": 51,
            "success": "authenticationSuccess", "headers": {}, "body": ""}


def openid(site, algorithm):
    client = register(site, "oidc", f"bench {algorithm}", SERVICE, "--redirect-uri", SERVICE, "--algorithm", algorithm)
    pair = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    query = urllib.parse.urlencode(
        {"response_type": "code", "client_id": client["client_id"], "redirect_uri": SERVICE, "scope": "openid", "nonce": "n"})
    return {"name": f"OpenID Connect, {algorithm}", "asked": 0.15, "length": 43, "enter": f"/oidc/authorize?{query}", "method": "POST",
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


def table(results, plans, spent):
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
        parts = [statistics.median(each) for each in zip(*spent[name])]
        costs = ", ".join(f"{part} {value:.0f}" for part, value in zip(("node", "Redis", "PostgreSQL"), parts))
        lines.append(f"| {name}, whole rounds/s (µs of a processor a round: {costs}) | | {report.spread(values(name), 0)} |")
        asked = f"≥ {plan['asked']:.2f}" if plan["asked"] else ""
        lines.append(f"| {name}, of the yardstick | {asked} | {report.spread(ratios, 3)} |")
    for algorithm in SIGNATURES:
        found = values("signatures " + algorithm)
        share = [a / b for a, b in zip(found, values("yardstick"))]
        lines.append(f"| signatures of {algorithm} a second, by one core that does nothing else (`openssl speed`) | | "
                     f"{report.spread(found, 0)} |")
        lines.append(f"| … of the yardstick | | {report.spread(share, 3)} |")
    return lines
