"""What becomes of a partition's messages whose handler failed: another attempt, another topic, or a halt."""

import asyncio
import logging
from collections.abc import Callable, Iterator

from transport import backoff
from transport.case import Case, told
from transport.contract import TopicPartition
from transport.crew import Crew
from transport.errors import PermanentError
from transport.sidings import Exit

log = logging.getLogger("transport")


class Failures:
    """The open cases of one partition.

    Arguments:
        again: called when a case may go on.
        done: called when one is done with, as another topic has taken it.
    """

    def __init__(
        self,
        partition: TopicPartition,
        crew: Crew,
        *,
        again: Callable[[Case], None],
        done: Callable[[Case], None],
    ) -> None:
        self._partition = partition
        self._crew = crew
        self._again = again
        self._done = done
        self._cases: set[Case] = set()
        self._closed = False

    def __iter__(self) -> Iterator[Case]:
        return iter(self._cases)

    def __len__(self) -> int:
        return len(self._cases)

    def open(self, case: Case) -> None:
        """Take note of a case that goes on."""
        self._cases.add(case)

    def discard(self, case: Case) -> None:
        """Forget a case that is done with."""
        self._cases.discard(case)

    def close(self) -> None:
        """Forget them all: their messages come again."""
        self._closed = True
        for case in self._cases:
            if case.timer is not None:
                case.timer.cancel()
        self._cases.clear()

    async def settle(self, case: Case) -> None:
        """Decide what becomes of a message that failed: another attempt, another topic, or a halt."""
        options, breaker, failure = self._crew.options, self._crew.breaker, case.failure
        self._cases.add(case)
        permanent = isinstance(failure, (PermanentError, *options.permanent_errors))
        if not permanent:
            breaker.failed(self._partition, case.offset, told(failure))
        over = permanent or case.tries >= options.max_attempts
        self._tell(case, over)
        if not over:
            self._wait(case, self._delay(case.tries))
        elif breaker.open and not permanent:
            case.tries = 0  # it was not the message's fault
            self._wait(case, self._delay(1))
        elif (exit_ := self._crew.sidings.exit(case.message.topic, case.stage, permanent)) is not None:
            await self.leave(case, exit_)
        else:
            case.held = (
                f"{self._partition} is held at {case.offset} after {case.attempts} attempts, "
                f"as there is no dead-letter topic: {told(failure)}"
            )
            self._wait(case, options.retry_max if permanent else self._delay(case.tries))

    async def leave(self, case: Case, exit_: Exit) -> None:
        """Hand a message to a retry topic or the dead letters; until that is acknowledged, try again."""
        case.exit = exit_
        try:
            await self._crew.sidings.put(case.message, exit_, case.attempts, case.failure)
        except Exception as error:
            case.refusals += 1
            what = "no dead letter is taken" if exit_.wait is None else f"{exit_.topic} takes no message"
            case.held = f"{self._partition} is held at {case.offset}: {what}: {error}"
            log.error("%s", case.held)
            self._wait(case, self._delay(case.refusals))
        else:
            log.warning("%s: message %d went to %s", self._partition, case.offset, exit_.topic)
            self._done(case)

    def _delay(self, failures: int) -> float:
        options = self._crew.options
        return backoff.pause(failures, first=options.retry_first, longest=options.retry_max)

    def _wait(self, case: Case, seconds: float) -> None:
        if not self._closed:
            case.timer = asyncio.get_running_loop().call_later(seconds, self._again, case)

    def _tell(self, case: Case, over: bool) -> None:
        """Log a failure, with its traceback the first time. The message's content stays out of the log."""
        log.log(
            logging.ERROR if over else logging.WARNING,
            "%s: the handler failed at %d (attempt %d): %s",
            self._partition,
            case.offset,
            case.attempts,
            told(case.failure),
            exc_info=case.failure if case.attempts == 1 else None,
        )
