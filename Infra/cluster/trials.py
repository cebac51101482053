"""Faults tried again and again while people work: what they saw, and whether anything acknowledged was lost."""

import dataclasses
import json
import os
import statistics
import subprocess
import time

from stack.errors import StackError

from .faults import FAULTS
from .machines import eventually
from .people import People, longest_gap

# Before a fault and after everything is whole again, in seconds.
BEFORE, AFTER = 1.5, 1.5


@dataclasses.dataclass
class Trial:
    """One time that a fault was tried."""

    fault: str
    # The longest time without a right answer, of those whom it may concern: reads and acknowledged writes.
    read_gap: float
    write_gap: float
    slowest: float
    # Wrong answers, of those whom it may concern and of people of other shards.
    errors: int
    others_errors: int
    others_gap: float
    requests: int
    logged_out: int
    healed: float
    kinds: dict
    lost: int = 0
    doubled: int = 0


class Trials:
    """Runs faults under the same people, who go on working between them."""

    def __init__(self, cluster, progress):
        self.cluster, self.progress = cluster, progress
        known = cluster.state.parameters
        self.description = {"territories": known["territories"], "accounts": known["accounts"]}
        establishments = json.loads(cluster.preau("establishment", "list", "--json"))["establishments"]
        self.shard_of = {each["uai"]: each["shard"] for each in establishments}
        self.people = People(cluster.front, self.description, self.shard_of, f"t{int(time.time())}")
        self.trials = []

    def __enter__(self):
        self.people.start()
        time.sleep(2)
        return self

    def __exit__(self, *exception):
        self.people.stop()

    def run(self, name, times):
        fault = FAULTS[name]
        done = []
        for number in range(1, times + 1):
            with self.progress.step(f"{fault.words} ({number} of {times})") as step:
                trial = self._try(fault)
                trial.lost, trial.doubled = self.verify()
                done.append(trial)
                self._record(name, trial)
                step.note(f"reads {trial.read_gap:.1f} s, writes {trial.write_gap:.1f} s, {trial.errors} errors, others {trial.others_errors}"
                          f" {trial.kinds or ''}")
                if trial.lost or trial.doubled:
                    step.note(f"LOST {trial.lost}, DOUBLED {trial.doubled} of all so far")
        self.trials += done
        return done

    def _record(self, name, trial):
        """Written down one by one: a run that is interrupted keeps what it found."""
        folder = self.cluster.state.directory / "trials"
        folder.mkdir(exist_ok=True)
        with (folder / f"{name}.jsonl").open("a") as file:
            file.write(json.dumps(dataclasses.asdict(trial)) + "\n")

    def _try(self, fault):
        self.whole()
        time.sleep(BEFORE)
        begin = time.monotonic()
        broken = fault.inject(self.cluster)
        injected = time.monotonic()
        # People are served again, then it is put right, then everybody is whole.
        time.sleep(fault.seconds)
        fault.heal(self.cluster, broken)
        self.whole()
        self._await_service(injected)
        healed = time.monotonic() - begin
        time.sleep(AFTER)
        return self._judge(fault, begin, time.monotonic(), healed)

    def whole(self):
        """Waits until every pair, Redis and the fronts are as they should be."""
        for cluster in self.cluster.clusters:
            self.cluster.whole(cluster)
        self.cluster.redis_settled()
        eventually(self.cluster.front_holder, 30, "a front with the address")
        eventually(self.cluster.front_serves, 60, "two nodes behind both fronts")

    def _await_service(self, since):
        """Until people of each shard have read and written since then."""
        def served():
            fresh = self.people.between(max(since, time.monotonic() - 2), time.monotonic())
            return {(each.kind, each.shard) for each in fresh if each.ok} >= {
                (kind, shard) for kind in ("read", "write") for shard in set(self.shard_of.values())
                if shard in {one for _, one in self.people.teachers}}
        eventually(served, 60, "people of every shard served")

    def _judge(self, fault, begin, end, healed):
        answers = self.people.between(begin - BEFORE, end)
        mine = [each for each in answers if fault.shard in (None, each.shard)]
        others = [each for each in answers if fault.shard not in (None, each.shard)]
        wrong = [each for each in mine if not each.ok]
        kinds = {}
        for each in wrong:
            kinds[each.detail] = kinds.get(each.detail, 0) + 1
        return Trial(
            fault.name, longest_gap([each for each in mine if each.kind == "read"], end),
            longest_gap([each for each in mine if each.kind == "write"], end),
            max((each.seconds for each in mine), default=0.0), len(wrong), sum(not each.ok for each in others),
            longest_gap(others, end), len(answers), sum(each.detail == "logged out" for each in answers), healed, kinds)

    def verify(self):
        """Looks for every acknowledged write on the primaries: how many are missing, how many are there more than once."""
        time.sleep(1)
        lost = doubled = 0
        for shard in sorted(set(self.shard_of.values())):
            acknowledged = set(self.people.acknowledged[shard])
            rows = sql(self.cluster, f"shard-{shard}",
                       f"select title, count(*) from teaching_sequence where title like '{self.people.name}-%' group by 1")
            there = dict(line.rsplit("|", 1) for line in rows.splitlines() if line)
            lost += len(acknowledged - there.keys())
            doubled += sum(int(count) > 1 for count in there.values())
        return lost, doubled


def sql(cluster, name, statement):
    """Asks the primary of a pair, as superuser."""
    leader = cluster.leader(name)
    if leader is None:
        raise StackError(f"{name} has no primary")
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", leader.address, "-U", "postgres",
         "-d", leader.variables["database"], "-c", statement],
        env=os.environ | {"PGPASSWORD": cluster.secrets["postgres_superuser_password"], "PGCONNECT_TIMEOUT": "5"},
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"{leader.name}: {done.stderr.strip()}")
    return done.stdout


def spread(values, digits=1):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"
