"""Lines of a log that are JSON, as one reads them: in one row the message, then the other fields;
or a row for each field."""

from __future__ import annotations

import json
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
    try:
        return _in_one_row(said, fields) or line
    except RecursionError:
        return line


def _in_one_row(said: dict[str, Any], fields: Sequence[str]) -> str:
    if fields:
        return "  ".join(_text(value) for name in fields if (value := _at(said, name)) is not None)
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
        return "\n".join(_rows(said))
    except RecursionError:
        return line


class _Number(str):
    """A number as it is written: `1.10` is no 1.1, and 1e400 more than a float holds."""

    __slots__ = ()


def _rows(value: Any, indent: str = "", head: str = "", comma: str = "") -> Iterator[str]:
    """A value as rows, the first behind `head`, keys muted; lines of a text in it as they are."""
    inside = indent + "  "
    if isinstance(value, dict) and value:
        yield f"{indent}{head}{{"
        for left, (name, each) in zip(range(len(value) - 1, -1, -1), value.items(), strict=True):
            key = f"{_KEY}{_written(name)}: {_END}"
            yield from _rows(each, inside, key, "," if left else "")
        yield f"{indent}}}{comma}"
    elif isinstance(value, list) and value:
        yield f"{indent}{head}["
        for left, each in zip(range(len(value) - 1, -1, -1), value, strict=True):
            yield from _rows(each, inside, "", "," if left else "")
        yield f"{indent}]{comma}"
    elif isinstance(value, str) and "\n" in value:
        yield f"{indent}{head}".rstrip()
        for part in value.replace("\r", "").rstrip("\n").split("\n"):
            yield f"{inside}{part}"
    else:
        yield f"{indent}{head}{_written(value)}{comma}"


def _written(value: Any) -> str:
    """A value as JSON in one row, numbers as they came."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{_written(k)}:{_written(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, _Number):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _object(line: str) -> dict[str, Any] | None:
    """The JSON object that a line is; None if it is none, or too long to be taken apart."""
    begun = line.lstrip()
    if not begun.startswith("{") or len(line) > LONGEST:
        return None
    try:
        said = json.loads(begun, parse_float=_Number, parse_int=_Number)
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
    return _written(value)
