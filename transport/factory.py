"""Makes consumers and producers for the configured transport, importing an SDK only when it is used."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from transport import observing, telemetry
from transport.adapter import Connect, Gauge, Intake, Sink, Source
from transport.config import TransportConfig
from transport.contract import EVENTHUB, KAFKA, ConsumerOptions, Handler, PartitionLag, PipelineMessage
from transport.engine import Consumer
from transport.errors import BrokerUnavailableError, ConfigurationError
from transport.memory import MemoryBroker
from transport.producer import Producer
from transport.routes import DEAD_LETTER, Domain, Route, group_name, spelled
from transport.sidings import Exit, Sidings

LAG_TIMEOUT = 20.0  # seconds


async def create_consumer(
    *,
    config: TransportConfig,
    domain: str,
    worker_name: str,
    topics: Sequence[str],
    message_handler: Handler,
    topic_key: str = "",
    instance_id: str | None = None,
    options: ConsumerOptions | None = None,
) -> Consumer:
    """A consumer that calls `message_handler` for each message, at least once; see the package's docstring.

    Arguments:
        domain: first half of the worker's name, such as `claimx`.
        worker_name: second half, such as `download_worker`; with the domain it names the Kafka group.
        topics: logical topics to read.
        topic_key: names the event hub, consumer group and dead letters in the configuration file.
        instance_id: a name of this process that outlives it: Kafka then keeps its partitions over a restart.
        options: how it behaves beyond the contract.

    Errors: ConfigurationError.
    """
    if isinstance(topics, str) or not topics:
        raise ConfigurationError(
            f"create_consumer() takes topics as a list of at least one name, not {topics!r}"
        )
    chosen = options or ConsumerOptions()
    routes = config.routes.reading(topics, domain=domain, topic_key=topic_key)
    group = group_name(domain, worker_name)
    dead = dead_letter_topics(routes, chosen)
    retries = retry_topics(config.routes.domain(domain), group, chosen)
    own = {route.topic for route in routes}
    # Retry topics are read as what they are for is read.
    waiting = tuple(
        replace(config.routes.of(one.topic), consumer_group=routes[0].consumer_group, dead_letter=None)
        for one in retries
        if one.topic not in own
    )
    observer = observing.current()
    message_handler = telemetry.traced_handler(message_handler, config.transport, group)

    def leaving() -> Sink:
        to = telemetry.traced_siding(sink(config), config.transport, frozenset(dead.values()))
        return observing.LeavingSink(to, observer, frozenset(dead.values())) if observer else to

    consumer = Consumer(
        group,
        telemetry.timed_commits(
            _connect(config, group, routes + waiting, chosen, instance_id), config.transport, group
        ),
        observing.handler(message_handler, observer) if observer else message_handler,
        chosen,
        gauge=lambda: gauge(config),
        sidings=Sidings(leaving, group, dead, retries, config.routes.prefix),
    )
    if observer is not None:
        observer.made(consumer)
    telemetry.watch(consumer, config.transport, group)
    return consumer


def create_producer(
    *, config: TransportConfig, domain: str, worker_name: str, topic_key: str = ""
) -> Producer:
    """A producer whose send() returns when the broker has acknowledged.

    Arguments: as for create_consumer; `topic_key` says which topic is mostly written, and shows in its name.
    """
    name = group_name(domain, worker_name)
    first = config.routes.written(domain, topic_key)
    to = telemetry.traced_sink(sink(config, first), config.transport)
    return Producer(f"{name} to {topic_key}" if topic_key else name, to)


async def lag(*, config: TransportConfig, topic: str, group: str) -> tuple[PartitionLag, ...]:
    """How far a group is in each partition of a topic, without joining it; empty if there is no such topic.

    Arguments:
        group: the Kafka consumer group, or the Event Hubs consumer group, whose positions are read from the
            checkpoint store.

    Errors: TransportError.
    """
    try:
        async with asyncio.timeout(LAG_TIMEOUT):
            if config.transport == KAFKA:
                from transport import kafka

                return await kafka.lag(config, topic, group)
            if config.transport == EVENTHUB:
                from transport import eventhub

                return await eventhub.lag(config, topic, group)
            from transport import memory

            return await memory.lag(_memory(config), topic, group)
    except TimeoutError:
        raise BrokerUnavailableError(
            f"asking how far {group} is in {topic}: no answer within {LAG_TIMEOUT:.0f} s"
        ) from None


async def browse(
    *, config: TransportConfig, topic: str, until: float
) -> AsyncGenerator[PipelineMessage, None]:
    """Every message of a topic, from the oldest on, without a group and without commits.

    It ends at the deadline; who leaves earlier closes it: `async with contextlib.aclosing(browse(…))`.
    A topic that does not exist yet is waited for. On Event Hubs it reads as `$Default`, without an epoch.

    Arguments:
        until: deadline, as time.monotonic() tells it.

    Errors: TransportError.
    """
    if config.transport == KAFKA:
        from transport import kafka

        messages = kafka.browse(config, topic, until)
    elif config.transport == EVENTHUB:
        from transport import eventhub

        messages = eventhub.browse(config, topic, until)
    else:
        from transport import memory

        messages = memory.browse(_memory(config), topic, until)
    try:
        async for message in messages:
            yield message
    finally:
        await messages.aclose()


def sink(config: TransportConfig, first: str | None = None) -> Sink:
    """A connection that sends, not opened yet; `first` is the topic it is mostly for, if that is known."""
    if config.transport == KAFKA:
        from transport.kafka import KafkaSink

        return KafkaSink(config)
    if config.transport == EVENTHUB:
        from transport.eventhub import EventHubSink

        return EventHubSink(config, first)
    from transport.memory import MemorySink

    return MemorySink(_memory(config))


def gauge(config: TransportConfig) -> Gauge:
    """A connection that asks how far partitions are written, not opened yet."""
    if config.transport == KAFKA:
        from transport.kafka import KafkaGauge

        return KafkaGauge(config)
    if config.transport == EVENTHUB:
        from transport.eventhub import EventHubGauge

        return EventHubGauge(config)
    from transport.memory import MemoryGauge

    return MemoryGauge(_memory(config))


def dead_letter_topics(routes: Sequence[Route], options: ConsumerOptions) -> dict[str, str]:
    """The dead-letter topic of each topic that has one: as the options say, else as configured."""
    if options.dead_letter is None:
        topics = {route.topic: route.dead_letter for route in routes if route.dead_letter}
    elif options.dead_letter is False:
        topics = {}
    else:
        pattern = DEAD_LETTER if options.dead_letter is True else options.dead_letter
        topics = {
            route.topic: (options.dead_letter is True and route.dead_letter)
            or pattern.replace("{topic}", route.topic)
            for route in routes
        }
    own = {route.topic for route in routes}
    for topic, dead in topics.items():
        if dead in own:
            raise ConfigurationError(
                f"the dead letters of {topic} would go to {dead}, which this consumer reads"
            )
    return topics


def retry_topics(domain: Domain, group: str, options: ConsumerOptions) -> tuple[Exit, ...]:
    """The retry topics of a consumer, one after the other: as the options say, else as configured."""
    waits = options.retry_after if options.retry_after is not None else domain.retry_after
    name = domain.retry_topic.replace("{domain}", domain.name).replace("{group}", group)
    exits = tuple(Exit(name.replace("{wait}", spelled(wait)), wait) for wait in waits)
    if twice := [topic for topic, count in Counter(one.topic for one in exits).items() if count > 1]:
        raise ConfigurationError(
            f"retry_after of {group} names the same wait twice, and each has a topic of its own: "
            f"{twice[0]} cannot tell how often a message has been there; make one of them longer"
        )
    return exits


def _connect(
    config: TransportConfig,
    group: str,
    routes: tuple[Route, ...],
    options: ConsumerOptions,
    instance_id: str | None,
) -> Connect:
    topics = tuple(route.topic for route in routes)

    def kafka(intake: Intake) -> Source:
        from transport.kafka import KafkaSource

        return KafkaSource(config, group, topics, intake, options, instance_id)

    def eventhub(intake: Intake) -> Source:
        from transport.eventhub import EventHubSource

        return EventHubSource(config, routes, intake, options, group)

    def memory(intake: Intake) -> Source:
        from transport.memory import MemorySource

        return MemorySource(_memory(config), group, topics, intake)

    if config.transport == EVENTHUB:
        config.with_store()
        return eventhub
    return kafka if config.transport == KAFKA else memory


def _memory(config: TransportConfig) -> MemoryBroker:
    if config.memory is None:
        raise ConfigurationError("the memory transport is made in code: use MemoryBroker().config()")
    return config.memory
