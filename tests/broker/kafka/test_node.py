"""The Kafka that tests run against: it comes back with what it had, and is never left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.broker.guarded import GUARD
from tests.broker.kafka.jars import NoKafka
from tests.broker.kafka.node import KafkaNode
from tests.conftest import lacking
from transport import TransportConfig, browse, create_producer

pytestmark = pytest.mark.broker

HOLDER = """
import subprocess, sys, time
held = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(held.stdout.readline(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def node() -> Iterator[KafkaNode]:
    try:
        with KafkaNode() as running:
            yield running
    except NoKafka as reason:
        lacking(str(reason))


async def test_a_killed_node_comes_back_under_its_address_with_what_it_stored(node: KafkaNode) -> None:
    config = TransportConfig.from_env(node.environment)
    producer = create_producer(config=config, domain="tests", worker_name="p")
    await producer.start()
    await producer.send("kept", b"0")
    await producer.stop()
    node.kill()
    node.start()
    async with contextlib.aclosing(
        browse(config=config, topic="kept", until=time.monotonic() + 20)
    ) as messages:
        assert (await anext(messages)).value == b"0"


def test_what_a_guard_runs_ends_with_a_user_that_is_killed() -> None:
    command = [sys.executable, str(GUARD), sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen([sys.executable, "-c", HOLDER, *command], stdout=subprocess.PIPE) as user:
        assert user.stdout
        guarded = int(user.stdout.readline())
        os.kill(guarded, 0)
        user.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while _runs(guarded):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
