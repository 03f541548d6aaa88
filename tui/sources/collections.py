"""Objects of one kind as a collection that can be listed and watched: paths, pages and events.

Two sizes: the list of many, decoded in one go while it arrives into what a list shows of them; and
one object with everything, whose bytes are kept for the YAML pane.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from tui.domain import decode
from tui.domain.identity import ObjectKey, Origin, Part
from tui.errors import Expired, InputError, Refused, SourceError
from tui.ports.collections import HasMetadata, LeftOut, Readable, Scope
from tui.ports.objects import Whole
from tui.ports.threads import CancelToken
from tui.sources.answers import UNREADABLE, ApiStatus, told_in_stream
from tui.sources.lines import lines
from tui.sources.paths import JSON, collection_path, list_path, page_query, selecting
from tui.sources.reflector import OPENING, RESTARTS, Listed, StreamedEvent
from tui.sources.transport import Query, Transport, not_kubernetes

GLANCE = 1000
"""Bytes at either end of a page in which the beginning of the next one is looked for."""


L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)
T = TypeVar("T")


class _Event(msgspec.Struct, Generic[T], frozen=True, gc=False):
    type: str
    object: T


class _RawEvent(msgspec.Struct, frozen=True, gc=False):
    type: str = ""
    object: msgspec.Raw = msgspec.Raw(b"null")


class _Meta(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    resource_version: str = ""
    more: str = msgspec.field(default="", name="continue")


class _Versioned(msgspec.Struct, frozen=True, gc=False):
    metadata: _Meta = _Meta()


class _RawList(msgspec.Struct):
    metadata: _Meta = _Meta()
    items: list[msgspec.Raw] | None = None


_raw_event = msgspec.json.Decoder(_RawEvent)
_status = msgspec.json.Decoder(ApiStatus)
_raw_list = msgspec.json.Decoder(_RawList)
_versioned = msgspec.json.Decoder(_Versioned)


_MORE = re.compile(rb'"metadata": ?\{[^{}]*"continue": ?"([\w+/=.-]+)"')
"""Where the next page begins. The API server writes this after the items of a custom resource;
others write it before them."""


def _likely_more(body: bytes) -> str:
    """Where the next page begins, if a glance shows it, so that it can be fetched meanwhile.

    A glance may err; then the prefetched page is one that nobody wants.
    """
    found = _MORE.search(body, max(0, len(body) - GLANCE)) or _MORE.search(body, 0, GLANCE)
    return found[1].decode() if found else ""


def read_page(
    transport: Transport,
    path: str,
    asked: Callable[[str], Query],
    more: str,
    *,
    accept: str = JSON,
    stop: CancelToken | None = None,
) -> bytes:
    """A page of a list, while the next one is asked for already; `asked` is the query of a page."""
    body = transport.get(path, asked(more), accept=accept, stop=stop)
    following = _likely_more(body)
    if following:
        transport.prefetch(path, asked(following), accept=accept)
    return body


@contextmanager
def watching(
    transport: Transport,
    path: str,
    query: Query,
    version: str,
    seconds: int,
    stop: CancelToken,
    quiet: float,
    opening: float,
    accept: str = JSON,
) -> Iterator[Iterator[bytes]]:
    """The lines of a watch."""
    asked = [
        *query,
        ("watch", "true"),
        ("resourceVersion", version),
        ("allowWatchBookmarks", "true"),
        ("timeoutSeconds", str(seconds)),
    ]
    with transport.stream(path, asked, stop, quiet=quiet, opening=opening, accept=accept) as pieces:
        yield lines(pieces)


def parts_of(connection: str, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
    """A part a namespace; one for all where all are asked for, or the kind has none."""
    namespaces = scope.namespaces if kind.resource.namespaced else ()
    return tuple(
        Part(connection, kind.id, Origin.CLUSTER, namespace) for namespace in namespaces or ("",)
    )


def of_all(
    parts: Sequence[Part], read: Callable[[Part], Iterable[T]], left_out: LeftOut | None
) -> tuple[T, ...]:
    """What is in all parts; those that may not be read are told, as long as another one can be."""
    found: list[T] = []
    refused: list[tuple[Part, SourceError]] = []
    for part in parts:
        try:
            found.extend(read(part))
        except Refused as error:
            if left_out is None:
                raise
            refused.append((part, error))
    if len(refused) == len(parts):
        raise refused[0][1]
    for part, why in refused:
        if left_out is not None:
            left_out(part, why)
    return tuple(found)


def all_pages(list_page: Callable[[str], Listed[T]]) -> list[T]:
    """A whole list; begun anew when its pages expire meanwhile."""
    for restart in range(RESTARTS + 1):
        found: list[T] = []
        more = ""
        try:
            while True:
                page = list_page(more)
                found.extend(page.items)
                more = page.more
                if not more:
                    return found
        except Expired:
            if restart == RESTARTS:
                raise
    return []


class ManyObjects(Generic[L]):
    """The objects of a kind in a namespace, or in all, as far as a list shows them."""

    def __init__(
        self,
        transport: Transport,
        kind: Readable[L, Any],
        namespace: str,
        *,
        labels: str = "",
        fields: str = "",
        opening: float = OPENING,
    ) -> None:
        self._transport = transport
        self._opening = opening
        self._type = kind.listed
        self._path = list_path(kind.resource, namespace)
        self._query = selecting(labels, fields)

    def list_page(self, more: str, stop: CancelToken | None = None) -> Listed[L]:
        """A page of the list."""
        return listed_page(self._page(more, stop), self._type)

    def raw_page(self, more: str) -> Listed[bytes]:
        """A page of the list as it came, each object with everything."""
        try:
            page = _raw_list.decode(self._page(more))
        except UNREADABLE as error:
            raise not_kubernetes(error) from error
        items = tuple(bytes(item) for item in page.items or ())
        return Listed(items, page.metadata.resource_version, page.metadata.more)

    def _page(self, more: str, stop: CancelToken | None = None) -> bytes:
        return read_page(self._transport, self._path, self._asked, more, stop=stop)

    def _asked(self, more: str) -> list[tuple[str, str]]:
        return page_query(self._query, more)

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[StreamedEvent[L]]]:
        """The events after a version."""
        with watching(
            self._transport, self._path, self._query, version, seconds, stop, quiet, self._opening
        ) as arriving:
            yield listed_events(arriving, self._type)


def listed_page(body: bytes, type: type[L]) -> Listed[L]:
    """A page of a list of many, as it came."""
    try:
        page = decode.list_reader(type).page(body)
    except InputError as error:
        raise not_kubernetes(error) from error
    return Listed(page.items, page.resource_version, page.continue_token)


@cache
def _events_of(type: type[Any]) -> msgspec.json.Decoder[_Event[Any]]:
    return msgspec.json.Decoder(_Event[type])  # type: ignore[valid-type]  # made at run time


def listed_events(arriving: Iterable[bytes], type: type[L]) -> Iterator[StreamedEvent[L]]:
    """The events of a watch of many."""
    decoder = _events_of(type)
    for line in arriving:
        try:
            event = decoder.decode(line)
        except (msgspec.ValidationError, UnicodeDecodeError):
            yield _odd_event(line, type)
            continue
        except UNREADABLE as error:
            raise not_kubernetes(error) from error
        item = event.object
        version = item.metadata.resource_version
        if event.type == "BOOKMARK":
            yield StreamedEvent("BOOKMARK", version)
        elif event.type == "ERROR":
            yield _odd_event(line, type)
        else:
            yield StreamedEvent(event.type, version, item)


def _odd_event(line: bytes, type: type[L]) -> StreamedEvent[L]:
    """An event that is not plainly an object: an error, or an object with odd fields."""
    event = _raw(line)
    if event.type == "ERROR":
        return StreamedEvent("ERROR", error=error_told(bytes(event.object)))
    try:
        item = decode.list_reader(type).one(bytes(event.object))
    except InputError as error:
        raise not_kubernetes(error) from error
    version = item.metadata.resource_version
    if event.type == "BOOKMARK":
        return StreamedEvent("BOOKMARK", version)
    return StreamedEvent(event.type, version, item)


def _raw(line: bytes) -> _RawEvent:
    try:
        return _raw_event.decode(line)
    except UNREADABLE as error:
        raise not_kubernetes(error) from error


def error_told(body: bytes) -> SourceError:
    """The error for the object of an ERROR event."""
    try:
        return told_in_stream(_status.decode(body))
    except UNREADABLE:
        return told_in_stream(ApiStatus())


class OneObject(Generic[W]):
    """A collection of one: the object of that name, if it is there."""

    def __init__(
        self,
        transport: Transport,
        kind: Readable[Any, W],
        key: ObjectKey,
        *,
        opening: float = OPENING,
    ) -> None:
        self._transport = transport
        self._opening = opening
        self._kind = kind
        self._path = collection_path(kind.resource, key.namespace)
        self._query = [("fieldSelector", f"metadata.name={key.name}")]

    def list_page(self, more: str) -> Listed[Whole[W]]:
        """The object, or none."""
        body = self._transport.get(self._path, self._query)
        try:
            found = _raw_list.decode(body)
        except UNREADABLE as error:
            raise not_kubernetes(error) from error
        wholes = tuple(_whole(self._kind, bytes(item)) for item in found.items or ())
        return Listed(wholes, found.metadata.resource_version)

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[StreamedEvent[Whole[W]]]]:
        """The events after a version."""
        with watching(
            self._transport, self._path, self._query, version, seconds, stop, quiet, self._opening
        ) as arriving:
            yield whole_events(arriving, self._kind)


def whole_events(
    arriving: Iterable[bytes], kind: Readable[Any, W]
) -> Iterator[StreamedEvent[Whole[W]]]:
    """The events of a watch of one."""
    for line in arriving:
        event = _raw(line)
        body = bytes(event.object)
        if event.type == "ERROR":
            yield StreamedEvent("ERROR", error=error_told(body))
        elif event.type == "BOOKMARK":
            try:
                yield StreamedEvent("BOOKMARK", _versioned.decode(body).metadata.resource_version)
            except UNREADABLE as error:
                raise not_kubernetes(error) from error
        else:
            whole = _whole(kind, body)
            yield StreamedEvent(event.type, whole.object.metadata.resource_version, whole)


def _whole(kind: Readable[Any, W], raw: bytes) -> Whole[W]:
    try:
        found, fits = kind.whole(raw)
    except InputError as error:
        raise not_kubernetes(error) from error
    return Whole(found, raw, fits)
