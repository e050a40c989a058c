"""Verisk events trigger plugins as well, if the configuration says so."""

import json

import pytest

from workers.verisk.enrichment_worker import EnrichmentWorker

pytestmark = pytest.mark.broker

TRIGGER = """
[[triggers]]
domain = "verisk"
event_types = ["verisk.claims.property.xn.statusChanged"]
where = { assignment_id = ["05P3KY1"] }
topic = "partner.pending"
"""


def event(subtype: str, number: int) -> dict:
    return {
        "type": f"verisk.claims.property.xn.{subtype}",
        "version": "1.0",
        "utcDateTime": "2025-03-04T05:06:07Z",
        "traceId": f"trace-{number}",
        "data": json.dumps(
            {"assignmentId": "05P3KY1", "attachments": [f"https://files.example.com/{number}.pdf"]}
        ),
    }


async def test_an_event_of_the_triggers_type_is_passed_on_and_downloaded_none_the_less(
    kafka, running, tmp_path
):
    (tmp_path / "partner.toml").write_text(TRIGGER)
    async with running(EnrichmentWorker({**kafka.environment, "PLUGINS_DIR": str(tmp_path)})):
        await kafka.send(
            "verisk.enrichment.pending", event("documentsReceived", 1), event("statusChanged", 2)
        )
        (passed_on,) = await kafka.come("partner.pending")
        downloads = await kafka.come("verisk.downloads.pending", 2)
    assert (passed_on["event_id"], passed_on["assignment_id"]) == ("trace-2", "05P3KY1")
    assert [task["trace_id"] for task in downloads] == ["trace-1", "trace-2"]
