"""What every Kafka client of ours has in common: its settings, its messages, its errors."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from aiokafka import ConsumerRecord
from aiokafka.conn import create_conn
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    UnsupportedSaslMechanismError,
)

from transport.adapter import received
from transport.config import TransportConfig
from transport.contract import PipelineMessage
from transport.errors import (
    AccessDeniedError,
    BrokerUnavailableError,
    ConfigurationError,
    TransportError,
    UnknownTopicError,
    being_cancelled,
)
from transport.kafka.security import security

DENIED = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
ASK_TIMEOUT = 5.0  # seconds to find out why a broker could not be reached


class Client(Protocol):
    """What all of aiokafka's clients have."""

    async def start(self) -> None: ...


def settings(config: TransportConfig) -> dict[str, Any]:
    """Keyword arguments every aiokafka client gets.

    Errors: ConfigurationError if a certificate, key or token provider cannot be used.
    """
    servers = [server.strip() for server in config.bootstrap_servers.split(",")]
    return {"bootstrap_servers": servers, **security(config)}


async def start(client: Client, config: TransportConfig) -> None:
    """Start a client. That no broker could be reached is all aiokafka says, so the reason is asked for.

    Errors: aiokafka's.
    """
    try:
        await client.start()
    except KafkaConnectionError:
        for server in settings(config)["bootstrap_servers"]:
            await _knock(server, config)
        raise


async def _knock(server: str, config: TransportConfig) -> None:
    """Connect to one server, as its reason for refusing is not in the log only then."""
    host, _, port = server.rpartition(":")
    try:
        async with asyncio.timeout(ASK_TIMEOUT):
            connection = await create_conn(host.strip("[]"), int(port), **security(config))
    except (ConnectionRefusedError, TimeoutError):
        return
    await connection.close()


def message(record: ConsumerRecord, topic: str) -> PipelineMessage:
    """A record of a topic as a pipeline message. A header without a value is an empty one."""
    headers = record.headers
    return received(
        topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        tuple((name, value if value is not None else b"") for name, value in headers) if headers else (),
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
    except asyncio.CancelledError as error:
        if being_cancelled():
            raise
        # aiokafka cancels what waits for a connection that it closes; let out, it would end our task unseen.
        raise otherwise(f"{doing}: aiokafka gave up what it was asked for") from error
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        raise translation(doing, config, error, otherwise) from error


def translation(
    doing: str,
    config: TransportConfig,
    error: Exception,
    otherwise: type[TransportError] = BrokerUnavailableError,
) -> TransportError:
    """Our error for one of aiokafka's."""
    where = config.bootstrap_servers
    told = f"{type(error).__name__}: {error}"
    if isinstance(error, DENIED):
        return AccessDeniedError(f"{doing}: {where} refuses us: {told}")
    if isinstance(error, UnknownTopicOrPartitionError):
        return UnknownTopicError(
            f"{doing}: the topic does not exist, and the broker does not create it on first use"
        )
    if isinstance(error, MessageSizeTooLargeError):
        return otherwise(f"{doing}: the message is larger than Kafka takes, key and headers included: {told}")
    if isinstance(error, KafkaConnectionError):
        return otherwise(
            f"{doing}: no Kafka broker answers at {where} (KAFKA_BOOTSTRAP_SERVERS): {error}{_hint(config)}"
        )
    if isinstance(error, ssl.SSLError):
        return BrokerUnavailableError(
            f"{doing}: TLS fails with {where} (KAFKA_CA_FILE, KAFKA_CERTIFICATE_FILE): {error}"
        )
    if isinstance(error, KafkaError):
        return otherwise(f"{doing}: {told}")
    if isinstance(error, OSError | TimeoutError):
        return otherwise(f"{doing}: {type(error).__name__} talking to {where}: {error}")
    return ConfigurationError(f"{doing}: {error}")


def _hint(config: TransportConfig) -> str:
    """What may be the matter with a broker that ends every connection."""
    if not config.security_protocol:
        return "; if it wants TLS or a password, set KAFKA_SECURITY_PROTOCOL"
    if config.security_protocol.endswith("SSL") and not config.certificate_file:
        return "; if it wants a certificate of ours, set KAFKA_CERTIFICATE_FILE"
    return ""
