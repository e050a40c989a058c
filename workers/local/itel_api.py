"""The iTel API, as far as the workers use it: takes orders for matching cabinets, and remembers them."""

import uuid
from typing import Annotated

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, ValidationError
from pydantic.alias_generators import to_camel

from workers.local.faults import Faults
from workers.messages import reason

ORDERS = "/cabinets/orders"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class _Cabinet(_Strict):
    kind: str
    linear_feet: NonNegativeFloat


class _Image(_Strict):
    media_id: str
    file_name: str
    shows: str


class Order(_Strict):
    """What iTel wants to know; an order for no cabinet, and one it does not understand, is refused."""

    reference: str
    claim_number: str
    damage: str
    cabinets: Annotated[tuple[_Cabinet, ...], Field(min_length=1)]
    images: tuple[_Image, ...]


def application(token: str, faults: Faults) -> web.Application:
    """The API; it wants `token` as the bearer token."""
    orders: dict[str, dict[str, str]] = {}

    @web.middleware
    async def authorised(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/_") or request.headers.get("Authorization") == f"Bearer {token}":
            return await handler(request)
        return web.json_response({"error": "a valid bearer token is needed"}, status=401)

    async def take(request: web.Request) -> web.Response:
        try:
            order = Order.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response({"error": reason(error)}, status=422)
        known = order.reference in orders
        number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"itel:{order.reference}"))
        orders[order.reference] = {"orderId": number, "reference": order.reference, "status": "RECEIVED"}
        return web.json_response(orders[order.reference], status=200 if known else 201)

    async def tell(_request: web.Request) -> web.Response:
        return web.json_response(list(orders.values()))

    app = web.Application(middlewares=[authorised, faults.middleware()])
    app.add_routes([*faults.routes(), web.post(ORDERS, take), web.get(ORDERS, tell)])
    return app
