"""What every Kafka client of ours has in common: its settings, its messages, its errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka import ConsumerRecord
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from transport.config import TransportConfig
from transport.contract import PipelineMessage
from transport.errors import (
    AccessDeniedError,
    BrokerUnavailableError,
    ConfigurationError,
    TransportError,
    UnknownTopicError,
)

DENIED = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
)


def settings(config: TransportConfig) -> dict[str, object]:
    """Keyword arguments every aiokafka client gets."""
    return {"bootstrap_servers": [server.strip() for server in config.bootstrap_servers.split(",")]}


def message(record: ConsumerRecord) -> PipelineMessage:
    """A Kafka record as a pipeline message. A header without a value is an empty one."""
    return PipelineMessage(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        tuple((name, value if value is not None else b"") for name, value in record.headers),
    )


@contextmanager
def translated(
    doing: str, config: TransportConfig, otherwise: type[TransportError] = BrokerUnavailableError
) -> Iterator[None]:
    """Turn aiokafka's errors into ours, saying what was being done and where.

    Arguments:
        otherwise: the error for what is neither a refusal nor an unknown topic.
    """
    try:
        yield
    except KafkaError as error:
        told = f"{doing}: {type(error).__name__}: {error}"
        if isinstance(error, DENIED):
            raise AccessDeniedError(told) from error
        if isinstance(error, UnknownTopicOrPartitionError):
            raise UnknownTopicError(
                f"{doing}: the topic does not exist, and the broker does not create it on first use"
            ) from error
        if isinstance(error, KafkaConnectionError):
            where = f"{config.bootstrap_servers} (KAFKA_BOOTSTRAP_SERVERS)"
            told = f"{doing}: no Kafka broker answers at {where}: {error}"
        raise otherwise(told) from error
    except (OSError, TimeoutError) as error:
        raise otherwise(
            f"{doing}: {type(error).__name__} talking to {config.bootstrap_servers}: {error}"
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"{doing}: {error}") from error
