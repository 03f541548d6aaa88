"""Expanding a step or task into many: withItems, withParam, withSequence."""

from __future__ import annotations

import json
import re
from typing import Any

from tui.demo.engine import names
from tui.demo.engine.go_values import go_text, to_json
from tui.demo.engine.variables import Scope, substitute

LOOPS = ("withItems", "withParam", "withSequence")
MOST = 10_000
"""More items than this is taken for a mistake."""


class LoopError(ValueError):
    """A loop that cannot be expanded; the words are Argo's."""


def is_loop(step: dict[str, Any]) -> bool:
    """Whether a step or task is to be expanded."""
    return any(step.get(key) not in (None, "") for key in LOOPS)


def expanded(step: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps a loop stands for; itself, when it is none."""
    if not is_loop(step):
        return [step]
    bare = {key: value for key, value in step.items() if key not in LOOPS}
    made = []
    for index, item in enumerate(_items(step)):
        one: dict[str, Any] = substitute(bare, _item_scope(item))
        one["name"] = names.item_name(str(step["name"]), index, item_text(item))
        made.append(one)
    return made


def _items(step: dict[str, Any]) -> list[Any]:
    if step.get("withItems") is not None:
        items = step["withItems"]
    elif step.get("withParam"):
        items = _parsed(str(step["withParam"]))
    else:
        items = _sequence(step["withSequence"])
    if len(items) > MOST:
        raise LoopError(f"{len(items)} items is more than the limit of {MOST}")
    return list(items)


def _parsed(text: str) -> list[Any]:
    told = f"withParam value could not be parsed as a JSON list: {text.strip()}"
    try:
        items = json.loads(text)
    except ValueError as error:
        raise LoopError(f"{told}: {go_syntax_error(text)}") from error
    if items is None:
        return []
    if not isinstance(items, list):
        raise LoopError(
            f"{told}: json: cannot unmarshal {_go_kind(items)} into Go value of type "
            "[]v1alpha1.Item"
        )
    return items


def _go_kind(value: Any) -> str:
    kinds = {bool: "bool", str: "string", dict: "object"}
    return kinds.get(type(value), "number")


def go_syntax_error(text: str) -> str:
    """What Go says of a text that is no JSON, as nodes show it."""
    bare = text.strip(" \t\r\n")
    for word in ("null", "true", "false"):
        if bare[:1] == word[0]:
            same = 0
            while bare[: same + 1] == word[: same + 1] and same < len(word):
                same += 1
            if same < min(len(bare), len(word)):
                return (
                    f"invalid character {_quoted(bare[same])} in literal {word} "
                    f"(expecting {_quoted(word[same])})"
                )
    try:
        json.loads(bare)
    except json.JSONDecodeError as error:
        at, rest = error.pos, bare[error.pos :]
        if not rest or "Unterminated string" in error.msg:
            return "unexpected end of JSON input"
        where = {
            "Extra data": "after top-level value",
            "Expecting ':' delimiter": "after object key",
            "Expecting ',' delimiter": "after array element",
            "Expecting property name enclosed in double quotes": (
                "looking for beginning of object key string"
            ),
        }.get(error.msg, "looking for beginning of value")
        if where == "after array element" and _in_object(bare[:at]):
            where = "after object key:value pair"
        return f"invalid character {_quoted(rest[0])} {where}"
    return "unexpected end of JSON input"


def _in_object(text: str) -> bool:
    """Whether the innermost bracket that is open at the end of a JSON text is a brace."""
    opened: list[str] = []
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[][{}]', text):
        if match[0] in ("[", "{"):
            opened.append(match[0])
        elif match[0] in ("]", "}") and opened:
            opened.pop()
    return opened[-1:] == ["{"]


def _quoted(character: str) -> str:
    return "'\\''" if character == "'" else f"'{character}'"


def _sequence(sequence: dict[str, Any]) -> list[str]:
    try:
        start = int(str(sequence.get("start") or 0))
        if sequence.get("count") not in (None, ""):
            count = int(str(sequence["count"]))
            numbers = range(start, start + min(count, MOST + 1))
        else:
            end = int(str(sequence.get("end") or 0))
            step = 1 if end >= start else -1
            numbers = range(start, end + step, step)
    except ValueError as error:
        raise LoopError(f"withSequence: {error}") from error
    form = str(sequence.get("format") or "%d")
    return [_formatted(form, number) for number in numbers]


def _formatted(form: str, number: int) -> str:
    def one(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        return f"%{match[1]}{match[2]}" % number

    return re.sub(r"%%|%([-+ 0#]*\d*)([dxXo])", one, form)


def item_text(item: Any) -> str:
    """An item as the name of its node shows it (argo.md 1.5)."""
    if isinstance(item, dict):
        return ",".join(f"{key}:{item_text(item[key])}" for key in sorted(item))
    return go_text(item)


def _item_scope(item: Any) -> Scope:
    scope: Scope = {"item": item if isinstance(item, str) else to_json(item)}
    if isinstance(item, dict):
        for key, value in item.items():
            scope[f"item.{key}"] = value if isinstance(value, str) else to_json(value)
    return scope
