"""What a form is: small modules, and what the scanner must say of the worker among them."""

from dataclasses import dataclass, field

from migration_tracker.scanning import Status

WORKER = "workers/claimx/download_worker.py"
"""Where a form's worker lies; `SCOPE` and `TRANSPORT` of `tests.scanning.trees` go around it."""


@dataclass(frozen=True)
class Form:
    """A small program.

    Args:
        name: what it shows, in words.
        worker: the text of `WORKER`; like all texts here it is dedented before it is written.
        status: what the worker is.
        at: line, kind and via of what counts, in order: direct clients, or the layer's in a migrated worker.
        files: the other files, by path.
    """

    name: str
    worker: str
    status: Status
    at: tuple[tuple[int, str, tuple[str, ...]], ...] = ()
    files: dict[str, str] = field(default_factory=dict)


def direct(name: str, worker: str, *at: tuple[int, str, tuple[str, ...]], **files: str) -> Form:
    """A worker that builds the old client only; `files` are modules beside it."""
    return Form(name, worker, Status.DIRECT, at, named(files))


def nothing(name: str, worker: str, **files: str) -> Form:
    """A worker without any client; `files` are modules beside it."""
    return Form(name, worker, Status.NONE, (), named(files))


def undecided(name: str, worker: str, **files: str) -> Form:
    """A worker of which nobody can tell; `files` are modules beside it."""
    return Form(name, worker, Status.UNKNOWN, (), named(files))


def named(files: dict[str, str]) -> dict[str, str]:
    """Modules beside the worker, by path: `inner__clients` is inner/clients.py, `inner__init` its face."""
    paths = {name: f"/{name}".replace("__", "/").removesuffix("/init") for name in files}
    return {
        f"workers/claimx{path}" + ("/__init__.py" if name.endswith("__init") else ".py"): files[name]
        for name, path in paths.items()
    }


def via(*names: str) -> tuple[str, ...]:
    """The full names of modules beside the worker."""
    return tuple(f"workers.claimx.{name}" for name in names)
