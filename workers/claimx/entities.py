"""What the ClaimX API tells, as rows: read in the API's camelCase, written in the tables' snake_case."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from workers.messages import Identifier


class Entity(BaseModel):
    """One thing the API knows; fields we have no column for are ignored."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class Project(Entity):
    """A claim's project."""

    project_id: Identifier
    status: str
    master_file_name: str | None = None
    created_at: datetime | None = None


class Contact(Entity):
    """A person who takes part in a project."""

    contact_id: Identifier
    project_id: Identifier
    name: str
    role: str
    email: str | None = None


class MediaRow(Entity):
    """A photo, video or document of a project, without its presigned URL, which is a secret."""

    media_id: Identifier
    project_id: Identifier
    file_name: str
    file_type: str


class Media(MediaRow):
    """A file as the API tells it, to be fetched while its presigned URL is good."""

    download_url: str = Field(exclude=True, repr=False)
    expires_at: datetime | None = Field(default=None, exclude=True)


class TaskTemplate(Entity):
    """What a custom task was made from."""

    template_id: Identifier
    name: str


class ExternalLink(Entity):
    """A link that a task hands to its assignee."""

    link_id: Identifier
    assignment_id: Identifier
    url: str


class Task(Entity):
    """A custom task, assigned to someone; its template and links go to tables of their own."""

    assignment_id: Identifier
    project_id: Identifier
    task_id: Identifier
    task_name: str
    status: str
    template: TaskTemplate | None = Field(default=None, exclude=True)
    external_links: tuple[ExternalLink, ...] = Field(default=(), exclude=True)


class FormAnswer(Entity):
    """One answer of a form, with the photos that go with it."""

    question: str
    answer: str
    media_ids: tuple[Identifier, ...] = ()


class TaskForm(Entity):
    """A custom task's form as its assignee filled it in; plugins keep what they need of it."""

    assignment_id: Identifier
    project_id: Identifier
    task_id: Identifier
    form: tuple[FormAnswer, ...] = ()


class VideoCollaboration(Entity):
    """A video call between the policyholder and the adjuster."""

    collaboration_id: Identifier
    project_id: Identifier
    status: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
