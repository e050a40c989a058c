"""Context in a message's headers: `traceparent` and what else the configured propagator writes."""

from opentelemetry import propagate
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import Getter, Setter

from transport.contract import Headers


class _Getter(Getter[Headers]):
    def get(self, carrier: Headers, key: str) -> list[str] | None:
        found = [value.decode("utf-8", "replace") for name, value in carrier if name.lower() == key]
        return found or None

    def keys(self, carrier: Headers) -> list[str]:
        return [name for name, _ in carrier]


class _Setter(Setter[dict[str, bytes]]):
    def set(self, carrier: dict[str, bytes], key: str, value: str) -> None:
        carrier[key] = value.encode()


_GETTER, _SETTER = _Getter(), _Setter()


def context_of(headers: Headers) -> Context:
    """The context a message was sent in; the present one where it carries none."""
    return propagate.extract(headers, getter=_GETTER)


def with_context(headers: Headers) -> Headers:
    """Headers that carry the present context, in place of one they carry already."""
    carrier: dict[str, bytes] = {}
    propagate.inject(carrier, setter=_SETTER)
    if not carrier:
        return headers
    return (*(pair for pair in headers if pair[0].lower() not in carrier), *carrier.items())
