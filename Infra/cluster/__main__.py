"""Infra/test/cluster."""

import argparse
import contextlib
import json
import pathlib
import shlex
import sys

from stack.build import BUILT, PROGRAMS_BUILD, build
from stack.errors import StackError
from stack.progress import Progress
from stack.state import CHECKOUT, State

from . import chaos, recovery, report, upgrade
from .check import check_production
from .cluster import Cluster
from .faults import FAULTS
from .shells import Shells
from .trials import Trials

DEFAULT_STATE = CHECKOUT / ".preau-cluster"


def arguments():
    parser = argparse.ArgumentParser(
        prog="Infra/test/cluster",
        description="An installation as Infra/production describes it, each of its machines a network namespace of this one: three etcd and "
        "Sentinels, pairs of PostgreSQL under Patroni for the directory and two shards, two Redis, two nodes, two fronts with one address.")
    parser.add_argument("--state", default=DEFAULT_STATE, metavar="DIR", help="where it keeps its data (.preau-cluster)")
    parser.add_argument("--programs", metavar="DIR", help="Préau's programs; built when left out")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start whatever does not run")
    down = commands.add_parser("down", help="stop all of it")
    down.add_argument("--wipe", action="store_true", help="forget its data too")
    commands.add_parser("status", help="who is primary, master, ready")
    commands.add_parser("check", help="what the tools of the field say of Infra/production; starts nothing")
    commands.add_parser("restore", help="a shard put back to a point in time, after a drill, by the runbook's commands")
    fault = commands.add_parser("fault", help="break something again and again while people work")
    fault.add_argument("names", nargs="*", metavar="NAME", help=f"which (all): {', '.join(FAULTS)}")
    fault.add_argument("--times", type=int, default=10, metavar="N", help="each so many times (10)")
    disorder = commands.add_parser("chaos", help="faults at random while Seine-et-Marne's people come")
    disorder.add_argument("--minutes", type=float, default=60, metavar="M", help="how long (60)")
    disorder.add_argument("--share", type=float, default=0.02, metavar="S", help="this part of 51,000 people at once (0.02)")
    disorder.add_argument("--seed", type=int, default=1, metavar="N", help="another number: other faults (1)")
    disorder.add_argument("--every-fault", action="store_true", help="also those that leave a shard without a primary for 20 s")
    on = commands.add_parser("on", help="a command on one of the machines, with its files where production has them")
    on.add_argument("host", metavar="MACHINE")
    on.add_argument("--user", default="root", metavar="NAME")
    on.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    service = commands.add_parser("service", help="what systemctl would do on one of the machines")
    service.add_argument("host", metavar="MACHINE")
    service.add_argument("verb", choices=("start", "stop", "restart", "is-active"))
    service.add_argument("units", nargs="+", metavar="UNIT")
    runbook = commands.add_parser("runbook", help="every command of runbooks, word for word")
    runbook.add_argument("names", nargs="+", metavar="NAME", help="of docs/runbooks, such as failover")
    newer = commands.add_parser("upgrade", help="a new release while people work")
    newer.add_argument("--from", dest="old", required=True, metavar="DIR", help="the programs of the release before")
    commands.add_parser("report", help="write the table of docs/benchmarks.md from all trials that there were")
    commands.add_parser("test", help="up, each fault that is over in seconds once, a restore, two minutes of chaos")
    return parser.parse_args()


def main():
    options = arguments()
    progress, state = Progress(), State(options.state)
    try:
        state.create()
        # What a runbook calls runs inside a command that has the lock.
        with contextlib.nullcontext() if options.command in UNLOCKED else state.locked():
            return COMMANDS[options.command](options, progress, state)
    except StackError as error:
        print(f"\nFAILED: {error.report()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Infra/test/cluster up puts right what is wrong now, down stops it.")
        return 130


def cluster_of(options, progress, state):
    return Cluster(state, progress, options.programs or BUILT)


def up(options, progress, state):
    if not options.programs:
        with progress.step("Build") as step:
            build(PROGRAMS_BUILD, state.logs / "build.log", step.note)
    cluster = cluster_of(options, progress, state)
    cluster.up()
    progress.say("\n".join(["", *cluster.status()]))
    return 0


def down(options, progress, state):
    cluster_of(options, progress, state).down()
    if options.wipe:
        state.wipe()
    return 0


def status(options, progress, state):
    progress.say("\n".join(cluster_of(options, progress, state).status()))
    return 0


def fault(options, progress, state):
    if unknown := [name for name in options.names if name not in FAULTS]:
        raise StackError(f"no fault is called {', '.join(unknown)}")
    with Trials(cluster_of(options, progress, state), progress) as trials:
        for name in options.names or FAULTS:
            trials.run(name, options.times)
    return 1 if any(trial.lost or trial.doubled for trial in trials.trials) else 0


def check(options, progress, state):
    return check_production(cluster_of(options, progress, state), progress)


def restore(options, progress, state):
    recovery.run(cluster_of(options, progress, state), progress)
    return 0


def disorder(options, progress, state):
    found = chaos.run(cluster_of(options, progress, state), progress, options.minutes, options.share, options.seed, options.every_fault)
    (state.directory / "chaos.json").write_text(json.dumps(found, indent=2) + "\n")
    progress.say(f"{len(found['faults'])} faults: {', '.join(each['fault'] for each in found['faults'])}")
    whole = found["report"]["whole"]
    progress.say(f"{whole['done']:,} requests, {100 * whole['success']:.3f} % right; {found['acknowledged']:,} writes acknowledged, none lost")
    return 0 if whole["success"] >= 0.9995 else 1


def on(options, progress, state):
    cluster = cluster_of(options, progress, state)
    status, said = Shells(cluster).run(cluster.hosts[options.host], shlex.join(word for word in options.words if word != "--"), options.user, check=False)
    print(said, end="")
    return status


def service(options, progress, state):
    cluster = cluster_of(options, progress, state)
    return max(Shells(cluster).service(cluster.hosts[options.host], options.verb, unit) for unit in options.units)


def runbook(options, progress, state):
    shells = Shells(cluster_of(options, progress, state))
    for name in options.names:
        shells.runbook(CHECKOUT / "docs" / "runbooks" / f"{name}.md", progress)
    return 0


def newer(options, progress, state):
    count, slowest = upgrade.run(cluster_of(options, progress, state), progress, pathlib.Path(options.old))
    progress.say(f"{count:,} requests, none failed, the slowest {slowest:.1f} s")
    return 0


def tell(options, progress, state):
    report.write(state, progress)
    return 0


def test(options, progress, state):
    up(options, progress, state)
    options.names, options.times = chaos.SHORT, 1
    options.minutes, options.share, options.seed, options.every_fault = 2, 0.01, 1, False
    return max(step(options, progress, state) for step in (check, fault, restore, disorder))


UNLOCKED = {"on", "service", "status", "report"}
COMMANDS = {"test": test, "upgrade": newer, "report": tell, "on": on, "service": service, "runbook": runbook, "chaos": disorder, "check": check, "restore": restore, "up": up, "down": down, "status": status, "fault": fault}


if __name__ == "__main__":
    sys.exit(main())
