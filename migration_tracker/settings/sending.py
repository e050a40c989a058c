"""What the tracker sends, and where it may send to."""

from typing import Any

from migration_tracker.settings.environment import env

OUTBOUND_ALLOWED_HOSTS = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])  # see migration_tracker.outbound

# Where mail goes; without it none is sent.
mail = env.str("EMAIL_URL", default="")
_mail: dict[str, Any] = env.email_url_config(mail) if mail else {}
EMAIL_BACKEND = _mail.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH")
EMAIL_HOST = _mail.get("EMAIL_HOST", "")
EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="migration-tracker@localhost")
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")  # what links in messages begin with
