"""Stand-in brokers, and unmodified SDK clients for them."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from transport import local

DEADLINE = 20.0  # seconds until a test gives up waiting; far more than anything here takes


def _started(kind: str) -> Iterator[local.StandIn]:
    if reason := local.missing(kind):
        pytest.skip(reason)
    with {"kafka": local.kafka, "eventhub": local.eventhub}[kind]() as broker:
        yield broker


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[local.StandIn]:
    yield from _started("kafka")


@pytest.fixture(scope="session")
def event_hubs_broker() -> Iterator[local.StandIn]:
    yield from _started("eventhub")


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A topic or event hub of this test's own."""
    return re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")


@dataclass(frozen=True)
class Clients:
    """Makes the SDK's clients for one broker and one wire (`amqp`, `amqps`, `ws`, `wss`)."""

    broker: local.StandIn
    wire: str = "amqp"

    def producer(self, hub: str, **options: Any) -> Any:
        from azure.eventhub.aio import EventHubProducerClient

        return EventHubProducerClient.from_connection_string(eventhub_name=hub, **self._options(**options))

    def consumer(self, hub: str, group: str = "$Default", **options: Any) -> Any:
        from azure.eventhub.aio import EventHubConsumerClient

        return EventHubConsumerClient.from_connection_string(
            consumer_group=group, eventhub_name=hub, **self._options(**options)
        )

    def token(self, hub: str, expires: int) -> str:
        """Sign a token as the SDK does; `expires` in seconds since the epoch."""
        from azure.eventhub._pyamqp.utils import generate_sas_token

        parts = self._parts()
        audience = f"sb://{self.broker.endpoints['amqp']}/{hub}"
        return str(
            generate_sas_token(audience, parts["SharedAccessKeyName"], parts["SharedAccessKey"], expires)
        )

    def _parts(self) -> dict[str, str]:
        string = self.broker.environment["EVENTHUB_NAMESPACE_CONNECTION_STRING"]
        return dict(part.partition("=")[::2] for part in string.split(";"))

    def _options(
        self, *, key: str = "", key_name: str = "", token: str = "", **options: Any
    ) -> dict[str, Any]:
        from azure.eventhub import TransportType

        plain, socket = self.wire in ("amqp", "ws"), self.wire in ("ws", "wss")
        parts = self._parts() | {"Endpoint": f"sb://{self.broker.endpoints['amqp']}"}
        parts |= {"SharedAccessKey": key} if key else {}
        parts |= {"SharedAccessKeyName": key_name} if key_name else {}
        if token:
            parts = {"Endpoint": parts["Endpoint"], "SharedAccessSignature": token}
        defaults: dict[str, Any] = {"retry_total": 0}
        if plain:
            parts["UseDevelopmentEmulator"] = "true"
        else:
            defaults["connection_verify"] = self.broker.environment["EVENTHUB_CA_FILE"]
        if self.wire != "amqp":
            defaults["custom_endpoint_address"] = f"sb://{self.broker.endpoints[self.wire]}"
        defaults["transport_type"] = TransportType.AmqpOverWebsocket if socket else TransportType.Amqp
        string = ";".join(f"{name}={value}" for name, value in parts.items())
        return {"conn_str": string} | defaults | options


@pytest.fixture
def clients(event_hubs_broker: local.StandIn, all_closed: None) -> Clients:
    return Clients(event_hubs_broker)


@dataclass
class Reading:
    """A consumer client that receives in the background, until the block ends."""

    consumer: Any
    options: dict[str, Any]

    async def __aenter__(self) -> "Reading":
        self.events: list[Any] = []
        self.places: list[str] = []
        self.errors: list[Exception] = []
        self._task = asyncio.create_task(
            self.consumer.receive(on_event=self._on_event, on_error=self._on_error, **self.options)
        )
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.consumer.close()
        self._task.cancel()  # the SDK would sleep until its next round of load balancing
        await asyncio.wait([self._task], timeout=DEADLINE)

    async def _on_event(self, context: Any, event: Any) -> None:
        self.events.append(event)
        self.places.append(context.partition_id)

    async def _on_error(self, _context: Any, error: Exception) -> None:
        self.errors.append(error)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not condition():
                assert not self._task.done(), self._task.result()
                await asyncio.sleep(0.01)

    async def take(self, count: int) -> list[Any]:
        await self.until(lambda: len(self.events) >= count or bool(self.errors))
        assert not self.errors, self.errors
        return self.events


@pytest.fixture
def reading() -> Callable[..., Reading]:
    """Receive with a consumer client: `async with reading(consumer, starting_position=…) as reader`."""

    def start(consumer: Any, **options: Any) -> Reading:
        return Reading(consumer, {"starting_position": "-1"} | options)

    return start
