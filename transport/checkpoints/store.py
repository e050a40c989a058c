"""What a checkpoint store does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from transport.adapter import Progress


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who reads a partition. The etag changes with each claim; a claim with an old one fails.

    Arguments:
        owner: id of the process's client; empty once it has given the partition back.
        reader: name of the worker, the same for all its processes.
    """

    partition: str
    owner: str
    reader: str
    modified: float  # seconds since the epoch, by this machine's clock
    etag: str


class Store(Protocol):
    """Checkpoints and owners of one consumer group of one event hub. All raise TransportError only."""

    async def checkpoints(self) -> dict[str, Progress]:
        """The progress of each partition that has any."""

    async def advance(self, finished: Mapping[str, Progress]) -> None:
        """Store progress that is not behind the stored one, whoever stored that; leave the others."""

    async def owners(self) -> list[Ownership]:
        """Who claimed which partition, dead ones included."""

    async def claim(self, wanted: Iterable[Ownership]) -> list[Ownership]:
        """Take partitions whose owner has not changed since it was read; returns those that were taken."""

    async def close(self) -> None:
        """Close the connection, if there is one. May be called more than once."""
