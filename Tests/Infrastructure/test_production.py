"""Infra/production as far as it needs none of the field's programs; `Infra/test/cluster check` has theirs look at it."""

import subprocess

import pytest
from cluster.people import Answer, longest_gap
from stack.front import write_front

NODES = [
    {"id": "node-1", "address": "127.0.0.1:8101", "private_port": 8201, "agent_port": 8301},
    {"id": "node-2", "address": "127.0.0.2:8101", "private_port": 8201, "agent_port": 8301},
]


@pytest.fixture
def certificate(tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", tmp_path / "key", "-out", tmp_path / "crt",
         "-subj", "/CN=test"], capture_output=True, check=True)
    path = tmp_path / "front.pem"
    path.write_text((tmp_path / "crt").read_text() + (tmp_path / "key").read_text())
    return path


def front(tmp_path, binds, redirect):
    out = tmp_path / "front"
    return write_front({
        "binds": binds, "redirect": redirect, "privileges": ["user haproxy", "group haproxy"], "socket": str(tmp_path / "admin.sock"),
        "metrics": "127.0.0.1:8404", "state_file": str(tmp_path / "state"), "errors": str(out / "errors"), "nodes": NODES}, out)


def test_haproxy_takes_the_configuration_of_a_front_with_tls(tmp_path, certificate):
    path = front(tmp_path, ["*:8080", f"*:8443 ssl crt {certificate} alpn h2,http/1.1"], True)
    done = subprocess.run(["haproxy", "-c", "-f", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = path.read_text()
    assert "redirect scheme https" in text and "X-Forwarded-Proto https" in text and "user haproxy" in text
    assert "server node-2 127.0.0.2:8101 check port 8201 agent-check agent-port 8301" in text
    # Places for nodes that come later are those that are not taken.
    assert "server-template node- 3-64" in text


def test_a_gap_is_from_right_answer_to_right_answer():
    def answer(end, ok=True):
        return Answer(end - 0.1, end, "read", 1, ok)

    assert longest_gap([answer(1), answer(2), answer(4), answer(3, ok=False)], 5) == 2
    assert longest_gap([answer(1), answer(2)], 10) == 8
    assert longest_gap([answer(1, ok=False)], 10) == float("inf")
