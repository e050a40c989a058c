"""The Event Hubs SDK as it comes, without checkpoints, at our prefetch: the floor on Event Hubs."""

import asyncio
from typing import Any

from azure.eventhub import TransportType
from azure.eventhub.aio import EventHubConsumerClient

from benchmarks.transport.measure import Plan, Progress, plan


async def main(plan: Plan) -> None:
    progress = Progress(plan)
    client = EventHubConsumerClient.from_connection_string(
        plan.environment["EVENTHUB_NAMESPACE_CONNECTION_STRING"],
        consumer_group="$Default",
        eventhub_name=plan.topic,
        transport_type=TransportType.AmqpOverWebsocket,
        custom_endpoint_address=plan.environment["EVENTHUB_CUSTOM_ENDPOINT"],
        connection_verify=plan.environment["EVENTHUB_CA_FILE"],
    )

    async def received(_: Any, events: list[Any]) -> None:
        for event in events:
            await progress.handle(event)

    receiving = asyncio.create_task(
        client.receive_batch(on_event_batch=received, starting_position="-1", **plan.settings)
    )
    await progress.all.wait()
    progress.report()
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    await client.close()


if __name__ == "__main__":
    asyncio.run(main(plan()))
