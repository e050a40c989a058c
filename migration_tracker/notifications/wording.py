"""A message in its three forms: JSON for programs, Slack's markup, and plain text."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from hashlib import sha256

from migration_tracker.notifications.models import Delivery, Event, Notice

_MOST_LINES = 40


def subject(delivery: Delivery, notices: Sequence[Notice]) -> str:
    """What it is about, in a line."""
    migration = delivery.channel.migration.name
    if len(notices) == 1:
        first = notices[0].text.splitlines()[0]
        return f"{migration}: {first}"[:200]
    return f"{migration}: {len(notices)} times: {Event(notices[0].event).label}"[:200]


def plain(notices: Sequence[Notice]) -> str:
    """For an e-mail."""
    shown = [f"{one.text}\n{one.url}" for one in notices[:_MOST_LINES]]
    return "\n\n".join([*shown, *_more(notices)]) + "\n"


def slack(delivery: Delivery, notices: Sequence[Notice]) -> bytes:
    """For Slack and what understands the same: {"text": …} in its markup."""
    lines = [f"• {_escaped(one.text)} <{one.url}|more>" for one in notices[:_MOST_LINES]]
    head = f"*{_escaped(subject(delivery, notices))}*"
    return json.dumps({"text": "\n".join([head, *lines, *_more(notices)])}).encode()


def webhook(delivery: Delivery, notices: Sequence[Notice]) -> bytes:
    """For programs: everything, under `version` 1."""
    return json.dumps(
        {
            "version": 1,
            "id": delivery.pk,
            "migration": delivery.channel.migration.key,
            "subject": subject(delivery, notices),
            "events": [
                {
                    "event": one.event,
                    "worker": one.worker.name if one.worker else None,
                    "text": one.text,
                    "url": one.url,
                    "at": one.at.isoformat(),
                }
                for one in notices
            ],
        }
    ).encode()


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of `X-Tracker-Signature`: when it was signed, and HMAC-SHA256 over that, a dot and the body.

    Args:
        secret: the channel's key, as the page showed it.
        body: the very bytes that are sent.
        at: seconds since the epoch; a receiver refuses what is older than some minutes.
    """
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={signed}"


def _more(notices: Sequence[Notice]) -> list[str]:
    left = len(notices) - _MOST_LINES
    return [f"… and {left} more."] if left > 0 else []


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
