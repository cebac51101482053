"""The driver of nodes for a stack on this machine: starts and stops one, for the admin service (`preau node add`).

`python3 -m stack.node --state DIR start|stop NAME`. `start` prints where the node listens, as JSON; both are safe to repeat."""

import argparse
import json
import sys

from . import programs
from .description import described
from .errors import StackError
from .ports import Ports
from .process import Processes
from .state import State, write_private

# Every stack has it; the others differ from it by name and ports.
MODEL = "node-1"


class LocalNodes:
    def __init__(self, state):
        self.state, self.processes, self.ports = state, Processes(state), Ports(state)

    def start(self, name):
        running = self.processes.find(name) is not None
        node = programs.Node(
            name, self.ports.get(name, running), self.ports.get(f"{name}-private", running),
            self.ports.get(f"{name}-agent", running))
        settings = json.loads((self.state.configuration / f"{MODEL}.yaml").read_text()) | {
            "process": name, "listen": f"127.0.0.1:{node.port}", "private": f"127.0.0.1:{node.private_port}",
            "agent": f"127.0.0.1:{node.agent_port}",
        }
        program = programs.Program(self.state, self.processes, name, "preau-node", settings)
        program.write_configuration()
        process = program.start()
        self._remember(name, described(node, process))
        return {"address": settings["listen"], "private": settings["private"], "agent": settings["agent"]}

    def stop(self, name):
        if process := self.processes.find(name):
            # It finishes what runs: ten seconds at most.
            process.stop()
        self.processes.forget(name)
        self._remember(name, None)

    def _remember(self, name, description):
        """So that Infra/dev/up keeps the node, or does without it, and tools find it in stack.json."""
        known = self.state.parameters
        first = {f"node-{number}" for number in range(1, (known.get("nodes") or 0) + 1)}
        added = set(known.get("added") or []) - first
        added = added | {name} - first if description else added - {name}
        self.state.remember(added=sorted(added, key=lambda each: int(each.removeprefix("node-"))))
        if not self.state.descriptor.exists():
            return
        parts = json.loads(self.state.descriptor.read_text())
        parts["nodes"] = [node for node in parts["nodes"] if node["id"] != name] + ([description] if description else [])
        parts["nodes"].sort(key=lambda node: int(node["id"].removeprefix("node-")))
        write_private(self.state.descriptor, json.dumps(parts, indent=2, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(prog="stack.node", description=__doc__)
    parser.add_argument("--state", required=True, metavar="DIR")
    parser.add_argument("verb", choices=("start", "stop"))
    parser.add_argument("name", metavar="NAME")
    options = parser.parse_args()
    state = State(options.state)
    try:
        if not state.exists:
            raise StackError(f"{state.directory} is not the state of a stack")
        with state.locked():
            nodes = LocalNodes(state)
            if options.verb == "start":
                print(json.dumps(nodes.start(options.name)))
            else:
                nodes.stop(options.name)
    except StackError as error:
        print(error.report(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
