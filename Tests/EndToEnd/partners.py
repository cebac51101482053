"""Partner applications of the tests: registered as operators do it, and a small server that hears what partners are told."""

import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse

from stack.build import BUILT

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
# What Debian does not have is in an environment of its own (Infra/dev/prepare); Debian's own comes first.
sys.path.extend(map(str, CHECKOUT.glob(".preau-tools/lib/python3*/site-packages")))


def preau(state, *words, check=True):
    """Runs the operators' command; its answer as a value."""
    done = subprocess.run(
        [BUILT / "preau", "--state", state, *words, "--json"], capture_output=True, text=True,
        check=False)
    if check:
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return done


def register(stack, state, kind, url, *options, name=None):
    """Registers a service and waits until every node knows it."""
    name = name or f"essai {kind} {time.time_ns()}"
    added = preau(state, "service", "add", kind, name, url, *options)
    deadline = time.monotonic() + 10
    for node in stack["nodes"]:
        while not knows(node["url"], added):
            assert time.monotonic() < deadline, f"{node['id']} does not know {name}"
            time.sleep(0.02)
    return added


def knows(node, added):
    from browsing import Visitor
    if added["protocol"] == "cas":
        url = added["settings"]["urls"][0].replace("*.", "any.")
        path = "/cas/login?" + urllib.parse.urlencode({"service": url, "gateway": "true"})
    else:
        path = "/oidc/authorize?" + urllib.parse.urlencode(
            {"client_id": added["client_id"], "redirect_uri": added["settings"]["redirect_uris"][0]})
    return Visitor(node).get(path).status != 403


class Partner:
    """A web application that remembers what is sent to it."""

    def __init__(self):
        partner = self
        self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                partner.heard.append((self.path, dict(urllib.parse.parse_qsl(body))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/appli/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count, seconds=10):
        deadline = time.monotonic() + seconds
        while len(self.heard) < count:
            assert time.monotonic() < deadline, f"heard {len(self.heard)} of {count}"
            time.sleep(0.02)
        return self.heard

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def parameters(location):
    """The query of an address."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query, keep_blank_values=True))
