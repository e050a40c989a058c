"""Which files are the workers: those that use the old client or the new one, by what their names share."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from migration_tracker.definition.proposal.clients import Clients
from migration_tracker.definition.proposal.conclusion import Conclusion, counted, some
from migration_tracker.definition.proposal.survey import Survey
from migration_tracker.scanning import globs

_MOST_ALONE = 10
_USUAL = "**/*_worker.py"


@dataclass(frozen=True, slots=True)
class Workers:
    """The folders that names are below, the globs, and the files these match now."""

    root: Conclusion
    include: Conclusion
    files: tuple[str, ...]


def workers(survey: Survey, clients: Clients) -> Workers:
    """Where the workers are."""
    using = _using(survey, clients)
    if not using:
        return _none(survey)
    shared, alone = _by_ending(using)
    if shared:
        root = _around([path for paths in shared.values() for path in paths])
        patterns = [_narrowest(root, ending, paths, survey) for ending, paths in shared.items()]
        because = [_counts(pattern, using, survey) for pattern in patterns]
        if alone:
            because.append(
                f"They use a client too, but share no name with others, so were not taken: {some(alone)}."
            )
    else:
        root = _around(using)
        patterns = using if len(using) <= _MOST_ALONE else [_below(root, "**/*.py")]
        because = [f"{counted(len(using), 'file')} use one of the clients, and their names share no ending."]
    matches = globs.matcher(patterns)
    return Workers(
        Conclusion((root,), (_where(root),)),
        Conclusion(tuple(patterns), tuple(because)),
        tuple(file.path for file in survey.files if matches(file.path)),
    )


def _by_ending(using: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The files whose names end in the same word, by that word, and the others."""
    endings: dict[str, list[str]] = defaultdict(list)
    for path in using:
        endings[_ending(path)].append(path)
    alone = endings.pop("", [])
    shared = {ending: paths for ending, paths in sorted(endings.items()) if len(paths) > 1}
    if not shared and endings:  # one worker of a kind is still a worker, if no kind has more
        shared = {ending: paths for ending, paths in sorted(endings.items()) if ending == "worker"}
    alone += [path for ending, paths in endings.items() if ending not in shared for path in paths]
    return shared, sorted(alone)


def _narrowest(root: str, ending: str, paths: Sequence[str], survey: Survey) -> str:
    """Of the globs that match all the files, the one that matches the fewest others."""
    parents = {posixpath.basename(posixpath.dirname(path)) for path in paths}
    folders = {posixpath.dirname(path) for path in paths}
    globbed = [_below(root, f"**/*_{ending}.py")]
    if len(parents) == 1 and len(folders) > 1:
        globbed.append(_below(root, f"**/{min(parents)}/*_{ending}.py"))
    if len(folders) == 1:
        globbed.append(f"{min(folders)}/*_{ending}.py".lstrip("/"))
    return min(globbed, key=lambda glob: len(_matched(glob, survey)))


def _counts(pattern: str, using: Sequence[str], survey: Survey) -> str:
    matched = _matched(pattern, survey)
    users = sum(path in using for path in matched)
    return f"{pattern}: {counted(len(matched), 'file')}, of which {users} use one of the clients."


def _matched(pattern: str, survey: Survey) -> list[str]:
    matches = globs.matcher([pattern])
    return [file.path for file in survey.files if matches(file.path)]


def _around(paths: Sequence[str]) -> str:
    """The innermost folder that holds all the files."""
    return posixpath.commonpath([posixpath.dirname(path) for path in paths]) or "."


def _below(root: str, pattern: str) -> str:
    return pattern if root == "." else f"{root}/{pattern}"


def _where(root: str) -> str:
    return "They lie in no folder of their own." if root == "." else f"All of them lie below {root}."


def _using(survey: Survey, clients: Clients) -> list[str]:
    """The files outside the layer that call one of the symbols."""
    symbols = {*clients.legacy.values, *clients.replacement.values}
    layer = clients.sanctioned.values
    return sorted(
        file.path
        for file in survey.files
        if symbols & survey.calls(file) and not _is_in(survey.module(file.path), layer)
    )


def _none(survey: Survey) -> Workers:
    matches = globs.matcher([_USUAL])
    files = tuple(file.path for file in survey.files if matches(file.path))
    return Workers(
        Conclusion((".",), ("Not found; the root is taken.",), found=False),
        Conclusion(
            (_USUAL,),
            (
                "Not found: no file uses one of the clients. Name the files that are migrated one by one.",
                f"This glob matches {counted(len(files), 'file')}.",
            ),
            found=False,
        ),
        files,
    )


def _ending(path: str) -> str:
    """The last word of a file's name, if it has several: `worker` of `download_worker.py`."""
    stem = posixpath.basename(path).removesuffix(".py")
    return stem.rpartition("_")[2] if "_" in stem.strip("_") else ""


def _is_in(module: str, packages: Sequence[str]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in packages)
