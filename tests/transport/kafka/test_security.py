"""Passwords, tokens and certificates, tried on an Apache Kafka that asks for them."""

import logging
import time

import pytest

from tests.transport.kafka.conftest import PASSWORD, unsecured_token
from transport import (
    AccessDeniedError,
    BrokerUnavailableError,
    ConfigurationError,
    TransportConfig,
    create_consumer,
    create_producer,
    lag,
)

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("all_closed")]

TOKENS: list[float] = []  # when one was asked for


async def fresh_token() -> str:
    TOKENS.append(time.monotonic())
    return unsecured_token()


def no_token() -> str:
    raise OSError("the token service is down")


HERE = "tests.transport.kafka.test_security"
ADA = {"sasl_username": "ada", "sasl_password": PASSWORD}
WAYS_IN = {
    "plain": ("SASL", "SASL_PLAINTEXT", {"sasl_mechanism": "PLAIN", **ADA}),
    "scram 256": ("SASL", "SASL_PLAINTEXT", {"sasl_mechanism": "SCRAM-SHA-256", **ADA}),
    "scram 512 over tls": ("SASL_TLS", "SASL_SSL", {"sasl_mechanism": "SCRAM-SHA-512", **ADA}),
    "plain over tls": ("SASL_TLS", "SASL_SSL", {"sasl_mechanism": "PLAIN", **ADA}),
    "token by function": (
        "SASL",
        "SASL_PLAINTEXT",
        {"sasl_mechanism": "OAUTHBEARER", "sasl_token_provider": f"{HERE}:fresh_token"},
    ),
    "token in a file": (
        "SASL_TLS",
        "SASL_SSL",
        {"sasl_mechanism": "OAUTHBEARER", "sasl_token_file": "token"},
    ),
    "certificate": ("TLS", "SSL", {"certificate_file": "client.pem", "key_file": "client.key"}),
}


@pytest.fixture
def environment(guarded, tmp_path):
    """Makes the environment of a way in; names of files become their paths."""

    def make(listener, protocol, settings):
        (tmp_path / "token").write_text(unsecured_token() + "\n")
        files = {
            "token": str(tmp_path / "token"),
            "client.pem": str(guarded.certificate_file),
            "client.key": str(guarded.key_file),
        }
        settings = {name: files.get(value, value) for name, value in settings.items()}
        return guarded.environment(listener, protocol, **settings)

    return make


@pytest.mark.parametrize("way", WAYS_IN)
async def test_a_message_goes_there_and_back(environment, memory_bench, caplog, way):
    """41: with every logger at DEBUG, no secret is logged."""
    caplog.set_level(logging.DEBUG)
    config, topic, values = (
        TransportConfig.from_env(environment(*WAYS_IN[way])),
        f"t-{way.replace(' ', '-')}",
        [],
    )

    async def handle(message):
        values.append(message.value)

    producer = create_producer(config=config, domain="tests", worker_name="p")
    consumer = await create_consumer(
        config=config,
        domain="tests",
        worker_name=way.replace(" ", "-"),
        topics=[topic],
        message_handler=handle,
    )
    try:
        await producer.start()
        await producer.send(topic, b"0")
        await consumer.start()
        await memory_bench.until(lambda: values == [b"0"])
    finally:
        await consumer.stop()
        await producer.stop()
    behind = await lag(config=config, topic=topic, group=consumer.name)
    assert sum(one.committed or 0 for one in behind) == 1
    told = caplog.text + repr(config) + repr(consumer) + repr(producer)
    assert "aiokafka" in caplog.text
    for secret in (PASSWORD, unsecured_token()[:20]):
        assert secret not in told


