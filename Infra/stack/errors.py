"""What goes wrong, in words that say what to do."""

import pathlib


class StackError(Exception):
    """A step that failed: its cause, the log to read, and what to do about it when that is known."""

    def __init__(self, cause, log=None, hint=None):
        super().__init__(cause)
        self.cause, self.log, self.hint = cause, log, hint

    def report(self):
        lines = [self.cause]
        if self.log:
            lines += ["  | " + line for line in last_lines(self.log)]
            lines.append(f"  log: {self.log}")
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


def last_lines(path, count=12):
    """The end of a log, read from its last kilobytes only: a log may be large."""
    try:
        with pathlib.Path(path).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 8192))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
