"""The tracker as a ASGI application."""

import os

from django.core.asgi import get_asgi_application

from migration_tracker import tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migration_tracker.settings")

tracing.start("migration-tracker-web")
application = get_asgi_application()
