"""iTel's format, and the client of its API."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from workers.connection import Connection
from workers.errors import ApiRefusedError
from workers.messages import reason
from workers.plugins.itel_cabinet_api.messages import CabinetForm
from workers.settings import required


class ItelModel(BaseModel):
    """Something iTel says or is told, in camelCase."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class DamagedCabinets(ItelModel):
    """The damaged cabinets of one kind."""

    kind: str
    linear_feet: float


class Image(ItelModel):
    """A photo, and what it shows."""

    media_id: str
    file_name: str
    shows: str


class Order(ItelModel):
    """What iTel is asked for: cabinets that match the damaged ones."""

    reference: str
    claim_number: str
    damage: str
    cabinets: tuple[DamagedCabinets, ...]
    images: tuple[Image, ...]


class Receipt(ItelModel):
    """iTel's answer: the same reference gets the same order."""

    order_id: str
    status: str


def order(form: CabinetForm) -> Order:
    """The order that a form asks for."""
    damaged = (cabinets for cabinets in form.cabinets if cabinets.damaged)
    photos = (file for file in form.attachments if file.file_type.startswith("image/"))
    return Order(
        reference=form.assignment_id,
        claim_number=form.project_id,
        damage=form.damage,
        cabinets=tuple(DamagedCabinets(kind=one.kind, linear_feet=one.linear_feet or 0) for one in damaged),
        images=tuple(
            Image(media_id=file.media_id, file_name=file.file_name, shows=file.question) for file in photos
        ),
    )


class ItelApi(Connection):
    """Orders from iTel."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The API that ITEL_API_URL and ITEL_API_TOKEN name; raises SettingError."""
        return cls(
            "iTel API",
            required(environ, "ITEL_API_URL", "the address of the iTel API"),
            required(environ, "ITEL_API_TOKEN", "the bearer token for the iTel API"),
        )

    async def place(self, asked: Order) -> Receipt:
        """Place an order; raises ApiRefusedError or ApiUnavailableError."""
        answer = await self.post(
            "cabinets", "orders", body=asked.model_dump_json().encode(), idempotency_key=asked.reference
        )
        try:
            return Receipt.model_validate_json(answer)
        except ValidationError as error:
            raise ApiRefusedError(f"{self.name}: an answer not as agreed: {reason(error)}") from None
