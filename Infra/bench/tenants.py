"""Manifests with a chosen number of establishments, made from those of Tenants/."""

import re
import shutil

from stack.errors import StackError
from stack.state import CHECKOUT

LINE = re.compile(r"^  - \{ uai: (\d{7}[A-Z]),.*\n", re.MULTILINE)
# The letter that controls the seven digits of a UAI: their remainder by 23 in this alphabet.
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
GROWING = "seine-et-marne"


def make(folder, count):
    """Copies Tenants/ with as many establishments as asked for: every territory keeps its first ones, those that the
    demonstration uses; more are invented in one of them."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CHECKOUT / "Tenants", folder)
    files = sorted(folder.glob("*/establishments.yaml"))
    present = {path: list(LINE.finditer(path.read_text())) for path in files}
    total = sum(len(lines) for lines in present.values())
    if count < total:
        spare = count - len(files)
        if spare < 0:
            raise StackError(f"{len(files)} territories cannot share {count} establishments")
        for path in files:
            # One each; what is left goes to the territory that grows.
            keep_only(path, 1 + (spare if path.parent.name == GROWING else 0))
    elif count > total:
        path = folder / GROWING / "establishments.yaml"
        path.write_text(path.read_text() + "".join(invented(number) for number in range(count - total)))
    made = sum(len(LINE.findall(path.read_text())) for path in files)
    if made != count:
        raise StackError(f"made manifests with {made} establishments instead of {count}")


def keep_only(path, count):
    seen = iter(range(1_000_000))
    path.write_text(LINE.sub(lambda line: line[0] if next(seen) < count else "", path.read_text()))


def grow(folder, wanted):
    """Copies Tenants/ with at least so many establishments in each of these territories."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CHECKOUT / "Tenants", folder)
    for territory, count in wanted.items():
        path = folder / territory / "establishments.yaml"
        text = path.read_text()
        present = LINE.findall(text)
        first = int(present[0][:3]) * 10_000 + 500
        path.write_text(text + "".join(invented(number, first) for number in range(max(0, count - len(present)))))


def invented(number, first=770_500):
    digits = first + number
    return (f"  - {{ uai: {digits:07}{LETTERS[digits % 23]}, name: Collège du Banc-d'Essai-{number + 1}, "
            f"city: Essaiville-{number + 1}, invented: true }}\n")
