"""Infra/dev/screens."""

import argparse
import json
import pathlib
import re
import sys

from stack.errors import StackError
from stack.progress import Progress
from stack.state import CHECKOUT, State

from .browser import DESKTOP, PHONE, Browser
from .furnish import furnish
from .site import Site
from .visitor import people

LOOKS = [("phone", PHONE, False), ("phone-dark", PHONE, True), ("desktop", DESKTOP, False), ("desktop-dark", DESKTOP, True)]
# States that no address shows: what a script does to an open page.
STATES = {
    "menu": "const all = document.querySelectorAll('header details'); all.forEach(each => each.open = false);"
            "const first = [...all].find(each => each.getClientRects().length); if (first) first.open = true; return !!first",
    "open": "const all = document.querySelectorAll('main details:not([open])'); all.forEach(each => each.open = true); return all.length > 0",
    "dialog": "const one = document.querySelector('main button[command=show-modal]'); if (one) one.click(); return !!one",
    "errors": "const form = [...document.querySelectorAll('main form[method=post]')].find(each => each.querySelector('[required]'));"
              "if (!form) return false; form.querySelectorAll('[required]').forEach(each => { if (each.type === 'radio') "
              "each.checked = false; else each.value = '' }); form.submit(); return true",
}


def arguments():
    parser = argparse.ArgumentParser(
        prog="Infra/dev/screens",
        description="Takes every page and state of a running stack (Infra/dev/up), for every profile, on phone and desktop, in "
        "light and dark, as PNG files to be looked at.")
    parser.add_argument("directory", nargs="?", metavar="DIR", type=pathlib.Path, default=CHECKOUT / ".preau-screens",
                        help="where the files go (.preau-screens)")
    parser.add_argument("--state", type=pathlib.Path, default=CHECKOUT / ".preau", help="the stack's state (.preau)")
    parser.add_argument("--only", metavar="REGEX", help="only the pages and profiles whose file name has it")
    return parser.parse_args()


def name_of(place):
    words = re.sub(r"[{}]", "", place.pattern).strip("/").replace("/", "-") or "front"
    return f"{words}.{place.profile}"


def take(browser, site, directory, only):
    """The pictures of all profiles; returns how many."""
    count = 0
    for profile, person in site.people.items():
        browser.be(person)
        for place in site.places(profile).values():
            name = name_of(place)
            if only and not re.search(only, name):
                continue
            for look, size, dark in LOOKS:
                browser.window(size, phone=size is PHONE)
                browser.look(dark)
                browser.open(place.path)
                browser.picture(directory / f"{name}.{look}.png")
                count += 1
                for state, script in STATES.items():
                    # Light phone and dark desktop show what a state looks like; all four would say nothing more.
                    if look not in ("phone", "desktop-dark") or not browser.run(script):
                        continue
                    browser.picture(directory / f"{name}.{state}.{look}.png", whole=state not in ("menu", "dialog"))
                    count += 1
                    browser.open(place.path)
            browser.look(printed=True)
            browser.picture(directory / f"{name}.print.png")
            browser.look()
    return count


def main():
    options = arguments()
    progress = Progress()
    try:
        descriptor = State(options.state).descriptor
        if not descriptor.exists():
            raise StackError(f"no stack runs with the state {options.state}", hint="Infra/dev/up starts one")
        options.directory.mkdir(parents=True, exist_ok=True)
        stack = json.loads(descriptor.read_text())
        with progress.step("Take the screens") as step:
            browser = Browser()
            try:
                visitors = people(stack)
                furnish(stack, visitors)
                count = take(browser, Site(stack, visitors), options.directory, options.only)
            finally:
                browser.close()
            step.note(f"{count} files")
        progress.say(f"{count} files in {options.directory}")
    except StackError as error:
        print(error.report(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
