"""The audit trail is append-only, and tampering is seen."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries, services
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
    assert services.verify(INSTALLATION) == services.Verification(INSTALLATION, 3, "")


def test_chains_do_not_mix(entries: list[Entry], ada: User):
    services.record(ada, "scan.requested", ada, chain="migration:other", sentence="asked for a scan")
    assert services.verify("migration:other").entries == 1
    assert queries.of_chain(INSTALLATION).count() == 3
    assert queries.about(ada).count() == 4


def test_a_change_and_its_entry_fall_together(ada: User):
    with transaction.atomic():
        services.record(ada, "user.renamed", ada, chain=INSTALLATION, sentence="took a name")
        transaction.set_rollback(True)
    assert not Entry.objects.exists()
    assert services.verify(INSTALLATION).flaw == ""


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
    assert services.verify(INSTALLATION).flaw == ""


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        ("UPDATE audit_entry SET sentence = 'did nothing' WHERE position = 2", "entry 2 was altered"),
        ("DELETE FROM audit_entry WHERE position = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entry WHERE position = 3", "ends at entry 2, but 3 were written"),
    ],
)
def test_tampering_by_an_owner_who_dropped_the_triggers_is_seen(
    entries: list[Entry], statement: str, flaw: str
):
    with connection.cursor() as cursor:
        for trigger in ("entries_are_not_altered", "entries_are_not_deleted"):
            on_table = "" if connection.vendor == "sqlite" else " ON audit_entry"
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on_table}")
        cursor.execute(statement)
    assert flaw in services.verify(INSTALLATION).flaw
    with pytest.raises(CommandError, match="tampered with: installation"):
        call_command("verify_audit")


def test_the_command_tells_the_untouched_chains(entries: list[Entry], capsys: pytest.CaptureFixture[str]):
    call_command("verify_audit")
    assert "installation: 3 entries, untouched" in capsys.readouterr().out
    assert Chain.objects.get().head == entries[-1].digest
