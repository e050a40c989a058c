"""Runs tests in virtual time."""

import asyncio
import functools

from transport.virtual import VirtualLoop


def virtually(test):
    """Run a test in virtual time, and see that it leaves no task behind."""

    @functools.wraps(test)
    def run():
        async def alone():
            await test()
            assert asyncio.all_tasks() == {asyncio.current_task()}

        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(alone())

    del run.__wrapped__  # else it would count as a coroutine
    return run
