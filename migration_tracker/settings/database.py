"""The database, and how long anything there may take."""

from django.core.exceptions import ImproperlyConfigured

from migration_tracker.settings.environment import DATA_DIR, env, whole_number

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'tracker.sqlite3'}")}
if "ENGINE" not in DATABASES["default"]:
    raise ImproperlyConfigured("DATABASE_URL is no address, such as postgres://user:password@host/name")
DATABASE_STATEMENT_SECONDS = whole_number("DATABASE_STATEMENT_SECONDS", 30)
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
