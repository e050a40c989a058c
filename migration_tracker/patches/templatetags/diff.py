"""A unified diff, highlighted on the server: `{{ patch.diff|diffed }}`."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import DiffLexer

register = template.Library()


@register.filter
@lru_cache(maxsize=128)
def diffed(diff: str) -> SafeString:
    """The diff as HTML; what is taken out and what comes in are marked by sign and colour."""
    formatter = HtmlFormatter(cssclass="code diff", wrapcode=True)
    return mark_safe(highlight(diff, DiffLexer(stripnl=False), formatter))  # noqa: S308 - Pygments escapes
