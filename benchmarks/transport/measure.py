"""Counts what a handler gets and measures it. Standard library only: peers run this in their environment."""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

WAIT = 0.01  # seconds the I/O-bound handler waits, as for a quick answer over a network


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run shall do.

    Arguments:
        environment: how to reach the broker, as `transport.local` says it.
        topic: filled already, with at least `messages` messages.
        group: a consumer group nobody used.
        messages: after so many the run ends.
        waits: the handler waits WAIT seconds; else it does nothing.
        scratch: an empty folder of its own.
        settings: what is special to the way.
    """

    environment: Mapping[str, str]
    topic: str
    group: str
    messages: int
    waits: bool
    scratch: str
    settings: Mapping[str, Any]

    @property
    def servers(self) -> str:
        return self.environment["KAFKA_BOOTSTRAP_SERVERS"]

    def told(self) -> str:
        return json.dumps(asdict(self))


def plan() -> Plan:
    """The plan this process was started with."""
    return Plan(**json.loads(sys.argv[1]))


class Progress:
    """From the first message that reaches the handler to the last one it is done with."""

    def __init__(self, plan: Plan) -> None:
        self.all = asyncio.Event()
        self.all_in_threads = threading.Event()
        self._expected = plan.messages
        self._handled = 0
        self._began = self._ended = (0.0, 0.0)
        self.handle: Callable[[object], Awaitable[None]] = self._wait if plan.waits else self._return

    def count(self, _: object) -> None:
        """The handler of clients that know no coroutines."""
        if not self._began[0]:
            self._began = _clocks()
        self._handled += 1
        if self._handled == self._expected:
            self._ended = _clocks()
            self.all.set()
            self.all_in_threads.set()

    async def _return(self, message: object) -> None:
        self.count(message)

    async def _wait(self, message: object) -> None:
        if not self._began[0]:
            self._began = _clocks()
        await asyncio.sleep(WAIT)
        self.count(message)

    def report(self) -> None:
        """Print the rate (messages/s) and the processor time of each message (µs), as a line of JSON."""
        seconds, busy = (end - begin for begin, end in zip(self._began, self._ended, strict=True))
        rate, cost = self._expected / seconds, busy / self._expected * 1e6
        print(json.dumps({"rate": rate, "cost": cost}), flush=True)


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()
