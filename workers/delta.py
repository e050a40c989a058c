"""A merge into one Delta table, which bears other writers, and its tidying. Blocking: see `tables`."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from arro3.core import RecordBatch, Schema
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, TableNotFoundError
from pydantic import BaseModel

from workers.errors import RowRefusedError, TableError
from workers.rows import as_batch, distinct

log = structlog.get_logger(__name__)

ATTEMPTS = 10
FIRST_WAIT = 0.05
"""Seconds before a merge that met another writer's is tried again; doubles with each attempt."""
TIDY_EVERY = 50
"""Commits of a table; each leaves a small file, and a merge reads them all."""
TIDY_SIZE = 32 * 1024 * 1024
"""Bytes of a file that is large enough to be left alone."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge into a table is like, whatever its rows are.

    Arguments:
        where: the table's folder or URL; it is made when it is first used.
        model: what its rows are.
        key: the columns that tell rows apart.
        newest: the column that says how new a row is, None if the last one counts.
    """

    where: str
    model: type[BaseModel]
    key: tuple[str, ...]
    newest: str | None

    def run(self, rows: Sequence[BaseModel]) -> None:
        """Merge `rows` with one commit; raises TableError, and RowRefusedError before anything is written."""
        batch = self._batch(rows)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._commit(batch)
                return
            except CommitFailedError as error:
                # Another process wrote meanwhile: what is there must be looked at anew.
                if attempt == ATTEMPTS:
                    raise TableError(f"{self.where}: {ATTEMPTS} times in conflict: {error}") from error
                log.info("table is written by another, trying again", table=self.where, attempt=attempt)
            except Exception as error:  # Delta's, Arrow's and each store's own
                raise TableError(f"{self.where}: {type(error).__name__}: {error}") from error
            time.sleep(FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311

    def _batch(self, rows: Sequence[BaseModel]) -> RecordBatch:
        try:
            return as_batch(self.model, distinct(rows, self.key, self.newest))
        except Exception as error:  # Arrow's own
            raise RowRefusedError(f"{self.where}: {type(error).__name__}: {error}") from error

    def _commit(self, batch: RecordBatch) -> None:
        if "://" not in self.where:
            Path(self.where).mkdir(parents=True, exist_ok=True)
        same = " AND ".join(f"target.{column} = source.{column}" for column in self.key)
        newer = self.newest and (
            f"target.{self.newest} IS NULL OR source.{self.newest} >= target.{self.newest}"
        )
        table = self._opened(batch.schema)
        # Not streamed, for then the smallest and largest key of the batch tell which files need no look.
        merge = table.merge(batch, same, "source", "target", merge_schema=True, streamed_exec=False)
        merge.when_matched_update_all(newer).when_not_matched_insert_all().execute()
        if table.version() % TIDY_EVERY == 0:
            _tidy(table)

    def _opened(self, schema: Schema) -> DeltaTable:
        # Tried, not asked first: DeltaTable.is_deltatable() holds the interpreter's lock while it waits, so a
        # store that does not answer would stop the whole process, its heartbeats included.
        try:
            return DeltaTable(self.where)
        except TableNotFoundError:
            DeltaTable.create(self.where, schema=schema, mode="ignore")
            return DeltaTable(self.where)


def _tidy(table: DeltaTable) -> None:
    """Put small files together, for merges read them all; remove those that are out of use for a week."""
    try:
        table.optimize.compact(target_size=TIDY_SIZE)
        table.vacuum(dry_run=False)
    except Exception as error:  # the rows are in: tidying may as well succeed next time
        log.info("table was not tidied", table=table.table_uri, error=f"{type(error).__name__}: {error}")
