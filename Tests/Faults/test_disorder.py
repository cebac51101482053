"""The chaos hour, shortened: everything that has a second, or that people can do without for a moment, fails in a random order while
the people of Seine-et-Marne come. `Infra/test/cluster chaos` is the long one, with pairs of PostgreSQL, Redis and fronts."""

import itertools
import json
import os
import random
import signal
import subprocess
import threading
import time
import uuid

import pytest
from bench.crowd import CrowdSite, storm_of
from browsing import account, visitor
from operators import Operator, process_of
from stack.state import State
from test_faults import all_read, eventually, group_of, people, up, whole_again  # noqa: F401
from test_moves import other_shard
from test_nodes import front_names, reload_front

TERRITORY = "seine-et-marne"
# Twelve times as fast as people are, who ask for a page each 41 s: as often as a twelfth of Seine-et-Marne's 51,000.
PEOPLE, SPEED = 300, 12
ASKED = 0.9995
WRITE_EVERY = 0.25


@pytest.fixture
def schools_at_home(stack, stack_state):
    """Whatever moves there were: the tests after this one find the schools where they were."""
    preau = Operator(stack_state)
    homes = {uai: preau("establishment", "show", uai)["shard"] for uai in {
        each["establishments"][0] for each in stack["accounts"] if each["territory"] == TERRITORY and each["establishments"]}}
    yield
    for uai, shard in homes.items():
        if preau("establishment", "show", uai)["shard"] != shard:
            preau("establishment", "move", uai, "--to", str(shard), "--keep", "0")


@pytest.fixture
def seed():
    """Chosen anew for each run, and said, whatever becomes of it: PREAU_CHAOS_SEED does a run's faults again."""
    chosen = int(os.environ.get("PREAU_CHAOS_SEED", random.SystemRandom().randrange(10_000)))
    print(f"PREAU_CHAOS_SEED={chosen}")
    return chosen


class Crowd(CrowdSite):
    """The benchmarks' crowd, on the stack of the tests."""

    def __init__(self, stack, stack_state, files):
        super().__init__(nodes=2, fronts=1, schools=2)
        self.parts, self.state, self.files = stack, State(stack_state), files


class Writer(threading.Thread):
    """A teacher who writes, and sends again under the same key whatever was not acknowledged."""

    def __init__(self, stack, who):
        super().__init__(daemon=True)
        self.browser = visitor(stack, who)
        self.path = f"/api/v1/establishments/{who['establishments'][0]}/sequences"
        self.name, self.acknowledged, self.ended = f"desordre-{uuid.uuid4()}", set(), threading.Event()
        self.sent_again = []

    def run(self):
        for number in itertools.count():
            title = f"{self.name}-{number}"
            while not self.write(title):
                if self.ended.wait(0.2):
                    return
            self.acknowledged.add(title)
            if self.ended.wait(WRITE_EVERY):
                return

    def write(self, title):
        try:
            answer = self.browser.call(
                "POST", self.path, {"title": title, "steps": [{"title": "Étape inventée"}]}, {"Idempotency-Key": title})
        except OSError as error:
            self.sent_again.append(type(error).__name__)
            return False
        if answer.status != 201:
            self.sent_again.append(answer.code or answer.status)
        return answer.status == 201

    def kept(self):
        """The titles of this run that the school has, however often each."""
        titles, page = [], f"{self.path}?limit=200"
        while page:
            answer = self.browser.get(page)
            assert answer.status == 200, answer.text
            titles += [each["title"] for each in answer.json["items"] if each["title"].startswith(self.name)]
            following = answer.json["next"]
            page = f"{self.path}?limit=200&cursor={following}" if following else None
        return titles


