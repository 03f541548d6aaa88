"""Lines of a log that are JSON, as one reads them: the message, then the other fields."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

TIMES = ("time", "ts", "timestamp", "@timestamp", "datetime", "asctime")
LEVELS = ("level", "lvl", "severity", "levelname", "loglevel")
MESSAGES = ("msg", "message", "event", "text")
LONGEST = 1 << 16
"""Characters of a line that is taken apart."""
_KEY, _END = "\x1b[2m", "\x1b[22m"


def readable(line: str, fields: Sequence[str] = ()) -> str:
    """A line that is a JSON object as text: time, level, message, then `key=value` of the rest.

    With `fields` their values alone, in that order; a name with dots goes into objects. A line that
    is none stays as it is, and so does one that has none of the fields.
    """
    begun = line.lstrip()
    if not begun.startswith("{") or len(line) > LONGEST:
        return line
    try:
        said = json.loads(begun)
    except (ValueError, RecursionError):
        return line
    if not isinstance(said, dict) or not said:
        return line
    if fields:
        found = [_text(value) for name in fields if (value := _at(said, name)) is not None]
        return "  ".join(found) or line
    parts = [_text(said.pop(name)) for name in _first_of(said, TIMES)]
    parts += [f"{_text(said.pop(name)).upper():<5}" for name in _first_of(said, LEVELS)]
    parts += [_text(said.pop(name)) for name in _first_of(said, MESSAGES)]
    parts += [f"{_KEY}{_text(name)}={_END}{_text(value)}" for name, value in said.items()]
    return " ".join(parts)


def _first_of(said: dict[str, Any], names: Sequence[str]) -> list[str]:
    return [name for name in names if name in said][:1]


def _at(said: Any, name: str) -> Any:
    """The value of a field; of one in other objects by its path."""
    if isinstance(said, dict) and name in said:
        return said[name]
    for part in name.split("."):
        if not isinstance(said, dict) or part not in said:
            return None
        said = said[part]
    return said


def _text(value: Any) -> str:
    """A value in one row; lines of a text stand behind each other."""
    if isinstance(value, str):
        return value.replace("\n", " ⏎ ").replace("\r", "")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
