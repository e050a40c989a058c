"""The wheel, built from this tree, and environments it is installed into, away from the checkout."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
OURS = ("PYTHON", "VIRTUAL_ENV", "DJANGO_", "TRACKER_", "DATABASE_", "CELERY_", "SECRET_")  # of this test run


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it; `run` starts one of its programs in `folder`."""

    python: Path
    folder: Path

    def run(self, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        tools = self.folder.parent / "tools"  # the sample builds its own environment with uv
        tools.mkdir(exist_ok=True)
        if not (tools / "uv").exists():
            (tools / "uv").symlink_to(UV)
        kept["PATH"] = f"{tools}{os.pathsep}{kept['PATH']}"
        own = {
            "XDG_CACHE_HOME": str(self.folder.parent / "cache"),
            "XDG_DATA_HOME": str(self.folder.parent / "data"),
        }
        return subprocess.run(
            [self.python.with_name(program), *arguments],
            cwd=self.folder,
            env=kept | own | variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def uv(*arguments: str | Path) -> None:
    done = subprocess.run([UV, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel, and the source archive that it was built from."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder)
    return folder


@pytest.fixture(scope="session")
def install(archives: Path, tmp_path_factory: pytest.TempPathFactory):
    """Makes an environment with the wheel and its pinned dependencies; `extra` as `[server]`."""

    def make(extra: str, folder: Path) -> Installed:
        place = tmp_path_factory.mktemp("installed") / "environment"
        uv("venv", "--python", sys.executable, place)
        (wheel,) = archives.glob("*.whl")
        python = place / "bin" / "python"
        uv("pip", "install", "--python", python, "--constraint", "requirements/run.txt", f"{wheel}{extra}")
        return Installed(python, folder)

    return make
