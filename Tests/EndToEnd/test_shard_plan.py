"""Spreading schools over the shards: a plan that is shown orders nothing."""

import contextlib

import psycopg2
from operators import Operator

# More than all tests together send.
MUCH = 10**15


@contextlib.contextmanager
def traffic(stack, uais):
    """So much went over the line for each of these yesterday."""
    connection = psycopg2.connect(stack["directory"]["conninfo"])
    connection.autocommit = True
    yesterday = "date_bin('10 minutes', now() - interval '1 day', 'epoch')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into line_usage select 'establishment', uai, {yesterday}, %s, 0 from unnest(%s) as r (uai)"
            " on conflict (scope_kind, scope, slot) do update set sent = excluded.sent", (MUCH, uais))
        try:
            yield
        finally:
            cursor.execute("delete from line_usage where sent >= %s", (MUCH,))
            connection.close()


def schools(command, shard):
    """Those that people use, by UAI."""
    return [
        each["uai"] for each in command("establishment", "list")["establishments"]
        if each["shard"] == shard and each["state"] in ("active", "suspended")]


def test_a_plan_orders_nothing_and_never_loads_the_busy_shard(stack, stack_state):
    """How much is moved depends on what other tests have left: empty schools weigh too. ShardLoadTests and ShardPlanTests say how much."""
    command = Operator(stack_state)
    of = {shard: schools(command, shard) for shard in (1, 2)}
    assert min(map(len, of.values())) > 3, "both shards have schools"
    moves = [each["id"] for each in command("move", "list")["items"]]
    for busy, quiet in ((1, 2), (2, 1)):
        with traffic(stack, of[busy]):
            plan = command("shard", "rebalance", "--dry-run")
        assert not plan["ordered"]
        assert all((each["from"], each["to"]) == (busy, quiet) for each in plan["moves"]), plan
        assert {each["establishment"] for each in plan["moves"]} < set(of[busy]), "some stay"
    assert [each["id"] for each in command("move", "list")["items"]] == moves, "nothing was ordered"


def test_a_plan_to_drain_changes_nothing(stack, stack_state):
    command = Operator(stack_state)
    here = schools(command, 1)
    states = {each["id"]: each["state"] for each in command("shard", "list")["shards"]}
    plan = command("shard", "drain", "1", "--dry-run")
    assert not plan["ordered"] and not plan["stranded"]
    assert {each["establishment"] for each in plan["moves"]} == set(here)
    assert all(each["from"] == 1 and each["to"] != 1 for each in plan["moves"])
    assert {each["id"]: each["state"] for each in command("shard", "list")["shards"]} == states
