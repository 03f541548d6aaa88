"""Streams of an Argo Server: frames of server-sent events, each a result or an error.

A frame is a line `data: {…}`, however the lines after it come; a line `:` every 15 seconds says
that the connection lives. The head of the answer comes with the first of either, so a quiet stream
looks like no answer at all for so long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from tui.domain.decode import list_reader
from tui.domain.resource import Resource
from tui.errors import Busy, InputError, SourceError, Unreachable
from tui.ports.collections import HasMetadata
from tui.ports.threads import CancelToken
from tui.sources.answers import UNREADABLE
from tui.sources.argo_server_answers import ENDED, StreamError, told_in_stream
from tui.sources.argo_server_paths import SSE
from tui.sources.lines import lines
from tui.sources.reflector import StreamedEvent
from tui.sources.transport import Query, Transport

SILENCE = 40.0
"""Seconds without a byte after which a stream counts as broken: two signs of life are missing."""

_DATA = b"data: "

L = TypeVar("L", bound=HasMetadata)
T = TypeVar("T")


@contextmanager
def frames(
    transport: Transport,
    path: str,
    query: Query,
    stop: CancelToken,
    *,
    quiet: float = SILENCE,
    beat: Callable[[], object] = lambda: None,
) -> Iterator[Iterator[bytes]]:
    """The JSON of each frame of a stream, until its end or stopped.

    `beat` is called with every sign of life that is no frame. Raises: SourceError; what it raises.
    """
    with transport.stream(path, query, stop, quiet=quiet, opening=quiet, accept=SSE) as pieces:
        yield _frames_in(pieces, beat)


def _frames_in(pieces: Iterator[bytes], beat: Callable[[], object]) -> Iterator[bytes]:
    for line in lines(pieces):
        if line.startswith(_DATA):
            yield line[len(_DATA) :].strip()
        elif line.startswith(b":"):
            beat()
        elif line.startswith(b"{"):
            raise Unreachable(
                "the stream of the Argo Server has another form than it should",
                hint="something before it may change what it sends",
                reason="NotJson",
            )


# --- what a frame says ---------------------------------------------------------------------------


class _Event(msgspec.Struct, Generic[T], frozen=True, gc=False):
    type: str = ""
    object: T | None = None


class _Frame(msgspec.Struct, Generic[T], frozen=True, gc=False):
    result: T | None = None
    error: StreamError | None = None


class _RawEvent(msgspec.Struct, frozen=True, gc=False):
    type: str = ""
    object: msgspec.Raw = msgspec.Raw(b"{}")


class _RawEventFrame(msgspec.Struct, frozen=True, gc=False):
    result: _RawEvent | None = None
    error: StreamError | None = None


class _RawFrame(msgspec.Struct, frozen=True, gc=False):
    result: msgspec.Raw = msgspec.Raw(b"")
    error: StreamError | None = None


class Meta(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Of an object, what tells it from others."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    labels: dict[str, str] = {}


class Glance(msgspec.Struct, frozen=True, gc=False):
    """An object as far as its metadata."""

    kind: str = ""
    metadata: Meta = Meta()


_glance = msgspec.json.Decoder(Glance)
_raw_events = msgspec.json.Decoder(_RawEventFrame)
_raw_results = msgspec.json.Decoder(_RawFrame)


def unreadable_answer(error: Exception) -> SourceError:
    """The error for an answer that looks right and is not what it should be."""
    return SourceError(
        f"the Argo Server answered with something that cannot be read: {error}",
        hint="does --server or ARGO_SERVER name an Argo Server?",
        reason="NotJson",
    )


def glance(raw: bytes) -> Glance:
    """The metadata of an object. Raises: SourceError where it is none."""
    try:
        return _glance.decode(raw)
    except UNREADABLE as error:
        raise unreadable_answer(error) from error


def with_kind(raw: bytes, resource: Resource) -> bytes:
    """The JSON of an object with its kind, which the server leaves out. Raises: SourceError."""
    if glance(raw).kind:
        return raw
    head = f'{{"apiVersion":"{resource.api_version}","kind":"{resource.kind}"'.encode()
    rest = raw.lstrip()[1:].lstrip()
    return head + (b"" if rest.startswith(b"}") else b",") + rest


def result_of(frame: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    """What a frame has. Raises: SourceError, for an error frame what it says."""
    try:
        found = decoder.decode(frame)
    except UNREADABLE as error:
        raise unreadable_answer(error) from error
    if found.error is not None:
        raise told_in_stream(found.error)
    if not found.result:
        # Errors look so to who asked for other fields than them.
        raise Busy("the stream ended with an error that the Argo Server did not name")
    return found.result


def raw_result(frame: bytes) -> bytes:
    """The same as its JSON came. Raises: SourceError."""
    return bytes(result_of(frame, _raw_results))


@cache
def decoder_of(type: Any) -> msgspec.json.Decoder[_Frame[Any]]:
    """Reads frames with results of a type."""
    return msgspec.json.Decoder(_Frame[type])


def listed_event(frame: bytes, type: type[L]) -> StreamedEvent[L]:
    """An event of a watch, its object as a list shows it. Raises: SourceError."""
    try:
        event = result_of(frame, decoder_of(_Event[type]))  # type: ignore[valid-type]  # at run time
    except SourceError as error:
        if error.reason != "NotJson":
            raise
        # One odd field must not end the watch.
        raw = raw_event(frame)
        try:
            event = _Event(raw.kind, list_reader(type).one(raw.item or b"{}"))
        except InputError:
            raise error from None
    item = event.object
    version = item.metadata.resource_version if item is not None else ""
    return StreamedEvent(event.type, version, None if event.type == "BOOKMARK" else item)


def raw_event(frame: bytes) -> StreamedEvent[bytes]:
    """An event of a watch, its object as it came. Raises: SourceError."""
    event = result_of(frame, _raw_events)
    raw = bytes(event.object)
    version = glance(raw).metadata.resource_version
    return StreamedEvent(event.type, version, None if event.type == "BOOKMARK" else raw)


def until_end(events: Iterator[T]) -> Iterator[T]:
    """The same, whose ordinary end is no error."""
    try:
        yield from events
    except Busy as error:
        if error.reason != ENDED:
            raise
