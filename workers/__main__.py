"""The workers' command: `python -m workers NAME`, `NAME --describe`, `--list`."""

import argparse
import json
import os
import sys

from transport import TransportError
from workers import registry
from workers.errors import WorkerError
from workers.settings import with_configuration


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for; the process's exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m workers", description="Run one of the pipeline's workers."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "worker", nargs="?", metavar="NAME", help="the worker to run, such as claimx/download_worker"
    )
    what.add_argument("--list", action="store_true", help="print every worker's name")
    parser.add_argument(
        "--describe", action="store_true", help="print as JSON what a stranger needs to drive it"
    )
    chosen = parser.parse_args(arguments)
    try:
        if chosen.list:
            print("\n".join(registry.names()))
            return 0
        if chosen.describe:
            print(json.dumps(_description(chosen.worker), indent=2, ensure_ascii=False))
            return 0
        return _run(chosen.worker)
    except (WorkerError, TransportError) as error:
        print(f"workers: {error}", file=sys.stderr)
        return 2


def _description(name: str) -> dict[str, object]:
    from transport.config import routes_from_env

    return registry.describe(name).as_json(name, routes_from_env(with_configuration(os.environ)))


def _run(name: str) -> int:
    from workers import logs, runtime

    worker = registry.load(name)
    logs.configure(name, os.environ.get("LOG_LEVEL", "INFO").upper())
    return runtime.run(worker, with_configuration(os.environ), name)


if __name__ == "__main__":
    sys.exit(main())
