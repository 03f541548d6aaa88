"""JSON as Go's `encoding/json` writes it, for values that Argo hands on as JSON text.

Where another writes `1000.0` and `1e21`, Go writes `1000` and `1e+21`, and it spells `<`, `>` and
`&` out.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

_SPELT = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
_LARGEST_WHOLE, _SMALLEST_WHOLE = 2**64 - 1, -(2**63)


def go_json(value: Any) -> str:
    """A value in one line, the keys of maps in order."""
    if isinstance(value, dict):
        pairs = sorted((str(key), each) for key, each in value.items())
        return "{" + ",".join(f"{go_json(key)}:{go_json(each)}" for key, each in pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(go_json, value)) + "]"
    if isinstance(value, float):
        return go_number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        # What fits into no whole number of Go's is a floating one.
        fits = _SMALLEST_WHOLE <= value <= _LARGEST_WHOLE
        return str(value) if fits else go_number(float(value))
    return json.dumps(value, ensure_ascii=False).translate(_SPELT)


def go_number(value: float) -> str:
    """A floating number with as few digits as name it; in powers of ten where it has many."""
    digits = Decimal(repr(value))
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        plain = format(digits, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    sign, figures, exponent = digits.as_tuple()
    shown = "".join(map(str, figures)).rstrip("0") or "0"
    power = len(figures) - 1 + int(exponent)
    fraction = f".{shown[1:]}" if len(shown) > 1 else ""
    return f"{'-' if sign else ''}{shown[0]}{fraction}e{power:+d}"
