"""The module rules: each a function from a checkout to its violations. The first line of its description is what is
printed; `Tests/Infrastructure/test_rules.py` shows for each that it can fail."""

import re

from .checkout import Violation

RULES = []

TOP_LEVEL = {
    "Package.swift", "Sources", "Tests", "Tenants", "Infra", "docs", "README.md", "CHANGELOG.md", "LICENSE",
}
LONGEST_FILE = 500
LONG_FILES = (".swift", ".py", ".sql", ".cfg", ".conf", ".c", ".h")


def rule(function):
    RULES.append(function)
    return function


def code_matches(source, pattern):
    """Line numbers and matches of a pattern in code: comments and strings do not count."""
    for number, line in enumerate(source.code_lines, start=1):
        for match in re.finditer(pattern, line):
            yield number, match


@rule
def top_level(checkout):
    """The top level holds the agreed files and folders, nothing else."""
    for name in checkout.paths:
        top = name.split("/")[0]
        if top not in TOP_LEVEL and not top.startswith("."):
            yield Violation(name, 1, f"{top} does not belong at the top level")


@rule
def no_package_dependency(checkout):
    """No Swift package dependency."""
    for source in checkout.swift:
        if source.path.name == "Package.swift":
            for line, _ in code_matches(source, r"\.package\s*\("):
                yield Violation(source.path, line, "a package dependency; native libraries come from Debian instead")


@rule
def wrapper_imports(checkout):
    """A C module is imported by one wrapper module only."""
    native = {name.split("/")[1] for name in checkout.paths if re.match(r"Sources/C[A-Z]\w*/.*(module\.modulemap|\.h)$", name)}
    importers = {}
    for source in checkout.swift:
        for line, match in code_matches(source, r"\bimport\s+(?:(?:struct|class|enum|func|var|let|typealias)\s+)?(C[A-Z]\w*)"):
            if match[1] in native:
                importers.setdefault(match[1], []).append((source, line))
    for module, places in importers.items():
        wrappers = sorted({source.module for source, _ in places if source.path.parts[0] == "Sources"})
        for source, line in places:
            if source.path.parts[0] != "Sources":
                yield Violation(source.path, line, f"{module} is imported outside its wrapper module")
            elif len(wrappers) > 1:
                yield Violation(source.path, line, f"{module} is imported by several modules: {', '.join(wrappers)}")


SQL = re.compile(
    r"^\s*(select\b[^.!?]*\b(from|set_config|pg_\w+)\b|select\s+[\w.]+\(|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s"
    r"|with\s+(recursive\s+)?\w+\s*(\([^)]*\))?\s+as\s|(create|alter|drop)\s+(table|index|unique|policy|function|role|view|trigger)\b"
    r"|copy\s+[\w(]|grant\s+\w+\s+on\s|truncate\s|(un)?listen\s+\w|notify\s+\w)", re.IGNORECASE)


@rule
def sql_in_stores(checkout):
    """SQL is written in …Store files and Migrations only, and in the layers that make every statement safe."""
    for source in checkout.sources:
        if source.type_name.endswith("Store") or "Migrations" in source.path.parts:
            continue
        if source.module in ("Postgres", "Tenancy"):  # transactions, the tenant's setting and fence
            continue
        for literal in source.literals:
            if SQL.search(literal.text):
                yield Violation(source.path, literal.line, "SQL outside a …Store file")


# What programs of the release before stumble over while they still run, or what holds a table for long.
CONTRACTS = re.compile(
    r"\b(drop\s+(table|column|view|function)|rename\b|alter\s+column\s+\w+\s+(set\s+not\s+null|(set\s+data\s+)?type)"
    r"|add\s+column\s+(if\s+not\s+exists\s+)?\w+(?![^,;]*\bdefault\b)[^,;]*\bnot\s+null"
    r"|add\s+constraint\s+\w+\s+(check|foreign\s+key)(?![^;]*\bnot\s+valid\b))", re.IGNORECASE)
# The migrations that were there before this rule was.
SETTLED = {"Shard": 9, "Directory": 19}


@rule
def migrations_expand(checkout):
    """A migration only adds; one that takes away says `-- contract:` and what has not used it since when."""
    for source in checkout.sources:
        parts = source.path.parts
        number = re.match(r"(\d{4})_", parts[-1])
        if "Migrations" not in parts or not number or int(number[1]) <= SETTLED.get(parts[-2], 0):
            continue
        for literal in source.literals:
            if "-- contract:" in literal.text:
                continue
            for match in CONTRACTS.finditer(literal.text):
                line = literal.line + literal.text[:match.start()].count("\n")
                yield Violation(source.path, line, f"{' '.join(match[0].split())[:60]}: the programs before still run beside this")


HTML = re.compile(
    r"</?(a|abbr|article|aside|b|body|br|button|caption|dd|details|div|dl|dt|em|fieldset|figure|footer|form|h[1-6]|head|header"
    r"|hr|html|i|img|input|label|legend|li|link|main|meta|nav|ol|option|p|section|select|small|span|strong|summary|table|tbody|td"
    r"|textarea|tfoot|th|thead|time|title|tr|ul)(\s[^<]*)?/?>")


