"""An arroyo stream processor: a step that runs the handler, then a step that commits. At least once."""

import logging
from collections.abc import Mapping

from arroyo.backends.kafka import KafkaConsumer, KafkaPayload
from arroyo.backends.kafka.configuration import build_kafka_consumer_configuration
from arroyo.commit import CommitPolicy
from arroyo.processing import StreamProcessor
from arroyo.processing.strategies import (
    CommitOffsets,
    ProcessingStrategy,
    ProcessingStrategyFactory,
    RunTask,
)
from arroyo.types import Commit, Message, Partition, Topic

from benchmarks.transport.measure import Plan, Progress, plan


class Factory(ProcessingStrategyFactory[KafkaPayload]):  # type: ignore[misc]
    """Handler, then commit."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.processor: StreamProcessor[KafkaPayload] | None = None

    def create_with_partitions(
        self, commit: Commit, _: Mapping[Partition, int]
    ) -> ProcessingStrategy[KafkaPayload]:
        def handle(message: Message[KafkaPayload]) -> None:
            self._progress.count(message)
            if self._progress.all_in_threads.is_set() and self.processor is not None:
                self.processor.signal_shutdown()

        return RunTask(handle, CommitOffsets(commit))


def main(plan: Plan) -> None:
    logging.basicConfig(level=logging.ERROR)
    progress = Progress(plan)
    factory = Factory(progress)
    consumer = KafkaConsumer(
        build_kafka_consumer_configuration(
            {},
            group_id=plan.group,
            auto_offset_reset="earliest",
            bootstrap_servers=[plan.servers],
            **plan.settings["consumer"],
        )
    )
    factory.processor = StreamProcessor(
        consumer, Topic(plan.topic), factory, CommitPolicy(**plan.settings["commits"])
    )
    factory.processor.run()
    progress.report()


if __name__ == "__main__":
    main(plan())
