"""The whole cluster: brought up in order, looked at, stopped."""

import concurrent.futures
import json
import os
import pathlib
import subprocess

from stack import programs as stack_programs
from stack.errors import StackError
from stack.haproxy import ask
from stack.process import Processes
from stack.state import write_private

from .inventory import Inventory, make_secrets, production_file
from .machines import Machines, answers_with, eventually, fetched
from .network import Network

STOP_ORDER = ("keepalived", "haproxy", "sockets", "node", "admin", "saml", "patroni", "sentinel", "redis", "etcd")

# What a machine of our size, shared by all machines of the cluster, does otherwise than one of production.
SMALLER = {
    "front_interface": "eth0", "preau_production": False, "node_loops": 1,
    "postgres_shared_buffers": "128MB", "postgres_effective_cache_size": "1GB", "postgres_max_connections": 100,
    "postgres_least_wal": "80MB", "postgres_most_wal": "384MB", "postgres_kept_wal": "64MB", "postgres_slot_wal": "384MB",
    "redis_memory": "256mb",
    # A few people do the work of thousands; and two cores that all machines share, busy with everything else, would be measured to carry
    # fewer people than are sent, whom the gate would rightly keep waiting: the trials are about faults.
    "node_settings": {"session_work": {"per_second": 0}, "people_a_loop": 20_000},
}


