"""What is compared: ours, the clients as they come, and peers with the nearest guarantee each can give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RUNS = "benchmarks.transport.runs"
TUNED = {  # arroyo: a commit every 100 ms, as ours, and librdkafka reading ahead
    "consumer": {"queued_max_messages_kbytes": 65_536, "queued_min_messages": 100_000},
    "commits": {"min_commit_frequency_sec": 0.1, "min_commit_messages": None},
}
AS_IT_COMES = {"consumer": {}, "commits": {"min_commit_frequency_sec": 1, "min_commit_messages": None}}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to consume.

    Arguments:
        module: what runs it, below RUNS.
        needs: the package it needs, if that is a peer of ours.
        share: the part of all messages it gets: slow ways get fewer.
        keeps: what it guarantees for a message whose handler failed or was killed.
    """

    name: str
    module: str
    keeps: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs: str = ""
    share: float = 1.0


LOST = "is lost"
ONCE = "comes again"

NO_OP = (
    Way("aiokafka async for", "aiokafka_raw", LOST, {"call": "async for"}),
    Way("aiokafka getmany", "aiokafka_raw", LOST, {"call": "getmany"}),
    Way("ours, by partition", "ours", ONCE),
    Way("ours, by key", "ours", ONCE, {"ordering": "key"}),
    Way("ours, unordered", "ours", ONCE, {"ordering": "unordered"}),
    Way("confluent-kafka consume", "confluent", ONCE, needs="confluent_kafka"),
    Way(
        "FastStream NACK_ON_ERROR",
        "faststream_subscriber",
        ONCE,
        {"policy": "NACK_ON_ERROR"},
        "faststream",
        0.05,
    ),
    Way("FastStream ACK_FIRST", "faststream_subscriber", LOST, {"policy": "ACK_FIRST"}, "faststream", 0.2),
    Way("arroyo tuned", "arroyo_processor", ONCE, TUNED, "arroyo"),
    Way("arroyo as it comes", "arroyo_processor", ONCE, AS_IT_COMES, "arroyo", 0.2),
)
WAITING = (
    Way("aiokafka, one at a time", "aiokafka_raw", LOST, {"call": "async for"}, share=0.002),
    Way("ours, by partition", "ours", ONCE, share=0.008),
    Way("ours, by key, 256 in flight", "ours", ONCE, {"ordering": "key", "max_in_flight": 256}, share=0.2),
    Way(
        "ours, unordered, 256 in flight",
        "ours",
        ONCE,
        {"ordering": "unordered", "max_in_flight": 256},
        share=0.2,
    ),
    Way(
        "FastStream NACK_ON_ERROR",
        "faststream_subscriber",
        ONCE,
        {"policy": "NACK_ON_ERROR"},
        "faststream",
        0.002,
    ),
)
EVENTS = (
    Way("azure-eventhub", "event_hubs_raw", LOST, {"prefetch": 1000, "max_batch_size": 500}),
    Way("ours, by partition", "ours", ONCE),
    Way("ours, by key", "ours", ONCE, {"ordering": "key"}),
)
IN_FLIGHT = tuple(
    Way(
        f"{held:,} in flight",
        "in_flight",
        ONCE,
        {"ordering": "unordered", "max_in_flight": held, "max_buffered": max(1000, held)},
    )
    for held in (1, 100, 10_000)
)
