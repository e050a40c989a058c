"""The known cause behind a failure: by exception class, host and port."""

import pytest

from migration_tracker.probing.cause import recognise

AIOKAFKA = (
    "aiokafka.errors.KafkaConnectionError: KafkaConnectionError: Unable to bootstrap from "
    "[('localhost', 9092, <AddressFamily.AF_UNSPEC: 0>)]"
)
KAFKA_PYTHON = """\
WARNING <BrokerConnection node_id=bootstrap-0 host=kafka.local:9093 [IPv4 ('10.0.0.4', 9093)]>: refused
Traceback (most recent call last):
  File "worker.py", line 1, in <module>
kafka.errors.NoBrokersAvailable: NoBrokersAvailable
"""


@pytest.mark.parametrize(
    ("log", "exception", "host", "port"),
    [
        (AIOKAFKA, "aiokafka.errors.KafkaConnectionError", "localhost", 9092),
        (
            "errors.KafkaConnectionError: no luck with kafka-1.local:9094 today",
            "errors.KafkaConnectionError",
            "kafka-1.local",
            9094,
        ),
        ("KafkaConnectionError: ([::1]:9092)", "KafkaConnectionError", "::1", 9092),
        ("12:30 KafkaConnectionError: at 12:31, ('b', 9092)", "KafkaConnectionError", "b", 9092),
        (KAFKA_PYTHON, "kafka.errors.NoBrokersAvailable", "10.0.0.4", 9093),
        (
            '{"type": "KafkaConnectionError", "value": "Unable to bootstrap from [(\'b\', 9092, 0)]"}',
            "KafkaConnectionError",
            "b",
            9092,
        ),
    ],
)
def test_a_bootstrap_failure_is_recognised(log, exception, host, port):
    cause = recognise(f"INFO starting\n{log}\nINFO bye\n")
    assert cause
    assert (cause.kind, cause.exception, cause.host, cause.port) == ("kafka-bootstrap", exception, host, port)
    assert f"Kafka at {host}:{port}" in cause.text
    assert cause.as_json()["port"] == port


@pytest.mark.parametrize(
    "log",
    [
        "",
        "unable to bootstrap from localhost:9092",
        "KafkaConnectionError without any address",
        "azure.eventhub.exceptions.ConnectError: localhost:5671",
        "MyKafkaConnectionErrorCounter=0 localhost:9092",
    ],
)
def test_other_failures_are_not(log):
    assert recognise(log) is None
