"""The stand-in's own side of `standin.process`: options in, readiness out; it never outlives its user."""

import json
import os
import shutil
import signal
import sys
from typing import Any

from transport.local import lifeline


def begin() -> dict[str, Any]:
    """Take the options this process was started with; from now on it ends when its parent is gone.

    Returns:
        The options: JSON values.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; whoever started us ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # a parent's mask would be ours
    options: dict[str, Any] = json.loads(sys.stdin.readline())

    def orphaned() -> None:
        # Nobody else is left to do it.
        shutil.rmtree(options["folder"], ignore_errors=True)
        os._exit(0)

    lifeline.hold(options["parent"], orphaned, watch_input=True)
    return options


def ready(facts: dict[str, Any]) -> None:
    """Tell whoever started this process that the stand-in can be used, and `facts` about it (JSON values)."""
    print(json.dumps(facts), flush=True)
