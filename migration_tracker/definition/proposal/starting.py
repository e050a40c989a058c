"""How a worker may be started: by a package that runs, by a module that runs it alone, or by its own file."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from migration_tracker.definition.proposal.conclusion import Conclusion, counted
from migration_tracker.definition.proposal.survey import Survey
from migration_tracker.definition.proposal.workers import Workers

_NOT_FOUND = Conclusion(
    (),
    ("Not found: no package of the workers runs, nor do most workers themselves. For example:",),
    found=False,
)


@dataclass(frozen=True, slots=True)
class Starting:
    """The command for all workers, those of single ones, and the environment they need."""

    command: Conclusion
    commands: dict[str, tuple[str, ...]]
    path: Conclusion


def starting(survey: Survey, workers: Workers) -> Starting:
    """How a worker may be started, as far as the files show it."""
    path = Conclusion((), ())
    if survey.roots != (".",):
        path = Conclusion((":".join(survey.roots),), ("Where the imports resolve, if nothing is installed.",))
    (root,) = workers.root.values
    runs = {file.path for file in survey.files if file.is_main}
    package = survey.package(root)
    whole = f"{root}/__main__.py"
    if workers.include.found and package and whole in survey:
        return Starting(
            Conclusion(
                ("python", "-m", package, "{worker}"),
                (f"{whole} is there. That it takes a worker's name is a guess: look.",),
            ),
            {},
            path,
        )
    own = [one for one in workers.files if one in runs]
    if own and len(own) * 2 >= len(workers.files):
        return Starting(
            Conclusion(
                ("python", "-m", f"{package}.{{dotted}}" if package else "{dotted}"),
                (f"{len(own)} of {counted(len(workers.files), 'worker')} do something when they are run.",),
            ),
            {},
            path,
        )
    return Starting(_NOT_FOUND, _runners(survey, workers, runs), path)


def _runners(survey: Survey, workers: Workers, runs: set[str]) -> dict[str, tuple[str, ...]]:
    """Modules that run and import just one worker, by that worker's name."""
    modules = {survey.module(path): path for path in workers.files}
    (root,) = workers.root.values
    commands = {}
    for file in survey.files:
        if file.path in runs and file.path not in workers.files:
            imported = {modules[name] for name in survey.imports(file) & modules.keys()}
            if len(imported) == 1:
                (path,) = imported
                name = path if root == "." else posixpath.relpath(path, root)
                commands[name.removesuffix(".py")] = ("python", "-m", survey.module(file.path))
    return dict(sorted(commands.items()))
