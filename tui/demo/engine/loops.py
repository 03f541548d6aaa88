"""Expanding a step or task into many: withItems, withParam, withSequence."""

from __future__ import annotations

import json
import re
from typing import Any

from tui.demo.engine import names
from tui.demo.engine.functions import go_text, to_json
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
    try:
        items = json.loads(text)
    except ValueError as error:
        raise LoopError(
            f"withParam value could not be parsed as a JSON list: {text}: {error}"
        ) from error
    if not isinstance(items, list):
        raise LoopError(f"withParam value could not be parsed as a JSON list: {text}")
    return items


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
