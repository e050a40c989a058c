"""The script shows the same on memory, on Kafka and on Event Hubs, but for what is explained."""

import pytest

from tests.transport.differential import compare
from tests.transport.differential.script import play
from transport import TransportConfig
from transport.memory import MemoryBroker

pytestmark = pytest.mark.broker


async def test_differences_between_transports_are_explained(real_kafka, eventhub_environment):
    seen = {
        "memory": await play(MemoryBroker().config(), members=True),
        "Apache Kafka": await play(TransportConfig.from_env(real_kafka), members=True),
        "Event Hubs stand-in": await play(TransportConfig.from_env(eventhub_environment), members=True),
    }
    found = {name: [one[name] for one in seen.values()] for name in compare.differences(seen)}
    assert {name: values for name, values in found.items() if name not in compare.EXPLAINED} == {}
    written = compare.PAGE.read_text().partition(compare.BEGIN)[2].partition(compare.END)[0]
    rows = {line.split(" | ")[0].removeprefix("| ") for line in written.splitlines() if line.startswith("| ")}
    assert rows - {"|"} == set(seen["memory"]), "run python -m tests.transport.differential"


async def test_the_kafka_stand_in_shows_the_same_as_far_as_it_can(kafka_environment):
    here = await play(TransportConfig.from_env(kafka_environment), members=False)
    memory = await play(MemoryBroker().config(), members=False)
    assert set(compare.differences({"stand-in": here, "memory": memory})) <= compare.EXPLAINED.keys()
