"""Every misconfiguration one can make, with the text that says what to do."""

import subprocess
import sys
from math import inf, nan

import pytest

from transport import ConfigurationError, ConsumerOptions, TransportConfig, create_consumer, create_producer
from transport.factory import dead_letter_topics, retry_topics
from transport.memory import MemoryBroker
from transport.routes import Domain, Route, Routes, group_name

KEY = "c2VjcmV0LWtleS1vZi1tYW55LWJ5dGVz"
CONNECTION = f"Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey={KEY}"
KAFKA = {"PIPELINE_TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": "broker:9092"}
EVENTHUB = {"PIPELINE_TRANSPORT": "eventhub", "EVENTHUB_NAMESPACE_CONNECTION_STRING": CONNECTION}


async def handle(message):
    """Nothing to do."""


def test_the_environment_configures_kafka():
    config = TransportConfig.from_env(KAFKA)
    assert (config.transport, config.bootstrap_servers) == ("kafka", "broker:9092")


def test_arguments_beat_the_environment_beats_the_file(tmp_path):
    """39"""
    file = tmp_path / "pipeline.toml"
    file.write_text('[transport]\nname = "kafka"\n[kafka]\nbootstrap_servers = "file:1"\n')
    environ = {"PIPELINE_CONFIG": str(file)}
    assert TransportConfig.from_env(environ).bootstrap_servers == "file:1"
    environ["KAFKA_BOOTSTRAP_SERVERS"] = "environment:1"
    assert TransportConfig.from_env(environ).bootstrap_servers == "environment:1"
    assert TransportConfig.from_env(environ, bootstrap_servers="argument:1").bootstrap_servers == "argument:1"
    environ["KAFKA_BOOTSTRAP_SERVERS"] = "  "  # an empty variable is none
    assert TransportConfig.from_env(environ).bootstrap_servers == "file:1"


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        (
            {},
            (
                "PIPELINE_TRANSPORT is missing: looked for the argument transport, the environment variable "
                "PIPELINE_TRANSPORT and the configuration file (none: PIPELINE_CONFIG is not set); "
                "set it to kafka or eventhub"
            ),
        ),
        ({"PIPELINE_TRANSPORT": "rabbit"}, "PIPELINE_TRANSPORT is 'rabbit': it must be kafka or eventhub"),
        ({"PIPELINE_TRANSPORT": "memory"}, "PIPELINE_TRANSPORT is 'memory': it must be kafka or eventhub"),
        ({"PIPELINE_TRANSPORT": "Kafka"}, "PIPELINE_TRANSPORT is 'Kafka': it must be kafka or eventhub"),
        (
            {"PIPELINE_TRANSPORT": "kafka"},
            (
                "KAFKA_BOOTSTRAP_SERVERS is missing: looked for the argument bootstrap_servers, the "
                "environment variable KAFKA_BOOTSTRAP_SERVERS and the configuration file (none: "
                "PIPELINE_CONFIG is not set); set it to something like localhost:9092"
            ),
        ),
        (
            {**KAFKA, "KAFKA_BOOTSTRAP_SERVERS": "a:1,b"},
            (
                "KAFKA_BOOTSTRAP_SERVERS has 'b': each server is host:port, "
                "separated by commas, like localhost:9092"
            ),
        ),
        (
            {**KAFKA, "KAFKA_BOOTSTRAP_SERVERS": "a:1, b:99999"},
            (
                "KAFKA_BOOTSTRAP_SERVERS has 'b:99999': each server is host:port, "
                "separated by commas, like localhost:9092"
            ),
        ),
        (
            {"PIPELINE_TRANSPORT": "eventhub"},
            (
                "EVENTHUB_NAMESPACE_CONNECTION_STRING is missing: looked for the argument connection_string, "
                "the environment variable EVENTHUB_NAMESPACE_CONNECTION_STRING and the configuration file "
                "(none: PIPELINE_CONFIG is not set); set it to something like "
                "Endpoint=sb://NAME.servicebus.windows.net/;SharedAccessKeyName=…;SharedAccessKey=…"
            ),
        ),
        (
            {**EVENTHUB, "EVENTHUB_NAMESPACE_CONNECTION_STRING": KEY.rstrip("=")},
            (
                "EVENTHUB_NAMESPACE_CONNECTION_STRING is not a connection string: it is made of Name=value "
                "parts separated by semicolons"
            ),
        ),
        (
            {**EVENTHUB, "EVENTHUB_NAMESPACE_CONNECTION_STRING": CONNECTION.replace("sb://", "https://")},
            "EVENTHUB_NAMESPACE_CONNECTION_STRING has no Endpoint=sb://… part",
        ),
        (
            {**EVENTHUB, "EVENTHUB_NAMESPACE_CONNECTION_STRING": CONNECTION + ";EntityPath=hub"},
            (
                "EVENTHUB_NAMESPACE_CONNECTION_STRING is one event hub's (it has an EntityPath): "
                "give the namespace's"
            ),
        ),
        (
            {**EVENTHUB, "EVENTHUB_NAMESPACE_CONNECTION_STRING": "Endpoint=sb://ns;SharedAccessKeyName=all"},
            "EVENTHUB_NAMESPACE_CONNECTION_STRING has no SharedAccessKeyName and SharedAccessKey",
        ),
        (
            {**EVENTHUB, "EVENTHUB_CUSTOM_ENDPOINT": "https://10.0.0.4"},
            "EVENTHUB_CUSTOM_ENDPOINT is 'https://10.0.0.4': it must be sb://host:port",
        ),
        (
            {**EVENTHUB, "EVENTHUB_CUSTOM_ENDPOINT": "sb://10.0.0.4:65536"},
            "EVENTHUB_CUSTOM_ENDPOINT is 'sb://10.0.0.4:65536': it must be sb://host:port",
        ),
        (
            {**EVENTHUB, "EVENTHUB_CA_FILE": "/no/such.pem"},
            "EVENTHUB_CA_FILE is '/no/such.pem': there is no such file",
        ),
        (
            {**EVENTHUB, "EVENTHUB_CHECKPOINT_STORE": "https://account.blob.core.windows.net/"},
            (
                "EVENTHUB_CHECKPOINT_STORE is a URL, but not a blob container's, like "
                "https://ACCOUNT.blob.core.windows.net/CONTAINER"
            ),
        ),
        (
            {**EVENTHUB, "EVENTHUB_CHECKPOINT_STORE": f"AccountName=a;AccountKey={KEY}"},
            (
                "EVENTHUB_CHECKPOINT_STORE is a storage account's connection string that does not say which "
                "container: add ;Container=NAME to its end"
            ),
        ),
        (
            {**EVENTHUB, "EVENTHUB_CHECKPOINT_STORE": "AccountName=a;Container=c"},
            ("EVENTHUB_CHECKPOINT_STORE is a connection string without AccountKey or SharedAccessSignature"),
        ),
        (
            {**EVENTHUB, "EVENTHUB_NAMESPACE": "ns.servicebus.windows.net"},
            (
                "EVENTHUB_NAMESPACE and EVENTHUB_NAMESPACE_CONNECTION_STRING are both set: the first is for "
                "signing in with azure-identity, the second holds a key; take one of them away"
            ),
        ),
        (
            {"PIPELINE_TRANSPORT": "eventhub", "EVENTHUB_NAMESPACE": "sb://ns.servicebus.windows.net"},
            (
                "EVENTHUB_NAMESPACE is 'sb://ns.servicebus.windows.net': it must be the namespace's full "
                "name, like NAME.servicebus.windows.net"
            ),
        ),
        (
            {**EVENTHUB, "EVENTHUB_PROXY": f"socks5://ada:{KEY}@proxy:1080"},
            "EVENTHUB_PROXY must be http://host:port or http://user:password@host:port",
        ),
        (
            {**KAFKA, "KAFKA_SECURITY_PROTOCOL": "TLS"},
            "KAFKA_SECURITY_PROTOCOL is 'TLS': it must be PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL",
        ),
        (
            {**KAFKA, "KAFKA_SECURITY_PROTOCOL": "SASL_SSL"},
            (
                "KAFKA_SASL_MECHANISM is missing: looked for the argument sasl_mechanism, the environment "
                "variable KAFKA_SASL_MECHANISM and the configuration file (none: PIPELINE_CONFIG is not set)"
                "; set it to something like PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"
            ),
        ),
        (
            {**KAFKA, "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "GSSAPI"},
            (
                "KAFKA_SASL_MECHANISM is 'GSSAPI': it must be PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 "
                "or OAUTHBEARER"
            ),
        ),
        (
            {
                **KAFKA,
                "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
                "KAFKA_SASL_MECHANISM": "PLAIN",
                "KAFKA_SASL_USERNAME": "ada",
            },
            (
                "KAFKA_SASL_PASSWORD is missing: looked for the argument sasl_password, the environment "
                "variable KAFKA_SASL_PASSWORD and the configuration file (none: PIPELINE_CONFIG is not set); "
                "set it to something like the user's password"
            ),
        ),
        (
            {**KAFKA, "KAFKA_SASL_PASSWORD": KEY},
            (
                "KAFKA_SASL_PASSWORD is set, but KAFKA_SECURITY_PROTOCOL is PLAINTEXT, which uses no SASL: "
                "set it to SASL_SSL"
            ),
        ),
        (
            {**KAFKA, "KAFKA_CA_FILE": "ca.pem"},
            (
                "KAFKA_CA_FILE is set, but KAFKA_SECURITY_PROTOCOL is PLAINTEXT, which uses no TLS: "
                "set it to SSL or SASL_SSL"
            ),
        ),
        (
            {**KAFKA, "KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_CA_FILE": "/no/such.pem"},
            "KAFKA_CA_FILE is '/no/such.pem': there is no such file",
        ),
        (
            {**KAFKA, "KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_KEY_FILE": __file__},
            "KAFKA_KEY_FILE is set without KAFKA_CERTIFICATE_FILE, whose key it is",
        ),
        (
            {**KAFKA, "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "OAUTHBEARER"},
            (
                "KAFKA_SASL_MECHANISM is OAUTHBEARER and neither of KAFKA_SASL_TOKEN_FILE and "
                "KAFKA_SASL_TOKEN_PROVIDER is set: tokens come from one of them"
            ),
        ),
        (
            {
                **KAFKA,
                "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
                "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
                "KAFKA_SASL_TOKEN_PROVIDER": "tokens",
            },
            (
                "KAFKA_SASL_TOKEN_PROVIDER is 'tokens': it must be module:function, like "
                "pipeline.tokens:kafka_token"
            ),
        ),
        (
            {**EVENTHUB, "EVENTHUB_CHECKPOINT_STORE": __file__},
            f"EVENTHUB_CHECKPOINT_STORE is {__file__!r}: that is a file, not a folder",
        ),
        (
            {**KAFKA, "PIPELINE_CONFIG": "/no/such.toml"},
            "/no/such.toml: there is no such configuration file (PIPELINE_CONFIG names it)",
        ),
    ],
)
def test_a_wrong_setting_says_which_and_what_to_do(environ, told):
    """40, 41"""
    with pytest.raises(ConfigurationError) as caught:
        TransportConfig.from_env(environ)
    assert str(caught.value) == told
    assert KEY not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[kafka", "the configuration file is not TOML: "),
        ("\x00", "the configuration file is not TOML: "),
        ("kafka = 1", "kafka must be a table: write [kafka]"),
        (
            '[kafka]\nservers = "a:1"',
            "[kafka] has no key 'servers'; it takes bootstrap_servers, ca_file, certificate_file, ",
        ),
        ("[kafka]\nbootstrap_servers = 9092", "[kafka] bootstrap_servers must be text in quotes"),
        ("domains = 1", "[domains] must hold tables, like [domains.NAME]"),
        ("[domains.claimx]\ntopics = 1", "[domains.claimx.topics] must hold tables"),
        (
            '[domains.claimx.topics.pending]\nhub = "x"',
            (
                "[domains.claimx.topics.pending] has no key 'hub'; "
                "it takes topic, event_hub, consumer_group, dead_letter"
            ),
        ),
        ("[domains.claimx.topics.pending]\ntopic = 1", "[domains.claimx.topics.pending] topic must be text"),
        (
            '[domains.claimx]\nretry_afer = ["5m"]',
            "[domains.claimx] has no key 'retry_afer'; it takes retry_after, retry_topic and topics",
        ),
        (
            "[domains.claimx]\nretry_after = 5",
            '[domains.claimx] retry_after must be a list of times, like ["5m", ',
        ),
        (
            '[domains.claimx]\nretry_after = ["5 minutes"]',
            "[domains.claimx] retry_after: '5 minutes' is no time to wait: write it like 30s, 5m or 1h",
        ),
        ('[domains.claimx]\nretry_after = ["0s"]', "[domains.claimx] retry_after: '0s' is no time to wait"),
        (
            '[domains.claimx]\nretry_topic = "retry"',
            "[domains.claimx] retry_topic must be text in quotes with {wait} in it",
        ),
        ('[domains.claimx.topics.pending]\ntopic = ""', "[domains.claimx.topics.pending] topic must be text"),
    ],
)
def test_a_wrong_file_says_where(tmp_path, text, told):
    """40"""
    file = tmp_path / "pipeline.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        TransportConfig.from_env(KAFKA, file=file)
    assert str(caught.value).startswith(f"{file}: {told}")


