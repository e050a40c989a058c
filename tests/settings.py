"""The tracker's settings, on a data folder that goes with the test run.

Where DATABASE_URL and CELERY_BROKER_URL are set, as `make test-postgresql` does, every process of the run has
a database and a queue of its own there too.
"""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="tracker-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["TRACKER_DATA_DIR"] = _folder
if os.environ.get("CELERY_BROKER_URL", "").startswith("redis://"):
    from tests.stack.redis import own_database

    os.environ["CELERY_BROKER_URL"] = own_database(os.environ["CELERY_BROKER_URL"])

from migration_tracker.settings import *  # noqa: E402, F403
from migration_tracker.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: heartbeats write from threads of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}
else:  # a test's transaction may stand still for as long as the test works on something else
    DATABASES["default"]["OPTIONS"]["options"] = "-c statement_timeout=60s"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
