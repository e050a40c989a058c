"""LibCST's trees, read and rewritten: what stands where, and edits by node."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

import libcst as cst

from migration_tracker.codemods.values import MARK

Edit = Callable[[Any], Any]
"""From a node, its children edited already, to what takes its place: a node, several statements, or None."""
Function = cst.FunctionDef
Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
N = TypeVar("N", bound=cst.CSTNode)

_COMMENT_WIDTH = 96
_PUNCTUATION = frozenset(
    {
        *("lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "comma", "colon", "semicolon", "equal"),
        *("leading_lines", "lines_after_decorators", "header", "footer", "indent", "dot"),
    }
)


def text(node: cst.CSTNode) -> str:
    """A node as it is written, without the lines before it."""
    return cst.Module([]).code_for_node(node).strip()


def expression(source: str) -> cst.BaseExpression:
    return cst.parse_expression(source)


def statements(source: str) -> list[Statement]:
    return cast("list[Statement]", list(cst.parse_module(textwrap.dedent(source).strip("\n") + "\n").body))


def statement(source: str) -> Statement:
    return statements(source)[0]


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes right below one, without whitespace; LibCST's own way takes ten times as long."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (one for one in value if isinstance(one, cst.CSTNode))


@cache
def _fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = (one.name for one in fields(kind))
    return tuple(one for one in names if "whitespace" not in one and one not in _PUNCTUATION)


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and all below it."""
    found = [node]
    while found:
        one = found.pop()
        yield one
        found.extend(reversed(list(children(one))))


def find(node: cst.CSTNode | Iterable[cst.CSTNode], kind: type[N]) -> Iterator[N]:
    for root in [node] if isinstance(node, cst.CSTNode) else node:
        for one in walk(root):
            if isinstance(one, kind):
                yield one


