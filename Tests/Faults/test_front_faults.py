"""What no node can count: requests that find no node. The front answers them by itself, and the admin service hears of it."""

import os
import signal

import pytest
from browsing import Visitor, account, host_of
from operators import Operator, within
from test_faults import whole_again  # noqa: F401


@pytest.fixture
def preau(stack_state):
    return Operator(stack_state)


def test_what_the_front_answers_by_itself_is_in_the_indicators_of_the_platform(stack, preau):
    def alone():
        return sum(minute["failed"] for minute in preau("admission", "indicators", "eure")["front"])

    console = Visitor(stack["admin"], host_of(stack, "eure"))
    console.sign_in(account(stack, "territory_admin", "eure", schools=0))
    before = alone()
    front = Visitor(stack["front"], host_of(stack, "eure"))
    for node in stack["nodes"]:
        os.kill(node["pid"], signal.SIGKILL)
    statuses = [front.get("/login").status for _ in range(150)]
    assert set(statuses) <= {502, 503, 504}, set(statuses)
    within(30, lambda: alone() - before >= 150, 1)
    shown = preau("admission", "indicators", "eure")
    assert "add_nodes" in shown["advice"]
    assert "errors that the front answered by itself" in preau.text("admission", "indicators", "eure")
    # It is nobody's territory: in the rates of the whole platform, and not in Eure's.
    whole = preau("admission", "indicators", "platform", "--minutes", "5")
    assert sum(minute["failed"] for minute in whole["minutes"]) >= 150
    assert sum(minute["failed"] for minute in shown["minutes"][:5]) < 150
    page = console.get("/admission/eure")
    assert page.status == 200 and "toute la plateforme" in page.text and "Erreurs sans nœud" in page.text
