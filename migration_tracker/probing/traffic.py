"""What goes over the broker in a run: samples in, expected messages out, the committed position."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migration_tracker.probing import files
from migration_tracker.probing.description import SCRATCH, Description, Expectation, Sample
from migration_tracker.probing.environment import fill

if TYPE_CHECKING:
    from transport import PartitionLag, TransportConfig

_SHOWN = 3  # messages that were not the expected one
_SHOWN_LENGTH = 400
_LAG_EVERY = 0.1
_LOOK_EVERY = 0.1
_SIGN_EVERY = 0.02


@dataclass(slots=True)
class Output:
    """What was found on the topics that are written to."""

    found: list[dict[str, Any]] = field(default_factory=list)
    wanted: list[Expectation] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class Traffic:
    """The harness's own clients. Topics are named as the worker names them.

    Args:
        description: of the worker.
        broker: the environment that leads to the run's broker.
        names: what `${NAME}` stands for.
        before: where each partition ended before the run, by topic; what is older does not count.
    """

    def __init__(
        self,
        description: Description,
        broker: Mapping[str, str],
        names: Mapping[str, str],
        before: Mapping[str, Mapping[int, int]] | None = None,
    ) -> None:
        from transport import EVENTHUB, TransportConfig

        self._description, self._names, self._before = description, names, before or {}
        self._config: TransportConfig = TransportConfig.from_env(broker)
        self._on_event_hubs = self._config.transport == EVENTHUB

    async def exchange(
        self, samples: Iterable[Sample], expected: Iterable[Expectation], seconds: float
    ) -> tuple[list[dict[str, Any]], Output]:
        """Send the samples, and read the topics of the expected messages from their beginnings until each has
        shown up or time is over. What was sent, and what was found."""
        receiving = asyncio.create_task(self.receive(expected, seconds))  # which takes a while to begin
        try:
            sent = await self._send(samples)
            return sent, await receiving
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

    async def send_until_it_shows(
        self, samples: Sequence[Sample], expected: Iterable[Expectation], seconds: float
    ) -> str:
        """Send the samples and wait until the first of them shows: `output` when an expected message has
        arrived, `commit` when the group's position has moved, "" when time is over."""
        signs = [
            asyncio.create_task(self._arrived(expectation, seconds), name="output")
            for expectation in expected
        ]
        signs.append(asyncio.create_task(self._moved(samples[0].topic, seconds), name="commit"))
        try:
            await self._send(samples)
            done, _ = await asyncio.wait(signs, return_when=asyncio.FIRST_COMPLETED)
            return min((task.get_name() for task in done if task.result()), default="")
        finally:
            for task in signs:
                task.cancel()
            await asyncio.gather(*signs, return_exceptions=True)

    async def _arrived(self, expectation: Expectation, seconds: float) -> bool:
        return not (await self.receive([expectation], seconds)).wanted

    async def _moved(self, topic: str, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not any(part.committed for part in await self._lag(topic)):
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_SIGN_EVERY)
        return True

    async def _send(self, samples: Iterable[Sample]) -> list[dict[str, Any]]:
        """Send the samples in their order, each acknowledged before the next; what was sent."""
        from transport import create_producer

        producer = create_producer(config=self._config, domain="smoke", worker_name="probe")
        await producer.start()
        try:
            sent = []
            for sample in samples:
                value = fill(sample.value, self._names, f"sample {sample.name!r}")
                await producer.send(
                    self._broker_name(sample.topic),
                    (value if isinstance(value, str) else json.dumps(value)).encode(),
                    key=sample.key.encode() if sample.key is not None else None,
                    headers=tuple((name, text.encode()) for name, text in sample.headers.items()),
                )
                sent.append({"sample": sample.name, "topic": sample.topic})
            return sent
        finally:
            await producer.stop()

    async def receive(self, expected: Iterable[Expectation], seconds: float) -> Output:
        """Read the topics of the expected messages from their beginnings, and look for the expected files,
        until each has shown up or time is over."""
        output = Output(wanted=list(expected))
        deadline = time.monotonic() + seconds
        topics = dict.fromkeys(expectation.topic for expectation in output.wanted if expectation.topic)
        in_files = [expectation for expectation in output.wanted if expectation.file]
        await asyncio.gather(
            *(self._read(topic, output, deadline) for topic in topics),
            *(self._look(expectation, output, deadline) for expectation in in_files),
        )
        return output

    async def _look(self, expectation: Expectation, output: Output, deadline: float) -> None:
        pattern = fill(expectation.file.removeprefix(f"{SCRATCH}/"), self._names, "the expected file")
        text = fill(expectation.contains, self._names, f"expectation on {pattern!r}")
        while True:
            if found := await asyncio.to_thread(files.holding, Path(self._names["SCRATCH"]), pattern, text):
                output.wanted.remove(expectation)
                output.found.append({"sample": expectation.sample, "file": found})
                return
            if time.monotonic() >= deadline:
                return
            await asyncio.sleep(_LOOK_EVERY)

    async def _read(self, topic: str, output: Output, deadline: float) -> None:
        from transport import browse

        wanted = [
            (expectation, fill(expectation.contains, self._names, f"expectation on {topic!r}"))
            for expectation in output.wanted
            if expectation.topic == topic
        ]
        messages = browse(config=self._config, topic=self._broker_name(topic), until=deadline)
        async with contextlib.aclosing(messages):
            async for message in messages:
                if message.offset < self._before.get(topic, {}).get(message.partition, 0):
                    continue
                value = _json(message.value)
                met = _once(pair for pair in wanted if contains(value, pair[1]))
                if not met and len(output.others) < _SHOWN:
                    output.others.append((message.value or b"").decode("utf-8", "replace")[:_SHOWN_LENGTH])
                for pair in met:
                    wanted.remove(pair)
                    output.wanted.remove(pair[0])
                    place = {"topic": topic, "partition": message.partition, "offset": message.offset}
                    output.found.append({"sample": pair[0].sample, **place})
                if not wanted:
                    return

    async def settle(self, topics: Iterable[str], seconds: float) -> dict[str, tuple[PartitionLag, ...]]:
        """The group's positions by topic, as soon as it is behind on none of them, else when time is over."""
        deadline = time.monotonic() + seconds
        while True:
            lags = {topic: await self._lag(topic) for topic in topics}
            caught_up = all(any(part.end for part in parts) and not behind(parts) for parts in lags.values())
            if caught_up or time.monotonic() >= deadline:
                return lags
            await asyncio.sleep(_LAG_EVERY)

    async def committed(self, topics: Iterable[str], seconds: float) -> str:
        """What the group has committed, as soon as it has; "" if it has committed nothing when time is
        over."""
        deadline = time.monotonic() + seconds
        while True:
            for topic in topics:
                for part in await self._lag(topic):
                    if part.committed:
                        return f"{part.committed} of {part.end} on {topic} partition {part.partition}"
            if time.monotonic() >= deadline:
                return ""
            await asyncio.sleep(_LAG_EVERY)

    async def _lag(self, topic: str) -> tuple[PartitionLag, ...]:
        from transport import lag

        return await lag(config=self._config, topic=self._broker_name(topic), group=self.group(topic))

    def group(self, topic: str) -> str:
        """Who reads `topic`: the consumer group on Event Hubs, else the Kafka group; "" where none is
        named."""
        if self._on_event_hubs:
            return self._description.hub(topic).consumer_group
        return self._description.group or ""

    def _broker_name(self, topic: str) -> str:
        return self._description.hub(topic).event_hub if self._on_event_hubs else topic


def _once(met: Iterable[tuple[Expectation, Any]]) -> list[tuple[Expectation, Any]]:
    """Of expectations that ask for the same only the first: each wants a message of its own."""
    distinct: list[tuple[Expectation, Any]] = []
    for pair in met:
        if all(pair[1] != other for _, other in distinct):
            distinct.append(pair)
    return distinct


def behind(parts: Iterable[PartitionLag]) -> list[PartitionLag]:
    """The partitions that hold messages whose handling is not committed."""
    return [part for part in parts if (part.committed or 0) < part.end]


def contains(value: Any, subset: Any) -> bool:
    """Whether all of `subset` is in `value`: keys of objects, at any depth; lists and all else must be
    equal."""
    if isinstance(subset, Mapping):
        return isinstance(value, Mapping) and all(
            key in value and contains(value[key], inner) for key, inner in subset.items()
        )
    if isinstance(subset, list | tuple) and isinstance(value, list):
        return len(subset) == len(value) and all(map(contains, value, subset))
    return isinstance(value, bool) is isinstance(subset, bool) and bool(value == subset)


def _json(value: bytes | None) -> Any:
    try:
        return json.loads(value or b"")
    except ValueError:
        return None
