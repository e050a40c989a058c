"""The contract tests on a real Event Hubs namespace; docs/event-hubs.md has the command.

Not collected by itself: it needs a namespace, in the environment as any worker has it. Each test makes event
hubs of its own and deletes them, so the shared access key must have the Manage right.
"""

import base64
import hashlib
import hmac
import os
import time
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from tests.transport.conftest import Bench
from tests.transport.test_contract import ContractTests
from transport import EVENTHUB, TransportConfig

PARTITIONS = 4
SIDE_TOPICS = (
    "",
    ".dead",
    ".rejected",
    ".retry.0.3s",
    ".retry.0.05s",
)  # what tests write to beside the topic itself
MAKES_HUBS = (
    "EVENTHUB_MAKES_HUBS"  # set for a namespace that makes event hubs on first use, as the stand-in does
)
ENTRY = f"""<entry xmlns="http://www.w3.org/2005/Atom"><content type="application/xml">
<EventHubDescription xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect">
<MessageRetentionInDays>1</MessageRetentionInDays><PartitionCount>{PARTITIONS}</PartitionCount>
</EventHubDescription></content></entry>"""


class Namespace:
    """Makes and deletes event hubs, by the service's HTTP interface of version 2014-01."""

    def __init__(self, connection_string: str) -> None:
        parts = dict(part.partition("=")[::2] for part in connection_string.split(";"))
        self._host = urlsplit(parts["Endpoint"]).hostname
        self._key_name, self._key = parts["SharedAccessKeyName"], parts["SharedAccessKey"]

    def make(self, hub: str) -> None:
        self._ask("PUT", hub, ENTRY.encode())

    def delete(self, hub: str) -> None:
        self._ask("DELETE", hub, None)

    def _ask(self, method: str, hub: str, body: bytes | None) -> None:
        url = f"https://{self._host}/{quote(hub)}?api-version=2014-01"
        headers = {
            "Authorization": self._token(),
            "Content-Type": "application/atom+xml;type=entry;charset=utf-8",
        }
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=30):
            """Anything but success raises."""

    def _token(self) -> str:
        resource, expires = quote_plus(f"https://{self._host}/"), int(time.time()) + 600
        signed = hmac.new(self._key.encode(), f"{resource}\n{expires}".encode(), hashlib.sha256).digest()
        signature = quote_plus(base64.b64encode(signed))
        return f"SharedAccessSignature sr={resource}&sig={signature}&se={expires}&skn={self._key_name}"


@dataclass
class RealBench(Bench):
    """Event Hubs, with event hubs made before they are used."""

    _made: list[str] = field(default_factory=list)

    def topic(self) -> str:
        topic = super().topic()
        if MAKES_HUBS not in os.environ:
            namespace = Namespace(self.config.connection_string)
            for side in SIDE_TOPICS:
                namespace.make(topic + side)
                self._made.append(topic + side)
        return topic

    def delete(self) -> None:
        for hub in self._made:
            Namespace(self.config.connection_string).delete(hub)


class TestRealEventHubs(ContractTests):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[Bench]:
        environment = {
            "EVENTHUB_CHECKPOINT_STORE": str(tmp_path),
            **os.environ,
            "PIPELINE_TRANSPORT": EVENTHUB,
        }
        bench = RealBench(TransportConfig.from_env(environment), "real", environment)
        try:
            yield bench
        finally:
            await bench.close()
            bench.delete()
