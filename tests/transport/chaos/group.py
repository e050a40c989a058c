"""The members of a group that come, go and are killed, and the topic that feeds them."""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from tests.transport.chaos import journal
from transport import Producer, SendError, TransportConfig, TransportError, create_producer
from transport.letters import Filters, find, take
from transport.letters.letter import Place

ROOT = Path(__file__).parents[3]
WORKER = "member"
READY_SECONDS = 60.0


@dataclass
class Group:
    """Processes of one worker.

    Arguments:
        environment: how they reach the broker.
        folder: for their journals and logs.
        options: their ConsumerOptions.
    """

    environment: Mapping[str, str]
    topic: str
    folder: Path
    options: Mapping[str, object]
    members: list[asyncio.subprocess.Process] = field(default_factory=list)
    kills: int = 0
    _count: int = 0

    async def join(self) -> None:
        """Start another member and wait until it has its partitions."""
        self._count += 1
        name = self.folder / f"member-{self._count}"
        with name.with_suffix(".log").open("wb") as log:
            member = await asyncio.create_subprocess_exec(
                sys.executable,
                *(
                    "-m",
                    "tests.transport.chaos.member",
                    self.topic,
                    WORKER,
                    str(name.with_suffix(".journal")),
                ),
                json.dumps(self.options),
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], **self.environment},
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.members.append(member)
        assert member.stdout
        async with asyncio.timeout(READY_SECONDS):
            told = await member.stdout.readline()
        assert told == b"ready\n", f"member {self._count} did not start:\n{self.told()}"

    async def leave(self) -> None:
        """Ask the oldest member to end, which it must do in good order."""
        member = self.members.pop(0)
        member.send_signal(signal.SIGTERM)
        async with asyncio.timeout(READY_SECONDS):
            assert await member.wait() == 0, self.told()

    async def kill(self) -> None:
        """End the oldest member with -9."""
        member = self.members.pop(0)
        member.kill()
        self.kills += 1
        await member.wait()

    async def close(self) -> None:
        """End all that are left, in good order."""
        while self.members:
            await self.leave()

    def told(self) -> str:
        """The end of what members logged."""
        return "\n".join(
            f"{path.name}: {path.read_text(errors='replace')[-4000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )


@dataclass(frozen=True, slots=True)
class Load:
    """`keys` keys with `each` numbered messages, every `poison_every`-th of which no handler takes."""

    keys: int
    each: int
    poison_every: int = 250

    def messages(self) -> dict[tuple[str, int], str]:
        """The kind of each message by key and number: good; poison, which says so; sour, which does not."""
        kinds = {}
        for position in range(self.keys * self.each):
            key, number = f"k{position % self.keys}", position // self.keys
            bad = position % self.poison_every == self.poison_every - 1
            kinds[key, number] = ("poison", "sour")[position // self.poison_every % 2] if bad else "good"
        return kinds

    async def send(self, config: TransportConfig, topic: str, deadline: float) -> None:
        """Send all of it, key by key in order, each until it is acknowledged."""
        producer = create_producer(config=config, domain="chaos", worker_name="sender")
        await producer.start()
        kinds = self.messages()
        try:
            await asyncio.gather(
                *(
                    self._send_key(producer, topic, f"k{number}", kinds, deadline)
                    for number in range(self.keys)
                )
            )
        finally:
            await producer.stop()

    async def _send_key(
        self,
        producer: Producer,
        topic: str,
        key: str,
        kinds: Mapping[tuple[str, int], str],
        deadline: float,
    ) -> None:
        for number in range(self.each):
            value = f"{key} {number} {kinds[key, number]}".encode()
            while True:
                try:
                    await producer.send(topic, value, key=key.encode())
                except SendError:
                    if time.monotonic() > deadline:
                        raise
                    await asyncio.sleep(random.random())
                else:
                    break


async def dead(config: TransportConfig, topic: str) -> list[journal.Dead]:
    """Every dead letter."""
    letters = {letter.place: letter for letter in await find(config, f"{topic}.dead", Filters())}
    found = []
    async with aclosing(take(config, f"{topic}.dead", letters)) as messages:
        async for message in messages:
            assert message.value is not None
            key, number, _ = message.value.decode().split()
            origin = letters[Place(message.partition, message.offset)].origin_place
            found.append(journal.Dead(key, int(number), origin))
    assert len(found) == len(letters)
    return found


async def until_all_are_done(group: Group, config: TransportConfig, load: Load, seconds: float) -> None:
    """Wait until everything was finished or is dead, as far as counting can tell; else go on to be judged."""
    kinds = load.messages()
    good = sum(kind == "good" for kind in kinds.values())
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if journal.count(group.folder) >= good:
            done = {(one.key, one.number) for one in journal.read(group.folder)}
            if len(done) >= good and await _all_dead(group, config, len(kinds) - good):
                return
        await asyncio.sleep(0.1)


async def _all_dead(group: Group, config: TransportConfig, expected: int) -> bool:
    try:
        return len({(one.key, one.number) for one in await dead(config, group.topic)}) >= expected
    except TransportError:
        return False
