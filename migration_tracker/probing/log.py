"""A process's output, read by a thread into bounded memory: a flood neither blocks the process nor fills
ours."""

from __future__ import annotations

import codecs
import os
import re
import threading
from pathlib import Path

HEAD_BYTES = 32 * 1024
TAIL_BYTES = 96 * 1024
_LONGEST_LINE = 8 * 1024  # what is kept of an unfinished line to look for a pattern in


class BoundedLog:
    """The first and the last of all that was fed, and whether a pattern has shown up in it.

    `began` is set by the first full line, `seen` by the first match of `pattern`, which is looked for in
    everything, also in what is cut out later.
    """

    def __init__(self, *, pattern: str | None = None, head: int = HEAD_BYTES, tail: int = TAIL_BYTES) -> None:
        self._pattern = re.compile(pattern, re.MULTILINE) if pattern else None
        self._head_size, self._tail_size = head, tail
        self._head, self._tail, self._carry = bytearray(), bytearray(), ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._lock = threading.Lock()
        self._below: re.Pattern[str] | None = None
        self.size = 0
        self.match = ""
        self.began = threading.Event()
        self.seen = threading.Event()

    def tell_from(self, folder: Path) -> None:
        """From now on tell places in a folder from there: where a checkout lies for the time of a run is
        nobody's concern, and the same code says the same wherever it ran."""
        if folder != folder.parent:
            self._below = re.compile(rf"(?<![\w.-]){re.escape(str(folder))}(?:(/)(?=[\w.])|/?(?![\w.-]))")

    def feed(self, data: bytes) -> None:
        with self._lock:
            self.size += len(data)
            rest = self._head_size - len(self._head)
            self._head += data[:rest]
            self._tail += data[rest:] if rest < len(data) else b""
            if len(self._tail) > 2 * self._tail_size:
                del self._tail[: -self._tail_size]
        if not self.began.is_set() and b"\n" in data:
            self.began.set()
        if self._pattern and not self.seen.is_set():
            self._look(self._decode(data))

    def _look(self, text: str) -> None:
        assert self._pattern
        text = self._carry + text
        if found := self._pattern.search(text):
            self.match = self._told(found[0])
            self.seen.set()
        self._carry = text.rpartition("\n")[2][-_LONGEST_LINE:]

    def text(self) -> str:
        """All of it, or the beginning and the end around a mark that says how much was cut."""
        with self._lock:
            head, tail, size = bytes(self._head), bytes(self._tail[-self._tail_size :]), self.size
        cut = size - len(head) - len(tail)
        if not cut:
            return self._told((head + tail).decode("utf-8", "replace"))
        mark = f"\n… cut {cut} bytes …\n"
        return self._told(head.decode("utf-8", "replace") + mark + tail.decode("utf-8", "replace"))

    def _told(self, text: str) -> str:
        if self._below is None:
            return text
        return self._below.sub(lambda found: "" if found[1] else ".", text)


class Pump:
    """A thread that feeds what comes out of a pipe to a log until the pipe closes. It owns the pipe."""

    def __init__(self, pipe: int, log: BoundedLog) -> None:
        self._pipe, self._log = pipe, log
        self._thread = threading.Thread(target=self._run, name="probing-pump", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while data := os.read(self._pipe, 65536):
                self._log.feed(data)
        finally:
            os.close(self._pipe)

    def join(self, seconds: float) -> None:
        """Wait until all that was written has been read; a process that still holds the pipe cannot hold us
        up."""
        self._thread.join(seconds)
