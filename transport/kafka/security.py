"""How Kafka's clients are let in: TLS, passwords and tokens, as aiokafka takes them."""

import inspect
import logging
import pkgutil
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiokafka import conn
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import SaslAuthenticationFailed

from transport.config import TransportConfig
from transport.errors import ConfigurationError
from transport.settings.kafka import OAUTHBEARER


def security(config: TransportConfig) -> dict[str, object]:
    """Keyword arguments for any client of aiokafka's.

    Errors: ConfigurationError.
    """
    protocol = config.security_protocol or "PLAINTEXT"
    found: dict[str, object] = {"security_protocol": protocol}
    if protocol.endswith("SSL"):
        found["ssl_context"] = _tls(config)
    if protocol.startswith("SASL"):
        found["sasl_mechanism"] = config.sasl_mechanism
        if config.sasl_mechanism == OAUTHBEARER:
            found["sasl_oauth_token_provider"] = _tokens(config)
        else:
            found["sasl_plain_username"] = config.sasl_username
            found["sasl_plain_password"] = config.sasl_password
    return found


def _tls(config: TransportConfig) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=config.kafka_ca_file or None)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(
            f"KAFKA_CA_FILE ({config.kafka_ca_file}) holds no certificate: {error}"
        ) from None
    if config.certificate_file:
        try:
            # Given even when empty: OpenSSL would ask for it on the terminal.
            context.load_cert_chain(
                config.certificate_file, config.key_file or None, password=lambda: config.key_password
            )
        except (ssl.SSLError, OSError) as error:
            raise ConfigurationError(
                f"KAFKA_CERTIFICATE_FILE ({config.certificate_file}) with KAFKA_KEY_FILE "
                f"({config.key_file or 'the same file'}) and KAFKA_KEY_PASSWORD cannot be used: {error}"
            ) from None
    return context


def _tokens(config: TransportConfig) -> "Tokens":
    if config.sasl_token_file:
        path = Path(config.sasl_token_file)
        return Tokens(f"KAFKA_SASL_TOKEN_FILE ({path})", lambda: path.read_text(encoding="utf-8"))
    name = f"KAFKA_SASL_TOKEN_PROVIDER ({config.sasl_token_provider})"
    try:
        provider = pkgutil.resolve_name(config.sasl_token_provider)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"{name} cannot be imported: {error}") from None
    if not callable(provider):
        raise ConfigurationError(f"{name} is no function")
    return Tokens(name, provider)


class Tokens(AbstractTokenProvider):  # type: ignore[misc]
    """Asks for a token whenever a connection is made, so that one that runs out is replaced.

    Arguments:
        source: where tokens come from, for people.
        provider: returns the present token, or an awaitable of it.
    """

    def __init__(self, source: str, provider: Callable[[], Any]) -> None:
        self._source = source
        self._provider = provider

    async def token(self) -> str:
        try:
            found = self._provider()
            text = await found if inspect.isawaitable(found) else found
        except Exception as error:
            raise SaslAuthenticationFailed(f"{self._source} gave no token: {error}") from error
        if not isinstance(text, str) or not text.strip():
            raise SaslAuthenticationFailed(f"{self._source} gave no token")
        return text.strip()


class CheckedOAuth(conn.OAuthAuthenticator):  # type: ignore[misc]
    """aiokafka's side of OAUTHBEARER, which takes a broker's refusal (RFC 7628, 3.2.2) for an approval."""

    async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
        if payload:
            raise SaslAuthenticationFailed(f"the token is refused: {payload.decode(errors='replace')}")
        found: tuple[bytes, bool] | None = await super().step(payload)
        return found


conn.OAuthAuthenticator = CheckedOAuth


def _is_harmless(record: logging.LogRecord) -> bool:
    return not any("SaslAuthenticate" in type(part).__name__ for part in record.args or ())


# aiokafka logs every request at DEBUG as it is, also the one that holds the password or the token.
logging.getLogger("aiokafka.conn").addFilter(_is_harmless)
