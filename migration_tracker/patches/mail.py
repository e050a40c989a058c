"""A patch as the mail that `git am` takes: who asked for it, what it does, and what proves it."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, formataddr

from migration_tracker.accounts.models import User
from migration_tracker.patches.models import Outcome, Patch

NOBODY = ("Migration Tracker", "tracker@localhost")
_POLICY = SMTPUTF8.clone(linesep="\n", max_line_length=0)
_MAGIC = "Mon Sep 17 00:00:00 2001"  # what git expects at the start of a mail that git made


def subject(patch: Patch) -> str:
    return f"Move {patch.worker} onto the new layer"


def body(patch: Patch) -> str:
    """What the commit says: the proof, then what is left to people."""
    lines = [f"Made by the migration tracker from {patch.commit}.", ""]
    lines += [
        f"- {step.title}: {step.result}{f' ({step.detail})' if step.detail else ''}"
        for step in patch.present_steps
    ]
    if patch.outcome != Outcome.PROVEN:
        lines += ["", f"This patch is not proven: {patch.reason}"]
    if patch.undecided:
        lines += ["", "Left to people, and marked TODO(migration) in the code:"]
        lines += [f"- {one}" for one in patch.undecided]
    if patch.notes:
        lines += ["", "Worth a look:", *(f"- {one}" for one in patch.notes)]
    return "\n".join(_plain(line) for line in lines)


def author(user: User | None) -> tuple[str, str]:
    """Name and address of who asked; the tracker's own for those without an address."""
    if user is None or not user.email:
        return NOBODY
    return user.get_full_name() or user.get_username(), user.email


def mail(patch: Patch) -> bytes:
    """The mail: `git am FILE` makes a commit of it, `git apply FILE` and `patch -p1` take it too."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = formataddr(author(patch.requested_by))
    message["Date"] = format_datetime(patch.finished_at or patch.requested_at)
    message["Subject"] = f"[PATCH] {_plain(subject(patch))}"
    text = f"{body(patch)}\n---\n\n{patch.diff}"
    head = bytes(message).rstrip(b"\n").decode("utf-8", errors="surrogateescape")
    kind = "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit"
    return f"From {patch.commit} {_MAGIC}\n{head}\n{kind}\n\n{text}-- \nmigration-tracker\n".encode()


def _plain(line: str) -> str:
    """A line that neither begins a diff nor ends the message for git."""
    flat = " ".join(line.split())
    return re.sub(r"^(?=(?:---|diff |Index: ))", "> ", flat)
