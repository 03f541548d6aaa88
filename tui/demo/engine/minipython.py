"""Python scripts of workflows, run by walking their syntax tree.

Nothing is executed by Python itself: only the statements and functions listed here exist, with
files that are a dict and a seeded `random`. So `flip a coin` prints heads or tails, a list printed
as JSON feeds a loop, and a script that needs more than that takes its time and succeeds.
"""

from __future__ import annotations

import ast
import json
import math
import operator
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from tui.demo.engine import chatter
from tui.demo.engine.programs import Box, Program

_MOST_STEPS = 200_000
_MOST_LENGTH = 1_000_000

_METHODS = (str, list, dict, set, tuple, int, float, datetime)


class _Unknown(Exception):
    """Something this little Python does not know."""


class _Raised(Exception):
    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class _Left(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Flow(Exception):
    def __init__(self, word: str, value: Any = None) -> None:
        super().__init__(word)
        self.word = word
        self.value = value


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
    except _Left as left:
        yield from script.printed()
        return left.code
    except _Unknown:
        box.vague = True
        yield from script.printed()
        yield from chatter.talk(box, box.rng.uniform(1.0, 6.0), 1.0)
        return 0
    except _Flow:
        pass
    except _Raised as raised:
        yield from script.printed()
        yield f"Traceback (most recent call last):\n{raised.kind}: {raised}\n"
        return 1
    except RecursionError:
        yield "RecursionError: maximum recursion depth exceeded\n"
        return 1
    yield from script.printed()
    return 0


class _File:
    """An open file of the pod, or a standard stream."""

    def __init__(self, script: _Script, name: str, mode: str) -> None:
        self.script, self.name = script, name
        if "w" in mode:
            script.box.write(name, "")
        elif "r" in mode and script.box.read(name) is None:
            raise _Raised("FileNotFoundError", f"[Errno 2] No such file or directory: '{name}'")

    def write(self, text: Any) -> int:
        if self.name == "<stdout>":
            self.script.events.append(str(text))
        else:
            self.script.box.write(self.name, str(text), append=True)
        return len(str(text))

    def read(self) -> str:
        return self.script.box.read(self.name) or ""

    def readlines(self) -> list[str]:
        return self.read().splitlines(keepends=True)

    def flush(self) -> None:
        return None

    def close(self) -> None:
        return None


class _Module:
    """A module by what it offers."""

    def __init__(self, **members: Any) -> None:
        self.members = members


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
        except _Flow as flow:
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
        self.modules = _modules(self, box, arguments)
        self.names: dict[str, Any] = dict(_builtins(self))

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
            raise _Raised(type(error).__name__, str(error)) from error
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
            old = self.value(_loaded(node.target))
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
                raise _Raised("AssertionError", str(text))
        elif isinstance(node, ast.Raise):
            text = ast.unparse(node.exc) if node.exc else "raised"
            raise _Raised(text.split("(")[0], text)
        elif isinstance(node, ast.Return):
            raise _Flow("return", self.value(node.value) if node.value else None)
        elif isinstance(node, ast.Break):
            raise _Flow("break")
        elif isinstance(node, ast.Continue):
            raise _Flow("continue")
        elif not isinstance(node, ast.Pass | ast.Global):
            raise _Unknown(type(node).__name__)

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
            except _Flow as flow:
                if flow.word == "return":
                    raise
                if flow.word == "break":
                    break

    def _try(self, node: ast.Try) -> Iterator[str | float]:
        try:
            yield from self._body(node.body)
        except _Raised as raised:
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
                    raise _Unknown(alias.name)
                self.names[alias.asname or alias.name] = module.members[alias.name]
            return
        for alias in node.names:
            if alias.name not in self.modules:
                raise _Unknown(alias.name)
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
            raise _Unknown("assignment")

    def value(self, node: ast.expr) -> Any:
        """The value of an expression."""
        self.steps += 1
        if self.steps > _MOST_STEPS * 5:
            raise _Unknown("too long")
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise _Unknown(type(node).__name__)
        return method(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id not in self.names:
            raise _Unknown(node.id)
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
            raise _Unknown("operator")
        if isinstance(op, ast.Pow) and abs(right) > 1000:
            raise _Unknown("power")
        if isinstance(op, ast.Mult):
            for a, b in ((left, right), (right, left)):
                if isinstance(a, int) and hasattr(b, "__len__") and a * len(b) > _MOST_LENGTH:
                    raise _Unknown("length")
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
        if isinstance(value, _Module):
            if node.attr not in value.members:
                raise _Unknown(node.attr)
            return value.members[node.attr]
        if node.attr.startswith("_") or not isinstance(value, (*_METHODS, _File)):
            raise _Unknown(node.attr)
        if node.attr in ("format", "format_map") and "__" in str(value):
            raise _Unknown(node.attr)
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


def _loaded(target: ast.expr) -> ast.expr:
    return target


def _builtins(script: _Script) -> dict[str, Any]:
    def show(*values: Any, sep: str = " ", end: str = "\n", file: Any = None, **_: Any) -> None:
        text = sep.join(str(value) for value in values) + end
        if isinstance(file, _File):
            file.write(text)
        else:
            script.events.append(text)

    def leave(code: Any = 0) -> None:
        raise _Left(code & 255 if isinstance(code, int) else 0 if code is None else 1)

    def steps(*values: int) -> range:
        made = range(*values)
        if len(made) > _MOST_LENGTH:
            raise _Unknown("range")
        return made

    def opened(name: str, mode: str = "r", **_: Any) -> _File:
        return _File(script, name, mode)

    known = (str, int, float, bool, list, dict, set, tuple, len, sum, min, max, abs, round, sorted)
    more = (enumerate, zip, map, filter, any, all, reversed, chr, ord, repr, isinstance, divmod)
    named = {each.__name__: each for each in (*known, *more)}
    return {
        **named,
        "print": show,
        "open": opened,
        "range": steps,
        "exit": leave,
        "quit": leave,
        "__name__": "__main__",
    }


def _modules(script: _Script, box: Box, arguments: list[str]) -> dict[str, _Module]:
    def sleep(seconds: float) -> None:
        script.events.append(float(seconds))

    def dump(value: Any, file: _File, **_: Any) -> None:
        file.write(json.dumps(value))

    def dumps(value: Any, indent: int | None = None, **_: Any) -> str:
        return json.dumps(value, indent=indent)

    def load(file: _File) -> Any:
        return json.loads(file.read())

    def leave(code: Any = 0) -> None:
        raise _Left(code & 255 if isinstance(code, int) else 0 if code is None else 1)

    def listed(name: str = ".") -> list[str]:
        return sorted({each.split("/")[0] for each in box.under(name)})

    def nothing(*_: Any, **__: Any) -> None:
        return None

    rng = box.rng
    path = _Module(
        exists=lambda name: box.path(name) in box.files or bool(box.under(name)),
        isfile=lambda name: box.path(name) in box.files,
        isdir=lambda name: bool(box.under(name)),
        join=lambda *parts: "/".join(str(part).rstrip("/") for part in parts),
        basename=lambda name: name.rpartition("/")[2],
        dirname=lambda name: name.rpartition("/")[0],
    )
    stream = _File(script, "<stdout>", "")
    moment = datetime.fromtimestamp(box.time, UTC)
    return {
        "random": _Module(
            randint=rng.randint,
            random=rng.random,
            choice=rng.choice,
            uniform=rng.uniform,
            randrange=rng.randrange,
            shuffle=rng.shuffle,
            sample=rng.sample,
            gauss=rng.gauss,
            seed=nothing,
        ),
        "time": _Module(sleep=sleep, time=lambda: box.time, strftime=lambda f: moment.strftime(f)),
        "json": _Module(dump=dump, dumps=dumps, load=load, loads=json.loads),
        "sys": _Module(
            exit=leave, stdout=stream, stderr=stream, argv=["-", *arguments], version="3.13"
        ),
        "os": _Module(
            mkdir=nothing,
            makedirs=nothing,
            listdir=listed,
            environ=box.env,
            getenv=box.env.get,
            path=path,
            getcwd=lambda: box.cwd,
        ),
        "math": _Module(
            sqrt=math.sqrt, floor=math.floor, ceil=math.ceil, pi=math.pi, sin=math.sin, log=math.log
        ),
        "datetime": _Module(datetime=_Module(now=lambda *_: moment, utcnow=lambda: moment)),
    }
