"""Where messages go that nobody can use."""

import json
import logging

from pipeline.common.transport import PipelineMessage, Producer

logger = logging.getLogger(__name__)


class DeadLetters:
    """Writes a message that can never be processed, with the reason and where it came from, to a topic."""

    def __init__(self, producer: Producer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    async def put(self, message: PipelineMessage, reason: Exception | str) -> None:
        letter = {
            "reason": str(reason),
            "topic": message.topic,
            "partition": message.partition,
            "offset": message.offset,
            "value": (message.value or b"").decode(errors="replace"),
        }
        await self._producer.send(self._topic, json.dumps(letter).encode(), key=message.key)
        logger.warning("%s[%d] at %d is dead: %s", message.topic, message.partition, message.offset, reason)
