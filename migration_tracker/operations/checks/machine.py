"""The machine and its folders: disk, git, stand-ins, secret key, static files, checkouts, the clock."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils import timezone

from migration_tracker.audit.models import Entry
from migration_tracker.checkouts import left_behind
from migration_tracker.installation import command
from migration_tracker.operations.diagnosis import Diagnosis, unwell, well
from transport import local

FREE_BYTES = 500_000_000
GIT_SECONDS = 10
SKEW = timedelta(seconds=5)
SHORTEST_KEY = 40
CACHED_SECONDS = 60


def disk() -> Diagnosis:
    usage = shutil.disk_usage(settings.DATA_DIR)
    detail = f"{usage.free / 1e9:.1f} of {usage.total / 1e9:.1f} GB are free in {settings.DATA_DIR}"
    if usage.free < FREE_BYTES:
        return unwell(
            "disk",
            "the disk of the data folder is full",
            f"Make room, or move TRACKER_DATA_DIR; {command('prune')} removes what is no longer needed.",
            detail,
        )
    return well("disk", f"{usage.free / 1e9:.1f} GB are free", detail)


def git() -> Diagnosis:
    try:
        told = subprocess.run(
            ["git", "--version"], capture_output=True, text=True, timeout=GIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return unwell(
            "git",
            "git cannot be run",
            "Install git, on the PATH of the job processes; without it nothing is scanned or run.",
            str(error),
        )
    return well("git", told.stdout.strip())


def stand_ins() -> Diagnosis:
    missing = [reason for kind in local.KINDS if (reason := local.missing(kind))]
    if missing:
        return unwell(
            "stand-in brokers", "one cannot be started", "Install what is missing.", "; ".join(missing)
        )
    return well("stand-in brokers", "both can be started")


def secret_key() -> Diagnosis:
    kept: Path = settings.DATA_DIR / "secret_key"
    if settings.SECRET_KEY_IS_SET:
        if len(settings.SECRET_KEY) < SHORTEST_KEY:
            return unwell("secret key", "it is short", "Set SECRET_KEY to 50 or more random characters.")
        return well("secret key", "set by the environment")
    if connection.vendor != "sqlite":
        return unwell(
            "secret key",
            "it is this host's own",
            "Set SECRET_KEY to the same value on every host, or each signs the others' people out.",
            f"kept in {kept}",
        )
    if not kept.is_file() or kept.read_text() != settings.SECRET_KEY:
        return unwell(
            "secret key",
            "the file it is kept in was lost or changed",
            "Put it back from a back-up; else the next start makes a new one and everybody signs in anew.",
            str(kept),
        )
    if stat.S_IMODE(kept.stat().st_mode) & 0o077:
        return unwell("secret key", "others can read it", f"chmod 600 {kept}", str(kept))
    return well("secret key", "kept in the data folder")


def static_files() -> Diagnosis:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    try:
        collected = json.loads(manifest.read_text())["paths"]
    except (OSError, ValueError, KeyError) as error:
        return _not_collected(f"{manifest}: {error}")
    wanted = {path for finder in get_finders() for path, _ in finder.list([])}
    lost = [name for name in collected.values() if not (Path(settings.STATIC_ROOT) / name).is_file()]
    if missing := sorted(wanted - set(collected)) + lost:
        return _not_collected(f"missing: {', '.join(missing[:5])}")
    return well("static files", f"{len(collected)} are collected")


def _not_collected(detail: str) -> Diagnosis:
    return unwell(
        "static files",
        "not all are collected, so pages fail or come without style",
        f"{command('collectstatic --noinput')}, then restart the web processes.",
        detail,
    )


def shared_cache() -> Diagnosis:
    """Whether what one process puts into the cache can be read again."""
    kept = token_hex(8)
    cache.set("doctor", kept, CACHED_SECONDS)
    if cache.get("doctor") != kept:
        return unwell(
            "cache",
            "it keeps nothing",
            "Start its server, or mend CACHE_URL. Meanwhile all pages answer, but nobody counts how often the"
            " API is asked.",
            "what was put in could not be read again; the log has what the server's client says",
        )
    return well("cache", "what is put in can be read again")


def checkouts() -> Diagnosis:
    if left := left_behind():
        return unwell(
            "checkouts",
            f"{len(left)} were left behind",
            f"No job holds them any more: {command('prune')}",
            ", ".join(sorted(folder.name for folder in left)[:5]),
        )
    return well("checkouts", "none was left behind")


def clock() -> Diagnosis:
    """Whether this machine's clock agrees with the database's, and with what was written down before."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT CURRENT_TIMESTAMP")
            (now,) = cursor.fetchone()
        skew = abs(timezone.now() - now) if hasattr(now, "tzinfo") else timedelta(0)  # SQLite has no clock
        latest = Entry.objects.order_by("-at").values_list("at", flat=True).first()
    except DatabaseError as error:
        return unwell("clock", "it could not be looked at", "See what is said of the database.", str(error))
    ahead = latest - timezone.now() if latest else timedelta(0)
    if skew > SKEW or ahead > SKEW:
        return unwell(
            "clock",
            "this machine's clock is wrong, or was",
            "Set it, and keep it by NTP, on every host; jobs are taken for lost, and waivers lapse, by it.",
            f"the database differs by {skew.total_seconds():.0f} s"
            if skew > SKEW
            else f"the latest entry of the audit trail is {ahead.total_seconds():.0f} s in the future",
        )
    return well("clock", "it agrees with the database")
