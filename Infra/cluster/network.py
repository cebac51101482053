"""Machines as network namespaces, joined by a bridge; and what can be wrong between them."""

import pathlib
import subprocess
import sys

from stack.errors import StackError
from stack.state import CHECKOUT

from .inventory import MACHINE, NETWORK

BRIDGE = "preau-cluster"
# On a cluster at a time: the names are the machine's.
PREFIX = "preau-"


def run(*words, check=True, text=None):
    done = subprocess.run(list(map(str, words)), input=text, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise StackError(f"{' '.join(map(str, words[:6]))}: {done.stderr.strip()}")
    return done


class Network:
    """The bridge, the namespaces on it, and the faults between them."""

    def __init__(self, hosts, processes):
        self.hosts, self.processes = hosts, processes

    @staticmethod
    def namespace(host):
        return PREFIX + host.name

    @staticmethod
    def link(host):
        """The end of a machine's cable that is on this side; a name of an interface has fifteen characters."""
        return "pc" + host.address.rsplit(".", 1)[1]

    def enter(self, host, *words, user=None):
        """The command that runs another one on that machine."""
        identity = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--"] if user else []
        return ["nsenter", f"--net=/run/netns/{self.namespace(host)}", "--", *identity, *map(str, words)]

    def on(self, host, *words, check=True, text=None):
        return run(*self.enter(host, *words), check=check, text=text)

    # Coming and going

    def up(self):
        """Makes what is missing."""
        if run("ip", "link", "show", BRIDGE, check=False).returncode != 0:
            run("ip", "link", "add", BRIDGE, "type", "bridge")
            run("ip", "address", "add", f"{MACHINE}/24", "dev", BRIDGE)
        run("ip", "link", "set", BRIDGE, "up")
        there = set(run("ip", "netns", "list").stdout.split())
        for host in self.hosts:
            if self.namespace(host) not in there:
                self._add(host)

    def _add(self, host):
        name, link = self.namespace(host), self.link(host)
        run("ip", "netns", "add", name)
        run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", link, "master", BRIDGE, "up")
        self.on(host, "ip", "link", "set", "lo", "up")
        self.on(host, "ip", "address", "add", f"{host.address}/24", "dev", "eth0")
        self.on(host, "ip", "link", "set", "eth0", "up")
        self.on(host, "sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1")

    def down(self):
        """Removes what `up` made, and with it everything that still runs there."""
        for line in run("ip", "netns", "list").stdout.splitlines():
            name = line.split()[0]
            if name.startswith(PREFIX):
                for pid in run("ip", "netns", "pids", name).stdout.split():
                    run("kill", "-9", pid, check=False)
                run("ip", "netns", "delete", name)
        for host in self.hosts:
            run("ip", "link", "delete", self.link(host), check=False)
        run("ip", "link", "delete", BRIDGE, check=False)

    # Faults

    def cut_off(self, host, others=None):
        """Drops every packet between the machine and the others, or everybody; connections stay open and hear nothing."""
        addresses = ", ".join(each.address for each in others) if others else f"{NETWORK}.0/24"
        rules = f"""
            table inet fault {{
                chain in {{ type filter hook input priority 0; ip saddr {{ {addresses} }} drop; }}
                chain out {{ type filter hook output priority 0; ip daddr {{ {addresses} }} drop; }}
            }}"""
        self.on(host, "nft", "-f", "-", text=self._but_itself(rules, host))

    @staticmethod
    def _but_itself(rules, host):
        return rules.replace("priority 0;", f"priority 0; ip saddr {host.address} ip daddr {host.address} accept;")

    def mend(self, host):
        self.on(host, "nft", "delete", "table", "inet", "fault", check=False)

    def slow(self, host, rate="2mbit"):
        """A narrow line: what the machine sends waits in a queue."""
        self.on(host, "tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", rate, "burst", "16kb", "latency", "400ms")

    def quick(self, host):
        self.on(host, "tc", "qdisc", "delete", "dev", "eth0", "root", check=False)

    def spoil(self, host, delay, loss):
        """Puts a program into the machine's cable that delays every frame, in milliseconds, and loses some, in per cent."""
        outer = self.link(host) + "x"
        run("ip", "link", "add", outer, "type", "veth", "peer", "name", outer + "y")
        run("ip", "link", "set", self.link(host), "nomaster")
        run("ip", "link", "set", outer, "master", BRIDGE, "up")
        run("ip", "link", "set", outer + "y", "up", "promisc", "on")
        run("ip", "link", "set", self.link(host), "promisc", "on")
        self.processes.start(
            f"cable-{host.name}",
            ["/usr/bin/env", f"PYTHONPATH={CHECKOUT / 'Infra'}", sys.executable, "-m", "cluster.cable", self.link(host), outer + "y",
             delay, loss])

    def replace_cable(self, host):
        if process := self.processes.find(f"cable-{host.name}"):
            process.stop()
        self.processes.forget(f"cable-{host.name}")
        run("ip", "link", "delete", self.link(host) + "x", check=False)
        run("ip", "link", "set", self.link(host), "master", BRIDGE, "promisc", "off")

    def pids(self, host):
        return [int(pid) for pid in run("ip", "netns", "pids", self.namespace(host)).stdout.split()]

    def named(self, host, *names):
        """The processes of a machine whose program is one of these."""
        found = []
        for pid in self.pids(host):
            try:
                if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() in names:
                    found.append(pid)
            except OSError:
                continue
        return found
