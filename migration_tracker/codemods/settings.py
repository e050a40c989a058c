"""The old consumer's settings that go: the transport layer has its own."""

from __future__ import annotations

from migration_tracker.scanning.rules.unused_config import SETTINGS


def is_setting(word: str) -> bool:
    """Whether a name is one of the old client's own settings, in any spelling of case."""
    return word.strip("_").lower() in SETTINGS


SECURITY = frozenset(
    {
        "security_protocol",
        "ssl_context",
        "sasl_mechanism",
        "sasl_plain_username",
        "sasl_plain_password",
        "sasl_kerberos_service_name",
        "sasl_kerberos_domain_name",
        "sasl_oauth_token_provider",
    }
)
"""What says who may connect: it belongs into the transport layer's configuration."""
