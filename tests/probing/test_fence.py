"""The fence inside a worker, tried by small Python processes."""

import os
import re
import socket
import subprocess
import sys

import pytest

from migration_tracker.probing.fence import Attempt, Fence

DIAL = """
import socket, sys
def dial(host, port):
    with socket.socket() as line:
        line.connect((host, port))
for place in sys.argv[1:]:
    host, _, port = place.rpartition(":")
    try:
        dial(host, int(port))
    except OSError as refused:
        print(type(refused).__name__, "fence" in str(refused))
    else:
        print("through")
"""


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def other():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def dial(fence, *places, flags=(), **more):
    names = {"PATH": os.environ["PATH"], **more}
    made = subprocess.run(
        [sys.executable, *flags, "-c", DIAL, *places],
        env=names | fence.environment(names),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return made.stdout.splitlines()


def test_what_is_listed_is_reached_and_all_else_is_refused_with_the_culprit(tmp_path, listener, other):
    fence = Fence(tmp_path / "fence", [{"URL": f"http://127.0.0.1:{listener}/x"}])
    assert not fence.stood()
    said = dial(fence, f"localhost:{listener}", f"127.0.0.1:{other}", f"127.0.0.1:{other}")
    assert said == ["through", *["ConnectionRefusedError True"] * 2]
    assert fence.stood()
    (attempt,) = fence.refused()
    assert attempt.address == f"localhost:{other}"
    assert [frame.rpartition(" ")[2] for frame in attempt.stack][-2:] == ["<module>", "dial"]


def test_children_are_behind_the_fence_too(tmp_path, other):
    fence = Fence(tmp_path / "fence", [])
    outer = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1], '127.0.0.1:{other}'])"
    )
    names = {"PATH": os.environ["PATH"]}
    subprocess.run(
        [sys.executable, "-c", outer, DIAL], env=names | fence.environment(names), check=True, timeout=60
    )
    assert [attempt.address for attempt in fence.refused()] == [f"localhost:{other}"]


def test_a_process_may_reach_what_it_listens_on_itself(tmp_path):
    own = (
        "import socket; a = socket.create_server(('127.0.0.1', 0)); socket.create_connection(a.getsockname())"
    )
    fence = Fence(tmp_path / "fence", [])
    names = {"PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", own], env=names | fence.environment(names), check=True, timeout=60)
    assert fence.refused() == []


def test_an_isolated_python_does_not_take_it_up_and_that_shows(tmp_path, other):
    fence = Fence(tmp_path / "fence", [])
    assert dial(fence, f"127.0.0.1:{other}", flags=["-I"]) == ["through"]
    assert not fence.stood()


def test_the_sitecustomize_that_it_hides_runs_all_the_same(tmp_path, other):
    place = tmp_path / "place"
    place.mkdir()
    (place / "sitecustomize.py").write_text("print('the other one')")
    fence = Fence(tmp_path / "fence", [])
    said = dial(fence, f"127.0.0.1:{other}", PYTHONPATH=str(place))
    assert said == ["the other one", "ConnectionRefusedError True"]


def test_the_culprit_is_the_innermost_frame_that_is_no_library_s():
    stack = (
        "/app/main.py:3 run",
        "/app/lib/orders.py:7 connect",
        "/venv/lib/python3.11/site-packages/aiokafka/conn.py:250 create_conn",
        "/usr/lib/python3.11/asyncio/base_events.py:1055 create_connection",
    )
    attempt = Attempt("localhost:9092", stack)
    assert attempt.culprit == stack[1]
    assert attempt.cause
    assert (attempt.cause.kind, attempt.cause.host, attempt.cause.port) == (
        "kafka-bootstrap",
        "localhost",
        9092,
    )
    assert Attempt("localhost:5432", stack[:2]).cause is None
    assert attempt.as_json()["stack"][2:] == [
        "site-packages/aiokafka/conn.py:250 create_conn",
        "python3.11/asyncio/base_events.py:1055 create_connection",
    ]


def test_places_in_the_worker_s_code_are_told_from_there(tmp_path, other):
    program = tmp_path / "code" / "worker.py"
    program.parent.mkdir()
    program.write_text(DIAL)
    fence = Fence(tmp_path / "fence", [], code=program.parent)
    names = {"PATH": os.environ["PATH"]}
    command = [sys.executable, str(program), f"127.0.0.1:{other}"]
    subprocess.run(command, env=names | fence.environment(names), check=True, timeout=60)
    (attempt,) = fence.refused()
    assert re.fullmatch(r"worker\.py:\d+ dial", attempt.culprit)
