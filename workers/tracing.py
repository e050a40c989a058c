"""Every log line written while a message is worked on names the message's key and trace id."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog


@contextmanager
def message(key: bytes | None, trace_id: str | None = None) -> Iterator[None]:
    """Within it, log lines carry `key`, and `trace_id` once it is known."""
    bound = {"key": key.decode(errors="replace") if key is not None else None}
    if trace_id is not None:
        bound["trace_id"] = trace_id
    with structlog.contextvars.bound_contextvars(**bound):
        yield
