"""Broken input for the readers, in a process of its own: python -m tests.scanning.fuzzing SEED COUNT FILE.

Before each reading the input is written to FILE, so that it is at hand if the process dies or is ended. Each
has a time limit; whatever goes wrong otherwise than by a reason that is told ends the process with an error.
"""

import random
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import dedent

from migration_tracker.scanning import Series, Status
from migration_tracker.scanning.cache import NoCache
from migration_tracker.scanning.interpreter import at_full_depth
from migration_tracker.scanning.outline import outline_of
from migration_tracker.scanning.reader import Reader
from migration_tracker.scanning.syntax import parse
from migration_tracker.scanning.text import MOST_BYTES, decode
from tests.scanning.forms import FORMS, WORKER
from tests.scanning.trees import SCOPE, TRANSPORT

SECONDS = 20
"""What one input may take of the processor, whatever else the machine has to do."""

_ROOT = Path(__file__).parents[2]
_CODINGS = (
    *(
        "utf-8",
        "utf-7",
        "utf-16",
        "utf-32-le",
        "latin-1",
        "cp037",
        "shift_jis",
        "gb18030",
        "utf-8-sig",
        "big5hkscs",
    ),
    *(
        "rot13",
        "hex",
        "zlib",
        "base64",
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
    ),
    *("mbcs", "nonsense", "", "\x00", "a" * 5_000, "utf-8-unix", "iso-2022-kr", "charmap", "oem"),
)
_INSERTED = (
    *(
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\r",
        b"\x0c",
        b"\t",
        b"\\\n",
        b"\\",
        b"'''",
        b'"',
        b"f'{",
        b"}'",
        b"#",
    ),
    *(
        "Ａ".encode(),
        "é".encode("latin-1"),
        b"\xed\xa0\x80",
        "\u2028".encode(),
        "\U0001f600".encode(),
        b"\x1a",
    ),
    *(b"(", b"[" * 150, b"{" * 300, b")", b":", b"=", b"lambda:", b"await ", b"*", b"**", b"@", b"->", b":="),
    *(
        b"import ",
        b"from . import *\n",
        b"class ",
        b"match x:\n case ",
        b"type X = ",
        b"\n\n  ",
        b"async ",
        b"0x",
        b"1e999",
    ),
    *(
        b"aiokafka",
        b"AIOKafkaConsumer",
        b"create_consumer",
        b"exec(",
        b"__getattr__",
        b"%s",
        b"\\N{DASH}",
        b"\\x",
    ),
)
_NESTED: tuple[Callable[[int], str], ...] = (
    lambda n: f"x = {'(' * n}{')' * n}",
    lambda n: f"x = {'[' * n}{']' * n}",
    lambda n: f"x = {'{1:' * n}2{'}' * n}",
    lambda n: f"x = {'-' * n}1",
    lambda n: f"x = {'not ' * n}1",
    lambda n: f"x = {'lambda: ' * n}1",
    lambda n: f"x = a{'.b' * n}",
    lambda n: f"x = a{'()' * n}",
    lambda n: f"x = a{'[0]' * n}",
    lambda n: f"x = {'+'.join(['1'] * (n + 1))}",
    lambda n: f"x = {' and '.join(['a'] * (n + 1))}",
    lambda n: f"x = {' if a else '.join(['1'] * (n + 1))}",
    lambda n: "x = " + "'a' " * (n + 1),
    lambda n: "".join(f"{' ' * depth}if x:\n" for depth in range(n)) + " " * n + "pass",
    lambda n: "".join(f"{' ' * depth}class C:\n" for depth in range(n)) + " " * n + "pass",
    lambda n: "".join(f"{' ' * depth}def f():\n" for depth in range(n)) + " " * n + "pass",
    lambda n: "if x: pass\n" + "elif y: pass\n" * n,
    lambda n: "@d\n" * n + "def f(): pass",
    lambda n: f"def f({', '.join(f'a{number}=1' for number in range(n))}): pass",
    lambda n: f"x = [1 {'for a in b ' * n}]",
    lambda n: f"from {'.' * n} import a",
    lambda n: f"import {'.'.join(['a'] * (n + 1))}",
    lambda n: "x = " * n + "1",
    lambda n: f"x = f'{'{a:' * n}{'}' * n}'",
    lambda n: "try:\n pass\n" + "except E:\n pass\n" * n,
    lambda n: f"x: {'list[' * n}int{']' * n}",
    lambda n: f"x = '{'a' * n}'",
)


def main() -> None:
    seed, count, place = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    chance = random.Random(seed)
    seeds = _seeds()
    signal.signal(signal.SIGPROF, _too_long)
    for _ in range(count):
        content = broken(chance, seeds)[:MOST_BYTES]
        place.write_bytes(content)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        read(content)
        signal.setitimer(signal.ITIMER_PROF, 0)


def read(content: bytes) -> None:
    """Read a worker's content in every way there is; raises if one fails otherwise than by a reason."""
    files = {"worker": content} | {path: dedent(text).encode() for path, text in TRANSPORT.items()}
    series = Series(SCOPE, lambda blobs: [files[blob] for blob in blobs])
    (worker,) = series.statuses({WORKER: "worker"} | {path: path for path in TRANSPORT})
    reader = Reader(lambda blobs: [files[blob] for blob in blobs], NoCache())
    reader.load(["worker"])
    with at_full_depth():  # as scans do
        facts, outline = reader.facts("worker"), reader.outline("worker")
    if facts is None:
        assert reader.unreadable["worker"]
        assert worker.status is Status.UNKNOWN
    else:
        with at_full_depth():
            assert outline == outline_of(decode(content), parse(decode(content)))


def broken(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Something that was a program once, or was never one."""
    kind = chance.random()
    if kind < 0.1:
        return chance.randbytes(chance.randint(0, 300))
    if kind < 0.25:
        depth = int(10 ** chance.uniform(0, 4))
        return chance.choice(_NESTED)(depth).encode() + b"\n" + chance.choice((b"", chance.choice(seeds)))
    content = chance.choice(seeds)
    if kind < 0.4:
        coding = chance.choice(_CODINGS)
        text = f"# -*- coding: {coding} -*-\n".encode() + content
        return _encoded(text, chance.choice(_CODINGS)) if chance.random() < 0.5 else text
    for _ in range(chance.randint(1, 8)):
        content = _mutated(content, chance, seeds)
    return content


def _mutated(content: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    at, other = sorted((chance.randint(0, len(content)), chance.randint(0, len(content))))
    match chance.randrange(8):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + content[min(other, at + 40) :]
        case 2:
            return content[:other] + content[at:]
        case 3 | 4:
            return content[:at] + chance.choice(_INSERTED) + content[at:]
        case 5:
            return content[:at] + chance.randbytes(chance.randint(1, 4)) + content[at:]
        case 6:
            return content[at:other] + content[:at] + content[other:]
        case _:
            return content[:at] + chance.choice(seeds)[at:]


def _encoded(content: bytes, coding: str) -> bytes:
    try:
        return content.decode().encode(coding)
    except (LookupError, ValueError, UnicodeError):
        return content


def _seeds() -> list[bytes]:
    ours = sorted((_ROOT / "migration_tracker" / "scanning").rglob("*.py"))
    return [path.read_bytes() for path in ours] + [
        text.encode() for form in FORMS for text in (form.worker, *form.files.values())
    ]


def _too_long(_number: int, _frame: object) -> None:
    raise TimeoutError(f"reading took longer than {SECONDS} s")


if __name__ == "__main__":
    main()
