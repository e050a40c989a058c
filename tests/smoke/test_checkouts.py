"""What jobs check out is theirs until they end, whoever else is started meanwhile."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from migration_tracker.checkouts import checkout, clear

HOLDER = """
import sys, time, django
from pathlib import Path
from django.conf import settings
settings.configure(CHECKOUTS=Path(sys.argv[1]))
from migration_tracker.checkouts import checkout
with checkout("smoke-") as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _own_checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CHECKOUTS", tmp_path)


def test_a_checkout_is_gone_when_its_job_ends_well_or_not(tmp_path: Path):
    with checkout("smoke-") as folder:
        (folder / "file").touch()
    assert not folder.exists()
    with pytest.raises(KeyError), checkout("smoke-"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_only_what_a_killed_job_left_is_cleared(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        theirs = Path(holder.stdout.readline().strip())
        clear()
        assert theirs.is_dir(), "another process works there"
        holder.kill()
    assert theirs.is_dir()
    with checkout("patch-") as ours:
        clear()
        assert not theirs.exists()
        assert ours.is_dir()
