"""The reader behind the rules tells code, comments and strings apart."""

from check.swift_source import SwiftSource


def read(text):
    source = SwiftSource("Sources/A/A.swift", text)
    return source.code, [literal.text for literal in source.literals]


def test_comments_are_not_code():
    code, _ = read("a // try! b\nc /* try! /* nested */ d */ e")
    assert "try!" not in code and "nested" not in code
    assert "a" in code and "c" in code and "e" in code and " d " not in code


def test_strings_are_not_code_but_interpolations_are():
    code, literals = read('let a = "try! \\(b(c("inner"), d)) end"; e')
    assert "try!" not in code and "b(c(" in code and "e" in code
    assert "try! \\() end" in literals and "inner" in literals


def test_a_slash_in_a_string_starts_no_comment():
    code, literals = read('let a = "http://x"; let b = try! c()')
    assert "try!" in code and literals == ["http://x"]


def test_raw_and_long_strings():
    code, literals = read('let a = #"say "hi" \\(no)"#; b\nlet c = """\n  "quoted"\n  """; d')
    assert literals == ['say "hi" \\(no)', '\n  "quoted"\n  ']
    assert "; b" in code and "; d" in code


def test_escaped_quotes():
    code, literals = read('let a = "x \\" y"; b')
    assert literals == ['x " y'] and "; b" in code


def test_lines_keep_their_numbers():
    source = SwiftSource("Sources/A/A.swift", 'a\n/* b\n c */\nlet d = """\n e\n """\nf')
    assert source.code_lines[6] == "f" and source.literals[0].line == 4
