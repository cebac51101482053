"""Each rule of Infra/dev/check can fail, and does not fail on what is right; and this checkout keeps them all."""

import pathlib
import subprocess

import pytest
from check import rules
from check.checkout import Checkout

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
NATIVE = {"Sources/CThing/module.modulemap": "module CThing [system] {}"}

# rule, files that break it, where, files that keep it
CASES = [
    (rules.top_level, {"scripts/run": ""}, "scripts/run:1", {"Infra/dev/up": "", "docs/x.md": "", ".ci/run": "", "LICENSE": ""}),
    (rules.top_level, {"Makefile": ""}, "Makefile:1", {"README.md": ""}),
    (rules.no_package_dependency, {"Package.swift": 'let a = 1\nlet b = [.package(url: "x", from: "1")]'}, "Package.swift:2",
     {"Package.swift": "// .package(url:)\npackage let x = 1"}),
    (rules.wrapper_imports, NATIVE | {"Sources/A/A.swift": "import CThing", "Sources/B/B.swift": "\ninternal import CThing"},
     "Sources/B/B.swift:2", NATIVE | {"Sources/A/A.swift": "import CThing", "Sources/A/A2.swift": "import CThing // CThing"}),
    (rules.wrapper_imports, NATIVE | {"Tests/ATests/A.swift": "import CThing"}, "Tests/ATests/A.swift:1",
     NATIVE | {"Tests/ATests/A.swift": "// import CThing"}),
    (rules.sql_in_stores, {"Sources/School/Week.swift": 'let a = 1\nlet q = "select id from lesson where establishment_id = $1"'},
     "Sources/School/Week.swift:2",
     {"Sources/School/WeekStore.swift": 'let q = "select id from lesson"',
      "Sources/School/WeekStore+Writing.swift": 'let q = "delete from lesson"',
      "Sources/Tenancy/Migrations/Shard/0001_Base.swift": 'let q = "create table lesson ()"',
      "Sources/School/Week.swift": 'let t = "Select a class"; let u = "Choose one from the list" // select x from y'}),
    (rules.sql_in_stores, {"Sources/School/Week.swift": 'let q = """\n    update lesson set room = $2\n    """'},
     "Sources/School/Week.swift:1", {"Sources/School/Week.swift": 'let t = "update your address"'}),
    (rules.migrations_expand,
     {"Sources/Tenancy/Migrations/Shard/0099_Rooms.swift": 'let q = """\n    alter table lesson\n        drop column room\n    """'},
     "Sources/Tenancy/Migrations/Shard/0099_Rooms.swift:3",
     {"Sources/Tenancy/Migrations/Shard/0099_Rooms.swift": 'let q = "alter table lesson add column room text not null default 1"',
      "Sources/Tenancy/Migrations/Shard/0001_Base.swift": 'let q = "alter table lesson rename to session"',
      "Sources/Tenancy/Migrations/Directory/0098_Old.swift": 'let q = "drop table old -- contract: unused since 1.4"'}),
    (rules.migrations_expand, {"Sources/Tenancy/Migrations/Shard/0099_A.swift": 'let q = "alter table lesson add column room text not null"'},
     "Sources/Tenancy/Migrations/Shard/0099_A.swift:1",
     {"Sources/Tenancy/Migrations/Shard/0099_A.swift": 'let q = "alter table a add constraint b check (c > 0) not valid"'}),
    (rules.html_in_pages, {"Sources/School/Week.swift": 'let a: HTML = "<td class=\\"x\\">\\(b)</td>"'}, "Sources/School/Week.swift:1",
     {"Sources/School/WeekPages.swift": 'let a: HTML = "<td>"', "Sources/Web/HTML.swift": 'let a = "<br>"',
      "Sources/School/Week.swift": 'let a = "a < b"; let c: Array<P> = [] // <p>'}),
    (rules.file_length, {"Sources/A/A.swift": "\n" * 501}, "Sources/A/A.swift:501", {"Sources/A/A.swift": "\n" * 500}),
    (rules.no_crash_on_input, {"Sources/A/A.swift": "let a = try! b()"}, "Sources/A/A.swift:1",
     {"Sources/A/A.swift": 'let a = "try! fatalError( as!" // try!\nlet b = try? c()', "Tests/ATests/A.swift": "try! b()"}),
    (rules.no_crash_on_input, {"Sources/A/A.swift": "\nfatalError()"}, "Sources/A/A.swift:2", {"Sources/A/A.swift": "let x = y as? Z"}),
    (rules.no_crash_on_input, {"Sources/A/A.swift": "let x = y as! Z"}, "Sources/A/A.swift:1", {"Sources/A/A.swift": "x as Z"}),
    (rules.safety_is_argued, {"Sources/A/A.swift": "final class A: @unchecked Sendable {\n}\n\n\n\n// Safety: too far"},
     "Sources/A/A.swift:1", {"Sources/A/A.swift": "final class A: @unchecked Sendable {\n    // Safety: confined to its loop."}),
    (rules.safety_is_argued, {"Sources/A/A.swift": "nonisolated(unsafe) var x = 1"}, "Sources/A/A.swift:1",
     {"Sources/A/A.swift": "// Safety: written once.\nnonisolated(unsafe) var x = 1"}),
    (rules.structured_tasks, {"Sources/A/A.swift": "func f() { Task { await g() } }"}, "Sources/A/A.swift:1",
     {"Sources/Runtime/EventLoop.swift": "Task(executorPreference: self) {}", "Sources/A/A.swift": "if Task.isCancelled { }\nTaskExecutor()"}),
    (rules.structured_tasks, {"Sources/A/A.swift": "Task.detached { }"}, "Sources/A/A.swift:1", {"Sources/A/A.swift": "withTaskGroup { }"}),
    (rules.phrases_are_used,
     {"Sources/A/ATexts.swift": 'extension Phrase {\n    static let lost = Phrase(fr: "p", en: "lost")\n}', "Sources/A/A.swift": '// lost\nlet a = "lost"'},
     "Sources/A/ATexts.swift:2",
     {"Sources/A/ATexts.swift": 'extension Phrase {\n    static let found = Phrase(fr: "t", en: "f")\n}', "Sources/A/A.swift": 'let a = "\\(text(.found))"'}),
    (rules.phrases_are_used,
     {"Sources/A/A.swift": 'extension Phrase {\n    static func lost(_ day: String) -> Phrase { Phrase(fr: "p", en: "l") }\n}\nlet lost = 1'},
     "Sources/A/A.swift:2",
     {"Sources/A/A.swift": 'extension Phrase {\n    static func found(_ day: String) -> Phrase { Phrase(fr: "t", en: "f") }\n}\nlet a = Phrase.found("x")'}),
    (rules.phrases_are_whole, {"Sources/A/A.swift": '\nlet a = Phrase(fr: "Bonjour", en: "")'}, "Sources/A/A.swift:2",
     {"Sources/A/A.swift": 'let a = Phrase(fr: "Bonjour", en: "Hello")'}),
    (rules.phrases_are_whole, {"Sources/A/A.swift": 'let a = Phrase(fr: " ", en: "Hello")'}, "Sources/A/A.swift:1",
     {"Sources/A/A.swift": 'let a = Phrase.count(2, fr: ("% jour", "% jours"), en: ("% day", "% days"))'}),
    (rules.texts_in_the_catalogue, {"Sources/A/APages.swift": 'let a: HTML = "<p>Bonjour \\(name)</p>"'}, "Sources/A/APages.swift:1",
     {"Sources/A/APages.swift": 'let a: HTML = "<p class=\\"words in an attribute\\">\\(text(.hello)) · &nbsp;<code>GET</code></p>"; let b = "plain words"',
      "Sources/A/A.swift": 'let a = "a <p>word</p>"'}),
    (rules.texts_in_the_catalogue, {"Sources/Web/Pages/X.swift": 'let a: HTML = "<nav aria-label=\\"Pages\\">\\(b)</nav>"'}, "Sources/Web/Pages/X.swift:1",
     {"Sources/Web/Pages/X.swift": 'let a: HTML = "<nav aria-label=\\"\\(b)\\">"'}),
    (rules.no_vague_types, {"Sources/A/A.swift": "final class SessionManager {}"}, "Sources/A/A.swift:1",
     {"Sources/A/A.swift": "struct Sessions { var managerName: String }"}),
    (rules.no_scans_of_redis, {"Sources/A/A.swift": 'client.send("KEYS", "s1:*")'}, "Sources/A/A.swift:1",
     {"Sources/A/A.swift": 'client.send("ZCARD", "keys")'}),
]


def checkout_of(directory, files):
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=directory, check=True)
    return Checkout(directory)


@pytest.mark.parametrize("rule, broken, where, kept", CASES, ids=[f"{case[0].__name__}-{case[2]}" for case in CASES])
def test_rule_can_fail_and_pass(rule, broken, where, kept, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "kept").mkdir()
    violations = [str(violation) for violation in rule(checkout_of(tmp_path / "broken", broken))]
    assert any(violation.startswith(where + ":") for violation in violations), violations
    assert [str(violation) for violation in rule(checkout_of(tmp_path / "kept", kept))] == []


def test_every_rule_has_a_case():
    assert {case[0] for case in CASES} == set(rules.RULES)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_this_checkout_keeps(rule):
    assert [str(violation) for violation in rule(Checkout(CHECKOUT))] == []


def test_this_checkout_is_formatted():
    done = subprocess.run(
        ["swift", "format", "lint", "--strict", "--parallel", "--recursive", "Package.swift", "Sources", "Tests"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
