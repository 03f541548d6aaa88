"""`when` and `depends`: the two small languages that decide whether a step or task runs.

`when` (govaluate in Argo) compares words that are mostly not quoted, because the text of an output
was put there by a tag. `depends` is boolean logic over task names and what became of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from tui.demo.engine.expression import ExpressionError, evaluate

_WORD = re.compile(
    r"""\s*(?:(?P<op>&&|\|\||==|!=|<=|>=|=~|!~|[<>()!,])
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<word>[^\s"'()!,=<>&|~]+))""",
    re.VERBOSE,
)


class ConditionError(ValueError):
    """A condition that cannot be read; the words are the node's message."""


def holds(when: str) -> bool:
    """Whether a `when` (tags already filled in) lets the step run."""
    if not when.strip():
        return True
    words = _words(when)
    reader = _Reader(words, when)
    value = reader.alternatives()
    reader.require_end()
    if isinstance(value, bool):
        return value
    shown = "[" + " ".join(map(_plain, value)) + "]" if isinstance(value, list) else _plain(value)
    raise ConditionError(f"Expected boolean evaluation for '{when}'. Got {shown}")


def _words(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None or "{" in (match["word"] or ""):
            raise ConditionError(
                f"Invalid 'when' expression '{text}': Invalid token: '{_odd(text[position:])}' "
                '(hint: try wrapping the affected expression in quotes ("))'
            )
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        position = match.end()
    return found


def _odd(text: str) -> str:
    """The beginning of a text that is no token: up to the next letter, digit or space."""
    return re.split(r"[\w\s]", text.lstrip(), maxsplit=1)[0]


def _value(kind: str, raw: str) -> Any:
    if kind == "string":
        return re.sub(r"\\(.)", r"\1", raw[1:-1])
    try:
        return float(raw)
    except ValueError:
        return {"true": True, "false": False}.get(raw, raw)


class _Reader:
    """Reads and computes at once: `when` has no side effects, so nothing need be put off."""

    def __init__(self, words: list[tuple[str, str]], text: str) -> None:
        self.words = words
        self.text = text
        self.at = 0

    def peek(self) -> str:
        return self.words[self.at][1] if self.at < len(self.words) else ""

    def alternatives(self) -> Any:
        value = self.parts()
        while self.peek() == "||":
            self.at += 1
            right = self.parts()
            value = _truth(value) or _truth(right)
        return value

    def parts(self) -> Any:
        value = self.comparison()
        while self.peek() == "&&":
            self.at += 1
            right = self.comparison()
            value = _truth(value) and _truth(right)
        return value

    def comparison(self) -> Any:
        left = self.sum()
        op = self.peek()
        if op in ("==", "!=", "<", ">", "<=", ">=", "=~", "!~", "in"):
            self.at += 1
            return _compared(op, left, self.sum(), self.text)
        return left

    def sum(self) -> Any:
        value = self.product()
        while (op := self._word()) in ("+", "-"):
            self.at += 1
            value = self._computed(op, value, self.product())
        return value

    def product(self) -> Any:
        value = self.operand()
        while (op := self._word()) in ("*", "/", "%", "**"):
            self.at += 1
            value = self._computed(op, value, self.operand())
        return value

    def _word(self) -> str:
        return self.peek() if self.words[self.at :][:1] and self._kind() == "word" else ""

    def _kind(self) -> str:
        return self.words[self.at][0]

    def _computed(self, op: str, left: Any, right: Any) -> Any:
        if op == "+" and (isinstance(left, str) or isinstance(right, str)):
            return _plain(left) + _plain(right)
        for value in (left, right):
            if not isinstance(value, float):
                raise ConditionError(
                    f"Failed to evaluate 'when' expresion '{self.text}': Value '{_plain(value)}' "
                    f"cannot be used with the modifier '{op}', it is not a number"
                )
        return _arithmetic(op, left, right)

    def require_end(self) -> None:
        """Nothing may stand behind a whole expression, nor a value right behind another."""
        if self.at >= len(self.words):
            return
        raise self._misplaced()

    def _misplaced(self) -> ConditionError:
        before = _token(*self.words[self.at - 1]) if self.at else "UNKNOWN [<nil>]"
        words = f"Cannot transition token types from {before} to {_token(*self.words[self.at])}"
        if self.peek() == ")" and self.at == len(self.words) - 1:
            words = "Unbalanced parenthesis"
        return ConditionError(f"Invalid 'when' expression '{self.text}': {words}")

    def operand(self) -> Any:
        if self.at >= len(self.words):
            raise ConditionError(
                f"Invalid 'when' expression '{self.text}': Unexpected end of expression"
            )
        kind, raw = self.words[self.at]
        self.at += 1
        if raw == "!" and kind == "op":
            return not _truth(self.operand())
        if raw == "(" and kind == "op":
            values = [self.alternatives()]
            while self.peek() == ",":
                self.at += 1
                values.append(self.alternatives())
            if self.peek() != ")":
                raise ConditionError(
                    f"Invalid 'when' expression '{self.text}': Unbalanced parenthesis"
                )
            self.at += 1
            return values if len(values) > 1 else values[0]
        if kind == "op":
            self.at -= 1
            raise self._misplaced()
        return _value(kind, raw)


def _token(kind: str, raw: str) -> str:
    """A token as govaluate names it."""
    if kind == "word":
        value = _value(kind, raw)
        kinds = {float: "NUMERIC", bool: "BOOLEAN"}
        return f"{kinds.get(type(value), 'VARIABLE')} [{_plain(value)}]"
    if kind == "string":
        return f"STRING [{_value(kind, raw)}]"
    ops = {"(": "CLAUSE", ")": "CLAUSE_CLOSE", ",": "SEPARATOR", "!": "PREFIX"}
    named = ops.get(raw, "LOGICALOP" if raw in ("&&", "||") else "COMPARATOR")
    return f"{named} [{ord(raw) if raw in '()' else raw}]"


def _arithmetic(op: str, left: float, right: float) -> float:
    if op in ("/", "%") and not right:
        return math.nan if op == "%" or not left else math.copysign(math.inf, left)
    if op == "+":
        return left + right
    if op == "-":
        return left - right
    if op == "*":
        return left * right
    if op == "/":
        return left / right
    if op == "%":
        return math.fmod(left, right)
    try:
        return math.pow(left, right)
    except (OverflowError, ValueError):
        return math.nan


def _truth(value: Any) -> bool:
    return value is True or value == "true"


def _compared(op: str, left: Any, right: Any, text: str) -> bool:
    if op == "in":
        return left in (right if isinstance(right, list) else [right])
    if op in ("=~", "!~"):
        found = re.search(_plain(right), _plain(left)) is not None
        return found == (op == "=~")
    if op in ("==", "!="):
        equal = left == right or _plain(left) == _plain(right)
        return equal == (op == "==")
    if type(left) is not type(right):
        raise ConditionError(
            f"Invalid 'when' expression '{text}': Value '{_plain(left)}' cannot be used with the "
            f"comparator '{op}', it is not a number"
        )
    if op == "<":
        return bool(left < right)
    if op == ">":
        return bool(left > right)
    return bool(left <= right if op == "<=" else left >= right)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


TASK_RESULTS = (
    "Succeeded",
    "Failed",
    "Errored",
    "Skipped",
    "Omitted",
    "Daemoned",
    "AnySucceeded",
    "AllFailed",
)
_TASK = re.compile(r"[A-Za-z0-9_][\w-]*(?:\.[A-Za-z]+)?")


def depends_of(task: Mapping[str, Any]) -> str:
    """The task's `depends`, or what its `dependencies` say in that language."""
    if task.get("depends"):
        return str(task["depends"])
    return " && ".join(task.get("dependencies") or ())


def tasks_in(depends: str) -> list[str]:
    """The tasks a `depends` speaks of, in order."""
    return list(dict.fromkeys(found.split(".")[0] for found in _TASK.findall(depends)))


def results_in(depends: str) -> list[tuple[str, str]]:
    """The tasks a `depends` speaks of, each with the result it asks for, or ""."""
    parts = (found.partition(".") for found in _TASK.findall(depends))
    return [(task, result) for task, _, result in parts]


def depends_holds(
    depends: str, results: Mapping[str, Mapping[str, bool]], bare: Callable[[str], tuple[str, ...]]
) -> bool:
    """Whether a `depends` is satisfied by what became of the tasks.

    `bare` says which results a task's name alone stands for (that depends on its `continueOn`).
    """

    def put(match: re.Match[str]) -> str:
        name, _, result = match[0].partition(".")
        wanted = (result,) if result else bare(name)
        if any(each not in TASK_RESULTS for each in wanted):
            raise ConditionError(f"unknown task result {match[0]} in depends logic '{depends}'")
        value = any(results.get(name, {}).get(each, False) for each in wanted)
        return "true" if value else "false"

    try:
        return bool(evaluate(_TASK.sub(put, depends), {}))
    except ExpressionError as error:
        raise ConditionError(f"unable to evaluate depends logic '{depends}': {error}") from error


def holds_or_unknown(when: str) -> bool:
    """Whether a loop's `when` lets it be expanded: false only if it is false for every item."""
    if not when or "{{" in when:
        return True
    try:
        return holds(when)
    except ConditionError:
        return True