def own(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and what is below it, without the insides of functions and classes defined there."""
    yield node
    for child in children(node):
        if not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            yield from own(child)


def words(nodes: cst.CSTNode | Iterable[cst.CSTNode]) -> set[str]:
    """Every identifier: of variables, attributes, parameters and keywords."""
    return {name.value for name in find(nodes, cst.Name)}


def paths(nodes: cst.CSTNode | Iterable[cst.CSTNode]) -> set[str]:
    """Variables, and attributes of `self` and `cls` as `.name`."""
    found: set[str] = set()
    for one in [nodes] if isinstance(nodes, cst.CSTNode) else nodes:
        _gather(one, found)
    return found


def _gather(node: cst.CSTNode, found: set[str]) -> None:
    if isinstance(node, cst.Attribute):
        if isinstance(node.value, cst.Name) and node.value.value in {"self", "cls"}:
            found.add(f".{node.attr.value}")
        else:
            _gather(node.value, found)
    elif isinstance(node, cst.Arg):
        _gather(node.value, found)
    elif isinstance(node, cst.Name):
        found.add(node.value)
    else:
        for child in children(node):
            _gather(child, found)


def only(line: cst.CSTNode) -> cst.BaseSmallStatement | None:
    """The one small statement of a line."""
    return line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None


def expression_of(line: cst.CSTNode) -> cst.BaseExpression | None:
    """The expression that a line consists of, without its `await`."""
    small = only(line)
    if not isinstance(small, cst.Expr):
        return None
    return small.value.expression if isinstance(small.value, cst.Await) else small.value


def assigned(line: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """Target and value of a line that assigns to one target; the value without its `await`."""
    small = only(line)
    if isinstance(small, cst.Assign) and len(small.targets) == 1:
        target, value = small.targets[0].target, small.value
    elif isinstance(small, cst.AnnAssign) and small.value is not None:
        target, value = small.target, small.value
    else:
        return None
    return text(target), value.expression if isinstance(value, cst.Await) else value


def body_of(node: Any) -> tuple[Statement, ...]:
    """The statements of a block; those of `if x: y` on one line as lines of their own."""
    block = node.body if not isinstance(node, cst.BaseSuite) else node
    if isinstance(block, (list, tuple)):
        return tuple(block)
    if isinstance(block, cst.SimpleStatementSuite):
        return tuple(cst.SimpleStatementLine([small]) for small in block.body)
    return tuple(block.body)


def is_docstring(line: cst.CSTNode) -> bool:
    small = only(line)
    return isinstance(small, cst.Expr) and isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString))


def rewrite(tree: N, edits: Mapping[cst.CSTNode, Edit | None]) -> N:
    """The tree with edits by node, and without the blocks that they left empty."""
    changed = tree.visit(_Rewriter({id(node): edit for node, edit in edits.items()}))
    assert isinstance(changed, type(tree))
    return changed


class _Rewriter(cst.CSTTransformer):
    def __init__(self, edits: Mapping[int, Edit | None]) -> None:
        super().__init__()
        self._edits = edits

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        node = _pruned(_without_hanging_comma(original_node, updated_node))
        if id(original_node) not in self._edits or node is None:
            return cst.RemoveFromParent() if node is None else node
        edit = self._edits[id(original_node)]
        if isinstance(node, cst.FlattenSentinel):
            node = updated_node
        result = edit(node) if edit else None
        if result is None:
            return cst.RemoveFromParent()
        return cst.FlattenSentinel(result) if isinstance(result, (list, tuple)) else result


def _without_hanging_comma(before: Any, after: Any) -> Any:
    """`f(a, )` is what is left when the last of two arguments goes."""
    for field in ("params", "kwonly_params", "args"):
        old, new = getattr(before, field, ()), getattr(after, field, ())
        if (
            isinstance(after, (cst.Parameters, cst.Call))
            and isinstance(new, tuple | list)
            and new
            and len(new) < len(old)
        ):
            comma = new[-1].comma
            if isinstance(comma, cst.Comma) and isinstance(comma.whitespace_after, cst.SimpleWhitespace):
                after = after.with_changes(
                    **{field: [*new[:-1], new[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)]}
                )
    return after


def _pruned(node: Any) -> Any:
    """A block that lost all its statements goes, or leaves what it still has to say; None: it goes."""
    if isinstance(node, cst.SimpleStatementLine) and not node.body:
        return None
    if not isinstance(node, cst.BaseCompoundStatement) or isinstance(node, cst.Match):
        return node
    if not _is_empty(node.body):
        if isinstance(node, cst.If) and isinstance(node.orelse, cst.Else) and _is_empty(node.orelse.body):
            return node.with_changes(orelse=None)
        if isinstance(node, cst.Try) and node.finalbody is not None and _is_empty(node.finalbody.body):
            if not node.handlers:
                return cst.FlattenSentinel(body_of(node))
            return node.with_changes(finalbody=None)
        return node
    match node:
        case cst.If(orelse=None) | cst.For() | cst.While() | cst.With():
            return None
        case cst.If():
            return _inverted(node)
        case cst.Try():
            return cst.FlattenSentinel(body_of(node.finalbody)) if node.finalbody is not None else None
        case cst.FunctionDef() | cst.ClassDef():
            return node.with_changes(body=cst.IndentedBlock([statement("pass")]))
    return node


def _inverted(node: cst.If) -> cst.BaseStatement:
    rest = node.orelse
    if isinstance(rest, cst.If):
        return rest
    assert rest is not None
    if isinstance(node.test, cst.UnaryOperation) and isinstance(node.test.operator, cst.Not):
        test = node.test.expression
    else:
        test = expression(f"not ({text(node.test)})")
    return node.with_changes(test=test, body=rest.body, orelse=None)


def _is_empty(block: cst.BaseSuite) -> bool:
    return not block.body


def with_todo(line: Statement, reason: str) -> Statement:
    """The statement with a comment before it that says what people must decide."""
    return line.with_changes(leading_lines=[*line.leading_lines, *todo(reason)])


def todo(reason: str) -> Sequence[cst.EmptyLine]:
    """The comment lines of a TODO."""
    written = textwrap.wrap(
        f"# {MARK} {reason}",
        _COMMENT_WIDTH,
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [cst.EmptyLine(comment=cst.Comment(one)) for one in written]


def comments(lines: Iterable[cst.EmptyLine]) -> list[cst.EmptyLine]:
    return [line for line in lines if line.comment]


def annotation(source: str) -> cst.Annotation:
    return cst.Annotation(expression(source))
