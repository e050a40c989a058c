"""unused-config: settings of the old client are gone; the transport layer has its own."""

from __future__ import annotations

from collections.abc import Iterable

from migration_tracker.scanning.inventory import Place, Verdict
from migration_tracker.scanning.rules.subject import ItemRule, Subject, listed

# The settings that only AIOKafkaConsumer has; see its documentation, "AIOKafkaConsumer class".
SETTINGS = frozenset(
    {
        "auto_commit_interval_ms",
        "auto_offset_reset",
        "check_crcs",
        "consumer_timeout_ms",
        "enable_auto_commit",
        "exclude_internal_topics",
        "fetch_max_bytes",
        "fetch_max_wait_ms",
        "fetch_min_bytes",
        "heartbeat_interval_ms",
        "isolation_level",
        "max_partition_fetch_bytes",
        "max_poll_interval_ms",
        "max_poll_records",
        "partition_assignment_strategy",
        "rebalance_timeout_ms",
        "session_timeout_ms",
    }
)


def _judge(subject: Subject) -> tuple[Verdict, str, Iterable[Place]]:
    found = {
        word: places for word, places in subject.facts.words.items() if word.strip("_").lower() in SETTINGS
    }
    if found:
        places = [
            Place(subject.path, line, column)
            for listed_places in found.values()
            for line, column in listed_places
        ]
        return Verdict.UNMET, f"{listed(sorted(found))} configures the old client", places
    return Verdict.MET, "No setting of the old client is left", ()


RULE = ItemRule(
    "unused-config",
    _judge,
    met=(
        """
from transport import ConsumerOptions

OPTIONS = ConsumerOptions(max_in_flight=10)  # max_poll_records is gone
""",
    ),
    unmet=(
        """
class Worker:
    def __init__(self, config):
        self.max_poll_records = config["max_poll_records"]
""",
        """
MAX_POLL_RECORDS = 100
""",
        """
SETTINGS = {"session_timeout_ms": 30_000}
""",
    ),
)
