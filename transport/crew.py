"""What the partitions of a consumer share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transport.breaker import Breaker
from transport.contract import ConsumerOptions, Handler
from transport.runners import Runners
from transport.sidings import Sidings

if TYPE_CHECKING:
    from transport.lane import Lane


@dataclass(frozen=True, slots=True)
class Crew:
    """What the lanes of a consumer share.

    Arguments:
        progressed: called when a lane has something to commit, where it had nothing.
        plenty: called when a lane has so much to commit that it should not wait.
        room: called when a full lane has room again.
    """

    handler: Handler
    options: ConsumerOptions
    runners: Runners
    breaker: Breaker
    sidings: Sidings
    progressed: Callable[["Lane"], None]
    plenty: Callable[["Lane"], None]
    room: Callable[["Lane"], None]
