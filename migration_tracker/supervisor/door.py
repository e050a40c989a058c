"""The port the pages are served on: taken before anything starts, and kept while the web process restarts."""

import errno
import socket

from migration_tracker.supervisor.errors import PortError

HOST = "127.0.0.1"
_BACKLOG = 128


def open_door(port: str) -> socket.socket:
    """Listen on loopback at `port`, as text from the environment; `PortError` where that cannot be."""
    if not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65536:
        raise PortError(
            f"PORT must be a number from 1 to 65535, not {port!r}. For example: PORT=8001 make run"
        )
    try:
        return socket.create_server((HOST, int(port)), backlog=_BACKLOG)
    except OSError as error:
        raise PortError(_refusal(int(port), error)) from error


def address(door: socket.socket) -> str:
    host, port = door.getsockname()
    return f"http://{host}:{port}"


def _refusal(port: int, error: OSError) -> str:
    other = port + 1 if 1024 <= port < 65535 else 8001
    reason = {
        errno.EADDRINUSE: "is in use by another program",
        errno.EACCES: "needs rights this user does not have",
    }.get(error.errno or 0, f"cannot be used ({error.strerror})")
    return f"Port {port} {reason}. Choose another one: PORT={other} make run"
