"""The tracker's configuration: defaults for a laptop, environment variables for everything else.

`docs/operations.md` lists the variables.
"""

import logging
import os
import secrets
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping
from platformdirs import user_data_path

from migration_tracker import installation, logs
from migration_tracker.accounts.oidc import configuration as oidc


class _OrFiles(FileAwareMapping):  # type: ignore[misc]
    """The environment, in which NAME_FILE names a file that holds the value of NAME."""

    def __getitem__(self, key: str) -> str:
        try:
            return str(super().__getitem__(key)).strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{key}_FILE: {error.filename}: {error.strerror}") from None


class _Env(environ.Env):  # type: ignore[misc]
    ENVIRON = _OrFiles()


env = _Env()
if (dotenv := installation.HOME / ".env").is_file():
    env.read_env(str(dotenv))


def _folder(*below: str) -> Path:
    """The folder for our data, or one below it, made if there is none."""
    checkout = installation.CHECKOUT
    usual = checkout / "var" if checkout else user_data_path("migration-tracker", appauthor=False)
    folder = Path(env.str("TRACKER_DATA_DIR", default=str(usual)), *below)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"TRACKER_DATA_DIR: no folder {folder}: {error.strerror}") from None
    return folder


def _whole_number(variable: str, default: int) -> int:
    try:
        return int(env.int(variable, default=default))
    except ValueError:
        raise ImproperlyConfigured(f"{variable} must be a whole number, such as {default}") from None


DATA_DIR = _folder()


def _secret_key() -> str:
    """The key from the environment, or one made at the first start and kept beside the database."""
    if key := env.str("SECRET_KEY", default=""):
        return str(key)
    kept = DATA_DIR / "secret_key"
    if not kept.exists():
        with NamedTemporaryFile("w", dir=DATA_DIR) as new, suppress(FileExistsError):
            new.write(secrets.token_urlsafe(50))
            new.flush()
            os.link(new.name, kept)  # whole or not at all, whoever else is starting just now
    return kept.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_IS_SET = bool(env.str("SECRET_KEY", default=""))  # else each data folder has its own
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

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

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'tracker.sqlite3'}")}
if "ENGINE" not in DATABASES["default"]:
    raise ImproperlyConfigured("DATABASE_URL is no address, such as postgres://user:password@host/name")
DATABASE_STATEMENT_SECONDS = _whole_number("DATABASE_STATEMENT_SECONDS", 30)
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Each thread keeps its connection and tries it before the next request or job, so that a restarted server
    # is noticed by those it interrupts only. No statement or lock may hold up the others for long.
    _limits = {
        "statement_timeout": f"{DATABASE_STATEMENT_SECONDS}s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    }
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "keepalives_idle": 30,
            "tcp_user_timeout": 30_000,
            "options": " ".join(f"-c {name}={value}" for name, value in _limits.items()),
        }
        | DATABASES["default"].get("OPTIONS", {}),
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Write transactions take their lock at the start and wait for it: with SQLite's own defaults three busy
    # writers collide by the thousand.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
try:
    OIDC = oidc.read(  # who signs people in besides us; docs/operations.md
        issuer=env.str("OIDC_ISSUER", default=""),
        client_id=env.str("OIDC_CLIENT_ID", default=""),
        client_secret=env.str("OIDC_CLIENT_SECRET", default=""),
        name=env.str("OIDC_NAME", default="single sign-on"),
        scopes=env.str("OIDC_SCOPES", default="openid profile email"),
        groups_claim=env.str("OIDC_GROUPS_CLAIM", default="groups"),
        groups=env.str("OIDC_GROUPS", default=""),
        session_hours=_whole_number("OIDC_SESSION_HOURS", 12),
    )
except oidc.WrongConfiguration as error:
    raise ImproperlyConfigured(str(error)) from None
