"""Leads a worker that names a real Event Hubs namespace to the run's stand-in.

A worker with hard-wired settings, AMQP over WebSocket to `NAMESPACE.servicebus.windows.net:443`, runs
unchanged: inside it that name means the stand-in, whose certificate holds for it and whose authority is
trusted.
"""

from __future__ import annotations

import json
from pathlib import Path

_VARIABLE = "MIGRATION_TRACKER_LED"
SUFFIX, PORT = ".servicebus.windows.net", 443


def environment(record: Path, to: str, authority: str) -> dict[str, str]:
    """What leads a Python process.

    Args:
        record: the file where it writes which names it was led from.
        to: where the stand-in listens for AMQP over WebSocket with TLS, as `host:port`.
        authority: the file (PEM) with the certificate of who has signed the stand-in's.
    """
    asked = {"record": str(record), "suffix": SUFFIX, "port": PORT, "to": to, "authority": authority}
    return {
        _VARIABLE: json.dumps(asked),
        "SSL_CERT_FILE": authority,  # Python's ssl, aiohttp
        "REQUESTS_CA_BUNDLE": authority,  # requests
    }
