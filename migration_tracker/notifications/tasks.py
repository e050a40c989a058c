"""Messages as jobs. The row is the truth: a queue that loses or doubles a task loses or doubles no message.

What can be doubled is what no sender can rule out: a process killed after the other side took a message and
before that was written down. Receivers tell by the message's `id`.
"""

import logging

from celery import shared_task

from migration_tracker.notifications import digest, outbox
from migration_tracker.notifications.errors import CannotTell, NotNow
from migration_tracker.notifications.models import Delivery, Outcome
from migration_tracker.notifications.sending import send

log = logging.getLogger(__name__)


@shared_task(name="notifications.deliver")
def deliver(pk: int) -> None:
    """Send one message. Safe to deliver twice: only the first call claims the row."""
    if outbox.postpone(pk):
        return
    delivery: Delivery | None = Delivery.objects.claim(pk)
    if delivery is None:
        return
    with delivery.beating():
        try:
            outbox.finish(delivery, Outcome.DELIVERED, send(delivery))
        except CannotTell as error:
            outbox.finish(delivery, Outcome.FAILED, str(error))
        except NotNow as error:
            if not outbox.try_again(delivery, str(error)):
                outbox.finish(delivery, Outcome.FAILED, f"Tried {delivery.attempt} times. {error}")
        except Exception as error:  # a fault of ours; the row must not be lost with it
            log.exception("%s", delivery)
            outbox.finish(delivery, Outcome.FAILED, f"{type(error).__name__}: {error}")


@shared_task(name="notifications.reconcile")
def reconcile() -> None:
    """Take up the messages whose task or process was lost, and write the digests that are due."""
    digest.write_due()
    Delivery.objects.take_up(outbox.give_up)
