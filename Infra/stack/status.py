"""The live status of a running stack: one line a process, drawn again every second."""

import os
import pathlib
import sys
import time

from .programs import answers_ok

INTERVAL_ON_TERMINAL = 1
INTERVAL_IN_LOG = 30
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


class LiveStatus:
    def __init__(self, stack, stream=sys.stdout):
        self.stack, self.stream = stack, stream
        self.terminal = stream.isatty()
        self.names = [process.name for process in stack.processes.all()]
        self.used = {}
        self.drawn = 0

    def show_until_stopped(self):
        """Returns when no process of the stack is left: another command stopped it."""
        while True:
            running = {process.name: process for process in self.stack.processes.all()}
            if not running:
                return
            if self.terminal:
                self._draw([self._line(name, running.get(name)) for name in self.names] + [self._front_line()])
            else:
                self._summarise(running)
            time.sleep(INTERVAL_ON_TERMINAL if self.terminal else INTERVAL_IN_LOG)

    def _draw(self, lines):
        if self.drawn:
            self.stream.write(f"\033[{self.drawn}A")
        self.stream.write("".join(f"\033[K{line}\n" for line in lines))
        self.stream.flush()
        self.drawn = len(lines)

    def _summarise(self, running):
        stopped = [name for name in self.names if name not in running]
        words = f"{len(running)} processes run"
        words += f", STOPPED: {', '.join(stopped)} (Infra/dev/up starts them again)" if stopped else ""
        print(time.strftime("%H:%M:%S"), words + ";", self._front_line(), file=self.stream, flush=True)

    def _line(self, name, process):
        if process is None:
            return f"{name:18} STOPPED   log: {self.stack.processes.log(name)}; Infra/dev/up starts it again"
        memory, share = self._usage(process)
        return f"{name:18} {process.pid:>8}  {memory / 1e6:7.1f} MB  {share * 100:5.1f} % of a core"

    def _usage(self, process):
        """Resident memory in bytes, and processor time since the last look as a share of one core."""
        try:
            folder = pathlib.Path(f"/proc/{process.pid}")
            memory = int((folder / "statm").read_text().split()[1]) * PAGE
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0, 0.0
        used, now = (int(fields[11]) + int(fields[12])) / TICKS, time.monotonic()
        before, since = self.used.get(process.pid, (used, now - 1))
        self.used[process.pid] = (used, now)
        return memory, max(0.0, (used - before) / max(now - since, 0.001))

    def _front_line(self):
        url = f"http://127.0.0.1:{self.stack.port}/login"
        return f"the front {'answers' if answers_ok(url) else 'DOES NOT ANSWER'}: {url}"
