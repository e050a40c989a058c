"""Delta tables: rows are merged on their key, so that a repeated message doubles none."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel

from workers.errors import RowRefusedError, TableError

if TYPE_CHECKING:
    from workers.delta import Merge

DEFAULT = "var/tables"
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(slots=True, eq=False)
class Waiting:
    """Rows that somebody waits to see written."""

    rows: Sequence[BaseModel]
    written: bool = False


class Tables:
    """Delta tables below a root URL: `abfss://…`, or a plain folder.

    Everything blocking runs in a thread. What comes for a table while it is being written is kept, and
    written with one commit afterwards: as many messages as are in hand share the price of a commit.
    The store's credentials come from its own environment variables.
    """

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._waiting: defaultdict[Merge, list[Waiting]] = defaultdict(list)
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The tables below TABLES_URL; in the folder `var/tables` if it names none."""
        return cls(environ.get("TABLES_URL", "").strip() or DEFAULT)

    async def merge(
        self,
        table: str,
        rows: Sequence[BaseModel],
        *,
        key: str | tuple[str, ...],
        newest: str | None = None,
    ) -> None:
        """Return when all of `rows` are in `table`: updated where their key is there already, else inserted.

        Arguments:
            table: name of the table, created from the rows' model when it is first used.
            rows: of one model; its fields are the columns, those marked `exclude` are not.
            key: the column, or columns, that tell rows apart; never null.
            newest: the column that says how new a row is: an older one then replaces no newer one.

        Errors: TableError; some of the rows may have been written, and merging them again does no harm.
        RowRefusedError, a PermanentError too, if no column takes what is in one of these rows.
        """
        if not rows:
            return
        if not NAME.fullmatch(table):
            raise TableError(f"{table!r} is no name for a table: small letters, digits and _ only")
        from workers.delta import Merge  # not every worker that can write tables does so at once

        columns = (key,) if isinstance(key, str) else key
        merge = Merge(f"{self._root}/{table}", type(rows[0]), columns, newest)
        own, waiting = Waiting(rows), self._waiting[merge]
        waiting.append(own)
        try:
            async with self._one_at_a_time[table]:
                if not own.written:
                    together = tuple(waiting)
                    try:
                        await asyncio.to_thread(merge.run, [row for one in together for row in one.rows])
                    except RowRefusedError:
                        if len(together) == 1:
                            raise
                        together = (own,)  # whose row is bad is found out one by one
                        await asyncio.to_thread(merge.run, rows)
                    for one in together:
                        one.written = True
        finally:
            waiting.remove(own)
