"""Processes of a stack: started once, known by process id and start time, stopped by them and nothing else."""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import time

from .errors import StackError
from .state import write_private


@dataclasses.dataclass
class Process:
    """One process of a stack, as it was started. A process id may be used again by the system, also after a restart
    of the machine: the start time and the boot tell ours from a stranger."""

    name: str
    pid: int
    started: int
    boot: str
    fingerprint: str

    @property
    def alive(self):
        return self.boot == boot() and start_time(self.pid) == self.started

    def kill(self, number):
        if self.alive:
            os.kill(self.pid, number)

    def wait(self, seconds):
        """Whether the process has ended in time."""
        deadline = time.monotonic() + seconds
        while self.alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def stop(self, number=signal.SIGTERM, patience=15):
        """Ends the process; returns false when it had to be killed."""
        self.kill(number)
        # A process that somebody paused would never see the signal.
        self.kill(signal.SIGCONT)
        if self.wait(patience):
            return True
        self.kill(signal.SIGKILL)
        self.wait(5)
        return False


class Processes:
    """The processes of one stack, each remembered in a file of its own."""

    def __init__(self, state):
        self.state = state

    def find(self, name):
        """The running process of that name, if there is one."""
        try:
            process = Process(**json.loads(self._path(name).read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return process if process.alive else None

    def all(self):
        names = sorted(path.stem for path in self.state.processes.glob("*.json"))
        return [process for process in map(self.find, names) if process]

    def start(self, name, command, fingerprint="", account=None, directory=None):
        """Starts a process in the background, its output appended to its log."""
        log = self.log(name)
        log.parent.mkdir(exist_ok=True)
        identity = {}
        if account:
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        with log.open("ab") as output:
            output.write(f"--- {time.strftime('%Y-%m-%dT%H:%M:%S')} starts {' '.join(map(str, command))}\n".encode())
            output.flush()
            try:
                child = subprocess.Popen(
                    list(map(str, command)), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                    start_new_session=True, cwd=directory or "/", **identity)
            except OSError as error:
                raise StackError(f"cannot start {name}: {command[0]}: {error.strerror}")
        process = Process(name, child.pid, start_time(child.pid) or 0, boot(), fingerprint)
        write_private(self._path(name), json.dumps(dataclasses.asdict(process)) + "\n")
        return process

    def forget(self, name):
        self._path(name).unlink(missing_ok=True)

    def log(self, name):
        return self.state.logs / f"{name}.log"

    def await_ready(self, process, ready, seconds):
        """Waits until `ready()` holds; a process that ends meanwhile, or takes too long, is an error with its log."""
        deadline = time.monotonic() + seconds
        while True:
            # Asked in this order: a process that ended must not pass for ready because another one answers.
            answered = ready()
            if not process.alive:
                raise StackError(f"{process.name} stopped while starting", log=self.log(process.name))
            if answered:
                return
            if time.monotonic() > deadline:
                raise StackError(f"{process.name} was not ready within {seconds} s", log=self.log(process.name))
            time.sleep(0.05)

    def _path(self, name):
        return self.state.processes / f"{name}.json"


def start_time(pid):
    """Clock ticks since boot at which a live process started; None for one that is gone, or ended and not yet buried."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name, in parentheses, may hold spaces and parentheses itself.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def boot():
    return pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
