"""Files that are hard to read: each is read rightly, or told with its reason."""

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migration_tracker.scanning import Inventory, Status
from migration_tracker.scanning.facts.reading import facts_of
from migration_tracker.scanning.outline import outline_of
from migration_tracker.scanning.syntax import parse
from migration_tracker.scanning.text import decode

WORKER = "workers/claimx/download_worker.py"
DIRECT = "from aiokafka import AIOKafkaConsumer\nconsumer = AIOKafkaConsumer('é')\n"


@pytest.mark.parametrize(
    "content",
    [
        ("# -*- coding: latin-1 -*-\n" + DIRECT).encode("latin-1"),
        b"\xef\xbb\xbf" + DIRECT.encode(),
        DIRECT.replace("\n", "\r\n").encode(),
        DIRECT.replace("\n", "\r").encode(),
        (DIRECT + "type Names[T] = list[T]\n").encode(),
        (DIRECT + 'x = f"{a["b"]} {f\'{1}\'}"\n').encode(),
        DIRECT.replace("AIOKafkaConsumer(", "AIOKafkaConsumеr(".replace("е", "e")).encode(),
        "from aiokafka import AIOKafkaConsumer\nconsumer = ＡIOKafkaConsumer()\n".encode(),
    ],
    ids=["latin-1", "BOM", "CRLF", "CR", "newer syntax", "nested f-strings", "plain", "NFKC"],
)
def test_a_file_in_any_coding_is_read(content: bytes, scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: content})

    (worker,) = inventory.workers
    assert (worker.status, inventory.files.unreadable) == (Status.DIRECT, ())
    lines = decode(content).split("\n")
    assert [lines[one.line - 1][one.column - 1 :][1:16] for one in worker.findings] == ["IOKafkaConsumer"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"def (:\n", "syntax error in line 1"),
        (b"x = 'caf\xe9'\n", "not UTF-8, and no other coding is declared"),
        (b"# coding: nonsense\n", "unknown encoding"),
        (b"x = 0\n" * 500_000, "too large: 3.0 MB"),
        (b"# coding: base64\n", "'base64' is not a text encoding"),
        (b"x = f'" + b"{a:" * 9_000 + b"}" * 9_000 + b"'", "nested too deeply"),
        (b"x = " + b"(" * 5_000 + b")" * 5_000, "nested too deeply"),
        (b"x = " + b"+".join([b"1"] * 50_000), "nested too deeply"),
        (b"x = a" + b".b" * 50_000, "nested too deeply"),
    ],
    ids=[
        "syntax",
        "not UTF-8",
        "unknown coding",
        "large",
        "no text coding",
        "formatted string",
        "brackets",
        "sum",
        "attributes",
    ],
)
def test_what_cannot_be_read_is_told_at_once(
    content: bytes, reason: str, scanned: Callable[..., Inventory]
) -> None:
    inventory = scanned({WORKER: content, "workers/claimx/other_worker.py": DIRECT})

    broken, other = inventory.workers
    (unreadable,) = inventory.files.unreadable
    assert unreadable.path == WORKER
    assert reason in unreadable.reason
    assert (broken.status, other.status) == (Status.UNKNOWN, Status.DIRECT)
    assert all(judgement.verdict == "unknown" for judgement in broken.checklist)
    assert broken.fingerprint != other.fingerprint


def test_an_empty_file_has_no_client(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: b""})

    assert (inventory.workers[0].status, inventory.files.unreadable) == (Status.NONE, ())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60) | st.text("()[]{}:\n \t'\"\\fbr#=.,*@xyz0123if", max_size=60))
def test_no_text_makes_the_readers_fail_otherwise_than_by_a_reason(text: str) -> None:
    try:
        syntax = parse(text)
        facts_of(syntax)
        outline_of(text, syntax)
    except ValueError as error:
        assert str(error)  # noqa: PT017  the readers may refuse a text, but only with a reason


@pytest.mark.parametrize(
    "text", ["", "list[", "a b", "a; b", "yield", "'\\x00'", "\\ud800", "b'a'", "x := 1"]
)
def test_a_text_for_a_type_that_is_no_expression_says_nothing(
    text: str, scanned: Callable[..., Inventory]
) -> None:
    inventory = scanned({WORKER: f'{DIRECT}client: "{text}"\n'})

    (worker,) = inventory.workers
    assert (worker.status, inventory.files.unreadable) == (Status.DIRECT, ())


@pytest.mark.parametrize(
    "newer",
    [
        "def first[T: (int, str)](given: list[T]) -> T: return given[0]\n",
        "class Box[\n    T,\n]:\n    inner: T\n",
        "type Names[T] = list[T]\n",
        "try: pass\nexcept OSError, ValueError: pass\n",
        'text = f"{names["a"]:{width}}" "b" f\'{"c"}\'\n',
        'text = (f"{names["a"]}"\n    "b"\n    f"c")\n',
        'text = f"""{\n    names["a"]\n}\n"""\n',
        "text = f\"{'\\n'.join(names)}\"\n",
        "with_default = lambda: 0\nclass Old[T = int]: pass\n",
    ],
)
def test_lines_stay_where_they_are_below_newer_syntax(newer: str, scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: newer + DIRECT + "client = AIOKafkaConsumer()\n"})

    (worker,) = inventory.workers
    assert inventory.files.unreadable == ()
    lines = newer.count("\n")
    assert [(one.kind, one.line) for one in worker.findings] == [("call", lines + 2), ("call", lines + 3)]


def test_what_python_warns_of_is_read_in_silence(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: "import re\n\nPATTERN = re.compile('\\d')\n" + DIRECT})

    assert [worker.status for worker in inventory.workers] == [Status.DIRECT]


@pytest.mark.parametrize(
    "text",
    [
        "x0 = 'a'\n" + "".join(f"x{n} = x{n - 1} + x{n - 1}\n" for n in range(1, 60)) + "load(x59)\n",
        "def f0(x): return x\n"
        + "".join(f"def f{n}(x): return f{n - 1}(f{n - 1}(x))\n" for n in range(1, 60)),
        "".join(f"def f{n}(): return f{(n + 1) % 40}() or f{(n * 7) % 40}()\n" for n in range(40)),
        "".join(f"class C{n}(C{n + 1}, C{n + 2}): pass\n" for n in range(60)),
        "from" + " " * 100_000 + "\n",
        "class A[" * 2_000,
        "def f[T](" + ", ".join(f"a{n}: T" for n in range(3_000)) + "): pass\n",
        "\n".join(f"CLIENTS[{n}] = make_{n}" for n in range(3_000)),
        "while x:\n" + "".join(f"  x = x.a{n}\n" for n in range(300)),
        "x = " + "[" * 90 + "]" * 90,
    ],
    ids=range(10),
)
def test_a_file_that_is_made_to_take_long_does_not(text: str, scanned: Callable[..., Inventory]) -> None:
    began = process_time()

    inventory = scanned({WORKER: "from importlib import import_module as load\n" + DIRECT + text})

    assert process_time() - began < 10  # seconds of the processor's; each takes a fraction of one
    status = Status.UNKNOWN if inventory.files.unreadable else Status.DIRECT
    assert inventory.workers[0].status == status
