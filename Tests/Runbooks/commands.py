"""What a runbook tells somebody to type."""

import re

from stack.state import CHECKOUT

FOLDER = CHECKOUT / "docs" / "runbooks"
BLOCK = re.compile(r"^( *)```[a-z]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
# What is a command among the words that a text sets in type. A short form (`show 27`) is tried by whoever tries its long one.
COMMAND = re.compile(r"(preau|patronictl|systemctl|ansible-playbook|kill|select|Infra/\w+/\w+) ")


def blocks(text):
    """Each block, without its indentation."""
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in BLOCK.findall(text)]


def spans(text):
    """Each command from within the text, once."""
    return list(dict.fromkeys(span for span in SPAN.findall(BLOCK.sub("", text)) if COMMAND.match(span)))
