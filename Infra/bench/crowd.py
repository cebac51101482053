"""A site with enough people for a storm, and `preau-load` with what it needs: the list of people, their sessions, a portal that
gives tickets."""

import contextlib
import json
import os
import pathlib
import re
import secrets
import subprocess
import urllib.request

from stack.build import BUILT
from stack.errors import StackError
from stack.ports import is_free
from stack.redis import command
from stack.state import CHECKOUT, State, write_private

from . import commands, tenants
from .people import processor_seconds

FOLDER = CHECKOUT / ".preau-bench"
LOAD = CHECKOUT / "Infra" / "load"
PASSWORD = "preau-demo-2026"
PROVIDER = "charge"
SIGN_IN_ROUNDS = 6
# Établissements of each territory, so that as many pupils as were there at once exist; Auvergne-Rhône-Alpes has its 308 as it is.
ESTABLISHMENTS = {"eure": 60, "seine-et-marne": 200}
PEOPLE = """
    select login, name, role, '{host}', '{site}' from (
        select a.login, a.given_name || ' ' || a.family_name as name, min(p.role) as role,
            row_number() over (partition by min(p.role) order by min(p.person_id::text)) as place
        from account a join profile p on p.account_id = a.id join establishment e on e.id = p.establishment_id
        where e.territory_id = '{territory}' and p.source = 'demo' and p.role in ('pupil', 'teacher', 'guardian', 'school_life')
        group by a.id having count(*) = 1) x
    where place <= case role when 'pupil' then {most} * 0.86 when 'guardian' then {most} * 0.22 else {most} * 0.14 end
    order by place"""


def storm_of(path, entry, sign_out):
    """Writes the storm's mix for people who come in these ways, of whom so many percent sign out; returns its name for `generate`."""
    text = (LOAD / "storm.yaml").read_text()
    for before, after in ("{ warm: 98, ticket: 2 }", entry), ("sign_out: 2\n", f"sign_out: {sign_out}\n"):
        if text.count(before) != 3:
            raise StackError(f"storm.yaml has not “{before.strip()}” for each of the three roles")
        text = text.replace(before, after)
    path.with_suffix(".yaml").write_text(text)
    return str(path)


