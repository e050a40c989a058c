"""A consumer under load whose link to the broker is cut every minute: does it come back, is its memory flat?

    python -m benchmarks.soak [--minutes 15] [--every 60] [--rate 200] [--on eventhub|kafka]

On Event Hubs it is the stand-in, on Kafka Apache Kafka itself (tests/broker/kafka). Every cut lasts two
seconds: connections are aborted, and new ones too. A cut counts as mended when everything sent so far was
handled. Exit code 1 if a message was lost or out of order, a cut not mended within a minute, or memory grew.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from statistics import median

import transport.local
from benchmarks.arguments import count
from benchmarks.link import Link
from benchmarks.soak.load import Load
from benchmarks.table import show
from tests.broker.kafka.jars import NoKafka
from tests.broker.kafka.node import KafkaNode
from transport import TransportConfig

TOPIC = "soak"
CUT = 2.0  # seconds
PATIENCE = 60.0  # seconds a cut may take to be mended
GROWTH = 1.05  # of memory, between the third and the last quarter: until then buffers grow to their size
GRACE = 5.0  # MB; a short run is still warming up


class Watched:
    """The consumer's process, and what it told last."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.latest: dict[str, float] = {}
        self.memory: list[float] = []

    async def listen(self) -> None:
        """Follow its output until it ends."""
        assert self.process.stdout
        async for line in self.process.stdout:
            self.latest = json.loads(line)
            self.memory.append(self.latest["memory"])

    async def until_handled(self, total: int, seconds: float) -> float | None:
        """Seconds until it has handled so many messages, None if it takes too long."""
        began = time.monotonic()
        while self.latest.get("handled", 0) < total:
            if time.monotonic() - began > seconds:
                return None
            await asyncio.sleep(0.05)
        return time.monotonic() - began


@contextlib.asynccontextmanager
async def broker(kind: str) -> AsyncIterator[tuple[Link, dict[str, str], dict[str, str]]]:
    """A link, and the environment of who is behind it and of who is not (on Kafka everybody is)."""
    async with Link() as link:
        if kind == "kafka":
            advertised = {"advertised.listeners": f"PLAINTEXT://{link.address}"}
            with KafkaNode(properties=advertised) as node:
                link.target = node.bootstrap_servers
                behind = {**node.environment, "KAFKA_BOOTSTRAP_SERVERS": link.address}
                yield link, behind, behind
        else:
            with transport.local.eventhub() as stand_in:
                link.target = stand_in.endpoints["wss"]
                direct = dict(stand_in.environment)
                yield link, {**direct, "EVENTHUB_CUSTOM_ENDPOINT": f"sb://{link.address}"}, direct


async def soak(kind: str, seconds: float, every: float, rate: float) -> bool:
    """Run it and print what was found; whether all was well."""
    mended: list[float | None] = []
    async with broker(kind) as (link, behind, direct):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "benchmarks.soak.consumer", TOPIC),
            env={"PATH": os.environ["PATH"], **behind},
            stdout=asyncio.subprocess.PIPE,
        )
        watched = Watched(process)
        listening = asyncio.create_task(watched.listen())
        load = Load(TransportConfig.from_env(direct), TOPIC, rate)
        loading = asyncio.create_task(load.run())
        try:
            if await watched.until_handled(1, PATIENCE) is None:
                sys.exit(f"nothing was handled within {PATIENCE:.0f} s of the start")
            ends = time.monotonic() + seconds
            while (left := ends - time.monotonic()) > 0 and not loading.done() and not listening.done():
                await asyncio.sleep(min(every, left))
                link.cut()
                await asyncio.sleep(CUT)
                link.mend()
                mended.append(await watched.until_handled(load.sent, PATIENCE))
                _say(len(mended), mended[-1], load, watched)
            load.end()
            await loading
            whole = await watched.until_handled(load.sent, PATIENCE) is not None
        finally:
            loading.cancel()
            if process.returncode is None:
                process.terminate()
            await process.wait()
            await listening
    return _report(kind, seconds, mended, load, watched, whole)


def _say(number: int, took: float | None, load: Load, watched: Watched) -> None:
    how = f"caught up after {took:.1f} s" if took is not None else f"not mended within {PATIENCE:.0f} s"
    print(
        f"cut {number}: {how}; {load.sent} sent, {watched.latest.get('handled', 0):.0f} handled, "
        f"{watched.memory[-1] if watched.memory else 0:.1f} MB",
        flush=True,
    )


def _report(
    kind: str, seconds: float, mended: list[float | None], load: Load, watched: Watched, whole: bool
) -> bool:
    told, quarter = watched.latest, max(1, len(watched.memory) // 4)
    quarters = [median(watched.memory[at * quarter :][:quarter] or watched.memory) for at in range(4)]
    times = [took for took in mended if took is not None]
    print(f"\nsoak of {seconds / 60:.1f} minutes on {kind}, a cut of {CUT:.0f} s each time")
    show(
        ["", ""],
        [
            ["messages sent", str(load.sent)],
            ["sends refused and repeated", str(load.refused)],
            ["messages handled", f"{told['handled']:.0f}"],
            ["handled again", f"{told['duplicates']:.0f}"],
            ["gaps in a key's order", f"{told['gaps']:.0f}"],
            ["cuts", str(len(mended))],
            ["cuts mended", str(len(times))],
            ["median seconds to catch up", f"{median(times or [0.0]):.1f}"],
            ["longest seconds to catch up", f"{max(times, default=0.0):.1f}"],
            *([f"MB in quarter {at}", f"{memory:.1f}"] for at, memory in enumerate(quarters, start=1)),
        ],
    )
    flat = quarters[3] <= max(quarters[2] * GROWTH, quarters[2] + GRACE)
    return (
        whole and flat and not told["gaps"] and len(times) == len(mended) and watched.process.returncode == 0
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--every", type=float, default=60.0, metavar="SECONDS", help="between cuts")
    parser.add_argument("--rate", type=count, default=200, help="messages a second")
    parser.add_argument("--on", choices=("eventhub", "kafka"), default="eventhub")
    chosen = parser.parse_args()
    if chosen.on == "eventhub" and (reason := transport.local.missing("eventhub")):
        parser.exit(2, f"{parser.prog}: {reason}\n")
    logging.disable(logging.CRITICAL)  # what the SDKs say of each cut would bury the report
    try:
        well = asyncio.run(soak(chosen.on, chosen.minutes * 60, chosen.every, chosen.rate))
    except NoKafka as reason:
        parser.exit(2, f"{parser.prog}: {reason}\n")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
