"""`Infra/dev/bench provision`: how long a hundred new establishments take from the order to being open, beside one alone."""

import json
import os
import time
import urllib.request

from stack.errors import StackError
from stack.templates import commit

from . import report
from .page import FOLDER
from .site import Site

TERRITORY = "seine-et-marne"
COUNT = 100
ROUNDS = 5
ASKED_S = 10
# The letter that goes with seven digits.
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
PATIENCE = 120


def run(progress):
    FOLDER.mkdir(exist_ok=True)
    site = Site(FOLDER, 10)
    try:
        site.start()
        number = 779_000
        figures = {COUNT: [], 1: []}
        # Once for what is made on the first use of everything.
        provision(site, [number + 999])
        for round_number in range(ROUNDS):
            with progress.step(f"Round {round_number + 1} of {ROUNDS}: {COUNT} establishments, then one") as step:
                for count in (COUNT, 1):
                    figures[count].append(provision(site, range(number, number + count)))
                    number += count
                step.note(f"{figures[COUNT][-1]:.2f} s, {figures[1][-1]:.2f} s")
    finally:
        site.stop(wipe=True)
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with admin service, node, directory and two shards on the same machine; "
        f"{ROUNDS} rounds, each establishment with its administrator's account. Median (least to most).",
        "", "| what | asked | measured |", "|---|---|---|",
        f"| {COUNT} establishments, from the order to the last one open, s | ≤ {ASKED_S} | {report.spread(figures[COUNT])} |",
        f"| one establishment alone, s | | {report.spread(figures[1])} |",
    ]
    progress.say("\n" + "\n".join(lines))
    report.write("provision", lines)


def provision(site, numbers):
    """Orders establishments and waits until all are open. - Returns: seconds."""
    codes = [f"{number:07}{LETTERS[number % 23]}" for number in numbers]
    order = {
        "territory": TERRITORY, "establishments": [{
            "uai": code, "name": f"Collège inventé {code}", "city": "Ville inventée", "invented": True,
            "administrator": {"given_name": "Anne", "family_name": f"Inventée {code}"}} for code in codes]}
    begin = time.monotonic()
    job = ask(site, "POST", "/api/v1/establishments", order)["job"]
    while True:
        found = ask(site, "GET", f"/api/v1/jobs/{job}")["job"]
        if found["state"] == "succeeded":
            break
        if found["state"] in ("failed", "cancelled") or time.monotonic() - begin > PATIENCE:
            raise StackError(f"the establishments are not open: {found}")
        time.sleep(0.02)
    while ask(site, "GET", f"/api/v1/establishments/{codes[-1]}")["state"] != "active":
        time.sleep(0.02)
    taken = time.monotonic() - begin
    if len(found["result"]["opened"]) != len(codes):
        raise StackError(f"{len(found['result']['opened'])} of {len(codes)} are open")
    return taken


def ask(site, method, path, value=None):
    request = urllib.request.Request(
        site.parts["admin"] + path, None if value is None else json.dumps(value).encode(), method=method,
        headers={"Authorization": f"Bearer {site.parts['admin_token']}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)
