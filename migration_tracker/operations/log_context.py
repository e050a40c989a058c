"""Which row a job works on, on each of its log lines, beside what the request that asked for it had bound."""

from typing import Any

import structlog
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata


@receiver(bind_extra_task_metadata)
def bind_row(task: Any, **_: Any) -> None:
    structlog.contextvars.bind_contextvars(task=task.name)
    if task.request.args:
        structlog.contextvars.bind_contextvars(row=task.request.args[0])
