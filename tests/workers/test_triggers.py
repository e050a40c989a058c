"""Plugin triggers: what fires them, and what does not."""

from datetime import UTC, datetime

import pytest

from workers.claimx.messages import EventType
from workers.errors import PluginFileError
from workers.triggers import PluginEvent, Triggers

EVENT = PluginEvent(
    event_id="e-1",
    event_type="CUSTOM_TASK_COMPLETED",
    event_timestamp=datetime(2025, 3, 4, tzinfo=UTC),
    assignment_id="t-4711-1",
    project_id="4711",
    task_id="32513",
    task_name="Cabinet repair form",
    task_status="COMPLETED",
)
TRIGGER = """
[[triggers]]
domain = "{domain}"
event_types = ["{event_type}"]
where = {{ task_id = ["32513", "32514"], task_status = ["COMPLETED"] }}
topic = "{topic}"
"""


def trigger(*, domain="claimx", event_type="CUSTOM_TASK_COMPLETED", topic="one") -> str:
    return TRIGGER.format(domain=domain, event_type=event_type, topic=topic)


@pytest.fixture
def triggers(tmp_path):
    def load(text: str, domain: str = "claimx", event_types=frozenset(EventType)) -> Triggers:
        (tmp_path / "mine.toml").write_text(text)
        return Triggers.from_env({"PLUGINS_DIR": str(tmp_path)}, domain, event_types)

    return load


def test_every_field_must_have_one_of_its_values(triggers):
    loaded = triggers(trigger())
    assert loaded.topics(EVENT) == ("one",)
    assert loaded.topics(EVENT.model_copy(update={"task_id": "32514"})) == ("one",)
    for other in (
        {"task_id": "1"},
        {"task_id": None},
        {"task_status": "ASSIGNED"},
        {"event_type": "CUSTOM_TASK_ASSIGNED"},
    ):
        assert loaded.topics(EVENT.model_copy(update=other)) == ()


def test_a_topic_gets_an_event_once_whatever_triggers_it(triggers):
    loaded = triggers(trigger() + trigger() + trigger(topic="two"))
    assert loaded.topics(EVENT) == ("one", "two")


def test_a_domain_has_its_own_triggers(triggers):
    both = trigger() + trigger(domain="verisk", event_type="verisk.claims.x", topic="two")
    assert triggers(both).topics(EVENT) == ("one",)
    verisk = triggers(both, "verisk", None)
    assert verisk.topics(EVENT) == ()
    assert verisk.topics(EVENT.model_copy(update={"event_type": "verisk.claims.x"})) == ("two",)


def test_a_trigger_that_could_never_fire_is_refused(triggers):
    with pytest.raises(PluginFileError, match=r"mine\.toml: triggers\.1\.event_types: claimx has no TYPO"):
        triggers(trigger() + trigger(event_type="TYPO"))


def test_the_shipped_triggers_know_cabinet_repairs_from_mitigations():
    shipped = Triggers.from_env({}, "claimx", frozenset(EventType))
    assert shipped.topics(EVENT) == ("itel.cabinet.pending",)
    assert shipped.topics(EVENT.model_copy(update={"task_id": "31001"})) == ("claimx.mitigation.pending",)
    assert shipped.topics(EVENT.model_copy(update={"task_status": "ASSIGNED"})) == ()


def test_a_bad_file_is_one_line_and_exit_code_2(start, tmp_path):
    (tmp_path / "mine.toml").write_text(trigger(event_type="TYPO"))
    worker = start(
        "workers",
        "claimx/enrichment_worker",
        PIPELINE_TRANSPORT="kafka",
        KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1",
        CLAIMX_API_URL="http://127.0.0.1:1",
        CLAIMX_API_TOKEN="t",
        PLUGINS_DIR=str(tmp_path),
    )
    assert worker.exit_code() == 2
    (line,) = worker.lines
    assert "claimx has no TYPO" in line["error"]
