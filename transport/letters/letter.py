"""What a dead letter tells about itself, and which ones somebody means."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from transport.contract import Headers, PipelineMessage
from transport.sidings import ORIGIN

REPLAY_OF = "x-replay-of"
"""On a mark in the dead-letter topic: the letter, as PARTITION:OFFSET, that was replayed."""
REPLAYED_FROM = "x-replayed-from"
"""On a replayed message: TOPIC/PARTITION/OFFSET of its dead letter, the same at every replay of it."""


class Place(NamedTuple):
    """Where a letter lies in its dead-letter topic."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """`PARTITION:OFFSET`; raises ValueError."""
        partition, colon, offset = text.partition(":")
        if not (colon and partition.isdecimal() and offset.isdecimal()):
            raise ValueError(f"{text!r} is not PARTITION:OFFSET, like 0:17")
        return cls(int(partition), int(offset))


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter without its value.

    Arguments:
        died: when it was written, to the dead-letter topic.
        size: bytes of its value, None for a null value.
        headers: those the message had when it was sent; what its burial added is in the fields below.
        origin: topic it comes from, empty if it does not say.
        origin_place: PARTITION:OFFSET there.
        replayed: it was sent back already.
        prefix: what all names began with where it died; the origin is named without it.
    """

    place: Place
    died: datetime
    key: bytes | None
    size: int | None
    headers: Headers
    origin: str
    origin_place: str
    attempts: str
    reason: str
    replayed: bool = False
    prefix: str = ""


def letter(message: PipelineMessage) -> Letter:
    """What a message of a dead-letter topic tells. Others' dead letters may tell nothing."""
    told = {name: value.decode("utf-8", "backslashreplace") for name, value in message.headers}
    topic, partition, offset, attempts, reason, prefix = (told.get(name, "") for name in ORIGIN)
    return Letter(
        place=Place(message.partition, message.offset),
        died=datetime.fromtimestamp(message.timestamp / 1000, UTC),
        key=message.key,
        size=len(message.value) if message.value is not None else None,
        headers=own_headers(message),
        origin=topic,
        origin_place=f"{partition}:{offset}" if partition else "",
        attempts=attempts,
        reason=reason,
        prefix=prefix,
    )


def own_headers(message: PipelineMessage) -> Headers:
    """A letter's headers without what its burial added."""
    return tuple(pair for pair in message.headers if pair[0] not in ORIGIN)


def marked(message: PipelineMessage) -> Place | None:
    """The letter that a mark says was replayed; None if the message is no mark."""
    for name, value in message.headers:
        if name == REPLAY_OF:
            try:
                return Place.parse(value.decode("utf-8", "replace"))
            except ValueError:
                return None
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which letters are meant: those that meet all of it.

    Arguments:
        places: these only, where any are named.
        origin: from this topic.
        key: with this key.
        reason: whose reason has this text in it, upper or lower case.
        since, until: that died then.
        replayed: replayed ones, or ones that are not; None for both.
        limit: so many at most, the oldest of each partition first.
    """

    places: frozenset[Place] = frozenset()
    origin: str = ""
    key: bytes | None = None
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    replayed: bool | None = None
    limit: int | None = None

    def match(self, one: Letter) -> bool:
        return (
            (not self.places or one.place in self.places)
            and (not self.origin or one.origin == self.origin)
            and (self.key is None or one.key == self.key)
            and self.reason.lower() in one.reason.lower()
            and (self.since is None or one.died >= self.since)
            and (self.until is None or one.died < self.until)
            and (self.replayed is None or one.replayed == self.replayed)
        )
