"""Faults at random, one after the other, while a territory's people come: how many of their requests are answered rightly."""

import json
import math
import random
import subprocess
import threading
import time
import urllib.parse

from bench.crowd import CrowdSite, storm_of
from stack.errors import StackError
from stack.ports import Ports, answers

from .faults import FAULTS
from .trials import Trials

# Those that Patroni's lease makes last: a shard is without a primary for twenty seconds, which no hour's budget of 0.05 % has room for.
LONG = {"machine-gone", "primary-hung", "primary-partitioned"}
# Full disks and bad clocks take a minute to put right, and a front that somebody has to start again is no accident; they are tried apart.
APART = {"disk-full", "clock-ahead", "clock-behind", "front-lost"}
SHORT = [name for name in FAULTS if name not in LONG | APART]
PAUSE = (10, 25)
DOOR = """
defaults
    mode tcp
    retries 0
    timeout connect 3s
    timeout client 90s
    timeout server 90s
listen door
    bind 127.0.0.1:{port}
    server front {address}:80
"""
TERRITORY = "seine-et-marne"
SCENE = {"people": 60_000, "users": 51_000}
# Pupils are 72 % of those who are there at once (storm.yaml); a school of the demonstration has 192, and some of them are away.
PUPILS, PUPILS_OF_A_SCHOOL, RESERVE = 0.72, 192, 1.3
# Seconds in which all of them have come.
RAMP = 60


class Crowd(CrowdSite):
    """The benchmarks' crowd, before the cluster's front."""

    def __init__(self, cluster, users):
        super().__init__(nodes=2, fronts=1, schools=max(4, math.ceil(users * PUPILS * RESERVE / PUPILS_OF_A_SCHOOL)), pupils=24)
        self.cluster, self.programs = cluster, cluster.programs
        self.files = cluster.state.directory / "load"
        self.files.mkdir(exist_ok=True, mode=0o700)
        self.parts = json.loads(cluster.state.descriptor.read_text()) | {
            "front": f"http://{self._open_door()}",
            "directory": {"conninfo": self._conninfo()},
        }

    def _open_door(self):
        """The load generator speaks plain HTTP and leaves by addresses of this machine: what comes to a port here is carried to the
        fronts' address, connection by connection. Nothing is tried twice."""
        port = Ports(self.cluster.state).get("door", self.cluster.processes.find("door") is not None)
        path = self.files / "door.cfg"
        path.write_text(DOOR.format(port=port, address=urllib.parse.urlsplit(self.cluster.front).hostname))
        if self.cluster.processes.find("door") is None:
            process = self.cluster.processes.start("door", ["haproxy", "-db", "-f", path])
            self.cluster.processes.await_ready(process, lambda: answers(port), 20)
        return f"127.0.0.1:{port}"

    def _conninfo(self):
        leader = self.cluster.leader("directory")
        return (f"host={leader.address} dbname={leader.variables['database']} user=postgres "
                f"password={self.cluster.secrets['postgres_superuser_password']}")


def run(cluster, progress, minutes, share, seed, every_fault):
    """Returns the load's report and the faults that there were, with their times from the beginning."""
    crowd = Crowd(cluster, SCENE["users"] * share)
    if cluster.state.parameters.get("crowd", 0) < crowd.schools:
        with progress.step(f"People of {crowd.schools} schools a territory"):
            cluster.preau("seed", "demo", "--schools", crowd.schools, "--pupils", crowd.pupils)
            cluster.state.remember(crowd=crowd.schools)
    people, count = crowd.people(TERRITORY, most=SCENE["people"] * share)
    with progress.step(f"Sessions of {count:,} people"):
        crowd.sign_everybody_in(people)
    names = list(FAULTS) if every_fault else SHORT
    happened, ended = [], threading.Event()
    with Trials(cluster, progress) as trials:
        begin = time.monotonic()
        breaker = threading.Thread(
            target=break_things, args=(trials, random.Random(seed), names, minutes * 60, begin, happened, ended), daemon=True)
        breaker.start()
        # Those without a session have a password: the portal of the benchmarks answers one machine only.
        mix = storm_of(crowd.files / "chaos", "{ warm: 99, password: 1 }", sign_out=2)
        result = crowd.load(
            "run", people, mix, "--users", SCENE["users"] * share, "--seconds", minutes * 60 + 20 + RAMP, "--ramp", RAMP,
            "--processes", 2, report=cluster.state.directory / "chaos-report")
        ended.set()
        breaker.join(180)
        lost, doubled = trials.verify()
        written = trials.people.between(begin, time.monotonic())
    failed = [each for each in happened if "error" in each]
    if failed:
        raise StackError(f"a fault could not be tried: {failed}")
    if lost or doubled:
        raise StackError(f"{lost} acknowledged writes lost, {doubled} doubled")
    return {"report": result, "faults": happened, "seed": seed, "minutes": minutes, "share": share,
            "acknowledged": sum(len(titles) for titles in trials.people.acknowledged.values()),
            "logged_out": sum(each.detail == "logged out" for each in written),
            "answers": len(written), "right": sum(each.ok for each in written)}


def break_things(trials, chance, names, seconds, begin, happened, ended):
    """One fault at a time, each put right before the next; the last one leaves time to be put right."""
    while not ended.wait(chance.uniform(*PAUSE)) and time.monotonic() - begin < seconds - 20:
        fault = FAULTS[chance.choice(names)]
        started = time.monotonic()
        entry = {"fault": fault.name, "at": round(started - begin, 1)}
        happened.append(entry)
        try:
            broken = fault.inject(trials.cluster)
            time.sleep(fault.seconds if fault.restart is None else fault.restart)
            fault.heal(trials.cluster, broken)
            trials.whole()
        except (StackError, subprocess.SubprocessError, OSError, AttributeError) as error:
            entry["error"] = str(error)
            return
        entry["seconds"] = round(time.monotonic() - started, 1)
