"""Infra/dev/fuzz."""

import argparse
import json
import subprocess
import sys
import time

from stack.errors import StackError
from stack.ports import is_free
from stack.progress import Progress
from stack.state import CHECKOUT, State

from .schemathesis_run import run

STATE = CHECKOUT / ".preau-fuzz"


def arguments():
    parser = argparse.ArgumentParser(
        prog="Infra/dev/fuzz",
        description="Sends generated requests to the API of a stack of its own, right ones and wrong ones, and holds every answer "
        "against the OpenAPI document: status, type, headers, shape, no error of the server.")
    parser.add_argument("service", choices=["api", "admin"], help="the nodes' API, or the admin service's")
    parser.add_argument("--minutes", type=float, default=10, help="how long (10)")
    parser.add_argument("--seed", type=int, help="for the same requests again; printed when not given")
    return parser.parse_args()


def main():
    options = arguments()
    progress = Progress()
    seed = options.seed if options.seed is not None else int(time.time())
    try:
        port = next(port for port in range(19600, 20000, 2) if is_free(port) and is_free(port + 1))
        up = [CHECKOUT / "Infra/dev/up", "--detach", "--state", STATE, "--port", str(port)]
        if subprocess.run(up, stdin=subprocess.DEVNULL, check=False).returncode != 0:
            raise StackError("the stack for fuzzing did not start; the cause is above")
        stack = json.loads(State(STATE).descriptor.read_text())
        progress.say(f"seed {seed}, {options.minutes:g} minutes")
        limits = ["--max-time", str(int(options.minutes * 60)), "--seed", str(seed), "--continue-on-failure"]
        return run(stack, STATE, options.service, limits)
    except StackError as error:
        print(error.report(), file=sys.stderr)
        return 1
    finally:
        if State(STATE).exists:
            subprocess.run([CHECKOUT / "Infra/dev/down", "--state", STATE, "--wipe"], check=False)


if __name__ == "__main__":
    sys.exit(main())
