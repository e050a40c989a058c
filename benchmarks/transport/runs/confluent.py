"""confluent-kafka's consume(), storing positions after a batch was handled: at least once."""

from confluent_kafka import Consumer, TopicPartition

from benchmarks.transport.measure import Plan, Progress, plan


def main(plan: Plan) -> None:
    progress = Progress(plan)
    consumer = Consumer(
        {
            "bootstrap.servers": plan.servers,
            "group.id": plan.group,
            "auto.offset.reset": "earliest",
            "enable.auto.offset.store": False,
            "auto.commit.interval.ms": 100,
            **plan.settings,
        }
    )
    consumer.subscribe([plan.topic])
    while not progress.all_in_threads.is_set():
        ahead: dict[int, int] = {}
        for record in consumer.consume(500, timeout=0.2):
            progress.count(record)
            ahead[record.partition() or 0] = (record.offset() or 0) + 1
        if ahead:
            consumer.store_offsets(
                offsets=[TopicPartition(plan.topic, number, offset) for number, offset in ahead.items()]
            )
    consumer.close()
    progress.report()


if __name__ == "__main__":
    main(plan())
