"""An action's steps, one after the other."""

import json

import pytest

from workers.connection import Connection
from workers.errors import ApiRefusedError, StepError
from workers.plugins.shared.action import Action
from workers.plugins.shared.steps import path, prepare, read


def action(*steps: dict) -> Action:
    topics = {"reads": "a", "success": "b", "errors": "c"}
    return Action.model_validate({**topics, "connection": "claimx", "path": "/data", "steps": steps})


async def prepared(value, *steps, connections=None):
    return await prepare(action(*steps), read(json.dumps(value).encode()), connections or {})


async def test_without_steps_a_message_stays_as_it_is():
    assert await prepared({"a": {"b": [1]}}) == {"a": {"b": [1]}}


@pytest.mark.parametrize(
    ("value", "why"),
    [({}, "a.b is missing"), ({"a": 1}, "a.b is missing"), ({"a": {"b": ""}}, "a.b is empty")],
)
async def test_a_required_field_must_be_there(value, why):
    with pytest.raises(StepError, match=why):
        await prepared(value, {"kind": "validate", "required": ["a.b"]})


async def test_a_field_must_have_an_allowed_value():
    step = {"kind": "validate", "allowed": {"status": ["DONE", 1]}}
    assert await prepared({"status": 1}, step)
    with pytest.raises(StepError, match='status is none of "DONE", 1'):
        await prepared({"status": "OPEN"}, step)


async def test_a_transformed_message_holds_what_is_named_and_nothing_else():
    step = {"kind": "transform", "fields": {"id": "a.b"}, "constants": {"from": "us"}}
    assert await prepared({"a": {"b": 1}, "c": 2}, step) == {"id": 1, "from": "us"}
    with pytest.raises(StepError, match=r"a\.b is missing"):
        await prepared({"c": 2}, step)


async def test_what_is_looked_up_can_be_used_by_the_next_step(world):
    look_up = {
        "kind": "look_up",
        "connection": "claimx",
        "path": "/export/project/{about.project}",
        "into": "project",
    }
    transform = {"kind": "transform", "fields": {"claim": "project.masterFileName"}}
    async with Connection("claimx", world.claimx_api_url, world.claimx_api_token) as claimx:
        for number in ("4711", 4711):
            value = {"about": {"project": number}}
            assert await prepared(value, look_up, transform, connections={"claimx": claimx}) == {
                "claim": "MFN-4711"
            }
        with pytest.raises(ApiRefusedError, match="would lead elsewhere"):
            await prepared({"about": {"project": "../data"}}, look_up, connections={"claimx": claimx})


@pytest.mark.parametrize("value", [None, True, [], {}, 1.5])
def test_only_a_plain_value_becomes_part_of_a_path(value):
    with pytest.raises(StepError, match="must be text or a whole number"):
        path("/a/{id}", {"id": value})


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b"\xff"])
def test_what_is_no_json_object_does_not_get_through(value):
    with pytest.raises(StepError, match="the message is no JSON"):
        read(value)
