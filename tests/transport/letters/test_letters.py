"""Dead letters are found, read and replayed."""

import time
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from transport import SendError, UnknownTopicError, UsageError, browse
from transport.letters import Filters, find, replay, take

MESSAGES = [(b"bad 1", b"a"), (b"good", b"a"), (b"bad 2", b"b"), (b"bad 3", b"a")]


async def replayed(bench, topic, letters, **more):
    async with aclosing(replay(bench.config, topic, letters, **more)) as replays:
        return [(one.letter.key, one.topic) async for one in replays]


async def read(bench, topic, count):
    """The first messages of a topic."""
    found = []
    until = time.monotonic() + 60
    async with aclosing(browse(config=bench.config, topic=topic, until=until)) as messages:
        while len(found) < count:
            found.append(await anext(messages))
    return found


async def test_letters_are_found_with_what_they_tell(bench, buried):
    topic = await buried(*MESSAGES)
    letters = await find(bench.config, f"{topic}.dead", Filters())
    assert sorted((one.key, one.size) for one in letters) == [(b"a", 5), (b"a", 5), (b"b", 5)]
    one = next(one for one in letters if "no room" in one.reason)
    assert (one.origin, one.origin_place.partition(":")[2], one.attempts) == (topic, "0", "1")
    assert one.headers == (("trace", b"7"), ("api-key", b"abc"))
    assert not one.replayed
    assert abs(one.died - datetime.now(UTC)) < timedelta(minutes=1)


async def test_filters_narrow_what_is_found(bench, buried):
    topic = await buried(*MESSAGES)
    dead = f"{topic}.dead"
    everything = await find(bench.config, dead, Filters())
    later = datetime.now(UTC) + timedelta(hours=1)
    for filters, count in [
        (Filters(key=b"b"), 1),
        (Filters(reason="NO ROOM"), 1),
        (Filters(origin=topic), 3),
        (Filters(origin="another"), 0),
        (Filters(since=later), 0),
        (Filters(until=later), 3),
        (Filters(replayed=True), 0),
        (Filters(limit=2), 2),
        (Filters(places=frozenset({everything[0].place})), 1),
    ]:
        assert len(await find(bench.config, dead, filters)) == count, filters


async def test_a_replayed_letter_comes_back_as_it_was_sent_and_is_marked(bench, buried):
    topic = await buried(*MESSAGES)
    dead = f"{topic}.dead"
    (one,) = await find(bench.config, dead, Filters(key=b"b"))
    assert await replayed(bench, dead, [one]) == [(b"b", topic)]
    *_, last = [message for message in await read(bench, topic, 5) if message.key == b"b"]
    assert (last.value, last.headers[:2]) == (b"bad 2", (("trace", b"7"), ("api-key", b"abc")))
    assert last.headers[2:] == (
        ("x-replayed-from", f"{dead}/{one.place.partition}/{one.place.offset}".encode()),
    )
    letters = await find(bench.config, dead, Filters())
    assert [(letter.key, letter.replayed) for letter in letters if letter.key == b"b"] == [(b"b", True)]
    assert [letter.replayed for letter in letters if letter.key == b"a"] == [False, False]
    assert len(await find(bench.config, dead, Filters(replayed=False))) == 2


async def test_a_letter_that_cannot_be_sent_is_not_marked(bench, buried):
    topic = await buried(*MESSAGES)
    dead = f"{topic}.dead"
    letters = await find(bench.config, dead, Filters())
    bench.config.memory.message_limit = 10
    with pytest.raises(SendError):
        await replayed(bench, dead, letters)
    bench.config.memory.message_limit = 1000
    assert await find(bench.config, dead, Filters(replayed=True)) == ()
    assert len(await replayed(bench, dead, letters)) == 3


async def test_a_letter_that_dies_again_tells_its_latest_story(bench, buried):
    topic = await buried((b"bad 2", b"b"))
    dead = f"{topic}.dead"
    letters = await find(bench.config, dead, Filters())
    await replayed(bench, dead, letters, to=(again := await buried((b"good", b"x"))))
    (back,) = [message for message in await read(bench, again, 2) if message.key == b"b"]
    assert [name for name, _ in back.headers] == ["trace", "api-key", "x-replayed-from"]


async def test_what_does_not_say_where_it_came_from_needs_to_be_told(bench):
    dead = bench.topic()
    await bench.send(dead, b"somebody else's", key=b"k")
    letters = await find(bench.config, dead, Filters())
    with pytest.raises(UsageError, match=r"does not say where it came from: name a topic"):
        await replayed(bench, dead, letters)
    other = bench.topic()
    assert await replayed(bench, dead, letters, to=other) == [(b"k", other)]


async def test_a_topic_nobody_wrote_to_is_said_not_to_be_there(bench):
    with pytest.raises(UnknownTopicError, match="nothing died yet, or its name is another"):
        await find(bench.config, "never.dead", Filters())


async def test_whole_messages_are_taken_by_their_places(bench, buried):
    topic = await buried(*MESSAGES)
    letters = await find(bench.config, f"{topic}.dead", Filters(key=b"a"))
    async with aclosing(take(bench.config, f"{topic}.dead", [one.place for one in letters])) as messages:
        assert sorted([message.value async for message in messages]) == [b"bad 1", b"bad 3"]
