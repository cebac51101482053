"""A shard put back to a point in time: a backup, people at work, an accident, the drill, and the real thing by the runbook's commands."""

import json
import subprocess
import time

from stack.errors import StackError

from .machines import eventually
from .trials import Trials, sql

NAME = "shard-1"


def told(done, what):
    if done.returncode != 0:
        raise StackError(f"{what}: {done.stdout.strip()} {done.stderr.strip()}"[-2000:])
    return done.stdout


def run(cluster, progress):
    """Returns what the drill and the restore said of themselves, with their times."""
    machines = cluster.machines
    primary = cluster.whole(NAME)
    standby = cluster.other(primary)
    with progress.step("Whole backup, taken on the primary"):
        told(machines.script(standby, "preau-shard-backup", "full"), "a standby takes none")
        told(machines.script(primary, "preau-shard-backup", "full"), "backup")
    with Trials(cluster, progress) as trials:
        with progress.step("People at work, before and after a moment"):
            time.sleep(5)
            before = set(trials.people.acknowledged[1])
            time.sleep(1)
            moment = sql(cluster, NAME, "select clock_timestamp()").strip()
            time.sleep(1)
            middle = set(trials.people.attempted[1])
            time.sleep(4)
        name = trials.people.name
    after = trials.people.acknowledged[1] - middle
    with progress.step("An accident"):
        sql(cluster, NAME, "truncate teaching_sequence cascade")
        # What is not in the archive yet goes there.
        sql(cluster, NAME, "select pg_switch_wal()")
        time.sleep(3)
    with progress.step("Drill on the standby, to that moment") as step:
        drilled = json.loads(told(machines.script(standby, "preau-shard-drill", "--standby-only", "--target", moment), "drill"))
        step.note(f"{drilled['all_s']} s, {drilled['bytes'] // 1_000_000} MB, {drilled['tables']} tables")
    with progress.step("Restore by the runbook") as step:
        began = time.monotonic()
        refused = machines.script(primary, "preau-shard-restore", "--target", moment, "--yes")
        if refused.returncode == 0 or "still run" not in refused.stderr:
            raise StackError(f"a shard that serves was not left alone: {refused.stdout} {refused.stderr}")
        for host in (standby, primary):
            machines.stop("patroni", host, patience=120)
        eventually(lambda: not running_members(cluster, primary), 60, "Patroni's list without members")
        said = told(machines.script(primary, "preau-shard-restore", "--target", moment, "--yes"), "restore")
        machines.start("patroni", primary)
        eventually(lambda: cluster.leader(NAME) == primary, 120, "the restored primary")
        served = time.monotonic() - began
        machines.start("patroni", standby)
        cluster.whole(NAME, 300)
        step.note(f"served after {served:.0f} s; {said.strip().splitlines()[-1]}")
    rows = sql(cluster, NAME, f"select title from teaching_sequence where title like '{name}-%'").split()
    there = set(rows)
    missing, late = before - there, after & there
    progress.say(f"{len(before)} writes acknowledged before the moment: {len(missing)} missing; {len(after)} after it: {len(late)} there")
    if missing or late or not before or not after or len(rows) != len(there):
        raise StackError("the shard is not as it was at that moment")
    return {"drill": drilled, "served_s": round(served, 1), "before": len(before), "after": len(after)}


def running_members(cluster, host):
    listed = subprocess.run(
        cluster.network.enter(host, "patronictl", "-c", cluster.machines.database_folder(host) / "config.yml", "list", "-f", "json", NAME,
                              user="postgres"), capture_output=True, text=True, check=False, cwd="/")
    return [each for each in json.loads(listed.stdout or "[]") if each["State"] in ("running", "streaming")]
