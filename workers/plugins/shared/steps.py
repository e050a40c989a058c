"""The steps of a plugin's action: what happens to a message before it is posted."""

import json
from collections.abc import Mapping

from pydantic import JsonValue

from workers.connection import Connection
from workers.errors import StepError
from workers.plugins.shared.action import PLACEHOLDER, Action, Batch, LookUp, Transform, Validate

Fields = dict[str, JsonValue]


def read(value: bytes | None) -> Fields:
    """The fields of a message; raises StepError for what is no JSON object."""
    fields = _json(value or b"", "the message")
    if not isinstance(fields, dict):
        raise StepError("the message is no JSON object")
    return fields


async def prepare(action: Action, fields: Fields, connections: Mapping[str, Connection]) -> Fields:
    """A message's `fields` after the action's steps.

    Raises StepError if it does not get through, ApiRefusedError and ApiUnavailableError as a look-up has it.
    """
    for step in action.steps:
        match step:
            case Validate():
                _validate(step, fields)
            case LookUp():
                answer = await connections[step.connection].get(*path(step.path, fields))
                fields = {**fields, step.into: _json(answer, f"{step.connection}'s answer")}
            case Transform():
                made = {name: found(fields, place) for name, place in step.fields.items()}
                fields = {**made, **step.constants}
            case Batch():
                pass  # the worker gathers
    return fields


def found(fields: Fields, place: str) -> JsonValue:
    """The field at `place`, such as `project.status`; raises StepError if there is none."""
    value: JsonValue = fields
    for name in place.split("."):
        if not isinstance(value, dict) or name not in value:
            raise StepError(f"{place} is missing")
        value = value[name]
    return value


def path(template: str, fields: Fields) -> tuple[str, ...]:
    """The parts of a request's path, each {field} filled in; raises StepError for what is no plain value."""
    return tuple(_filled(part, fields) for part in template.removeprefix("/").split("/"))


def _filled(part: str, fields: Fields) -> str:
    if not (placeholder := PLACEHOLDER.match(part)):
        return part
    value = found(fields, placeholder[1])
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise StepError(f"{placeholder[1]} must be text or a whole number to be part of a path")
    return str(value)


def _validate(step: Validate, fields: Fields) -> None:
    for place in step.required:
        if found(fields, place) in (None, ""):
            raise StepError(f"{place} is empty")
    for place, allowed in step.allowed.items():
        if found(fields, place) not in allowed:
            raise StepError(f"{place} is none of {', '.join(map(json.dumps, allowed))}")


def _json(text: bytes, what: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        raise StepError(f"{what} is no JSON") from None
    return value
