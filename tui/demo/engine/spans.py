"""Durations as manifests write them."""

from __future__ import annotations

import re
from typing import Any

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST = 1e9


def duration(value: Any) -> float:
    """Seconds of `10`, `"10"`, `"10s"`, `"1h30m"`; 0 for what is none."""
    text = str(value or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return min(float(text), _LONGEST)
    found = re.findall(r"(\d+(?:\.\d+)?)(ms|[smhd])", text)
    return min(sum(float(number) * _UNITS[unit] for number, unit in found), _LONGEST)
