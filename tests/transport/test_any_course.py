"""Random courses of a group, in virtual time: members come and go, brokers are down, handlers do their worst.

Whatever happens, no message is lost, what must stay in order does, positions reach the end, and all is
closed. Each number is a course that is always played the same way.
"""

import asyncio
import logging
import random
from collections import defaultdict

import pytest

from tests.transport.test_virtual import now
from transport import ConsumerOptions, PermanentError, create_consumer, lag
from transport import create_producer as producer_of
from transport.contract import TopicPartition
from transport.memory import MemoryBroker
from transport.virtual import VirtualLoop

KEYS = (None, b"a", b"b", b"c", b"d")
PATIENCE = 600.0  # seconds of virtual time in which everything must have come right


class PanicError(BaseException):
    """As a panic in Rust is raised, which is no Exception."""


class Member:
    """Counts the handlers that run for one consumer, and those that do not end when they are told to."""

    def __init__(self, course):
        self.course = course
        self.running = self.stubborn = 0

    async def handle(self, message):
        course = self.course
        self.running += 1
        course.crowded |= self.running > course.options.max_in_flight + self.stubborn
        try:
            if message.value in course.poison:
                raise PermanentError("hopeless")
            how = course.random.random()
            if how < course.failing:
                await asyncio.sleep(course.random.random() / 10)
                raise course.random.choice([ValueError, TimeoutError, PanicError, asyncio.CancelledError])
            if how < course.failing + 0.01:
                await self.ignore_the_end(course.random.choice([0.5, 3.0]))
                raise ValueError("much too late")
            await asyncio.sleep(course.random.choice([0, 0, 0.001, 0.05, 0.3]))
            if message.value not in course.finished:
                course.finished[message.value] = message
        finally:
            self.running -= 1

    async def ignore_the_end(self, seconds):
        self.stubborn += 1
        until = now() + seconds
        while now() < until:
            try:
                await asyncio.sleep(until - now())
            except asyncio.CancelledError:
                continue


class Course:
    """What happens to one group."""

    def __init__(self, number, *, bad):
        chance = self.random = random.Random(number)
        random.seed(number)  # the pauses between attempts are drawn from it
        self.broker = MemoryBroker(partitions=chance.choice([1, 2, 4]))
        self.options = ConsumerOptions(
            ordering=chance.choice(["partition", "key", "unordered"]),
            max_in_flight=chance.choice([1, 2, 5, 50]),
            max_buffered=chance.choice([1, 3, 50]),
            max_attempts=chance.choice([1, 3]) if bad else 1000,
            retry_first=0.05,
            retry_max=1.0,
            retry_after=chance.choice([(), (2.0,), (1.0, 4.0)]) if bad else (),
            dead_letter=True,
            breaker_ratio=chance.choice([None, 0.5, 1.0]),
            breaker_messages=chance.choice([1, 3, 10]),
            breaker_window=5.0,
            commit_interval=chance.choice([0, 0.1, 2]),
            commit_every=chance.choice([1, 3, 1000]),
            drain_timeout=chance.choice([0.0, 0.2, 5.0]),
            stall_after=chance.choice([1, 5, 30]),
        )
        self.failing = chance.choice([0, 0.05, 0.3])
        self.bad = 0.03 if bad else 0.0
        self.poison = set()
        self.crowded = False  # whether more handlers ran than may
        self.sent = []
        self.finished = {}  # each message when it was first finished, in that order
        self.members = []

    async def play(self):
        await self.join()
        for _ in range(self.random.randint(5, 25)):
            happens = self.random.choice(
                [self.send, self.send, self.join, self.leave, self.fall, self.refuse, self.skip]
            )
            await happens()
            await asyncio.sleep(self.random.choice([0, 0.01, 0.2, 1]))
        self.failing = 0.0
        if not self.members:
            await self.join()
        await self.until(lambda: not self.unfinished())
        await self.until(self.all_well)
        for member in self.members:
            began = now()
            await member.stop()
            assert now() - began < 60
        await asyncio.sleep(10)  # those that ignore their end
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not self.crowded

    async def join(self):
        if len(self.members) == 4:
            return
        consumer = await create_consumer(
            config=self.broker.config(),
            domain="tests",
            worker_name="w",
            topics=["t"],
            message_handler=Member(self).handle,
            options=self.options,
        )
        await consumer.start()
        self.members.append(consumer)

    async def leave(self):
        if len(self.members) > 1:
            await self.members.pop(self.random.randrange(len(self.members))).stop()

    async def send(self):
        producer = producer_of(config=self.broker.config(), domain="tests", worker_name="p")
        await producer.start()
        for _ in range(self.random.randint(1, 40)):
            value = str(len(self.sent)).encode()
            if self.random.random() < self.bad:
                self.poison.add(value)
            await producer.send("t", value, key=self.random.choice(KEYS))
            self.sent.append(value)
        await producer.stop()

    async def fall(self):
        self.broker.down = True
        self.broker.stir()
        if self.random.random() < 0.5 and len(self.members) > 1:
            await self.members.pop().stop()
        await asyncio.sleep(self.random.choice([0.01, 0.5, 3]))
        self.broker.down = False
        self.broker.stir()

    async def refuse(self):
        self.broker.refused_commits = self.random.randint(1, 10)

    async def skip(self):
        place = TopicPartition("t", self.random.randrange(self.broker.partitions))
        if self.broker.topic("t")[place.partition]:
            self.broker.skip(place, self.random.randint(1, 5))

    async def until(self, right):
        async with asyncio.timeout(PATIENCE):
            while not (await right() if asyncio.iscoroutinefunction(right) else right()):  # noqa: ASYNC110
                await asyncio.sleep(0.5)

    def unfinished(self):
        dead = {one.value for partition in self.broker.topic("t.dead") for one in partition}
        return [value for value in self.sent if value not in self.finished and value not in dead]

    async def all_well(self):
        """Positions have reached the last message, and nobody complains of more than a day when all fails."""
        for one in await lag(config=self.broker.config(), topic="t", group="tests-w"):
            written = self.broker.topic("t")[one.partition]
            if one.committed != (written[-1].offset + 1 if written else None):
                return False
        told = [member.health() for member in self.members]
        return all(one.healthy or "one is tried now and again" in one.reason for one in told)


def played(number, *, bad):
    course = Course(number, bad=bad)
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(course.play())
    return course


def in_order(course):
    places = defaultdict(list)
    for message in course.finished.values():
        if course.options.ordering == "partition" or message.key is not None:
            key = message.key if course.options.ordering == "key" else None
            places[message.partition, key].append(message.offset)
    return course.options.ordering == "unordered" or all(one == sorted(one) for one in places.values())


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of failures that were meant to be are of no use in the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


# 70: a connection is lost and a member joins while a handler drains, and a commit is refused.
SHORT = (*range(10), 70)
NUMBERS = [SHORT, pytest.param(range(10, 1000), marks=[pytest.mark.long, pytest.mark.timeout(3600)])]


@pytest.mark.parametrize("numbers", NUMBERS, ids=["short", "long"])
def test_whatever_happens_nothing_is_lost_and_order_is_kept(numbers):
    for number in numbers:
        assert in_order(played(number, bad=False)), f"course {number}"


@pytest.mark.parametrize("numbers", NUMBERS, ids=["short", "long"])
def test_whatever_happens_bad_messages_end_among_the_dead_letters(numbers):
    for number in numbers:
        course = played(number, bad=True)
        assert not course.poison & course.finished.keys(), f"course {number}"
