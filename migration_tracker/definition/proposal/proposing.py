"""From a repository's files to the text of a definition."""

from __future__ import annotations

from collections.abc import Callable

from migration_tracker.definition.proposal.clients import clients
from migration_tracker.definition.proposal.reading import File, read
from migration_tracker.definition.proposal.roots import source_roots
from migration_tracker.definition.proposal.starting import starting
from migration_tracker.definition.proposal.survey import Survey
from migration_tracker.definition.proposal.workers import workers
from migration_tracker.definition.proposal.writing import Findings, write
from migration_tracker.scanning import Source, Unreadable
from migration_tracker.scanning.text import MOST_BYTES

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "requirements.txt", "requirements/run.txt")


def propose(source: Source, on_file: Callable[[int, int], None] | None = None) -> str:
    """The text of a `migration.toml` for a repository, with the reasons for all it says as comments.

    Args:
        source: the repository's files. Those below a folder with a `migration.toml` of its own are left out:
            they are another migration.
        on_file: told how many files were read, and of how many.

    Raises:
        SourceError: the files cannot be read.
    """
    paths = [entry.path for entry in source.entries()]
    others = tuple(path.removesuffix("migration.toml") for path in paths if path.endswith("/migration.toml"))
    python = [path for path in paths if path.endswith(".py") and not path.startswith(others)]
    files: list[File] = []
    unread = []
    for number, (path, content) in enumerate(source.read(python, most=MOST_BYTES), 1):
        file = None if isinstance(content, Unreadable) else read(path, content)
        if file is None:
            unread.append(path)
        else:
            files.append(file)
        if on_file is not None:
            on_file(number, len(python))
    roots = source_roots(files)
    survey = Survey(files, roots.values)
    found = clients(survey)
    where = workers(survey, found)
    return write(
        Findings(
            name=found.name or source.root.name,
            read=len(files),
            unread=tuple(unread),
            roots=roots,
            clients=found,
            workers=where,
            starting=starting(survey, where),
            locks=tuple(lock for lock in _LOCKS if lock in paths),
        )
    )
