"""What the tracker tells those who run it: metrics, logs, traces."""

import logging
from ipaddress import ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from migration_tracker import logs
from migration_tracker.settings.database import DATABASES
from migration_tracker.settings.environment import env
from migration_tracker.settings.jobs import CELERY_BROKER_URL
from migration_tracker.settings.security import SECRET_KEY
from migration_tracker.settings.sending import mail
from migration_tracker.settings.signing_in import OIDC

# Who may read /metrics; by default nobody (migration_tracker/operations/guard.py).
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
try:
    METRICS_ALLOWED_ADDRESSES = [
        ip_network(address) for address in env.list("METRICS_ALLOWED_ADDRESSES", default=[])
    ]
except ValueError as _error:
    raise ImproperlyConfigured(f"METRICS_ALLOWED_ADDRESSES: {_error}; for example 10.1.0.0/16") from None

LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {LOG_LEVEL}")

LOG_FORMAT = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in logs.FORMS:
    raise ImproperlyConfigured(f"LOG_FORMAT must be {' or '.join(logs.FORMS)}, not {LOG_FORMAT}")
LOGGING = logs.configuration(LOG_LEVEL, LOG_FORMAT)
_servers = (CELERY_BROKER_URL, env.str("CACHE_URL", default=""), mail)
logs.hide(
    [
        SECRET_KEY,
        DATABASES["default"].get("PASSWORD"),
        *(urlsplit(address).password for address in _servers),
        METRICS_TOKEN,
        OIDC.client_secret if OIDC else None,
    ]
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# OpenTelemetry's own variables say the rest (migration_tracker/tracing.py).
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
