"""The tracker as a WSGI application."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from migration_tracker import tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migration_tracker.settings")

tracing.start("migration-tracker-web")
application = get_wsgi_application()
get_resolver().check()  # imports every view, which the first request would otherwise wait for
# What was imported stays. Left to the garbage collector it is looked through again and again: a tenth of a
# second in which no page is answered.
gc.collect()
gc.freeze()
