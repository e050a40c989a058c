"""The API is asked so often and no more; whoever asks too often is told when to come back."""

import pytest
from django.core.cache import cache
from django.test import Client

from migration_tracker.accounts import tokens
from migration_tracker.accounts.models import User
from migration_tracker.api.urls import api

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_a_minute(monkeypatch: pytest.MonkeyPatch):
    """The rate is read when the API is put together, so it is set where it was kept."""
    cache.clear()
    (throttle,) = api.throttle if isinstance(api.throttle, list) else [api.throttle]
    monkeypatch.setattr(throttle, "num_requests", 3)
    yield
    cache.clear()


@pytest.mark.usefixtures("three_a_minute")
def test_the_fourth_in_a_minute_is_told_to_wait_and_another_token_is_not(client: Client, ada: User, person):
    _, mine = tokens.make(ada, name="ci", scopes=["read"], days=1)
    _, other = tokens.make(person("eve", "viewer"), name="ci", scopes=["read"], days=1)

    def ask(secret: str):
        return client.get("/api/v1/migrations", headers={"Authorization": f"Bearer {secret}"})

    assert [ask(mine).status_code for _ in range(4)] == [200, 200, 200, 429]
    told = ask(mine)
    assert 0 < int(told["Retry-After"]) <= 60
    assert told.json()["detail"].startswith("Too many requests")
    assert ask(other).status_code == 200
