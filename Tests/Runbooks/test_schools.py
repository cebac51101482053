"""Schools and shards: moves, backups, another server and what to do with it, room for files."""

import json
import subprocess

import pytest
from browsing import account
from object_store import ACCESS, REGION, SECRET, ObjectStore
from operators import within
from stack.postgres import BINARIES
from stack.state import database_account
from stack.templates import fill
from test_backups import psql

UAI = "0770001H"


@pytest.fixture
def where(desk):
    """On which shard a school is."""
    return lambda uai=UAI: json.loads(desk.run(f"preau --json establishment show {uai}"))["shard"]


def moves(desk):
    return json.loads(desk.run("preau --json move list"))["items"]


def conninfo(parts, shard):
    return next(each["conninfo"] for each in parts["shards"] if each["id"] == shard)


def test_move(runbook, desk, parts, where):
    source = where()
    target = 3 - source
    there = {"--to 2": f"--to {target} --force"}
    with runbook("move") as book:
        book.block("establishment move", there | {"show 1": "show \"$(.build/release/preau --json move list | jq '.items[0].id')\""})
        assert where() == target
        newest = moves(desk)[0]["id"]
        book.do("preau move reverse 1", {"reverse 1": f"reverse {newest} --force"})
        assert where() == source
        book.block("establishment move", there | {"show 1": f"show {newest}"})
        newest = moves(desk)[0]["id"]
        book.do("preau move complete 1", {"complete 1": f"complete {newest}"})
        assert where() == target
        # A statement of that school that does not end keeps it from switching; the runbook finds it, ends it, or gives the move up.
        number = psql(parts["directory"]["conninfo"], f"select id from establishment where uai = '{UAI}'")
        writer = subprocess.Popen(
            ["psql", "-X", "-q", conninfo(parts, target), "-c", f"set preau.establishment = '{number}'", "-c",
             f"with one as (update person set updated_at = now() where establishment_id = {number} returning 1) select pg_sleep(300) from one"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            desk.run(f"preau establishment move {UAI} --to {source} --force --detach")
            newest = moves(desk)[0]["id"]
            within(60, lambda: f"a transaction on shard {target} stays open" in desk.run(f"preau move show {newest}"), pause=0.3)
            book.do("preau move show", {"show": f"show {newest}"})
            said = book.do(
                "select pid, now() - xact_start, query from pg_stat_activity where xact_start < now() - interval '1 s'",
                psql=conninfo(parts, target))
            assert "update person set updated_at" in said
            book.do("preau move cancel 1", {"cancel 1": f"cancel {newest}"})
            pid = next(line.split("|")[0] for line in said.splitlines() if "update person set updated_at" in line)
            book.do("select pg_terminate_backend(PID)", {"PID": pid}, psql=conninfo(parts, target))
            assert writer.wait(10) != 0
        finally:
            writer.kill()
        assert where() == target
        for shard in (1, 2):
            within(90, lambda shard=shard: "preau_move_" not in book.do(
                "select slot_name, active from pg_replication_slots", psql=conninfo(parts, shard)), pause=1)


def test_backup_and_restore(runbook, desk, parts, tmp_path):
    teacher = next(
        each["login"] for each in parts["accounts"] if each["profile"] == "teacher" and each["establishments"][0] == UAI)
    store = ObjectStore()
    credentials = desk.folder / "credentials"
    credentials.write_text(f"{ACCESS}\n{SECRET}\n")
    credentials.chmod(0o600)
    backups = tmp_path / "backups"
    backups.mkdir()
    in_store = {"https://s3.example.fr/bucket/preau": store.url, "fr-par": REGION}
    try:
        with runbook("backup-and-restore") as book:
            store_words = next(line for block in book.blocks for line in block.splitlines() if line.startswith("store="))
            for words, instead in in_store.items():
                store_words = store_words.replace(words, instead)
            assert "0770001H" in book.block("backup verify")
            desk.run(f"rm -f {UAI}-before-restore-*")
            said = book.block("--passphrase-file passphrase --yes")
            assert list(desk.folder.glob(f"{UAI}-before-restore-*.preau")), said
            assert "restore" in book.do("preau audit --target 0770001H")
            book.block("--person", {"leon.esquisse5.0770001h": teacher})
            said = book.block("--as 9990001X --name", {
                ".build/release/preau establishment clone": "preau establishment remove 9990001X\n.build/release/preau establishment clone",
                ".build/release/preau establishment remove": "preau mandate give " + account(parts, "head", "seine-et-marne")["login"]
                + " establishment_admin --establishment 9990001X\n.build/release/preau establishment remove"})
            book.leave("preau mandate give", "done in the block before, while the sandbox was there")
            book.block("for uai in", {"/var/backups/preau": backups, ".establishments[].uai": ".establishments[:12][].uai"})
            assert len(list(backups.glob("*.preau"))) > 10
            assert "9990" not in book.block("establishment drill", {"/var/backups/preau": backups}).split("\n")[0]
            pulled = desk.folder / f"{UAI}.preau"
            pulled.unlink()
            book.block("backup push 0770001H", in_store)
            assert pulled.exists()
            book.block("push --all", {".build/release": f"{store_words}; .build/release", "--all": "--all --territory eure"})
    finally:
        store.close()


@pytest.fixture
def third_server(tmp_path, parts, desk):
    """A PostgreSQL server as the runbook asks for it, which no stack knows."""
    port, data, owner = desk.port + 20, tmp_path / "server", database_account()
    data.mkdir()
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder.owner() == "root" and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    if owner:
        desk.run(f"chown {owner.pw_name} {data}")
    (tmp_path / "password").write_text("inventé\n")
    (tmp_path / "password").chmod(0o644)
    subprocess.run(
        [BINARIES / "initdb", "-D", data, "-U", "postgres", "--pwfile", tmp_path / "password", "--auth", "scram-sha-256", "--encoding", "UTF8",
         "--locale", "C.UTF-8", "--lc-collate", "C", "--no-sync"], check=True, capture_output=True, cwd=data, **identity)
    (data / "postgresql.conf").write_text(fill("postgres/postgresql.conf", port=port, name="shard-4"))
    (data / "pg_hba.conf").write_text(fill("postgres/pg_hba.conf"))
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen([BINARIES / "postgres", "-D", data], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=data, **identity)
    within(20, lambda: subprocess.run([BINARIES / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode == 0)
    yield port
    server.terminate()
    server.wait(30)


def idle(desk):
    """No move is under way."""
    return all(each["state"] in ("done", "aborted") for each in moves(desk))


def test_add_a_shard_then_spread_schools_and_retire_it(runbook, desk, parts, third_server, where):
    secrets = desk.state / "secrets"
    host = {"HOST": "127.0.0.1", "psql": f"PGPASSWORD=inventé psql -q -p {third_server}", "preau_shard_3": "preau_shard_4"}
    with runbook("add-a-shard") as book:
        assert len(json.loads(desk.run("preau --json shard list"))["shards"]) == 2
        book.block("roles.sql", host | {
            f"{who}_password=…": f"{who}_password=\"$(cat {secrets}/preau_{who})\"" for who in ("owner", "node", "admin")})
        book.block("shard.sql", host | {"mover_password=…": f"mover_password=\"$(cat {secrets}/preau_mover)\""})
        said = book.block("shard add --id 3", {
            "--id 3": "--id 4 --weight 0", "HOST": "127.0.0.1", "5432": third_server, "preau_shard_3": "preau_shard_4"})
        assert "active" in said
        assert "nothing" in book.do("preau apply", {"preau apply": "preau apply Tenants"}).lower()
        # The number that is free.
        book.do("Infra/dev/up --detach --shards 3")
        assert {each["id"]: each["state"] for each in json.loads(desk.run("preau --json shard list"))["shards"]} == dict.fromkeys(
            (1, 2, 3, 4), "active")
    four = {"drain 3": "drain 4", "retire 3": "retire 4"}
    with runbook("spread-schools") as book:
        before = {each["uai"]: each["shard"] for each in json.loads(desk.run("preau --json establishment list"))["establishments"]}
        book.block("rebalance", {"--limit 20": "--limit 2"})
        within(60, lambda: idle(desk), pause=0.5)
        book.block("--to 3", {"--to 3": "--to 4 --force"})
        assert where() == 4
        assert 4 not in before.values()
        # Over an open way it would go back without copying anything.
        desk.run(f"preau move complete {moves(desk)[0]['id']}")
        # A giant's shard: a plan leaves it alone.
        plan = json.loads(desk.run("preau --json shard rebalance --dry-run"))
        assert 4 not in {each[end] for each in plan["moves"] for end in ("from", "to")}
        book.block("drain 3 --dry-run", four | {
            ".build/release/preau shard retire": "while preau --json move list | jq -e 'any(.items[]; .state != \"done\" and .state != \"aborted\")' >/dev/null; do "
            "sleep 1; done\n"
            "for move in $(preau --json move list | jq -r '.items[] | select(.way_back == \"open\") | .id'); do preau move complete $move; done\n"
            ".build/release/preau shard retire"})
        assert where() in (1, 2, 3)
        # Nobody waits for it: its moves leave the disks to people.
        rates = psql(parts["directory"]["conninfo"], "select distinct bytes_per_second from move where source_shard = 4")
        assert rates == "10000000"
        shards = {each["id"]: each["state"] for each in json.loads(desk.run("preau --json shard list"))["shards"]}
        assert shards[4] == "retired"


def test_files(runbook, desk, parts, where):
    shard = where()
    number = psql(parts["directory"]["conninfo"], f"select id from establishment where uai = '{UAI}'")
    admin = conninfo(parts, shard)
    with runbook("files") as book:
        mine = {"'12'": f"'{number}'", "= 12": f"= {number}"}
        said = book.block("select used, quota", mine, psql=admin)
        assert "|" in said
        used = psql(admin, f"set preau.establishment = '{number}'; select used from file_storage where establishment_id = {number}")
        book.block("update file_storage s set used", mine, psql=admin)
        assert psql(admin, f"set preau.establishment = '{number}'; select used from file_storage where establishment_id = {number}") == used
