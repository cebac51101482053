import json
import os
import pathlib
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).parent.parent / "EndToEnd"), str(CHECKOUT / "Infra")]


@pytest.fixture(scope="session")
def site():
    """Who of the running stack reaches which page. Tests before these have ended sessions: everybody signs in again."""
    from walk import site_of
    found = site_of(os.environ["PREAU_STATE"])
    for person in found.people.values():
        if person.account:
            person.sign_in()
    return found


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all of these tests, with axe-core and our own measures in every page."""
    from pages.browser import Browser
    opened = Browser()
    opened.on_every_page(axe() + "\n" + (pathlib.Path(__file__).parent / "measures.js").read_text())
    yield opened
    opened.close()


def axe():
    """axe-core as Infra/dev/test installed it."""
    found = list((CHECKOUT / ".preau-tools").glob("lib/python3*/site-packages/axe_playwright_python/axe.min.js"))
    assert found, "no axe-core: Infra/dev/test installs it"
    return found[0].read_text()
