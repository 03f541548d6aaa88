"""The expression language of `{{=…}}`, hooks, retry strategies and `valueFrom.expression`.

Argo uses expr-lang with sprig beside it; here is the part that manifests use: literals, members,
calls, predicates over lists, the usual operators, and a table of functions. An expression is
compiled to a closure once and cached, since a loop asks the same one hundreds of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from tui.demo.engine import sprig
from tui.demo.engine.functions import FUNCTIONS, PREDICATES

Env = Mapping[str, Any]
Compiled = Callable[[Env], Any]


class ExpressionError(ValueError):
    """An expression that cannot be read or computed; the words go into a node's message."""


class NotSimulated(ExpressionError):
    """An expression that the real thing can perhaps read, and the demo cannot."""


_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+)
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
  | (?P<name>[A-Za-z_$][\w$]*)
  | (?P<op>\?\?|\?\.|\.\.|&&|\|\||==|!=|<=|>=|\*\*|[-+*/%^<>!?:.,()\[\]{}\#|])
    )""",
    re.VERBOSE,
)

_BINARY: dict[str, int] = {
    "??": 5,
    "||": 10,
    "or": 10,
    "&&": 15,
    "and": 15,
    "==": 20,
    "!=": 20,
    "<": 20,
    ">": 20,
    "<=": 20,
    ">=": 20,
    "in": 20,
    "not in": 20,
    "matches": 20,
    "contains": 20,
    "startsWith": 20,
    "endsWith": 20,
    "..": 25,
    "+": 30,
    "-": 30,
    "*": 60,
    "/": 60,
    "%": 60,
    "**": 100,
    "^": 100,
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def evaluate(text: str, env: Env) -> Any:
    """The value of an expression among these variables."""
    try:
        return _compiled(text)(env)
    except ExpressionError:
        raise
    except (ArithmeticError, KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise ExpressionError(f"failed to evaluate expression: {error}") from error


@lru_cache(maxsize=2048)
def _compiled(text: str) -> Compiled:
    try:
        parser = _Parser(text)
        compiled = parser.ternary()
        if parser.token[0] != "end":
            raise ExpressionError(f"unexpected token {parser.token[1]!r} in {text!r}")
    except NotSimulated:
        raise
    except (ExpressionError, IndexError, RecursionError) as error:
        raise NotSimulated(f"the demo cannot read the expression {text!r}: {error}") from error
    return compiled


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(f"unexpected character {text[position]!r} in {text!r}")
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        position = match.end()
    found.append(("end", ""))
    return found


def _unquoted(text: str) -> str:
    if text[0] == "`":
        return text[1:-1]
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1])


def member(value: Any, key: Any) -> Any:
    """`value.key` or `value[key]`; nothing is found in nothing."""
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, list | tuple | str) and isinstance(key, int | float):
        return value[int(key)]
    if value is None:
        return None
    raise ExpressionError(f"cannot fetch {key} from {type(value).__name__}")


class _Parser:
    """Precedence climbing over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0

    @property
    def token(self) -> tuple[str, str]:
        return self.tokens[self.at]

    def taken(self, *values: str) -> bool:
        kind, value = self.token
        if kind in ("op", "name") and value in values:
            self.at += 1
            return True
        return False

    def expect(self, value: str) -> None:
        if not self.taken(value):
            raise ExpressionError(f"expected {value!r} near {self.token[1]!r} in {self.text!r}")

    def ternary(self) -> Compiled:
        condition = self.binary(0)
        if not self.taken("?"):
            return condition
        yes = self.ternary()
        self.expect(":")
        no = self.ternary()
        return lambda env: yes(env) if condition(env) else no(env)

    def binary(self, least: int) -> Compiled:
        left = self.unary()
        while True:
            op = self._operator()
            if op is None or _BINARY[op] < least:
                return left
            self.at += 2 if op == "not in" else 1
            power = _BINARY[op]
            right = self.binary(power if op in ("**", "^") else power + 1)
            left = _operation(op, left, right)

    def _operator(self) -> str | None:
        kind, value = self.token
        if kind == "name" and value == "not" and self.tokens[self.at + 1][1] == "in":
            return "not in"
        return value if kind in ("op", "name") and value in _BINARY else None

    def unary(self) -> Compiled:
        if self.taken("!", "not"):
            inner = self.binary(50)
            return lambda env: not inner(env)
        if self.taken("-"):
            inner = self.binary(90)
            return lambda env: -inner(env)
        if self.taken("+"):
            return self.binary(90)
        return self.postfix(self.primary())

    def postfix(self, value: Compiled) -> Compiled:
        while True:
            if self.taken(".", "?."):
                name = self.token[1]
                self.at += 1
                value = self._call(name, value) if self.taken("(") else _fetched(value, name)
            elif self.taken("["):
                value = self._subscript(value)
            elif self.token == ("op", "|"):
                self.at += 1
                name = self.token[1]
                self.at += 1
                self.expect("(")
                value = self._call(name, value)
            else:
                return value

    def _subscript(self, value: Compiled) -> Compiled:
        start = None if self.token == ("op", ":") else self.ternary()
        if self.taken(":"):
            end = None if self.token == ("op", "]") else self.ternary()
            self.expect("]")
            return lambda env: value(env)[
                int(start(env)) if start else None : int(end(env)) if end else None
            ]
        self.expect("]")
        assert start is not None
        return lambda env: member(value(env), start(env))

    def primary(self) -> Compiled:
        kind, value = self.token
        self.at += 1
        if kind == "number":
            number = float(value) if "." in value or "e" in value else int(value)
            return lambda env: number
        if kind == "string":
            text = _unquoted(value)
            return lambda env: text
        if kind == "name":
            return self._named(value)
        if value == "(":
            inner = self.ternary()
            self.expect(")")
            return inner
        if value == "[":
            items = self._listed("]")
            return lambda env: [item(env) for item in items]
        if value == "{":
            return self._map()
        if value == "#":
            return lambda env: env["#"]
        if value == ".":
            name = self.token[1]
            self.at += 1
            return lambda env: member(env["#"], name)
        raise ExpressionError(f"unexpected token {value!r} in {self.text!r}")

    def _named(self, name: str) -> Compiled:
        constants = {"true": True, "false": False, "nil": None, "null": None}
        if name in constants:
            constant = constants[name]
            return lambda env: constant
        if name == "sprig" and self.taken("."):
            name = f"sprig.{self.token[1]}"
            self.at += 1
        if self.taken("("):
            return self._call(name, None)
        return lambda env: env.get(name)

    def _call(self, name: str, first: Compiled | None) -> Compiled:
        if name in PREDICATES:
            subject = first or self.ternary()
            if first is None:
                self.expect(",")
            braced = self.taken("{")
            predicate = self.ternary()
            if braced:
                self.expect("}")
            self.expect(")")
            run = PREDICATES[name]
            return lambda env: run(subject(env), lambda item: predicate({**env, "#": item}))
        given = self._listed(")")
        if name in ("now", "sprig.now") and not given and first is None:
            return lambda env: env["now()"]
        arguments = [first, *given] if first else given
        if name == "sprig.date" and len(arguments) == 2:
            layout, moment = arguments
            return lambda env: sprig.date(layout(env), moment(env), env["now()"])
        is_sprigs = name.startswith("sprig.")
        function = sprig.SPRIG.get(name[len("sprig.") :]) if is_sprigs else FUNCTIONS.get(name)
        if function is None:
            raise NotSimulated(f"the demo does not simulate {name}(), in {self.text!r}")
        known = function
        return lambda env: known(*(argument(env) for argument in arguments))

    def _listed(self, end: str) -> list[Compiled]:
        items: list[Compiled] = []
        while not self.taken(end):
            items.append(self.ternary())
            if not self.taken(","):
                self.expect(end)
                break
        return items

    def _map(self) -> Compiled:
        pairs: list[tuple[str, Compiled]] = []
        while not self.taken("}"):
            kind, key = self.token
            self.at += 1
            self.expect(":")
            pairs.append((_unquoted(key) if kind == "string" else key, self.ternary()))
            if not self.taken(","):
                self.expect("}")
                break
        return lambda env: {key: value(env) for key, value in pairs}


def _fetched(value: Compiled, name: str) -> Compiled:
    return lambda env: member(value(env), name)


def _operation(op: str, left: Compiled, right: Compiled) -> Compiled:
    if op in ("&&", "and"):
        return lambda env: bool(left(env)) and bool(right(env))
    if op in ("||", "or"):
        return lambda env: bool(left(env)) or bool(right(env))
    if op == "??":
        return lambda env: value if (value := left(env)) is not None else right(env)
    compute = _COMPUTE[op]
    return lambda env: compute(left(env), right(env))


def _sum(a: Any, b: Any) -> Any:
    if isinstance(a, str) or isinstance(b, str):
        if not (isinstance(a, str) and isinstance(b, str)):
            raise ExpressionError("invalid operation: + (mismatched types)")
        return a + b
    return a + b


def _divided(a: Any, b: Any) -> Any:
    result = a / b
    return result


def _inside(a: Any, b: Any) -> bool:
    return b is not None and a in b


_COMPUTE: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "in": _inside,
    "not in": lambda a, b: not _inside(a, b),
    "matches": lambda a, b: re.search(b, a) is not None,
    "contains": lambda a, b: b in a,
    "startsWith": lambda a, b: str(a).startswith(b),
    "endsWith": lambda a, b: str(a).endswith(b),
    "..": lambda a, b: list(range(int(a), min(int(b), int(a) + 100_000) + 1)),
    "+": _sum,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "%": lambda a, b: a % b,
    "**": lambda a, b: float(a) ** min(float(b), 1000.0),
    "^": lambda a, b: float(a) ** min(float(b), 1000.0),
}
