"""The functions of sprig that expressions may call as `sprig.NAME(…)`.

Their arguments stand in sprig's order, which often is not that of expr-lang's function of the same
name. What is not here ends the step that asks for it: chance (`uuidv4`, `randAlpha`), certificates,
versions and the network.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import posixpath
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tui.demo.engine.go_values import as_int, shown_text, to_json

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[A-Z]+")
_LAYOUT = {
    "2006": "%Y",
    "January": "%B",
    "Jan": "%b",
    "01": "%m",
    "02": "%d",
    "15": "%H",
    "03": "%I",
    "04": "%M",
    "05": "%S",
    "06": "%y",
    "Monday": "%A",
    "Mon": "%a",
    "PM": "%p",
    "MST": "%Z",
    "Z07:00": "Z",
    "-0700": "%z",
    "1": "%-m",
    "2": "%-d",
    "3": "%-I",
    "4": "%-M",
    "5": "%-S",
    "pm": "%p",
}
"""Parts of Go's layouts of dates and what `strftime` calls them."""
_PART = re.compile("|".join(map(re.escape, sorted(_LAYOUT, key=len, reverse=True))))


def date(layout: str, moment: Any, now: datetime) -> str:
    """A date by Go's layout; as in sprig, what is neither a date nor seconds is now."""
    if isinstance(moment, int | float) and not isinstance(moment, bool):
        moment = datetime.fromtimestamp(moment, UTC)
    at = moment if isinstance(moment, datetime) else now
    return _PART.sub(lambda found: at.strftime(_LAYOUT[found[0]]), layout)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _whole(value: Any) -> int:
    return int(_number(value))


def _is_empty(value: Any) -> bool:
    return not value


def _join(by: str, items: Any) -> str:
    listed = items if isinstance(items, list | tuple) else [items]
    return by.join(shown_text(item) for item in listed)


def _words(text: Any) -> list[str]:
    return _WORD.findall(str(text))


