"""No file of this project names a package registry: which one is used is the installer's own setting."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REGISTRY = re.compile(
    r"""
      # a well-known host
      \b (?: pypi | pythonhosted | npmjs | yarnpkg | rubygems | crates ) \. [a-z]{2,}
      # an address of a kind that only registries serve
    | https?://\S+ ( /simple\b | /maven2?\b | \.whl\b | \.tgz\b | \.tar\.gz\b )
      # an installer that is told where to look
    | -- (?: extra- )? index-url \b
    | \b registry \s* = \s* https?:
    """,
    re.VERBOSE | re.IGNORECASE,
)


def files() -> list[Path]:
    """What is tracked, and what would be if it were added now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout, so what is tracked cannot be told")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_package_registry():
    named = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}: {found.group()}"
        for path in files()
        if path != Path(__file__)
        for text in [path.read_text(errors="replace")]
        for found in REGISTRY.finditer(text)
    ]
    assert named == []


@pytest.mark.parametrize(
    "text",
    [
        "    # via https://mirror.example/simple/django/",
        "url = 'https://files.example/packages/a-1.0-py3-none-any.whl'",
        "--index-url somewhere",
        "--extra-index-url=somewhere",
        "registry=https://mirror.example",
        "see pypi.example",
        '"resolved": "https://mirror.example/htmx/-/htmx-2.0.0.tgz"',
    ],
)
def test_a_named_registry_is_noticed(text):
    assert REGISTRY.search(f"first line\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "https://docs.djangoproject.com/en/5.2/",
        "a simple thing",
        "the worker registry",
        "--hash=sha256:00",
        "crates of it",
    ],
)
def test_what_is_no_registry_is_left_alone(text):
    assert not REGISTRY.search(text)
