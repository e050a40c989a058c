"""The tracker's settings, on a data folder that goes with the test run."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="tracker-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["TRACKER_DATA_DIR"] = _folder

from migration_tracker.settings import *  # noqa: E402, F403
from migration_tracker.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

# A file, not memory: heartbeats write from threads of their own.
DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
