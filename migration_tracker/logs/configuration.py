"""The configuration for `logging.config.dictConfig`, and structlog's, which goes the same way."""

from __future__ import annotations

from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from migration_tracker.logs.masking import masked

FORMS = ("line", "json")


def configuration(level: str, form: str) -> dict[str, Any]:
    """Log to standard error.

    Args:
        level: from which level on.
        form: `line`, for people, or `json`, one object a line.
    """
    context: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(allow=()),
        _refusal,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *context,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": context,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_written(form), masked],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["console"], "level": level},
    }


def _refusal(_: Any, level: str, event: EventDict) -> EventDict:
    """A request that was refused is somebody else's mistake: where in our code we said so helps nobody."""
    if level == "warning" and event.get("logger") == "django.request":
        event.pop("exc_info", None)
    return event


def _written(form: str) -> list[Processor]:
    if form == "json":
        return [
            structlog.processors.ExceptionRenderer(),
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    ]
