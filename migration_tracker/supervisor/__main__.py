"""Runs the tracker: web, jobs and schedule, until Ctrl-C. PORT says where its pages are served."""

import argparse
import os
import signal
import sys

from migration_tracker.supervisor import kin
from migration_tracker.supervisor.console import Console
from migration_tracker.supervisor.door import open_door
from migration_tracker.supervisor.errors import PortError
from migration_tracker.supervisor.guard import guard
from migration_tracker.supervisor.program import tracker
from migration_tracker.supervisor.supervise import Supervisor


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m migration_tracker.supervisor", description=__doc__)
    parser.add_argument(
        "--end-with-parent", action="store_true", help="stop when the starting process is gone"
    )
    if parser.parse_args().end_with_parent:
        kin.die_with_parent(os.getppid(), signal.SIGTERM)
    try:
        door = open_door(os.environ.get("PORT", "8000"))
    except PortError as error:
        print(error, file=sys.stderr)
        return 2
    with door:
        program = tracker(door)
        console = Console(width=max(len(service.name) for service in program.services))
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            console.say(
                "It runs as root, which gives each smoke run a user of its own (docs/threat-model.md)."
            )
        return guard(lambda: Supervisor(program, console).run())


if __name__ == "__main__":
    sys.exit(main())