async def refusal(environment):
    """The error of a producer's start and of a consumer's: they say the same."""
    config, errors = TransportConfig.from_env(environment), []

    async def handle(message):
        """Nothing to do."""

    for made in (
        create_producer(config=config, domain="tests", worker_name="p"),
        await create_consumer(
            config=config, domain="tests", worker_name="w", topics=["t"], message_handler=handle
        ),
    ):
        with pytest.raises(Exception) as caught:  # noqa: PT011 — which one is what the tests look at
            await made.start()
        errors.append(caught.value)
        await made.stop()
    assert type(errors[0]) is type(errors[1])
    assert PASSWORD not in f"{errors}"
    return errors[0]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_refused_as_one(environment, mechanism):
    settings = {"sasl_mechanism": mechanism, "sasl_username": "ada", "sasl_password": "wrong"}
    error = await refusal(environment("SASL", "SASL_PLAINTEXT", settings))
    assert isinstance(error, AccessDeniedError)
    assert "refuses us" in str(error)


async def test_a_token_that_ran_out_is_refused(environment, tmp_path):
    made = environment(*WAYS_IN["token in a file"])
    (tmp_path / "token").write_text(unsecured_token(seconds=-60))
    error = await refusal(made)
    assert isinstance(error, AccessDeniedError)
    assert "the token is refused" in str(error)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"sasl_token_provider": f"{HERE}:no_token"},
            f"KAFKA_SASL_TOKEN_PROVIDER ({HERE}:no_token) gave no token: the token service is down",
        ),
        ({"sasl_token_file": "empty"}, "gave no token"),
    ],
)
async def test_a_source_that_has_no_token_is_named(environment, tmp_path, settings, told):
    (tmp_path / "empty").write_text("")
    settings = {name: value.replace("empty", str(tmp_path / "empty")) for name, value in settings.items()}
    error = await refusal(
        environment("SASL", "SASL_PLAINTEXT", {"sasl_mechanism": "OAUTHBEARER", **settings})
    )
    assert isinstance(error, AccessDeniedError)
    assert told in str(error)


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        ("no.such.module:token", "cannot be imported: No module named 'no'"),
        (f"{HERE}:none", "cannot be imported: module"),
        (f"{HERE}:HERE", "is no function"),
    ],
)
async def test_a_provider_that_is_none_is_named(environment, provider, told):
    settings = {"sasl_mechanism": "OAUTHBEARER", "sasl_token_provider": provider}
    error = await refusal(environment("SASL", "SASL_PLAINTEXT", settings))
    assert isinstance(error, ConfigurationError)
    assert f"KAFKA_SASL_TOKEN_PROVIDER ({provider}) {told}" in str(error)


async def test_an_authority_we_do_not_know_is_not_trusted(environment):
    made = environment(*WAYS_IN["plain over tls"])
    del made["KAFKA_CA_FILE"]
    error = await refusal(made)
    assert isinstance(error, BrokerUnavailableError)
    assert "TLS fails" in str(error)
    assert "KAFKA_CA_FILE" in str(error)


async def test_a_client_without_the_certificate_that_is_asked_for_is_refused(environment):
    error = await refusal(environment("TLS", "SSL", {}))
    assert isinstance(error, BrokerUnavailableError | AccessDeniedError)
    assert "KAFKA_CERTIFICATE_FILE" in str(error)


async def test_a_client_that_speaks_plainly_where_it_should_not_gets_a_hint(environment, guarded):
    plain = {"PIPELINE_TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": guarded.node.servers("TLS")}
    error = await refusal(plain)
    assert isinstance(error, BrokerUnavailableError)
    assert "if it wants TLS or a password, set KAFKA_SECURITY_PROTOCOL" in str(error)


@pytest.mark.parametrize(
    ("file", "key", "told"),
    [
        ("client.pem", "token", "KAFKA_KEY_FILE"),
        ("token", "client.key", "KAFKA_CERTIFICATE_FILE"),
    ],
)
async def test_files_that_hold_something_else_are_named(environment, file, key, told):
    error = await refusal(environment("TLS", "SSL", {"certificate_file": file, "key_file": key}))
    assert isinstance(error, ConfigurationError)
    assert told in str(error)
