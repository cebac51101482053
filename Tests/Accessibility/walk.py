"""The pages of the running stack, for tests that walk all of them."""

import functools
import json
import os
import pathlib

from pages.furnish import furnish
from pages.site import Site
from pages.visitor import people


@functools.cache
def site_of(state):
    stack = json.loads((pathlib.Path(state) / "stack.json").read_text())
    furnish(stack, people_of(state))
    return Site(stack, people_of(state))


@functools.cache
def people_of(state):
    return people(json.loads((pathlib.Path(state) / "stack.json").read_text()))


def every_page(metafunc):
    """One test a page of the route tables, once the stack runs; collecting needs no stack."""
    if "page" not in metafunc.fixturenames:
        return
    if "PREAU_STATE" not in os.environ:
        metafunc.parametrize("page", [None], ids=["every page"])
        return
    site = site_of(os.environ["PREAU_STATE"])
    pages = [(process, route) for process in ("node", "admin") for route in site.pages(process)]
    metafunc.parametrize("page", pages, ids=[f"{process} {route['pattern']}" for process, route in pages])
