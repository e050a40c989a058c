"""A message, the same on both transports."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PipelineMessage:
    """One message; `offset` is its position in its partition (on Event Hubs, the sequence number)."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


Handler = Callable[[PipelineMessage], Awaitable[None]]
