"""What the tools of the field say of Infra/production: each configuration is checked by the program that will read it."""

import pathlib
import shutil
import subprocess
import tempfile

import yaml
from stack.front import write_front
from stack.state import CHECKOUT

from .inventory import NETWORK_OF_EXAMPLES, PRODUCTION, Inventory

ROLES_OF = {"postgres": ["postgres", "backup"], "quorum": ["etcd", "sentinel"], "redis": ["redis"], "front": ["front"]}
FILLED = [role for roles in ROLES_OF.values() for role in roles]
# What Patroni's checker says of a machine that is not this one, and of access rules in the place where they are kept up to date.
NOT_WRONG = ("is already in use", "bootstrap.pg_hba  is not defined")


# A package without a candidate is one that apt cannot install; --simulate would want all of them to fit this machine as well.
HAS_CANDIDATES = """
found=$(LC_ALL=C apt-cache policy "$@" | awk '/^[^ ]/ { name = substr($1, 1, length($1) - 1) } /^  Candidate: [^(]/ { print name }')
wrong=0
for name; do
    grep -qxF "$name" <<< "$found" || { echo "apt has no package $name"; wrong=1; }
done
exit $wrong"""


def packages_of(path):
    """What a role's tasks have apt install; PostgreSQL's version as all.yml has it."""
    version = yaml.safe_load((PRODUCTION / "group_vars" / "all.yml").read_text())["postgres_version"]
    for task in yaml.safe_load(path.read_text()):
        for name in (task.get("ansible.builtin.apt") or {}).get("name", []):
            yield name.replace("{{ postgres_version }}", str(version))


def some_interface():
    """One of this machine's own, for a checker that looks whether it exists."""
    return next(path.name for path in sorted(pathlib.Path("/sys/class/net").iterdir()) if path.name != "lo")


def check_production(cluster, progress):
    """Returns the number of tools that complained."""
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="preau-check-") as folder:
        for name, command, where in commands(cluster, pathlib.Path(folder)):
            with progress.step(name) as step:
                done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
                said = [line for line in (done.stdout + done.stderr).splitlines() if not any(each in line for each in NOT_WRONG)]
                # Patroni's checker also ends badly for what is not wrong, and keepalived's by a signal of its own.
                if said if name.startswith(("patroni", "keepalived")) else done.returncode != 0:
                    wrong += 1
                    step.note("\n".join(["WRONG", *said]))
        with progress.step("The cluster's templates, filled by Ansible") as step:
            differing = filled_otherwise(pathlib.Path(folder))
            step.note(f"{', '.join(differing)} are WRONG" if differing else "the same")
    return wrong + len(differing)


