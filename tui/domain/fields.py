"""The fields that objects may have, and what is wrong with the structure of one.

Two sources say which: the schema of a cluster (OpenAPI), and a table that comes with the program.
In the table a type is written `s` text, `i` whole number, `n` number, `b` boolean, `x` number or
text, `v` any of these, `*` anything, `[]T` a list, `{}T` a map, `@Name` an object of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]
"""Where something stands in an object: keys, and indices in lists."""
MOST = 200
"""Faults of one object that are told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong, and where."""

    path: Path
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand somewhere. What is in it is looked up when it is asked for: types of
    templates are within themselves."""

    kind: str
    """`object`, `map`, `list`, `any`, or one of `SCALARS`."""
    fields: Callable[[], Mapping[str, Shape]] = dict
    """Of an object: its fields."""
    inner: Callable[[], Shape] = lambda: _anything()
    """Of a map or a list: what is in it."""
    required: tuple[str, ...] = ()
    options: tuple[Any, ...] = ()
    """The values it can have; () for any."""


ANYTHING = Shape("any")


def _anything() -> Shape:
    return ANYTHING


SCALARS: Mapping[str, str] = {
    "s": "text",
    "i": "a whole number",
    "n": "a number",
    "b": "true or false",
    "x": "a number or text",
    "v": "text, a number, or true or false",
}
"""Kind of a scalar → what it is called."""


def of_table(types: Mapping[str, Mapping[str, Any]], code: str) -> Shape:
    """The shape that a type of the table has."""
    if code.startswith("[]"):
        return Shape("list", inner=lambda: of_table(types, code[2:]))
    if code.startswith("{}"):
        return Shape("map", inner=lambda: of_table(types, code[2:]))
    if code.startswith("@"):
        entry = types[code[1:]]
        fields: Mapping[str, str] = entry["fields"]
        return Shape(
            "object",
            fields=lambda: {name: of_table(types, each) for name, each in fields.items()},
            required=tuple(entry.get("required") or ()),
        )
    return Shape(code) if code in SCALARS else ANYTHING


def of_openapi(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Shape:
    """The shape that a schema of a cluster asks for; `schemas` are those it may refer to."""
    schema = _resolved(schema, schemas)
    options = tuple(schema.get("enum") or ())
    if schema.get("x-kubernetes-int-or-string"):
        return Shape("x")
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items") or {}
        return Shape("list", inner=lambda: of_openapi(items, schemas))
    if kind in ("object", None) and schema.get("properties"):
        if schema.get("x-kubernetes-preserve-unknown-fields"):
            return ANYTHING
        fields: Mapping[str, Any] = schema["properties"]
        return Shape(
            "object",
            fields=lambda: {name: of_openapi(each, schemas) for name, each in fields.items()},
            required=tuple(schema.get("required") or ()),
        )
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        more = schema["additionalProperties"]
        return Shape("map", inner=lambda: of_openapi(more, schemas))
    simple = {"string": "s", "integer": "i", "number": "n", "boolean": "b"}
    return Shape(simple[kind], options=options) if kind in simple else ANYTHING


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(8):
        if "$ref" not in schema:
            several = schema.get("allOf")
            if not (isinstance(several, list) and len(several) == 1):
                break
            schema = several[0]
            continue
        schema = schemas.get(str(schema["$ref"]).rpartition("/")[2], {})
    return schema


def faults(value: Any, shape: Shape, path: Path = ()) -> list[Fault]:
    """What does not fit: unknown fields with the nearest name, wrong types, what is missing."""
    found: list[Fault] = []
    waiting: list[tuple[Any, Shape, Path]] = [(value, shape, path)]
    while waiting and len(found) < MOST:
        each, wanted, here = waiting.pop()
        if each is None:
            continue  # as if it were not there
        more = list(_inside(each, wanted, here, found))
        waiting += reversed(more)
    return found


def _inside(
    value: Any, shape: Shape, path: Path, found: list[Fault]
) -> Iterator[tuple[Any, Shape, Path]]:
    """What is in a value; its own faults go to `found`."""
    if shape.kind == "any":
        return
    if shape.kind == "object":
        if not isinstance(value, dict):
            found.append(_wrong(path, "an object", value))
            return
        fields = shape.fields()
        for name in value:
            if name not in fields:
                found.append(_unknown(path, name, fields))
        for name in shape.required:
            if value.get(name) is None:
                found.append(Fault(path, f"{shown((*path, name))} is required"))
        for name, each in value.items():
            if name in fields:
                yield each, fields[name], (*path, name)
    elif shape.kind == "map":
        if not isinstance(value, dict):
            found.append(_wrong(path, "a map", value))
            return
        inner = shape.inner()
        for name, each in value.items():
            yield each, inner, (*path, name)
    elif shape.kind == "list":
        if not isinstance(value, list):
            found.append(_wrong(path, "a list", value))
            return
        inner = shape.inner()
        for at, each in enumerate(value):
            yield each, inner, (*path, at)
    elif not _fits(value, shape.kind):
        found.append(_wrong(path, SCALARS[shape.kind], value))
    elif shape.options and value not in shape.options:
        one_of = ", ".join(map(str, shape.options))
        found.append(Fault(path, f"{shown(path)} must be one of {one_of}, and is {value}"))


def _fits(value: Any, kind: str) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "s":
        return isinstance(value, str)
    if kind == "i":
        return is_number and float(value).is_integer()
    if kind == "n":
        return is_number
    if kind == "b":
        return isinstance(value, bool)
    if kind == "x":
        return is_number or isinstance(value, str)
    return is_number or isinstance(value, str | bool)


def _wrong(path: Path, wanted: str, value: Any) -> Fault:
    hint = ""
    if wanted == SCALARS["s"] and not isinstance(value, dict | list):
        hint = "put it in quotes"
    return Fault(path, f"{shown(path)} must be {wanted}, and is {_called(value)}", hint)


def _called(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "text"


def _unknown(path: Path, name: str, fields: Iterable[str]) -> Fault:
    near = nearest(name, fields)
    what = f"unknown field {shown((*path, name))}"
    return Fault((*path, name), what, f"did you mean {near}?" if near else "")


def nearest(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant; "" if none is near."""
    known = list(names)
    folded = {each.casefold(): each for each in known}
    if name.casefold() in folded:
        return folded[name.casefold()]
    from difflib import get_close_matches  # a name that is right needs none

    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def shown(path: Sequence[str | int]) -> str:
    """`spec.templates[0].name`."""
    out = ""
    for each in path:
        if isinstance(each, int):
            out += f"[{each}]"
        else:
            out += f".{each}" if out else str(each)
    return out or "the object"


@dataclass(frozen=True, slots=True)
class Positions:
    """Where the parts of an object stand in its file: line and column, from 1."""

    places: Mapping[Path, tuple[int, int]] = field(default_factory=dict)
    base: Path = ()
    """Where the object begins in its document."""

    def of(self, path: Path) -> tuple[int, int]:
        """The place of a part, or of the nearest thing around it that is there."""
        whole = (*self.base, *path)
        while whole and whole not in self.places:
            whole = whole[:-1]
        return self.places.get(whole, (1, 1))
