"""`Infra/dev/bench feeds`: how long a whole academy takes from files to accounts, and how much memory the admin service needs.

PREAU_FEED_PEOPLE asks for another size than half a million people."""

import json
import os
import pathlib
import subprocess
import threading
import time

from stack.build import BUILT
from stack.errors import StackError
from stack.process import Processes
from stack.state import CHECKOUT
from stack.templates import commit

from . import report
from .site import Site

FOLDER = CHECKOUT / ".preau-bench"
PREAU = BUILT / "preau"
ADMIN = "preau-admin"


class Memory(threading.Thread):
    """The highest resident memory of a process, looked at five times a second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.highest, self.ended = pid, 0, False

    def run(self):
        while not self.ended:
            try:
                pages = int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1])
            except OSError:
                return
            self.highest = max(self.highest, pages * os.sysconf("SC_PAGE_SIZE"))
            time.sleep(0.2)


def run(progress):
    people = int(os.environ.get("PREAU_FEED_PEOPLE", "500000"))
    FOLDER.mkdir(exist_ok=True)
    site = Site(FOLDER, 10)
    try:
        site.start()
        feed = site.folder / f"feed-{people}"
        written = preau(site, "generate", "aaf", feed, "--people", people, "--school-size", 500)
        # The one whose department the generator takes.
        territory = "seine-et-marne"
        memory = Memory(Processes(site.state).find(ADMIN).pid)
        memory.start()
        figures = []
        for title in ("first import", "the same files again"):
            with progress.step(f"{title}: {people:,} people") as step:
                begin = time.monotonic()
                done = preau(site, "import", "aaf", feed, "--into", territory)
                figures.append((title, time.monotonic() - begin, done))
                step.note(f"{figures[-1][1]:.1f} s")
        memory.ended = True
    finally:
        site.stop(wipe=True)
        subprocess.run(["rm", "-rf", str(FOLDER / f"feed-{people}")], check=False)
    if figures[0][2]["pupils"]["added"] != written["pupils"] or figures[1][2]["pupils"]["added"] != 0:
        raise StackError(f"the import did not do what it was measured for: {figures[0][2]['pupils']}, {figures[1][2]['pupils']}")
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')} at {commit()}, {os.cpu_count()} cores with command, admin service, directory and two shards on the same "
        f"machine; {written['pupils']:,} pupils, {written['guardians']:,} guardians, {written['staff']:,} staff, "
        f"{written['establishments']} establishments, {written['bytes'] / 1e6:,.0f} MB of XML.",
        "", "| what | asked | measured |", "|---|---|---|",
        f"| first import, s | ≤ 120 | {figures[0][1]:.1f} |", f"| the same files again, s | | {figures[1][1]:.1f} |",
        f"| memory of the admin service, MB | ≤ 300 | {memory.highest / 1e6:.0f} |",
    ]
    progress.say("\n" + "\n".join(lines))
    report.write("feeds", lines)


def preau(site, *words):
    done = subprocess.run(
        [PREAU, *map(str, words), "--state", site.state.directory, "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"preau {' '.join(map(str, words[:2]))} failed; the cause is above\n{done.stdout[:2000]}")
    return json.loads(done.stdout)
