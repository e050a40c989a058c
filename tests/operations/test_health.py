"""What probes are told, by whatever name they ask: alive asks nobody, ready names what is in the way."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

BY_ADDRESS = "10.244.1.7:8000"  # as a probe sends it; it is in no ALLOWED_HOSTS


def test_alive_asks_no_database(client: Client):
    answer = client.get("/healthz", headers={"host": BY_ADDRESS})
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_a_probe_is_not_sent_to_https(client: Client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz", headers={"host": BY_ADDRESS}).status_code == 200


@pytest.mark.django_db
def test_ready_when_database_migrations_and_broker_are(client: Client):
    answer = client.get("/readyz", headers={"host": BY_ADDRESS})
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {
            "database": "the database answers",
            "migrations": "all migrations are applied",
            "broker": "the broker answers",
        },
    }


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client):
    (latest,) = MigrationLoader(connection).graph.leaf_nodes("smoke")
    MigrationRecorder(connection).record_unapplied(*latest)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "migrations are not applied" in answer.json()["checks"]["migrations"]


@pytest.mark.django_db
def test_not_ready_without_the_broker_and_no_word_of_where_it_was(client: Client, no_broker):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == "the broker does not answer"
    assert "127.0.0.1" not in answer.content.decode()


def test_not_ready_without_the_database(client: Client, settings, tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        connection.close()
        name, connection.settings_dict["NAME"] = (
            connection.settings_dict["NAME"],
            "/no/where",
        )
        try:
            answer = client.get("/readyz")
        finally:
            connection.close()
            connection.settings_dict["NAME"] = name
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": "the database does not answer",
        "broker": "the broker answers",
    }


def test_probes_are_asked_not_told(client: Client):
    assert client.post("/healthz").status_code == 405
