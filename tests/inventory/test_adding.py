"""A migration is added by a folder or an address, fetched and never run; webhooks queue its scans."""

import base64
import hashlib
import hmac
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from migration_tracker.accounts.models import User
from migration_tracker.inventory import adding, queries, services
from migration_tracker.inventory.adding import Place
from migration_tracker.inventory.errors import CannotRegister
from migration_tracker.inventory.models import Delivery, Migration, Scan
from migration_tracker.inventory.tasks import poll_one, run_scan
from tests.conftest import commit, git
from tests.fetching.conftest import Served, served

__all__ = ["served"]

pytestmark = pytest.mark.django_db

SECRET = "a webhook's secret"
TOKEN = "canary-token"


@pytest.fixture
def origin(sample: Path) -> Path:
    """What `served` serves."""
    return sample


@pytest.fixture
def credentials(tmp_path: Path, settings: Settings) -> Path:
    """Credentials called `host`, for git.example.org."""
    settings.CREDENTIALS_DIR = str(tmp_path / "credentials")
    folder = tmp_path / "credentials" / "host"
    folder.mkdir(parents=True)
    for name, text in (("hosts", "git.example.org"), ("token", TOKEN), ("webhook-secret", SECRET)):
        (folder / name).write_text(f"{text}\n")
    return folder


@pytest.fixture
def remote(
    served: Served,
    names: Callable[..., list[str]],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """The address of the sample repository on a server."""
    monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 3600)
    names("git.example.org", ["127.0.0.1"])
    settings.OUTBOUND_ALLOWED_HOSTS = ["git.example.org"]
    settings.DATA_DIR = tmp_path / "data"
    return f"https://git.example.org:{served.port}/origin.git"


@pytest.fixture
def administrator(client: Client, person: Callable[..., User]) -> Client:
    client.force_login(person("root", "administrator"))
    return client


class TestByAddress:
    def test_it_is_fetched_with_its_credentials_scanned_at_its_commit_and_followed(
        self, remote: str, credentials: Path, served: Served, sample: Path, tmp_path: Path
    ):
        migration = adding.add(Place.of(remote, "host"), by=None)
        run_scan(services.request_scan(migration, by=None).pk)
        scan = queries.latest_scan(migration)
        assert scan is not None, migration.scans.get().error
        assert scan.commit == git(sample, "rev-parse", "HEAD")
        assert sorted(scan.observations.values_list("status", flat=True)) == ["direct", "migrated"]
        expected = base64.b64encode(f"token:{TOKEN}".encode()).decode()
        assert {authorization for _, authorization in served.asked} == {f"Basic {expected}"}
        assert not (Path(migration.location) / "migration.toml").exists()
        new = commit(sample, "More")
        shutil.rmtree(tmp_path / "served" / "origin.git")
        shutil.copytree(sample / ".git", tmp_path / "served" / "origin.git")
        git(tmp_path / "served" / "origin.git", "update-server-info")
        poll_one(migration.pk)
        run_scan(Scan.objects.active().get().pk)
        latest = queries.latest_scan(migration)
        assert latest is not None
        assert latest.commit == new
        assert adding.add(Place.of(remote, "host"), by=None) == migration

    def test_what_cannot_be_fetched_is_told_once_and_what_was_known_stays(
        self, remote: str, credentials: Path, served: Served
    ):
        migration = adding.add(Place.of(remote, "host"), by=None)
        run_scan(services.request_scan(migration, by=None).pk)
        served.moved = "https://elsewhere.example"
        for _ in range(2):
            poll_one(migration.pk)
            if active := Scan.objects.active().first():
                run_scan(active.pk)
        assert [bool(scan.error) for scan in migration.scans.all()] == [True, False]
        assert TOKEN not in migration.scans.all()[0].error
        assert queries.latest_scan(migration) is not None

    def test_credentials_are_shown_only_to_the_hosts_they_are_for(
        self, remote: str, credentials: Path, served: Served
    ):
        (credentials / "hosts").write_text("other.example\n")
        with pytest.raises(CannotRegister, match=r"not for git\.example\.org"):
            adding.look(Place.of(remote, "host"))
        with pytest.raises(CannotRegister, match="no credentials “missing”"):
            adding.look(Place.of(remote, "missing"))
        with pytest.raises(CannotRegister, match=r"no credentials “\.\./host”"):
            adding.look(Place.of(remote, "../host"))
        assert served.asked == []

    @pytest.mark.parametrize(
        "place", ["file:///etc", "ext::sh -c true", "http://example.org/a", "--upload-pack"]
    )
    def test_other_ways_are_refused(self, place: str):
        with pytest.raises(CannotRegister, match=r"address|folder"):
            adding.look(Place.of(place))


