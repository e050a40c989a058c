"""Hands one message to its recipient: over HTTP through the guarded door, or to the mail server."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from migration_tracker import outbound
from migration_tracker.notifications import wording
from migration_tracker.notifications.errors import CannotTell, NotNow
from migration_tracker.notifications.models import WEB, Delivery, Kind, Notice

SIGNATURE = "X-Tracker-Signature"
_LATER = (408, 425, 429)


def send(delivery: Delivery) -> str:
    """Send a message once.

    Returns:
        What the other side said.

    Raises:
        CannotTell: it is refused for good.
        NotNow: nobody took it; it may be taken later.
    """
    notices = list(delivery.notices.select_related("worker"))
    if delivery.channel.kind in WEB:
        return _post(delivery, notices)
    return _mail(delivery, notices)


def _post(delivery: Delivery, notices: Sequence[Notice]) -> str:
    body = (wording.slack if delivery.channel.kind == Kind.SLACK else wording.webhook)(delivery, notices)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "migration-tracker",
        SIGNATURE: wording.signature(delivery.channel.secret, body, int(time.time())),
    }
    try:
        answer = outbound.post(
            delivery.recipient, body, headers=headers, allowed=settings.OUTBOUND_ALLOWED_HOSTS
        )
    except outbound.Refused as error:
        raise CannotTell(str(error)) from error
    except outbound.Unreachable as error:
        raise NotNow(str(error)) from error
    said = f"HTTP {answer.status}"
    if 200 <= answer.status < 300:
        return said
    if answer.status >= 500 or answer.status in _LATER:
        raise NotNow(said)
    raise CannotTell(f"{said}: is the address right, and does it take a POST of JSON?")


def _mail(delivery: Delivery, notices: Sequence[Notice]) -> str:
    if not settings.EMAIL_HOST:
        raise CannotTell("E-mail is not set up: whoever runs the tracker can set EMAIL_URL.")
    message = EmailMessage(
        subject=" ".join(wording.subject(delivery, notices).split()),
        body=wording.plain(notices),
        to=[delivery.recipient],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        validate_email(delivery.recipient)
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        refused = NotNow if all(400 <= code < 500 for code in codes) else CannotTell
        raise refused(f"The mail server does not take mail for {delivery.recipient}: {codes}") from error
    except smtplib.SMTPAuthenticationError as error:
        raise CannotTell(f"The mail server does not let the tracker sign in: {error.smtp_code}") from error
    except OSError as error:  # smtplib's errors among them
        raise NotNow(f"The mail server could not be reached or did not take it: {error}") from error
    except ValueError as error:
        raise CannotTell(f"“{delivery.recipient}” is no address: {error}") from error
    return "taken by the mail server"
