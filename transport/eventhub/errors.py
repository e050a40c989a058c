"""What the SDK's errors become."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import ClientAuthenticationError
from azure.eventhub.exceptions import AuthenticationError, EventHubError

from transport.config import TransportConfig
from transport.errors import (
    AccessDeniedError,
    BrokerUnavailableError,
    ConfigurationError,
    TransportError,
    UnknownTopicError,
    being_cancelled,
)


def address(config: TransportConfig) -> str:
    """Where the clients connect to, for people."""
    if config.custom_endpoint:
        return f"{config.custom_endpoint} (EVENTHUB_CUSTOM_ENDPOINT)"
    if config.namespace:
        return f"{config.namespace} (EVENTHUB_NAMESPACE)"
    parts = dict(part.partition("=")[::2] for part in config.connection_string.split(";"))
    return f"{parts.get('Endpoint', '?')} (EVENTHUB_NAMESPACE_CONNECTION_STRING)"


@contextmanager
def translated(
    doing: str, config: TransportConfig, otherwise: type[TransportError] = BrokerUnavailableError
) -> Iterator[None]:
    """Turn the SDK's errors into ours, saying what was being done and where."""
    try:
        yield
    except asyncio.CancelledError as error:
        if being_cancelled():
            raise
        raise otherwise(f"{doing}: the SDK gave up what it was asked for") from error
    except (EventHubError, ClientAuthenticationError, OSError, TimeoutError) as error:
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
    if config.proxy and told.startswith("407"):
        return AccessDeniedError(
            f"{doing}: the proxy {config.proxy.rpartition('@')[2].removeprefix('http://')} (EVENTHUB_PROXY) "
            f"lets us not through: {told}"
        )
    if isinstance(error, ClientAuthenticationError) or "DefaultAzureCredential" in told:
        return AccessDeniedError(f"{doing}: azure-identity found no way to sign in: {told}")
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
