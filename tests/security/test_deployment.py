"""With production's variables Django's deployment checks find nothing; secrets may come from files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEY = "k" * 20 + "0123456789-abcdefghijklmnopqrstuvwxyz-ABC"


def python(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    names = {"PATH": os.environ["PATH"], "TRACKER_DATA_DIR": str(tmp_path / "data"), **variables}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=names, capture_output=True, text=True, check=False,
    )  # fmt: skip


def manage(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return python(tmp_path, "-m", "migration_tracker.manage", *arguments, **variables)


def test_the_deployment_checks_find_nothing(tmp_path):
    done = manage(
        tmp_path, "check", "--deploy", "--fail-level", "INFO",
        SECRET_KEY=KEY, HTTPS="true", ALLOWED_HOSTS="tracker.example.org", PROXIES="1",
        CSRF_TRUSTED_ORIGINS="https://tracker.example.org",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_without_https_they_say_what_is_missing(tmp_path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=KEY)
    assert done.returncode != 0
    assert "SECURE_HSTS_SECONDS" in done.stderr


def test_a_key_that_each_host_would_make_for_itself_is_found_where_there_may_be_several(tmp_path):
    shared = {"DATABASE_URL": "postgres://tracker@127.0.0.1:1/tracker"}
    assert "E001" in manage(tmp_path, "check", "--deploy", **shared).stderr
    assert "E001" not in manage(tmp_path, "check", "--deploy", SECRET_KEY=KEY, **shared).stderr
    assert "E001" not in manage(tmp_path, "check", "--deploy").stderr


SHOWN = "from migration_tracker.settings import *; print(repr(SECRET_KEY), DATABASES['default']['PASSWORD'])"


def test_a_secret_may_come_from_a_file_and_its_last_line_end_does_not_count(tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    (tmp_path / "database").write_text("postgres://tracker:from-a-file@db.example.org/tracker\n")
    files = {"SECRET_KEY_FILE": str(tmp_path / "key"), "DATABASE_URL_FILE": str(tmp_path / "database")}
    done = python(tmp_path, "-c", SHOWN, **files)
    assert done.stdout.splitlines()[-1:] == [f"{KEY!r} from-a-file"], done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL"])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    done = manage(tmp_path, "check", **{f"{name}_FILE": str(tmp_path / "no-such-file")})
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert f"{name}_FILE: {tmp_path / 'no-such-file'}: No such file or directory" in last
