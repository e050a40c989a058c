"""Tracer, meter, and the names things go by: OpenTelemetry's where its conventions have one."""

from typing import Final

from opentelemetry import metrics, trace

SCOPE: Final = "transport"
SYSTEMS: Final = {"kafka": "kafka", "eventhub": "eventhubs", "memory": "memory"}

SYSTEM: Final = "messaging.system"
OPERATION: Final = "messaging.operation.name"
OPERATION_TYPE: Final = "messaging.operation.type"
DESTINATION: Final = "messaging.destination.name"
PARTITION: Final = "messaging.destination.partition.id"
GROUP: Final = "messaging.consumer.group.name"
OFFSET: Final = (
    "messaging.kafka.offset"  # on Event Hubs the sequence number; there is no common name for both
)
ATTEMPT: Final = "transport.attempt"
ERROR: Final = "error.type"

tracer = trace.get_tracer(SCOPE)
meter = metrics.get_meter(SCOPE)