class CrowdSite:
    """A stack that is kept between runs: making so many people takes minutes."""

    def __init__(self, nodes, fronts, schools, pupils=24, shards=4, name="storm", establishments=None):
        self.nodes, self.fronts, self.shards = nodes, fronts, shards
        self.schools, self.pupils = schools, pupils
        self.establishments = ESTABLISHMENTS if establishments is None else establishments
        self.state = State(FOLDER / f"site-{name}")
        self.files = FOLDER / f"load-{name}"
        self.programs = BUILT

    def start(self, progress):
        FOLDER.mkdir(exist_ok=True)
        self.files.mkdir(exist_ok=True, mode=0o700)
        manifests = FOLDER / "tenants-storm"
        tenants.grow(manifests, self.establishments)
        words = ["--nodes", self.nodes, "--loops", 1, "--shards", self.shards, "--fronts", self.fronts, "--tenants", manifests]
        if not self.state.exists:
            words += ["--port", next(port for port in range(19800, 19900, 2) if is_free(port) and is_free(port + 1))]
        commands.dev(self.state, "up", "--detach", *words)
        self.parts = json.loads(self.state.descriptor.read_text())
        if self.state.parameters.get("crowd", 0) < self.schools:
            with progress.step(f"People: up to {self.schools} schools a territory, {self.pupils} pupils a class"):
                self.preau("seed", "demo", "--schools", self.schools, "--pupils", self.pupils)
            # Half a million rows were just written: without statistics a plan may be of another world.
            for each in [self.parts["directory"], *self.parts["shards"]]:
                self.query(each["conninfo"], "vacuum analyze")
            self.state.remember(crowd=self.schools)

    def stop(self, wipe=False):
        commands.dev(self.state, "down", *(["--wipe"] if wipe else []))

    def preau(self, *words):
        return commands.preau(self.state, *words)

    @staticmethod
    def query(conninfo, text):
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-c", text, conninfo], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackError(f"psql: {done.stderr.strip()}")
        return done.stdout

    def people(self, *territories, most):
        """Writes the list of people of these territories, in the proportions of the mixes; returns its path and their number."""
        path = self.files / f"people-{'-'.join(territories)}.tsv"
        rows = ""
        for territory in territories:
            host = next(each["host"] for each in self.parts["territories"] if each["id"] == territory)
            rows += self.query(
                self.parts["directory"]["conninfo"], PEOPLE.format(host=host, site=self._site(host), territory=territory,
                                                                          most=int(most / len(territories))))
        write_private(path, "login\tname\trole\thost\tsite\n" + rows)
        return path, rows.count("\n")

    def _site(self, host):
        request = urllib.request.Request(self.parts["front"] + "/login", headers={"Host": host, "Accept-Language": "fr"})
        with urllib.request.urlopen(request, timeout=10) as response:
            return re.search(r"<title>.* – ([^<]+)</title>", response.read().decode())[1]

    @contextlib.contextmanager
    def portal(self):
        """An identity provider that gives tickets, registered with the platform while this lasts."""
        port = next(port for port in range(19900, 19990) if is_free(port))
        secret = self.files / "portal-secret"
        write_private(secret, secrets.token_urlsafe(24) + "\n")
        with (self.files / "portal.log").open("w") as log:
            provider = subprocess.Popen(
                [BUILT / "preau-load", "identity-provider", "--listen", f"127.0.0.1:{port}", "--client-id", "load",
                 "--secret-file", secret], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        try:
            if not provider.stdout.readline():
                raise StackError("the identity provider did not start", log=self.files / "portal.log")
            with contextlib.suppress(StackError):
                self.preau("upstream", "remove", PROVIDER)
            self.preau("upstream", "add", PROVIDER, "Portail de charge", "--issuer", f"http://127.0.0.1:{port}", "--client-id", "load",
                       "--secret-file", secret, "--match", "login", "--claim", "preferred_username")
            yield
        finally:
            with contextlib.suppress(StackError):
                self.preau("upstream", "remove", PROVIDER)
            provider.terminate()
            provider.wait(10)

    def sessions(self, people):
        return people.with_suffix(".sessions")

    def sign_everybody_in(self, people):
        """By password. Whoever the gate kept waiting, since so many at once are more than the machine can hash, is signed in by a later
        round."""
        for _ in range(SIGN_IN_ROUNDS):
            whole = self.load("prepare", people, "storm", "--way", "password", "--processes", 2, "--at-once", 2)["whole"]
            if whole["right"] == whole["done"]:
                return
        raise StackError(f"{whole['done'] - whole['right']} people could not be signed in before the load")

    def load(self, verb, people, mix, *words, report=None, at_least=None):
        """One run of preau-load; its report."""
        return generate(
            self.programs, verb, self.parts["front"], LOAD / "preau.yaml", people, mix, *words, sessions=self.sessions(people),
            report=report or self.files / f"{verb}-{pathlib.Path(mix).name}", at_least=at_least)


def generate(programs, verb, front, adapter, people, mix, *words, sessions, report, password=PASSWORD, at_least=None, log=None):
    """One run of preau-load against any product; its report. What it says goes to `log`, or is shown."""
    line = [
        programs / "preau-load", verb, "--front", front, "--adapter", adapter, "--mix", LOAD / f"{mix}.yaml", "--people", people,
        "--sessions", sessions, "--password", password, "--report", report, "--page", LOAD / "report.html", *words,
    ]
    if at_least is not None:
        line += ["--at-least", at_least]
    found = pathlib.Path(report) / "report.json"
    found.unlink(missing_ok=True)
    done = subprocess.run(list(map(str, line)), stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
    if not found.exists() or (done.returncode != 0 and at_least is not None):
        raise StackError(f"preau-load {verb} failed; the cause is {'above' if log is None else 'in ' + log.name}")
    return json.loads(found.read_text())


class Account:
    """What each part of the platform has used: processor time, Redis commands, PostgreSQL transactions."""

    def __init__(self, site):
        parts = site.parts
        self.processor = {
            "nodes": sum(processor_seconds(node["pid"]) for node in parts["nodes"]),
            "HAProxy": sum(processor_seconds(front["pid"]) for front in parts["fronts"]),
            "Redis": processor_seconds(parts["redis"]["pid"]),
            "PostgreSQL": sum(server_seconds(each["pid"]) for each in [parts["directory"], *parts["shards"]]),
        }
        calls = re.findall(r"cmdstat_([\w|]+):calls=(\d+)", command(parts["redis"]["port"], "INFO", "commandstats"))
        self.redis = sum(int(count) for name, count in calls if name not in ("ping", "info"))
        self.transactions = sum(transactions(each["conninfo"]) for each in [parts["directory"], *parts["shards"]])

    def since(self, before, requests):
        """A request's share of what was used in between: microseconds, commands, transactions."""
        used = {name: (value - before.processor[name]) / requests * 1e6 for name, value in self.processor.items()}
        return {
            "processor": used, "redis": (self.redis - before.redis) / requests,
            "transactions": (self.transactions - before.transactions) / requests,
        }


def transactions(conninfo):
    return int(CrowdSite.query(
        conninfo, "select pg_stat_force_next_flush(), xact_commit from pg_stat_database where datname = current_database()").split("\t")[1])


def server_seconds(postmaster):
    """Processor time of a PostgreSQL server: of the postmaster, its children, and those that ended."""
    total = 0.0
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) == postmaster:
            total += sum(map(int, fields[11:15]))
        elif int(fields[1]) == postmaster:
            total += sum(map(int, fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")
