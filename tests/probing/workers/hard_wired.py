"""As in production: AMQP over WebSocket to a real namespace, which nothing from outside can change."""

import asyncio
import json
import os
import signal
from pathlib import Path

from azure.eventhub import EventData, TransportType
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient

CONNECTION = (
    "Endpoint=sb://claims-production.servicebus.windows.net/;"
    "SharedAccessKeyName=worker;SharedAccessKey=bm90IGEgcmVhbCBrZXkgYXQgYWxs"
)
STORE = Path(os.environ["EVENTHUB_CHECKPOINT_STORE"])


def store(event, partition):
    place = STORE / "numbers" / "$Default"
    place.mkdir(parents=True, exist_ok=True)
    position = {"sequence_number": event.sequence_number, "offset": event.offset}
    (place / f"{partition}.json").write_text(json.dumps(position))


async def main():
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    wired = {"transport_type": TransportType.AmqpOverWebsocket}
    producer = EventHubProducerClient.from_connection_string(CONNECTION, eventhub_name="squares", **wired)
    consumer = EventHubConsumerClient.from_connection_string(
        CONNECTION, "$Default", eventhub_name="numbers", **wired
    )

    async def handle(context, event):
        number = json.loads(event.body_as_str())["number"]
        await producer.send_event(EventData(json.dumps({"number": number, "square": number**2})))
        store(event, context.partition_id)

    ids = await consumer.get_partition_ids()
    print("worker is ready", flush=True)
    readings = (consumer.receive(handle, partition_id=each, starting_position="-1") for each in ids)
    reading = [asyncio.create_task(each) for each in readings]
    await stopped.wait()
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    await consumer.close()
    await producer.close()


asyncio.run(main())
