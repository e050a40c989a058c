"""Who owns a file, by the examples of GitHub's own documentation."""

from pathlib import Path

import pytest

from migration_tracker.scanning import codeowners
from migration_tracker.scanning.codeowners import CodeOwners, parse
from tests.conftest import commit, git


@pytest.mark.parametrize(
    ("line", "path", "owned"),
    [
        ("* @all", "a/b/c.py", True),
        ("*.js @js", "deep/down/x.js", True),
        ("*.js @js", "deep/down/x.jsx", False),
        ("/build/logs/ @doctocat", "build/logs/today/x.log", True),
        ("/build/logs/ @doctocat", "other/build/logs/x.log", False),
        ("docs/* @docs", "docs/getting-started.md", True),
        ("docs/* @docs", "docs/build-app/troubleshooting.md", False),
        ("apps/ @octocat", "deep/apps/x.py", True),
        ("apps/ @octocat", "apps", False),
        ("/docs/ @docs", "docs/a/b.md", True),
        ("**/logs @octocat", "deeply/nested/logs/x", True),
        ("/scripts/**/run?.py @run", "scripts/a/b/run1.py", True),
        ("my\\ folder/ @me", "my folder/x.py", True),
        ("workers/claimx @team # the claims", "workers/claimx/x_worker.py", True),
        ("# workers @team", "workers/x.py", False),
        ("!workers @team", "workers/x.py", False),
    ],
)
def test_a_pattern_matches_what_github_says_it_does(line: str, path: str, owned: bool):
    assert bool(CodeOwners(parse(line)).of(path)) == owned


def test_the_last_pattern_wins_and_may_say_that_nobody_owns_it():
    owners = CodeOwners(parse("* @all\n/apps/ @octo a@example.org\n/apps/github\n"))
    assert owners.of("x") == ("@all",)
    assert owners.of("apps/x") == ("@octo", "a@example.org")
    assert owners.of("apps/github") == ()


def test_a_section_gives_its_owners_to_the_lines_without_any():
    owners = CodeOwners(parse("[Database][2] @dba\nmodel/\nmodel/own/ @own\n^[Optional]\ndocs/\n"))
    assert owners.of("model/x") == ("@dba",)
    assert owners.of("model/own/x") == ("@own",)
    assert owners.of("docs/x") == ()


def test_the_file_of_the_commit_counts_for_a_folder_below_the_root_too(tmp_path: Path):
    git(tmp_path, "init", "--quiet")
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "x.py").touch()
    before = commit(tmp_path)
    (tmp_path / "CODEOWNERS").write_text("/part/ @part\n")
    after = commit(tmp_path)
    assert codeowners.read(tmp_path / "part", after).of("x.py") == ("@part",)
    assert codeowners.read(tmp_path / "part", before).of("x.py") == ()
