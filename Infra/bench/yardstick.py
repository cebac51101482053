"""The yardstick: the least work that a page can do on this stack (../shared/limit), with its own PostgreSQL and Redis."""

import os
import pathlib
import shutil
import subprocess

from stack.errors import StackError
from stack.ports import answers
from stack.postgres import PostgresServer
from stack.process import Processes
from stack.redis import RedisServer, command
from stack.state import CHECKOUT
from stack.templates import fingerprint

from .wrk import Target

SESSIONS = 50_000


def find():
    """Where the yardstick's source is, beside the checkout; None where there is none."""
    chosen = os.environ.get("PREAU_LIMIT")
    places = [pathlib.Path(chosen)] if chosen else [CHECKOUT.parent / "shared" / "limit"]
    return next((place for place in places if (place / "Package.swift").exists()), None)


class Yardstick:
    """One running yardstick; its source is copied, since the shared folder may not be written."""

    def __init__(self, source, state, ports, mode="full"):
        """`mode`: `full`, or `redis` for a session alone."""
        self.source, self.state, self.ports, self.mode = source, state, ports, mode
        self.processes = Processes(state)

    def start(self, progress):
        with progress.step("Yardstick"):
            binary = self._build()
            database = PostgresServer(self.state, self.processes, self.ports, "limit", "limit")
            database.choose_port()
            database.start()
            database.psql("drop table if exists limit_lesson", connect_to="limit")
            database.psql((self.source / "schema.sql").read_text(), connect_to="limit")
            redis = RedisServer(self.state, self.processes, self.ports, "redis-limit")
            redis.start()
            command(redis.port, "EVAL", (self.source / "sessions.lua").read_text(), "0")
            if command(redis.port, "DBSIZE") != SESSIONS:
                raise StackError("the yardstick's sessions were not written")
            port = self.ports.get("limit", self.processes.find("limit") is not None)
            os.environ |= {
                "LIMIT_POSTGRES": database.superuser, "LIMIT_REDIS_PORT": str(redis.port), "LIMIT_PORT": str(port),
            }
            running = self.processes.find("limit") or self.processes.start("limit", [binary, self.mode], fingerprint(self.mode))
            self.processes.await_ready(running, lambda: answers(port), 30)
        return Target("yardstick", f"http://127.0.0.1:{port}/")

    def _build(self):
        copy = self.state.directory / "limit"
        if not copy.exists():
            shutil.copytree(self.source, copy, copy_function=shutil.copyfile)
            for path in [copy, *copy.rglob("*")]:
                path.chmod(0o755 if path.is_dir() else 0o644)
        log = self.state.logs / "build-limit.log"
        with log.open("w") as output:
            done = subprocess.run(
                ["swift", "build", "-c", "release"], cwd=copy, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise StackError("the yardstick does not build", log=log)
        return copy / ".build" / "release" / "limit"
