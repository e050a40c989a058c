"""The audit trail is append-only, and tampering is seen."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries, services, verification
from migration_tracker.audit.models import INSTALLATION, Chain, Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(ada: User) -> list[Entry]:
    return [
        services.record(ada, "user.renamed", ada, chain=INSTALLATION, sentence=f"took name {n}", n=n)
        for n in range(3)
    ]


def test_entries_form_a_chain_that_verifies(entries: list[Entry]):
    assert [entry.position for entry in entries] == [1, 2, 3]
    assert entries[2].previous == entries[1].digest
    assert verification.verify(INSTALLATION) == verification.Verification(INSTALLATION, 3, "")


def test_chains_do_not_mix(entries: list[Entry], ada: User):
    services.record(ada, "scan.requested", ada, chain="migration:other", sentence="asked for a scan")
    assert verification.verify("migration:other").entries == 1
    assert queries.of_chain(INSTALLATION).count() == 3
    assert queries.about(ada).count() == 4


def test_a_change_and_its_entry_fall_together(ada: User):
    with transaction.atomic():
        services.record(ada, "user.renamed", ada, chain=INSTALLATION, sentence="took a name")
        transaction.set_rollback(True)
    assert not Entry.objects.exists()
    assert verification.verify(INSTALLATION).flaw == ""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_recording_outside_a_transaction_is_refused(ada: User):
    with pytest.raises(transaction.TransactionManagementError, match=r"user\.renamed was recorded outside"):
        services.record(ada, "user.renamed", ada, chain=INSTALLATION, sentence="took a name")


TAMPERING = (
    "UPDATE audit_entry SET sentence = 'did nothing' WHERE position = 2",
    "DELETE FROM audit_entry WHERE position = 3",
    "DELETE FROM audit_entry",
)
TAMPERING_ITS_OWN_WAY = {
    "sqlite": (
        "REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE position = 1",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE position = 2",
    ),
    "postgresql": (
        "TRUNCATE audit_entry",
        "TRUNCATE audit_chain CASCADE",
        "INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET sentence = ''",
    ),
}


@pytest.mark.parametrize("statement", TAMPERING + TAMPERING_ITS_OWN_WAY[connection.vendor])
def test_the_database_itself_refuses_tampering(entries: list[Entry], statement: str):
    connection.check_constraints()  # or what is yet to be checked would be PostgreSQL's reason to refuse
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert verification.verify(INSTALLATION).flaw == ""


ALTERED = {
    "at": "'2001-01-01 00:00:00+00'",
    "actor_id": "NULL",
    "actor_name": "'eve'",
    "action": "'user.deleted'",
    "subject_type": "'inventory.worker'",
    "subject_id": "'0'",
    "subject_label": "'another'",
    "sentence": "'did nothing'",
    "detail": """'{"n": 2}'""",
    "digest": "previous",
}
NO_SUCH_VALUE = {
    "sqlite": {"at": "'yesterday'", "sentence": "x'ff'", "detail": """'{"n": "\\ud800"}'"""},
    "postgresql": {},
}


def drop_the_triggers() -> None:
    with connection.cursor() as cursor:
        for trigger in ("entries_are_not_altered", "entries_are_not_deleted"):
            on_table = "" if connection.vendor == "sqlite" else " ON audit_entry"
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on_table}")


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        *(
            (f"UPDATE audit_entry SET {column} = {value} WHERE position = 2", "entry 2 was altered")
            for column, value in [*ALTERED.items(), *NO_SUCH_VALUE[connection.vendor].items()]
        ),
        ("UPDATE audit_entry SET previous = digest WHERE position = 2", "entry 2 does not follow"),
        ("DELETE FROM audit_entry WHERE position = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entry WHERE position = 3", "ends at entry 2, but 3 were written"),
    ],
)
def test_tampering_by_an_owner_who_dropped_the_triggers_is_seen(
    entries: list[Entry], statement: str, flaw: str
):
    drop_the_triggers()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert flaw in verification.verify(INSTALLATION).flaw
    with pytest.raises(CommandError, match="tampered with: installation"):
        call_command("verify_audit")


def test_the_same_values_kept_in_another_spelling_are_no_tampering(entries: list[Entry]):
    """As after the trail was taken to another database."""
    drop_the_triggers()
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE audit_entry SET detail = '{  "n":  1 }' WHERE position = 2""")
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE audit_entry SET at = replace(at, ' ', 'T') || 'Z'")
    assert verification.verify(INSTALLATION).flaw == ""


@pytest.mark.parametrize("microsecond", [0, 120_000, 1])
def test_what_json_must_escape_and_moments_of_every_length_are_sealed_as_they_are_read(
    ada: User, monkeypatch: pytest.MonkeyPatch, microsecond: int
):
    at = datetime(2026, 11, 26, 7, 8, 9, microsecond, UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    odd = 'a "quote", a \\, a\nline, \x7f, \u2028, é and 👩'
    said = {"z": [1.5, None, True, {"b": 1, "a": odd}], odd: 10**20}
    services.record(None, "user.renamed", ada, chain=INSTALLATION, sentence=odd, said=said)
    with CaptureQueriesContext(connection) as sent:
        assert verification.verify(INSTALLATION).flaw == ""
    assert len(sent) == 2, "the entries and their end: no entry had to be asked itself"


def test_the_command_tells_the_untouched_chains(entries: list[Entry], capsys: pytest.CaptureFixture[str]):
    call_command("verify_audit")
    assert "installation: 3 entries, untouched" in capsys.readouterr().out
    assert Chain.objects.get().head == entries[-1].digest
