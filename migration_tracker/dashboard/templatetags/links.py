"""Where a commit or a line can be looked at: `{{ scan|commit_address:commit }}`; empty where nobody said."""

from django import template

from migration_tracker.inventory.models import Finding, Scan

register = template.Library()


@register.filter
def commit_address(scan: Scan | None, commit: str) -> str:
    """The address of a commit, as the scan's definition says."""
    return scan.definition.links.to_commit(commit) if scan else ""


@register.filter
def line_address(scan: Scan, finding: Finding) -> str:
    """The address of a finding's line at the scan's commit."""
    return scan.definition.links.to_line(scan.commit, finding.path, finding.line)
