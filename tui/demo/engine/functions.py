"""Functions that expressions may call: Argo's own and expr-lang's; sprig's are in `sprig.py`."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from tui.demo.engine.go_values import as_float, as_int, shown_text, to_json

_STEP = re.compile(
    r"\.\.?([\w-]+|\*)|\[(?:'([^']*)'|\"([^\"]*)\"|(\*)|(-?\d*:-?\d*)|(-?\d+)|\?\((.*?)\))\]"
)
_COMPARISON = re.compile(
    r"@\.([\w-]+)\s*(==|!=|<=|>=|<|>)\s*(\"[^\"]*\"|'[^']*'|[-\d.]+|true|false)"
)


def _filtered(item: Any, condition: str) -> bool:
    """A JSONPath filter: comparisons joined by && or ||."""
    for alternative in condition.split("||"):
        if all(_holds(item, part) for part in alternative.split("&&")):
            return True
    return False


def _holds(item: Any, text: str) -> bool:
    match = _COMPARISON.search(text)
    if match is None or not isinstance(item, Mapping) or match[1] not in item:
        return False
    value, raw = item[match[1]], match[3]
    wanted: Any = raw[1:-1] if raw[0] in "'\"" else json.loads(raw)
    if match[2] in ("==", "!="):
        return bool((value == wanted) == (match[2] == "=="))
    if not (isinstance(value, int | float) and isinstance(wanted, int | float)):
        return False
    order = (value > wanted) - (value < wanted)
    return order in {"<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1)}[match[2]]


def json_path(text: Any, path: str) -> Any:
    """The part of a JSON text that a (simple) JSONPath names."""
    found = [json.loads(text) if isinstance(text, str) else text]
    many = False
    for step in _STEP.finditer(path.strip().strip("{}").removeprefix("$")):
        name = step[1] or step[2] or step[3]
        if name == "*" or step[4]:
            many = True
            found = [x for v in found for x in (v.values() if isinstance(v, Mapping) else v)]
        elif name is not None:
            found = [v[name] for v in found if isinstance(v, Mapping) and name in v]
        elif step[5]:
            many = True
            low, high = step[5].split(":")
            cut = slice(int(low) if low else None, int(high) if high else None)
            found = [x for v in found if isinstance(v, list) for x in v[cut]]
        elif step[6]:
            found = [v[int(step[6])] for v in found if isinstance(v, list)]
        else:
            many = True
            condition = str(step[7])
            found = [x for v in found if isinstance(v, list) for x in v if _filtered(x, condition)]
    if many:
        return found
    if not found:
        raise ValueError(f"unknown key in {path}")
    return found[0]


def _split(text: str, by: str) -> list[str]:
    return text.split(by)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "asInt": as_int,
    "asFloat": as_float,
    "int": as_int,
    "float": as_float,
    "string": shown_text,
    "jsonpath": json_path,
    "toJson": to_json,
    "toJSON": to_json,
    "fromJSON": json.loads,
    "fromJson": json.loads,
    # Of the time between two moments, as Go calls them.
    "Seconds": lambda span: span.total_seconds(),
    "Minutes": lambda span: span.total_seconds() / 60,
    "Hours": lambda span: span.total_seconds() / 3600,
    "len": len,
    "upper": lambda s: str(s).upper(),
    "lower": lambda s: str(s).lower(),
    "trim": lambda s, cut=None: str(s).strip(cut),
    "trimPrefix": lambda s, prefix: str(s).removeprefix(prefix),
    "trimSuffix": lambda s, suffix: str(s).removesuffix(suffix),
    "split": _split,
    "join": lambda items, by="": by.join(shown_text(item) for item in items),
    "replace": lambda s, old, new: str(s).replace(old, new),
    "hasPrefix": lambda s, prefix: str(s).startswith(prefix),
    "hasSuffix": lambda s, suffix: str(s).endswith(suffix),
    "indexOf": lambda s, part: str(s).find(part),
    "keys": lambda m: sorted(m),
    "values": lambda m: [m[key] for key in sorted(m)],
    "first": lambda items: items[0] if items else None,
    "last": lambda items: items[-1] if items else None,
    "sum": sum,
    "min": lambda *v: min(*v) if len(v) > 1 else min(v[0]),
    "max": lambda *v: max(*v) if len(v) > 1 else max(v[0]),
    "abs": abs,
    "uniq": lambda items: list(dict.fromkeys(items)),
    "take": lambda items, n: list(items[:n]),
    "repeat": lambda s, n: str(s) * min(as_int(n), 10_000),
    "lastIndexOf": lambda s, part: str(s).rfind(part),
    "toBase64": lambda s: base64.b64encode(str(s).encode()).decode(),
    "fromBase64": lambda s: base64.b64decode(str(s)).decode(),
    "toPairs": lambda m: [[key, m[key]] for key in sorted(m)],
    "fromPairs": lambda pairs: {pair[0]: pair[1] for pair in pairs},
    "ceil": math.ceil,
    "floor": math.floor,
    "round": round,
    "reverse": lambda items: list(reversed(items)),
    "sort": sorted,
    "concat": lambda *lists: [item for items in lists for item in items],
}

Predicate = Callable[[Any], Any]

PREDICATES: dict[str, Callable[[Any, Predicate], Any]] = {
    "filter": lambda items, test: [item for item in items or () if test(item)],
    "map": lambda items, make: [make(item) for item in items or ()],
    "all": lambda items, test: all(test(item) for item in items or ()),
    "any": lambda items, test: any(test(item) for item in items or ()),
    "none": lambda items, test: not any(test(item) for item in items or ()),
    "one": lambda items, test: sum(bool(test(item)) for item in items or ()) == 1,
    "count": lambda items, test: sum(bool(test(item)) for item in items or ()),
    "find": lambda items, test: next((item for item in items or () if test(item)), None),
    "groupBy": lambda items, make: _grouped(items, make),
    "sortBy": lambda items, make: sorted(items, key=make),
}


def _grouped(items: Any, make: Predicate) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(make(item), []).append(item)
    return groups
