"""YAML as Kubernetes reads it, which is YAML 1.1 with some of its surprises left out.

PyYAML's loader in C does the reading; its resolver is replaced by the rules of Go's yaml.v2. Depth
and aliases are looked at before anything is built, since a few lines can ask for gigabytes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from tui.errors import InputError

DEEPEST = 200
"""Nesting that no manifest has; the loader in C would run out of stack far above."""

MOST_VALUES = 5_000_000
"""As many values as a document may have once its aliases are followed."""

MOST_MERGED = 100_000
"""As many entries as its merge keys (`<<`) may copy from one mapping to another."""


def read_documents(name: str, text: str) -> list[Any]:
    """Every document, as JSON would have it. Raises: InputError naming `name` and the line."""
    import yaml

    loader = _loader()
    try:
        check_depth(name, text)
        documents = list(yaml.load_all(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        raise InputError(f"{name}: {_where(error)}") from error
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        raise InputError(f"{name}: this is no YAML: {error}") from error
    if "&" in text:
        for document in documents:
            _check_size(name, document)
    return [_as_json(name, document) for document in documents]


def _where(error: Any) -> str:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "this is no YAML"
    if mark is None:
        return str(problem)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"


def _base() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=1)
def _loader() -> Any:
    base = _base()
    resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for first, known in base.yaml_implicit_resolvers.items():
        resolvers[first] = [
            (tag, pattern) for tag, pattern in known if tag.rpartition(":")[2] in ("null", "merge")
        ]
    changed = {"yaml_implicit_resolvers": resolvers, "flatten_mapping": _flattened(base)}
    loader: Any = type("KubernetesLoader", (base,), changed)
    for tag, pattern, firsts in _RULES:
        loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), firsts)
    loader.add_constructor("tag:yaml.org,2002:bool", _bool)
    loader.add_constructor("tag:yaml.org,2002:int", _int)
    loader.add_constructor("tag:yaml.org,2002:float", _float)
    return loader


def _flattened(base: Any) -> Any:
    """How merge keys are followed: as PyYAML does, as far as a manifest may need it.

    Entries are counted before they are copied, each time they would be: some versions of PyYAML
    leave out the ones that stand twice, others copy them all.
    """

    def entries(loader: Any, node: Any) -> int:
        counts: dict[int, int] = loader.__dict__.setdefault("entries", {})
        if id(node) not in counts:
            counts[id(node)] = 0  # an alias within itself is refused by PyYAML
            counts[id(node)] = sum(
                sum(entries(loader, each) for each in _merged(value)) if key.tag == _MERGE else 1
                for key, value in node.value
            )
        return counts[id(node)]

    def flatten_mapping(loader: Any, node: Any) -> None:
        if entries(loader, node) > MOST_MERGED:
            raise ValueError("its aliases make it too large to be a manifest")
        base.flatten_mapping(loader, node)

    return flatten_mapping


_MERGE = "tag:yaml.org,2002:merge"


def _merged(node: Any) -> list[Any]:
    """The mappings that the value of a merge key names."""
    import yaml

    named = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return [each for each in named if isinstance(each, yaml.MappingNode)]


_RULES = (
    ("bool", r"(?:yes|Yes|YES|on|On|ON|true|True|TRUE)$", list("yYoOtT")),
    ("bool", r"(?:no|No|NO|off|Off|OFF|false|False|FALSE)$", list("nNoOfF")),
    ("int", r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|0|[1-9][0-9_]*)$", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$",
        list("-+.0123456789"),
    ),
)


def _bool(loader: Any, node: Any) -> bool:
    return str(node.value).lower() in ("yes", "on", "true")


def _int(loader: Any, node: Any) -> int:
    text = str(node.value).replace("_", "")
    digits = text.lstrip("+-")
    sign = -1 if text.startswith("-") else 1
    if digits.startswith("0") and len(digits) > 1 and digits[1] in "01234567":
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _float(loader: Any, node: Any) -> float | str:
    text = str(node.value)
    if "inf" in text.lower() or "nan" in text.lower():
        # JSON has no such numbers, and where they are meant as text they must stay.
        return text
    return float(text)


def check_depth(name: str, text: str) -> None:
    """Refuse what is nested beyond reason; the scanner alone does not recurse."""
    if text.count("[") + text.count("{") < DEEPEST and not _DEEP_LINES.search(text):
        return
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=_base()):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise _too_deep(name, event.start_mark)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.MarkedYAMLError as error:
        # libyaml scans ahead of its events, and has a limit of its own since 0.2.6.
        if "maximum nesting depth" in str(error.problem):
            raise _too_deep(name, error.problem_mark) from error
        raise


def _too_deep(name: str, mark: Any) -> InputError:
    line = mark.line + 1 if mark else 0
    return InputError(f"{name}: line {line}: nested too deeply to be a manifest")


_DEEP_LINES = re.compile(rf"(?m)^ {{{DEEPEST}}}|^(?: *[-?]){{{DEEPEST}}}")


def _check_size(name: str, document: Any) -> None:
    """Refuse what its aliases make too large, or a circle, before any of it is copied.

    What is in each mapping and list is counted once, however often an alias names it.
    """
    sizes: dict[int, int] = {}
    under_way: set[int] = set()
    waiting: list[tuple[Any, bool]] = [(document, False)]
    while waiting:
        value, is_counted = waiting.pop()
        key = id(value)
        if not isinstance(value, dict | list) or key in sizes:
            continue
        inner = value.values() if isinstance(value, dict) else value
        if is_counted:
            sizes[key] = 1 + sum(sizes.get(id(each), 1) for each in inner)
            under_way.discard(key)
        elif key in under_way:
            raise InputError(f"{name}: one of its aliases is within itself")
        else:
            under_way.add(key)
            waiting.append((value, True))
            waiting.extend((each, False) for each in inner)
    if sizes.get(id(document), 1) > MOST_VALUES:
        raise InputError(f"{name}: its aliases make it too large to be a manifest")


def _as_json(name: str, document: Any) -> Any:
    """The document with text for keys and nothing that JSON lacks.

    Aliases that make a circle, or more values than a manifest can have, are refused.
    """
    if not isinstance(document, dict | list):
        return _leaf(document)
    top: list[Any] = [None]
    waiting: list[tuple[Any, int | str, Any, int]] = [(top, 0, document, 0)]
    count = 0
    while waiting:
        place, key, value, depth = waiting.pop()
        count += 1
        if count > MOST_VALUES or depth > DEEPEST * 2:
            raise InputError(f"{name}: its aliases make it too large to be a manifest")
        if isinstance(value, dict):
            made: Any = dict.fromkeys(_key(inner) for inner in value)
            waiting.extend((made, _key(k), v, depth + 1) for k, v in value.items())
        elif isinstance(value, list):
            made = [None] * len(value)
            waiting.extend((made, at, v, depth + 1) for at, v in enumerate(value))
        else:
            made = _leaf(value)
        place[key] = made
    return top[0]


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return "null" if key is None else str(key)


def _leaf(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)
