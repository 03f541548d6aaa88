"""The expressions of a demo Python script: names, operators, calls (see `minipython`)."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from tui.demo.engine.python_library import MOST_LENGTH, File, Flow, Module, Unknown

MOST_STEPS = 200_000

_METHODS = (str, list, dict, set, tuple, int, float, datetime)


class Function:
    """A `def` or `lambda` of the script."""

    def __init__(self, script: Values, node: ast.FunctionDef | ast.Lambda) -> None:
        self.script, self.node = script, node

    def __call__(self, *values: Any, **named: Any) -> Any:
        names = [argument.arg for argument in self.node.args.args]
        defaults = [self.script.value(each) for each in self.node.args.defaults]
        before = self.script.names
        local = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
        self.script.names = {**before, **local, **dict(zip(names, values, strict=False)), **named}
        try:
            if isinstance(self.node, ast.Lambda):
                return self.script.value(self.node.body)
            for statement in self.node.body:
                for event in self.script.perform(statement):
                    self.script.events.append(event)
        except Flow as flow:
            return flow.value
        finally:
            self.script.names = before
        return None


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
}


class Values:
    """The names of a script, and the values of its expressions."""

    names: dict[str, Any]
    steps = 0
    events: list[str | float]
    """What has happened since it was last asked."""

    def perform(self, node: ast.stmt) -> Iterator[str | float]:
        """Do one statement of a function."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Any) -> None:
        """Give a name, an item or several of them a value."""
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for each, item in zip(target.elts, value, strict=True):
                self.assign(each, item)
        elif isinstance(target, ast.Subscript):
            self.value(target.value)[self.value(target.slice)] = value
        else:
            raise Unknown("assignment")

    def value(self, node: ast.expr) -> Any:
        """The value of an expression."""
        self.steps += 1
        if self.steps > MOST_STEPS * 5:
            raise Unknown("too long")
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Unknown(type(node).__name__)
        return method(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id not in self.names:
            raise Unknown(node.id)
        return self.names[node.id]

    def _list(self, node: ast.List) -> list[Any]:
        return [self.value(each) for each in node.elts]

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self._list(node))  # type: ignore[arg-type]  # both have elts

    def _set(self, node: ast.Set) -> set[Any]:
        return {self.value(each) for each in node.elts}

    def _dict(self, node: ast.Dict) -> dict[Any, Any]:
        pairs = zip(node.keys, node.values, strict=True)
        return {self.value(key): self.value(value) for key, value in pairs if key is not None}

    def _joinedstr(self, node: ast.JoinedStr) -> str:
        return "".join(str(self.value(each)) for each in node.values)

    def _formattedvalue(self, node: ast.FormattedValue) -> str:
        form = str(self.value(node.format_spec)) if node.format_spec else ""
        return format(self.value(node.value), form)

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _boolop(self, node: ast.BoolOp) -> Any:
        result: Any = None
        for each in node.values:
            result = self.value(each)
            if bool(result) == isinstance(node.op, ast.Or):
                break
        return result

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not value
        return -value if isinstance(node.op, ast.USub) else value

    def _binop(self, node: ast.BinOp) -> Any:
        return self.binary(node.op, self.value(node.left), self.value(node.right))

    def binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        """One operation, within bounds."""
        compute = _BINARY.get(type(op))
        if compute is None:
            raise Unknown("operator")
        if _too_large(op, left, right):
            raise Unknown("too large")
        return compute(left, right)

    def _compare(self, node: ast.Compare) -> bool:
        left = self.value(node.left)
        for op, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each)
            if not _COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _subscript(self, node: ast.Subscript) -> Any:
        return self.value(node.value)[self.value(node.slice)]

    def _slice(self, node: ast.Slice) -> slice:
        ends = (node.lower, node.upper, node.step)
        return slice(*(self.value(end) if end else None for end in ends))

    def _lambda(self, node: ast.Lambda) -> Function:
        return Function(self, node)

    def _attribute(self, node: ast.Attribute) -> Any:
        value = self.value(node.value)
        if isinstance(value, Module):
            if node.attr not in value.members:
                raise Unknown(node.attr)
            return value.members[node.attr]
        if node.attr.startswith("_") or not isinstance(value, (*_METHODS, File)):
            raise Unknown(node.attr)
        if node.attr in ("format", "format_map") and "__" in str(value):
            raise Unknown(node.attr)
        return getattr(value, node.attr)

    def _call(self, node: ast.Call) -> Any:
        function = self.value(node.func)
        arguments: list[Any] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                arguments.extend(self.value(each.value))
            else:
                arguments.append(self.value(each))
        named = {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        return function(*arguments, **named)

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> list[Any]:
        return [self.value(node.elt) for _ in self._each(node.generators)]

    _generatorexp = _listcomp

    def _setcomp(self, node: ast.SetComp) -> set[Any]:
        return set(self._listcomp(node))

    def _dictcomp(self, node: ast.DictComp) -> dict[Any, Any]:
        return {self.value(node.key): self.value(node.value) for _ in self._each(node.generators)}

    def _each(self, generators: list[ast.comprehension]) -> Iterator[None]:
        first, *rest = generators
        for item in self.value(first.iter):
            self.assign(first.target, item)
            if all(self.value(test) for test in first.ifs):
                if rest:
                    yield from self._each(rest)
                else:
                    yield None


def _too_large(op: ast.operator, left: Any, right: Any) -> bool:
    """Whether a result would take more memory than a small script may have."""
    if isinstance(op, ast.Pow):
        return isinstance(left, int) and left.bit_length() * abs(right) > MOST_LENGTH
    if isinstance(op, ast.Add):
        return hasattr(left, "__len__") and len(left) + len(right) > MOST_LENGTH
    if isinstance(op, ast.Mult):
        for number, items in ((left, right), (right, left)):
            if isinstance(number, int) and hasattr(items, "__len__"):
                return number * len(items) > MOST_LENGTH
        return (
            isinstance(left, int)
            and isinstance(right, int)
            and (left.bit_length() + right.bit_length() > MOST_LENGTH)
        )
    return False
