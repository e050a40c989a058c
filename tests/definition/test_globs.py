"""Globs stay within parts unless they say otherwise."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_tracker.scanning import globs


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("workers/*.py", "workers/a.py", True),
        ("workers/*.py", "workers/b/a.py", False),
        ("workers/**/*.py", "workers/a.py", True),
        ("workers/**/*.py", "workers/b/c/a.py", True),
        ("workers/**", "workers/b/c/a.py", True),
        ("**/a.py", "a.py", True),
        ("./a.py", "a.py", True),
        ("a?.py", "ab.py", True),
        ("a?.py", "a/.py", False),
        ("[ab].py", "b.py", True),
        ("[!ab].py", "b.py", False),
        ("[a-c].py", "b.py", True),
        ("a.py", "axpy", False),
        ("plugins/**", "plugins", False),
    ],
)
def test_a_glob_matches_what_it_says(glob: str, path: str, matches: bool) -> None:
    assert globs.matcher([glob])(path) is matches


@given(st.lists(st.text("ab.*?[]!/\\", max_size=8), max_size=3), st.text("ab./", max_size=8))
def test_any_glob_is_refused_or_usable(written: list[str], path: str) -> None:
    good = [glob for glob in written if globs.problem(glob) is None]

    assert globs.matcher(good)(path) in {True, False}


@given(st.lists(st.sampled_from(["a", "b*", "?", "[ab]c", "**"]), min_size=1, max_size=4))
def test_what_exists_is_found_as_pathlib_finds_it(parts: list[str]) -> None:
    glob = "/".join(parts)
    if parts[-1] == "**":
        glob += "/*"
    here = Path(__file__).parent.parent.parent / "migration_tracker" / "definition"
    paths = {str(PurePosixPath(path.relative_to(here))) for path in here.rglob("*.py")}

    found = {str(path.relative_to(here)) for path in here.glob(glob) if path.suffix == ".py"}

    assert {path for path in paths if globs.matcher([glob])(path)} == found
