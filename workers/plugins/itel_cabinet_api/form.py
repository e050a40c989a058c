"""A cabinet repair form: from ClaimX's questions and answers to the plugin's message, and to its rows."""

from collections.abc import Iterable
from typing import get_args

from workers.claimx.entities import FormAnswer, Media, TaskForm
from workers.plugins.itel_cabinet_api.messages import (
    Attachment,
    AttachmentRow,
    CabinetForm,
    CabinetKind,
    Cabinets,
    FormRow,
)
from workers.plugins.messages import TaskEvent


def read(event: TaskEvent, form: TaskForm, media: Iterable[Media]) -> CabinetForm:
    """The form that `event` is about; raises pydantic's ValidationError for an answer that makes no sense."""
    answers = {answer.question: answer.answer.strip() for answer in form.form}
    files = {file.media_id: file for file in media}
    kinds: tuple[CabinetKind, ...] = get_args(CabinetKind)
    return CabinetForm(
        event_id=event.event_id,
        assignment_id=event.assignment_id,
        project_id=event.project_id,
        task_id=event.task_id,
        task_name=event.task_name,
        damage=answers.get("damageDescription", ""),
        cabinets=tuple(
            Cabinets.model_validate(
                {
                    "kind": kind,
                    "damaged": answers[f"{kind}CabinetsDamaged"] or "no",
                    "linear_feet": answers.get(f"{kind}CabinetsLinearFeet") or None,
                }
            )
            for kind in kinds
            if f"{kind}CabinetsDamaged" in answers
        ),
        attachments=tuple(
            _attachment(answer, files[media_id])
            for answer in form.form
            for media_id in answer.media_ids
            if media_id in files
        ),
    )


def form_row(form: CabinetForm) -> FormRow:
    """The form's row in itel_cabinet_forms."""
    return FormRow.model_validate(form.model_dump(exclude={"attachments"}))


def attachment_rows(form: CabinetForm) -> tuple[AttachmentRow, ...]:
    """The rows of the form's files in itel_cabinet_attachments."""
    ids = {"assignment_id": form.assignment_id, "project_id": form.project_id, "event_id": form.event_id}
    return tuple(AttachmentRow(**ids, **file.model_dump()) for file in form.attachments)


def _attachment(answer: FormAnswer, file: Media) -> Attachment:
    return Attachment(
        media_id=file.media_id,
        question=answer.question,
        file_name=file.file_name,
        file_type=file.file_type,
    )
