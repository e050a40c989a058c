"""Output that is kept within bounds."""

import os
from pathlib import Path

import pytest

from migration_tracker.probing.log import BoundedLog, Pump


def test_a_short_log_is_kept_whole():
    log = BoundedLog(head=4, tail=4)
    for part in (b"abc", b"de", b"fgh"):
        log.feed(part)
    assert log.text() == "abcdefgh"


def test_of_a_long_log_the_middle_is_cut_and_counted():
    log = BoundedLog(head=4, tail=4)
    for _ in range(1000):
        log.feed(b"0123456789")
    assert log.text() == "0123\n… cut 9992 bytes …\n6789"


def test_memory_stays_bounded():
    log = BoundedLog(head=10, tail=10)
    for _ in range(1000):
        log.feed(b"x" * 1000)
    assert len(log._tail) <= 20


def test_a_pattern_is_found_across_pieces_and_in_what_is_cut_out():
    log = BoundedLog(pattern=r"^worker (\w+) is ready$", head=4, tail=4)
    for part in (b"first\nwor", b"ker a is rea", b"dy\n", b"last\n" * 100):
        log.feed(part)
    assert log.seen.is_set()
    assert log.match == "worker a is ready"


def test_a_character_cut_in_two_is_still_one():
    log = BoundedLog(pattern="prêt")
    for byte in "prêt".encode():
        log.feed(bytes([byte]))
    assert log.seen.is_set()


def test_a_line_without_end_does_not_grow_the_memory():
    log = BoundedLog(pattern="never", head=10, tail=10)
    for _ in range(100):
        log.feed(b"x" * 10_000)
    assert len(log._carry) <= 8192


def test_bytes_that_are_no_text_do_no_harm():
    log = BoundedLog(pattern="ready")
    log.feed(b"\xff\xfe\x00 ready\n")
    assert log.seen.is_set()
    assert "ready" in log.text()


def test_a_pump_reads_until_the_pipe_closes():
    reading, writing = os.pipe()
    log = BoundedLog()
    pump = Pump(reading, log)
    os.write(writing, b"one\n")
    assert log.began.wait(5)
    os.write(writing, b"two")
    os.close(writing)
    pump.join(5)
    assert log.text() == "one\ntwo"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('File "/tmp/run/checkout/workers/a.py", line 3', 'File "workers/a.py", line 3'),
        ('{"at": "/tmp/run/checkout/workers/a.py:3"}', '{"at": "workers/a.py:3"}'),
        ("/tmp/run/checkout/.venv/bin/python", ".venv/bin/python"),
        ("started in /tmp/run/checkout, with 2", "started in ., with 2"),
        ("started in '/tmp/run/checkout/'", "started in '.'"),
        ("a=/tmp/run/checkout/a b=/tmp/run/checkout/b", "a=a b=b"),
        ("/tmp/run/checkout-2/workers/a.py", "/tmp/run/checkout-2/workers/a.py"),
        ("/mnt/tmp/run/checkout/a.py", "/mnt/tmp/run/checkout/a.py"),
        ("/usr/lib/python3.11/json/decoder.py", "/usr/lib/python3.11/json/decoder.py"),
    ],
)
def test_places_in_the_checkout_are_told_from_there(said, told):
    log = BoundedLog()
    log.tell_from(Path("/tmp/run/checkout"))
    log.feed(said.encode()[:20])
    log.feed(said.encode()[20:])
    assert log.text() == told


def test_at_the_root_of_a_machine_places_stay_as_they_are():
    log = BoundedLog()
    log.tell_from(Path("/"))
    log.feed(b"/workers/a.py")
    assert log.text() == "/workers/a.py"
