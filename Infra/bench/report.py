"""The tables of docs/benchmarks.md, each between two marks that name it."""

import statistics

from stack.errors import StackError
from stack.state import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "benchmarks.md"


def write(name, lines):
    """Replaces the table of that name."""
    text = DOCUMENT.read_text()
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    head, found_begin, rest = text.partition(begin)
    _, found_end, tail = rest.partition(end)
    if not found_begin or not found_end:
        raise StackError(f"{DOCUMENT} has no place for {name}: it needs the lines {begin.strip()} and {end.strip()}")
    DOCUMENT.write_text(head + begin + "\n".join(lines) + "\n" + end + tail)


def spread(values, digits=2):
    """`median (least to most)`."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"
