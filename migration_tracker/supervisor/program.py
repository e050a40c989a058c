"""What is to be run: a preparation, then the services side by side."""

import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.installation import HOME
from migration_tracker.supervisor.door import address

# Who works on each queue of the settings. Notifications only wait for others: threads do, in less memory.
QUEUES = {
    "scans": ("--pool", "prefork", "--concurrency", "2"),
    "smoke": ("--pool", "prefork", "--concurrency", "2"),
    "notifications": ("--pool", "threads", "--concurrency", "2"),
}

# Celery advises against root. Here root is what gives each smoke run a user of its own
# (docs/threat-model.md), no message is a pickle, and the supervisor says once that it is root.
NO_WORD_OF_ROOT = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class Service:
    """A command that is to run until the end; `files` are descriptors it inherits, `stop` asks it to end."""

    name: str
    command: tuple[str, ...]
    files: tuple[int, ...] = ()
    stop: signal.Signals = signal.SIGTERM


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: before a restart (doubled each time), until one counts as calm, and at the end."""

    first: float = 1.0
    most: float = 30.0
    calm: float = 30.0
    grace: float = 10.0


@dataclass(frozen=True, slots=True)
class Program:
    """All of one installation: what must succeed first, what runs then, and where its pages answer."""

    address: str
    folder: Path
    preparation: tuple[str, ...]
    services: tuple[Service, ...]
    patience: Patience = Patience()


def tracker(door: socket.socket) -> Program:
    """The tracker as `make run` starts it, its pages behind `door`."""
    level = os.environ.get("LOG_LEVEL", "warning").lower()
    python = (sys.executable, "-m")
    celery = (
        sys.executable,
        "-W",
        NO_WORD_OF_ROOT,
        "-m",
        "celery",
        "--app",
        "migration_tracker.celery",
        "--quiet",
    )
    return Program(
        address=address(door),
        folder=HOME,
        preparation=(*python, "migration_tracker.prepare"),
        services=(
            Service(
                "web",
                (
                    *(*python, "gunicorn", "migration_tracker.wsgi", "--bind", f"fd://{door.fileno()}"),
                    *("--config", "python:migration_tracker.gunicorn"),
                    *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
                    *("--graceful-timeout", "5", "--log-level", level),
                ),
                files=(door.fileno(),),
            ),
            *(
                Service(
                    queue,
                    (
                        *(*celery, "worker", "--queues", queue, "--hostname", f"{queue}@%h", *pool),
                        *("--without-gossip", "--without-mingle", "--loglevel", level),
                    ),
                    # A cold stop: what was at work begins anew at the next start (docs/adr/0003).
                    stop=signal.SIGQUIT,
                )
                for queue, pool in QUEUES.items()
            ),
            Service("beat", (*celery, "beat", "--pidfile", "", "--loglevel", level)),
        ),
    )
