"""What the Verisk messages say about themselves."""

import json

import pytest
from pydantic import ValidationError

from workers.verisk.descriptions import DOCUMENTS_RECEIVED, UPLOADED
from workers.verisk.messages import DownloadResult, Event
from workers.verisk.rows import AttachmentRow


def event(**about) -> Event:
    return Event.parse(json.dumps(DOCUMENTS_RECEIVED | about).encode())


def test_an_event_is_known_by_verisks_own_id():
    assert event().identity == event(traceId="trace-2").identity == "x-1"


def test_an_event_without_an_id_is_known_by_its_trace_type_and_time():
    one = event(eventId=None)
    assert one.identity == event(eventId=None, version="1.1").identity
    others = (
        event(eventId=None, traceId="trace-2"),
        event(eventId=None, type="verisk.claims.property.xn.statusChanged"),
        event(eventId=None, utcDateTime="2025-03-04T05:06:08Z"),
    )
    assert len({one.identity, *(other.identity for other in others)}) == 4


def test_the_same_moment_written_otherwise_is_the_same_event():
    assert (
        event(eventId=None).identity == event(eventId=None, utcDateTime="2025-03-04T06:06:07+01:00").identity
    )


def test_a_time_without_a_zone_is_utc_as_its_field_says():
    assert event(eventId=None).identity == event(eventId=None, utcDateTime="2025-03-04T05:06:07").identity


def test_a_result_says_when_it_was_in_a_zone():
    with pytest.raises(ValidationError, match="timezone"):
        DownloadResult.model_validate(UPLOADED | {"created_at": "2025-03-04T05:06:10"})


def test_a_results_row_has_all_its_fields():
    assert set(AttachmentRow.model_fields) == set(DownloadResult.model_fields)
