"""What every Event Hubs client of ours has in common: how it connects, and what its errors become."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azure.eventhub import TransportType
from azure.eventhub.exceptions import AuthenticationError, EventHubError

from transport.config import TransportConfig
from transport.errors import (
    AccessDeniedError,
    BrokerUnavailableError,
    ConfigurationError,
    TransportError,
    UnknownTopicError,
)


def settings(config: TransportConfig, event_hub: str) -> dict[str, Any]:
    """Keyword arguments for `from_connection_string` of either client.

    AMQP over WebSocket on purpose: behind Private Link nothing but port 443 is open.
    """
    found: dict[str, Any] = {
        "conn_str": config.connection_string,
        "eventhub_name": event_hub,
        "transport_type": TransportType.AmqpOverWebsocket,
    }
    if config.custom_endpoint:
        found["custom_endpoint_address"] = config.custom_endpoint.rstrip("/")
    if config.ca_file:
        found["connection_verify"] = config.ca_file
    return found


def address(config: TransportConfig) -> str:
    """Where the clients connect to, for people."""
    if config.custom_endpoint:
        return f"{config.custom_endpoint} (EVENTHUB_CUSTOM_ENDPOINT)"
    parts = dict(part.partition("=")[::2] for part in config.connection_string.split(";"))
    return f"{parts.get('Endpoint', '?')} (EVENTHUB_NAMESPACE_CONNECTION_STRING)"


@contextmanager
def translated(
    doing: str, config: TransportConfig, otherwise: type[TransportError] = BrokerUnavailableError
) -> Iterator[None]:
    """Turn the SDK's errors into ours, saying what was being done and where."""
    try:
        yield
    except (EventHubError, OSError, TimeoutError) as error:
        raise translation(doing, config, error, otherwise) from error
    except ValueError as error:
        raise ConfigurationError(f"{doing}: {error}") from error


def translation(
    doing: str,
    config: TransportConfig,
    error: BaseException,
    otherwise: type[TransportError] = BrokerUnavailableError,
) -> TransportError:
    """Our error for one of the SDK's."""
    told = " ".join(str(error).split())
    if is_unknown(error):
        return UnknownTopicError(f"{doing}: there is no such event hub or consumer group: {told}")
    if isinstance(error, AuthenticationError):
        # The SDK says so, too, when nobody answers at a custom endpoint or its certificate is not trusted.
        if "Cannot connect to host" in told:
            return BrokerUnavailableError(
                f"{doing}: nobody we can trust answers at {address(config)}: {told}"
            )
        return AccessDeniedError(f"{doing}: {address(config)} refuses the credentials: {told}")
    return otherwise(f"{doing}: {type(error).__name__} talking to {address(config)}: {told}")


def is_unknown(error: BaseException) -> bool:
    """Whether an event hub or consumer group does not exist."""
    return "not-found" in str(error) or "Status code: 404" in str(error)


def is_stolen(error: BaseException) -> bool:
    """Whether another member of the group has taken the partition, which is how they share."""
    return "link:stolen" in str(error) or "stolen" in str(getattr(error, "error", "") or "")
