"""The Celery application; tasks live in each app's `tasks.py`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from migration_tracker import tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migration_tracker.settings")

app = Celery("migration_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)  # a job logs what the request that asked for it had bound


@setup_logging.connect
def _leave_logging_alone(**_: Any) -> None:
    """The settings have set it up; Celery would put its own level and form over it."""


@worker_process_init.connect
def _trace(**_: Any) -> None:
    tracing.start("migration-tracker-worker")
