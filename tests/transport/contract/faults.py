"""A consumer's connection with faults on demand, between the engine and whichever adapter there is."""

import asyncio

from transport import BrokerUnavailableError, CommitError


class Line:
    """Stands in the way of a consumer that was made and not started yet.

    Arguments:
        deaf: what the broker delivers vanishes, while everything seems well; a new connection hears again.
        refusals: how many of the next commits are refused.
    """

    def __init__(self, consumer):
        self.deaf = False
        self.refusals = 0
        self.opened = 0
        self.lost = asyncio.Event()
        self._connect = consumer._connect
        consumer._connect = self._connected

    def cut(self):
        """Lose the connection; the next one is another."""
        self.lost.set()

    def _connected(self, intake):
        self.opened += 1
        self.deaf = False
        self.lost.clear()
        return _Source(self, self._connect(_Intake(self, intake)))


class _Intake:
    def __init__(self, line, intake):
        self._line = line
        self.assigned = intake.assigned
        self.revoked = intake.revoked
        self._deliver = intake.deliver

    def deliver(self, partition, *messages):
        return True if self._line.deaf else self._deliver(partition, *messages)


class _Source:
    def __init__(self, line, source):
        self._line = line
        self._source = source

    def __getattr__(self, name):
        return getattr(self._source, name)

    async def position(self, partition):
        return None if self._line.deaf else await self._source.position(partition)

    async def run(self):
        tasks = [asyncio.create_task(self._source.run()), asyncio.create_task(self._line.lost.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if tasks[0].done():
                tasks[0].result()
            raise BrokerUnavailableError("the line was cut")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def commit(self, finished):
        if self._line.refusals > 0:
            self._line.refusals -= 1
            raise CommitError("the line refuses commits")
        await self._source.commit(finished)
