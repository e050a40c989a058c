"""A bundle is checked by the script in it, with Python alone, and tampering does not get past it."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.bundle.verify import ROWS, canonical
from migration_tracker.checklists import services as checklists
from migration_tracker.checklists import waiving
from migration_tracker.checklists.models import today
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.scope import services as scope
from migration_tracker.scope.models import ScopeChange
from tests.conftest import commit
from tests.smoke.test_runs import end

pytestmark = pytest.mark.django_db


@pytest.fixture
def bundle(
    scanned: Callable[[], None],
    sample: Path,
    ada: User,
    person: Callable[..., User],
    client: Client,
    tmp_path: Path,
) -> Path:
    """A migration with something of everything, taken away through the page and unpacked."""
    scanned()
    lea = person("lea", "lead")
    narrow(sample, "Leave out what nobody runs", "src/pipeline/none/**")
    scanned()
    scope.decide(ScopeChange.objects.get(), by=lea, approved=True, reason="it is gone in May")
    narrow(sample, "Leave out more", "src/pipeline/nothing/**")
    scanned()
    direct = Worker.objects.filter(observations__status="direct").distinct().get()
    end(direct, "kafka", "passed")
    end(direct, "eventhub", "failed", "no bootstrap")
    end(direct, "eventhub", "error", "no broker")
    first = checklists.tick(direct, "consume-loop", by=ada, ticked=True, note="später geprüft")
    checklists.tick(direct, "consume-loop", by=ada, ticked=False, seen=first.seen)
    for item in ("consume-loop", "one-message"):
        asked = waiving.ask(direct, item, by=ada, reason="in May", until=today())
        if item == "one-message":
            waiving.decide(asked, by=lea, approved=True, remark="ok")
    of_phase = {"by": ada, "reason": "the hook comes in May", "until": today()}
    waiving.ask_of_phase(direct.migration, "phase-3", "lint", **of_phase)
    client.force_login(ada)
    answer = client.get(f"/m/{direct.migration.key}/evidence.zip")
    folder = tmp_path / "bundle"
    with ZipFile(io.BytesIO(answer.getvalue())) as packed:
        packed.extractall(folder)
    return folder


def narrow(sample: Path, subject: str, left_out: str) -> None:
    file = sample / "migration.toml"
    before, _, after = file.read_text().partition("\n[fingerprint]")
    head, _, kept = before.rstrip().partition("\nexclude = [")
    file.write_text(f'{head.rstrip()}\nexclude = ["{left_out}", {kept or "]"}\n\n[fingerprint]{after}')
    commit(sample, subject)


def verify(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder.parent,
    )
    return done.returncode, done.stdout + done.stderr


def rows(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def put(folder: Path, name: str, changed: list[dict]) -> None:
    """Write rows, and the manifest to match, as somebody would who knows the format."""
    text = "".join(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in changed)
    (folder / name).write_text(text)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"][name] = sha256(text.encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_an_untouched_bundle_holds_and_tells_its_head(bundle: Path):
    code, said = verify(bundle)
    head = rows(bundle, "audit.jsonl")[-1]["digest"]
    assert (code, f"head: {head}" in said) == (0, True), said
    assert verify(bundle, "--head", rows(bundle, "audit.jsonl")[1]["digest"])[0] == 0
    assert {path.name for path in bundle.iterdir()} == {
        "verify.py", "manifest.json", "migration.toml", "audit.jsonl",
        "scans.jsonl", "findings.jsonl", "runs.jsonl", "ticks.jsonl", "waivers.jsonl",
        "scope.jsonl",
    }  # fmt: skip
    counts = {name: len(rows(bundle, f"{name}.jsonl")) for name in ROWS}
    assert counts == {"scans": 3, "runs": 3, "ticks": 2, "waivers": 3, "scope": 2}
    agreed, waiting = rows(bundle, "scope.jsonl")
    assert agreed["says"] == ["src/pipeline/none/** is now left out of the workers"]
    assert [edit["author"] for edit in agreed["edits"]] == ["Ada"]
    assert (agreed["state"], agreed["decided_by"]["name"], agreed["reason"]) == (
        "approved",
        "lea",
        "it is gone in May",
    )
    assert (waiting["state"], waiting["decided_by"]) == ("waiting", None)


def change(row: int, **values: object) -> Callable[[list[dict]], None]:
    return lambda all_rows: all_rows[row].update(values)


def drop(row: int) -> Callable[[list[dict]], None]:
    return lambda all_rows: all_rows.__delitem__(row)


Tampering = Callable[[list[dict]], None]
TAMPERINGS: list[tuple[str, Tampering, str]] = [
    ("runs.jsonl", change(1, result="passed"), "is not what the chain says"),
    ("runs.jsonl", change(1, result="error"), "was removed or altered"),
    ("runs.jsonl", change(0, fingerprint="0" * 64), "was of other code"),
    ("runs.jsonl", drop(1), "was removed or altered"),
    ("ticks.jsonl", change(0, note="I swear"), "is not in the chain"),
    ("ticks.jsonl", drop(1), "a tick of consume-loop"),
    ("waivers.jsonl", change(0, state="approved"), "is not what the chain says"),
    ("waivers.jsonl", change(1, until="2099-01-01"), "is not what the chain says"),
    ("waivers.jsonl", change(2, phase="phase-1"), " of lint of phase-1 is not what the chain says"),
    ("waivers.jsonl", change(2, worker="claimx/one"), "is not what the chain says"),
    ("waivers.jsonl", drop(1), "was removed"),
    ("scans.jsonl", lambda scans: scans[0]["workers"][0].update(status="none"), "was altered"),
    ("scans.jsonl", lambda scans: scans[0]["workers"].pop(), "was altered"),
    ("scans.jsonl", lambda scans: scans[0].update(definition=""), "was altered"),
    ("scans.jsonl", drop(0), "was removed"),
    ("scope.jsonl", change(1, state="approved"), "is not what the chain says"),
    ("scope.jsonl", change(0, says=["nothing"]), "is not what the chain says"),
    ("scope.jsonl", change(0, reason="because"), "is not what the chain says"),
    ("scope.jsonl", lambda changes: changes[0]["decided_by"].update(id=0), "is not what the chain says"),
    ("scope.jsonl", lambda changes: changes[1]["edits"].clear(), "is not what the chain says"),
    ("scope.jsonl", drop(0), "was removed"),
    ("audit.jsonl", change(2, sentence="did nothing"), "entry 3 was altered"),
    ("audit.jsonl", drop(1), "entry 2 is missing"),
    ("audit.jsonl", drop(-1), "the chain ends at entry"),
]


def test_tampering_by_somebody_who_mends_the_manifest_is_found(bundle: Path, tmp_path: Path):
    for number, (name, tamper, flaw) in enumerate(TAMPERINGS):
        copy = tmp_path / str(number)
        shutil.copytree(bundle, copy)
        changed = rows(copy, name)
        tamper(changed)
        put(copy, name, changed)
        code, said = verify(copy)
        assert (code, flaw in said) == (1, True), f"{number}: {flaw}: {said}"


def test_a_file_changed_without_the_manifest_is_found(bundle: Path):
    (bundle / "migration.toml").write_text("")
    (bundle / "findings.jsonl").unlink()
    code, said = verify(bundle)
    assert code == 1
    assert "migration.toml was altered" in said
    assert "findings.jsonl is missing" in said


def test_a_chain_written_anew_is_told_by_a_head_kept_elsewhere(bundle: Path):
    entries = rows(bundle, "audit.jsonl")
    kept = entries[-1]["digest"]
    previous = ""
    for entry in entries:
        entry.pop("digest")
        entry["actor_name"] = "somebody else"
        entry["previous"] = previous
        previous = entry["digest"] = canonical(entry)
    put(bundle, "audit.jsonl", entries)
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["chain"]["head"] = previous
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    assert verify(bundle)[0] == 0  # by itself nothing tells
    code, said = verify(bundle, "--head", kept)
    assert (code, "written anew" in said) == (1, True)


def test_what_is_no_bundle_is_said_in_a_line(bundle: Path):
    (bundle / "runs.jsonl").write_text("[]\n")
    code, said = verify(bundle)
    assert (code, "is no whole bundle" in said, "Traceback" in said) == (1, True, False)


def test_the_command_writes_the_same(scanned: Callable[[], None], tmp_path: Path):
    scanned()
    file = tmp_path / "evidence.zip"
    call_command("evidence_bundle", Migration.objects.get().key, str(file))
    with ZipFile(file) as packed:
        packed.extractall(tmp_path / "out")
    assert verify(tmp_path / "out")[0] == 0
    with pytest.raises(CommandError, match="There is no migration none"):
        call_command("evidence_bundle", "none", str(file))
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("evidence_bundle", Migration.objects.get().key, str(tmp_path))