@rule
def html_in_pages(checkout):
    """HTML is written in …Pages files and the Web module only."""
    for source in checkout.sources:
        if source.type_name.endswith("Pages") or source.module == "Web":
            continue
        for literal in source.literals:
            if HTML.search(literal.text):
                yield Violation(source.path, literal.line, "HTML outside a …Pages file")


@rule
def file_length(checkout):
    """No file is longer than 500 lines."""
    for name in checkout.paths:
        if name.endswith(LONG_FILES):
            count = checkout.text(name).count("\n")
            if count > LONGEST_FILE:
                yield Violation(name, count, f"{count} lines; split it by concern")


@rule
def no_crash_on_input(checkout):
    """No try!, fatalError or as! in the product."""
    for source in checkout.sources:
        for line, match in code_matches(source, r"\btry!|\bfatalError\s*\(|\bas!"):
            yield Violation(source.path, line, f"{match[0].rstrip('(')} ends the process; throw, or make it impossible")


@rule
def safety_is_argued(checkout):
    """`@unchecked Sendable` and `nonisolated(unsafe)` come with a `// Safety:` line."""
    for source in checkout.sources:
        for line, match in code_matches(source, r"@unchecked\s+Sendable|nonisolated\(unsafe\)"):
            around = source.lines[max(0, line - 4):line + 4]
            if not any("// Safety:" in each for each in around):
                yield Violation(source.path, line, f"{match[0]} without a // Safety: line next to it")


@rule
def structured_tasks(checkout):
    """Tasks are started by Runtime only (`loop.spawn`)."""
    for source in checkout.sources:
        if source.module != "Runtime":
            for line, _ in code_matches(source, r"(?<![\w.])Task(\.detached|\.immediate)?\s*(<[^>]*>\s*)?[({]"):
                yield Violation(source.path, line, "an unstructured Task; use the loop's spawn")


PHRASE = re.compile(r"\bstatic\s+(?:let|var)\s+(\w+)\s*(?::\s*Phrase\s*)?=\s*Phrase\b|\bstatic\s+func\s+(\w+)\([^{}]*?\)\s*->\s*Phrase\b")


@rule
def phrases_are_used(checkout):
    """Every text declared for people is shown somewhere."""
    declared, used = {}, set()
    for source in checkout.sources:
        for match in PHRASE.finditer(source.code):
            line = source.code.count("\n", 0, match.start()) + 1
            declared[match[1] or match[2]] = (source, line)
        used |= set(re.findall(r"\.(\w+)\b", source.code))
    for name, (source, line) in declared.items():
        if name not in used:
            yield Violation(source.path, line, f"the text {name} is never shown")


NOT_SAID = re.compile(r"\b(fr|en):\s*\"\s*\"\s*[,)]")


@rule
def phrases_are_whole(checkout):
    """Every text says something in every language."""
    for source in checkout.sources:
        for match in NOT_SAID.finditer(source.text):
            line = source.text.count("\n", 0, match.start()) + 1
            yield Violation(source.path, line, f"a text says nothing in {match[1]}")


SAID = re.compile(r"\b(aria-label|title|alt|placeholder)=\\?\"([^\"]*)")
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")


@rule
def texts_in_the_catalogue(checkout):
    """What people read on pages is a Phrase, in every language."""
    for source in checkout.sources:
        if not source.type_name.endswith("Pages") and source.module != "Web":
            continue
        for literal in source.literals:
            if not HTML.search(literal.text):
                continue
            said = [match[2] for match in SAID.finditer(literal.text)]
            shown = re.sub(r"<!doctype html>|<code[^>]*>.*?</code>|<[^<>]*(>|$)|^[^<>]*>|\\\(\)|&\w+;", " ", literal.text, flags=re.DOTALL)
            found = WORD.search(" ".join([shown, *said]).replace("\\()", " "))
            if found:
                yield Violation(source.path, literal.line, f"“{found[0]}” is in no language: make it a Phrase")


@rule
def no_vague_types(checkout):
    """No type is called Manager, Helper or Utils."""
    for source in checkout.swift:
        for line, match in code_matches(source, r"\b(?:class|struct|enum|actor|protocol)\s+(\w*(?:Manager|Helper|Helpers|Utils|Util))\b"):
            yield Violation(source.path, line, f"{match[1]} does not say what it is")


@rule
def no_scans_of_redis(checkout):
    """No Redis command whose cost grows with what is stored (KEYS, SCAN, SMEMBERS)."""
    for source in checkout.sources:
        for literal in source.literals:
            if re.fullmatch(r"(KEYS|SCAN|HSCAN|SSCAN|ZSCAN|SMEMBERS)", literal.text.strip(), re.IGNORECASE) and literal.text.isupper():
                yield Violation(source.path, literal.line, f"{literal.text} reads without bound")
