"""The front's configuration for machines of its own: `python3 -m stack.front --out DIR` reads what differs from one installation
to the next as JSON (Infra/production/roles/front/templates/front.json.j2) and writes haproxy.cfg, errors/ and the state to begin with into DIR."""

import argparse
import json
import pathlib
import sys

from .haproxy import Server, configuration, states_at_rest, write_errors

REDIRECT = "    http-request redirect scheme https code 301 unless { ssl_fc }\n"


def write_front(settings, out):
    """`settings` as in the template; `out` gets haproxy.cfg, errors/, and state unless there is one."""
    errors = out / "errors"
    errors.mkdir(parents=True, exist_ok=True)
    servers = [Server(node["id"], node["address"], node["private_port"], node["agent_port"]) for node in settings["nodes"]]
    if not (out / "state").exists():
        (out / "state").write_text(states_at_rest(servers))
    text = configuration(
        servers, bind="\n    bind ".join(settings["binds"]), scheme="https",
        socket=settings["socket"], metrics=settings["metrics"], state_file=settings["state_file"],
        errors=write_errors(errors, settings["errors"]), redirect=REDIRECT if settings["redirect"] else "",
        privileges="".join(f"    {line}\n" for line in settings["privileges"]))
    path = out / "haproxy.cfg"
    path.write_text(text)
    return path


def main():
    parser = argparse.ArgumentParser(prog="stack.front", description=__doc__)
    parser.add_argument("--out", required=True, type=pathlib.Path, metavar="DIR")
    options = parser.parse_args()
    print(write_front(json.load(sys.stdin), options.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
