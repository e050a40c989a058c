"""What the supervisor and its children say, a line at a time, each child's with its name before it."""

import sys
from typing import TextIO

_LONGEST_LINE = 8192  # bytes; a child that writes without line ends is cut into pieces of this


class Console:
    """Lines on a terminal or into a file; once that is gone, silence rather than an error."""

    def __init__(self, out: TextIO | None = None, *, width: int = 0) -> None:
        self._out: TextIO | None = out or sys.stdout
        self._width = width

    def say(self, text: str, *, name: str = "") -> None:
        if self._out is None:
            return
        before = f"{name:<{self._width}} | " if name else ""
        try:
            self._out.write("".join(f"{before}{line}\n" for line in text.splitlines() if line or not name))
            self._out.flush()
        except (OSError, ValueError):  # the terminal was closed, and the children must still be ended
            self._out = None


class Lines:
    """Puts what comes from a pipe together into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes; an empty `data` is the end and completes the last one."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        if self._rest and (not data or len(self._rest) > _LONGEST_LINE):
            whole.append(self._rest)
            self._rest = b""
        return [line.decode(errors="replace").rstrip("\r") for line in whole]