def _replace(pattern: str, text: str, by: str) -> str:
    return re.sub(pattern, re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", by), text)


def _without(items: list[Any], *gone: Any) -> list[Any]:
    return [item for item in items if item not in gone]


def _unique(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def _dict(*pairs: Any) -> dict[str, Any]:
    keys, values = pairs[::2], [*pairs[1::2], *([""] if len(pairs) % 2 else [])]
    return dict(zip(map(str, keys), values, strict=True))


def _merged(target: Mapping[str, Any], *others: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(target)
    for other in others:
        made = {**other, **made}
    return made


def _dig(*arguments: Any) -> Any:
    *keys, default, value = arguments
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return default
        value = value[key]
    return value


def _until_step(start: Any, stop: Any, step: Any) -> list[int]:
    return list(range(as_int(start), as_int(stop), as_int(step)))[:100_000]


def _round(value: Any, places: Any, half: Any = 0.5) -> float:
    factor = 10.0 ** as_int(places)
    scaled = _number(value) * factor
    part = scaled - math.floor(scaled)
    return float((math.floor(scaled) + (part >= half)) / factor)


def _substr(start: Any, end: Any, text: Any) -> str:
    low, high = as_int(start), as_int(end)
    if low < 0:
        return str(text)[:high]
    return str(text)[low:] if high < 0 or high > len(str(text)) else str(text)[low:high]


def _trunc(length: Any, text: Any) -> str:
    size = as_int(length)
    return str(text)[size:] if size < 0 else str(text)[:size]


def _indent(spaces: Any, text: Any) -> str:
    pad = " " * min(as_int(spaces), 1000)
    return pad + str(text).replace("\n", f"\n{pad}")


def _decoded(decode: Callable[[bytes], bytes]) -> Callable[[Any], str]:
    def run(text: Any) -> str:
        try:
            return decode(str(text).encode()).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as error:
            return str(error)

    return run


def _hashed(name: str) -> Callable[[Any], str]:
    return lambda text: hashlib.new(name, str(text).encode(), usedforsecurity=False).hexdigest()


def _fail(words: Any) -> Any:
    raise ValueError(str(words))


SPRIG: dict[str, Callable[..., Any]] = {
    # text
    "trim": lambda s: str(s).strip(),
    "trimAll": lambda cut, s: str(s).strip(cut),
    "trimall": lambda cut, s: str(s).strip(cut),
    "trimSuffix": lambda suffix, s: str(s).removesuffix(suffix),
    "trimPrefix": lambda prefix, s: str(s).removeprefix(prefix),
    "upper": lambda s: str(s).upper(),
    "lower": lambda s: str(s).lower(),
    "title": lambda s: str(s).title(),
    "untitle": lambda s: str(s)[:1].lower() + str(s)[1:],
    "nospace": lambda s: re.sub(r"\s", "", str(s)),
    "repeat": lambda n, s: str(s) * min(as_int(n), 10_000),
    "substr": _substr,
    "trunc": _trunc,
    "contains": lambda part, s: part in s,
    "hasPrefix": lambda prefix, s: str(s).startswith(prefix),
    "hasSuffix": lambda suffix, s: str(s).endswith(suffix),
    "quote": lambda *s: " ".join(json.dumps(shown_text(each)) for each in s if each is not None),
    "squote": lambda *s: " ".join(f"'{shown_text(each)}'" for each in s if each is not None),
    "cat": lambda *s: " ".join(shown_text(each) for each in s if each is not None),
    "indent": _indent,
    "nindent": lambda n, s: "\n" + _indent(n, s),
    "replace": lambda old, new, s: str(s).replace(old, new),
    "plural": lambda one, many, n: one if as_int(n) == 1 else many,
    "snakecase": lambda s: "_".join(_words(s)).lower(),
    "kebabcase": lambda s: "-".join(_words(s)).lower(),
    "camelcase": lambda s: "".join(each[:1].upper() + each[1:] for each in _words(s)),
    "regexMatch": lambda pattern, s: re.search(pattern, s) is not None,
    "regexFind": lambda pattern, s: found[0] if (found := re.search(pattern, s)) else "",
    "regexFindAll": lambda pattern, s, n: [each[0] for each in re.finditer(pattern, s)][
        : n if n >= 0 else None
    ],
    "regexReplaceAll": _replace,
    "regexReplaceAllLiteral": lambda pattern, s, by: re.sub(pattern, lambda _: by, s),
    "regexSplit": lambda pattern, s, n: re.split(pattern, s, maxsplit=max(0, n - 1)),
    "regexQuoteMeta": lambda s: re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", s),
    "join": _join,
    "splitList": lambda by, s: str(s).split(by),
    "split": lambda by, s: {f"_{n}": each for n, each in enumerate(str(s).split(by))},
    "splitn": lambda by, n, s: {
        f"_{at}": each for at, each in enumerate(str(s).split(by, as_int(n) - 1))
    },
    "sortAlpha": lambda items: sorted(shown_text(item) for item in items),
    "toString": shown_text,
    "toStrings": lambda items: [shown_text(item) for item in items],
    # numbers
    "int": _whole,
    "int64": _whole,
    "atoi": _whole,
    "float64": _number,
    "add": lambda *v: sum(_whole(item) for item in v),
    "add1": lambda v: _whole(v) + 1,
    "sub": lambda a, b: _whole(a) - _whole(b),
    "mul": lambda *v: math.prod(_whole(item) for item in v),
    "div": lambda a, b: int(_whole(a) / _whole(b)),
    "mod": lambda a, b: int(math.fmod(_whole(a), _whole(b))),
    "addf": lambda *v: sum(_number(item) for item in v),
    "subf": lambda a, *v: _number(a) - sum(_number(item) for item in v),
    "mulf": lambda *v: math.prod(_number(item) for item in v),
    "divf": lambda a, *v: _number(a) / math.prod(_number(item) for item in v),
    "max": lambda *v: max(_whole(item) for item in v),
    "min": lambda *v: min(_whole(item) for item in v),
    "maxf": lambda *v: max(_number(item) for item in v),
    "minf": lambda *v: min(_number(item) for item in v),
    "floor": lambda v: float(math.floor(_number(v))),
    "ceil": lambda v: float(math.ceil(_number(v))),
    "round": _round,
    "until": lambda n: list(range(min(as_int(n), 100_000))),
    "untilStep": _until_step,
    # lists
    "list": lambda *items: list(items),
    "tuple": lambda *items: list(items),
    "first": lambda items: items[0] if items else None,
    "last": lambda items: items[-1] if items else None,
    "rest": lambda items: list(items[1:]),
    "initial": lambda items: list(items[:-1]),
    "append": lambda items, *more: [*items, *more],
    "push": lambda items, *more: [*items, *more],
    "prepend": lambda items, item: [item, *items],
    "concat": lambda *lists: [item for items in lists for item in items],
    "reverse": lambda items: list(reversed(items)),
    "uniq": _unique,
    "without": _without,
    "has": lambda item, items: item in items,
    "compact": lambda items: [item for item in items if item],
    "slice": lambda items, *cut: items[slice(*(as_int(each) for each in cut))] if cut else items,
    "chunk": lambda n, items: [items[at : at + n] for at in range(0, len(items), n)],
    # maps
    "dict": _dict,
    "get": lambda m, key: m.get(key, ""),
    "set": lambda m, key, value: {**m, key: value},
    "unset": lambda m, key: {each: m[each] for each in m if each != key},
    "hasKey": lambda m, key: key in m,
    "pluck": lambda key, *maps: [m[key] for m in maps if key in m],
    "keys": lambda *maps: [key for m in maps for key in m],
    "values": lambda m: list(m.values()),
    "pick": lambda m, *keys: {key: m[key] for key in keys if key in m},
    "omit": lambda m, *keys: {key: m[key] for key in m if key not in keys},
    "merge": _merged,
    "dig": _dig,
    # choices
    "default": lambda default, value=None: default if _is_empty(value) else value,
    "coalesce": lambda *v: next((item for item in v if not _is_empty(item)), None),
    "empty": _is_empty,
    "all": lambda *v: not any(_is_empty(item) for item in v),
    "any": lambda *v: any(not _is_empty(item) for item in v),
    "ternary": lambda yes, no, condition: yes if condition else no,
    "fail": _fail,
    # forms
    "toJson": to_json,
    "toRawJson": to_json,
    "toPrettyJson": lambda v: json.dumps(v, indent=2, sort_keys=True, ensure_ascii=False),
    "fromJson": lambda s: json.loads(s),
    "b64enc": lambda s: base64.b64encode(str(s).encode()).decode(),
    "b64dec": _decoded(lambda data: base64.b64decode(data, validate=True)),
    "b32enc": lambda s: base64.b32encode(str(s).encode()).decode(),
    "b32dec": _decoded(base64.b32decode),
    "sha1sum": _hashed("sha1"),
    "sha256sum": _hashed("sha256"),
    "sha512sum": _hashed("sha512"),
    "adler32sum": lambda s: str(zlib.adler32(str(s).encode())),
    # paths and times
    "base": posixpath.basename,
    "dir": lambda s: posixpath.dirname(s) or ".",
    "clean": lambda s: posixpath.normpath(s) if s else ".",
    "ext": lambda s: posixpath.splitext(s)[1],
    "isAbs": posixpath.isabs,
    "unixEpoch": lambda moment: str(int(moment.timestamp())),
    "duration": lambda seconds: f"{_whole(seconds)}s" if _whole(seconds) < 60 else _go(seconds),
}
"""Every function by its name."""


def _go(seconds: Any) -> str:
    minutes, rest = divmod(_whole(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s"
