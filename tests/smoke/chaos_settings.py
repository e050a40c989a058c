"""The tracker's settings for a chaos test: as they are, but what was dropped is noticed within seconds."""

from migration_tracker.settings import *  # noqa: F403
from migration_tracker.settings import CELERY_BEAT_SCHEDULE

JOB_LOST_AFTER_SECONDS = 5
JOB_TAKEN_UP_WITHIN_SECONDS = 5
CELERY_BEAT_SCHEDULE["take up what was dropped"]["schedule"] = 2.0
