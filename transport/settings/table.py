"""Every setting, and the places it is looked for: argument, environment, configuration file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG_FILE = "PIPELINE_CONFIG"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and the places it is looked for, in their order."""

    argument: str
    variable: str
    table: str
    key: str
    example: str


def _kafka(argument: str, key: str, example: str) -> Setting:
    return Setting(argument, f"KAFKA_{key.upper()}", "kafka", key, example)


def _eventhub(argument: str, key: str, example: str) -> Setting:
    return Setting(argument, f"EVENTHUB_{key.upper()}", "eventhub", key, example)


SETTINGS = (
    Setting("transport", "PIPELINE_TRANSPORT", "transport", "name", "kafka"),
    Setting("prefix", "PIPELINE_PREFIX", "transport", "prefix", "staging-"),
    _kafka("bootstrap_servers", "bootstrap_servers", "localhost:9092"),
    _kafka("security_protocol", "security_protocol", "SASL_SSL"),
    _kafka("sasl_mechanism", "sasl_mechanism", "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"),
    _kafka("sasl_username", "sasl_username", "claimx"),
    _kafka("sasl_password", "sasl_password", "the user's password"),
    _kafka("sasl_token_file", "sasl_token_file", "/var/run/secrets/kafka/token"),
    _kafka("sasl_token_provider", "sasl_token_provider", "pipeline.tokens:kafka_token"),
    _kafka("kafka_ca_file", "ca_file", "/etc/ssl/kafka-ca.pem"),
    _kafka("certificate_file", "certificate_file", "/etc/ssl/claimx.pem"),
    _kafka("key_file", "key_file", "/etc/ssl/claimx.key"),
    _kafka("key_password", "key_password", "the key's password"),
    _eventhub(
        "connection_string",
        "namespace_connection_string",
        "Endpoint=sb://NAME.servicebus.windows.net/;SharedAccessKeyName=…;SharedAccessKey=…",
    ),
    _eventhub("namespace", "namespace", "NAME.servicebus.windows.net"),
    _eventhub("custom_endpoint", "custom_endpoint", "sb://10.0.0.4:443"),
    _eventhub("ca_file", "ca_file", "/etc/ssl/private-ca.pem"),
    _eventhub("proxy", "proxy", "http://proxy.example.com:3128"),
    _eventhub("checkpoint_store", "checkpoint_store", "var/checkpoints"),
)
BY_ARGUMENT = {setting.argument: setting for setting in SETTINGS}


def value(
    setting: Setting, arguments: Mapping[str, str], environ: Mapping[str, str], document: Mapping[str, Any]
) -> str:
    """The first of the places that says something; an empty value says nothing."""
    for found in (arguments.get(setting.argument), environ.get(setting.variable)):
        if found is not None and found.strip():
            return found.strip()
    return str(document.get(setting.table, {}).get(setting.key, "")).strip()


def missing(setting: Setting, path: Path | None) -> str:
    """What is missing, and every place that was searched."""
    in_file = (
        f"[{setting.table}] {setting.key} in {path}"
        if path is not None
        else f"the configuration file (none: {CONFIG_FILE} is not set)"
    )
    return (
        f"{setting.variable} is missing: looked for the argument {setting.argument}, "
        f"the environment variable {setting.variable} and {in_file}"
    )
