"""The wheel, installed away from the checkout, used on the sample repository."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import urllib.request
import zipfile
from pathlib import Path

import pytest

from migration_tracker import __version__
from tests.conftest import SAMPLE, commit, git
from tests.release.conftest import ROOT, Installed, uv

pytestmark = pytest.mark.xdist_group("wheel")
WORKER = "verisk/workers/enrichment_worker"


def tracked(*folders: str) -> set[str]:
    return set(git(ROOT, "ls-files", *folders).splitlines())


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "sample"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


@pytest.fixture(scope="session")
def base(install, sample_folder: Path) -> Installed:
    return install("", sample_folder)


def test_the_wheel_carries_all_of_the_tracker_and_nothing_else(archives):
    (wheel,) = archives.glob("*.whl")
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert carried == tracked("migration_tracker", "transport") | {
        f"migration_tracker/{name}" for name in tracked("templates", "static")
    }


def test_the_source_archive_holds_what_the_wheel_is_built_from(archives):
    (source,) = archives.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert held >= tracked(
        "migration_tracker", "transport", "templates", "static", "pyproject.toml", "README.md"
    )
    assert not {name for name in held if name.startswith(("var/", ".venv/"))}


def test_without_the_server_it_scans_lints_and_patches(base):
    assert base.run("migration-tracker", "--version").stdout == f"migration-tracker {__version__}\n"
    assert base.run("python", "-c", "import django").returncode == 1

    scanned = json.loads(base.run("migration-tracker", "scan", "--format", "json").stdout)
    assert [worker["status"] for worker in scanned["workers"]].count("direct") == 9
    history = base.run("migration-tracker", "history", "--format", "json")
    assert json.loads(history.stdout)["direct"] == 9
    assert base.run("migration-tracker", "lint").returncode == 0
    patched = base.run("migration-tracker", "patch", WORKER)
    assert patched.returncode == 0, patched.stderr
    assert "+++ b/src/pipeline/verisk/workers/enrichment_worker.py" in patched.stdout


def test_without_the_server_it_boots_workers_on_a_broker_and_says_what_another_one_needs(base):
    done = base.run(
        "migration-tracker", "smoke", "claimx/workers/event_ingester", "--level=ready", "--format=json"
    )
    results = {run["transport"]: run for run in json.loads(done.stdout)["runs"]}
    assert results["kafka"]["result"] == "passed", done.stdout
    assert results["eventhub"]["result"] == "error"
    assert "pip install 'migration-tracker[event-hubs]'" in results["eventhub"]["reason"]
    assert done.returncode == 3


def test_without_the_server_its_program_says_in_one_line_what_to_install(base):
    done = base.run("migration-tracker-server", "check")
    assert done.returncode == 1
    assert done.stderr == (
        "migration-tracker-server: django is not installed;"
        " the tracker needs: pip install 'migration-tracker[server]'\n"
    )


PAGE = """
import migration_tracker, django
from django.core.management import call_command
django.setup()
call_command("check")
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from django.conf import settings
from django.test import Client
page = Client(HTTP_HOST="localhost").get("/sign-in/")
print(migration_tracker.__file__)
print(settings.DATA_DIR)
links = [link for link in page.content.decode().split('"') if link.startswith("/static/")]
print(page.status_code, *[Client(HTTP_HOST="localhost").get(link).status_code for link in links])
"""


def test_the_server_serves_its_pages_away_from_the_checkout(archives, tmp_path):
    """The short form of the next test: the dependencies are those of this environment."""
    (wheel,) = archives.glob("*.whl")
    uv("pip", "install", "--no-deps", "--target", tmp_path / "packages", wheel)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    done = Installed(Path(sys.executable), folder).run(
        "python",
        "-c",
        PAGE,
        PYTHONPATH=str(tmp_path / "packages"),
        DJANGO_SETTINGS_MODULE="migration_tracker.settings",
    )
    assert done.returncode == 0, done.stderr
    checked, package, data, statuses = done.stdout.splitlines()
    assert "no issues" in checked
    assert Path(package).is_relative_to(tmp_path / "packages")
    assert Path(data) == tmp_path / "data" / "migration-tracker"
    page, *links = statuses.split()
    assert page == "200"
    assert links, "the page links no style sheet and no script"
    assert set(links) == {"200"}
    assert list(folder.iterdir()) == []


@pytest.mark.long
def test_the_server_is_installed_and_run_with_what_its_extra_brings(install, tmp_path, unused_tcp_port):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    server = install("[server]", folder)
    with subprocess.Popen(
        [server.python.with_name("migration-tracker-server"), "run"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PORT": str(unused_tcp_port),
            "TRACKER_DATA_DIR": str(tmp_path / "data"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        said = []
        overdue = threading.Timer(120, running.kill)
        overdue.start()
        for line in running.stdout:
            said.append(line)
            if line.startswith("Open http"):
                break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{unused_tcp_port}/", timeout=20) as answer:
                assert answer.status == 200, "".join(said)
        finally:
            overdue.cancel()
            running.send_signal(signal.SIGINT)
            running.stdout.read()
    assert running.returncode == 0
