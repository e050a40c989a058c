"""What a worker says about itself, and what is wrong with it."""

import copy
import json

import pytest

from migration_tracker.probing import DescriptionError
from migration_tracker.probing.description import parse

GOOD = {
    "worker": "claimx/download_worker",
    "topics_read": ["claimx.downloads.pending"],
    "topics_written": ["claimx.downloads.cached"],
    "group": "claimx-download-worker",
    "event_hubs": {"claimx.downloads.pending": {"event_hub": "pending-hub", "consumer_group": "download"}},
    "services": ["world"],
    "env": {"CACHE_DIR": "${SCRATCH}/cache"},
    "samples": [
        {
            "name": "one",
            "kind": "good",
            "topic": "claimx.downloads.pending",
            "key": "m-1",
            "headers": {},
            "value": {"a": 1},
        },
        {"name": "bad", "kind": "malformed", "topic": "claimx.downloads.pending", "value": "{"},
    ],
    "expect": [
        {"sample": "one", "topic": "claimx.downloads.cached", "contains": {"a": 1}},
        {"sample": "bad", "topic": "claimx.downloads.cached.dead", "contains": {}},
    ],
    "ready": {"log": "worker is ready"},
}


def test_a_description_is_the_same_from_json_and_from_a_table():
    assert parse(json.dumps(GOOD), "json") == parse(GOOD, "toml")


def test_only_the_good_samples_are_for_a_plain_run():
    description = parse(GOOD, "here")
    assert [sample.name for sample in description.good_samples()] == ["one"]
    assert [expectation.sample for expectation in description.expected()] == ["one"]


def test_a_topic_without_an_event_hub_of_its_own_is_called_the_same_there():
    description = parse(GOOD, "here")
    assert description.hub("claimx.downloads.pending").event_hub == "pending-hub"
    assert (description.hub("other").event_hub, description.hub("other").consumer_group) == (
        "other",
        "$Default",
    )


def changed(**keys):
    return {**copy.deepcopy(GOOD), **keys}


FILE = {"sample": "one", "file": "${SCRATCH}/*.txt", "contains": "49"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "it is not JSON"),
        ("[]", "the whole: "),
        ({key: value for key, value in GOOD.items() if key != "ready"}, "ready: is missing"),
        (changed(topics="x"), "topics: is no key of a description"),
        (changed(ready={"log": "("}), "ready.log '(' is no regular expression"),
        (changed(ready={"log": "x", "port": 1}), "ready.port: is no key of a description"),
        (changed(samples=[GOOD["samples"][0], GOOD["samples"][0]]), "two samples are called 'one'"),
        (changed(topics_read=["other"]), "'claimx.downloads.pending', which is not in topics_read"),
        (changed(expect=[{"sample": "two", "topic": "t", "contains": {}}]), "'two', which there is not"),
        (changed(expect=[{"sample": "one", "contains": {}}]), "'one': name a topic or a file, one of them"),
        (changed(expect=[{"sample": "one", "topic": "t"}]), "'one': contains is missing"),
        (changed(expect=[{**FILE, "contains": {"a": 1}}]), "what a file contains must be a text"),
        (changed(expect=[{**FILE, "file": "/etc/*"}]), "file must begin with ${SCRATCH}/"),
        (changed(expect=[{**FILE, "file": "${SCRATCH}/a**"}]), "** stands for whole folders"),
        (changed(samples=[{**GOOD["samples"][0], "kind": "evil"}]), "samples.0.kind: Input should be"),
    ],
)
def test_a_wrong_description_is_told_with_its_place(data, said):
    with pytest.raises(DescriptionError, match=r"^here: ") as wrong:
        parse(data, "here")
    assert said in str(wrong.value)
    assert "\n" not in str(wrong.value)
