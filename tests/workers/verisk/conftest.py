"""What the Verisk workers' tests share: a Kafka whose topics to read have one partition."""

from collections.abc import Iterator

import pytest

import transport.local


@pytest.fixture
def kafka() -> Iterator[transport.local.StandIn]:
    with transport.local.kafka(
        topics={"verisk.downloads.pending": 1, "verisk.downloads.cached": 1}
    ) as broker:
        yield broker


@pytest.fixture
async def on_kafka(kafka, pipeline_on):
    """A pipeline on it."""
    return await pipeline_on(kafka)
