"""Values as Go prints them: `true`, `<nil>`, integers without a point.

The result of an expression becomes part of a manifest or a node's output.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def go_text(value: Any) -> str:
    """A value as Go's `%v` prints it, and expression tags put it into text."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list | tuple):
        return "[" + " ".join(go_text(item) for item in value) + "]"
    if isinstance(value, Mapping):
        inner = " ".join(f"{key}:{go_text(value[key])}" for key in sorted(value))
        return f"map[{inner}]"
    return str(value)


def to_json(value: Any) -> str:
    """Compact JSON, keys in order."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def as_int(value: Any) -> int:
    """A whole number, also of a text that is one."""
    if isinstance(value, str):
        return int(value.strip())
    return int(value)


def as_float(value: Any) -> float:
    """A number, also of a text that is one."""
    return float(value)


def shown_text(value: Any) -> str:
    """Text as it is, nothing as no text, everything else as Go prints it."""
    return "" if value is None else value if isinstance(value, str) else go_text(value)
