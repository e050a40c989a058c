"""Reads expressions, in the order of the text: each becomes a term, what it calls or reads becomes a use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from migration_tracker.scanning.facts.collector import Collector
from migration_tracker.scanning.facts.marks import SameMark, spelled
from migration_tracker.scanning.facts.values import OTHER, Binding, Context, Param

_TYPE_ARGUMENTS = {"isinstance": 1, "issubclass": 1, "cast": 0, "typing.cast": 0}
_ADDERS = frozenset({"add", "append", "insert"})
_PUTTERS = _ADDERS | {"extend", "register", "setdefault", "update", "__setitem__"}
_LONGEST_TEXT = 300
_NAMED: tuple[type[cst.CSTNode], ...] = (cst.Name, cst.Attribute)


class Expressions(Collector):
    """The part of the reader that knows expressions."""

    def expression(self, node: cst.CSTNode) -> int:
        """Read an expression; returns its term."""
        if isinstance(node, _NAMED):
            term, mark, written = self.chain(node)
            self.use("load", term, mark, written)
            return term
        read = _READERS.get(type(node))
        if read is not None:
            return read(self, node)
        if isinstance(node, (cst.BaseParenthesizableWhitespace, cst.SimpleWhitespace)):
            return OTHER
        return self.parts(node)

    def parts(self, node: cst.CSTNode) -> int:
        """Anything of which only the parts matter, read in the order of its fields."""
        for name in node.__dataclass_fields__:
            inside = getattr(node, name)
            if isinstance(inside, cst.CSTNode):
                self.expression(inside)
            elif isinstance(inside, (list, tuple)):
                for one in inside:
                    if isinstance(one, cst.CSTNode):
                        self.expression(one)
        return OTHER

    def type(self, node: cst.CSTNode) -> int:
        """Read an annotation; returns the term of an instance of it."""
        with self.amid(context=Context.TYPE):
            term = self.expression(node)
        return self.term("typed", term) if term != OTHER else OTHER

    def chain(self, node: cst.CSTNode) -> tuple[int, int, str]:
        """Read what is called or looked into: its term, the mark to point at, and its dotted name."""
        if isinstance(node, cst.Name):
            name = spelled(node)
            return self.name_term(name), self.name(node), name
        if isinstance(node, cst.Attribute):
            value, _, written = self.chain(node.value)
            mark = self.name(node.attr)
            name = spelled(node.attr)
            term = self.term("attribute", value, name) if value != OTHER else OTHER
            return term, mark, f"{written}.{name}" if written else ""
        taken = len(self.marks)
        with self.amid(dropped=False, kept=()):
            term = self.expression(node)
        return term, self.marks.first(taken), ""

    def call(self, node: cst.Call) -> int:
        function, mark, written = self.chain(node.func)
        receiver, _, method = written.rpartition(".")
        kept = (receiver,) if receiver and method in _ADDERS else ()
        positional, named = [], []
        for position, argument in enumerate(node.args):
            if argument.keyword is not None:
                self.name(argument.keyword)
            # What is called in an annotation runs: Annotated[Client, Depends(make_client)].
            is_type = _TYPE_ARGUMENTS.get(written) == position
            with self.amid(context=Context.TYPE if is_type else Context.VALUE, dropped=False, kept=kept):
                value = self.expression(argument.value)
            if argument.keyword is not None:
                named.append((spelled(argument.keyword), value))
            else:
                positional.append(value)
        term = self.term("call", function, tuple(positional), tuple(named))
        self.use("call", term, mark, written)
        if method in _PUTTERS and receiver.isidentifier():
            for value in (*positional, *(value for _, value in named)):
                self.put(receiver, value)
        elif written == "setattr" and len(positional) == 3 and isinstance(node.args[0].value, cst.Name):
            self.put(spelled(node.args[0].value), positional[2])
        if written == "super" and (owner := self.enclosing_class()) is not None:
            return self.term("super", owner)
        return term

    def await_(self, node: cst.Await) -> int:
        with self.amid(awaiting=True):
            return self.expression(node.expression)

    def binary(self, node: cst.BinaryOperation) -> int:
        left, right = self.expression(node.left), self.expression(node.right)
        if isinstance(node.operator, cst.Add):
            return OTHER if left == right == OTHER else self.term("join", left, right)
        return self.either(left, right) if isinstance(node.operator, cst.BitOr) else OTHER

    def boolean(self, node: cst.BooleanOperation) -> int:
        return self.either(self.expression(node.left), self.expression(node.right))

    def conditional(self, node: cst.IfExp) -> int:
        body, _, orelse = self.expression(node.body), self.expression(node.test), self.expression(node.orelse)
        return self.either(body, orelse)

    def sequence(self, node: cst.Tuple | cst.List | cst.Set) -> int:
        return self.hold(*[self.expression(element.value) for element in node.elements])

    def dictionary(self, node: cst.Dict) -> int:
        held = []
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                self.expression(element.key)
            held.append(self.expression(element.value))
        return self.hold(*held)

    def subscript(self, node: cst.Subscript) -> int:
        value = self.expression(node.value)
        inside = []
        for element in node.slice:
            if isinstance(element.slice, cst.Index):
                inside.append(self.expression(element.slice.value))
            else:
                self.parts(element.slice)
        if self.around.context == Context.TYPE:  # Optional[X], list[X]
            return self.either(value, *inside)
        return self.term("item", value) if value != OTHER else OTHER

    def string(self, node: cst.SimpleString) -> int:
        mark = self.marks.string(node)
        value = node.evaluated_value if len(node.value) <= _LONGEST_TEXT else None
        if not isinstance(value, str):
            return OTHER
        if value.isidentifier():
            self.word(value, mark)
        if self.around.context == Context.TYPE:
            return self._type_in(value, mark)
        return self.term("text", value)

    def _type_in(self, text: str, mark: int) -> int:
        """A type written as a string, as in `client: "Client | None"`."""
        outer, self.marks = self.marks, SameMark(mark)
        try:
            return self.expression(cst.parse_expression(text)) if text.isprintable() else OTHER
        except (cst.ParserSyntaxError, cst.CSTValidationError, SyntaxError):
            return OTHER
        finally:
            self.marks = outer

    def concatenated(self, node: cst.ConcatenatedString) -> int:
        left, right = self.expression(node.left), self.expression(node.right)
        return self.term("join", left, right) if OTHER not in (left, right) else OTHER

    def formatted(self, node: cst.FormattedString) -> int:
        outer, self.marks = self.marks, SameMark(self.marks.string(node))
        pieces = [self._piece(part) for part in node.parts]
        self.marks = outer
        if not pieces or OTHER in pieces:
            return OTHER
        joined = pieces[0]
        for piece in pieces[1:]:
            joined = self.term("join", joined, piece)
        return joined

    def _piece(self, part: cst.BaseFormattedStringContent) -> int:
        if isinstance(part, cst.FormattedStringText):
            return self.term("text", part.value)
        if not isinstance(part, cst.FormattedStringExpression):
            return OTHER
        piece = self.expression(part.expression)
        for one in part.format_spec or ():
            self._piece(one)
        return piece

    def lambda_(self, node: cst.Lambda) -> int:
        scope = self.open("function", "<lambda>", len(self.marks) - 1)
        self.parameters(node.params, scope)
        with self.inside(scope):
            self.scopes[scope].returns.append(self.expression(node.body))
        return self.term("unit", scope)

    def comprehension(self, node: cst.BaseComp) -> int:
        scope = self.open("comprehension", "<comprehension>", len(self.marks) - 1)
        with self.inside(scope, self.around), self.amid(dropped=False):
            if isinstance(node, cst.DictComp):
                self.expression(node.key)
                element = self.expression(node.value)
            else:
                assert isinstance(node, cst.BaseSimpleComp)
                element = self.expression(node.elt)
            loop: cst.CompFor | None = node.for_in
            while loop is not None:
                bind = self.target(loop.target)
                over = self.expression(loop.iter)
                bind(self.term("item", over) if over != OTHER else OTHER)
                for test in loop.ifs:
                    self.expression(test.test)
                loop = loop.inner_for_in
        return self.hold(element)

    def walrus(self, node: cst.NamedExpr) -> int:
        if not isinstance(node.target, cst.Name):
            return self.parts(node)
        self.name(node.target)
        name = spelled(node.target)
        with self.amid(kept=(name,), dropped=False):
            value = self.expression(node.value)
        self.bind(name, value, scope=self.binding_scope())
        return value

    def starred(self, node: cst.StarredElement) -> int:
        return self.expression(node.value)

    def parameters(self, parameters: cst.Parameters, scope: int, *, first: int = OTHER) -> None:
        """Read parameters: bound in `scope`, annotations and defaults read in the present one.

        Args:
            first: the term of a method's first parameter: its instance or class.
        """
        listed = [(one, "") for one in (*parameters.posonly_params, *parameters.params)]
        if isinstance(parameters.star_arg, cst.Param):
            listed.append((parameters.star_arg, "*"))
        listed += [(one, "") for one in parameters.kwonly_params]
        if parameters.star_kwarg is not None:
            listed.append((parameters.star_kwarg, "**"))
        for position, (parameter, star) in enumerate(listed):
            self.name(parameter.name)
            name = spelled(parameter.name)
            annotation, typed, default = "", OTHER, OTHER
            if parameter.annotation is not None:
                annotation = source(parameter.annotation.annotation)
                typed = self.type(parameter.annotation.annotation)
            if parameter.default is not None:
                with self.amid(kept=()):
                    default = self.expression(parameter.default)
            term = first if position == 0 and not star and first != OTHER else self.either(default, typed)
            self.scopes[scope].params.append(Param(name, star, annotation))
            self.scopes[scope].bindings[name] = [Binding(0, True, False, term)]

    def target(self, target: cst.CSTNode) -> Callable[[int], None]:
        """Take a target's names; what is returned binds them. What a target reads on the way is used."""
        raise NotImplementedError


