"""What a run does inside a worker: Python imports this at its start, before the worker's own code.

The fence, on Event Hubs, refuses every connection to an address that is not listed and writes who tried, with
the Python stack, to a file that the probe reads. It sees what goes through Python's sockets; a C library with
sockets of its own does not come by here. The watch over the handler (smoke_handler.py) is loaded when the
worker imports asyncio or its handler. So this imports next to nothing, and no worker starts later for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from errno import ECONNREFUSED
from types import ModuleType
from typing import Any
from weakref import WeakSet

WATCH = "MIGRATION_TRACKER_WATCH"  # JSON, see probing/inside.py
NAMES = "MIGRATION_TRACKER_NAMES"  # JSON, see probing/inside.py
LED = "MIGRATION_TRACKER_LED"  # JSON, see probing/leading.py
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


def _note(record: str, event: str, what: str, where: str = "") -> None:
    import json

    _append(record, json.dumps({"event": event, "what": what, "where": where}) + "\n")


def _append(record: str, text: str) -> None:
    file = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _watch(asked: dict[str, Any], imports: _Imports) -> None:
    """Watch over the handler, and say when the worker first connects to anything."""
    found: dict[str, Any] = {}

    def begin(_asyncio: ModuleType) -> None:
        found["observer"] = _beside("smoke_handler").Observer(asked)
        found["observer"].watch()

    def wrap(how: str, name: str) -> Callable[[ModuleType], None]:
        def wrapped(module: ModuleType) -> None:
            import asyncio  # noqa: F401  upon which the watch begins

            getattr(found["observer"], how)(module, name)

        return wrapped

    imports.then("asyncio", begin)
    if asked["handler"]:
        module, _, path = asked["handler"].partition(":")
        imports.then(module, wrap("wrap_handler", path))
    else:
        for function in asked["functions"]:
            module, _, name = function.rpartition(".")
            imports.then(module, wrap("wrap_function", name))

    def connects(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple) and "connected" not in found:
            found["connected"] = True
            _note(asked["record"], "connected", "")

    sys.addaudithook(connects)


def _keep_to(asked: dict[str, Any], imports: _Imports) -> None:
    """Keep the worker to the names that are the run's."""

    def note(event: str, what: str, where: str) -> None:
        _note(asked["record"], event, what, where)

    def look(how: str) -> Callable[[ModuleType], None]:
        return lambda module: getattr(_beside("smoke_names").Names(asked["prefix"], note), how)(module)

    imports.then("aiokafka", look("in_aiokafka"))
    imports.then("kafka", look("in_aiokafka"))
    imports.then("azure.eventhub", look("in_event_hubs"))
    imports.then("azure.eventhub.aio", look("in_event_hubs"))


def _beside(name: str) -> Any:
    """A module of this folder."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(name, os.path.join(HERE, f"{name}.py"))  # noqa: PTH118
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _lead(asked: dict[str, Any], imports: _Imports) -> None:
    """Let names of real namespaces mean the stand-in, and trust who has signed its certificate."""
    host, _, port = asked["to"].rpartition(":")
    told: set[str] = set()

    def lead(module: Any) -> None:
        look_up = module.getaddrinfo

        def getaddrinfo(name: Any, service: Any, *arguments: Any, **options: Any) -> Any:
            text = name.decode() if isinstance(name, bytes) else str(name)
            if text.lower().endswith(asked["suffix"]) and str(service) == str(asked["port"]):
                if text not in told:
                    told.add(text)
                    _note(asked["record"], "led", text)
                name, service = host, int(port)
            return look_up(name, service, *arguments, **options)

        module.getaddrinfo = getaddrinfo

    def trust(module: Any) -> None:
        module.where = lambda: asked["authority"]

    imports.then("socket", lead)
    imports.then("certifi", trust)


class _Imports:
    """A finder that finds nothing itself: it calls functions with modules once those were imported."""

    def __init__(self) -> None:
        self.wanted: dict[str, list[Callable[[ModuleType], None]]] = {}
        sys.meta_path.insert(0, self)  # type: ignore[arg-type]

    def then(self, name: str, call: Callable[[ModuleType], None]) -> None:
        if name in sys.modules:  # something that starts with Python has imported it
            call(sys.modules[name])
        else:
            self.wanted.setdefault(name, []).append(call)

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if not (calls := self.wanted.pop(name, [])):
            return None
        finders: list[Any] = [finder for finder in list[Any](sys.meta_path) if finder is not self]
        spec: Any = next(filter(None, (finder.find_spec(name, path, target) for finder in finders)), None)
        if spec and spec.loader and hasattr(spec.loader, "exec_module"):
            execute = spec.loader.exec_module

            def executed(module: ModuleType) -> None:
                execute(module)
                for call in calls:
                    call(module)

            spec.loader.exec_module = executed
        return spec


def _run_the_one_that_this_hides() -> None:
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    sys.path[:] = [place for place in sys.path if place != HERE]
    spec = PathFinder.find_spec("sitecustomize")
    if spec and spec.loader:
        spec.loader.exec_module(module_from_spec(spec))


if VARIABLE in os.environ:
    _stand(*(lambda lines: (lines[0], lines[1:]))(os.environ[VARIABLE].splitlines()))
if any(name in os.environ for name in (WATCH, LED, NAMES)):
    import json

    _imports = _Imports()
    if LED in os.environ:
        _lead(json.loads(os.environ[LED]), _imports)
    if NAMES in os.environ:
        _keep_to(json.loads(os.environ[NAMES]), _imports)
    if WATCH in os.environ:
        _watch(json.loads(os.environ[WATCH]), _imports)
_run_the_one_that_this_hides()
