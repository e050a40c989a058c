"""Jobs: what carries them, who works on which, what the clock starts, and what they may use."""

from datetime import timedelta

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from migration_tracker.settings.environment import DATA_DIR, env, folder, whole_number

# Of each process that a smoke run starts, by the names of probing.Limits, whose defaults are otherwise taken.
SMOKE_LIMITS = env.dict("SMOKE_LIMITS", cast={"value": int}, default={})
if unknown := set(SMOKE_LIMITS) - {"memory", "cpu", "processes", "file", "open_files", "disk"}:
    raise ImproperlyConfigured(f"SMOKE_LIMITS: {min(unknown)} is no limit; see docs/operations.md")
CREDENTIALS_DIR = env.str("CREDENTIALS_DIR", default=str(DATA_DIR / "credentials"))
REMOTE_POLL_SECONDS = whole_number("REMOTE_POLL_SECONDS", 300)
CHECKOUTS = folder("checkouts")  # of jobs; migration_tracker/checkouts.py

# Rows are the truth of jobs (docs/adr/0003): the broker may lose a message, the reconciler brings it back.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem://"):
    _messages = str(folder("queue", "messages"))
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": _messages,
        "data_folder_out": _messages,
        "control_folder": str(folder("queue", "control")),
        "polling_interval": 0.2,
    }
elif CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "visibility_timeout": 3600,  # a job that works for longer is delivered twice, and claimed once
    }
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
# Each queue has processes of its own, so that no kind of work starves another. What takes long by nature goes
# to `smoke`; what is quick, the schedule's tasks among it, to `scans`.
CELERY_TASK_DEFAULT_QUEUE = "scans"
CELERY_TASK_ROUTES = {
    "smoke.run": {"queue": "smoke"},
    "patches.prove": {"queue": "smoke"},
    "patches.push": {"queue": "smoke"},
    "notifications.*": {"queue": "notifications"},
}
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXPIRES = timedelta(days=whole_number("JOB_RESULTS_KEPT_DAYS", 7))
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TRACK_STARTED = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "take up what was dropped": {"task": "smoke.reconcile", "schedule": 30.0},
    "take up scans that were dropped": {"task": "inventory.reconcile", "schedule": 30.0},
    "take up patches that were dropped": {"task": "patches.reconcile", "schedule": 30.0},
    "take up messages that were dropped": {"task": "notifications.reconcile", "schedule": 30.0},
    "remove old logs": {"task": "smoke.prune", "schedule": 3600.0},
    "let waivers lapse": {"task": "checklists.lapse", "schedule": 60.0},
    "scan what has moved": {"task": "inventory.follow", "schedule": 60.0},
    "fetch what is elsewhere": {"task": "inventory.poll", "schedule": float(REMOTE_POLL_SECONDS)},
    "remove what has expired": {"task": "operations.prune", "schedule": crontab(hour=3, minute=30)},
}

# A run whose job has not reported for this long is taken to be lost and is started again.
JOB_LOST_AFTER_SECONDS = whole_number("JOB_LOST_AFTER_SECONDS", 60)
SMOKE_LOGS_KEPT_DAYS = whole_number("SMOKE_LOGS_KEPT_DAYS", 90)
JOB_TAKEN_UP_WITHIN_SECONDS = 30  # a message that is older may be missed (migration_tracker/jobs.py)
