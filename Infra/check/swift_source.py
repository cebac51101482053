"""A Swift file seen as code without comments and strings, and as its strings."""

import dataclasses
import functools
import pathlib


@dataclasses.dataclass(frozen=True)
class Literal:
    line: int
    text: str


class SwiftSource:
    """Tells code, comments and string literals apart, interpolations and raw strings included, by reading the file
    once from left to right. Lines keep their numbers in every view."""

    def __init__(self, path, text):
        self.path, self.text = pathlib.PurePosixPath(path), text

    @functools.cached_property
    def lines(self):
        return self.text.splitlines()

    @functools.cached_property
    def code(self):
        """The text with comments and the contents of strings blanked."""
        return self._read[0]

    @functools.cached_property
    def code_lines(self):
        return self.code.splitlines()

    @functools.cached_property
    def literals(self):
        return self._read[1]

    @property
    def module(self):
        """`Sources/X/…` → X."""
        return self.path.parts[1] if len(self.path.parts) > 2 else ""

    @property
    def type_name(self):
        """`TimetableStore+Writing.swift` → TimetableStore."""
        return self.path.stem.partition("+")[0]

    @functools.cached_property
    def _read(self):
        reader = Reader(self.text)
        reader.code_until(None)
        return "".join(reader.blanked), sorted(reader.literals, key=lambda literal: literal.line)


class Reader:
    def __init__(self, text):
        self.text, self.position = text, 0
        self.blanked = list(text)
        self.literals = []

    def code_until(self, closing):
        """Reads code up to the end, or past the parenthesis that closes an interpolation."""
        depth = 0
        while self.position < len(self.text):
            if self._at("//"):
                self._blank_to(self._find("\n"))
            elif self._at("/*"):
                self._block_comment()
            elif (hashes := self._string_ahead()) is not None:
                self._string(hashes)
            else:
                character = self.text[self.position]
                self.position += 1
                if character == "(":
                    depth += 1
                elif character == ")" and closing:
                    if depth == 0:
                        return
                    depth -= 1

    def _at(self, word):
        return self.text.startswith(word, self.position)

    def _find(self, word):
        found = self.text.find(word, self.position)
        return len(self.text) if found < 0 else found

    def _blank_to(self, end):
        for index in range(self.position, min(end, len(self.text))):
            if self.text[index] != "\n":
                self.blanked[index] = " "
        self.position = end

    def _block_comment(self):
        depth, start = 0, self.position
        while self.position < len(self.text):
            if self._at("/*"):
                depth, self.position = depth + 1, self.position + 2
            elif self._at("*/"):
                depth, self.position = depth - 1, self.position + 2
                if depth == 0:
                    break
            else:
                self.position += 1
        end, self.position = self.position, start
        self._blank_to(end)

    def _string_ahead(self):
        """The number of # before a string that starts here, or None."""
        end = self.position
        while end < len(self.text) and self.text[end] == "#":
            end += 1
        return end - self.position if self.text.startswith('"', end) else None

    def _string(self, hashes):
        start_line = self.text.count("\n", 0, self.position) + 1
        self.position += hashes
        quote = '"""' if self._at('"""') else '"'
        self.position += len(quote)
        closing, escape = quote + "#" * hashes, "\\" + "#" * hashes
        words = []
        while self.position < len(self.text):
            if self._at(closing):
                self.position += len(closing)
                break
            if self._at(escape):
                self._blank_to(self.position + len(escape))
                if self._at("("):
                    self.position += 1
                    self.code_until(")")
                    words.append("\\()")
                else:
                    words.append(self.text[self.position:self.position + 1])
                    self._blank_to(self.position + 1)
                continue
            if quote == '"' and self._at("\n"):
                break  # not closed: the compiler says so better
            words.append(self.text[self.position])
            self._blank_to(self.position + 1)
        self.literals.append(Literal(start_line, "".join(words)))