def test_a_missing_key_names_the_file_that_was_searched(tmp_path):
    """40"""
    file = tmp_path / "pipeline.toml"
    file.write_text("")
    with pytest.raises(ConfigurationError, match=rf"and \[kafka\] bootstrap_servers in {file}"):
        TransportConfig.from_env({"PIPELINE_TRANSPORT": "kafka"}, file=file)


def test_an_unknown_argument_is_named():
    with pytest.raises(
        ConfigurationError, match="no argument servers: it takes transport, prefix, bootstrap_servers"
    ):
        TransportConfig.from_env(KAFKA, servers="a:1")


def test_secrets_are_not_shown():
    """41"""
    config = TransportConfig.from_env(EVENTHUB)
    assert KEY not in repr(config) + str(config)
    producer = create_producer(config=config, domain="claimx", worker_name="w")
    assert KEY not in repr(producer)


async def test_without_a_checkpoint_store_an_event_hubs_consumer_refuses():
    with pytest.raises(ConfigurationError, match="Set EVENTHUB_CHECKPOINT_STORE"):
        await create_consumer(
            config=TransportConfig.from_env(EVENTHUB),
            domain="claimx",
            worker_name="w",
            topics=["t"],
            message_handler=handle,
        )


@pytest.mark.parametrize("topics", ["claimx.pending", []])
async def test_topics_are_a_list(topics):
    with pytest.raises(ConfigurationError, match="takes topics as a list of at least one name"):
        await create_consumer(
            config=MemoryBroker().config(), domain="d", worker_name="w", topics=topics, message_handler=handle
        )


