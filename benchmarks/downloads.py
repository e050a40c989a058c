"""Downloads of 1 MB files from a host with 50 ms latency: one at a time against ten at once.

    python -m benchmarks.downloads [--files 1000]

Both ways fetch that many files, by turns of a hundred, with the `Downloads` of the download workers.
"""

import argparse
import asyncio
import shutil
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.arguments import count
from benchmarks.file_host import MB, file_host
from benchmarks.table import show
from workers.downloads import Downloads
from workers.origins import Origins

LATENCY = 0.05
TURN = 100
WAYS = {"one at a time": 1, "ten at once": 10}


def main() -> None:
    """Print the rate of each way, beside the most that the latency allows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.downloads")
    parser.add_argument("--files", type=count, default=1000, help="how many files each way fetches")
    files = parser.parse_args().files
    with file_host(LATENCY) as address, TemporaryDirectory() as folder:
        rates = asyncio.run(_rates(address, Path(folder), files))
    print(f"{files} files of 1 MB each way, {LATENCY * 1000:.0f} ms latency, medians of {len(rates)} turns")
    middle = {way: median(turn[way] for turn in rates) for way in WAYS}
    show(
        ["", "files/s", "slowest", "fastest", "latency allows", "ratio"],
        [
            [
                way,
                f"{middle[way]:.1f}",
                f"{min(turn[way] for turn in rates):.1f}",
                f"{max(turn[way] for turn in rates):.1f}",
                f"{at_once / LATENCY:.0f}",
                f"{median(turn[way] / turn['one at a time'] for turn in rates):.1f}",
            ]
            for way, at_once in WAYS.items()
        ],
    )


async def _rates(address: str, folder: Path, files: int) -> list[dict[str, float]]:
    """Files a second of each way, turn by turn."""
    async with Downloads(folder, Origins.from_env({"FILE_HOST_URL": address})) as downloads:
        return [
            {
                way: await _rate(downloads, address, folder / "turn", min(TURN, files - first), at_once)
                for way, at_once in WAYS.items()
            }
            for first in range(0, files, TURN)
        ]


async def _rate(downloads: Downloads, address: str, folder: Path, files: int, at_once: int) -> float:
    free = asyncio.Semaphore(at_once)

    async def fetch(number: int) -> None:
        async with free:
            cached = await downloads.fetch(f"{address}/{number}.bin?bytes={MB}", f"turn/{number}.bin")
            assert cached.size == MB

    began = time.perf_counter()
    await asyncio.gather(*map(fetch, range(files)))
    seconds = time.perf_counter() - began
    shutil.rmtree(folder)
    return files / seconds


if __name__ == "__main__":
    main()