class TestThePage:
    def test_it_looks_first_and_saves_nothing_then_adds(self, administrator: Client, sample: Path):
        page = administrator.post("/add/", {"place": str(sample), "look": "1"}).text
        assert "it names\n          2 workers" in page
        assert "matches no worker" in page, "the sample's phases name workers that were taken away"
        assert not Migration.objects.exists()
        answer = administrator.post("/add/", {"place": str(sample), "add": "1"})
        migration = Migration.objects.get()
        assert answer.headers["Location"] == migration.get_absolute_url()
        assert Scan.objects.active().get().migration == migration

    def test_a_fault_of_the_definition_is_shown_with_file_line_and_key_and_nothing_is_saved(
        self, administrator: Client, sample: Path
    ):
        file = sample / "migration.toml"
        file.write_text(file.read_text().replace("[legacy]", "[legasy]"))
        answer = administrator.post("/add/", {"place": str(sample), "add": "1"})
        assert answer.status_code == 422
        assert "migration.toml:" in answer.text
        assert "legasy" in answer.text
        assert not Migration.objects.exists()

    def test_it_names_credentials_and_shows_none(self, administrator: Client, credentials: Path):
        page = administrator.get("/add/").text
        assert '<option value="host">host</option>' in page
        assert TOKEN not in page


def test_a_folder_that_is_not_there_or_has_no_definition_is_told_with_what_to_do(tmp_path: Path):
    with pytest.raises(CannotRegister, match="nowhere: there is no such folder"):
        adding.add(Place(folder=tmp_path / "nowhere"), by=None)
    with pytest.raises(CannotRegister, match=r"there is no migration\.toml; `migration-tracker init`"):
        adding.add(Place(folder=tmp_path), by=None)


def test_the_command_adds_by_address_too(remote: str, credentials: Path, capsys: pytest.CaptureFixture[str]):
    call_command("register", remote, access="host")
    assert remote in capsys.readouterr().out
    assert Migration.objects.get().access == "host"


class TestWebhooks:
    BODY = json.dumps({"ref": "refs/heads/main", "after": "1" * 40})

    @pytest.fixture
    def migration(self, sample: Path, credentials: Path) -> Migration:
        return adding.add(Place(folder=sample, access="host"), by=None)

    def push(self, client: Client, migration: str, headers: dict[str, str], body: str = BODY) -> int:
        return client.post(
            f"/hooks/{migration}", body, content_type="application/json", headers=headers
        ).status_code

    @staticmethod
    def signed(secret: str, body: str = BODY) -> dict[str, str]:
        digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}"}

    @staticmethod
    def basic(password: str) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"ado:{password}".encode()).decode()}

    def test_each_host_has_its_way_and_queues_one_scan(self, migration: Migration, client: Client):
        ways = (self.signed(SECRET), {"X-Gitlab-Token": SECRET}, self.basic(SECRET))
        for number, headers in enumerate(ways):
            Delivery.objects.all().delete()
            Scan.objects.all().delete()
            assert self.push(client, migration.key, headers) == 202, number
            assert Scan.objects.active().count() == 1

    def test_a_wrong_secret_queues_nothing(self, migration: Migration, client: Client):
        ways = (
            {},
            self.signed("guessed"),
            self.signed(SECRET, "another body"),
            {"X-Hub-Signature-256": "sha1=0"},
            {"X-Hub-Signature-256": "sha256=é"},
            {"X-Gitlab-Token": "guessed"},
            {"X-Gitlab-Token": ""},
            self.basic("guessed"),
            {"Authorization": "Basic %%%"},
            {"Authorization": "Bearer x"},
        )
        assert {self.push(client, migration.key, headers) for headers in ways} == {403}
        assert self.push(client, "no-such", self.signed(SECRET)) == 403
        assert not Scan.objects.exists()

    def test_a_migration_without_a_secret_takes_none(
        self, migration: Migration, client: Client, credentials: Path
    ):
        (credentials / "webhook-secret").write_text("")
        assert self.push(client, migration.key, self.signed("")) == 403
        assert self.push(client, migration.key, {"X-Gitlab-Token": ""}) == 403

    def test_what_was_told_before_queues_nothing_again(
        self, migration: Migration, client: Client, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 3600)
        assert self.push(client, migration.key, self.signed(SECRET)) == 202
        run_scan(Scan.objects.active().get().pk)
        again = {**self.signed(SECRET), "X-GitHub-Delivery": "another id"}
        assert self.push(client, migration.key, again) == 200
        assert not Scan.objects.active().exists()

    def test_many_pushes_queue_one_scan(self, migration: Migration, client: Client):
        for number in range(5):
            body = f'{{"after": "{number}"}}'
            assert self.push(client, migration.key, self.signed(SECRET, body), body) == 202
        assert Scan.objects.count() == 1

    def test_a_body_that_is_too_large_is_not_read(self, migration: Migration, client: Client):
        assert self.push(client, migration.key, {}, "x" * 2_000_001) == 413
        assert self.push(client, migration.key, {"Content-Length": "many"}) == 411
