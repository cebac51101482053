"""Bad days, one by one: what is broken, how it is put right, and whom it may concern."""

import contextlib
import dataclasses
import os
import signal
import time
from collections.abc import Callable

from .machines import eventually

POSTGRES = ("postgres",)


@dataclasses.dataclass(frozen=True)
class Fault:
    """`inject` breaks something and returns what `heal` needs; `heal` runs once people are served again, or after `seconds`."""

    name: str
    words: str
    inject: Callable
    heal: Callable
    # Which shard's people may notice; None: nobody's in particular.
    shard: int | None = None
    # How long the fault lasts at least.
    seconds: float = 1.0
    # After how long systemd would start again what was killed; None where it has no part in it.
    restart: float | None = None
    # What was asked for: seconds between two answers, and whether not one may be wrong.
    asked: str = ""


def kill(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def nothing(cluster, broken):
    """It is put right by itself."""


# PostgreSQL

def kill_primary(name):
    def inject(cluster):
        host = cluster.leader(name)
        kill(cluster.network.named(host, *POSTGRES), signal.SIGKILL)
        return host
    return inject


def kill_machine(name):
    def inject(cluster):
        host = cluster.leader(name)
        kill(cluster.network.pids(host), signal.SIGKILL)
        return host
    return inject


def start_patroni(cluster, host):
    """A machine that comes back once somebody else has taken over."""
    eventually(lambda: cluster.leader_elsewhere(host), 90, f"another primary than {host.name}")
    cluster.machines.processes.forget(cluster.machines.name("patroni", host))
    cluster.machines.start("patroni", host)


def hang_primary(name):
    def inject(cluster):
        host = cluster.leader(name)
        kill(cluster.network.named(host, *POSTGRES), signal.SIGSTOP)
        return host
    return inject


def go_on(cluster, host):
    """After somebody else has taken over: it finds out by itself that it is not primary any more."""
    eventually(lambda: cluster.leader_elsewhere(host), 90, f"another primary than {host.name}")
    time.sleep(2)
    kill(cluster.network.named(host, *POSTGRES), signal.SIGCONT)


def cut_primary(name):
    def inject(cluster):
        host = cluster.leader(name)
        cluster.network.cut_off(host)
        return host
    return inject


def mend_primary(cluster, host):
    eventually(lambda: cluster.leader_elsewhere(host), 90, f"another primary than {host.name}")
    time.sleep(2)
    cluster.network.mend(host)


def switch_over(name):
    def inject(cluster):
        host = cluster.leader(name)
        cluster.machines.patronictl(
            host, "switchover", name, "--master", host.name, "--candidate", cluster.other(host).name, "--force")
        return host
    return inject


def fill_disk(name):
    def inject(cluster):
        host = cluster.leader(name)
        path = cluster.machines.database_folder(host) / "full"
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        try:
            # Large pieces first, then what is left between them.
            for size in (1 << 20, 4096, 512):
                with contextlib.suppress(OSError):
                    while os.write(file, b"\0" * size):
                        pass
        finally:
            os.close(file)
        return host
    return inject


def free_disk(cluster, host):
    (cluster.machines.database_folder(host) / "full").unlink()


# Redis

def redis_fault(number):
    def inject(cluster):
        host = cluster.redis_settled()
        kill(cluster.network.named(host, "redis-server"), number)
        return host
    return inject


def start_redis(cluster, host):
    cluster.machines.processes.forget(cluster.machines.name("redis", host))
    cluster.machines.start("redis", host)


def redis_goes_on(cluster, host):
    eventually(lambda: cluster.redis_master() not in (None, host), 60, f"another Redis than {host.name}")
    kill(cluster.network.named(host, "redis-server"), signal.SIGCONT)


def cut_redis(cluster):
    host = cluster.redis_settled()
    cluster.network.cut_off(host)
    return host


def mend_redis(cluster, host):
    eventually(lambda: cluster.redis_master() not in (None, host), 60, f"another Redis than {host.name}")
    cluster.network.mend(host)


def fail_redis_over(cluster):
    host = cluster.redis_settled()
    sentinel = cluster.inventory.of("quorum")[0]
    cluster.network.on(
        sentinel, "redis-cli", "-h", sentinel.address, "-p", "26379", "sentinel", "failover",
        cluster.inventory.variables["redis_master_name"])
    return host


# Nodes, fronts, etcd

def kill_service(service, group, number=0):
    def inject(cluster):
        host = cluster.inventory.of(group)[number]
        cluster.machines.find(service, host).kill(signal.SIGKILL)
        return host
    return inject


def start_service(service):
    def heal(cluster, host):
        cluster.machines.processes.forget(cluster.machines.name(service, host))
        cluster.machines.start(service, host)
    return heal


def kill_front(cluster):
    host = cluster.front_holder()
    cluster.machines.find("haproxy", host).kill(signal.SIGKILL)
    return host


# Seconds in which systemd has started it as often as it may (StartLimitBurst of its unit), and closes the sockets.
GIVEN_UP = 1.0


def lose_front(cluster):
    host = kill_front(cluster)
    time.sleep(GIVEN_UP)
    cluster.machines.find("sockets", host).kill(signal.SIGKILL)
    return host


def bad_cable(cluster):
    host = cluster.inventory.of("node")[0]
    cluster.network.spoil(host, 50, 2)
    return host


def good_cable(cluster, host):
    cluster.network.replace_cable(host)


def narrow_line(cluster):
    host = cluster.inventory.of("node")[0]
    cluster.network.slow(host)
    return host


def wide_line(cluster, host):
    cluster.network.quick(host)


def wrong_clock(offset):
    """A node whose clock is wrong: ended in order, and started with another time."""
    def inject(cluster):
        host = cluster.inventory.of("node")[1]
        cluster.machines.stop("node", host)
        cluster.machines.start(
            "node", host, prefix=["/usr/bin/env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "/usr/bin/faketime", "-f", offset])
        return host
    return inject


def right_clock(cluster, host):
    cluster.machines.stop("node", host)
    cluster.machines.start("node", host)


FAULTS = {
    fault.name: fault for fault in [
        Fault("switchover", "a shard's primary is changed on purpose", switch_over("shard-1"), nothing, 1, 1, asked="< 3 s, no error"),
        Fault("primary-killed", "PostgreSQL of a shard's primary is killed", kill_primary("shard-1"), nothing, 1, 1, asked="< 10 s"),
        Fault("redis-killed", "Redis's master is killed", redis_fault(signal.SIGKILL), start_redis, None, 5, 0.1, "< 4 s"),
        Fault("redis-hung", "Redis's master hangs", redis_fault(signal.SIGSTOP), redis_goes_on, None, 5, asked="< 4 s"),
        Fault("redis-partitioned", "Redis's master is cut off", cut_redis, mend_redis, None, 5, asked="< 4 s"),
        Fault("redis-switchover", "Redis's master is changed on purpose", fail_redis_over, nothing, None, 3, asked="< 4 s"),
        Fault("directory-killed", "PostgreSQL of the directory's primary is killed", kill_primary("directory"), nothing, None, 1),
        Fault("directory-switchover", "the directory's primary is changed on purpose", switch_over("directory"), nothing, None, 1),
        Fault("node-killed", "a node is killed", kill_service("node", "node"), start_service("node"), None, 2, 1),
        Fault("front-killed", "HAProxy of the front that has the address is killed", kill_front, start_service("haproxy"), None, 0.1, 0.1),
        Fault("front-lost", "HAProxy of the front that has the address is killed and does not come back", lose_front, start_service("haproxy"), None, 4),
        Fault("etcd-killed", "an etcd is killed", kill_service("etcd", "quorum"), start_service("etcd"), None, 4, 0.1),
        Fault("machine-gone", "the machine of a shard's primary is gone", kill_machine("shard-1"), start_patroni, 1),
        Fault("primary-hung", "PostgreSQL of a shard's primary hangs", hang_primary("shard-1"), go_on, 1),
        Fault("primary-partitioned", "a shard's primary is cut off", cut_primary("shard-1"), mend_primary, 1),
        Fault("disk-full", "the disk of a shard's primary is full", fill_disk("shard-2"), free_disk, 2, 12),
        Fault("lossy", "a node's packets are late by 50 ms each way, and 2 % are lost", bad_cable, good_cable, None, 10),
        Fault("narrow", "a node sends 2 Mbit/s at most", narrow_line, wide_line, None, 10),
        Fault("clock-ahead", "a node's clock is ten minutes ahead", wrong_clock("+10m"), right_clock, None, 8),
        Fault("clock-behind", "a node's clock is ten minutes behind", wrong_clock("-10m"), right_clock, None, 8),
    ]
}
