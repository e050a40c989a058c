"""How long a scan and a history take, beside other tools and the floor, as whole processes by turns.

    python -m benchmarks.scanning [ours] [dense] [large] [generated] [history]
        [--files 20000] [--workers 1000] [--commits 1000] [--rounds 5] [--patience 120] [--peers FOLDER]

The floor lists and reads every file, or every blob that a history needs. Peers are `make peers` and the
distribution's ripgrep; one that is missing is left out, and that is said. A tool that takes longer than
`--patience` seconds is ended and not run again. The large package is downloaded once, into var/benchmarks.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import corpora
from benchmarks.arguments import count
from benchmarks.peers import ENVIRONMENT, FIXIT, RIPGREP, RUFF, SEMGREP, Peer
from benchmarks.table import show
from benchmarks.timing import Entrant, Result, compare

CORPORA = ("ours", "dense", "large", "generated", "history")

_OURS = str(Path(sys.executable).parent / "migration-tracker")
"""The installed program: in a clone of this repository, `python -m` would run the clone."""

_READ_ALL = """
import os, sys
for folder, folders, files in os.walk("."):
    folders[:] = [name for name in folders if name != ".git"]
    for name in files:
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as file:
                file.read()
"""
_PARSE_ALL = """
import multiprocessing, os, libcst
def parse(path):
    try:
        libcst.parse_module(open(path, "rb").read())
    except (libcst.ParserSyntaxError, UnicodeDecodeError):
        pass
if __name__ == "__main__":
    walk = [os.path.join(at, name) for at, _, names in os.walk(".") for name in names]
    with multiprocessing.Pool(2) as pool:
        pool.map(parse, [path for path in walk if path.endswith(".py")], chunksize=20)
"""

_UNSETTLED = 2.1
"""Seconds in which a scan does not yet trust that a file that was just written will stay as it is."""


def main() -> None:
    """Print a table a corpus: seconds, and the ratios to the floor and to ruff."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scanning")
    parser.add_argument("corpus", nargs="*", choices=[*CORPORA, []], help="which to take (default: all)")
    for name, default in (("files", 20_000), ("workers", 1_000), ("commits", 1_000), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=count, default=default)
    parser.add_argument("--patience", type=count, default=120, help="seconds that one run may take")
    parser.add_argument("--peers", type=Path, default=ENVIRONMENT, help="where the other tools are")
    chosen = parser.parse_args()
    for name in chosen.corpus or CORPORA:
        with TemporaryDirectory(prefix="scanning-") as scratch:
            place = Path(scratch)
            folder = _corpus(name, place / "corpus", chosen)
            time.sleep(_UNSETTLED)
            _refresh(folder)
            entrants = _history(folder, place) if name == "history" else _scans(folder, place, chosen.peers)
            results = compare(list(entrants), folder, rounds=chosen.rounds, patience=chosen.patience)
            _show(_title(name, folder, chosen), results, chosen.patience)


def _refresh(folder: Path) -> None:
    """Have git note the times of files that were just written, as `git status` does: else it hashes all."""
    if (folder / ".git").is_dir():
        subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=folder, check=True)
        time.sleep(_UNSETTLED)


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


def _scans(folder: Path, place: Path, environment: Path) -> Iterator[Entrant]:
    yield Entrant("floor: list and read", [sys.executable, "-S", "-E", "-c", _READ_ALL])
    yield from _peer(RIPGREP, environment)
    yield from _peer(RUFF, environment, "ruff, no cache")
    for warm in _peer(RUFF, environment, "ruff, cached"):
        cached = [part for part in warm.command if part != "--no-cache"]
        yield _warmed(Entrant(warm.name, [*cached, "--cache-dir", str(place / "ruff")]), folder)
    ours = [_OURS, "scan", "--format", "json"]
    own = {"XDG_CACHE_HOME": str(place / "cache")}
    yield Entrant("inventory, cold", [*ours, "--inventory-only", "--no-cache"], own)
    yield _warmed(Entrant("inventory, warm", [*ours, "--inventory-only"], own), folder)
    yield Entrant("whole scan, cold", [*ours, "--no-cache"], own)
    yield _warmed(Entrant("whole scan, warm", ours, own), folder)
    yield from _peer(SEMGREP, environment)
    python = environment / "python"
    if python.exists():
        script = place / "parse_all.py"
        script.write_text(_PARSE_ALL)
        yield Entrant("libcst, parse only, 2 processes", [str(python), str(script)])
    for entrant in _peer(FIXIT, environment):
        copy = Path(shutil.copytree(folder, place / "fixit", symlinks=True))
        FIXIT.prepare(copy)
        yield replace(entrant, folder=copy)


def _history(folder: Path, place: Path) -> Iterator[Entrant]:
    objects = ["git", "rev-list", "--objects", "HEAD"]
    listed = subprocess.run(objects, cwd=folder, check=True, capture_output=True, text=True)
    blobs = [line.split(" ")[0] for line in listed.stdout.splitlines() if line.endswith(".py")]
    (place / "blobs").write_text("\n".join(blobs) + "\n")
    read = f"git cat-file --batch < {place / 'blobs'} > {os.devnull}"
    yield Entrant(f"floor: git cat-file, {len(blobs)} blobs", ["sh", "-c", read])
    yield Entrant("git log -G", ["git", "log", "-G", "AIOKafka(Consumer|Producer)", "--oneline"])
    ours = [_OURS, "history", "--format", "json"]
    own = {"XDG_CACHE_HOME": str(place / "cache")}
    yield Entrant("history, cold", [*ours, "--no-cache"], own)
    yield _warmed(Entrant("history, warm", ours, own), folder)


def _peer(peer: Peer, environment: Path, name: str = "") -> Iterator[Entrant]:
    program = peer.find(environment)
    if program is None:
        print(f"{peer.name} is not installed, so it was not run: make peers", file=sys.stderr)
        return
    yield Entrant(name or peer.name, peer.command(program), peer.environment())


def _warmed(entrant: Entrant, folder: Path) -> Entrant:
    """An entrant that has run once, so that its cache is filled."""
    env = {**os.environ, **(entrant.env or {})}
    subprocess.run(entrant.command, cwd=folder, env=env, capture_output=True, check=False)
    return entrant


def _title(name: str, folder: Path, chosen: argparse.Namespace) -> str:
    files = list(folder.rglob("*.py"))
    size = sum(path.stat().st_size for path in files if path.is_file()) / 1e6
    about = f"{name}: {len(files)} Python files, {size:.1f} MB"
    return f"{about}, {chosen.commits} commits" if name == "history" else about


def _show(title: str, results: list[Result], patience: float) -> None:
    floor = results[0]
    peers = [one for one in results if one.name in ("ruff, no cache", "git log -G")]
    peer = "git log -G" if "history" in title else "ruff"
    print(title)
    show(
        ["", "s", "slowest", "CPU s", "MB", "× floor", f"× {peer}", "CPU × floor", f"CPU × {peer}"],
        [
            [
                one.name,
                f"{one.seconds:.3f}" if one.finished else f">{patience}",
                f"{one.slowest:.3f}",
                f"{one.cpu:.3f}",
                f"{one.megabytes:.0f}",
                f"{one.seconds / floor.seconds:.1f}",
                f"{one.seconds / peers[0].seconds:.2f}" if peers else "-",
                f"{one.cpu / floor.cpu:.1f}",
                f"{one.cpu / peers[0].cpu:.2f}" if peers else "-",
            ]
            for one in results
        ],
    )
    print()


if __name__ == "__main__":
    main()
