"""Runs a command on PostgreSQL and Redis: `python -m tests.stack COMMAND…`.

Starts both, sets DATABASE_URL and CELERY_BROKER_URL for the command, and ends with its exit code.
"""

import os
import subprocess
import sys

from tests.stack.postgresql import NoPostgreSQL, PostgreSQL
from tests.stack.redis import NoRedis, Redis


def main(command: list[str]) -> int:
    try:
        with PostgreSQL() as cluster, Redis() as server:
            environment = {"DATABASE_URL": cluster.url(), "CELERY_BROKER_URL": server.url}
            return subprocess.run(command, env=os.environ | environment, check=False).returncode
    except (NoPostgreSQL, NoRedis) as reason:
        print(reason, file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
