"""Asks the pages for an answer once, and notices it whenever it comes."""

import socket
from urllib.parse import urlsplit


class Knock:
    """One HTTP request that stays open until the server answers it; repeated when it was cut off."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self._host, self._port = place.hostname or "", place.port or 80
        self._connection: socket.socket | None = None

    def answered(self) -> bool:
        """Whether the answer has begun; never waits."""
        try:
            if self._connection is None:
                self._connection = socket.create_connection((self._host, self._port), timeout=1)
                self._connection.sendall(
                    f"GET / HTTP/1.0\r\nHost: {self._host}:{self._port}\r\n\r\n".encode()
                )
                self._connection.setblocking(False)
            answer = self._connection.recv(8)
        except BlockingIOError:
            return False
        except OSError:
            answer = b""
        self.close()
        return answer.startswith(b"HTTP/")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
