"""How long a scan and a history take, beside other tools and the floor, as whole processes by turns.

    python -m benchmarks.scanning [ours] [dense] [large] [generated] [history] [--write docs/benchmarks.md]
        [--files 20000] [--workers 1000] [--commits 1000] [--rounds 9] [--minutes 20] [--patience 120]
        [--peers FOLDER]

The floor lists and reads every file, or every blob that a history needs. Peers are `make peers` and the
distribution's ripgrep; one that is missing is left out, and that is said. The slow ones (semgrep, fixit,
LibCST's parser alone) take part in *dense*. A tool that fails, or takes longer than `--patience` seconds, is
not run again, and its row says so; a corpus that cannot be made is left out. Each corpus gets its part of
`--minutes`, and at least one round. The large package is downloaded once, into var/benchmarks.
"""

from __future__ import annotations

import argparse
import compileall
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import migration_tracker
from benchmarks import corpora
from benchmarks.arguments import count
from benchmarks.peers import ENVIRONMENT
from benchmarks.scanning.entrants import histories, scans
from benchmarks.scanning.tables import put, section
from benchmarks.timing import compare

CORPORA = ("ours", "dense", "large", "generated", "history")

_UNSETTLED = 2.1
"""Seconds in which a scan does not yet trust that a file that was just written will stay as it is."""


def main() -> int:
    """Print tables a corpus, and put them into a document; returns 1 if a corpus or a tool failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scanning")
    parser.add_argument("corpus", nargs="*", choices=[*CORPORA, []], help="which to take (default: all)")
    for name, default in (("files", 20_000), ("workers", 1_000), ("commits", 1_000), ("rounds", 9)):
        parser.add_argument(f"--{name}", type=count, default=default)
    parser.add_argument("--minutes", type=count, default=20, help="after which no further round begins")
    parser.add_argument("--patience", type=count, default=120, help="seconds that one run may take")
    parser.add_argument("--peers", type=Path, default=ENVIRONMENT, help="where the other tools are")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a document to put the tables into")
    chosen = parser.parse_args()
    # What is installed has its bytecode; a checkout has none where Python is kept from writing it.
    compileall.compile_dir(Path(migration_tracker.__file__).parent, quiet=1)
    names = chosen.corpus or CORPORA
    began, failed = time.monotonic(), False
    for number, name in enumerate(names, 1):
        until = began + 60 * chosen.minutes * number / len(names)
        try:
            text, is_whole = _measured(name, chosen, until)
        except (OSError, subprocess.CalledProcessError) as error:
            _tell(f"{name}: left out: {error}")
            failed = True
            continue
        failed = failed or not is_whole
        print(f"{text}\n", flush=True)
        if chosen.write:
            try:
                put(chosen.write, name, text)
            except (OSError, ValueError) as error:
                parser.exit(2, f"{parser.prog}: {error}\n")
    return 1 if failed else 0


def _measured(name: str, chosen: argparse.Namespace, until: float) -> tuple[str, bool]:
    """The tables of a corpus, and whether every tool did its work, or at least did not fail."""
    with TemporaryDirectory(prefix="scanning-") as scratch:
        place = Path(scratch)
        _tell(f"{name}: making the corpus")
        with ProcessPoolExecutor(1) as maker:  # what this process held at its peak, every child begins with
            folder = maker.submit(_corpus, name, place / "corpus", chosen).result()
        if name == "history":
            entrants = list(histories(folder, place))
        else:
            entrants = list(scans(folder, place, chosen.peers, slow=name == "dense"))
        time.sleep(_UNSETTLED)
        _refresh(folder)
        load, now = os.getloadavg()[0], datetime.now(UTC)
        results = compare(
            entrants,
            folder,
            rounds=chosen.rounds,
            patience=chosen.patience,
            until=until,
            on_turn=lambda what: _tell(f"{name}, {what}"),
        )
        for one in results:
            if one.ended:
                _tell(f"{name}, {one.name}: {one.ended}")
        rounds = max(len(one.turns) for one in results)
        taken = (
            f"Taken on {now.day} {now:%B %Y} at {now:%H:%M} UTC, {rounds} round{'s' * (rounds != 1)}, "
            f"{os.cpu_count()} processors, load average {load:.1f} before and {os.getloadavg()[0]:.1f} after."
        )
        text = section(name, _title(name, folder, chosen), taken, results)
        return text, not any(one.ended.startswith("failed") for one in results)


def _corpus(name: str, folder: Path, chosen: argparse.Namespace) -> Path:
    match name:
        case "ours":
            return corpora.ours(folder)
        case "dense":
            return corpora.dense(folder)
        case "large":
            folder.mkdir()
            return corpora.large(folder, corpora.ROOT / "var" / "benchmarks")
        case "generated":
            return corpora.generated(folder, files=chosen.files, workers=chosen.workers)
        case _:
            return corpora.past(folder, commits=chosen.commits, files=min(chosen.files, 300), workers=20)


def _refresh(folder: Path) -> None:
    """Have git note the times of files that were just written, as `git status` does: else it hashes all."""
    if (folder / ".git").is_dir():
        subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=folder, check=True)
        time.sleep(_UNSETTLED)


def _title(name: str, folder: Path, chosen: argparse.Namespace) -> str:
    files = [path for path in folder.rglob("*.py") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    about = f"{name}: {len(files):,} Python files, {size:.1f} MB"
    return f"{about}, {chosen.commits:,} commits" if name == "history" else about


def _tell(what: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
