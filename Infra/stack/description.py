"""stack.json: what the outside may know of a running stack (its format is fixed, tools and checks rely on it)."""

import json

from .state import write_private


class Description:
    def __init__(self, state, front_port):
        self.state, self.front_port = state, front_port
        self.parts = {
            "front": f"http://127.0.0.1:{front_port}",
            "admin": f"http://127.0.0.1:{front_port + 1}",
            "admin_token": state.secret("admin-token"),
        }

    def add_redis(self, server, process):
        self.parts["redis"] = {"host": "127.0.0.1", "port": server.port, "pid": process.pid}

    def add_directory(self, server, process):
        self.parts["directory"] = {"conninfo": server.superuser, "pid": process.pid}

    def add_saml(self, process):
        self.parts["saml"] = {"pid": process.pid}

    def add_shards(self, shards):
        self.parts["shards"] = [
            {"id": identifier, "conninfo": server.superuser, "pid": process.pid}
            for identifier, (server, process) in enumerate(shards, start=1)
        ]

    def add_nodes(self, nodes):
        self.parts["nodes"] = [described(node, process) for node, process in nodes]

    def add_admin(self, private_address):
        self.parts["admin_metrics"] = f"http://{private_address}/metrics"

    def add_mail(self, port):
        self.parts["mail"] = {"host": "127.0.0.1", "port": port}

    def add_front(self, front, process):
        self.parts["haproxy"] = {
            "pid": process.pid, "socket": str(front.socket), "metrics": f"http://127.0.0.1:{front.metrics_port}/metrics",
        }
        self.parts["fronts"] = [
            {
                "pid": front.processes.find(name).pid, "socket": str(front.socket_of(name)),
                "metrics": f"http://127.0.0.1:{front.metrics_ports[name]}/metrics",
            }
            for name in front.names
        ]

    def add_people(self, territories, accounts):
        self.parts["territories"], self.parts["accounts"] = territories, accounts

    def write(self, path):
        write_private(path, json.dumps(self.parts, indent=2, ensure_ascii=False) + "\n")


def described(node, process):
    """A node, as stack.json lists it."""
    return {
        "id": node.id, "url": f"http://127.0.0.1:{node.port}", "metrics": f"http://127.0.0.1:{node.private_port}/metrics",
        "pid": process.pid,
    }
