"""Stand-in brokers for a laptop and for tests: real protocols, no Docker, loopback only, free ports.

`with kafka() as broker:` and `with eventhub() as broker:` start one each, `python -m transport.local` both.
"""

import contextlib
import importlib.util
import secrets
from collections.abc import Iterator, Mapping, Sequence

from transport.local.errors import StandInError
from transport.local.standin import StandIn, process, scratch_folder

__all__ = ["KINDS", "StandIn", "StandInError", "eventhub", "kafka", "missing"]

KINDS = ("kafka", "eventhub")

_KEY_NAME = "stand-in"

_PROTON = (
    "python-qpid-proton (pip install 'migration-tracker[event-hubs]', or make;"
    " it is compiled, with a C compiler and OpenSSL's headers)"
)
_NEEDS = {  # import name → what to install
    "kafka": {"confluent_kafka": "confluent-kafka"},
    "eventhub": {
        "proton": _PROTON,
        "cproton_ffi": _PROTON,
        "aiohttp": "aiohttp",
        "trustme": "trustme",
    },
}


def missing(kind: str) -> str | None:
    """Say why the stand-in for `kind` (`kafka` or `eventhub`) cannot run here; None when it can."""
    for module, package in _NEEDS[kind].items():
        if importlib.util.find_spec(module) is None:
            return f"the {kind} stand-in needs {package}, which is not installed"
    return None


@contextlib.contextmanager
def kafka(*, topics: Mapping[str, int] | None = None) -> Iterator[StandIn]:
    """Run a Kafka broker until the block ends.

    Args:
        topics: partitions by topic, for those that shall not have four. All others are made on first use.

    Errors:
        StandInError: it cannot run here, or did not start.
    """
    _require("kafka")
    with (
        scratch_folder() as folder,
        process("transport.local.kafka_cluster", {"topics": dict(topics or {})}, folder) as (pid, ready),
    ):
        servers: str = ready["bootstrap_servers"]
        yield StandIn(
            kind="kafka",
            environment={"PIPELINE_TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": servers},
            endpoints={"kafka": servers},
            pid=pid,
            log=folder / "log",
        )


@contextlib.contextmanager
def eventhub(
    *,
    partitions: int = 4,
    hubs: Mapping[str, int] | None = None,
    groups: Sequence[str] | None = None,
    bearer: str = "",
    strangers: bool = False,
) -> Iterator[StandIn]:
    """Run an Event Hubs namespace until the block ends.

    Args:
        partitions: of each event hub that is made on first use.
        hubs: partitions by event hub, when there shall be these and no others; None for any.
        groups: consumer groups beside `$Default`, when there shall be these and no others; None for any.
        strangers: whether clients of a real namespace, which somebody has led here, are let in whatever their
            key is.
        bearer: a token that is taken as one of Microsoft Entra's, besides shared access signatures.

    Errors:
        StandInError: it cannot run here, or did not start.
    """
    _require("eventhub")
    key = secrets.token_urlsafe(32)
    with scratch_folder() as folder:
        authority, checkpoints = folder / "authority.pem", folder / "checkpoints"
        checkpoints.mkdir()
        options = {
            "partitions": partitions,
            "hubs": hubs if hubs is None else dict(hubs),
            "groups": groups if groups is None else list(groups),
            "key_name": _KEY_NAME,
            "key": key,
            "bearer": bearer,
            "strangers": strangers,
            "authority_file": str(authority),
        }
        with process("transport.local.event_hubs", options, folder) as (pid, ready):
            endpoints: dict[str, str] = ready["endpoints"]
            yield StandIn(
                kind="eventhub",
                environment={
                    "PIPELINE_TRANSPORT": "eventhub",
                    "EVENTHUB_NAMESPACE_CONNECTION_STRING": (
                        f"Endpoint=sb://{endpoints['amqps']}/;SharedAccessKeyName={_KEY_NAME};SharedAccessKey={key}"
                    ),
                    "EVENTHUB_CUSTOM_ENDPOINT": f"sb://{endpoints['wss']}",
                    "EVENTHUB_CA_FILE": str(authority),
                    "EVENTHUB_CHECKPOINT_STORE": str(checkpoints),
                },
                endpoints=endpoints,
                pid=pid,
                log=folder / "log",
            )


def _require(kind: str) -> None:
    if reason := missing(kind):
        raise StandInError(reason)
