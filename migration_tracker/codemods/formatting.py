"""The formatter that a repository uses, run on a patched file."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

_SECONDS = 30


def formatted(root: Path, path: str, before: str, after: str) -> str:
    """A patched file as the repository's formatter would have it.

    Args:
        root: the repository; its formatter is the one its pyproject.toml configures.
        path: of the file below it.
        before: the file as it was: if the formatter would have changed that too, it is not used here.
        after: the file as it is now.
    """
    tools = _tool_tables(root)
    if "ruff" in tools and (ruff := _program("ruff")):
        command = [ruff, "format", "--quiet", "--stdin-filename", path, "-"]
        if _run(command, root, before) != before:
            return after
        if any(rule.startswith("I") or rule == "ALL" for rule in _selected(tools["ruff"])):
            sort = [ruff, "check", "--quiet", "--fix-only", "--select", "I", "--stdin-filename", path, "-"]
            after = _run(sort, root, after) or after
        return _run(command, root, after) or after
    if "black" in tools and (black := _program("black")):
        command = [black, "--quiet", "--stdin-filename", path, "-"]
        return _run(command, root, after) or after if _run(command, root, before) == before else after
    return after


def _tool_tables(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("ruff.toml", ".ruff.toml"):
        if (root / name).is_file():
            found["ruff"] = _read(root / name)
    tables = _read(root / "pyproject.toml").get("tool", {})
    return {**(tables if isinstance(tables, dict) else {}), **found}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}


def _selected(ruff: Any) -> list[str]:
    tables = [ruff, ruff.get("lint", {})] if isinstance(ruff, dict) else []
    return [str(one) for table in tables for key in ("select", "extend-select") for one in table.get(key, [])]


def _program(name: str) -> str | None:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else shutil.which(name)


def _run(command: list[str], root: Path, content: str) -> str | None:
    """The program's output; None if it could not."""
    try:
        done = subprocess.run(
            command, cwd=root, input=content, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
