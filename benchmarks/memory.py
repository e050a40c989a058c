"""Peak memory of downloading a large file, against a small one, and against one that is held whole.

    python -m benchmarks.memory [--megabytes 200] [--rounds 5]

Every download is a process of its own. Its peak is VmHWM, the most physical memory it ever had: Linux only.
(`ru_maxrss` would do elsewhere, but counts what the parent held when it started the process.)
"""

import argparse
import asyncio
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp

from benchmarks.arguments import count
from benchmarks.file_host import MB, file_host
from benchmarks.table import show
from workers.downloads import Downloads
from workers.origins import Origins

STATUS = Path("/proc/self/status")


def main() -> None:
    """Print the peak of each way, and what it has above the small file's."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory")
    parser.add_argument("--megabytes", type=count, default=200, help="the large file's size")
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--fetch", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if not STATUS.exists():
        parser.exit(2, f"{parser.prog}: {STATUS} is missing: peaks are measured on Linux only\n")
    if chosen.fetch:
        how, address, megabytes = chosen.fetch
        asyncio.run(WAYS[how](address, int(megabytes)))
        print(_peak())
        return
    _compare(chosen.megabytes, chosen.rounds)


def _compare(megabytes: int, rounds: int) -> None:
    runs = [("streamed", 1), ("streamed", megabytes), ("held", megabytes)]
    with file_host(latency=0) as address:
        peaks = [[_measured(how, address, size) for how, size in runs] for _ in range(rounds)]
    small, *_ = middle = [median(column) for column in zip(*peaks, strict=True)]
    print(f"peak resident memory, medians of {rounds} rounds")
    show(
        ["", "MB", "above the small file", "ratio"],
        [
            [f"{how}, {size} MB", f"{peak:.1f}", f"{peak - small:+.1f}", f"{peak / small:.2f}"]
            for (how, size), peak in zip(runs, middle, strict=True)
        ],
    )


def _measured(how: str, address: str, megabytes: int) -> float:
    command = [sys.executable, "-m", "benchmarks.memory", "--fetch", how, address, str(megabytes)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


async def _stream(address: str, megabytes: int) -> None:
    """As the download workers do."""
    with TemporaryDirectory() as folder:
        async with Downloads(Path(folder), Origins.from_env({"FILE_HOST_URL": address})) as downloads:
            cached = await downloads.fetch(f"{address}/large.bin?bytes={megabytes * MB}", "large.bin")
            assert cached.size == megabytes * MB


async def _hold(address: str, megabytes: int) -> None:
    """The peer: aiohttp's own `read()`, which shows that a file held whole would be seen."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{address}/large.bin?bytes={megabytes * MB}") as response,
    ):
        assert len(await response.read()) == megabytes * MB


WAYS = {"streamed": _stream, "held": _hold}


def _peak() -> float:
    """This process's peak, in MB."""
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / MB


if __name__ == "__main__":
    main()
