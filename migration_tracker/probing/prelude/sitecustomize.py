"""The fence from inside: Python imports this at the start of a worker on Event Hubs, before its own code.

It refuses every connection to an address that is not listed and writes who tried, with the Python stack, to
a file that the probe reads. It sees what goes through Python's sockets; a C library with sockets of its own
does not come by here. It imports next to nothing, so that no worker starts later for it.
"""

import os
import sys
from collections.abc import Iterable
from errno import ECONNREFUSED
from weakref import WeakSet

VARIABLE = "MIGRATION_TRACKER_FENCE"  # the file to write to, then the addresses, one a line
HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  pathlib costs every start
LOOPBACK = ("127.0.0.1", "::1", "localhost", "::ffff:127.0.0.1", "0.0.0.0", "::")  # noqa: S104  what listens everywhere listens here


def _stand(record: str, listed: list[str]) -> None:
    allowed = {_address(*line.rsplit(":", 1)) for line in listed}
    own: WeakSet[object] = WeakSet()  # what port the system chose is known later only

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("socket.connect", "socket.bind"):
            return
        address = arguments[1]
        if not isinstance(address, tuple) or len(address) < 2:  # a Unix socket leads to nowhere else
            return
        if event == "socket.bind":
            own.add(arguments[0])
            return
        named = _address(str(address[0]), str(address[1]))
        if named not in allowed and named not in _bound(own):
            _write(record, named)
            raise ConnectionRefusedError(
                ECONNREFUSED, f"the smoke run's fence lets nobody through to {named}"
            )

    sys.addaudithook(watch)
    _append(record, "")


def _bound(own: Iterable[object]) -> set[str]:
    bound = set()
    for socket in list(own):
        try:
            name = socket.getsockname()  # type: ignore[attr-defined]
        except OSError:  # it is closed
            continue
        if isinstance(name, tuple):
            bound.add(_address(str(name[0]), str(name[1])))
    return bound


def _address(host: str, port: str) -> str:
    return f"{'localhost' if host in LOOPBACK else host}:{port}"


def _write(record: str, address: str) -> None:
    import json
    import traceback

    frames = traceback.extract_stack(sys._getframe(2))
    stack = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    _append(record, json.dumps({"address": address, "stack": stack}) + "\n")


def _append(record: str, text: str) -> None:
    file = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _run_the_one_that_this_hides() -> None:
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    sys.path[:] = [place for place in sys.path if place != HERE]
    spec = PathFinder.find_spec("sitecustomize")
    if spec and spec.loader:
        spec.loader.exec_module(module_from_spec(spec))


if VARIABLE in os.environ:
    _stand(*(lambda lines: (lines[0], lines[1:]))(os.environ[VARIABLE].splitlines()))
_run_the_one_that_this_hides()
