"""The fence from outside: a network namespace for each life of the worker, and the outlet of the run.

It needs the privilege to make one, as root or, where the system allows it, as anybody. Where that is missing
the fence inside the worker stands alone, and the run says so.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterable
from pathlib import Path

from migration_tracker.probing import gate, outlet
from migration_tracker.probing.log import BoundedLog
from migration_tracker.probing.process import Household
from migration_tracker.probing.watch import Watch

_SECONDS = 10.0
_LONGEST = 100  # bytes of a Unix socket's path
_cannot: dict[str, str] = {}  # what this process has found out


class Wall:
    """The outlet of one run, and what it lets through.

    Args:
        folder: out of the worker's reach, for the outlet's socket and what it writes.
        allowed: the addresses that may be reached, as `host:port`.
        led: where connections to port 443 of any address are led, as `host:port`; "" for nowhere.
    """

    def __init__(self, folder: Path, allowed: Iterable[str], led: str, household: Household) -> None:
        self._socket, self.record, self._household = folder / "outlet", folder / "refused", household
        self._away = [address for address in allowed if not _is_here(address)]
        ports = dict.fromkeys(address.rpartition(":")[2] for address in allowed)
        self._ways = [f"{port}=127.0.0.1:{port}" for port in ports]
        if led:
            self._ways.append(f"*:443={led}")

    def rise(self, watch: Watch) -> str:
        """Start the outlet and try a gate. Why the wall cannot stand; "" if it does."""
        if self._away:
            return f"{self._away[0]} is not on this machine"
        if sys.platform != "linux":
            return "only Linux has network namespaces"
        if len(str(self._socket)) > _LONGEST:
            return f"the path {self._socket} is too long for a socket"
        if "" in _cannot:
            return _cannot[""]
        log = BoundedLog(pattern="ready")
        process = self._household.start(
            self._script(outlet.__file__, str(self._socket), str(self.record)),
            folder=self._socket.parent,
            environment={},
            log=log,
            ours=True,
        )
        watch.until(lambda: log.seen.is_set() or process.exit_code() is not None, _SECONDS)
        if not log.seen.is_set():
            return f"the outlet did not start: {log.text().strip() or 'it said nothing'}"
        return self._try(watch)

    def _try(self, watch: Watch) -> str:
        log = BoundedLog()
        process = self._household.start(
            self.prefix(), folder=self._socket.parent, environment={}, log=log, ours=True
        )
        watch.until(lambda: process.exit_code() is not None, _SECONDS)
        process.drain()
        if process.exit_code() == 0:
            return ""
        _cannot[""] = log.text().strip().removeprefix("gate: ") or "the gate said nothing"
        return _cannot[""]

    def prefix(self) -> tuple[str, ...]:
        """What goes before a command that shall run behind the wall."""
        return self._script(gate.__file__, str(self._socket), *self._ways, "--")

    @staticmethod
    def _script(file: str, *arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-I", "-S", file, *arguments)


def _is_here(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