def test_the_file_routes_topics(tmp_path):
    file = tmp_path / "pipeline.toml"
    file.write_text(
        """
        [domains.claimx.topics.downloads_pending]
        topic = "claimx.downloads.pending"
        event_hub = "claimx-downloads"
        consumer_group = "claimx-download-worker"
        dead_letter = "claimx.downloads.dead"
        [domains.verisk.topics.all]
        consumer_group = "verisk"
        """
    )
    routes = TransportConfig.from_env(KAFKA, file=file).routes
    assert routes.event_hub("claimx.downloads.pending") == "claimx-downloads"
    assert routes.event_hub("unknown") == "unknown"
    (pending,) = routes.reading(["claimx.downloads.pending"], domain="claimx", topic_key="downloads_pending")
    assert pending == Route(
        "claimx.downloads.pending", "claimx-downloads", "claimx-download-worker", "claimx.downloads.dead"
    )
    assert routes.reading(["any"], domain="verisk", topic_key="all") == (Route("any", "any", "verisk"),)
    assert routes.reading(["any"], domain="x", topic_key="y") == (Route("any", "any", "$Default"),)
    assert routes.written("claimx", "downloads_pending") == "claimx.downloads.pending"
    with pytest.raises(
        ConfigurationError, match=r"is about the topic 'claimx\.downloads\.pending', but the worker"
    ):
        routes.reading(["other"], domain="claimx", topic_key="downloads_pending")


