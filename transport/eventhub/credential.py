"""Signs in with azure-identity, which is imported only then: it is an extra of its own."""

from typing import Any

from azure.core.credentials import AccessToken

from transport.errors import ConfigurationError


class Credential:
    """azure-identity's DefaultAzureCredential, made when the first token is asked for.

    It tries, in this order: the variables of a service principal, workload identity, managed identity, and
    the tools a developer has signed in with.
    """

    def __init__(self) -> None:
        self._identity: Any = None

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Errors: ConfigurationError if azure-identity is missing, else azure-core's."""
        if self._identity is None:
            try:
                from azure.identity.aio import DefaultAzureCredential
            except ImportError:
                raise ConfigurationError(
                    "signing in without a key needs azure-identity, which is not installed: install "
                    "migration-tracker[identity], or set EVENTHUB_NAMESPACE_CONNECTION_STRING"
                ) from None
            self._identity = DefaultAzureCredential()
        token: AccessToken = await self._identity.get_token(*scopes, **options)
        return token

    async def close(self) -> None:
        identity, self._identity = self._identity, None
        if identity is not None:
            await identity.close()

    async def __aenter__(self) -> "Credential":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
