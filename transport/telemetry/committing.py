"""Times commits."""

import time
from collections.abc import Mapping

from transport.adapter import Progress, Source
from transport.contract import TopicPartition
from transport.telemetry import names
from transport.telemetry.names import meter

took = meter.create_histogram("transport.commit.duration", "s", "Time the broker or the store took to commit")


class TimedSource:
    """A connection whose commits are timed; all else is the connection's own."""

    def __init__(self, source: Source, system: str, group: str) -> None:
        self._source = source
        self._known = {names.SYSTEM: names.SYSTEMS[system], names.GROUP: group}
        self.open = source.open
        self.run = source.run
        self.pause = source.pause
        self.resume = source.resume
        self.position = source.position
        self.close = source.close

    @property
    def trouble(self) -> str:
        return self._source.trouble

    async def commit(self, finished: Mapping[TopicPartition, Progress]) -> None:
        began = time.perf_counter()
        told = self._known
        try:
            await self._source.commit(finished)
        except BaseException as error:
            told = {**self._known, names.ERROR: type(error).__qualname__}
            raise
        finally:
            took.record(time.perf_counter() - began, told)
