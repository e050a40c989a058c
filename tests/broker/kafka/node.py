"""Apache Kafka itself: one KRaft node on loopback, for tests and benchmarks."""

import base64
import subprocess
import uuid
from collections.abc import Mapping, Sequence

from tests.broker.guarded import Server
from tests.broker.kafka.jars import jars
from tests.ports import free_ports

STARTED = "Kafka Server started"
SMALL = ("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")  # starts quickly, for tests
LOGS = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
)
PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "num.partitions": "4",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "delete.topic.enable": "true",
    # After a kill the node waits for its own old session to end, nine seconds by default.
    "broker.session.timeout.ms": "1500",
    "broker.heartbeat.interval.ms": "500",
}


class KafkaError(Exception):
    """Apache Kafka could run here, and did not."""


class KafkaNode(Server):
    """One broker.

    Arguments:
        jvm: flags of the Java machine; `()` leaves them to Java, as benchmarks should.
        properties: broker properties besides ours, and before them.
        listeners: security protocol by the name of each listener clients may use.
        scram: what `StorageTool format --add-scram` takes, once for each user.
    """

    name = "Apache Kafka"
    failed = KafkaError
    start_seconds = 60.0  # some five on a quiet machine
    stop_seconds = 20.0

    def __init__(
        self,
        *,
        jvm: Sequence[str] = SMALL,
        properties: Mapping[str, str] | None = None,
        listeners: Mapping[str, str] | None = None,
        scram: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._jvm = tuple(jvm)
        self._given = dict(properties or {})
        self._protocols = dict(listeners or {"PLAINTEXT": "PLAINTEXT"})
        self._scram = tuple(scram)
        self._ports = dict(
            zip((*self._protocols, "CONTROLLER"), free_ports(len(self._protocols) + 1), strict=True)
        )

    def servers(self, listener: str) -> str:
        """What clients of a listener connect to: `127.0.0.1:PORT`."""
        return f"127.0.0.1:{self._ports[listener]}"

    @property
    def bootstrap_servers(self) -> str:
        """The address of the first listener."""
        return self.servers(next(iter(self._protocols)))

    @property
    def environment(self) -> dict[str, str]:
        """What the environment of a client of the transport layer must say to use it."""
        return {"PIPELINE_TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers}

    def command(self) -> list[str]:
        return [*self._java("kafka.Kafka"), str(self.folder / "server.properties")]

    def ready(self, said: str) -> bool:
        return STARTED in said

    def _java(self, main: str) -> list[str]:
        return ["java", *self._jvm, *LOGS, "-cp", f"{jars()}/*", main]

    def prepare(self) -> None:
        names = [(name, self._ports[name]) for name in self._ports]
        properties = {
            **PROPERTIES,
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in names),
            "listener.security.protocol.map": ",".join(
                f"{name}:{protocol}"
                for name, protocol in {**self._protocols, "CONTROLLER": "PLAINTEXT"}.items()
            ),
            "inter.broker.listener.name": next(iter(self._protocols)),
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{self._ports['CONTROLLER']}",
            "log.dirs": str(self.folder / "data"),
            **self._given,
        }
        file = self.folder / "server.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in properties.items()))
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = [
            *self._java("kafka.tools.StorageTool"),
            "format",
            "--standalone",
            f"--cluster-id={identity}",  # it may begin with a dash
            "-c",
            str(file),
        ]
        users = [part for user in self._scram for part in ("--add-scram", user)]
        done = subprocess.run([*command, *users], capture_output=True, text=True, check=False)
        if done.returncode:
            raise KafkaError(
                f"Apache Kafka's storage could not be made: {(done.stdout + done.stderr)[-2000:]}"
            )
