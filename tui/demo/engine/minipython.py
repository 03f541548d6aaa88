"""Python scripts of workflows, run by walking their syntax tree.

Nothing is executed by Python itself: only the statements and functions listed here exist, with
files that are a dict and a seeded `random`. So `flip a coin` prints heads or tails, a list printed
as JSON feeds a loop, and a script that needs more than that takes its time and succeeds.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from tui.demo.engine import chatter
from tui.demo.engine.programs import Box, Program
from tui.demo.engine.python_library import (
    MOST_LENGTH,
    File,
    Flow,
    Left,
    Module,
    Raised,
    Unknown,
    builtins_of,
    modules_of,
)

_MOST_STEPS = 200_000

_METHODS = (str, list, dict, set, tuple, int, float, datetime)


def run(source: str, box: Box, arguments: list[str]) -> Program:
    """Run a script; what it cannot do is taken as a program that succeeds."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        yield f'  File "<stdin>"\nSyntaxError: {error}\n'
        return 1
    script = _Script(box, arguments)
    yield 0.3
    try:
        for statement in tree.body:
            yield from script.perform(statement)
    except Left as left:
        yield from script.printed()
        return left.code
    except Unknown:
        box.vague = True
        yield from script.printed()
        yield from chatter.talk(box, box.rng.uniform(1.0, 6.0), 1.0)
        return 0
    except Flow:
        pass
    except Raised as raised:
        yield from script.printed()
        yield f"Traceback (most recent call last):\n{raised.kind}: {raised}\n"
        return 1
    except RecursionError:
        yield "RecursionError: maximum recursion depth exceeded\n"
        return 1
    yield from script.printed()
    return 0


class _Function:
    """A `def` or `lambda` of the script."""

    def __init__(self, script: _Script, node: ast.FunctionDef | ast.Lambda) -> None:
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


class _Script:
    """The names of a running script, and what it has printed or slept."""

    def __init__(self, box: Box, arguments: list[str]) -> None:
        self.box = box
        self.steps = 0
        self.events: list[str | float] = []
        self.modules = modules_of(self, box, arguments)
        self.names: dict[str, Any] = dict(builtins_of(self))

    def printed(self) -> Iterator[str | float]:
        """What has happened since it was last asked."""
        events, self.events = self.events, []
        yield from events

    def perform(self, node: ast.stmt) -> Iterator[str | float]:
        """Do one statement."""
        self.steps += 1
        if self.steps > _MOST_STEPS:
            yield 0.5
            self.steps = _MOST_STEPS - 100
        try:
            yield from self._perform(node)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise Raised(type(error).__name__, str(error)) from error
        yield from self.printed()

    def _body(self, body: list[ast.stmt]) -> Iterator[str | float]:
        for statement in body:
            yield from self.perform(statement)

    def _perform(self, node: ast.stmt) -> Iterator[str | float]:
        if isinstance(node, ast.Expr):
            self.value(node.value)
        elif isinstance(node, ast.Assign):
            value = self.value(node.value)
            for target in node.targets:
                self.assign(target, value)
        elif isinstance(node, ast.AnnAssign) and node.value:
            self.assign(node.target, self.value(node.value))
        elif isinstance(node, ast.AugAssign):
            old = self.value(node.target)
            self.assign(node.target, self.binary(node.op, old, self.value(node.value)))
        elif isinstance(node, ast.If):
            yield from self._body(node.body if self.value(node.test) else node.orelse)
        elif isinstance(node, ast.For | ast.While):
            yield from self._loop(node)
        elif isinstance(node, ast.With):
            for item in node.items:
                value = self.value(item.context_expr)
                if item.optional_vars:
                    self.assign(item.optional_vars, value)
            yield from self._body(node.body)
        elif isinstance(node, ast.Try):
            yield from self._try(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        elif isinstance(node, ast.FunctionDef):
            self.names[node.name] = _Function(self, node)
        else:
            self._leave(node)

    def _leave(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assert):
            if not self.value(node.test):
                text = self.value(node.msg) if node.msg else ""
                raise Raised("AssertionError", str(text))
        elif isinstance(node, ast.Raise):
            text = ast.unparse(node.exc) if node.exc else "raised"
            raise Raised(text.split("(")[0], text)
        elif isinstance(node, ast.Return):
            raise Flow("return", self.value(node.value) if node.value else None)
        elif isinstance(node, ast.Break):
            raise Flow("break")
        elif isinstance(node, ast.Continue):
            raise Flow("continue")
        elif not isinstance(node, ast.Pass | ast.Global):
            raise Unknown(type(node).__name__)

    def _loop(self, node: ast.For | ast.While) -> Iterator[str | float]:
        items = iter(self.value(node.iter)) if isinstance(node, ast.For) else None
        while True:
            if isinstance(node, ast.For) and items is not None:
                try:
                    self.assign(node.target, next(items))
                except StopIteration:
                    break
            elif isinstance(node, ast.While):
                yield 0.001
                if not self.value(node.test):
                    break
            try:
                yield from self._body(node.body)
            except Flow as flow:
                if flow.word == "return":
                    raise
                if flow.word == "break":
                    break

    def _try(self, node: ast.Try) -> Iterator[str | float]:
        try:
            yield from self._body(node.body)
        except Raised as raised:
            if not node.handlers:
                raise
            handler = node.handlers[0]
            if handler.name:
                self.names[handler.name] = str(raised)
            yield from self._body(handler.body)
        yield from self._body(node.finalbody)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.ImportFrom):
            module = self.modules.get(node.module or "")
            for alias in node.names:
                if module is None or alias.name not in module.members:
                    raise Unknown(alias.name)
                self.names[alias.asname or alias.name] = module.members[alias.name]
            return
        for alias in node.names:
            if alias.name not in self.modules:
                raise Unknown(alias.name)
            self.names[alias.asname or alias.name] = self.modules[alias.name]

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
        if self.steps > _MOST_STEPS * 5:
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

    def _lambda(self, node: ast.Lambda) -> _Function:
        return _Function(self, node)

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