def test_dead_letters_are_off_unless_asked_for():
    plain, named = (Route("a", "a"),), (Route("a", "a", dead_letter="named"),)
    assert dead_letter_topics(plain, ConsumerOptions()) == {}
    assert dead_letter_topics(named, ConsumerOptions()) == {"a": "named"}
    assert dead_letter_topics(named, ConsumerOptions(dead_letter=False)) == {}
    assert dead_letter_topics(named, ConsumerOptions(dead_letter=True)) == {"a": "named"}
    assert dead_letter_topics(plain, ConsumerOptions(dead_letter=True)) == {"a": "a.dead"}
    assert dead_letter_topics(named, ConsumerOptions(dead_letter="x.{topic}")) == {"a": "x.a"}
    with pytest.raises(ConfigurationError, match="which this consumer reads"):
        dead_letter_topics(plain, ConsumerOptions(dead_letter="a"))
    with pytest.raises(ConfigurationError, match="which this consumer reads"):
        dead_letter_topics((Route("a", "a", dead_letter="a"),), ConsumerOptions())


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_attempts": 0},
        {"max_buffered": 0},
        {"max_in_flight": 0},
        {"retry_first": 0},
        {"drain_timeout": -1},
        {"stall_after": 0},
        {"ordering": "keys"},
        {"retry_after": (300, 0)},
        {"retry_after": (nan,)},
        {"stall_after": nan},
        {"session_timeout": inf},
        {"commit_interval": nan},
        {"drain_timeout": inf},
        {"max_in_flight": 1.5},
        {"breaker_ratio": 0},
        {"breaker_ratio": 1.5},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=f"ConsumerOptions.{next(iter(wrong))} is"):
        ConsumerOptions(**wrong)


