"""schemathesis, as installed by Infra/dev/prepare, on a stack that runs."""

import os
import pathlib
import subprocess

from stack.state import CHECKOUT

TOOLS = CHECKOUT / ".preau-tools" / "bin"


def command(stack, service, limits, report=None):
    url = stack["admin"] if service == "admin" else stack["front"]
    words = [
        str(TOOLS / "schemathesis"), "--config-file", str(pathlib.Path(__file__).parent / "schemathesis.toml"), "run",
        f"{url}/api/v1/openapi.json", "--url", url, "--checks", "all", "--warnings", "off", "--request-timeout", "20",
        "--suppress-health-check", "all", *limits]
    if service == "admin":
        # Each of these that is right starts or ends a process of the stack that is asked.
        words += ["--exclude-path-regex", "^/api/v1/front/nodes"]
    return words + (["--report", "ndjson", "--report-ndjson-path", str(report)] if report else [])


def run(stack, state, service, limits, log=None):
    """Returns the exit status: 0 when every answer was as documented."""
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": str(pathlib.Path(__file__).parent / "hooks.py"), "PREAU_STATE": str(state),
        "PREAU_FUZZ": service, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    output = log.open("w") if log else None
    try:
        return subprocess.run(
            command(stack, service, limits), env=environment, cwd=state, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT if log else None, check=False).returncode
    finally:
        if output:
            output.close()
