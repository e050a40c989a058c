"""Plays the script on memory, Kafka and Event Hubs and writes what was seen to docs/transport.md."""

import asyncio
import sys

import transport.local
from tests.broker.kafka.node import KafkaNode
from tests.transport.differential.compare import EXPLAINED, differences, write
from tests.transport.differential.script import Seen, play
from transport import TransportConfig
from transport.memory import MemoryBroker


async def _in_memory() -> Seen:
    return await play(MemoryBroker().config(), members=True)


def main() -> int:
    seen = {"memory": asyncio.run(_in_memory())}
    with KafkaNode() as node:
        seen["Apache Kafka"] = asyncio.run(play(TransportConfig.from_env(node.environment), members=True))
    with transport.local.eventhub() as stand_in:
        config = TransportConfig.from_env(stand_in.environment)
        seen["Event Hubs stand-in"] = asyncio.run(play(config, members=True))
    write(seen)
    unexplained = [name for name in differences(seen) if name not in EXPLAINED]
    for name in unexplained:
        print(f"not explained: {name}: {[found.get(name) for found in seen.values()]}", file=sys.stderr)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
