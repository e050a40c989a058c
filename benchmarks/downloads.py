"""Downloads of 1 MB files from a host with 50 ms latency: one at a time, ten at once, before and after.

    python -m benchmarks.downloads [--files 1000]

Each way fetches that many files, by turns of a hundred, with the `Downloads` of the download workers. Before
and after also read a message for each from a Kafka stand-in: by the loop that claimx/download_worker had
before its migration, and by the transport layer.
"""

import argparse
import asyncio
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import transport.local
from benchmarks.arguments import count
from benchmarks.consuming import AT_ONCE, Clock, by_the_old_loop, by_the_transport_layer, send
from benchmarks.file_host import MB, file_host
from benchmarks.table import show
from workers.downloads import Downloads
from workers.origins import Origins

LATENCY = 0.05
TURN = 100
WAYS = {"one at a time": 1, "ten at once": AT_ONCE}
CONSUMING = {"before: the old loop": by_the_old_loop, "after: the transport layer": by_the_transport_layer}


def main() -> None:
    """Print the rate of each way, beside the most that the latency allows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.downloads")
    parser.add_argument("--files", type=count, default=1000, help="how many files each way fetches")
    files = parser.parse_args().files
    if reason := transport.local.missing("kafka"):
        parser.exit(2, f"{parser.prog}: {reason}\n")
    with (
        file_host(LATENCY) as address,
        transport.local.kafka() as broker,
        TemporaryDirectory() as folder,
    ):
        rates = asyncio.run(_rates(address, broker.environment, Path(folder), files))
    print(f"{files} files of 1 MB each way, {LATENCY * 1000:.0f} ms latency, medians of {len(rates)} turns")
    show(
        ["", "files/s", "slowest", "fastest", "latency allows", "ratio"],
        [
            [
                way,
                f"{median(turn[way] for turn in rates):.1f}",
                f"{min(turn[way] for turn in rates):.1f}",
                f"{max(turn[way] for turn in rates):.1f}",
                f"{WAYS.get(way, AT_ONCE) / LATENCY:.0f}",
                f"{median(turn[way] / turn['one at a time'] for turn in rates):.1f}",
            ]
            for way in (*WAYS, *CONSUMING)
        ],
    )


async def _rates(
    address: str, environment: Mapping[str, str], folder: Path, files: int
) -> list[dict[str, float]]:
    """Files a second of each way, turn by turn."""
    turns = []
    async with Downloads(folder, Origins.from_env({"FILE_HOST_URL": address})) as downloads:
        for first in range(0, files, TURN):
            turn = min(TURN, files - first)
            named = [f"{address}/{number}.bin?bytes={MB}" for number in range(turn)]
            rates = {way: await _rate(downloads, named, folder, at_once) for way, at_once in WAYS.items()}
            for number, (way, consume) in enumerate(CONSUMING.items()):
                topic = f"downloads-{first}-{number}"
                await send(environment, topic, named)
                clock = Clock(lambda url: _fetch(downloads, url), turn)
                rates[way] = turn / await consume(environment, topic, clock)
                shutil.rmtree(folder / "turn")
            turns.append(rates)
    return turns


async def _rate(downloads: Downloads, named: list[str], folder: Path, at_once: int) -> float:
    free = asyncio.Semaphore(at_once)

    async def fetch(url: str) -> None:
        async with free:
            await _fetch(downloads, url)

    began = time.perf_counter()
    await asyncio.gather(*map(fetch, named))
    seconds = time.perf_counter() - began
    shutil.rmtree(folder / "turn")
    return len(named) / seconds


async def _fetch(downloads: Downloads, url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    cached = await downloads.fetch(url, f"turn/{name}")
    assert cached.size == MB


if __name__ == "__main__":
    main()