def source(node: cst.CSTNode) -> str:
    """The text of a small node."""
    return cst.Module([]).code_for_node(node)


_READERS: dict[type[cst.CSTNode], Callable[[Any, Any], int]] = {
    cst.Call: Expressions.call,
    cst.Await: Expressions.await_,
    cst.BinaryOperation: Expressions.binary,
    cst.BooleanOperation: Expressions.boolean,
    cst.IfExp: Expressions.conditional,
    cst.Tuple: Expressions.sequence,
    cst.List: Expressions.sequence,
    cst.Set: Expressions.sequence,
    cst.Dict: Expressions.dictionary,
    cst.Subscript: Expressions.subscript,
    cst.SimpleString: Expressions.string,
    cst.ConcatenatedString: Expressions.concatenated,
    cst.FormattedString: Expressions.formatted,
    cst.Lambda: Expressions.lambda_,
    cst.ListComp: Expressions.comprehension,
    cst.SetComp: Expressions.comprehension,
    cst.GeneratorExp: Expressions.comprehension,
    cst.DictComp: Expressions.comprehension,
    cst.NamedExpr: Expressions.walrus,
    cst.StarredElement: Expressions.starred,
    cst.Element: lambda reader, node: reader.expression(node.value),
    cst.Integer: lambda _reader, _node: OTHER,
    cst.Float: lambda _reader, _node: OTHER,
}
