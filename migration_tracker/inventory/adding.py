"""Adding a migration by the folder or the address of its repository: looked at first, and then saved."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from migration_tracker import definition
from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION
from migration_tracker.definition import Definition, DefinitionError
from migration_tracker.fetching import Limits
from migration_tracker.inventory import repositories
from migration_tracker.inventory.errors import CannotRegister, InventoryError
from migration_tracker.inventory.models import Migration
from migration_tracker.scanning import ScanningError
from migration_tracker.scanning.selection import Selected, select
from migration_tracker.scanning.sources import Revision

ON_A_PAGE = Limits(size=500_000_000, seconds=20)
"""What a request may take; `register` on the command line takes its time."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a repository says of its migration before it is added."""

    described: Definition
    commit: str
    workers: Sequence[Selected]
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is: a `folder` of this machine, or a `url` that is fetched with the credentials of a
    name."""

    folder: Path | None = None
    url: str = ""
    access: str = ""

    @classmethod
    def of(cls, entered: str, access: str = "") -> Place:
        """What somebody typed: what begins with / or ~ is a folder."""
        entered = entered.strip()
        if entered.startswith(("/", "~")):
            return cls(folder=Path(entered).expanduser().resolve(), access=access)
        return cls(url=entered, access=access)


def look(place: Place, limits: Limits | None = None) -> Look:
    """Read a repository's definition and which workers it names, and keep nothing.

    Raises:
        CannotRegister: it cannot be read, or its definition cannot be used, with file, key and line.
    """
    with _read(place, limits) as source:
        return _look(source, fetched=bool(place.url))


def add(place: Place, *, by: User | None, limits: Limits | None = None) -> Migration:
    """Make a migration known; one that is known by its place is returned as it is.

    Raises:
        CannotRegister: as `look` does.
    """
    if known := _known(place):
        return known
    with _read(place, limits) as source:
        found = _look(source, fetched=bool(place.url))
        key = _free_key(found.described.name)
        location = Path(settings.DATA_DIR) / "mirrors" / key if place.url else source.root
        try:
            with transaction.atomic():
                migration = Migration.objects.create(
                    key=key,
                    name=found.described.name,
                    location=str(location),
                    remote=place.url,
                    access=place.access,
                    runs_code=by is None and place.folder is not None,
                )
                _record(migration, by)
        except IntegrityError:  # somebody else was faster
            return _known(place) or add(place, by=by, limits=limits)
        if place.url:  # what is read for the first look is the mirror's beginning
            shutil.rmtree(location, ignore_errors=True)
            shutil.move(source.root, location)
    return migration


def _known(place: Place) -> Migration | None:
    known = Migration.objects.filter(remote=place.url) if place.url else None
    if known is None:
        known = Migration.objects.filter(location=str(place.folder))
    return known.first()


@contextmanager
def _read(place: Place, limits: Limits | None) -> Iterator[Revision]:
    mirrors = Path(settings.DATA_DIR) / "mirrors"
    mirrors.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".looking-", dir=mirrors, ignore_cleanup_errors=True) as scratch:
        try:
            folder = place.folder
            if folder is None:
                folder = Path(scratch) / "mirror"
                repositories.mirror(place.url, place.access, folder, limits)
            elif not (folder / definition.FILE_NAME).exists():  # it is what most have forgotten
                there = "there is no migration.toml; `migration-tracker init` proposes one"
                raise CannotRegister(f"{folder}: {there if folder.is_dir() else 'there is no such folder'}")
            yield Revision(folder, "HEAD")
        except (InventoryError, DefinitionError, ScanningError) as error:
            raise CannotRegister(str(error)) from error


def _look(source: Revision, *, fetched: bool) -> Look:
    text = repositories.definition_text(source, fetched=fetched)
    where = definition.FILE_NAME if fetched else str(source.root / definition.FILE_NAME)
    described = definition.parse(text, where)
    workers, warnings = select((entry.path for entry in source.entries()), described.scope)
    if not workers:
        raise DefinitionError(f"{where}: workers.include: no file matches it; name the workers' files")
    return Look(described, source.commit, workers, warnings)


def _record(migration: Migration, by: User | None) -> None:
    audit.record(
        by,
        "migration.registered",
        migration,
        chain=INSTALLATION,
        sentence=f"registered the migration {migration}",
        location=migration.location,
        remote=migration.remote,
        access=migration.access,
    )


def _free_key(name: str) -> str:
    wanted = slugify(name)[:40] or "migration"
    taken = set(Migration.objects.filter(key__startswith=wanted).values_list("key", flat=True))
    if wanted not in taken:
        return wanted
    return next(key for number in range(2, len(taken) + 3) if (key := f"{wanted}-{number}") not in taken)
