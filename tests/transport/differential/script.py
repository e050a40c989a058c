"""One script of messages, failures, restarts and rebalances, played on a transport; what it showed."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from transport import (
    EVENTHUB,
    Consumer,
    ConsumerOptions,
    PermanentError,
    PipelineMessage,
    SendError,
    TransportConfig,
    create_consumer,
    create_producer,
    group_name,
    lag,
)
from transport.letters import Filters, find
from transport.routes import DEFAULT_CONSUMER_GROUP

KEYS = ("a", "b", "c")
DEADLINE = 60.0
ONCE, NEVER, HOPELESS, STUCK = "b 2", "c 3", "a 4", "b 7"
"""Messages that fail once, fail always, are permanently bad, and are at work when the consumer is stopped."""

Seen = dict[str, object]


@dataclass
class Play:
    """A script under way on one transport."""

    config: TransportConfig
    worker: str = field(default_factory=lambda: f"w-{uuid.uuid4().hex[:8]}")
    topic: str = field(default_factory=lambda: f"t-{uuid.uuid4().hex[:8]}")
    calls: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    done: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    partitions: dict[str, int] = field(default_factory=dict)
    first: set[int] = field(default_factory=set)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    stuck: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, message: PipelineMessage) -> None:
        assert message.value is not None
        assert message.key is not None
        text, key = message.value.decode(), message.key.decode()
        again = text in self.calls[key]
        self.calls[key].append(text)
        self.partitions[key] = message.partition
        self.first.add(message.offset)
        if text == ONCE and not again:
            raise TimeoutError("for once")
        if text == NEVER:
            raise ValueError("never")
        if text == HOPELESS:
            raise PermanentError("hopeless")
        if text == STUCK and not self.release.is_set():
            self.stuck.set()
            await self.release.wait()
        self.done[key].append(text)

    async def member(self, stack: AsyncExitStack) -> Consumer:
        consumer = await create_consumer(
            config=self.config,
            domain="differential",
            worker_name=self.worker,
            topics=[self.topic],
            message_handler=self.handle,
            options=ConsumerOptions(
                ordering="key",
                max_attempts=3,
                retry_first=0.02,
                dead_letter=True,
                commit_interval=0.02,
                drain_timeout=0.2,
                session_timeout=3.0,
            ),
        )
        stack.push_async_callback(consumer.stop)
        await consumer.start()
        return consumer

    async def committed(self) -> int:
        """Messages up to the committed positions, over all partitions."""
        group = (
            DEFAULT_CONSUMER_GROUP
            if self.config.transport == EVENTHUB
            else group_name("differential", self.worker)
        )
        found = await lag(config=self.config, topic=self.topic, group=group)
        return sum(one.committed or 0 for one in found)


async def play(config: TransportConfig, *, members: bool) -> Seen:
    """What each step showed, by its name.

    Arguments:
        members: play the part in which two members share the group, which the Kafka stand-in cannot bear.
    """
    part, seen = Play(config), {}
    async with AsyncExitStack() as stack:
        producer = create_producer(config=config, domain="differential", worker_name="sender")
        stack.push_async_callback(producer.stop)
        await producer.start()

        async def send(numbers: range) -> None:
            for number in numbers:
                for key in KEYS:
                    await producer.send(part.topic, f"{key} {number}".encode(), key=key.encode())

        await send(range(6))
        first = await part.member(stack)
        await until(part.committed, lambda total: total == 18)
        seen["calls, key by key"] = _copy(part.calls)
        seen["finished, key by key"] = _copy(part.done)
        seen["committed when all is done"] = await part.committed()
        seen["first position of a partition"] = min(part.first)

        await send(range(6, 9))
        await asyncio.wait_for(part.stuck.wait(), DEADLINE)
        await until(part.committed, lambda total: total >= 24)
        before = _copy(part.calls)
        await first.stop()
        seen["committed when stopped at work"] = await part.committed()
        part.release.set()
        second = await part.member(stack)
        await until(part.committed, lambda total: total == 27)
        seen["called again after the restart"] = _since(before, part.calls, again=True)
        seen["finished after the restart"] = _since(before, part.calls, again=None)

        if members:
            before = _copy(part.calls)
            third = await part.member(stack)
            await until(_shares(second, third), lambda shares: shares == (2, 2))
            seen["partitions of two members"] = await _shares(second, third)()
            await send(range(9, 12))
            await until(part.committed, lambda total: total == 36)
            await second.stop()
            await send(range(12, 15))
            await until(part.committed, lambda total: total == 45)
            seen["called again while members came and went"] = _since(before, part.calls, again=True)
            seen["finished while members came and went"] = {
                key: [text for text in part.done[key] if int(text.split()[1]) >= 9] for key in KEYS
            }
        letters = await find(config, f"{part.topic}.dead", Filters())
        seen["dead letters: attempts and reason"] = sorted((one.attempts, one.reason) for one in letters)
        try:
            await producer.send(part.topic, bytes(2_000_000), key=b"a")
        except SendError as error:
            seen["two megabytes"] = type(error).__name__
        seen["partition of each key"] = [f"{key}: {part.partitions[key]}" for key in KEYS]
        seen["keys that share a partition"] = sorted(
            sorted(key for key in KEYS if part.partitions[key] == number)
            for number in set(part.partitions.values())
        )
    return seen


def _copy(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {key: list(found[key]) for key in KEYS}


def _since(
    before: dict[str, list[str]], after: dict[str, list[str]], *, again: bool | None
) -> dict[str, list[str]]:
    """Calls since then; only those that were called before, where `again`."""
    return {
        key: [text for text in after[key][len(before[key]) :] if again is None or text in before[key]]
        for key in KEYS
    }


def _shares(*consumers: Consumer) -> Callable[[], "asyncio.Future[tuple[int, ...]]"]:
    async def asked() -> tuple[int, ...]:
        return tuple(len(one.health().partitions) for one in consumers)

    return asked  # type: ignore[return-value]


async def until(ask: Callable[[], object], right: Callable[[object], bool]) -> None:
    """Ask until the answer is right; fail at the deadline, with the latest answer."""
    answer: object = None
    try:
        async with asyncio.timeout(DEADLINE):
            while not right(answer := await ask()):  # type: ignore[misc]  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"the latest answer after {DEADLINE:.0f} s is {answer!r}") from None