def filled_otherwise(folder):
    """Fills every template of a service with Ansible itself. Returns those that come out otherwise than here."""
    playbook, out = folder / "filled", folder / "out"
    shutil.copytree(PRODUCTION, playbook)
    out.mkdir()
    for role in FILLED:
        names = sorted(path.name for path in (playbook / "roles" / role / "templates").glob("*.j2"))
        (playbook / "roles" / role / "tasks" / "main.yml").write_text("".join(
            f'- ansible.builtin.template: {{ src: "{name}", dest: "{out}/{{{{ inventory_hostname }}}}@{name}" }}\n' for name in names))
    (playbook / "fill.yml").write_text("".join(
        f"- hosts: {group}\n  gather_facts: false\n  roles: [{', '.join(roles)}]\n" for group, roles in ROLES_OF.items()))
    done = subprocess.run(
        ["ansible-playbook", "-i", "inventory.example.yml", "-e", "@secrets.example.yml", "-c", "local", "fill.yml"], cwd=playbook,
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        return [done.stdout[-1000:] + done.stderr[-1000:]]
    ours = Inventory(yaml.safe_load((PRODUCTION / "secrets.example.yml").read_text()), NETWORK_OF_EXAMPLES)
    differing = []
    for path in sorted(out.iterdir()):
        host, _, name = path.name.partition("@")
        if host in ours.hosts:
            role = next(role for role in FILLED if (PRODUCTION / "roles" / role / "templates" / name).exists())
            if ours.fill(role, name, ours.hosts[host]).strip() != path.read_text().strip():
                differing.append(path.name)
    return differing


def commands(cluster, folder):
    """Name, command and working directory of each check, everything written below `folder` first."""
    playbook = folder / "Infra" / "production"
    shutil.copytree(PRODUCTION, playbook)
    for beside in ("postgres", "nodes", "haproxy", "stack"):
        shutil.copytree(CHECKOUT / "Infra" / beside, playbook.parent / beside)
    words = ["-i", "inventory.example.yml", "-e", "@secrets.example.yml"]
    yield "ansible-playbook", ["ansible-playbook", *words, "--syntax-check", "site.yml"], playbook
    yield "ansible-lint", ["ansible-lint", "--offline", "-q", "site.yml"], playbook
    packages = sorted({name for path in PRODUCTION.glob("roles/*/tasks/main.yml") for name in packages_of(path)})
    yield "Debian has its packages", ["bash", "-c", HAS_CANDIDATES, "-", *packages], folder
    for script in sorted(PRODUCTION.glob("roles/*/files/preau-*")):
        if "." not in script.name:
            yield script.name, ["bash", "-n", script], folder
    inventory, variables = cluster.inventory, {"postgres_data": str(folder / "data"), "postgres_sockets": str(folder)}
    (folder / "data").mkdir()
    for host in inventory.of("postgres"):
        path = folder / f"{host.name}.yml"
        path.write_text(inventory.fill("postgres", "config.yml.j2", host, **variables))
        yield f"patroni {host.name}", ["patroni", "--validate-config", path], folder
    certificate = folder / "front.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", folder / "key", "-out", folder / "crt",
         "-subj", "/CN=check"], capture_output=True, check=True)
    certificate.write_text((folder / "crt").read_text() + (folder / "key").read_text())
    for host in inventory.of("front"):
        out = folder / host.name
        settings = cluster.machines.front_settings(
            host, front_binds=["*:80", f"*:443 ssl crt {certificate} alpn h2,http/1.1"], front_run=str(folder), front_state=str(folder), front_errors=str(out / "errors"))
        yield f"haproxy {host.name}", ["haproxy", "-c", "-f", write_front(settings, out)], folder
        path = out / "keepalived.conf"
        path.write_text(inventory.fill("front", "keepalived.conf.j2", host, front_interface=some_interface()))
        path.chmod(0o600)
        yield f"keepalived {host.name}", ["keepalived", "-t", "-f", path], folder
    units = folder / "units"
    units.mkdir()
    for unit in (*PRODUCTION.glob("roles/*/files/*.service"), *PRODUCTION.glob("roles/*/files/*.timer"), *CHECKOUT.glob("Infra/nodes/systemd/*.service")):
        # The programs are not installed here; everything else of a unit is looked at.
        text = unit.read_text()
        for program in ("preau-node", "preau-admin", "preau-saml", "preau"):
            text = text.replace(f"/usr/local/bin/{program} ", "/bin/true ")
        (units / unit.name).write_text(text)
    # Debian's unit is found where it is installed, and what is added to it here.
    shutil.copy(out / "haproxy.socket", units)
    shutil.copytree(PRODUCTION / "roles" / "front" / "files", units / "haproxy.service.d")
    database = inventory.of("postgres")[0]
    for template in PRODUCTION.glob("roles/backup/templates/*.j2"):
        if template.suffixes[-2:-1] in ([".service"], [".timer"]):
            text = inventory.fill("backup", template.name, database).replace("/usr/local/sbin/preau-shard-", "/bin/true ")
            (units / template.stem).write_text(text)
    for unit in sorted(path for path in units.iterdir() if path.is_file()):
        name = unit.name.replace("@.", "@node-1.") if "node" in unit.name else unit.name.replace("@.", "@full.")
        yield f"systemd {unit.name}", ["systemd-analyze", "verify", "--man=no", units / name], units
