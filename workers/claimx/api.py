"""The ClaimX API's client: its questions, and what their answers must look like."""

from collections.abc import Mapping
from typing import Self, TypeVar

from pydantic import TypeAdapter, ValidationError

from workers.claimx.entities import Contact, Media, Project, Task, TaskForm, VideoCollaboration
from workers.connection import Connection
from workers.errors import ApiRefusedError
from workers.messages import reason
from workers.settings import required

Answer = TypeVar("Answer")

PROJECT = TypeAdapter(Project)
MEDIA = TypeAdapter(tuple[Media, ...])
CONTACTS = TypeAdapter(tuple[Contact, ...])
CONVERSATIONS = TypeAdapter(tuple[VideoCollaboration, ...])
TASK = TypeAdapter(Task)
FORM = TypeAdapter(TaskForm)


class ClaimXApi(Connection):
    """Asks the ClaimX API; an answer that is not as agreed raises ApiRefusedError."""

    def __init__(self, url: str, token: str, *, timeout: float = 10.0) -> None:
        super().__init__("ClaimX API", url, token, timeout=timeout)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The API that CLAIMX_API_URL and CLAIMX_API_TOKEN name; raises SettingError."""
        return cls(
            required(environ, "CLAIMX_API_URL", "the address of the ClaimX API"),
            required(environ, "CLAIMX_API_TOKEN", "the bearer token for the ClaimX API"),
        )

    async def project(self, project_id: str) -> Project:
        """The project itself."""
        return await self._tell(PROJECT, "export", "project", project_id)

    async def media(self, project_id: str) -> tuple[Media, ...]:
        """A project's files, each with a freshly presigned URL."""
        return await self._tell(MEDIA, "export", "project", project_id, "media")

    async def contacts(self, project_id: str) -> tuple[Contact, ...]:
        """The people of a project."""
        return await self._tell(CONTACTS, "export", "project", project_id, "contacts")

    async def conversations(self, project_id: str) -> tuple[VideoCollaboration, ...]:
        """A project's video collaborations."""
        return await self._tell(CONVERSATIONS, "export", "project", project_id, "conversations")

    async def task(self, assignment_id: str) -> Task:
        """A custom task by its assignment."""
        return await self._tell(TASK, "customTasks", "assignment", assignment_id)

    async def form(self, assignment_id: str) -> TaskForm:
        """What the assignee filled in for a custom task."""
        return await self._tell(FORM, "customTasks", "assignment", assignment_id)

    async def _tell(self, kind: TypeAdapter[Answer], *path: str) -> Answer:
        try:
            return kind.validate_json(await self.get(*path))
        except ValidationError as error:
            where = "/".join(path)
            raise ApiRefusedError(
                f"{self.name}: /{where}: an answer not as agreed: {reason(error)}"
            ) from None
