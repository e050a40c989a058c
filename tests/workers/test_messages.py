"""Messages: what is taken, and what is refused before it can do harm."""

import pytest
from pydantic import ValidationError

from workers.claimx.messages import DownloadTask, Event
from workers.messages import reason

TASK = {
    "media_id": "m-1",
    "project_id": 4711,
    "download_url": "https://files.example.com/a?signature=secret",
    "blob_path": "claimx/4711/m-1/a.jpg",
    "file_type": "image/jpeg",
    "file_name": "a.jpg",
    "source_event_id": "e-1",
}


def test_a_number_is_taken_where_an_id_is_text():
    assert DownloadTask.model_validate(TASK).project_id == "4711"


def test_unknown_fields_are_ignored():
    assert DownloadTask.model_validate({**TASK, "colour": "red"}).media_id == "m-1"


@pytest.mark.parametrize(
    "path",
    [
        "../a",
        "/etc/passwd",
        "a/../../b",
        "a//b",
        "",
        "a/./b",
        "a\\b",
        "C:/a",
        "~/a",
        "a\n",
        "a\0b",
        "x" * 2000,
    ],
)
def test_a_blob_path_stays_below_its_root(path):
    with pytest.raises(ValidationError, match="blob_path"):
        DownloadTask.model_validate({**TASK, "blob_path": path})


@pytest.mark.parametrize("name", ["..", "a/b", "a b", "", "-a", "ü", "a\n", "x" * 129])
def test_an_id_can_be_part_of_a_path(name):
    with pytest.raises(ValidationError, match="media_id"):
        DownloadTask.model_validate({**TASK, "media_id": name})


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b'"text"', b"\xff\xfe"])
def test_what_is_no_json_object_is_refused(value):
    with pytest.raises(ValidationError):
        Event.parse(value)


def test_the_reason_names_the_field_and_hides_the_value():
    with pytest.raises(ValidationError) as raised:
        DownloadTask.model_validate({**TASK, "retry_count": "secret"})
    assert "retry_count" in reason(raised.value)
    assert "secret" not in reason(raised.value)


def test_a_message_survives_its_own_encoding():
    task = DownloadTask.model_validate(TASK)
    assert DownloadTask.parse(task.encode()) == task
