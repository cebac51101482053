"""What a person sees while the stack is built and started: one line a step, with its time."""

import contextlib
import sys
import threading
import time

INTERVAL_ON_TERMINAL = 0.5
INTERVAL_IN_LOG = 10


class Progress:
    """Prints steps. On a terminal the running step is redrawn in place; in a log it is repeated every ten seconds."""

    def __init__(self, stream=sys.stdout):
        self.stream = stream
        self.terminal = stream.isatty()

    def say(self, text=""):
        print(text, file=self.stream, flush=True)

    @contextlib.contextmanager
    def step(self, name):
        """Runs a step under a name; what the step passes to `Step.note` is shown beside it."""
        step = Step(self, name)
        step.begin()
        try:
            yield step
        except BaseException:
            step.end("✗")
            raise
        step.end("✓")


class Step:
    def __init__(self, progress, name):
        self.progress, self.name = progress, name
        self.detail = ""
        self.started = time.monotonic()
        self.finished = threading.Event()
        self.ticker = threading.Thread(target=self._tick, daemon=True)

    def note(self, detail):
        self.detail = detail

    def begin(self):
        self.ticker.start()

    def end(self, mark):
        self.finished.set()
        self.ticker.join()
        seconds = time.monotonic() - self.started
        took = f"  ({seconds:.1f} s)" if seconds >= 0.1 else ""
        detail = f"  {self.detail}" if self.detail else ""
        self._write(f"{mark} {self.name}{detail}{took}", last=True)

    def _tick(self):
        interval = INTERVAL_ON_TERMINAL if self.progress.terminal else INTERVAL_IN_LOG
        while not self.finished.wait(interval):
            seconds = time.monotonic() - self.started
            detail = f"  {self.detail}" if self.detail else ""
            self._write(f"… {self.name}{detail}  ({seconds:.0f} s)", last=False)

    def _write(self, line, last):
        stream = self.progress.stream
        if self.progress.terminal:
            stream.write("\r\033[K" + (line if last else line[:110]) + ("\n" if last else ""))
        else:
            stream.write(line + "\n")
        stream.flush()
