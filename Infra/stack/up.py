"""Infra/dev/up."""

import argparse
import signal
import sys

from .errors import StackError
from .progress import Progress
from .stack import Stack, Wishes, stop
from .state import DEFAULT_STATE, State
from .status import LiveStatus


def arguments():
    parser = argparse.ArgumentParser(
        prog="Infra/dev/up",
        description="Builds Préau and starts a whole stack on this machine: PostgreSQL for the directory and for each "
        "shard, Redis, the admin service, nodes and HAProxy, with the territories of Tenants/ and demonstration data. "
        "What runs already and has not changed is left alone. Ctrl-C stops the stack that this command started.")
    parser.add_argument("--detach", action="store_true", help="return once everything is ready, and leave it running")
    parser.add_argument("--nodes", type=int, metavar="N", help="how many nodes (2)")
    parser.add_argument("--shards", type=int, metavar="N", help="how many shards (2); they can only grow")
    parser.add_argument("--port", type=int, metavar="P", help="port of the front (8080); the admin service takes P+1")
    parser.add_argument("--state", default=DEFAULT_STATE, metavar="DIR",
                        help="where the stack keeps its data (.preau/); its options are remembered there")
    parser.add_argument("--loops", type=int, metavar="N", help="event loops of a node (one a core)")
    parser.add_argument("--fronts", type=int, metavar="N",
                        help="processes of HAProxy that share the port (1): each holds some 8,000 connections")
    parser.add_argument("--tenants", metavar="DIR", help="manifests to apply (Tenants/)")
    return parser.parse_args()


def main():
    options = arguments()
    progress = Progress()
    # A closed terminal or a `kill` ends this command as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    state = State(options.state)
    try:
        state.create()
        with state.locked():
            # What was asked for is remembered, so only by whoever may start it.
            stack = Stack(state, progress, wishes(options))
            stack.start()
    except StackError as error:
        print(f"\nFAILED: {error.report()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What has started is left running: Infra/dev/up goes on, Infra/dev/down stops it.")
        return 130
    introduce(stack, progress)
    return 0 if options.detach else watch(stack, progress)


def wishes(options):
    return Wishes(options.nodes, options.shards, options.port, options.loops, options.tenants,
                  options.fronts)


def interrupt(number, frame):
    raise KeyboardInterrupt


def introduce(stack, progress):
    """The addresses and a few people to sign in as: one of each profile, in the order of the description."""
    parts = stack.description.parts
    progress.say(f"\nPréau is ready: {parts['front']}    admin: {parts['admin']}")
    for territory in parts["territories"]:
        progress.say(f"  {territory['id']:24} http://{territory['host']}:{stack.port}/")
    progress.say("\nDemonstration accounts:")
    hosts = {territory["id"]: territory["host"] for territory in parts["territories"]}
    shown = set()
    for account in parts["accounts"]:
        if account["profile"] not in shown:
            shown.add(account["profile"])
            host = hosts.get(account["territory"], "127.0.0.1")
            progress.say(f"  {account['profile']:16} {account['login']:28} {account['password']:16} "
                         f"http://{host}:{stack.port}/login")
    progress.say(f"\nEverything about it: {stack.state.descriptor}")
    progress.say(f"Stop it: Infra/dev/down --state {stack.state.directory}\n")


def watch(stack, progress):
    mine = stack.running_before == 0
    progress.say("Ctrl-C stops the stack." if mine else "It was running already: Ctrl-C leaves it running.")
    try:
        LiveStatus(stack).show_until_stopped()
        progress.say("The stack was stopped by another command.")
        return 0
    except KeyboardInterrupt:
        progress.say()
    if not mine:
        return 0
    # A second Ctrl-C must not leave half of it running.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stack.state.locked():
            stop(stack.state, progress)
    except StackError as error:
        print(f"\nFAILED: {error.report()}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
