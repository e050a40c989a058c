"""Reading what a board shows besides its workers: phases, criteria, history, and who may do what."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from migration_tracker.accounts.models import Membership, Scope
from migration_tracker.api.auth import ByToken, migration_of
from migration_tracker.api.reading import TROUBLES
from migration_tracker.api.schemas import CriterionOut, MemberOut, PhaseOut, PointOut
from migration_tracker.dashboard.board import board
from migration_tracker.inventory.models import HistoryPoint

router = Router(auth=ByToken(Scope.READ))


@router.get("/migrations/{slug:key}/phases", response={200: list[PhaseOut], **TROUBLES})
def phases(request: HttpRequest, key: str) -> list[PhaseOut]:
    """The phases of the plan, and how far each is."""
    return [
        PhaseOut(
            key=one.key,
            title=one.title,
            deferred=one.deferred,
            done=one.done,
            workers=one.total,
            migrated=one.migrated,
            proven=one.proven,
            items={item.title: str(item.verdict) for item in one.items},
        )
        for one in board(migration_of(request, key)).phases
    ]


@router.get("/migrations/{slug:key}/criteria", response={200: list[CriterionOut], **TROUBLES})
def criteria(request: HttpRequest, key: str) -> list[CriterionOut]:
    """The success criteria, each with its verdict, why, and who stands in its way."""
    return [
        CriterionOut(
            key=one.criterion.key,
            title=one.criterion.title,
            verdict=str(one.verdict),
            reason=one.reason,
            lacking=list(one.lacking),
        )
        for one in board(migration_of(request, key)).criteria
    ]


@router.get("/migrations/{slug:key}/history", response={200: list[PointOut], **TROUBLES})
def history(request: HttpRequest, key: str) -> list[HistoryPoint]:
    """The commits after which workers counted otherwise than before, the earliest first."""
    return list(migration_of(request, key).history_points.all())


@router.get("/migrations/{slug:key}/people", response={200: list[MemberOut], **TROUBLES})
def people(request: HttpRequest, key: str) -> list[MemberOut]:
    """Who has a role in this migration; roles in the installation count besides."""
    members = Membership.objects.filter(migration=migration_of(request, key).key).select_related("user")
    return [MemberOut(name=str(one.user), role=one.role) for one in members]
