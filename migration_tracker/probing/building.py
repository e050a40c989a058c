"""The environment that a repository's workers run in, built by its `[smoke] setup` from its lock file.

It is built once for each state of the setup commands and the files that `setup_files` name, and kept in the
cache folder under their hash: at its final place, since an environment cannot be moved. A lock keeps two
processes from building the same one, and one that is in use from being removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from migration_tracker.probing import environment
from migration_tracker.probing.crash import last_exception
from migration_tracker.probing.errors import SetupError
from migration_tracker.probing.log import BoundedLog
from migration_tracker.probing.plan import Plan
from migration_tracker.probing.process import Household
from migration_tracker.probing.watch import Watch

KEPT = 10  # environments; of more those go that were not used for longest
_REMEMBERED = 60.0  # seconds: who needs what has just failed to build is told so, and does not try again
_TOOLS = ("UV_", "PIP_")  # settings of those who fetch packages
_NETWORK = ("SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


@dataclass(frozen=True, slots=True)
class Built:
    """An environment that is there: its folder, and the seconds it took to build, 0 if it was."""

    folder: Path
    seconds: float

    @property
    def python(self) -> str:
        """Its interpreter; the harness's own where the setup has made none."""
        own = self.folder / "bin" / "python"
        return str(own) if own.exists() else sys.executable

    def environment(self, names: dict[str, str]) -> dict[str, str]:
        """What leads a process whose environment is `names` to it."""
        return {
            "ENVIRONMENT": str(self.folder),
            "VIRTUAL_ENV": str(self.folder),
            "PATH": os.pathsep.join([str(self.folder / "bin"), names["PATH"]]),
        }


def default_folder() -> Path:
    """Where environments are kept: in TRACKER_DATA_DIR, else in the user's cache folder."""
    if data := os.environ.get("TRACKER_DATA_DIR"):
        return Path(data) / "environments"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "migration-tracker" / "environments"


def build(plan: Plan, scratch: Path, household: Household, stack: ExitStack, watch: Watch) -> Built | None:
    """The plan's environment, built if it is not there; None if the plan sets none up.

    It stays at least until `stack` is closed. Raises SetupError, which holds the log.
    """
    if not plan.setup:
        return None
    root = default_folder()
    root.mkdir(parents=True, exist_ok=True)
    folder, deadline = root / _key(plan), time.monotonic() + plan.timeouts.setup
    lock = stack.enter_context((root / f"{folder.name}.lock").open("w"))
    complete, seconds = folder / ".complete", 0.0
    while True:
        _take(lock, fcntl.LOCK_SH, watch, deadline)
        if complete.exists():
            complete.touch()  # when it was last used
            _prune(root)
            return Built(folder, seconds)
        _take(lock, fcntl.LOCK_EX, watch, deadline)
        if not complete.exists():
            began = time.monotonic()
            _build(plan, folder, scratch, household, watch, deadline)
            seconds = round(time.monotonic() - began, 3)
            complete.touch()


def _build(
    plan: Plan, folder: Path, scratch: Path, household: Household, watch: Watch, deadline: float
) -> None:
    failure = folder.with_suffix(".failed")
    with suppress(FileNotFoundError):
        if time.time() - failure.stat().st_mtime < _REMEMBERED:
            raise SetupError(*json.loads(failure.read_text()))
    shutil.rmtree(folder, ignore_errors=True)  # of a process that was killed
    names = environment.clean(scratch) | _package_settings()
    if household.sandbox:  # what others have downloaded is not for foreign code to change
        names["UV_CACHE_DIR"] = str(scratch / "packages")
        folder.mkdir()
        household.grant(folder)
    names |= {"ENVIRONMENT": str(folder), "VIRTUAL_ENV": str(folder), "UV_PROJECT_ENVIRONMENT": str(folder)}
    log, told = BoundedLog(), ""
    for each in plan.setup:
        command = tuple(environment.fill(part, names, "[smoke] setup") for part in each)
        log.feed(f"$ {' '.join(command)}\n".encode())
        process = household.start(command, folder=plan.folder, environment=names, log=log)
        if not watch.until(lambda p=process: p.exit_code() is not None, deadline - time.monotonic()):  # type: ignore[misc]
            told = f"did not end within {plan.timeouts.setup:g} s"
        else:
            process.drain()
            if code := process.exit_code():
                told = f"exited with code {code}: {last_exception(log.text())}"
        if told:
            shutil.rmtree(folder, ignore_errors=True)
            wrong = (f"[smoke] setup: {' '.join(command)!r} {told}", log.text())
            failure.write_text(json.dumps(wrong))
            raise SetupError(*wrong)
    folder.mkdir(exist_ok=True)
    household.take_back(folder)
    failure.unlink(missing_ok=True)


def _key(plan: Plan) -> str:
    said = hashlib.sha256(
        json.dumps(["2", platform.python_version(), platform.platform(), plan.setup]).encode()
    )
    for name in plan.setup_files:
        try:
            content = (plan.folder / name).read_bytes()
        except OSError as error:
            raise SetupError(f"[smoke] setup_files: {name}: {error.strerror}", "") from error
        said.update(f"\n{name} {len(content)}\n".encode() + content)
    return said.hexdigest()[:32]


def _take(lock: IO[str], kind: int, watch: Watch, deadline: float) -> None:
    """Take the lock, or wait for whoever has it."""

    def taken() -> bool:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    if not watch.until(taken, deadline - time.monotonic()):
        raise SetupError("[smoke] setup: another process has been building the environment for too long", "")


def _prune(root: Path) -> None:
    """Remove the environments that were not used for longest; those in use stay."""
    used = sorted(root.glob("*/.complete"), key=lambda complete: complete.stat().st_mtime, reverse=True)
    for complete in used[KEPT:]:
        with (root / f"{complete.parent.name}.lock").open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(complete.parent, ignore_errors=True)


def _package_settings() -> dict[str, str]:
    """What the harness's own package tools are told, their cache included; only the setup gets it."""
    told = {name: value for name, value in os.environ.items() if name.startswith(_TOOLS) or name in _NETWORK}
    caches = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    # Compiled once, as what runs in it may write no bytecode and would compile all it imports at each start.
    return {"UV_CACHE_DIR": str(Path(caches) / "uv"), "UV_COMPILE_BYTECODE": "1", **told}
