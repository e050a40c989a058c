"""A function that was called after its loop, and has none any more, is called `run`."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.code import Edit, find, rewrite
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View
from migration_tracker.scanning.rules.consume_loop import LOOP

BEFORE = """
async def consume():
    consumer = await create_consumer(message_handler=handle)
    await consumer.start()
    await asyncio.Event().wait()

asyncio.run(consume())
"""
AFTER = """
async def run():
    consumer = await create_consumer(message_handler=handle)
    await consumer.start()
    await asyncio.Event().wait()

asyncio.run(run())
"""

_NAMES = ("run", "run_worker")


def apply(draft: Draft) -> Draft:
    """Rename what the scanner would take for a loop, unless other files call it."""
    view = View(draft)
    taken = {one.name.value for one in view.functions}
    edits: dict[cst.CSTNode, Edit | None] = {}
    for function in view.functions:
        old = function.name.value
        new = next((one for one in _NAMES if one not in taken), None)
        if not LOOP.fullmatch(old) or old in draft.neighbours.called or new is None:
            continue
        taken.add(new)
        for name in find(view.module, cst.Name):
            if name.value == old:
                edits[name] = _named(new)
    return replace(draft, module=rewrite(draft.module, edits))


def _named(new: str) -> Edit:
    return lambda node: node.with_changes(value=new)
