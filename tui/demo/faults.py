"""Trouble on demand: what a real cluster does to its clients on a bad day.

A fault is put up while the server runs, for all requests or those whose path matches, for ever or
for so many requests, and taken down again. Every request asks here before it is answered, and
every byte of an answer passes here before it is sent.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args

import msgspec
from aiohttp import web

from tui.demo import refusals
from tui.demo.refusals import ApiError

Kind = Literal[
    "cut",
    "hang",
    "slow",
    "forbidden",
    "unauthorized",
    "too-many",
    "error",
    "no-metrics",
    "no-crds",
    "no-rules",
]
KINDS: tuple[str, ...] = get_args(Kind)

_HIDDEN = {
    "no-metrics": ("metrics.k8s.io",),
    "no-crds": ("argoproj.io", "apiextensions.k8s.io"),
}
_PIECE = 1024
_Natural = Annotated[int, msgspec.Meta(ge=0)]


class Fault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One kind of trouble, and whom it meets."""

    kind: Kind
    path: str = ""
    """A regular expression searched in path and query; empty meets every request."""
    method: str = ""
    count: _Natural = 0
    """How many requests it meets; 0 is all."""
    bytes: _Natural = 0
    """cut: how much of the answer's body is sent before the connection is torn."""
    rate: Annotated[int, msgspec.Meta(ge=1)] = 4096
    """slow: bytes a second."""
    verb: str = ""
    """forbidden: the verb, "" for any."""
    resource: str = ""
    """forbidden: the plural, with `/log` and the like, "" for any."""
    status: Literal[500, 502, 503, 504] = 503
    """error: 500, 502, 503 or 504."""
    retry_after: _Natural = 1
    """too-many: the seconds to wait."""
    id: int = 0
    met: int = 0
    """How many requests it has met."""

    def meets(self, method: str, path: str) -> bool:
        """Whether it is for such a request."""
        if self.count and self.met >= self.count:
            return False
        return self.method in ("", method) and bool(re.search(self.path, path))


class Faults:
    """The faults that are up. Of the server's event loop only."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._up: list[Fault] = []
        self._changed = asyncio.Event()
        self._connections: dict[int, web.Request] = {}

    @property
    def up(self) -> tuple[Fault, ...]:
        """The faults there are, the used-up ones too."""
        return tuple(self._up)

    def put_up(self, fault: Fault) -> Fault:
        """From now on; raises the 400 of the API where it makes no sense."""
        _check_pattern(fault.path)
        fault.id = next(self._ids)
        self._up.append(fault)
        self._change()
        return fault

    def take_down(self, id: int = 0) -> None:
        """One fault, or all of them."""
        self._up = [fault for fault in self._up if id and fault.id != id]
        self._change()

    def drop_connections(self, path: str = "") -> int:
        """Tear the connections of all answers being given to requests like that."""
        _check_pattern(path)
        torn = [each for each in self._connections.values() if re.search(path, str(each.rel_url))]
        for request in torn:
            if request.transport is not None:
                request.transport.abort()
        return len(torn)

    def _change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def hidden(self) -> frozenset[str]:
        """API groups that are not there just now."""
        return frozenset(group for fault in self._up for group in _HIDDEN.get(fault.kind, ()))

    def has(self, kind: Kind) -> bool:
        """Whether there is trouble of this kind."""
        return any(fault.kind == kind for fault in self._up)

    def enter(self, request: web.Request) -> Callable[[], None]:
        """A request is being answered; returns how to say that it is no more."""
        self._connections[id(request)] = request

        def leave() -> None:
            self._connections.pop(id(request), None)

        return leave

    def _take(self, request: web.Request, *kinds: str) -> Fault | None:
        for fault in self._up:
            if fault.kind in kinds and fault.meets(request.method, str(request.rel_url)):
                fault.met += 1
                return fault
        return None

    async def before(self, request: web.Request) -> None:
        """Meet a request before it is looked at; raises the error it is to have."""
        if hang := self._take(request, "hang"):
            await self._hang(hang)
        if fault := self._take(request, "too-many", "error", "unauthorized"):
            raise _error(fault)

    def forbids(self, request: web.Request, verb: str, resource: str) -> bool:
        """Whether a right that the user has is taken away."""
        for fault in self._up:
            if (
                fault.kind == "forbidden"
                and fault.verb in ("", verb)
                and fault.resource in ("", resource)
                and fault.meets(request.method, str(request.rel_url))
            ):
                fault.met += 1
                return True
        return False

    async def _hang(self, fault: Fault) -> None:
        while fault in self._up:
            await self._changed.wait()

    def flow(self, request: web.Request, date: str) -> Flow:
        """How the bytes of this answer are to flow."""
        cut, slow = self._take(request, "cut"), self._take(request, "slow")
        return Flow(self, request, date, cut, slow)


class Flow:
    """The way of one answer's bytes to its client."""

    def __init__(
        self,
        faults: Faults,
        request: web.Request,
        date: str,
        cut: Fault | None,
        slow: Fault | None,
    ) -> None:
        self.date = date
        """The cluster's time, for the answer's head."""
        self._faults = faults
        self._request = request
        self._cut = cut
        self._slow = slow
        self._sent = 0
        self.has_begun = False
        """Whether the head of the answer is on its way: too late for another answer."""

    @property
    def hindered(self) -> bool:
        """Whether the bytes must go piece by piece."""
        return self._cut is not None or self._slow is not None

    async def write(self, response: web.StreamResponse, data: bytes) -> None:
        """Send some bytes, as fast and as far as the faults let."""
        if self._cut is not None:
            data = data[: max(0, self._cut.bytes - self._sent)]
        if self._slow is not None:
            for at in range(0, len(data), _PIECE):
                await response.write(data[at : at + _PIECE])
                await asyncio.sleep(_PIECE / self._slow.rate)
        elif data:
            await response.write(data)
        self._sent += len(data)
        if self._cut is not None and self._sent >= self._cut.bytes:
            await self._tear()

    async def ready(self) -> None:
        """Wait while a fault holds streams that are open already."""
        for fault in self._faults.up:
            if fault.kind == "hang" and fault.meets(
                self._request.method, str(self._request.rel_url)
            ):
                await self._faults._hang(fault)

    async def _tear(self) -> None:
        if self._request.transport is not None:
            # Give what was written a moment to leave; an abort throws the rest away.
            await asyncio.sleep(0.05)
            self._request.transport.abort()
        # The lost connection cancels this request; until then there is nothing to send.
        await asyncio.Event().wait()


def _check_pattern(path: str) -> None:
    try:
        re.compile(path)
    except re.error as error:
        raise refusals.bad_request(f"path is no regular expression: {error}") from error


def _error(fault: Fault) -> ApiError:
    if fault.kind == "too-many":
        return refusals.too_many(fault.retry_after)
    if fault.kind == "unauthorized":
        return refusals.unauthorized()
    if fault.status == 500:
        return refusals.internal("etcdserver: request timed out")
    if fault.status == 503:
        return refusals.unavailable()
    return ApiError(fault.status, "Timeout", "the server was unable to return a response in time")


def read(body: Any) -> Fault:
    """A fault as the admin path gets it; raises the 400 of the API."""
    try:
        return msgspec.convert(body, Fault)
    except msgspec.ValidationError as error:
        raise refusals.bad_request(str(error)) from error
