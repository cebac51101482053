"""Each runbook is tried by Tests/Runbooks (`Infra/test/runbooks`) or on the machines of `Infra/test/cluster`, with every command in its text."""

import re

from stack.state import CHECKOUT

BOOKS, TRIES = CHECKOUT / "docs" / "runbooks", CHECKOUT / "Tests" / "Runbooks"
# `Infra/test/cluster runbook NAME` runs the first two; the others are for Ansible, which has no machines here.
ON_MACHINES = {"failover", "point-in-time", "upgrade", "install"}


def test_every_runbook_is_in_the_list_and_tried():
    tries = "".join(path.read_text() for path in TRIES.glob("test_*.py"))
    tried = set(re.findall(r'[rR]unbook\((?:\w+, )?"([a-z-]+)"\)', tries))
    assert tried | ON_MACHINES == {path.stem for path in BOOKS.glob("*.md")} - {"README"}
    assert tried | ON_MACHINES == set(re.findall(r"\]\(([a-z-]+)\.md\)", (BOOKS / "README.md").read_text()))


def test_no_command_of_a_text_is_left_out():
    tries = "".join(path.read_text() for path in TRIES.glob("test_*.py"))
    for book in BOOKS.glob("*.md"):
        if book.stem in ON_MACHINES | {"README"}:
            continue
        text = re.sub(r"^ *```.*?^ *```", "", book.read_text(), flags=re.MULTILINE | re.DOTALL)
        for words in re.findall(r"`(preau [^`\n]+)`", text):
            head = re.match(r"preau [a-z -]*[a-z]", words)[0]
            assert f'"{words}"' in tries or f'leave("{head}' in tries, f"{book.name}: {words}"
