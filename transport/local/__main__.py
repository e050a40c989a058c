"""Starts stand-in brokers and prints the environment to export (`python -m transport.local`)."""

import argparse
import contextlib
import json
import os
import shlex
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from transport import local
from transport.local import StandIn, StandInError, lifeline

_STARTERS: Mapping[str, Callable[[], AbstractContextManager[StandIn]]] = {
    "kafka": local.kafka,
    "eventhub": local.eventhub,
}


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM, SIGINT or the end of the process that started this one.

    Returns:
        The exit code: 0, or 3 when a stand-in cannot run.
    """
    parser = argparse.ArgumentParser(prog="python -m transport.local", description=__doc__)
    parser.add_argument("--only", choices=local.KINDS, help="start this one only")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of export lines")
    options = parser.parse_args(arguments)
    kinds = [options.only] if options.only else local.KINDS
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # so that none is missed before sigwait
    lifeline.hold(os.getppid(), lambda: os.kill(os.getpid(), signal.SIGTERM), watch_input=False)
    try:
        with contextlib.ExitStack() as stack:
            brokers = [stack.enter_context(_STARTERS[kind]()) for kind in kinds]
            print(_announcement(brokers, as_json=options.json), flush=True)
            signal.sigwait(signals)
    except StandInError as error:
        print(f"transport.local: {error}", file=sys.stderr)
        return 3
    return 0


def environment(brokers: list[StandIn]) -> dict[str, str]:
    """Return what to export to use `brokers`; with several, whoever reads it picks PIPELINE_TRANSPORT."""
    merged = {key: value for broker in brokers for key, value in broker.environment.items()}
    if len(brokers) > 1:
        del merged["PIPELINE_TRANSPORT"]
    return merged


def _announcement(brokers: list[StandIn], *, as_json: bool) -> str:
    exports = environment(brokers)
    if as_json:
        return json.dumps(exports)
    return "\n".join(f"export {key}={shlex.quote(value)}" for key, value in exports.items())


if __name__ == "__main__":
    sys.exit(main())
