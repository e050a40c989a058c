"""Delta tables: real ones, in a folder."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pydantic import BaseModel, Field

from transport import PermanentError
from workers.delta import TIDY_EVERY
from workers.errors import TableError
from workers.tables import Tables

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


class Row(BaseModel):
    id: str
    number: int | None = None
    share: float = 0.5
    good: bool = True
    at: datetime | None = None
    colour: Colour = Colour.RED
    anything: dict[str, list[int]] | None = None
    secret: str = Field(default="", exclude=True)


class Pair(BaseModel):
    one: str
    two: str
    value: int


class WiderRow(Row):
    added: str = "new"


@pytest.fixture
def tables(tmp_path) -> Tables:
    return Tables.from_env({"TABLES_URL": str(tmp_path)})


async def test_rows_come_back_as_they_were(tables, rows, tmp_path):
    full = Row(id="a", number=1, at=NOON, anything={"x": [1, 2]}, secret="shh")
    await tables.merge("things", [full, Row(id="b")], key="id")
    one, two = sorted(rows(tmp_path / "things"), key=lambda row: row["id"])
    assert one == {
        "id": "a",
        "number": 1,
        "share": 0.5,
        "good": True,
        "at": NOON,
        "colour": "red",
        "anything": '{"x":[1,2]}',
    }
    assert [two[name] for name in ("id", "number", "at", "anything")] == ["b", None, None, None]


async def test_a_repeated_row_is_there_once_and_as_last_told(tables, rows, tmp_path):
    for number in (1, 2):
        await tables.merge("things", [Row(id="a", number=0), Row(id="a", number=number)], key="id")
    assert [(row["id"], row["number"]) for row in rows(tmp_path / "things")] == [("a", 2)]


async def test_an_older_row_replaces_no_newer_one(tables, rows, tmp_path):
    late, early = (Row(id="a", number=n, at=NOON + timedelta(hours=n)) for n in (2, 1))
    unknown = Row(id="a", number=3)
    for batch in ([late, early], [early], [unknown], [late]):
        await tables.merge("things", batch, key="id", newest="at")
        assert [row["number"] for row in rows(tmp_path / "things")] == [2]


async def test_what_is_known_replaces_what_is_of_unknown_age(tables, rows, tmp_path):
    for row in (Row(id="a", number=1), Row(id="a", number=2, at=NOON)):
        await tables.merge("things", [row], key="id", newest="at")
    assert [row["number"] for row in rows(tmp_path / "things")] == [2]


async def test_a_key_may_have_several_columns(tables, rows, tmp_path):
    pairs = [
        Pair(one="a", two="x", value=1),
        Pair(one="a", two="y", value=2),
        Pair(one="a", two="x", value=3),
    ]
    await tables.merge("pairs", pairs, key=("one", "two"))
    assert sorted(row["value"] for row in rows(tmp_path / "pairs")) == [2, 3]


async def test_times_are_utc_whatever_their_zone(tables, rows, tmp_path):
    eastern = NOON.astimezone(timezone(timedelta(hours=-5)))
    await tables.merge(
        "things", [Row(id="a", at=eastern), Row(id="b", at=NOON.replace(tzinfo=None))], key="id"
    )
    assert {row["at"] for row in rows(tmp_path / "things")} == {NOON}


async def test_a_column_that_came_later_is_added(tables, rows, tmp_path):
    await tables.merge("things", [Row(id="a")], key="id")
    await tables.merge("things", [WiderRow(id="b")], key="id")
    assert {row["id"]: row["added"] for row in rows(tmp_path / "things")} == {"a": None, "b": "new"}


async def test_nothing_makes_no_table(tables, tmp_path):
    await tables.merge("things", [], key="id")
    assert not (tmp_path / "things").exists()


@pytest.mark.parametrize("name", ["../things", "Things", "a b", ""])
async def test_a_name_that_leads_elsewhere_is_refused(name, tables, tmp_path):
    with pytest.raises(TableError, match="no name for a table"):
        await tables.merge(name, [Row(id="a")], key="id")


async def test_what_comes_while_a_table_is_written_shares_the_next_commit(tables, rows, tmp_path):
    await asyncio.gather(*(tables.merge("things", [Row(id=f"r-{n:03}")], key="id") for n in range(200)))
    assert len(rows(tmp_path / "things")) == 200
    assert DeltaTable(tmp_path / "things").version() <= 3


async def test_many_commits_leave_few_files(tables, rows, tmp_path):
    for number in range(TIDY_EVERY + 5):
        await tables.merge("things", [Row(id=f"r-{number}")], key="id")
    assert len(DeltaTable(tmp_path / "things").file_uris()) < 10
    assert len(rows(tmp_path / "things")) == TIDY_EVERY + 5


async def test_one_that_gives_up_takes_no_one_along(tables, rows, tmp_path):
    waits = [asyncio.create_task(tables.merge("things", [Row(id=f"r-{n}")], key="id")) for n in range(5)]
    await asyncio.sleep(0)
    waits[0].cancel()
    waits[3].cancel()
    done = await asyncio.gather(*waits, return_exceptions=True)
    assert [type(one) for one in done].count(asyncio.CancelledError) == 2
    assert {"r-1", "r-2", "r-4"} <= {row["id"] for row in rows(tmp_path / "things")}


async def test_a_row_that_no_column_takes_fails_alone_and_for_good(tables, rows, tmp_path):
    """Else whoever shares a commit with it would fail with it, again and again."""
    numbers = [10**30 if number == 5 else number for number in range(10)]
    merging = [tables.merge("things", [Row(id=str(number), number=number)], key="id") for number in numbers]
    told = await asyncio.gather(*merging, return_exceptions=True)
    assert [error for error in told if error is not None] == [told[5]]
    assert isinstance(told[5], PermanentError)
    assert str(told[5]).startswith(f"{tmp_path}/things: OverflowError: ")
    assert sorted(row["number"] for row in rows(tmp_path / "things")) == [0, 1, 2, 3, 4, 6, 7, 8, 9]


async def test_a_table_that_cannot_be_written_is_told_and_works_again_later(tables, rows, tmp_path):
    (tmp_path / "things").write_text("in the way")
    waits = (tables.merge("things", [Row(id=f"r-{n}")], key="id") for n in range(3))
    told = await asyncio.gather(*waits, return_exceptions=True)
    assert [type(error) for error in told] == [TableError] * 3
    (tmp_path / "things").unlink()
    await tables.merge("things", [Row(id="r-9")], key="id")
    assert [row["id"] for row in rows(tmp_path / "things")] == ["r-9"]


WRITER = """
import asyncio, sys
from pydantic import BaseModel
from workers.tables import Tables
class Pair(BaseModel):
    one: str
    two: str
    value: int
async def main():
    tables = Tables(sys.argv[1])
    for n in range(30):
        await tables.merge("pairs", [Pair(one=f"r-{n}", two=sys.argv[2], value=n)], key="one")
asyncio.run(main())
"""


def test_processes_that_write_the_same_rows_at_once_double_none(rows, tmp_path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], cwd=ROOT) for name in "ab"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert sorted(row["one"] for row in rows(tmp_path / "pairs")) == sorted(f"r-{n}" for n in range(30))
