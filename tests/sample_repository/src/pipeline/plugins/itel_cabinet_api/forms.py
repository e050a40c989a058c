"""Cabinet repair forms."""

from dataclasses import dataclass
from typing import Any

from pipeline.common.records import Record

COMPLETED = "itel.cabinet.completed"


@dataclass(frozen=True)
class CabinetForm(Record):
    event_id: str
    assignment_id: str
    project_id: str
    answers: dict
    media_ids: list

    def order(self) -> dict[str, Any]:
        """The form as iTel wants it."""
        return {
            "reference": self.assignment_id,
            "claim": self.project_id,
            "damage": self.answers.get("damageDescription", ""),
            "linearFeet": float(self.answers.get("lowerCabinetsLinearFeet") or 0),
            "photos": self.media_ids,
        }


def form(event_id: str, assignment: dict[str, Any]) -> CabinetForm:
    questions = assignment["form"]
    return CabinetForm(
        event_id=event_id,
        assignment_id=assignment["assignmentId"],
        project_id=assignment["projectId"],
        answers={one["question"]: one["answer"] for one in questions},
        media_ids=[media for one in questions for media in one.get("mediaIds", [])],
    )
