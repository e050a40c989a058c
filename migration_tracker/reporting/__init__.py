"""The plan that keeps itself true: a scan as Markdown, and the block of a document that holds it.

The same code gives the same text: no dates, no commit, no absolute path.
"""

from migration_tracker.reporting.block import Block, BlockError
from migration_tracker.reporting.markdown import report

__all__ = ["Block", "BlockError", "report"]
