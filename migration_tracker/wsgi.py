"""The tracker as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from migration_tracker import tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migration_tracker.settings")

tracing.start("migration-tracker-web")
application = get_wsgi_application()
