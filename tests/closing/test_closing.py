"""A finished migration is closed and frozen, and only an administrator opens it again."""

import hashlib
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.checklists import waiving
from migration_tracker.checklists.models import today
from migration_tracker.closing import services
from migration_tracker.closing.models import Closing
from migration_tracker.closing.services import CannotClose
from migration_tracker.inventory.models import Migration, Scan, Worker
from migration_tracker.inventory.tasks import follow
from migration_tracker.smoke import services as smoke
from migration_tracker.smoke.errors import SmokeError
from tests.conftest import commit
from tests.smoke.test_runs import end

pytestmark = pytest.mark.django_db


@pytest.fixture
def lea(person: Callable[..., User]) -> User:
    """A lead."""
    return person("lea", "lead")


@pytest.fixture
def migration(sample: Path, scanned: Callable[[], None]) -> Migration:
    """The sample with its migrated worker only, and one phase that waits."""
    file = sample / "migration.toml"
    text = re.sub(r'    "src/pipeline/(?!\*/workers/event_ingester).*\n', "", file.read_text())
    parts = re.split(r"(?=^\[)", text, flags=re.MULTILINE)
    text = "".join(part for part in parts if not part.startswith("[[phases"))
    waits = '\n[[phases]]\nkey = "later"\ntitle = "Later"\ndeferred = "until the plugin is deployed"\n'
    asks = "".join(
        f'\n[[phases.items]]\nkey = "{one}"\ntitle = "The {one} exists"\ndocument = "{one}.md"\n'
        for one in ("guide", "plan")
    )
    file.write_text(text + waits + asks)
    commit(sample)
    scanned()
    return Migration.objects.get()


@pytest.fixture
def finished(migration: Migration) -> Migration:
    for transport in ("kafka", "eventhub"):
        end(Worker.objects.get(), transport, "passed")
    return migration


def test_what_is_not_finished_is_not_closed_and_says_why(migration: Migration, lea: User):
    with pytest.raises(CannotClose, match="1 of 1 workers are not proven"):
        services.close(migration, by=lea)
    assert not Closing.objects.exists()
    assert Migration.objects.get().closed_at is None


def test_its_report_and_bundle_are_frozen_and_the_chain_keeps_the_bundles_digest(
    finished: Migration, ada: User, lea: User, client: Client, tmp_path: Path
):
    asked = waiving.ask_of_phase(finished, "later", "guide", by=ada, reason="in May", until=today())
    waiving.decide(asked, by=lea, approved=True)
    closing = services.close(finished, by=lea)
    assert f"waived until {today()}: The guide exists" in closing.report
    assert "1 of 1 workers proven" in closing.report
    assert "Later: deferred: until the plugin is deployed" in closing.report
    entry = audit.about(finished).first()
    assert entry is not None
    assert (entry.action, entry.detail["bundle"]) == ("migration.closed", closing.digest)
    client.force_login(lea)
    answer = client.get(f"/m/{finished.key}/closing/{closing.pk}.zip")
    taken = b"".join(answer.streaming_content)
    assert hashlib.sha256(taken).hexdigest() == closing.digest
    ZipFile(io.BytesIO(taken)).extractall(tmp_path / "bundle")
    checked = subprocess.run(
        [sys.executable, tmp_path / "bundle" / "verify.py"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with pytest.raises(CannotClose):
        services.close(finished, by=lea)
    assert Closing.objects.count() == 1


def test_nothing_is_scanned_or_run_by_itself_any_more(finished: Migration, lea: User, sample: Path):
    services.close(finished, by=lea)
    commit(sample, "Later work")
    scans = Scan.objects.count()
    follow()
    assert Scan.objects.count() == scans
    with pytest.raises(SmokeError, match="is closed"):
        smoke.request_all(finished, ["kafka"], by=lea)


def test_an_administrator_opens_it_again_on_the_page_with_a_reason_and_a_lead_cannot(
    finished: Migration, lea: User, person: Callable[..., User], client: Client, sample: Path
):
    client.force_login(lea)
    address = f"/m/{finished.key}/closing"
    assert "Close the migration" in client.get(address).text
    client.post(f"{address}/close")
    assert "This migration is closed" in client.get(finished.get_absolute_url()).text
    assert client.post(f"{address}/reopen", {"reason": "mine"}).status_code == 403
    client.force_login(person("root", "administrator"))
    assert "say why" in client.post(f"{address}/reopen", {"reason": " "}, follow=True).text
    page = client.post(f"{address}/reopen", {"reason": "a worker came back"}, follow=True).text
    assert "a worker came back" in page
    assert "Frozen evidence" in page
    assert Migration.objects.get().closed_at is None
    commit(sample, "Later work")
    follow()
    assert Scan.objects.active().exists()
