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
    """The folder that names are below, the globs, and the files these match now."""

    root: Conclusion
    include: Conclusion
    exclude: Conclusion
    files: tuple[str, ...]


def workers(survey: Survey, clients: Clients) -> Workers:
    """Where the workers are."""
    using = _using(survey, clients)
    if not using:
        return _none(survey)
    shared, alone = _by_ending(using)
    if shared:
        root = _around([path for paths in shared.values() for path in paths])
        patterns = [
            one for ending, paths in shared.items() for one in _globs(root, ending, paths, survey, using)
        ]
        because = [_counts(pattern, using, survey) for pattern in patterns if "*" in pattern]
        if len(because) < len(patterns):
            because.append(
                "The others are named one by one: most files whose names end as theirs use no client."
            )
        if alone:
            because.append(
                f"They use a client too, but share no name with others, so were not taken: {some(alone)}."
            )
    else:
        root = _around(using)
        patterns = using if len(using) <= _MOST_ALONE else _by_folder(using, survey)
        because = [f"{counted(len(using), 'file')} use one of the clients, and their names share no ending."]
    exclude = _starters(survey, patterns, using)
    included, excluded = globs.matcher(patterns), globs.matcher(exclude.values)
    return Workers(
        Conclusion((root,), (_where(root),)),
        Conclusion(tuple(patterns), tuple(because)),
        exclude,
        tuple(file.path for file in survey.files if included(file.path) and not excluded(file.path)),
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


def _globs(root: str, ending: str, paths: Sequence[str], survey: Survey, using: Sequence[str]) -> list[str]:
    """Globs for files whose names end alike: within their folder if they share one, else below the root.

    Where most of what that matches uses no client, the files by their names.
    """
    folders = {posixpath.dirname(path) for path in paths}
    pattern = (
        _below(min(folders) or ".", f"*_{ending}.py")
        if len(folders) == 1
        else _below(root, f"**/*_{ending}.py")
    )
    return [pattern] if _fits(pattern, survey, using) else list(paths)


def _by_folder(using: Sequence[str], survey: Survey) -> list[str]:
    """Globs for the folders where most files use a client, and the names of those in other folders."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in using:
        folders[posixpath.dirname(path)].append(path)
    found: list[str] = []
    for folder, paths in folders.items():
        pattern = _below(folder or ".", "*.py")
        found += [pattern] if len(paths) > 1 and _fits(pattern, survey, using) else paths
    return found


def _fits(pattern: str, survey: Survey, using: Sequence[str]) -> bool:
    """Whether half of the files that a glob matches, or more, use a client."""
    matched = _matched(pattern, survey)
    return 2 * len({*matched} & {*using}) >= len(matched)


def _starters(survey: Survey, patterns: Sequence[str], using: Sequence[str]) -> Conclusion:
    """Globs for what only starts a worker and bears its name, folder by folder."""
    matches = globs.matcher(patterns)
    modules = {survey.module(path) for path in using if matches(path)}
    starters: dict[str, list[str]] = defaultdict(list)
    for file in survey.files:
        if matches(file.path) and file.path not in using and survey.imports(file) & modules:
            starters[_below(posixpath.dirname(file.path) or ".", f"*_{_ending(file.path)}.py")].append(
                file.path
            )
    found: list[str] = []
    because = []
    for pattern, paths in sorted(starters.items()):
        alone = len(_matched(pattern, survey)) == len(paths)
        found += [pattern] if alone else paths
        because.append(
            f"{some(paths)}: no client is used there, and a worker is imported: what starts workers."
        )
    return Conclusion(tuple(found), tuple(because))


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
        Conclusion((), ()),
        files,
    )


def _ending(path: str) -> str:
    """The last word of a file's name, if it has several: `worker` of `download_worker.py`."""
    stem = posixpath.basename(path).removesuffix(".py")
    return stem.rpartition("_")[2] if "_" in stem.strip("_") else ""


def _is_in(module: str, packages: Sequence[str]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in packages)