class Disorder:
    """What goes wrong, one at a time; each is put right before the next."""

    def __init__(self, stack_state, chance):
        self.state, self.chance, self.preau, self.happened = stack_state, chance, Operator(stack_state), []

    @property
    def stack(self):
        return json.loads((self.state / "stack.json").read_text())

    def break_things(self, begin, seconds):
        """Each fault once in a random order, then again in another one, until the time is over."""
        while True:
            for fault in self.chance.sample(FAULTS, len(FAULTS)):
                time.sleep(self.chance.uniform(0.5, 3))
                if time.monotonic() - begin > seconds:
                    return
                self.happened.append(f"{time.monotonic() - begin:.1f} s {fault.__name__}")
                fault(self)
                self.whole()

    def whole(self):
        eventually(lambda: set(front_names(self.state).values()) == {"up"}, 20)

    def process(self, name):
        return process_of(self.state, name)

    def kill(self, *processes):
        for process in processes:
            os.kill(process, signal.SIGKILL)
        time.sleep(self.chance.uniform(0.2, 2))
        up(self.state)

    def hang(self, process):
        os.kill(process, signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.5, 2.5))
        os.kill(process, signal.SIGCONT)

    def node_killed(self):
        self.kill(self.process(self.chance.choice(["node-1", "node-2"])))

    def node_hung(self):
        self.hang(self.process(self.chance.choice(["node-1", "node-2"])))

    def redis_killed(self):
        self.kill(self.process("redis"))

    def redis_hung(self):
        self.hang(self.process("redis"))

    def redis_emptied(self):
        subprocess.run(["redis-cli", "-p", str(self.stack["redis"]["port"]), "FLUSHALL"], check=True, capture_output=True)

    def admin_service_killed(self):
        self.kill(self.process("preau-admin"))

    def admin_service_hung(self):
        self.hang(self.process("preau-admin"))

    def saml_killed(self):
        self.kill(self.process("preau-saml"))

    def directory_killed(self):
        """Whole, with every process of it. A shard has a second server where this is production, and none here."""
        self.kill(*group_of(self.process("postgres-directory")))

    def connections_cut(self):
        """Of the nodes to one database: what a firewall's table that is full, or a proxy that is started again, does."""
        server = self.chance.choice([self.stack["directory"], *self.stack["shards"]])
        CrowdSite.query(
            server["conninfo"], "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'preau_node'")

    def front_reloaded(self):
        reload_front(self.state)

    def node_added_and_removed(self):
        name = self.preau("node", "add")["name"]
        time.sleep(self.chance.uniform(1, 3))
        self.preau("node", "remove", name)

    def school_moved(self):
        uai = account(self.stack, "teacher", TERRITORY, index=self.chance.randrange(2))["establishments"][0]
        moved = self.preau("establishment", "move", uai, "--to", str(other_shard(self.state, uai)), "--keep", "0")
        assert (moved["state"], moved["verification"]) == ("done", "equal"), moved


FAULTS = [
    Disorder.node_killed, Disorder.node_hung, Disorder.redis_killed, Disorder.redis_hung, Disorder.redis_emptied,
    Disorder.admin_service_killed, Disorder.admin_service_hung, Disorder.saml_killed, Disorder.connections_cut,
    Disorder.directory_killed, Disorder.front_reloaded, Disorder.node_added_and_removed, Disorder.school_moved,
]


def test_faults_in_a_random_order_are_hardly_seen(stack, stack_state, schools_at_home, tmp_path, seed):
    seconds = int(os.environ.get("PREAU_CHAOS_SECONDS", "75"))
    crowd = Crowd(stack, stack_state, tmp_path)
    names, count = crowd.people(TERRITORY, most=PEOPLE)
    assert count > PEOPLE / 2, "the demonstration has as many"
    crowd.sign_everybody_in(names)
    readers = people(stack)
    writers = [Writer(stack, account(stack, "teacher", TERRITORY, index=index)) for index in range(2)]
    # The gate keeps newcomers waiting where other tests take the machine's processor, as it should; whoever is inside stays.
    mix = storm_of(tmp_path / "with-sessions", "{ warm: 100 }", sign_out=0)
    found = {}
    load = threading.Thread(target=lambda: found.update(crowd.load(
        "run", names, mix, "--users", count, "--ramp", 5, "--seconds", seconds, "--speed", SPEED)), daemon=True)
    disorder = Disorder(stack_state, random.Random(seed))
    begin = time.monotonic()
    for thread in [load, *writers]:
        thread.start()
    try:
        time.sleep(5)
        disorder.break_things(begin, seconds - 10)
    finally:
        load.join(seconds)
        for writer in writers:
            writer.ended.set()
        for writer in writers:
            writer.join(30)
    story = f"PREAU_CHAOS_SEED={seed}: " + ", ".join(disorder.happened)
    wrong = {f"{step['name']}: {kind}": number for step in found["steps"] for kind, number in step["errors"].items()}
    print(f"{found['whole']['success']:.5f} of {found['whole']['done']} requests; {story}; wrong: {wrong}; "
          f"sent again: {[writer.sent_again for writer in writers]}")
    assert len(disorder.happened) >= len(FAULTS) / 2 and found["whole"]["done"] > 20 * seconds, story
    assert found["whole"]["success"] >= ASKED, (story, wrong)
    # Nobody was signed out, and everything that was acknowledged is there, once.
    assert all_read(readers) == [200] * len(readers), story
    for writer in writers:
        assert not writer.is_alive() and len(writer.acknowledged) > seconds, story
        kept = writer.kept()
        assert writer.acknowledged - set(kept) == set(), story
        assert len(kept) == len(set(kept)), story
