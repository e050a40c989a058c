"""The watch over a worker's handler, tried on small Python processes."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from migration_tracker.probing.inside import Inside

LAYER = """
import asyncio
kept = []
async def create_consumer(*, topics, message_handler):
    kept.append(asyncio.create_task(asyncio.sleep(60)))  # the layer's own affair
    return message_handler
"""
WORKER = """
import asyncio, subprocess, sys, threading, time
from layer import create_consumer

class Worker:
    async def handle(self, message):
        {body}

async def main():
    handle = await create_consumer(topics=["numbers"], message_handler=Worker().handle)
    try:
        print("said", await handle(7))
    except ConnectionError as error:
        print("raised", error)
    await asyncio.sleep(0.1)

asyncio.run(main())
"""


@pytest.fixture
def inside(tmp_path):
    """Runs a worker with the given handler under watch, and says what was seen of it and what it printed."""

    def run(body, *, handler="", hands_over=("layer.create_consumer",), **asked):
        (tmp_path / "layer.py").write_text(LAYER)
        (tmp_path / "worker.py").write_text(WORKER.format(body=body))
        (tmp_path / "main.py").write_text("import worker")
        plan = SimpleNamespace(folder=tmp_path, hands_over=hands_over, layer=("layer",))
        seen = Inside(tmp_path / "seen", plan, handler)
        names = {"PATH": os.environ["PATH"]}
        done = subprocess.run(
            [sys.executable, "main.py"],
            cwd=tmp_path,
            env=names | seen.environment(names, **asked),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return seen, done.stdout

    return run


def test_a_handler_that_awaits_its_work_leaves_nothing(inside):
    seen, said = inside("await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(time.sleep, 0)); return 49")
    assert said == "said 49\n"
    assert [known.what for known in seen.seen("known")] == ["Worker.handle"]
    assert (len(seen.seen("called")), len(seen.seen("returned"))) == (1, 1)
    assert seen.left() == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("asyncio.create_task(asyncio.sleep(60))", "task sleep"),
        (
            "asyncio.get_running_loop().call_later(0.01, lambda: asyncio.ensure_future(asyncio.sleep(0)))",
            "task sleep",
        ),
        ("threading.Thread(target=time.sleep, args=(0.3,), name='late').start()", "thread late"),
        ("subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(.3)'])", "process "),
    ],
)
def test_what_goes_on_after_it_has_returned_is_named_with_the_line_that_began_it(inside, body, what):
    seen, _ = inside(body)
    left = seen.left()
    assert left
    assert left[0].what.startswith(what)
    assert left[0].where.endswith("worker.py:7")


def test_a_task_that_it_has_cancelled_is_not_left(inside):
    seen, _ = inside("asyncio.create_task(asyncio.sleep(60)).cancel()")
    assert seen.left() == []


def test_it_raises_before_it_has_done_anything(inside):
    seen, said = inside("print('begun')", raises=True)
    assert said.startswith("raised the smoke run makes the handler raise")
    assert len(seen.seen("raised")) == 1


def test_it_is_held_up_where_it_first_waits(inside):
    body = "begun = time.monotonic(); await asyncio.sleep(0); return time.monotonic() - begun > 0.2"
    assert inside(body, hold=0.2)[1] == "said True\n"


def test_a_function_that_is_named_is_the_handler(inside):
    seen, _ = inside("asyncio.create_task(asyncio.sleep(60))", handler="worker:Worker.handle", hands_over=())
    assert [known.what for known in seen.seen("known")] == ["Worker.handle"]
    assert seen.left()


def test_a_handler_that_is_nowhere_is_not_known(inside):
    seen, _ = inside("pass", handler="elsewhere:handle")
    assert not seen.knows()
