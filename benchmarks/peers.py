"""Other tools that find uses of a name, each with the best configuration we know; see `peer_rules`.

They live in an environment of their own (`make peers`), pinned by requirements/peers-scanning.txt.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RULES = Path(__file__).parent / "peer_rules"
ENVIRONMENT = Path(__file__).parents[1] / ".venv" / "peers" / "bin"

Found = dict[str, set[int]]
"""The lines that a tool reports, by path."""

_PLACE = re.compile(r"^(?:\./)?(.+?)[:@](\d+):\d+:? ", re.MULTILINE)
_VERSION = re.compile(r"\d+(?:\.\d+)+")


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool.

    Args:
        name: what it is called.
        program: the program it is.
        command: what is run in the folder that is looked through; what it needs there is put there first.
        read: the places in what it prints.
        configuration: how it was set up, in words.
    """

    name: str
    program: str
    command: Callable[[str], list[str]]
    read: Callable[[str], Found]
    configuration: str
    needs: tuple[tuple[str, Path | str], ...] = ()

    def find(self, environment: Path) -> str | None:
        """Where it is: in the peers' environment, or on the PATH; None if it is missing."""
        return shutil.which(self.program, path=f"{environment}{os.pathsep}{os.environ.get('PATH', '')}")

    def version(self, program: str) -> str:
        """What it says its version is."""
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, env=_environment(), check=False
        )
        found = _VERSION.search(done.stdout + done.stderr)
        return found[0] if found else "?"

    def environment(self) -> dict[str, str]:
        """Variables with which it asks no network."""
        return dict(_QUIET)

    def prepare(self, folder: Path) -> None:
        """Put into a folder what it needs there."""
        for name, content in self.needs:
            text = content if isinstance(content, str) else content.read_text()
            (folder / name).write_text(text)

    def run(self, program: str, folder: Path) -> Found:
        """Look through a folder that was prepared."""
        done = subprocess.run(
            self.command(program), cwd=folder, capture_output=True, text=True, env=_environment(), check=False
        )
        return self.read(done.stdout)


def _environment() -> dict[str, str]:
    return os.environ | _QUIET


_QUIET = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0", "NO_COLOR": "1"}


def _by_places(printed: str) -> Found:
    found: Found = {}
    for path, line in _PLACE.findall(printed):
        found.setdefault(path, set()).add(int(line))
    return found


def _by_ast_grep(printed: str) -> Found:
    found: Found = {}
    for line in printed.splitlines():
        place = json.loads(line)
        found.setdefault(place["file"].removeprefix("./"), set()).add(place["range"]["start"]["line"] + 1)
    return found


def _by_semgrep(printed: str) -> Found:
    found: Found = {}
    for place in json.loads(printed)["results"]:
        found.setdefault(place["path"], set()).add(place["start"]["line"])
    return found


_FIXIT = '[tool.fixit]\nroot = true\nenable = [".legacy_client"]\ndisable = ["fixit.rules"]\n'

RUFF = Peer(
    "ruff",
    "ruff",
    lambda program: [
        *(program, "check", "--config", str(RULES / "ruff.toml"), "--no-cache"),
        *("--output-format", "concise", "--quiet", "."),
    ],
    _by_places,
    "TID251, banned-api: the whole package (better than the two symbols); the layer ignored",
)
AST_GREP = Peer(
    "ast-grep",
    "ast-grep",
    lambda program: [program, "scan", "--rule", str(RULES / "ast-grep.yml"), "--json=stream", "."],
    _by_ast_grep,
    "any use of the names beyond their import, imports under another name, star imports; the layer ignored",
)
SEMGREP = Peer(
    "semgrep",
    "semgrep",
    lambda program: [
        *(program, "scan", "--config", str(RULES / "semgrep.yml"), "--metrics=off"),
        *("--disable-version-check", "--no-git-ignore", "--json", "--quiet", "."),
    ],
    _by_semgrep,
    "patterns for use, call, base class, star import and the package's modules; the layer excluded; offline",
)
FIXIT = Peer(
    "fixit",
    "fixit",
    lambda program: [program, "--quiet", "lint", "."],
    _by_places,
    "a rule of ours over QualifiedNameProvider: every name that resolves to one, and star imports",
    (
        ("legacy_client.py", RULES / "fixit" / "legacy_client.py"),
        ("pyproject.toml", _FIXIT),
        ("__init__.py", ""),
    ),
)
RIPGREP = Peer(
    "ripgrep",
    "rg",
    lambda program: [
        program,
        "--line-number",
        "--column",
        "--no-heading",
        r"AIOKafka(Consumer|Producer)\b",
        "-g",
        "*.py",
    ],
    lambda printed: _by_places(re.sub(r"^(.+?:\d+:\d+:)", r"\1 ", printed, flags=re.MULTILINE)),
    "the two names as words",
)

PEERS = (RUFF, AST_GREP, SEMGREP, FIXIT)
