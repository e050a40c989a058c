"""What Kafka needs of its settings: servers, and how to be let in."""

import re
from collections.abc import Mapping
from pathlib import Path

from transport.errors import ConfigurationError
from transport.settings.ports import is_port

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
PASSWORD_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
OAUTHBEARER = "OAUTHBEARER"
MECHANISMS = (*PASSWORD_MECHANISMS, OAUTHBEARER)

SASL = {
    "sasl_mechanism": "KAFKA_SASL_MECHANISM",
    "sasl_username": "KAFKA_SASL_USERNAME",
    "sasl_password": "KAFKA_SASL_PASSWORD",
    "sasl_token_file": "KAFKA_SASL_TOKEN_FILE",
    "sasl_token_provider": "KAFKA_SASL_TOKEN_PROVIDER",
}
TLS = {
    "kafka_ca_file": "KAFKA_CA_FILE",
    "certificate_file": "KAFKA_CERTIFICATE_FILE",
    "key_file": "KAFKA_KEY_FILE",
    "key_password": "KAFKA_KEY_PASSWORD",
}
FILES = {
    **{name: TLS[name] for name in ("kafka_ca_file", "certificate_file", "key_file")},
    "sasl_token_file": SASL["sasl_token_file"],
}


def required(values: Mapping[str, str]) -> tuple[str, ...]:
    """The settings that may not be empty, by their arguments."""
    needed = ["bootstrap_servers"]
    if values["security_protocol"].startswith("SASL"):
        needed.append("sasl_mechanism")
        if values["sasl_mechanism"] in PASSWORD_MECHANISMS:
            needed += ["sasl_username", "sasl_password"]
    return tuple(needed)


def check(values: Mapping[str, str]) -> None:
    """Errors: ConfigurationError, with the variable's name and without any secret."""
    _check_servers(values["bootstrap_servers"])
    protocol, mechanism = values["security_protocol"] or "PLAINTEXT", values["sasl_mechanism"]
    if protocol not in PROTOCOLS:
        raise ConfigurationError(f"KAFKA_SECURITY_PROTOCOL is {protocol!r}: it must be {_either(PROTOCOLS)}")
    for unused, kind, instead in (
        ({} if protocol.startswith("SASL") else SASL, "SASL", "SASL_SSL"),
        ({} if protocol.endswith("SSL") else TLS, "TLS", "SSL or SASL_SSL"),
    ):
        for name in unused:
            if values[name]:
                raise ConfigurationError(
                    f"{unused[name]} is set, but KAFKA_SECURITY_PROTOCOL is {protocol}, "
                    f"which uses no {kind}: set it to {instead}"
                )
    if mechanism and mechanism not in MECHANISMS:
        raise ConfigurationError(f"KAFKA_SASL_MECHANISM is {mechanism!r}: it must be {_either(MECHANISMS)}")
    if mechanism == OAUTHBEARER:
        _check_token(values)
    if values["key_file"] and not values["certificate_file"]:
        raise ConfigurationError("KAFKA_KEY_FILE is set without KAFKA_CERTIFICATE_FILE, whose key it is")
    for name, variable in FILES.items():
        if values[name] and not Path(values[name]).is_file():
            raise ConfigurationError(f"{variable} is {values[name]!r}: there is no such file")


def _check_token(values: Mapping[str, str]) -> None:
    sources = [name for name in ("sasl_token_file", "sasl_token_provider") if values[name]]
    if len(sources) != 1:
        raise ConfigurationError(
            f"KAFKA_SASL_MECHANISM is OAUTHBEARER and {'both' if sources else 'neither'} of "
            "KAFKA_SASL_TOKEN_FILE and KAFKA_SASL_TOKEN_PROVIDER is set: tokens come from one of them"
        )
    provider = values["sasl_token_provider"]
    if provider and not re.fullmatch(r"[\w.]+:[\w.]+", provider):
        raise ConfigurationError(
            f"KAFKA_SASL_TOKEN_PROVIDER is {provider!r}: it must be module:function, like "
            "pipeline.tokens:kafka_token"
        )


def _check_servers(servers: str) -> None:
    for server in servers.split(","):
        parts = re.fullmatch(r"\s*(?:\[[0-9a-fA-F:.]+\]|[^\s:,/]+):([0-9]+)\s*", server)
        if parts is None or not is_port(parts[1]):
            raise ConfigurationError(
                f"KAFKA_BOOTSTRAP_SERVERS has {server.strip()!r}: each server is host:port, "
                "separated by commas, like localhost:9092"
            )


def _either(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
