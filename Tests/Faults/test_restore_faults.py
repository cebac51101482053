"""A restore is killed in the middle, by all that can be killed: what is there is what was before, or all that was brought back."""

import os
import random
import signal
import subprocess
import time

from browsing import account
from operators import process_of
from stack.build import BUILT
from test_backups import content, preau, psql
from test_faults import Load, eventually, up, whole_again  # noqa: F401
from test_moves import people_of


def begun(stack_state, *words):
    return subprocess.Popen(
        [BUILT / "preau", "--state", str(stack_state), "--json", *map(str, words)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def changed(stack, uai):
    """Something that a restore would undo, in every person's row."""
    id, shard = psql(stack["directory"]["conninfo"], f"select id, shard_id from establishment where uai = '{uai}'").split("|")
    conninfo = next(each["conninfo"] for each in stack["shards"] if each["id"] == int(shard))
    psql(conninfo, f"update person set updated_at = now() where establishment_id = {id}")
    return conninfo


def test_kill_nine_in_the_middle_of_a_restore(stack, stack_state, tmp_path):
    uai = account(stack, "pupil", "hauts-de-seine")["establishments"][0]
    file = tmp_path / "school.preau"
    saved = content(stack, uai)
    preau("establishment", "backup", uai, "--to", file)
    browsers = people_of(stack, uai)
    outcomes = []
    began = time.monotonic()
    preau("establishment", "restore", file, "--yes", "--before", tmp_path / "first.preau")
    took = time.monotonic() - began
    for number in range(8):
        changed(stack, uai)
        before = content(stack, uai)
        assert before != saved
        command = begun(stack_state, "establishment", "restore", file, "--yes", "--before", tmp_path / f"{number}.preau")
        time.sleep(random.uniform(0.2, 1.1) * took)
        victim = command.pid if number % 2 else process_of(stack_state, "preau-admin")
        os.kill(victim, signal.SIGKILL)
        command.communicate(timeout=60)
        if victim != command.pid:
            up(stack_state)
        else:
            # What it had sent may still be committed.
            time.sleep(took)
        after = content(stack, uai)
        assert after in (before, saved), "neither before nor after"
        outcomes.append("after" if after == saved else "before")
        # People read all along, and the next restore works.
        assert {each.get("/api/v1/me/timetable").status for each in browsers} == {200}
    print(f"killed {len(outcomes)} times within {took:.1f} s: {outcomes}")
    changed(stack, uai)
    preau("establishment", "restore", file, "--yes", "--before", tmp_path / "last.preau")
    assert content(stack, uai) == saved


def test_a_shard_that_dies_in_a_restore(stack, stack_state, tmp_path):
    uai = account(stack, "pupil", "hauts-de-seine")["establishments"][0]
    file = tmp_path / "school.preau"
    preau("establishment", "backup", uai, "--to", file)
    saved = content(stack, uai)
    conninfo = changed(stack, uai)
    before = content(stack, uai)
    command = begun(stack_state, "establishment", "restore", file, "--yes", "--before", tmp_path / "before.preau")
    eventually(lambda: psql(
        conninfo, "select count(*) from pg_stat_activity where query ~* 'restored_|insert into|delete from' and usename = 'preau_admin'") != "0",
        pause=0.01)
    shard = next(each for each in stack["shards"] if each["conninfo"] == conninfo)
    os.kill(shard["pid"], signal.SIGKILL)
    command.communicate(timeout=60)
    assert command.returncode != 0
    up(stack_state)
    eventually(lambda: content(stack, uai) in (before, saved), 30)
