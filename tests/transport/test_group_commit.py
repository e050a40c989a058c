"""No row's handler returns before its flush did, and a flush that fails fails everyone who waits for it."""

import asyncio

import pytest

from tests.transport.virtually import virtually
from transport import FlushError, GroupCommit, PermanentError, UsageError


class Table:
    """Remembers each flush; refuses what it is told to."""

    def __init__(self, seconds=0.0, bad=()):
        self.flushes = []
        self.durable = []
        self.seconds = seconds
        self.bad = bad
        self.down = False

    async def append(self, rows):
        self.flushes.append(list(rows))
        await asyncio.sleep(self.seconds)
        if self.down:
            raise ConnectionError("no storage")
        if set(rows) & set(self.bad):
            raise PermanentError("bad row")
        self.durable += rows


@virtually
async def test_rows_that_come_together_are_flushed_together():
    table = Table()
    rows = GroupCommit(table.append, max_age=0.2)
    await asyncio.gather(*(rows.add(number) for number in range(100)))
    assert table.flushes == [list(range(100))]
    assert asyncio.get_running_loop().time() == pytest.approx(0.2)


@virtually
async def test_nobody_returns_before_the_row_is_durable():
    table = Table(seconds=1.0)
    rows = GroupCommit(table.append, max_rows=3, max_age=0.2)

    async def handle(number):
        await rows.add(number)
        assert number in table.durable

    await asyncio.gather(*(handle(number) for number in range(10)))
    assert [len(flush) for flush in table.flushes] == [3, 3, 3, 1]


@virtually
async def test_enough_rows_or_bytes_do_not_wait():
    table = Table()
    rows = GroupCommit(table.append, max_rows=5, max_bytes=30, max_age=60, size=len)
    await asyncio.gather(*(rows.add(f"{number}") for number in range(5)))
    await asyncio.gather(rows.add("x" * 20), rows.add("y" * 20), rows.add("z" * 40))
    assert [len(flush) for flush in table.flushes] == [5, 1, 1, 1]
    assert asyncio.get_running_loop().time() < 61


@virtually
async def test_a_flush_that_fails_fails_everyone_and_the_next_one_may_succeed():
    table = Table()
    table.down = True
    rows = GroupCommit(table.append)
    failures = await asyncio.gather(*(rows.add(number) for number in range(5)), return_exceptions=True)
    assert [type(one) for one in failures] == [FlushError] * 5
    assert len(set(map(id, failures))) == 5
    assert str(failures[0]) == "a flush of 5 rows failed: ConnectionError: no storage"
    table.down = False
    await rows.add(7)
    assert table.durable == [7]


@virtually
async def test_a_row_that_is_permanently_bad_fails_alone():
    table = Table(bad=(13,))
    rows = GroupCommit(table.append)
    outcomes = await asyncio.gather(*(rows.add(number) for number in range(20)), return_exceptions=True)
    assert [number for number, outcome in enumerate(outcomes) if outcome is not None] == [13]
    assert isinstance(outcomes[13], PermanentError)
    assert table.durable == [number for number in range(20) if number != 13]


@virtually
async def test_closing_flushes_at_once_and_takes_no_more():
    table = Table()
    rows = GroupCommit(table.append, max_age=60)
    adding = [asyncio.create_task(rows.add(number)) for number in range(3)]
    await asyncio.sleep(0)
    await rows.close()
    await asyncio.gather(*adding)
    assert table.durable == [0, 1, 2]
    assert asyncio.get_running_loop().time() == 0
    await rows.close()
    with pytest.raises(UsageError, match="closed"):
        await rows.add(3)


@virtually
async def test_who_gave_up_waiting_holds_up_nobody():
    table = Table()
    rows = GroupCommit(table.append)
    first, second = (asyncio.create_task(rows.add(number)) for number in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert table.durable == [1]


@pytest.mark.parametrize("wrong", [{"max_rows": 0}, {"max_age": -1}, {"max_bytes": 10}])
def test_what_cannot_work_is_refused(wrong):
    with pytest.raises(ValueError, match="GroupCommit"):
        GroupCommit(Table().append, **wrong)


class PanicError(BaseException):
    """As a panic in Rust is raised, which is no Exception."""


async def only_those_who_wait_are_failed_by(fail):
    """One flush ends in `fail`, and the next one writes."""
    durable = []

    async def append(rows):
        if 0 in rows:
            await fail()
        durable.extend(rows)

    rows = GroupCommit(append, max_rows=2)
    async with asyncio.timeout(60):
        told = await asyncio.gather(*(rows.add(number) for number in range(4)), return_exceptions=True)
    assert [type(one) for one in told] == [FlushError, FlushError, type(None), type(None)]
    assert durable == [2, 3]


@virtually
async def test_a_flush_that_panics_fails_those_who_wait_and_the_next_ones_are_written():
    async def panic():
        raise PanicError("index out of bounds")

    await only_those_who_wait_are_failed_by(panic)


@virtually
async def test_a_cancellation_that_slips_out_of_a_flush_holds_up_nobody():
    async def cancel_itself():
        given_up = asyncio.get_running_loop().create_future()
        given_up.cancel()
        await given_up

    await only_those_who_wait_are_failed_by(cancel_itself)


@virtually
async def test_a_row_without_a_size_fails_alone():
    durable = []

    async def append(rows):
        durable.extend(rows)

    rows = GroupCommit(append, max_bytes=10, size=len)
    async with asyncio.timeout(60):
        told = await asyncio.gather(rows.add(None), rows.add("a"), rows.add("b"), return_exceptions=True)
    assert [type(one) for one in told] == [TypeError, type(None), type(None)]
    assert durable == ["a", "b"]
