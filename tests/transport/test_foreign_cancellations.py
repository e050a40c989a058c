"""What a client cancels inside itself is a failure like any other; what we cancel is cancelled."""

import asyncio

import pytest

from transport import BrokerUnavailableError, CommitError, TransportConfig
from transport.eventhub.errors import translated as from_event_hubs
from transport.kafka.client import translated as from_kafka

CONFIG = TransportConfig(transport="kafka", bootstrap_servers="127.0.0.1:1")


@pytest.mark.parametrize("translated", [from_kafka, from_event_hubs])
async def test_a_cancellation_from_inside_a_client_becomes_an_error(translated):
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    told = r"joining: .* gave up what it was asked for"
    with pytest.raises(BrokerUnavailableError, match=told), translated("joining", CONFIG):
        await future
    with pytest.raises(CommitError), translated("committing", CONFIG, CommitError):
        await future


@pytest.mark.parametrize("translated", [from_kafka, from_event_hubs])
async def test_a_cancellation_of_ours_goes_through(translated):
    waiting = asyncio.Event()

    async def wait():
        with translated("waiting", CONFIG):
            waiting.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("translated", [from_kafka, from_event_hubs])
async def test_a_time_out_of_ours_goes_through(translated):
    async def wait():
        async with asyncio.timeout(0.01):
            with translated("waiting", CONFIG, CommitError):
                await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await wait()
