"""Receives from Kafka for a consumer group, with none of aiokafka's own ideas about commits."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, OffsetAndMetadata
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from transport.adapter import Intake, Progress
from transport.closing import Closing
from transport.config import TransportConfig
from transport.contract import ConsumerOptions, TopicPartition
from transport.errors import BrokerUnavailableError, CommitError, TransportError
from transport.kafka import records
from transport.kafka.client import message, settings, start, translated
from transport.kafka.names import ours, theirs
from transport.kafka.positions import stored

BATCH = 500
POLL = 0.2  # seconds a fetch waits for messages
POLL_PAUSED = 0.02  # while a partition is paused: a fetch under way does not hear that it was resumed
REBALANCE = (
    35.0  # most seconds a rebalance waits for a member; a join must be answered before requests time out
)


class KafkaSource:
    """A member of a Kafka consumer group.

    Offsets are only ever committed explicitly: aiokafka's auto-commit, and its commit() without offsets, take
    messages for finished that were merely fetched. A group that never committed begins at the oldest message.
    """

    def __init__(
        self,
        config: TransportConfig,
        group: str,
        topics: tuple[str, ...],
        intake: Intake,
        options: ConsumerOptions,
        instance_id: str | None,
    ) -> None:
        self._config = config
        self._routes = config.routes
        self._topics = tuple(map(config.routes.kafka_topic, topics))
        self._intake = intake
        self._group = group
        name = config.routes.kafka_group(group)
        self._doing = f"group {name} reading {', '.join(self._topics)}"
        session = round(options.session_timeout * 1000)
        self._settings = {
            **settings(config),
            "group_id": name,
            "group_instance_id": instance_id,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "isolation_level": "read_committed",
            "session_timeout_ms": session,
            "heartbeat_interval_ms": min(3000, session // 3),
            # A rebalance waits for running handlers, as stop() does.
            "rebalance_timeout_ms": round(min(options.drain_timeout + 5, REBALANCE) * 1000),
            "partition_assignment_strategy": (RoundRobinPartitionAssignor,),
        }
        self._client: AIOKafkaConsumer | None = None
        self._paused: set[KafkaPartition] = set()
        self._joined = asyncio.Event()
        self._failure: TransportError | None = None
        self._closing = Closing(self._close)

    async def open(self) -> None:
        client = AIOKafkaConsumer(**self._settings)
        self._client = client
        try:
            with translated(self._doing, self._config):
                client.subscribe(self._topics, listener=_Listener(self))
                await start(client, self._config)
            await self._joined.wait()
            if self._failure is not None:
                raise self._failure
        except BaseException:
            await self.close()
            raise

    async def run(self) -> None:
        client = self._connected()
        with translated(self._doing, self._config):
            while self._failure is None:
                wait = POLL_PAUSED if self._paused else POLL
                try:
                    batches = await client.getmany(timeout_ms=round(wait * 1000), max_records=BATCH)
                except UnicodeDecodeError as error:
                    records.tolerate()
                    raise BrokerUnavailableError(
                        f"{self._doing}: a header's name is not UTF-8; it is read again by another parser"
                    ) from error
                for place, fetched in batches.items():
                    mine = ours(self._routes, place)
                    messages = [message(record, mine.topic) for record in fetched]
                    if place in self._paused or not self._intake.deliver(mine, messages):
                        self._rewind(place, fetched[0].offset)
                # A fetch that finds its messages at hand never lets others run.
                await asyncio.sleep(0)
        raise self._failure

    def pause(self, partition: TopicPartition) -> None:
        self._paused.add(place := theirs(self._routes, partition))
        if self._client is not None and place in self._client.assignment():
            self._client.pause(place)

    def resume(self, partition: TopicPartition) -> None:
        self._paused.discard(place := theirs(self._routes, partition))
        if self._client is not None and place in self._client.assignment():
            self._client.resume(place)

    async def position(self, partition: TopicPartition) -> int | None:
        place = theirs(self._routes, partition)
        if self._client is None or place not in self._client.assignment():
            return None
        with translated(f"asking for the position of {self._doing}", self._config):
            return int(await self._client.position(place))

    @property
    def trouble(self) -> str:
        return ""  # a broker that is gone shows by its commits

    async def commit(self, finished: Mapping[TopicPartition, Progress]) -> None:
        client = self._connected()
        positions = {
            theirs(self._routes, place): OffsetAndMetadata(mark.offset + 1, beyond)
            for place, (mark, beyond) in finished.items()
        }
        with translated(f"committing for {self._doing}", self._config, CommitError):
            await client.commit(positions)

    async def close(self) -> None:
        await self._closing.done()

    async def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with translated(f"closing {self._doing}", self._config):
                try:
                    await client.stop()
                finally:
                    # A fetch that it cancels makes aiokafka 0.14 stop half-way, with its connections open.
                    await client._client.close()

    async def revoked(self, partitions: set[KafkaPartition]) -> None:
        await self._intake.revoked([ours(self._routes, place) for place in partitions])
        self._paused -= partitions

    async def assigned(self, partitions: set[KafkaPartition]) -> None:
        places = [ours(self._routes, place) for place in sorted(partitions)]
        try:
            with translated(f"asking what {self._doing} has committed", self._config):
                found = await stored(self._config, self._group, places) if places else {}
        except TransportError as error:
            self._failure = error  # the engine builds another connection
        else:
            self._intake.assigned({place: found.get(place) for place in places})
        self._joined.set()

    def _rewind(self, place: KafkaPartition, offset: int) -> None:
        """Fetch again later what nobody took: dropping it would lose it."""
        if self._client is not None and place in self._client.assignment():
            self._client.seek(place, offset)

    def _connected(self) -> AIOKafkaConsumer:
        if self._client is None:
            raise CommitError(f"{self._doing}: there is no connection")
        return self._client


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Hands aiokafka's rebalance callbacks on. It goes on fetching meanwhile: see KafkaSource._rewind."""

    def __init__(self, source: KafkaSource) -> None:
        self._source = source

    async def on_partitions_revoked(self, revoked: set[KafkaPartition]) -> None:
        await self._source.revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[KafkaPartition]) -> None:
        await self._source.assigned(assigned)
