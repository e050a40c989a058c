"""The supervisor over real processes: preparation, restarts, output, an end that leaves nothing behind."""

import os
import signal
import time

import pytest

FOREVER = "import time; print('here', flush=True); time.sleep(600)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("stubborn", flush=True)
time.sleep(600)
"""
# What a smoke run's worker is at its worst: a grandchild in a session of its own that ignores SIGTERM.
PARENT_OF_A_STRANGER = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-S", "-c", {STUBBORN!r}], start_new_session=True)
time.sleep(600)
"""
PARENT_OF_A_CHILD = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-S", "-c", {FOREVER!r}])
time.sleep(600)
"""
WEB = """
import socket, time
door = socket.socket(fileno=FD)
time.sleep(0.3)
print("  answering", flush=True)
while True:
    caller, _ = door.accept()
    caller.recv(1000)
    caller.sendall(b"HTTP/1.0 302 Found\\r\\n\\r\\n")
    caller.close()
"""


def test_the_preparation_ends_before_any_service_starts(supervised):
    tracker = supervised("""
        PREPARATION = python("import time; print('one', flush=True); time.sleep(0.2); print('two')")
        SERVICES = (Service("web", python("print('three', flush=True); import time; time.sleep(600)")),)
    """)
    tracker.says("web    | three")
    assert tracker.lines == ["one", "two", "web    | three"]
    assert tracker.end() == 0


def test_a_failed_preparation_ends_it_with_what_it_said(supervised):
    tracker = supervised("""
        PREPARATION = python("print('disk is full'); raise SystemExit(3)")
        SERVICES = (Service("web", python("print('never')")),)
    """)
    assert tracker.process.wait(timeout=20) == 1
    tracker.close()
    assert tracker.lines[0] == "disk is full"
    assert tracker.lines[-1].endswith("ended with exit code 3")
    assert "web" not in tracker.said


def test_an_interrupted_preparation_is_not_reported_as_failed(supervised):
    tracker = supervised(f"""
        PREPARATION = python({STUBBORN!r})
        SERVICES = (Service("web", python("print('never')")),)
    """)
    tracker.says("stubborn")
    assert tracker.end() == 0
    tracker.close()
    assert tracker.lines == ["stubborn"]


def test_the_address_is_shown_once_the_pages_answer(supervised):
    tracker = supervised(f"""
        code = {WEB!r}.replace("FD", str(door.fileno()))
        SERVICES = (Service("web", python(code), files=(door.fileno(),)),)
    """)
    tracker.says(f"Open http://127.0.0.1:{tracker.port}")
    assert "  answering" in tracker.said.partition("Open")[0]
    assert tracker.end() == 0


def test_a_service_that_dies_is_started_again_after_growing_pauses(supervised):
    tracker = supervised("""
        SERVICES = (Service("worker", python("print('up', flush=True); raise SystemExit(7)")),)
    """)
    tracker.says("worker ended with exit code 7; it is started again in 0.2 s")
    assert [line.rpartition(" in ")[2] for line in tracker.lines if "started again" in line][:3] == [
        "0.05 s",
        "0.1 s",
        "0.2 s",
    ]
    assert tracker.lines.count("worker | up") >= 3
    assert tracker.end() == 0


def test_what_a_killed_service_left_in_its_group_is_ended_before_it_starts_again(supervised):
    tracker = supervised(f"""
        SERVICES = (Service("worker", python({PARENT_OF_A_CHILD!r})),)
    """)
    tracker.says("here")
    (leader,) = (pid for pid, command in tracker.family().items() if "Popen" in command)
    before = set(tracker.family())
    os.kill(leader, signal.SIGKILL)
    tracker.says("worker was killed by SIGKILL; it is started again")
    assert before & set(tracker.family()) == {tracker.process.pid, tracker.inner}


def test_other_services_live_on_while_one_is_restarted(supervised):
    tracker = supervised(f"""
        SERVICES = (
            Service("web", python({FOREVER!r})),
            Service("worker", python("raise SystemExit(1)")),
        )
    """)
    tracker.says("0.2 s")
    assert tracker.lines.count("web    | here") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_process_behind(supervised, number):
    tracker = supervised(f"""
        SERVICES = (Service("web", python({FOREVER!r})), Service("worker", python({PARENT_OF_A_STRANGER!r})))
    """)
    tracker.says("web    | here")
    tracker.says("stubborn")
    assert len(tracker.family()) == 5  # the guard, the supervisor, two services, the stranger
    assert tracker.end(number) == 0
    assert tracker.family() == {}


@pytest.mark.parametrize("victim", ["guard", "supervisor"])
def test_sigkill_leaves_no_process_behind(supervised, victim):
    tracker = supervised(f"""
        SERVICES = (Service("web", python({FOREVER!r})), Service("worker", python({PARENT_OF_A_STRANGER!r})))
    """)
    tracker.says("web    | here")
    tracker.says("stubborn")
    pid = tracker.process.pid if victim == "guard" else tracker.inner
    os.kill(pid, signal.SIGKILL)
    tracker.process.wait(timeout=20)
    tracker.gone()


def test_a_service_that_ignores_sigterm_is_killed_when_the_grace_is_over(supervised):
    tracker = supervised(f"""
        PATIENCE = Patience(grace=0.5)
        SERVICES = (Service("web", python({STUBBORN!r})),)
    """)
    tracker.says("stubborn")
    started = time.monotonic()
    assert tracker.end() == 0
    assert 0.5 <= time.monotonic() - started < 5
    assert tracker.family() == {}


def test_a_second_interrupt_kills_at_once(supervised):
    tracker = supervised(f"""
        PATIENCE = Patience(grace=600)
        SERVICES = (Service("web", python({STUBBORN!r})), Service("beat", python({FOREVER!r})))
    """)
    tracker.says("stubborn")
    tracker.says("here")
    beat = [pid for pid, command in tracker.family().items() if "here" in command]
    tracker.process.send_signal(signal.SIGINT)
    tracker.until(lambda: not set(beat) & set(tracker.family()))  # the first one has arrived
    assert tracker.end() == 0
    assert tracker.family() == {}


def test_output_without_line_ends_or_in_no_known_encoding_is_shown_in_bounded_pieces(supervised):
    tracker = supervised("""
        said = "b'x' * 300_000 + bytes([0xff]) + b'end' + bytes([10])"
        code = f"import os, time; os.write(1, {said}); time.sleep(600)"
        SERVICES = (Service("web", python(code)),)
    """)
    tracker.says("end")
    assert tracker.end() == 0
    pieces = [line.removeprefix("web    | ") for line in tracker.lines if line.startswith("web ")]
    assert "".join(pieces) == "x" * 300_000 + "\ufffdend"
    assert max(map(len, pieces)) < 100_000


def test_a_service_that_closed_its_output_is_watched_all_the_same(supervised):
    tracker = supervised("""
        code = "import os, time; os.close(1); os.close(2); time.sleep(0.5); os._exit(4)"
        SERVICES = (Service("web", python(code)),)
    """)
    tracker.says("web ended with exit code 4")
    assert tracker.end() == 0
