"""Logs: a JSON object a line on standard output, with the worker and the message's key and trace id."""

import logging
import sys

import structlog

from workers.errors import SettingError

CHATTY = ("aiokafka", "azure")
"""Libraries that tell at INFO of every state of every link; LOG_LEVEL=DEBUG shows it."""


def configure(worker: str, level: str = "INFO") -> None:
    """Send our logs and the libraries' through one formatter; every line names `worker`.

    Raises SettingError if `level` (LOG_LEVEL) is none that logging knows.
    """
    if level not in logging.getLevelNamesMapping():
        known = ", ".join(logging.getLevelNamesMapping())
        raise SettingError("LOG_LEVEL", f"is {level!r}: it must be one of {known}")
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    if level == "INFO":
        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(worker=worker)
