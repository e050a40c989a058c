"""An Apache Kafka that lets nobody in without a password, a token or a certificate."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from tests.broker.kafka.jars import NoKafka
from tests.broker.kafka.node import KafkaNode
from tests.conftest import lacking

PASSWORD = "correct horse"
MODULES = "org.apache.kafka.common.security"
UNSECURED = f'{MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";'
SCRAM = f"{MODULES}.scram.ScramLoginModule required;"
PLAIN = f'{MODULES}.plain.PlainLoginModule required user_ada="{PASSWORD}";'


@dataclass(frozen=True)
class Guarded:
    """A node with listeners SASL, TLS and SASL_TLS, and what a client needs to pass."""

    node: KafkaNode
    ca_file: Path
    certificate_file: Path
    key_file: Path

    def environment(self, listener: str, protocol: str, **settings: str) -> dict[str, str]:
        return {
            "PIPELINE_TRANSPORT": "kafka",
            "KAFKA_BOOTSTRAP_SERVERS": self.node.servers(listener),
            "KAFKA_SECURITY_PROTOCOL": protocol,
            **({"KAFKA_CA_FILE": str(self.ca_file)} if protocol.endswith("SSL") else {}),
            **{f"KAFKA_{name.upper()}": value for name, value in settings.items()},
        }


def unsecured_token(*, seconds: float = 600) -> str:
    """A token as Kafka's development validator takes it: claims without a signature."""
    now = time.time()
    claims = {"sub": "ada", "iat": now - 100, "exp": now + seconds}
    parts = (
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in ({"alg": "none"}, claims)
    )
    return b".".join((*parts, b"")).decode()


def pkcs8(pem: bytes) -> str:
    """A private key in the only form Kafka reads."""
    key = serialization.load_pem_private_key(pem, None)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    server, client = authority.issue_cert("127.0.0.1"), authority.issue_cert("ada.example.org")
    chain = "".join(one.bytes().decode() for one in server.cert_chain_pems)
    (folder / "server.pem").write_text(pkcs8(server.private_key_pem.bytes()) + chain)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    client.private_key_pem.write_to_path(folder / "client.key")
    client.cert_chain_pems[0].write_to_path(folder / "client.pem")
    sasl = {}
    for listener in ("sasl", "sasl_tls"):
        prefix = f"listener.name.{listener}"
        sasl |= {
            f"{prefix}.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
            f"{prefix}.plain.sasl.jaas.config": PLAIN,
            f"{prefix}.scram-sha-256.sasl.jaas.config": SCRAM,
            f"{prefix}.scram-sha-512.sasl.jaas.config": SCRAM,
            f"{prefix}.oauthbearer.sasl.jaas.config": UNSECURED,
        }
    try:
        with KafkaNode(
            listeners={
                "PLAINTEXT": "PLAINTEXT",
                "SASL": "SASL_PLAINTEXT",
                "TLS": "SSL",
                "SASL_TLS": "SASL_SSL",
            },
            properties={
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(folder / "server.pem"),
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(folder / "ca.pem"),
                "listener.name.tls.ssl.client.auth": "required",
                **sasl,
            },
            scram=[
                f"SCRAM-SHA-256=[name=ada,password={PASSWORD}]",
                f"SCRAM-SHA-512=[name=ada,password={PASSWORD}]",
            ],
        ) as node:
            yield Guarded(node, folder / "ca.pem", folder / "client.pem", folder / "client.key")
    except NoKafka as reason:
        lacking(str(reason))
