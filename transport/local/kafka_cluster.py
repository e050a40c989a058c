"""Runs the Kafka stand-in, librdkafka's mock cluster (`python -m transport.local.kafka_cluster`).

It is started through the C functions the confluent-kafka wheel exports: importing the Python client for it
would take longer than all the rest, and would not let us choose partitions.
"""

import ctypes
import importlib.util
import signal
from collections.abc import Mapping
from pathlib import Path

from transport.local import child
from transport.local.errors import StandInError

_PRODUCER = 0  # enum rd_kafka_type_t
_ERROR_BYTES = 512
_BROKER = 1  # id of the only one


def library() -> ctypes.CDLL:
    """Load librdkafka from the installed confluent-kafka.

    Errors:
        StandInError: confluent-kafka is not installed, or has no such library.
    """
    spec = importlib.util.find_spec("confluent_kafka")
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        for extension in Path(folder).glob("cimpl*.so"):
            return ctypes.CDLL(str(extension))  # its own dependency, librdkafka, is searched too
    raise StandInError("Kafka stand-in: confluent-kafka is not installed; install migration-tracker[local]")


class MockCluster:
    """One mock broker on a free loopback port, for as long as this object lives."""

    def __init__(self, topics: Mapping[str, int]) -> None:
        """Start the broker.

        Args:
            topics: partitions by topic; any other topic is made on first use, with four.

        Errors:
            StandInError: librdkafka refused.
        """
        self._rdkafka = library()
        self._declare()
        error = ctypes.create_string_buffer(_ERROR_BYTES)
        settings = self._rdkafka.rd_kafka_conf_new()
        # Or it notes that the client beside the cluster has no servers; it needs none.
        self._rdkafka.rd_kafka_conf_set(settings, b"log_level", b"4", error, len(error))
        handle = self._rdkafka.rd_kafka_new(_PRODUCER, settings, error, len(error))
        if not handle:
            raise StandInError(f"Kafka stand-in: librdkafka could not start: {error.value.decode()}")
        self._cluster = self._rdkafka.rd_kafka_mock_cluster_new(handle, 1)
        if not self._cluster:
            raise StandInError("Kafka stand-in: librdkafka could not open its mock cluster")
        # The first member of a group would otherwise wait three seconds for others.
        self._rdkafka.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        for topic, partitions in topics.items():
            if self._rdkafka.rd_kafka_mock_topic_create(self._cluster, topic.encode(), partitions, 1):
                raise StandInError(
                    f"Kafka stand-in: cannot make topic {topic!r} with {partitions} partitions"
                )

    @property
    def bootstrap_servers(self) -> str:
        """Where clients connect: `127.0.0.1:PORT`."""
        servers: bytes = self._rdkafka.rd_kafka_mock_cluster_bootstraps(self._cluster)
        return servers.decode()

    def down(self) -> None:
        """Break every connection and let no new one in. What is stored stays."""
        self._rdkafka.rd_kafka_mock_broker_set_down(self._cluster, _BROKER)

    def up(self) -> None:
        """Let connections in again."""
        self._rdkafka.rd_kafka_mock_broker_set_up(self._cluster, _BROKER)

    def _declare(self) -> None:
        """Tell ctypes the signatures, after rdkafka.h and rdkafka_mock.h."""
        signatures = {
            "rd_kafka_conf_new": (ctypes.c_void_p, []),
            "rd_kafka_conf_set": (
                ctypes.c_int,
                [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t],
            ),
            "rd_kafka_new": (
                ctypes.c_void_p,
                [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t],
            ),
            "rd_kafka_mock_cluster_new": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int]),
            "rd_kafka_mock_cluster_bootstraps": (ctypes.c_char_p, [ctypes.c_void_p]),
            "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [ctypes.c_void_p, ctypes.c_int32]),
            "rd_kafka_mock_broker_set_down": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_int32]),
            "rd_kafka_mock_broker_set_up": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_int32]),
            "rd_kafka_mock_topic_create": (
                ctypes.c_int,
                [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int],
            ),
        }
        for name, (result, arguments) in signatures.items():
            function = getattr(self._rdkafka, name)
            function.restype, function.argtypes = result, arguments


def main() -> None:
    """Serve until SIGTERM; SIGUSR1 takes the broker down, SIGUSR2 up again."""
    options = child.begin()
    waited_for = {signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2}
    signal.pthread_sigmask(signal.SIG_BLOCK, waited_for)  # before librdkafka's threads, which inherit it
    cluster = MockCluster(options["topics"])
    child.ready({"bootstrap_servers": cluster.bootstrap_servers})
    while (told := signal.sigwait(waited_for)) != signal.SIGTERM:
        if told == signal.SIGUSR1:
            cluster.down()
        else:
            cluster.up()


if __name__ == "__main__":
    main()
