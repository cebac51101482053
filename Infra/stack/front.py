"""The front's configuration for machines of its own: `python3 -m stack.front --out DIR` reads what differs from one installation
to the next as JSON (Infra/production/roles/front/templates/front.json.j2) and writes haproxy.cfg, haproxy.socket, errors/ and the state to
begin with into DIR."""

import argparse
import json
import pathlib
import sys

from .haproxy import Server, configuration, states_at_rest, write_errors

REDIRECT = "    http-request redirect scheme https code 301 unless { ssl_fc }\n"
# sd_listen_fds(3): what is handed over has these numbers, in the order of the unit's lines.
FIRST_SOCKET = 3
SOCKET_UNIT = """\
# Where people come. These sockets are systemd's, so they outlive HAProxy: who comes while it is away waits until it is back.
[Unit]
Description=Sockets of the front

[Socket]
{}
# An address that both fronts share is on one of them at a time.
FreeBind=yes

[Install]
WantedBy=sockets.target
"""


def write_front(settings, out):
    """`settings` as in the template; `out` gets haproxy.cfg, haproxy.socket, errors/, and state unless there is one."""
    errors = out / "errors"
    errors.mkdir(parents=True, exist_ok=True)
    servers = [Server(node["id"], node["address"], node["private_port"], node["agent_port"]) for node in settings["nodes"]]
    if not (out / "state").exists():
        (out / "state").write_text(states_at_rest(servers))
    text = configuration(
        servers, binds=bind_lines(settings["binds"]), scheme="https",
        socket=settings["socket"], metrics=settings["metrics"], state_file=settings["state_file"],
        errors=write_errors(errors, settings["errors"]), redirect=REDIRECT if settings["redirect"] else "",
        privileges="".join(f"    {line}\n" for line in settings["privileges"]))
    path = out / "haproxy.cfg"
    path.write_text(text)
    (out / "haproxy.socket").write_text(SOCKET_UNIT.format("\n".join(f"ListenStream={address}" for address in addresses(settings["binds"]))))
    return path


def addresses(binds):
    """Of addresses with HAProxy's options, the addresses, as systemd writes them."""
    return [bind.split()[0].replace("*:", "0.0.0.0:") for bind in binds]


def bind_lines(binds):
    """The sockets that were handed over. `haproxy -c` has none: systemd gives them to the service alone, not to what is run before a reload."""
    given = [" ".join([f"fd@{number}", *bind.split()[1:]]) for number, bind in enumerate(binds, start=FIRST_SOCKET)]
    return "\n".join([
        ".if defined(LISTEN_FDS)", *(f"    bind {each}" for each in given), ".else", *(f"    bind {each}" for each in binds), ".endif"])


def main():
    parser = argparse.ArgumentParser(prog="stack.front", description=__doc__)
    parser.add_argument("--out", required=True, type=pathlib.Path, metavar="DIR")
    options = parser.parse_args()
    print(write_front(json.load(sys.stdin), options.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
