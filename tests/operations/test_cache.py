"""The shared cache is away, or silent: what it holds is done without."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from migration_tracker.accounts import tokens
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.jobs import State
from migration_tracker.smoke.models import SmokeRun


def at(port: int, **options: float) -> dict[str, dict[str, object]]:
    return {
        "default": {
            "BACKEND": "migration_tracker.caching.redis.RedisCache",
            "LOCATION": f"redis://:pass@127.0.0.1:{port}/0",
            "OPTIONS": options,
        }
    }


@pytest.fixture
def away(settings) -> Iterator[None]:
    """A server's port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        settings.CACHES = at(bound.getsockname()[1])
        yield


@pytest.mark.usefixtures("away")
def test_the_api_and_the_metrics_answer_without_it(client: Client, scanned, ada, settings, caplog):
    scanned()
    settings.METRICS_TOKEN = "let-me-in"
    _, secret = tokens.make(ada, name="ci", scopes=["read"], days=1)
    SmokeRun.objects.create(
        worker=Worker.objects.first(), commit="c", fingerprint="f", transport="kafka", state=State.DONE,
        result="passed", seconds=1.0,
    )  # fmt: skip
    migrations = client.get("/api/v1/migrations", headers={"Authorization": f"Bearer {secret}"})
    assert [one["key"] for one in migrations.json()] == [Migration.objects.get().key]
    told = client.get("/metrics", headers={"Authorization": "Bearer let-me-in"})
    assert b'result="passed",transport="kafka"} 1.0' in told.content
    assert "the cache does not answer (CACHE_URL)" in caplog.text
    assert "pass@" not in caplog.text


def test_a_server_that_is_silent_is_waited_for_no_longer_than_was_said(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CACHES = at(silent.getsockname()[1], socket_timeout=0.2)
        assert cache.get("key", "nothing") == "nothing"
        assert cache.get_or_set("key", lambda: "made anew") == "made anew"
        cache.set("key", "kept")
        assert cache.add("key", "kept") is False


def test_a_folder_that_cannot_be_written_to_is_done_without_too(settings, tmp_path: Path, caplog):
    folder = tmp_path / "cache"
    settings.CACHES = {
        "default": {"BACKEND": "migration_tracker.caching.files.FileCache", "LOCATION": folder}
    }
    assert cache.get("key", "nothing") == "nothing"
    folder.rmdir()
    folder.touch()
    cache.set("key", "kept")
    assert cache.get_or_set("key", lambda: "made anew") == "made anew"
    assert "the cache does not answer" in caplog.text
