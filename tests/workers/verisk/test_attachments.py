"""From a Verisk event to download tasks."""

import json

import pytest
from pydantic import ValidationError

from workers.verisk.attachments import download_tasks
from workers.verisk.messages import Event


def event(*attachments: str, **about) -> Event:
    data = {"assignmentId": "05P3KY1", "attachments": attachments}
    return Event.model_validate(
        {
            "type": "verisk.claims.property.xn.documentsReceived",
            "version": "1.0",
            "utcDateTime": "2025-03-04T05:06:07Z",
            "traceId": "trace-1",
            "data": json.dumps(data),
            **about,
        }
    )


def test_each_attachment_becomes_a_task():
    pdf, jpg = download_tasks(event("https://f.example.com/1/a.pdf?sig=x", "https://f.example.com/2/b.JPG"))
    assert (pdf.file_type, jpg.file_type) == ("pdf", "jpg")
    assert pdf.blob_path == f"verisk/documentsReceived/05P3KY1/trace-1/{pdf.media_id}/a.pdf"
    assert pdf.status_subtype == pdf.event_subtype == "documentsReceived"
    assert pdf.attachment_url == "https://f.example.com/1/a.pdf?sig=x"


def test_the_same_event_gives_the_same_tasks():
    assert download_tasks(event("https://f.example.com/a.pdf")) == download_tasks(
        event("https://f.example.com/a.pdf")
    )


def test_equal_names_do_not_collide():
    one, two = download_tasks(event("https://f.example.com/1/a.pdf", "https://f.example.com/2/a.pdf"))
    assert one.media_id != two.media_id
    assert one.blob_path != two.blob_path


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://f.example.com/..", "attachment"),
        ("https://f.example.com/", "attachment"),
        ("https://f.example.com/a%2F..%2Fb.pdf", "a_2F.._2Fb.pdf"),
        ("https://f.example.com/.bashrc", "bashrc"),
        ("https://f.example.com/ü ö.pdf".replace(" ", "%20"), "_20_.pdf"),
        ("https://f.example.com/" + "x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("https://f.example.com/a.pdf#/../../b", "a.pdf"),
    ],
)
def test_a_file_name_from_outside_is_made_safe(url, name):
    (task,) = download_tasks(event(url))
    assert task.blob_path.rpartition("/")[2] == name


def test_no_attachments_are_no_tasks():
    assert download_tasks(event()) == ()


@pytest.mark.parametrize(
    "about",
    [
        {"data": "{"},
        {"data": "{}"},
        {"data": json.dumps({"assignmentId": "a", "attachments": ["file:///etc/passwd"]})},
        {"data": json.dumps({"assignmentId": "a", "attachments": ["https:///x"]})},
        {"data": json.dumps({"assignmentId": "../a"})},
        {"type": "nonsense"},
        {"traceId": "a/b"},
        {"utcDateTime": "yesterday"},
    ],
)
def test_a_malformed_event_is_refused(about):
    with pytest.raises(ValidationError):
        event(**about)
