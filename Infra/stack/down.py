"""Infra/dev/down."""

import argparse
import sys

from .errors import StackError
from .progress import Progress
from .stack import stop
from .state import DEFAULT_STATE, State


def arguments():
    parser = argparse.ArgumentParser(
        prog="Infra/dev/down", description="Stops every process of a stack started by Infra/dev/up, by process id.")
    parser.add_argument("--state", default=DEFAULT_STATE, metavar="DIR", help="which stack (.preau/)")
    parser.add_argument("--wipe", action="store_true", help="forget its data too")
    return parser.parse_args()


def main():
    options = arguments()
    state, progress = State(options.state), Progress()
    try:
        if not state.exists:
            progress.say(f"There is no stack in {state.directory}.")
            return 0
        with state.locked():
            count = stop(state, progress)
            progress.say("Nothing was running." if count == 0 else f"Stopped {count} processes.")
            if options.wipe:
                state.wipe()
                progress.say(f"Forgot {state.directory}.")
    except StackError as error:
        print(f"\nFAILED: {error.report()}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
