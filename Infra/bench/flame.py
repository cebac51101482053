"""Flame graphs: where the processor's time went, as a picture. `perf` (Debian's linux-perf) counts, this draws.

`python3 -m bench.flame perf.data TITLE > picture.svg`"""

import collections
import html
import re
import subprocess
import sys
import zlib

WIDTH, ROW, LEAST = 1200, 15, 0.002
# Every request has these below it, and they say nothing.
FOOT = re.compile(r"^(start_thread|__clone3?|clone3|\[unknown\]|@objc closure #1 in startThread.*|0x[0-9a-f]+)$")
ADDRESS = re.compile(r"^(0x)?[0-9a-f]+$")


def record(pids, seconds, path):
    """Counts what these processes do, with the calls that led to it. Costs them some percent meanwhile."""
    subprocess.run(
        ["perf", "record", "-q", "-F", "997", "-g", "--call-graph", "fp", "-p", ",".join(map(str, pids)), "-o", str(path), "sleep", str(seconds)],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stacks(path):
    """How often each stack of calls was met, outermost first."""
    text = subprocess.run(
        ["perf", "script", "-i", str(path), "-F", "comm,ip,sym,dso"], check=True, capture_output=True, text=True, errors="replace").stdout
    found, stack = collections.Counter(), []
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if stack:
                found[tuple(reversed(stack))] += 1
            stack = []
        elif line[0] in " \t" and (name := frame(line)) is not None:
            stack.append(name)
    names = demangled({name for each in found for name in each})
    result = collections.Counter()
    for each, count in found.items():
        frames = [names.get(name, name) for name in each]
        while frames and FOOT.match(frames[0]):
            frames = frames[1:]
        result[tuple(frames)] += count
    return result


def frame(line):
    """A function's name, or the library's for one without."""
    parts = line.split(None, 1)
    if len(parts) < 2:
        return None
    name, _, place = parts[1].rpartition(" (")
    library = place.rstrip(")").rsplit("/", 1)[-1]
    if name in ("", "[unknown]") or ADDRESS.match(name):
        return None if library in ("", "[unknown]") else library
    return name


def demangled(names):
    """Swift's names as people write them."""
    swift = sorted(name for name in names if name.startswith("$s"))
    if not swift:
        return {}
    done = subprocess.run(["swift", "demangle", "--simplified", "--compact"], input="\n".join(swift), check=True, capture_output=True, text=True)
    return dict(zip(swift, done.stdout.splitlines()))


class Node:
    def __init__(self):
        self.count, self.children = 0, {}


def tree(found):
    root = Node()
    for stack, count in found.items():
        root.count += count
        node = root
        for name in stack:
            node = node.children.setdefault(name, Node())
            node.count += count
    return root


def draw(found, title):
    """The picture: the wider a function, the more of the time was in it or in what it called. Under 0.2 % nothing is drawn."""
    root, boxes = tree(found), []
    total = max(1, root.count)

    def place(node, left, depth):
        for name, child in sorted(node.children.items()):
            if child.count / total >= LEAST:
                boxes.append((name, left, child.count, depth))
                place(child, left, depth + 1)
            left += child.count

    place(root, 0, 0)
    rows = max((depth for *_, depth in boxes), default=0) + 1
    height = (rows + 2) * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="10">'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="4" y="12">{html.escape(title)} ({total:,} samples)</text>']
    for name, left, count, depth in boxes:
        x, width, y = left / total * WIDTH, count / total * WIDTH, height - (depth + 1) * ROW
        share = f"{html.escape(name)}: {100 * count / total:.1f} %"
        parts.append(f'<g><title>{share}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}" fill="{color(name)}"/>')
        if width > 30:
            parts.append(f'<text x="{x + 2:.1f}" y="{y + 11}">{html.escape(name[:int(width / 5.5)])}</text>')
        parts.append("</g>")
    return "".join([*parts, "</svg>\n"])


def color(name):
    """Of one function always the same, warm as a flame."""
    number = zlib.crc32(name.encode())
    return f"hsl({20 + number % 40},{70 + number // 64 % 25}%,{68 + number // 4096 % 14}%)"


if __name__ == "__main__":
    sys.stdout.write(draw(stacks(sys.argv[1]), " ".join(sys.argv[2:])))
