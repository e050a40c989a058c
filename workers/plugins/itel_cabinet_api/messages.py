"""The messages of the iTel plugin, and the rows of its two Delta tables."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeFloat

from workers.messages import Identifier, Message

CabinetKind = Literal["lower", "upper", "fullHeight", "island"]


class Cabinets(Message):
    """The cabinets of one kind, as a form tells of them."""

    kind: CabinetKind
    damaged: bool
    linear_feet: NonNegativeFloat | None = None


class Attachment(Message):
    """A file that goes with an answer of a form."""

    media_id: Identifier
    question: str
    file_name: str
    file_type: str


class CabinetForm(Message):
    """On itel.cabinet.completed: a cabinet repair form, with its attachments."""

    event_id: Identifier
    assignment_id: Identifier
    project_id: Identifier
    task_id: Identifier
    task_name: str
    damage: str
    cabinets: tuple[Cabinets, ...]
    attachments: tuple[Attachment, ...]


class FormRow(BaseModel):
    """A row of itel_cabinet_forms, one for an assignment."""

    model_config = ConfigDict(frozen=True)

    assignment_id: str
    event_id: str
    project_id: str
    task_id: str
    task_name: str
    damage: str
    cabinets: tuple[Cabinets, ...]


class AttachmentRow(BaseModel):
    """A row of itel_cabinet_attachments, one for an assignment, a file and a question."""

    model_config = ConfigDict(frozen=True)

    assignment_id: str
    media_id: str
    question: str
    file_name: str
    file_type: str
    project_id: str
    event_id: str


class Ordered(Message):
    """On itel.api.success: iTel took the order."""

    event_id: Identifier
    assignment_id: Identifier
    project_id: Identifier
    order_id: str
    status: str


class OrderFailed(Message):
    """On itel.api.errors: why there is no order, and where the message came from."""

    reason: str
    origin: str
    message: str
