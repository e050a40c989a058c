"""What most commands begin with: the repository and the definition that judges it."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from migration_tracker.commands.places import nearest
from migration_tracker.definition import FILE_NAME, Definition, load

if TYPE_CHECKING:
    from migration_tracker.scanning import FileCache, NoCache


def find_root(path: Path) -> Path:
    """The nearest folder from a path upwards, within its repository, that holds a migration.toml."""
    return Path(nearest(str(path.resolve())))


def find_top(path: Path) -> Path:
    """The root of the work tree that a folder lies in; outside git the folder itself."""
    path = path.resolve()
    return next((folder for folder in (path, *path.parents) if (folder / ".git").exists()), path)


def root(args: argparse.Namespace) -> Path:
    """The folder that was asked for; where no definition was named, the nearest that has one."""
    path: Path = args.path
    return path if args.definition else find_root(path)


def definition(args: argparse.Namespace, folder: Path) -> Definition:
    """The definition that was named, or the folder's own. Raises DefinitionError."""
    return load(args.definition or folder / FILE_NAME)


def cache(args: argparse.Namespace) -> AbstractContextManager[FileCache | NoCache]:
    """What earlier runs read, unless it was asked not to be used."""
    from migration_tracker import scanning

    return nullcontext(scanning.NoCache()) if args.no_cache else scanning.FileCache(scanning.default_path())


def add_cache_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-cache", action="store_true", help="read every file anew")
