"""What Infra/dev/test counts is what the runners said."""

import io

import pytest
from stack.progress import Progress
from suite import swift_tests
from suite.count import Count
from suite.python_tests import WITHOUT_STACK, PythonTests, Run, counted
from suite.swift_tests import RESULT, SUMMARY, SwiftTests


@pytest.mark.parametrize("line, result", [
    ("✔ Test answersHead() passed after 0.012 seconds.", "passed"),
    ("✔ Test decodes(_:) with 12 test cases passed after 0.5 seconds.", "passed"),
    ('✔ Test "a name that failed once" passed after 1.000 seconds.', "passed"),
    ("✘ Test slow() failed after 34.141 seconds with 1 issue.", "failed"),
    ("➜ Test later() skipped: \"needs IPv6\"", "skipped"),
    ("✘ Test slow() recorded an issue at A.swift:1:2: Expectation failed: (a → 1) == 2", None),
    ("✔ Test run with 138 tests in 20 suites passed after 65.9 seconds.", None),
    ("✔ Suite HTTPServerTests passed after 1.2 seconds.", None),
    ("◇ Test answersHead() started.", None),
    ("✔ Test case passing 1 argument a → 1 to decodes(_:) passed after 0.1 seconds.", None),
])
def test_lines_of_swift_testing(line, result):
    match = RESULT.match(line)
    assert (match and (match["result"] or match["skipped"])) == result


def test_the_end_of_a_run_is_known():
    assert SUMMARY.match("✔ Test run with 138 tests in 20 suites passed after 65.9 seconds.")
    assert SUMMARY.match("✘ Test run with 1 test in 1 suite failed after 1.0 seconds with 1 issue.")
    assert not SUMMARY.match("✔ Test a() passed after 1.0 seconds.")


def test_a_run_that_ends_early_has_failed(tmp_path, monkeypatch):
    """Stands in for `swift`: prints what a crashing run prints."""
    program = tmp_path / "swift"
    program.write_text("#!/bin/sh\necho '✔ Test a() passed after 0.1 seconds.'\nkill -SEGV $$\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    said = io.StringIO()
    tests = SwiftTests(Progress(said), tmp_path, None)
    count = tests._run("HTTPTests")
    assert (count.passed, count.failed) == (1, 1)
    assert len(count.failures) == 1 and "did not finish" in count.failures[0]
    assert "HTTPTests did not finish" in said.getvalue()


def test_a_filter_selects_targets_by_what_their_files_declare(tmp_path, monkeypatch):
    for target, text in (("ATests", "@Suite struct WeekTests {\n @Test func refusesStrangers() {} }"), ("BTests", "func other() {}")):
        (tmp_path / "Tests" / target).mkdir(parents=True)
        (tmp_path / "Tests" / target / "X.swift").write_text(text)
    monkeypatch.setattr(swift_tests, "CHECKOUT", tmp_path)

    def selected(filter):
        tests = SwiftTests(Progress(io.StringIO()), tmp_path, filter)
        return [target for target in tests.targets if tests._may_match(target)]

    assert selected(None) == ["ATests", "BTests"]
    assert selected("weektests/refuses") == ["ATests"]
    assert selected("other") == ["BTests"]
    assert not SwiftTests(Progress(io.StringIO()), tmp_path, "nowhere").may_match()


def test_errors_of_pytest_count_as_failures(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3"/></testsuites>')
    assert counted(report) == Count(passed=4, failed=3, skipped=3)


def test_only_passed_tests_are_good():
    assert Count(passed=1).good
    assert not Count().good and not Count(passed=5, failed=1).good and not Count(skipped=5).good
    assert (Count(1, 2, 3) + Count(1, 1, 1)).line == "2 passed, 3 failed"


def test_what_failed_is_told_with_its_name(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="2" failures="1" errors="0" skipped="0">'
        '<testcase classname="EndToEnd.test_x" name="test_y"><failure message="assert 1 == 2">trace</failure></testcase>'
        '<testcase classname="EndToEnd.test_x" name="test_z"/></testsuite></testsuites>')
    assert counted(report).failures == ["EndToEnd.test_x::test_y: assert 1 == 2"]


def test_what_nobody_filtered_goes_in_two_halves_and_each_folder_in_one():
    tests = PythonTests(Progress(io.StringIO()), None, None)
    halves = tests.halves()
    assert len(halves) == 2
    assert sorted(sum(halves, [])) == sorted(each for each in tests._folders() if f"{each}/" != WITHOUT_STACK)
    assert halves[1][-1] == "Faults", "those that break the stack come last"
    [only] = PythonTests(Progress(io.StringIO()), None, "EndToEnd").halves()
    assert sorted(only) == sorted(sum(halves, []))


def test_how_far_a_run_is_and_what_it_said(tmp_path):
    log = tmp_path / "log"
    log.write_text("......F  [ 4%]\n.......  [ 52%]\n..\n=== FAILURES ===\n___ test_y ___\nassert 1 == 2\n1 failed in 3 s\n")
    run = Run(None, None, log)
    assert run.note() == "52 %"
    assert run.said() == "=== FAILURES ===\n___ test_y ___\nassert 1 == 2\n1 failed in 3 s\n"
    log.write_text("")
    assert run.note() == "0 %"
