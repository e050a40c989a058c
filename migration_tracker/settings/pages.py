"""What the pages are made of: applications, middleware, templates, static files, language."""

from pathlib import Path

from django.contrib.messages import constants as message_levels

from migration_tracker import installation
from migration_tracker.settings.environment import env, folder

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "django_celery_beat",
    "django_celery_results",
    "django_htmx",
    "django_structlog",
    "migration_tracker.accounts",
    "migration_tracker.audit",
    "migration_tracker.inventory",
    "migration_tracker.scope",
    "migration_tracker.checklists",
    "migration_tracker.smoke",
    "migration_tracker.patches",
    "migration_tracker.notifications",
    "migration_tracker.bundle",
    "migration_tracker.dashboard",
    "migration_tracker.closing",
    "migration_tracker.operations",
]

MIDDLEWARE = [
    "migration_tracker.operations.middleware.ProbeMiddleware",
    "migration_tracker.operations.metrics.web.RequestMetrics",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "migration_tracker.accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "migration_tracker.urls"
WSGI_APPLICATION = "migration_tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [installation.TEMPLATES],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "migration_tracker.dashboard.context.site",
            ],
        },
    },
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False  # pages speak English only; asking for each value in which language costs a tenth of them
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("TRACKER_STATIC_DIR", default="") or folder("static"))
STATICFILES_DIRS = [installation.STATIC]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

MESSAGE_TAGS = {message_levels.WARNING: "warn", message_levels.ERROR: "bad"}  # as the pages call them
