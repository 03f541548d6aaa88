"""Lines of a log that are JSON, as one reads them: in one row the message, then the other fields;
or a row for each field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
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
    said = _object(line)
    if said is None:
        return line
    if fields:
        found = [_text(value) for name in fields if (value := _at(said, name)) is not None]
        return "  ".join(found) or line
    parts = [_text(said.pop(name)) for name in _first_of(said, TIMES)]
    parts += [f"{_text(said.pop(name)).upper():<5}" for name in _first_of(said, LEVELS)]
    parts += [_text(said.pop(name)) for name in _first_of(said, MESSAGES)]
    parts += [f"{_KEY}{_text(name)}={_END}{_text(value)}" for name, value in said.items()]
    return " ".join(parts)


def is_json(line: str) -> bool:
    """Whether a line is a JSON object that can be shown in another shape."""
    return _object(line) is not None


def pretty(line: str) -> str:
    """A line that is a JSON object over several rows, as programs print it for people.

    The lines of a text in it, such as a stack trace, stand below its key as they are. A line that
    is no object stays as it is.
    """
    said = _object(line)
    if said is None:
        return line
    try:
        rows = json.dumps(said, ensure_ascii=False, indent=2).split("\n")
    except RecursionError:
        return line
    return "\n".join(found for row in rows for found in _rows_of(row))


_FIELD = re.compile(r'( *)("(?:[^"\\]|\\.)*": )?(.*?)(,?)$', re.DOTALL)


def _rows_of(row: str) -> Iterator[str]:
    """One row of printed JSON, its key muted; several where its value is a text of several."""
    field = _FIELD.match(row)
    assert field is not None
    indent, key, value, comma = field.groups(default="")
    head = f"{indent}{_KEY}{key}{_END}" if key else indent
    if not value.startswith('"') or "\\n" not in value:
        yield f"{head}{value}{comma}"
        return
    yield f"{head.rstrip()}"
    for part in str(json.loads(value)).replace("\r", "").rstrip("\n").split("\n"):
        yield f"{indent}  {part}"


def _object(line: str) -> dict[str, Any] | None:
    """The JSON object that a line is; None if it is none, or too long to be taken apart."""
    begun = line.lstrip()
    if not begun.startswith("{") or len(line) > LONGEST:
        return None
    try:
        said = json.loads(begun)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and said else None


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
