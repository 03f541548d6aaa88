"""Python scripts of workflows, run by walking their syntax tree.

Nothing is executed by Python itself: only the statements and functions listed here exist, with
files that are a dict and a seeded `random`. So `flip a coin` prints heads or tails, a list printed
as JSON feeds a loop, and a script that needs more than that takes its time and succeeds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tui.demo.engine import chatter
from tui.demo.engine.programs import Box, Err, Program
from tui.demo.engine.python_library import (
    Flow,
    Left,
    Raised,
    Unknown,
    builtins_of,
    modules_of,
)
from tui.demo.engine.python_values import MOST_STEPS, Function, Values


def run(source: str, box: Box, arguments: list[str]) -> Program:
    """Run a script; what it cannot do is taken as a program that succeeds."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        yield Err(f'  File "<stdin>"\nSyntaxError: {error}\n')
        return 1
    script = _Script(box, arguments)
    yield 0.3
    try:
        for statement in tree.body:
            yield from script.perform(statement)
    except Left as left:
        yield from script.printed()
        if left.words:
            yield Err(f"{left.words}\n")
        return left.code
    except Unknown:
        box.unknown = box.unknown or "this script"
        yield from script.printed()
        yield Err("demo: this script is not simulated from here on, the rest is made up\n")
        yield from chatter.talk(box, box.rng.uniform(1.0, 6.0), 1.0)
        return 0
    except Flow:
        pass
    except Raised as raised:
        yield from script.printed()
        yield Err(f"Traceback (most recent call last):\n{raised.kind}: {raised}\n")
        return 1
    except RecursionError:
        yield Err("RecursionError: maximum recursion depth exceeded\n")
        return 1
    yield from script.printed()
    return 0


class _Script(Values):
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
        if self.steps > MOST_STEPS:
            yield 0.5
            self.steps = MOST_STEPS - 100
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
            self.names[node.name] = Function(self, node)
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