class Cluster:
    def __init__(self, state, progress, programs):
        self.state, self.progress = state, progress
        state.create()
        self.secrets = make_secrets(state.secrets / "secrets.yml")
        probe = Inventory({})
        address = probe.of("front")[0].address.rsplit(".", 1)[0] + ".60"
        self.inventory = Inventory(SMALLER | self.secrets | {
            "front_address": address, "front_origin": f"https://{address}",
            "internal_network": address.rsplit(".", 1)[0] + ".0/24"})
        self.processes = Processes(state)
        self.network = Network(list(self.inventory.hosts.values()), self.processes)
        self.programs = pathlib.Path(programs).absolute()
        self.machines = Machines(state, self.processes, self.network, self.inventory, self.programs)
        self.front = f"https://{address}"

    @property
    def hosts(self):
        return self.inventory.hosts

    def members(self, cluster):
        return [host for host in self.hosts.values() if host.cluster == cluster]

    @property
    def clusters(self):
        return list(dict.fromkeys(host.cluster for host in self.inventory.of("postgres")))

    # Up

    def up(self):
        """Starts whatever does not run; returns when people are served."""
        with self.progress.step("Network"):
            self.network.up()
        self.machines.prepare()
        self._start_quorum()
        self._start_databases()
        self._start_redis()
        self._start_applications()
        self._start_fronts()
        self._describe()

    def _start_quorum(self):
        with self.progress.step("etcd: 3"):
            hosts = self.inventory.of("quorum")
            for host in hosts:
                self.machines.start("etcd", host)
            eventually(lambda: all((fetched(f"http://{host.address}:2379/health") or {}).get("health") == "true" for host in hosts),
                       60, "three healthy etcd")

    def _start_databases(self):
        with self.progress.step(f"PostgreSQL under Patroni: {len(self.clusters)} pairs") as step:
            for cluster in self.clusters:
                # The first of a pair makes the database, the other one copies it.
                for host in self.members(cluster):
                    self.machines.start("patroni", host)
            with concurrent.futures.ThreadPoolExecutor(len(self.clusters)) as pool:
                leaders = list(pool.map(self.whole, self.clusters))
                list(pool.map(self._set_up_database, leaders))
            step.note(" ".join(leader.name for leader in leaders))

    def _set_up_database(self, leader):
        first = self.members(leader.cluster)[0]
        self.machines.patronictl(
            first, "edit-config", "--apply", str(self.machines.database_folder(first) / "dynamic.yml"), "--force")
        done = subprocess.run(
            ["/bin/bash", production_file("roles", "postgres", "files", "roles.sh")], capture_output=True, text=True, check=False,
            env=os.environ | {
                "PGHOST": leader.address, "PGPASSWORD": self.secrets["postgres_superuser_password"], "PGCONNECT_TIMEOUT": "5",
                "DATABASE": leader.variables["database"], "SHARD": str(leader.variables["shard"]),
                "ROLES_SQL": production_file("..", "postgres", "roles.sql").read_text(),
                "SHARD_SQL": production_file("..", "postgres", "shard.sql").read_text()} | {
                f"{name.upper()}_PASSWORD": self.secrets[f"preau_{name}_password"] for name in ("owner", "node", "admin", "mover")})
        if done.returncode != 0:
            raise StackError(f"{leader.name}: {done.stderr.strip()}")
        stanza = subprocess.run(
            self.network.enter(
                leader, "pgbackrest", f"--config={self.machines.database_folder(leader) / 'pgbackrest.conf'}",
                f"--stanza={leader.cluster}", "stanza-create", user="postgres"),
            capture_output=True, text=True, check=False, cwd="/")
        if stanza.returncode != 0:
            raise StackError(f"{leader.name}: {stanza.stdout.strip()} {stanza.stderr.strip()}")

    def _start_redis(self):
        with self.progress.step("Redis: 2, Sentinel: 3") as step:
            for host in self.inventory.of("redis"):
                self.machines.start("redis", host)
            for host in self.inventory.of("quorum"):
                self.machines.start("sentinel", host)
            step.note(self.redis_settled().name)

    def _start_applications(self):
        admin = self.inventory.of("admin")[0]
        for host in self.inventory.of("admin") + self.inventory.of("node"):
            self.machines.start("saml", host)
        if self.machines.find("admin", admin) is None:
            with self.progress.step("Migrations"):
                self.migrate()
        with self.progress.step("Admin service"):
            self.machines.start("admin", admin)
            self.machines.await_url("admin", admin, f"http://{admin.address}:8201/readyz")
        self._describe()
        if not self.state.parameters.get("provisioned"):
            self._provision()
        with self.progress.step("Nodes: 2"):
            for host in self.inventory.of("node"):
                self.machines.start("node", host)
            for host in self.inventory.of("node"):
                self.machines.await_url("node", host, f"http://{host.address}:8201/readyz")

    def migrate(self, programs=None):
        admin = self.inventory.of("admin")[0]
        return stack_programs.run(
            self.state, "migrate", [*self.machines.command("admin", admin, programs), "migrate"])

    def _provision(self):
        with self.progress.step("Shards, territories, demonstration data"):
            for cluster in self.clusters:
                first = self.members(cluster)[0]
                if first.variables["shard"]:
                    self.preau("shard", "add", "--id", first.variables["shard"], "--host",
                               ",".join(host.address for host in self.members(cluster)), "--port", 5432, "--database", first.variables["database"])
            self.preau("apply", production_file("..", "..", "Tenants"))
            seeded = json.loads(self.preau("seed", "demo", "--json"))
            accounts = seeded["accounts"] if isinstance(seeded, dict) else seeded
            listed = json.loads(self.preau("territory", "list", "--json"))
            territories = listed["territories"] if isinstance(listed, dict) else listed
            self.state.remember(
                provisioned=True, accounts=accounts,
                territories=[{"id": each["id"], "host": each["host"]} for each in territories])

    def preau(self, *words, timeout=600):
        return stack_programs.run(
            self.state, "preau", [self.programs / "preau", "--state", self.state.directory, *words], timeout)

    def _start_fronts(self):
        with self.progress.step("HAProxy and keepalived: 2") as step:
            for host in self.inventory.of("front"):
                self.machines.start("haproxy", host)
                self.machines.start("keepalived", host)
            step.note(eventually(lambda: self.front_holder(), 30, "a front that has the address").name)
            eventually(self.front_serves, 30, "two nodes behind both fronts")

    def _describe(self):
        admin = self.inventory.of("admin")[0]
        known = self.state.parameters
        write_private(self.state.descriptor, json.dumps({
            "front": self.front, "admin": f"http://{admin.address}:8081", "admin_token": self.secrets["preau_admin_token"],
            "territories": known.get("territories", []), "accounts": known.get("accounts", []),
        }, indent=2, ensure_ascii=False) + "\n")

    # How it is

    def leader(self, cluster):
        """The member that takes writes, as Patroni says; None while there is none."""
        for host in self.members(cluster):
            answer = fetched(f"http://{host.address}:8008/cluster", 1)
            if answer is None:
                continue
            leaders = [each["name"] for each in answer["members"] if each["role"] == "leader" and each["state"] == "running"]
            if leaders:
                return self.hosts[leaders[0]]
        return None

    def leader_elsewhere(self, host):
        """The member that takes writes in place of this one, as the other one says: this one may not know yet."""
        other = self.other(host)
        answer = fetched(f"http://{other.address}:8008/patroni", 1) or {}
        return other if answer.get("role") in ("master", "primary") and answer.get("state") == "running" else None

    def whole(self, cluster, seconds=180):
        """Waits until a pair has a primary and a standby that follows it synchronously. Returns the primary."""

        def look():
            for host in self.members(cluster):
                answer = fetched(f"http://{host.address}:8008/cluster", 1)
                if answer is None:
                    return None
                roles = sorted((each["role"], each["state"]) for each in answer["members"])
                if [role for role, _ in roles] != ["leader", "sync_standby"] or {state for _, state in roles} > {"running", "streaming"}:
                    return None
                if any(state not in ("running", "streaming") for _, state in roles):
                    return None
            return self.leader(cluster)

        return eventually(look, seconds, f"{cluster}: a primary and a synchronous standby", pause=0.3)

    def other(self, host):
        return next(each for each in self.members(host.cluster) if each != host)

    def redis_master(self):
        """Which Redis the Sentinels send people to."""
        said = {}
        for host in self.inventory.of("quorum"):
            done = self.network.on(
                host, "timeout", "2", "redis-cli", "-h", host.address, "-p", "26379", "sentinel", "get-master-addr-by-name",
                self.inventory.variables["redis_master_name"], check=False)
            if done.returncode == 0 and done.stdout.strip():
                address = done.stdout.split("\n")[0].strip()
                said[address] = said.get(address, 0) + 1
        for address, count in said.items():
            if count >= 2:
                return next((host for host in self.inventory.of("redis") if host.address == address), None)
        return None

    def redis_settled(self, seconds=60):
        """Waits until one Redis is master, the other one follows it, and the Sentinels know both."""

        def look():
            master = self.redis_master()
            if master is None:
                return None
            info = self.network.on(master, "timeout", "2", "redis-cli", "-h", master.address, "info", "replication", check=False).stdout
            return master if "role:master" in info and "state=online" in info else None

        return eventually(look, seconds, "a Redis master with its replica")

    def front_holder(self):
        """The front that has the shared address."""
        address = self.inventory.variables["front_address"]
        for host in self.inventory.of("front"):
            if f"inet {address}/" in self.network.on(host, "ip", "-4", "address", "show", "dev", "eth0").stdout:
                return host
        return None

    def front_serves(self):
        for host in self.inventory.of("front"):
            try:
                answer = ask(self.machines.run_folder(host) / "admin.sock", "show stat nodes 4 -1")
            except OSError:
                return False
            up = [line for line in answer.splitlines() if line.startswith("nodes,node-") and ",UP" in line]
            if len(up) < len(self.inventory.of("node")):
                return False
        return True

    def status(self):
        """One line a part."""
        lines = []
        for cluster in self.clusters:
            answer = next(filter(None, (fetched(f"http://{host.address}:8008/cluster", 1) for host in self.members(cluster))), None)
            members = ", ".join(
                f"{each['name']} {each['role']} {each['state']}" for each in (answer or {"members": []})["members"])
            lines.append(f"{cluster:12} {members or 'nobody answers'}")
        master = self.redis_master()
        lines.append(f"{'redis':12} master {master.name if master else 'unknown'}")
        holder = self.front_holder()
        lines.append(f"{'front':12} {self.front} on {holder.name if holder else 'nobody'}")
        for host in self.inventory.of("node") + self.inventory.of("admin"):
            ready = answers_with(f"http://{host.address}:8201/readyz")
            lines.append(f"{host.name:12} {'ready' if ready else 'NOT READY'}")
        return lines

    # Down

    def down(self):
        """Stops every process, those that serve first, and takes the network away."""
        running = self.processes.all()
        for service in STOP_ORDER:
            group = [each for each in running if each.name.endswith(f".{service}")]
            if not group:
                continue
            with self.progress.step(f"Stop {service}: {len(group)}"):
                for each in group:
                    # One that a fault has paused.
                    each.kill(18)
                with concurrent.futures.ThreadPoolExecutor(len(group)) as pool:
                    list(pool.map(lambda each: each.stop(patience=60), group))
        for process in self.processes.all():
            process.stop(patience=5)
        for name in [path.stem for path in self.state.processes.glob("*.json")]:
            self.processes.forget(name)
        self.network.down()
        self.state.descriptor.unlink(missing_ok=True)
        self.machines.forget_run_folders()
        self.machines.unmount()
