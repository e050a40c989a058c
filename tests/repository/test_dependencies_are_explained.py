"""Every direct dependency has its line in docs/dependencies.md, and no line is left of one that went."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_IN_PYPROJECT = {"uv"}  # the Makefile installs it


def name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement).group().lower()


def direct() -> set[str]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = pyproject["project"]
    groups = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *pyproject["dependency-groups"].values(),
        [
            line
            for line in (ROOT / "requirements/proton.in").read_text().splitlines()
            if not line.startswith("#")
        ],
    ]
    return {name(requirement) for group in groups for requirement in group} - {project["name"]}


def explained() -> list[str]:
    rows = re.findall(
        r"^\| ([\w.-]+) \| (.+) \| (.+) \|$", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE
    )
    return [package for package, _, _ in rows if package != "package"]


def test_every_direct_dependency_is_explained_once():
    assert sorted(explained()) == sorted(direct() | NOT_IN_PYPROJECT)
