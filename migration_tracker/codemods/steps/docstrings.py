"""The contract enters the class's docstring; what told of the old state goes."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.code import (
    Edit,
    body_of,
    expression,
    is_docstring,
    only,
    rewrite,
    statement,
    words,
)
from migration_tracker.codemods.reached import handlers
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View

BEFORE = '''
class Worker:
    """Stores jobs."""
'''
AFTER = '''
class Worker:
    """Stores jobs.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    """
'''

_CONTRACT = re.compile(r"transport layer contract", re.IGNORECASE)
_QUOTED = re.compile(r"`(\w+)(?:\(\))?`")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WIDTH = 100


def apply(draft: Draft) -> Draft:
    """State the contract where the handlers live."""
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    known = words(draft.module)
    names: dict[cst.ClassDef, list[str]] = {}
    for function in handlers(view):
        if (owner := view.class_of(function)) is not None:
            names.setdefault(owner, []).append(function.name.value)
    edits |= {owner: _stating(tuple(given), known, draft.touched) for owner, given in names.items()}
    changed = replace(draft, module=rewrite(draft.module, edits))
    return replace(changed, module=_without_stale(changed))


def contract(names: Sequence[str]) -> str:
    """What a worker's docstring says of its handlers."""
    told = f"{' and '.join(f'`{name}`' for name in names)} {'get' if len(names) > 1 else 'gets'}"
    return (
        f"Transport layer contract: {told} one message a call; all its work is awaited before it returns,"
        " with no background tasks; the message is committed only after it returned, and comes again if it"
        " raised."
    )


def _stating(names: Sequence[str], known: set[str], touched: frozenset[str]) -> Edit:
    def edit(node: cst.ClassDef) -> cst.ClassDef:
        body = list(body_of(node.body))
        first = body[0] if body and is_docstring(body[0]) else None
        doc = _content(first) if first is not None else ""
        if _CONTRACT.search(doc):
            return node
        doc = _without_gone(doc, known, touched)
        if not doc.strip():
            doc = f"{_spaced(node.name.value)}."
        whole = f"{doc.rstrip()}\n\n{_filled(contract(names))}\n"
        line = _docstring(whole, "    ")
        rest = body[1:] if first is not None else body
        if rest and first is None and not isinstance(rest[0], cst.SimpleStatementLine):
            rest[0] = rest[0].with_changes(
                leading_lines=[
                    cst.EmptyLine(indent=False),
                    *(one for one in rest[0].leading_lines if one.comment),
                ]
            )
        if all(isinstance(only(one), cst.Pass) for one in rest):
            rest = []
        return node.with_changes(body=cst.IndentedBlock([line, *rest]))

    return edit


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).capitalize()


def _filled(paragraph: str, indent: str = "") -> str:
    return textwrap.fill(
        paragraph,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _content(line: cst.CSTNode) -> str:
    small = only(line)
    assert isinstance(small, cst.Expr)
    value = small.value
    evaluated = value.evaluated_value if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)) else ""
    return inspect.cleandoc(evaluated) if isinstance(evaluated, str) else ""


def _docstring(content: str, indent: str) -> cst.SimpleStatementLine:
    lines = content.split("\n")
    escaped = [one.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') for one in lines]
    joined = "\n".join([escaped[0], *(f"{indent}{one}" if one else "" for one in escaped[1:-1])])
    end = f"\n{indent}" if len(lines) > 2 else ""
    made = statement("pass")
    assert isinstance(made, cst.SimpleStatementLine)
    return made.with_changes(body=[cst.Expr(expression(f'"""{joined}{end}"""'))])


def _without_gone(doc: str, known: set[str], touched: frozenset[str]) -> str:
    """Without the sentences that speak of names which are gone."""
    gone = {one.lstrip(".") for one in touched} - known
    paragraphs = []
    for paragraph in doc.split("\n\n"):
        sentences = _SENTENCE.split(" ".join(paragraph.split())) if paragraph.strip() else []
        kept = [said for one in sentences if (said := _said(one, gone))]
        if kept == sentences:
            paragraphs.append(paragraph)
        elif kept:
            paragraphs.append(_filled(" ".join(kept)))
    return "\n\n".join(paragraphs)


def _said(sentence: str, gone: set[str]) -> str:
    """A sentence without its clauses that speak of names which are gone; empty if none is left."""
    if not set(_QUOTED.findall(sentence)) & gone:
        return sentence
    clauses = [one for one in sentence.split(", ") if not set(_QUOTED.findall(one)) & gone]
    whole = (
        clauses and clauses[0] == sentence.split(", ")[0] and not re.match(r"(?:and|or|but)\b", clauses[-1])
    )
    return ", ".join(clauses).rstrip(".") + "." if whole else ""


def _without_stale(draft: Draft) -> cst.Module:
    """The module's docstring without the paragraphs that tell of the old state."""
    body = list(draft.module.body)
    if not draft.conventions.stale or not body or not is_docstring(body[0]):
        return draft.module
    doc = _content(body[0])
    paragraphs = doc.split("\n\n")
    kept = [paragraphs[0]] + [
        one
        for one in paragraphs[1:]
        if not any(phrase in " ".join(one.split()) for phrase in draft.conventions.stale)
    ]
    if len(kept) == len(paragraphs):
        return draft.module
    whole = "\n\n".join(kept)
    body[0] = _docstring(f"{whole}\n" if "\n" in whole else whole, "").with_changes(
        leading_lines=body[0].leading_lines
    )
    return draft.module.with_changes(body=body)
