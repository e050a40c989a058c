"""The code around a finding, highlighted on the server: `{{ finding|highlighted }}`."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from migration_tracker.inventory.models import Finding

register = template.Library()


@register.filter
def highlighted(finding: Finding) -> SafeString:
    """The finding's excerpt as HTML, with its own line marked."""
    return _highlighted(finding.excerpt, finding.excerpt_line, finding.line)


@lru_cache(maxsize=2048)
def _highlighted(text: str, first_line: int, marked_line: int) -> SafeString:
    formatter = HtmlFormatter(
        linenos="inline",
        linenostart=first_line,
        hl_lines=[marked_line - first_line + 1],
        cssclass="code",
        wrapcode=True,
    )
    return mark_safe(highlight(text, PythonLexer(stripnl=False), formatter))  # noqa: S308 - Pygments escapes
