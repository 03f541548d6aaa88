"""Reading objects that do not quite match Argo's types: old, handwritten, of other controllers.

Used only after the typed decoder has refused. What can be read is kept (numbers and booleans become
text as Go prints them where text is wanted), nulls count as absent, what has another shape is left
out, and `misfits` tells of it. Neither ever raises.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import msgspec

T = TypeVar("T")


class _Unfit:
    """A marker for a value that cannot be read as the expected type."""


UNFIT = _Unfit()


def fitted(value: Any, wanted: type[T]) -> T:
    """`value` read as the struct `wanted`, as far as possible."""
    read = _fit(value, wanted)
    return wanted() if isinstance(read, _Unfit) else typing.cast(T, read)


class Misfit(NamedTuple):
    """A value of the wrong shape, which is left out."""

    place: str
    """The path: `status.nodes`, `spec.templates.3`; names in it are not cleaned yet."""
    found: str
    """A description of the actual value."""
    wanted: str
    """A description of the expected value."""


def misfits(value: Any, wanted: Any, place: str = "") -> Iterator[Misfit]:
    """Everything that `fitted` leaves out, down to the depth of the types."""
    wanted = _present(wanted)
    if value is None or wanted is Any:
        return
    origin = typing.get_origin(wanted)
    is_struct = isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)
    inner: list[tuple[str, Any, Any]] = []
    if origin is tuple and isinstance(value, list | tuple):
        kind = typing.get_args(wanted)[0]
        inner = [(str(at), item, kind) for at, item in enumerate(value)]
    elif origin is dict and isinstance(value, dict):
        kind = typing.get_args(wanted)[1]
        inner = [(str(key), item, kind) for key, item in value.items()]
    elif is_struct and isinstance(value, dict):
        inner = [(wire, value.get(wire), kind) for wire, _, kind in _fields(wanted)]
    elif isinstance(_fit(value, wanted), _Unfit):
        belongs = "a list" if origin is tuple else _BELONGS.get(_bare(wanted), "a map")
        yield Misfit(place, _shape(value), belongs)
    for name, item, kind in inner:
        yield from misfits(item, kind, f"{place}.{name}" if place else name)


_BELONGS: dict[Any, str] = {str: "text", bool: "true or false", int: "a number"}


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return go_text(value)
    return "text" if isinstance(value, str) else "a number"


def _present(wanted: Any) -> Any:
    """The type without None."""
    if typing.get_origin(wanted) in (typing.Union, types.UnionType):
        return next(a for a in typing.get_args(wanted) if a is not type(None))
    return wanted


def _bare(wanted: Any) -> Any:
    """The type behind a NewType or an alias."""
    return getattr(wanted, "__supertype__", wanted)


def go_text(value: Any) -> str:
    """A JSON value as Go's AnyString holds it: `81861780812`, `true`, `map[a:1]`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _go_number(value)
    if value is None:
        return "<nil>"
    if isinstance(value, dict):
        inner = " ".join(f"{k}:{go_text(v)}" for k, v in sorted(value.items(), key=_by_key))
        return f"map[{inner}]"
    if isinstance(value, list | tuple):
        return f"[{' '.join(go_text(v) for v in value)}]"
    return str(value)


def _by_key(item: tuple[Any, Any]) -> str:
    return str(item[0])


def _go_number(value: int | float) -> str:
    try:
        number = float(value)
    except OverflowError:
        return str(value)
    if not math.isfinite(number):
        return {math.inf: "+Inf", -math.inf: "-Inf"}.get(number, "NaN")
    shown = format(Decimal(repr(number)), "f")
    return shown.removesuffix(".0") if "." in shown else shown


@lru_cache(maxsize=256)
def _fields(wanted: type[msgspec.Struct]) -> tuple[tuple[str, str, Any], ...]:
    """Wire name, attribute name and type of each field."""
    hints = typing.get_type_hints(wanted)
    return tuple(
        (wire, name, hints[name])
        for wire, name in zip(
            wanted.__struct_encode_fields__, wanted.__struct_fields__, strict=True
        )
    )


def _fit(value: Any, wanted: Any) -> Any:
    origin = typing.get_origin(wanted)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _fit(value, _present(wanted))
    if wanted is Any:
        return value
    if value is None:
        return UNFIT
    if origin is tuple:
        return _fit_items(value, typing.get_args(wanted)[0])
    if origin is dict:
        return _fit_map(value, typing.get_args(wanted)[1])
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _fit_struct(value, wanted)
    return _fit_plain(value, _bare(wanted))


def _fit_items(value: Any, inner: Any) -> Any:
    if not isinstance(value, list | tuple):
        return UNFIT
    read = (_fit(item, inner) for item in value)
    return tuple(item for item in read if not isinstance(item, _Unfit))


def _fit_map(value: Any, inner: Any) -> Any:
    if not isinstance(value, dict):
        return UNFIT
    read = {str(key): _fit(item, inner) for key, item in value.items()}
    return {key: item for key, item in read.items() if not isinstance(item, _Unfit)}


def _fit_struct(value: Any, wanted: type[msgspec.Struct]) -> Any:
    if not isinstance(value, dict):
        return UNFIT
    found: dict[str, Any] = {}
    for wire, name, kind in _fields(wanted):
        if wire in value:
            read = _fit(value[wire], kind)
            if not isinstance(read, _Unfit):
                found[name] = read
    return wanted(**found)


def _fit_plain(value: Any, wanted: Any) -> Any:
    if wanted is str:
        return UNFIT if isinstance(value, dict | list | tuple) else go_text(value)
    if wanted is bool:
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get(str(value).lower(), UNFIT)
    if wanted is int:
        try:
            return int(value) if not isinstance(value, dict | list | tuple) else UNFIT
        except (ValueError, OverflowError):
            return UNFIT
    return value if isinstance(value, wanted) else UNFIT