def test_the_file_says_how_long_a_domain_waits(tmp_path):
    path = tmp_path / "pipeline.toml"
    path.write_text(
        '[domains.claimx]\nretry_after = ["30s", "5m", "1h"]\n'
        '[domains.verisk]\nretry_after = ["90s"]\nretry_topic = "{group}-again-in-{wait}"\n'
    )
    routes = TransportConfig.from_env(KAFKA, file=path).routes
    named = [
        [exit_.topic for exit_ in retry_topics(routes.domain(domain), f"{domain}-worker", ConsumerOptions())]
        for domain in ("claimx", "verisk", "plugins")
    ]
    assert named == [
        ["claimx.retry.30s", "claimx.retry.5m", "claimx.retry.1h"],
        ["verisk-worker-again-in-90s"],
        [],
    ]
    chosen = retry_topics(routes.domain("claimx"), "g", ConsumerOptions(retry_after=(7200, 0.5)))
    assert [(one.topic, one.wait) for one in chosen] == [
        ("claimx.retry.2h", 7200),
        ("claimx.retry.0.5s", 0.5),
    ]
    assert retry_topics(routes.domain("claimx"), "g", ConsumerOptions(retry_after=())) == ()


def test_the_name_of_a_retry_topic_is_one_that_brokers_take():
    waits = (0.5, 90, 1_000_000.5, 86_400_000)
    named = [one.topic for one in retry_topics(Domain("c"), "g", ConsumerOptions(retry_after=waits))]
    assert named == ["c.retry.0.5s", "c.retry.90s", "c.retry.1000000.5s", "c.retry.24000h"]


def test_a_wait_that_is_named_twice_is_refused():
    with pytest.raises(ConfigurationError, match=r"the same wait twice.* c\.retry\.5m cannot"):
        retry_topics(Domain("c"), "g", ConsumerOptions(retry_after=(300, 60, 300)))


def test_the_kafka_group_is_named_after_the_worker():
    assert group_name("claimx", "download_worker") == "claimx-download-worker"
    assert Routes().of("t") == Route("t", "t")


def test_importing_the_package_imports_no_sdk():
    told = "import sys, transport; print({'aiokafka', 'azure', 'aiohttp', 'proton'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
