"""The ports that a connection offers: made when they are first asked for, and kept.

What a kind of connection offers is a registry, so a capability is one module and one registration.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from tui.registry import Registry

P = TypeVar("P")


class Offer(msgspec.Struct, frozen=True):
    """That connections of some kind offer a port."""

    id: str
    port: Callable[..., object]
    """The protocol."""
    make: Callable[[Any], object] | str
    """Makes it of what the ports of one connection share; "module:name" is imported only then."""


class Offers:
    """The ports of one connection. Any thread may ask."""

    def __init__(
        self,
        offered: Registry[Offer] | str,
        shared: object,
        *,
        own: Mapping[Any, object],
        lacks: Mapping[Any, str] | str,
        otherwise: str,
    ) -> None:
        """`offered` is a registry, or "module:NAME" of one, imported when it is first needed.

        `own` are ports that are there already, or "module:name" of what makes one, for those that
        others should not be imported for; `lacks`, or its "module:NAME", and `otherwise` say why
        one is not.
        """
        self._offered = offered
        self._shared = shared
        self._own = dict(own)
        self._lacks = lacks
        self._otherwise = otherwise
        self._made: dict[Offer, object] = {}
        self._lock = threading.Lock()

    def port(self, wanted: Callable[..., P]) -> P | None:
        """The port, or None where it is not offered."""
        found: Any = self._own.get(wanted)
        if isinstance(found, str):
            with self._lock:
                if isinstance(found := self._own[wanted], str):
                    found = self._own[wanted] = _loaded(found)(self._shared)
        elif found is None and (offer := self._offer(wanted)) is not None:
            with self._lock:
                if offer not in self._made:
                    self._made[offer] = _loaded(offer.make)(self._shared)
                found = self._made[offer]
        port: P | None = found
        return port

    def lacks(self, wanted: Callable[..., object]) -> str:
        """Why the port is not offered; "" if it is."""
        if wanted in self._own or self._offer(wanted) is not None:
            return ""
        lacks: Mapping[Any, str] = _loaded(self._lacks)
        return lacks.get(wanted, self._otherwise)

    def _offer(self, wanted: Callable[..., object]) -> Offer | None:
        offered: Registry[Offer] = _loaded(self._offered)
        return next((offer for offer in offered if offer.port is wanted), None)


def _loaded(what: Any) -> Any:
    """What "module:name" names; anything else is itself."""
    if not isinstance(what, str):
        return what
    module, _, name = what.partition(":")
    return getattr(importlib.import_module(module), name)
