"""The rules by which the scanner judges checklist items: one file each, its examples beside it."""

from __future__ import annotations

from migration_tracker.scanning.rules import (
    awaited,
    consume_loop,
    contract_docstring,
    create_consumer,
    one_message,
    unused_config,
)
from migration_tracker.scanning.rules.subject import ItemRule, Subject

__all__ = ["RULES", "ItemRule", "Subject"]

RULES: tuple[ItemRule, ...] = (
    create_consumer.RULE,
    consume_loop.RULE,
    one_message.RULE,
    awaited.RULE,
    unused_config.RULE,
    contract_docstring.RULE,
)
