"""Known causes of a failure, recognised in a worker's log by the exception's class, a host and a port.

Never by wording: client libraries change their sentences, and every one has its own. Where the exception
itself names no address (kafka-python's NoBrokersAvailable), the nearest line before it that does is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

KAFKA_BOOTSTRAP = "kafka-bootstrap"

# aiokafka and kafka-python raise these, and only these, when no broker of the bootstrap list answers.
_BOOTSTRAP_ERROR = re.compile(r"(?<![\w.])((?:\w+\.)*(?:KafkaConnectionError|NoBrokersAvailable))\b")
_PAIR = re.compile(r"""\(['"](?P<host>[^'"\s]+)['"],\s*(?P<port>\d{1,5})\b""")  # ('localhost', 9092, …)
_JOINED = re.compile(
    r"(?<![\w.:/-])(?P<host>[A-Za-z0-9_](?:[\w.-]*\w)?|\[[0-9A-Fa-f:]+\]):(?P<port>\d{2,5})(?![\w:.])"
)
_LINES_BEFORE = 40


@dataclass(frozen=True, slots=True)
class Cause:
    """A known cause: its kind, the class of the exception that shows it, and the address it is about."""

    kind: str
    exception: str
    host: str
    port: int

    @property
    def text(self) -> str:
        """What it means and what to do."""
        return (
            f"it tried to reach Kafka at {self.host}:{self.port}; behind Private Link only AMQP on port 443"
            " is open. Use create_consumer() from the transport layer"
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "exception": self.exception,
            "host": self.host,
            "port": self.port,
            "text": self.text,
        }


def recognise(log: str) -> Cause | None:
    """The last known cause that `log` shows, or None."""
    lines = log.splitlines()
    for number in range(len(lines) - 1, -1, -1):
        if (raised := _BOOTSTRAP_ERROR.search(lines[number])) is None:
            continue
        rest = lines[number][raised.end() :]
        nearest_first = [rest, *reversed(lines[max(0, number - _LINES_BEFORE) : number])]
        if address := next(filter(None, map(_address, nearest_first)), None):
            return Cause(KAFKA_BOOTSTRAP, raised[1], *address)
    return None


def _address(text: str) -> tuple[str, int] | None:
    for form in (_PAIR, _JOINED):
        for match in form.finditer(text):
            host, port = match["host"].strip("[]"), int(match["port"])
            if 0 < port < 65536 and not host.isdigit():  # 12:30 is a time of day
                return host, port
    return None
