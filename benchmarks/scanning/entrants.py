"""What is run on each corpus: the floor, other tools, and ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.peers import FIXIT, RIPGREP, RUFF, SEMGREP, Peer
from benchmarks.timing import Entrant

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


def scans(folder: Path, place: Path, environment: Path, *, slow: bool) -> Iterator[Entrant]:
    """Whoever looks through the files of a folder.

    Args:
        folder: the corpus.
        place: a folder for caches and the like.
        environment: where the other tools are.
        slow: whether those take part that need minutes for a large corpus.
    """
    yield Entrant("floor: list and read", [sys.executable, "-S", "-E", "-c", _READ_ALL])
    yield from _peer(RIPGREP, environment)
    yield from _peer(RUFF, environment, "ruff, no cache")
    for one in _peer(RUFF, environment, "ruff, cached"):
        cached = [part for part in one.command if part != "--no-cache"]
        yield replace(one, command=[*cached, "--cache-dir", str(place / "ruff")], warm=True)
    ours = [_OURS, "scan", "--format", "json"]
    own = {"XDG_CACHE_HOME": str(place / "cache")}
    yield Entrant("inventory, cold", [*ours, "--inventory-only", "--no-cache"], own)
    yield Entrant("inventory, warm", [*ours, "--inventory-only"], own, warm=True)
    yield Entrant("whole scan, cold", [*ours, "--no-cache"], own)
    yield Entrant("whole scan, warm", ours, own, warm=True)
    if slow:
        yield from _slow(folder, place, environment)


def _slow(folder: Path, place: Path, environment: Path) -> Iterator[Entrant]:
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


def histories(folder: Path, place: Path) -> Iterator[Entrant]:
    """Whoever looks through the commits of a repository."""
    listed = f"git rev-list --objects HEAD | sed -n 's/ .*[.]py$//p' > {place / 'blobs'}"
    subprocess.run(["sh", "-c", listed], cwd=folder, check=True)
    read = f"git cat-file --batch < {place / 'blobs'} > {os.devnull}"
    yield Entrant("floor: git cat-file", ["sh", "-c", read])
    yield Entrant("git log -G", ["git", "log", "-G", "AIOKafka(Consumer|Producer)", "--oneline"])
    ours = [_OURS, "history", "--format", "json"]
    own = {"XDG_CACHE_HOME": str(place / "cache")}
    yield Entrant("history, cold", [*ours, "--no-cache"], own)
    yield Entrant("history, warm", ours, own, warm=True)


def _peer(peer: Peer, environment: Path, name: str = "") -> Iterator[Entrant]:
    program = peer.find(environment)
    if program is None:
        print(f"{peer.name} is not installed, so it was not run: make peers", file=sys.stderr)
        return
    yield Entrant(name or peer.name, peer.command(program), peer.environment())
