"""schemathesis asks every operation of the API, and each answer is one that the document promises."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings
from schemathesis import checks

from migration_tracker.accounts import tokens
from migration_tracker.accounts.models import Scope, User
from migration_tracker.inventory.models import Migration

pytestmark = pytest.mark.django_db

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]


@pytest.fixture
def asked(
    scanned: Callable[[], None], person: Callable[..., User], settings: Settings
) -> Iterator[Callable[[int], Iterator[str]]]:
    """Asks each operation so many times, of a migration that is there; yields what was asked."""
    settings.API_RATE = "100000/m"
    scanned()
    key = Migration.objects.get().key
    _, secret = tokens.make(person("root", "administrator"), name="t", scopes=Scope.values, days=1)
    app = get_wsgi_application()
    signals = (request_started, request_finished)
    for signal in signals:  # as Django's own test client does: the connection is the test's
        signal.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)

    def ask(examples: int) -> Iterator[str]:
        for found in schema.get_all_operations():
            operation = found.ok()

            @hypothesis_settings(
                max_examples=examples,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def every(case: Any) -> None:
                if "key" in case.path_parameters:
                    case.path_parameters["key"] = key
                case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)

            every()
            yield operation.label

    yield ask
    for signal in signals:
        signal.connect(close_old_connections)


def test_every_operation_answers_as_its_document_says(asked: Callable[[int], Iterator[str]]):
    assert len(list(asked(5))) >= 15


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_operation_answers_as_its_document_says_for_long(asked: Callable[[int], Iterator[str]]):
    assert len(list(asked(300))) >= 15
