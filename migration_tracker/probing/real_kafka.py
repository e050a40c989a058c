"""A run's own topics on a Kafka that others use too. Its group goes by itself, once its topics are gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

PARTITIONS = 4


def make(environment: Mapping[str, str], topics: Sequence[str]) -> None:
    """Make topics. Raises TransportError."""
    from transport import TransportConfig
    from transport.kafka import topics as kafka

    asyncio.run(kafka.make(TransportConfig.from_env(environment), topics, PARTITIONS))


def remove(environment: Mapping[str, str], prefix: str) -> None:
    """Remove every topic whose name begins with the run's own prefix, also those that the broker made as they
    were first used; what cannot be removed stays, and bears the run's name."""
    from transport import TransportConfig
    from transport.errors import TransportError
    from transport.kafka import topics as kafka

    with contextlib.suppress(TransportError):
        asyncio.run(kafka.remove(TransportConfig.from_env(environment), prefix))
