"""Infra/dev/bench."""

import argparse
import sys

from stack.errors import StackError
from stack.progress import Progress

from . import admission, feeds, files, homework, move, nodes, page, passwords, peer, provision, quota, search, sso, storm
from .territory import AimMissed

BENCHMARKS = {
    "page": page.run,
    "admission": admission.run,
    "feeds": feeds.run,
    "files": files.run,
    "homework": homework.run,
    "move": move.run,
    "passwords": passwords.run,
    "provision": provision.run,
    "quota": quota.run,
    "search": search.run,
    "sso": sso.run,
}


def arguments():
    parser = argparse.ArgumentParser(
        prog="Infra/dev/bench",
        description="Runs benchmarks on stacks of their own, prints their ratios against the yardstick in ../shared/limit "
        "(when it is there; PREAU_LIMIT names another place) and writes the tables of docs/benchmarks.md.")
    parser.add_argument("--scene", action="append", metavar="NAME", help="storm: only this one; may be repeated")
    parser.add_argument("--share", type=float, default=1.0, metavar="S", help="storm, nodes: this part of each scene (1)")
    parser.add_argument("--keep", action="store_true", help="nodes, storm, peer: leave the stack running")
    parser.add_argument("--flame", metavar="LABEL", help="storm: also draw where the nodes' time goes, once all have come (docs/images/flame-LABEL.svg)")
    parser.add_argument("--no-record", dest="record", action="store_false", help="storm, peer: leave docs/benchmarks.md as it is")
    peer.add_arguments(parser)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}, nodes, storm and peer (all but these three)")
    return parser.parse_args()


def main():
    options = arguments()
    names = options.names or list(BENCHMARKS)
    asked = {"nodes": nodes.run, "storm": storm.run, "peer": peer.run}
    unknown = [name for name in names if name not in BENCHMARKS and name not in asked]
    if unknown:
        print(f"No benchmark is called {', '.join(unknown)}; there are: {', '.join([*BENCHMARKS, *asked])}", file=sys.stderr)
        return 2
    progress = Progress()
    status = 0
    try:
        for name in names:
            try:
                if name in asked:
                    asked[name](progress, options)
                else:
                    BENCHMARKS[name](progress)
            except AimMissed as error:
                # Its table is written; the others are still to be measured.
                print(f"\nMISSED: {error.report()}", file=sys.stderr)
                status = 1
    except StackError as error:
        print(f"\nFAILED: {error.report()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
