"""Sends dead letters to where they came from.

Why the marks lie beside the letters: docs/adr/0015-replays-are-marked-beside-the-letters.md.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from transport.config import TransportConfig
from transport.errors import UsageError
from transport.factory import create_producer
from transport.letters.letter import REPLAY_OF, REPLAYED_FROM, Letter, Place, own_headers
from transport.letters.reading import take

REPLAYED_AT = "x-replayed-at"


@dataclass(frozen=True, slots=True)
class Replay:
    """A letter that was sent back, and marked as such after the broker had acknowledged it."""

    letter: Letter
    topic: str


def check(config: TransportConfig, topic: str, letters: Sequence[Letter], *, to: str = "") -> None:
    """Refuse letters of another installation on the same broker: a topic of ours would get them.

    Arguments: as for replay.

    Errors: UsageError.
    """
    ours = config.routes.prefix
    if not to and (others := [one for one in letters if one.origin and one.prefix != ours]):
        raise UsageError(
            f"{others[0].place} in {topic} died where PIPELINE_PREFIX is {others[0].prefix!r}, and it is "
            f"{ours!r} here: set it as it is there, or name a topic to send to"
        )


async def replay(
    config: TransportConfig, topic: str, letters: Sequence[Letter], *, to: str = ""
) -> AsyncGenerator[Replay, None]:
    """Send letters of a dead-letter topic back, one after the other, with their own value, key and headers.

    Each is acknowledged before it is marked, so one that an interruption leaves unmarked is sent again by the
    next replay. What is sent carries `x-replayed-from`, by which a handler can tell that it had it before.

    Arguments:
        letters: as `find` gave them.
        to: topic to send to; by default each goes to the one it came from.

    Errors: UsageError if a letter does not say where it came from, or as `check`; TransportError at the first
    that fails: those before it are sent and marked.
    """
    check(config, topic, letters, to=to)
    by_place = {one.place: one for one in letters}
    if not to and (lost := [str(one.place) for one in letters if not one.origin]):
        raise UsageError(
            f"{', '.join(lost)} in {topic} does not say where it came from: name a topic to send to"
        )
    producer = create_producer(config=config, domain="transport", worker_name="dead_letters")
    await producer.start()
    try:
        async for message in take(config, topic, by_place):
            one = by_place[Place(message.partition, message.offset)]
            target = to or one.origin
            story = (REPLAYED_FROM, f"{topic}/{message.partition}/{message.offset}".encode())
            kept = tuple(pair for pair in own_headers(message) if pair[0] != REPLAYED_FROM)
            await producer.send(target, message.value, message.key, (*kept, story))
            now = datetime.now(UTC).isoformat(timespec="seconds").encode()
            mark = ((REPLAY_OF, str(one.place).encode()), (REPLAYED_AT, now))
            await producer.send(topic, None, message.key, mark)
            yield Replay(one, target)
    finally:
        await producer.stop()
