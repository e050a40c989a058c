"""gunicorn's hooks: a folder for what web processes count together, and no socket to be controlled by.

To be named by `--config python:migration_tracker.gunicorn`; without it each process tells of itself only.
"""

import os
import shutil
import tempfile
from typing import Any

from migration_tracker import logs

if (form := os.environ.get("LOG_FORMAT", "line")) != "line":
    # What gunicorn itself has to say goes the same way; by default it is left as it is.
    level = os.environ.get("LOG_LEVEL", "WARNING").upper()
    own = {
        name: {"level": level, "handlers": [], "propagate": True}
        for name in ("gunicorn.error", "gunicorn.access")
    }
    logconfig_dict = logs.configuration(level, form) | {"loggers": own}

# Nobody speaks to it: gunicorn is controlled by signals. By default it lies in the home folder of whoever
# runs it, which a container cannot write to and two trackers of one user would take from each other.
control_socket_disable = True

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def on_starting(_server: Any) -> None:
    """A new folder at each start, so that counts begin with it; before anything imports prometheus_client."""
    os.environ[_VARIABLE] = tempfile.mkdtemp(prefix="tracker-metrics-")


def child_exit(_server: Any, worker: Any) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    shutil.rmtree(os.environ[_VARIABLE], ignore_errors=True)
