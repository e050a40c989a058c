"""`python -m workers.local [--json]`: serves the world outside until SIGTERM, or until its parent is gone."""

import argparse
import asyncio
import json
import os
import shlex
import signal

from workers.local.world import World, serve

PARENT_CHECK = 0.25
"""Seconds between two looks at the parent. (PR_SET_PDEATHSIG would fire when only a thread of it ends.)"""


def main() -> None:
    """Print the environment once all is ready, as one JSON line or as shell exports."""
    parser = argparse.ArgumentParser(
        prog="python -m workers.local",
        description="Serve the ClaimX and iTel APIs and a file host on loopback.",
    )
    parser.add_argument("--json", action="store_true", help="print the environment as one line of JSON")
    asyncio.run(_serve(as_json=parser.parse_args().json))


async def _serve(*, as_json: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    orphaned = asyncio.create_task(_orphaned(os.getppid(), stop))
    async with serve() as world:
        print(_environment(world, as_json=as_json), flush=True)
        await stop.wait()
    orphaned.cancel()


async def _orphaned(parent: int, stop: asyncio.Event) -> None:
    while os.getppid() == parent:  # noqa: ASYNC110  # the kernel sets no asyncio.Event
        await asyncio.sleep(PARENT_CHECK)
    stop.set()


def _environment(world: World, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(world.environment)
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in world.environment.items())


if __name__ == "__main__":
    main()
