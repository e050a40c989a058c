"""The addresses of pages. Each is looked up once, since Django goes through its patterns anew every time."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse


def address(view: str, *args: object) -> str:
    """The address of a view by its name, for these arguments.

    Raises:
        NoReverseMatch: there is no such view, or it takes other arguments.
    """
    return _looked_up(get_script_prefix(), view, args)


@lru_cache(maxsize=16_384)
def _looked_up(prefix: str, view: str, args: tuple[object, ...]) -> str:  # noqa: ARG001 - where we are mounted
    return reverse(view, args=args)
