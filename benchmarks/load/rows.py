"""What is read of the tracker's rows, and put into them so that many are signed in. Needs Django set up."""

from __future__ import annotations

import secrets
import time

from benchmarks.installation import START_SECONDS


def sign_in(people: int) -> tuple[list[str], str]:
    """A session for each of so many engineers, and a token for their forms."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import Group
    from django.contrib.sessions.backends.db import SessionStore

    from migration_tracker.accounts.models import User

    keys = []
    for number in range(people):
        user = User.objects.create(username=f"person{number}")
        user.groups.add(Group.objects.get(name="engineer"))
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        keys.append(str(session.session_key))
    return keys, secrets.token_hex(16)


def addresses() -> tuple[dict[str, list[str]], list[str]]:
    """Pages to read, by their kind, and items to tick, each for one writer; waits for the first scans."""
    from django.urls import reverse

    from migration_tracker.inventory import queries
    from migration_tracker.inventory.models import Migration, Worker

    deadline = time.monotonic() + START_SECONDS
    while not all(queries.latest_scan(migration) for migration in Migration.objects.all()):
        if time.monotonic() > deadline:
            raise SystemExit("the first scans did not end")
        time.sleep(0.5)
    workers = list(Worker.objects.select_related("migration"))
    pages = {
        "overview": [reverse("dashboard:migrations")],
        "board": [migration.get_absolute_url() for migration in Migration.objects.all()],
        "worker": [worker.get_absolute_url() for worker in workers],
    }
    # No smoke run has spoken of any worker, so that this item can be ticked and unticked for ever.
    items = [f"{worker.get_absolute_url().rstrip('/')}/items/both-transports/tick" for worker in workers]
    return pages, items


def missing(notes: list[str]) -> list[str]:
    """The acknowledged notes that the database does not have."""
    from django.db import connection

    from migration_tracker.checklists.models import Tick

    connection.close()
    kept = set(Tick.objects.values_list("note", flat=True))
    return [note for note in notes if note not in kept]


def flaws() -> list[str]:
    from migration_tracker.audit import verification
    from migration_tracker.audit.models import Chain

    return [
        flaw
        for chain in Chain.objects.values_list("key", flat=True)
        if (flaw := verification.verify(chain).flaw)
    ]