PASSWORD_SIGN_IN = env.bool("PASSWORD_SIGN_IN", default=True)
if not (PASSWORD_SIGN_IN or OIDC):
    raise ImproperlyConfigured("PASSWORD_SIGN_IN is false and OIDC_ISSUER is not set: nobody could sign in")
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "dashboard:migrations"
LOGOUT_REDIRECT_URL = "sign_in"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False  # pages speak English only; asking for each value in which language costs a tenth of them
USE_TZ = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000  # bytes; the scan of a large repository is posted to the gate
# The rate of the API is counted here, so all processes must share it.
CACHES: dict[str, dict[str, Any]] = {
    "default": env.cache("CACHE_URL")
    if env.str("CACHE_URL", default="")
    else {
        "BACKEND": "migration_tracker.caching.files.FileCache",
        "LOCATION": str(_folder("cache")),
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    CACHES["default"] |= {
        "BACKEND": "migration_tracker.caching.redis.RedisCache",
        # A server that is silent would hold a request for good.
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2} | CACHES["default"].get("OPTIONS", {}),
    }
PUBLIC_BADGE = env.bool("PUBLIC_BADGE", default=False)
OUTBOUND_ALLOWED_HOSTS = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])  # see migration_tracker.outbound

# Where mail goes; without it none is sent.
EMAIL_HOST = ""
if _mail := env.str("EMAIL_URL", default=""):
    globals().update({k: v for k, v in env.email_url_config(_mail).items() if k.startswith("EMAIL_")})
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="migration-tracker@localhost")
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")  # what links in messages begin with

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("TRACKER_STATIC_DIR", default="") or _folder("static"))
# Of each process that a smoke run starts, by the names of probing.Limits, whose defaults are otherwise taken.
SMOKE_LIMITS = env.dict("SMOKE_LIMITS", cast={"value": int}, default={})
if unknown := set(SMOKE_LIMITS) - {"memory", "cpu", "processes", "file", "open_files", "disk"}:
    raise ImproperlyConfigured(f"SMOKE_LIMITS: {min(unknown)} is no limit; see docs/operations.md")
CREDENTIALS_DIR = env.str("CREDENTIALS_DIR", default=str(DATA_DIR / "credentials"))
try:
    REMOTE_POLL_SECONDS = env.int("REMOTE_POLL_SECONDS", default=300)
except ValueError:
    raise ImproperlyConfigured("REMOTE_POLL_SECONDS must be a whole number, such as 300") from None
CHECKOUTS = _folder("checkouts")  # of jobs; migration_tracker/checkouts.py
STATICFILES_DIRS = [installation.STATIC]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

MESSAGE_TAGS = {message_levels.WARNING: "warn", message_levels.ERROR: "bad"}  # as the pages call them

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
PROXIES = env.int("PROXIES", default=0)  # between us and whoever asks; each adds to X-Forwarded-For
API_RATE = env.str("API_RATE", default="600/m")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# Rows are the truth of jobs (docs/adr/0003): the broker may lose a message, the reconciler brings it back.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem://"):
    _messages = str(_folder("queue", "messages"))
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": _messages,
        "data_folder_out": _messages,
        "control_folder": str(_folder("queue", "control")),
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
CELERY_RESULT_EXPIRES = timedelta(days=_whole_number("JOB_RESULTS_KEPT_DAYS", 7))
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
JOB_LOST_AFTER_SECONDS = _whole_number("JOB_LOST_AFTER_SECONDS", 60)
SMOKE_LOGS_KEPT_DAYS = _whole_number("SMOKE_LOGS_KEPT_DAYS", 90)
JOB_TAKEN_UP_WITHIN_SECONDS = 30  # a message that is older may be missed (migration_tracker/jobs.py)

# Who may read /metrics; by default nobody (migration_tracker/operations/guard.py).
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
try:
    METRICS_ALLOWED_ADDRESSES = [
        ip_network(address) for address in env.list("METRICS_ALLOWED_ADDRESSES", default=[])
    ]
except ValueError as error:
    raise ImproperlyConfigured(f"METRICS_ALLOWED_ADDRESSES: {error}; for example 10.1.0.0/16") from None

LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {LOG_LEVEL}")

LOG_FORMAT = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in logs.FORMS:
    raise ImproperlyConfigured(f"LOG_FORMAT must be {' or '.join(logs.FORMS)}, not {LOG_FORMAT}")
LOGGING = logs.configuration(LOG_LEVEL, LOG_FORMAT)
_servers = (CELERY_BROKER_URL, env.str("CACHE_URL", default=""), _mail)
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
