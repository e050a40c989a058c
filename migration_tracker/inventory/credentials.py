"""Keys, tokens and secrets: files in a folder of whoever runs the tracker, never rows of the database.

    CREDENTIALS_DIR/NAME/hosts            which hosts may be shown them, one a line; without it none
                         token, user      for https
                         key, known_hosts for ssh
                         webhook-secret   what a code host signs its webhooks with

That is how secrets are mounted into containers. A migration names the folder; nothing of it is shown.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from migration_tracker.fetching import Access
from migration_tracker.fetching.address import parse
from migration_tracker.inventory.errors import NoCredentials

_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")


def names() -> list[str]:
    """The credentials that there are."""
    folder = Path(settings.CREDENTIALS_DIR)
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(one.name for one in found if one.is_dir() and _NAME.fullmatch(one.name))


def access(name: str, url: str) -> Access:
    """What is shown to the host of an address; nothing without a name.

    Raises:
        NoCredentials: there are none of that name, or they are not for that host.
    """
    if not name:
        return Access()
    folder = _folder(name)
    host = parse(url, local=True).host
    if host not in _text(folder / "hosts").split():
        raise NoCredentials(
            f"The credentials “{name}” are not for {host or 'a folder'}: their file hosts does not name it"
        )
    key, known = folder / "key", folder / "known_hosts"
    return Access(
        token=_text(folder / "token"),
        user=_text(folder / "user") or "token",
        key_file=key if key.is_file() else None,
        known_hosts=known if known.is_file() else None,
    )


def webhook_secret(name: str) -> str:
    """What webhooks are signed with; empty where none is kept, and then none is taken."""
    try:
        return _text(_folder(name) / "webhook-secret") if name else ""
    except NoCredentials:
        return ""


def _folder(name: str) -> Path:
    folder = Path(settings.CREDENTIALS_DIR) / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        raise NoCredentials(f"There are no credentials “{name}”; make the folder in CREDENTIALS_DIR")
    return folder


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        raise NoCredentials(f"{file.parent.name}/{file.name} cannot be read") from None
