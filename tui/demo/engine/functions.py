"""Functions that expressions may call: Argo's own, expr-lang's, and the sprig ones in use.

Text forms follow Go (`true`, `<nil>`, integers without a point), because the result of an
expression becomes part of a manifest or a node's output.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
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


def _as_int(value: Any) -> int:
    if isinstance(value, str):
        return int(value.strip())
    return int(value)


def _as_float(value: Any) -> float:
    return float(value)


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else go_text(value)


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


def _dig(*arguments: Any) -> Any:
    *keys, default, value = arguments
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return default
        value = value[key]
    return value


def _ternary(yes: Any, no: Any, condition: Any) -> Any:
    return yes if condition else no


def _split(text: str, by: str) -> list[str]:
    return text.split(by)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "asInt": _as_int,
    "asFloat": _as_float,
    "int": _as_int,
    "float": _as_float,
    "string": _text,
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
    "join": lambda items, by="": by.join(_text(item) for item in items),
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
    "ceil": math.ceil,
    "floor": math.floor,
    "round": round,
    "reverse": lambda items: list(reversed(items)),
    "sort": sorted,
    "concat": lambda *lists: [item for items in lists for item in items],
    "sprig.trim": lambda s: str(s).strip(),
    "sprig.int": _as_int,
    "sprig.add": lambda *v: sum(_as_int(item) for item in v),
    "sprig.sub": lambda a, b: _as_int(a) - _as_int(b),
    "sprig.mul": lambda *v: math.prod(_as_int(item) for item in v),
    "sprig.div": lambda a, b: _as_int(a) // _as_int(b),
    "sprig.mod": lambda a, b: _as_int(a) % _as_int(b),
    "sprig.replace": lambda old, new, s: str(s).replace(old, new),
    "sprig.default": lambda default, value=None: value or default,
    "sprig.coalesce": lambda *v: next((item for item in v if item), None),
    "sprig.empty": lambda value: not value,
    "sprig.ternary": _ternary,
    "sprig.dig": _dig,
    "sprig.list": lambda *items: list(items),
    "sprig.join": lambda by, items: by.join(_text(item) for item in items),
    "sprig.splitList": lambda by, s: str(s).split(by),
    "sprig.contains": lambda part, s: part in s,
    "sprig.toString": _text,
    "sprig.quote": lambda s: json.dumps(_text(s)),
    "sprig.title": lambda s: str(s).title(),
    "sprig.trimSuffix": lambda suffix, s: str(s).removesuffix(suffix),
    "sprig.trimPrefix": lambda prefix, s: str(s).removeprefix(prefix),
    "sprig.hasKey": lambda m, key: key in m,
    "sprig.until": lambda n: list(range(min(_as_int(n), 100_000))),
    "sprig.repeat": lambda n, s: str(s) * min(_as_int(n), 10_000),
    "sprig.trunc": lambda n, s: str(s)[: _as_int(n)],
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
