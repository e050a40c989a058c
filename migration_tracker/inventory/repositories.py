"""Where a migration's repository is read: a folder of this machine, or our mirror of one elsewhere."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from migration_tracker import definition, fetching
from migration_tracker.fetching import FetchError, Limits
from migration_tracker.inventory import credentials
from migration_tracker.inventory.errors import CannotFetch, NoCredentials
from migration_tracker.inventory.models import Migration
from migration_tracker.scanning import Unreadable
from migration_tracker.scanning.sources import Revision
from migration_tracker.scanning.text import MOST_BYTES


def bring_up_to_date(migration: Migration) -> None:
    """Fetch what is new in a repository elsewhere; nothing to do for a folder.

    Raises:
        CannotFetch: it could not be fetched; what was fetched before is still there.
    """
    if migration.remote:
        mirror(migration.remote, migration.access, Path(migration.location))


def mirror(url: str, access: str, folder: Path, limits: Limits | None = None) -> None:
    """Fetch a repository into a folder of ours. Nothing of it is run or checked out.

    Args:
        url: where it is.
        access: the name of the credentials that are shown there, if any.
        folder: the mirror, made if there is none.
        limits: other bounds of size and time than the usual ones.

    Raises:
        CannotFetch: it could not be fetched, with why.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        fetching.fetch(
            url,
            folder,
            access=credentials.access(access, url),
            allowed=settings.OUTBOUND_ALLOWED_HOSTS,
            limits=limits,
        )
    except (FetchError, NoCredentials) as error:
        raise CannotFetch(f"{url}: {error}") from error


def definition_text(source: Revision, *, fetched: bool) -> str:
    """The text of the `migration.toml`: that of the work tree, or, where there is none, that of the commit.

    Raises:
        DefinitionError: it is not there, or cannot be read.
    """
    if not fetched:
        return definition.read(source.root / definition.FILE_NAME)
    name = definition.FILE_NAME
    found = dict(source.read([name], most=MOST_BYTES)).get(name)
    if found is None:
        raise definition.DefinitionError(
            f"{name}: there is none at the repository's root; `migration-tracker init` proposes one"
        )
    if isinstance(found, Unreadable):
        raise definition.DefinitionError(f"{name}: {found.reason}")
    try:
        return found.decode()
    except UnicodeDecodeError as error:
        wrong = f"{name}: not UTF-8 (byte {error.start}); save it as UTF-8"
        raise definition.DefinitionError(wrong) from None
