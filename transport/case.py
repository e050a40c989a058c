"""A message that has failed: what is remembered of it until it is done with."""

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

from transport.contract import PipelineMessage
from transport.sidings import Exit, words


@dataclass(slots=True, eq=False)
class Case:
    """One message on its way through attempts, retry topics and dead letters.

    Arguments:
        message: as the handler gets it; one out of a retry topic has its first place again.
        offset: its place in the partition it was read from.
        since: when its first attempt began here, or is due, as the loop tells time.
        failure: the latest error.
        attempts: calls of the handler so far, those before a retry topic included.
        stage: how many retry topics it has been through.
        tries: calls since it was read, or since the breaker gave it a new chance.
        exit: where it leaves to; the handler is not called again.
        refusals: how often it was not taken there.
        held: why it does not move on, or nothing.
        timer: what wakes it.
    """

    message: PipelineMessage
    offset: int
    since: float
    failure: BaseException | None = None
    attempts: int = 0
    stage: int = 0
    tries: int = 0
    exit: Exit | None = None
    refusals: int = 0
    held: str = ""
    timer: asyncio.TimerHandle | None = None

    @property
    def key(self) -> bytes | None:
        return self.message.key


Work: TypeAlias = PipelineMessage | Case


def told(failure: BaseException | None) -> str:
    """An error in one line."""
    text = words(failure)
    name = type(failure).__name__
    return f"{name}: {text.splitlines()[0][:300]}" if text else name
