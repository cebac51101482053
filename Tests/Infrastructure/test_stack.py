"""The pieces that start and stop a development stack, with real processes, ports, PostgreSQL and Redis."""

import concurrent.futures
import io
import os
import secrets
import signal
import socket
import subprocess
import time

import pytest
from stack import ports
from stack.errors import StackError
from stack.postgres import PostgresServer, is_dead_or_dying
from stack.process import Process, Processes, boot, start_time
from stack.progress import Progress
from stack.redis import RedisServer
from stack.stack import Stack, Wishes
from stack.state import State

QUIET = Progress(io.StringIO())


class TestProcesses:
    def test_a_process_that_nobody_has_asked_after_is_dead(self):
        child = subprocess.Popen(["sleep", "60"])
        assert not is_dead_or_dying(child.pid)
        os.kill(child.pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while not is_dead_or_dying(child.pid):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        child.wait()
        assert not is_dead_or_dying(child.pid)

    def test_a_started_process_is_found_again_and_stopped(self, state, processes):
        started = processes.start("sleeper", ["sleep", "60"])
        assert Processes(state).find("sleeper").pid == started.pid
        assert started.stop()
        assert processes.find("sleeper") is None

    def test_a_process_id_used_by_a_stranger_is_not_ours(self, processes):
        stranger = subprocess.Popen(["sleep", "60"])
        try:
            remembered = Process("sleeper", stranger.pid, start_time(stranger.pid) - 1, boot(), "")
            assert not remembered.alive
            remembered.kill(signal.SIGKILL)
            assert stranger.poll() is None
            assert not Process("sleeper", stranger.pid, start_time(stranger.pid), "another boot", "").alive
        finally:
            stranger.kill()
            stranger.wait()

    def test_a_paused_process_is_stopped(self, processes):
        started = processes.start("sleeper", ["sleep", "60"])
        started.kill(signal.SIGSTOP)
        assert started.stop(patience=5)

    def test_a_deaf_process_is_killed(self, processes):
        started = processes.start("deaf", ["bash", "-c", "trap '' TERM; while :; do sleep 0.1; done"])
        time.sleep(0.3)
        assert not started.stop(patience=0.3)
        assert not started.alive

    def test_a_process_that_ends_while_it_starts_is_told_with_its_log(self, processes):
        started = processes.start("broken", ["bash", "-c", "echo the cause >&2; exit 3"])
        with pytest.raises(StackError) as raised:
            processes.await_ready(started, lambda: False, 10)
        assert "the cause" in raised.value.report() and str(processes.log("broken")) in raised.value.report()

    def test_a_missing_program_is_told(self, processes):
        with pytest.raises(StackError, match="No such file"):
            processes.start("absent", ["/nowhere/program"])


class TestState:
    def test_secrets_are_private_and_stay(self, state):
        secret = state.secret("admin-token")
        assert state.secret("admin-token") == secret and len(secret) >= 32
        assert (state.secrets / "admin-token").stat().st_mode & 0o077 == 0

    def test_a_secret_is_one_whoever_asks_first(self, state):
        def slowly():
            time.sleep(0.01)
            return secrets.token_hex()

        for number in range(5):
            with concurrent.futures.ThreadPoolExecutor(8) as threads:
                asked = [threads.submit(state.secret, f"secret-{number}", slowly) for _ in range(8)]
            assert len({each.result() for each in asked}) == 1

    def test_a_folder_that_is_no_state_is_not_wiped(self, tmp_path):
        (tmp_path / "mine").write_text("keep")
        with pytest.raises(StackError):
            State(tmp_path).wipe()
        assert (tmp_path / "mine").exists()

    def test_two_commands_do_not_change_it_at_once(self, state):
        with state.locked(), pytest.raises(StackError, match="another command"):
            with state.locked():
                pass

    def test_sockets_of_a_deep_state_are_elsewhere(self, tmp_path):
        assert len(str(State(tmp_path / ("deep" * 30)).run_directory)) < 60

    def test_options_are_remembered(self, state):
        first = Stack(state, QUIET, Wishes(nodes=3, shards=2, port=9180))
        again = Stack(state, QUIET, Wishes())
        assert (again.node_count, again.shard_count, again.port) == (3, 2, 9180) == (
            first.node_count, first.shard_count, first.port)

    def test_shards_with_data_are_not_dropped(self, state):
        Stack(state, QUIET, Wishes(shards=3))
        with pytest.raises(StackError, match="3 shards"):
            Stack(state, QUIET, Wishes(shards=2))

    @pytest.mark.parametrize("wishes", [Wishes(nodes=0), Wishes(nodes=65), Wishes(shards=0), Wishes(port=80)])
    def test_impossible_options_are_refused(self, state, wishes):
        with pytest.raises(StackError):
            Stack(state, QUIET, wishes)


class TestPorts:
    def test_a_port_is_remembered_while_it_is_free(self, state):
        port = ports.Ports(state).get("a", running=False)
        assert ports.Ports(state).get("a", running=False) == port
        assert ports.Ports(state).get("b", running=False) != port

    def test_a_port_taken_by_a_stranger_is_given_up(self, state):
        port = ports.Ports(state).get("a", running=False)
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.1", port))
            stranger.listen()
            assert ports.Ports(state).get("a", running=False) != port
            assert ports.is_free(port) is False


class TestServers:
    def test_postgres_starts_keeps_its_data_and_limits_its_roles(self, state, processes):
        server = PostgresServer(state, processes, ports.Ports(state), "shard-1", "preau_shard_1")
        server.choose_port()
        first = server.start()
        assert server.start().pid == first.pid
        server.psql("create table kept (x int); insert into kept values (7)", connect_to="preau_shard_1")
        assert server.psql("show fsync; show wal_level; show password_encryption").split() == ["on", "logical", "scram-sha-256"]
        assert server.psql("select count(*) from pg_roles where rolname like 'preau%' and (rolsuper or rolbypassrls)") == "0"
        assert server.psql("select pg_get_userbyid(datdba) from pg_database where datname = 'preau_shard_1'") == "preau_owner"
        assert refusal(server, "preau_node", "wrong") and not refusal(server, "preau_node", state.secret("preau_node"))
        # Killed as by a power cut, it comes back with what was committed.
        first.kill(signal.SIGKILL)
        assert first.wait(5)
        assert server.start().pid != first.pid
        assert server.psql("select x from kept", connect_to="preau_shard_1") == "7"
        if os.getuid() == 0:
            assert os.stat(f"/proc/{processes.find('postgres-shard-1').pid}").st_uid != 0

    def test_redis_evicts_nothing_and_writes_nothing(self, state, processes):
        server = RedisServer(state, processes, ports.Ports(state))
        first = server.start()
        assert server.start().pid == first.pid
        with socket.create_connection(("127.0.0.1", server.port), timeout=2) as connection:
            connection.sendall(b"CONFIG GET maxmemory-policy\r\nCONFIG GET save\r\nCONFIG GET appendonly\r\n")
            time.sleep(0.2)
            answer = connection.recv(4096).decode()
        assert "noeviction" in answer and "save\r\n$0\r\n" in answer and "appendonly\r\n$2\r\nno" in answer


def refusal(server, user, password):
    conninfo = f"host=127.0.0.1 port={server.port} dbname={server.database} user={user} password={password}"
    return subprocess.run(["psql", "-X", "-c", "select 1", conninfo], capture_output=True, check=False).returncode != 0
