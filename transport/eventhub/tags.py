"""Forgets the tags of deliveries, which the SDK (5.15) keeps for every event as long as its link lives.

It would need them to settle a delivery, and Event Hubs' are settled when they come: a consumer grew by some
200 bytes with each event. Links still settle replies of the service, soon after they came, so the latest tags
are kept.
"""

import functools
from collections.abc import Callable
from typing import Any

from azure.eventhub._pyamqp.aio._receiver_async import ReceiverLink

KEPT = 64  # far more than may be under way: the SDK settles one reply before it looks at the next


class Latest(dict[bytes, None]):
    """As much of a set as the SDK uses, with the latest members only."""

    def add(self, tag: bytes) -> None:
        self[tag] = None
        if len(self) > KEPT:
            del self[next(iter(self))]

    def remove(self, tag: bytes) -> None:
        self.pop(tag, None)


def _forgetful(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def initialize(link: Any, *arguments: Any, **more: Any) -> None:
        init(link, *arguments, **more)
        link._received_delivery_tags = Latest()

    return initialize


ReceiverLink.__init__ = _forgetful(ReceiverLink.__init__)  # type: ignore[method-assign]
"""Links made from now on, in the whole process: it is their SDK's leak, whoever uses it."""
