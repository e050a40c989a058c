"""Keeps a worker from using a topic, group or event hub that is not the run's, on a broker that others use.

A client that names another raises before it connects, and that is written to a file that the probe reads.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

Note = Callable[[str, str, str], None]


class Names:
    """Looks at the names that clients are given.

    Args:
        prefix: what each must begin with.
        note: writes down an event, what it was, and where.
    """

    def __init__(self, prefix: str, note: Note) -> None:
        self._prefix, self._note = prefix, note

    def check(self, what: str, names: Iterable[Any]) -> None:
        """Raises PermissionError for a name that is not the run's."""
        for name in names:
            if name is None or str(name).startswith(self._prefix):
                continue
            frames = traceback.extract_stack(sys._getframe(2))
            others = ("site-packages", os.path.dirname(__file__))  # noqa: PTH120  as in sitecustomize.py
            own = [frame for frame in frames if not any(part in frame.filename for part in others)] or frames
            self._note("foreign", f"{what} {name!r}", f"{own[-1].filename}:{own[-1].lineno}")
            raise PermissionError(f"the smoke run lets nobody use {what} {name!r}: it is not the run's")

    def in_aiokafka(self, module: ModuleType) -> None:
        """Also kafka-python's consumer, which is made the same way."""
        for name in ("AIOKafkaConsumer", "KafkaConsumer"):
            if (consumer := getattr(module, name, None)) is not None:
                self._before(consumer, "__init__", self._consumer)
                self._before(consumer, "subscribe", self._subscription)
        for name in ("AIOKafkaProducer", "KafkaProducer"):
            if (producer := getattr(module, name, None)) is not None:
                self._before(producer, "send", lambda topic, *_a, **_k: self.check("topic", [topic]))

    def in_event_hubs(self, module: ModuleType) -> None:
        for name in ("EventHubConsumerClient", "EventHubProducerClient"):
            if (client := getattr(module, name, None)) is not None:
                self._before(client, "__init__", self._hub)

    def _consumer(self, *topics: Any, **options: Any) -> None:
        self.check("topic", topics)
        self.check("group", [options.get("group_id")])

    def _subscription(self, topics: Any = (), *_a: Any, **_k: Any) -> None:
        self.check("topic", topics)

    def _hub(self, *_a: Any, **options: Any) -> None:
        self.check("event hub", [options.get("eventhub_name")])

    def _before(self, owner: Any, name: str, look: Callable[..., None]) -> None:
        function = getattr(owner, name)

        @functools.wraps(function)
        def looked(self: Any, *arguments: Any, **options: Any) -> Any:
            look(*arguments, **options)
            return function(self, *arguments, **options)

        setattr(owner, name, looked)
