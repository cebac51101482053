"""A new release, one service at a time, while people work: not one request may fail."""

import time

from stack.errors import StackError

from .machines import eventually
from .trials import AFTER, BEFORE, Trials


def run(cluster, progress, old):
    """From the programs of `old`, put in place first, to the cluster's own. Returns how many requests there were."""
    for host in cluster.inventory.of("admin") + cluster.inventory.of("node"):
        replace(cluster, host, old)
    eventually(cluster.front_serves, 60, "two nodes of the release before behind both fronts")
    with Trials(cluster, progress) as trials:
        begin = time.monotonic()
        time.sleep(BEFORE)
        with progress.step("Migrate"):
            cluster.migrate()
        for host in cluster.inventory.of("admin") + cluster.inventory.of("node"):
            with progress.step(host.name):
                replace(cluster, host, cluster.programs)
                eventually(cluster.front_serves, 60, "two nodes behind both fronts")
        time.sleep(AFTER)
        answers = trials.people.between(begin, time.monotonic())
    wrong = [each for each in answers if not each.ok]
    if wrong:
        raise StackError(f"{len(wrong)} of {len(answers)} requests failed: {sorted({each.detail for each in wrong})}")
    lost, doubled = trials.verify()
    if lost or doubled:
        raise StackError(f"{lost} acknowledged writes lost, {doubled} doubled")
    return len(answers), max(each.seconds for each in answers)


def replace(cluster, host, programs):
    """Ends a service as systemd would, and starts it from other programs."""
    service = "node" if "node" in host.groups else "admin"
    cluster.machines.stop(service, host, patience=20)
    cluster.machines.start(service, host, programs)
    cluster.machines.await_url(service, host, f"http://{host.address}:8201/readyz")
