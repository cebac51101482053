"""Each runbook is tried by Tests/Runbooks (`Infra/test/runbooks`) or on the machines of `Infra/test/cluster`, with every command in its text."""

import re
import sys

import pytest
from stack.state import CHECKOUT

sys.path.append(str(CHECKOUT / "Tests" / "Runbooks"))

import commands  # noqa: E402

# `Infra/test/cluster runbook NAME` runs the first two; the others are for Ansible, which has no machines here.
ON_MACHINES = {"failover", "point-in-time", "upgrade", "install"}


@pytest.fixture
def tries():
    return "".join(path.read_text() for path in (CHECKOUT / "Tests" / "Runbooks").glob("test_*.py"))


def test_every_runbook_is_in_the_list_and_tried(tries):
    tried = set(re.findall(r'[rR]unbook\((?:\w+, )?"([a-z-]+)"\)', tries))
    assert tried | ON_MACHINES == {path.stem for path in commands.FOLDER.glob("*.md")} - {"README"}
    assert tried | ON_MACHINES == set(re.findall(r"\]\(([a-z-]+)\.md\)", (commands.FOLDER / "README.md").read_text()))


def test_no_command_of_a_text_is_left_out(tries):
    left = re.findall(r'leave\("([^"]+)"', tries)
    for book in commands.FOLDER.glob("*.md"):
        if book.stem not in ON_MACHINES | {"README"}:
            for words in commands.spans(book.read_text()):
                assert f'"{words}"' in tries or any(each in words for each in left), f"{book.name}: {words}"
