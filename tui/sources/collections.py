"""Workflows as a collection that can be listed and watched: paths, pages and events.

Two sizes: the list of many without their nodes, decoded in one go while it arrives; and one
workflow with everything, whose bytes are kept for the manifest pane.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from tui.domain import decode
from tui.domain.workflow import ListedWorkflow, Workflow, WorkflowRef
from tui.errors import InputError
from tui.ports.threads import CancelToken
from tui.sources.answers import UNREADABLE, ApiStatus, told_in_stream
from tui.sources.lines import lines
from tui.sources.paths import page_query, selecting, workflows_path
from tui.sources.reflector import OPENING, Listed, Told
from tui.sources.transport import Query, Transport, not_kubernetes

GLANCE = 1000
"""Bytes at either end of a page in which the beginning of the next one is looked for."""


class _Event(msgspec.Struct, frozen=True, gc=False):
    type: str
    object: decode.Skimmed


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


_event = msgspec.json.Decoder(_Event)
_raw_event = msgspec.json.Decoder(_RawEvent)
_status = msgspec.json.Decoder(ApiStatus)
_raw_list = msgspec.json.Decoder(_RawList)
_versioned = msgspec.json.Decoder(_Versioned)


_MORE = re.compile(rb'"metadata": ?\{[^{}]*"continue": ?"([\w+/=.-]+)"')
"""Where the next page begins. The API server writes this after the items of a custom resource;
others write it before them."""


def _likely_more(body: bytes) -> str:
    """Where the next page begins, if a glance shows it, so that it can be fetched meanwhile.

    A glance may err; then the page asked ahead is one that nobody wants.
    """
    found = _MORE.search(body, max(0, len(body) - GLANCE)) or _MORE.search(body, 0, GLANCE)
    return found[1].decode() if found else ""


@contextmanager
def _watching(
    transport: Transport,
    path: str,
    query: Query,
    version: str,
    seconds: int,
    stop: CancelToken,
    quiet: float,
    opening: float,
) -> Iterator[Iterator[bytes]]:
    """The lines of a watch."""
    asked = [
        *query,
        ("watch", "true"),
        ("resourceVersion", version),
        ("allowWatchBookmarks", "true"),
        ("timeoutSeconds", str(seconds)),
    ]
    with transport.stream(path, asked, stop, quiet=quiet, opening=opening) as pieces:
        yield lines(pieces)


class ManyWorkflows:
    """The workflows of a namespace, or of all, without their nodes."""

    def __init__(
        self,
        transport: Transport,
        namespace: str,
        *,
        labels: str = "",
        fields: str = "",
        opening: float = OPENING,
    ) -> None:
        self._transport = transport
        self._opening = opening
        self._path = workflows_path(namespace)
        self._query = selecting(labels, fields)

    def list_page(self, more: str) -> Listed[ListedWorkflow]:
        """A page of the list."""
        try:
            page = decode.listed_page(self._page(more))
        except InputError as error:
            raise not_kubernetes(error) from error
        return Listed(page.workflows, page.resource_version, page.continue_token)

    def raw_page(self, more: str) -> Listed[bytes]:
        """A page of the list as it came, each workflow with its nodes."""
        try:
            page = _raw_list.decode(self._page(more))
        except UNREADABLE as error:
            raise not_kubernetes(error) from error
        items = tuple(bytes(item) for item in page.items or ())
        return Listed(items, page.metadata.resource_version, page.metadata.more)

    def _page(self, more: str) -> bytes:
        body = self._transport.get(self._path, self._asked(more))
        following = _likely_more(body)
        if following:
            self._transport.ask_ahead(self._path, self._asked(following))
        return body

    def _asked(self, more: str) -> list[tuple[str, str]]:
        return page_query(self._query, more)

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[Told[ListedWorkflow]]]:
        """The events after a version."""
        with _watching(
            self._transport, self._path, self._query, version, seconds, stop, quiet, self._opening
        ) as arriving:
            yield listed_events(arriving)


def listed_events(arriving: Iterable[bytes]) -> Iterator[Told[ListedWorkflow]]:
    """The events of a watch of many."""
    for line in arriving:
        try:
            event = _event.decode(line)
        except (msgspec.ValidationError, UnicodeDecodeError):
            yield _odd_event(line)
            continue
        except UNREADABLE as error:
            raise not_kubernetes(error) from error
        workflow = event.object
        if event.type == "BOOKMARK":
            yield Told("BOOKMARK", workflow.version)
        elif event.type == "ERROR":
            yield _odd_event(line)
        else:
            yield Told(event.type, workflow.version, workflow)


def _odd_event(line: bytes) -> Told[ListedWorkflow]:
    """An event that is not plainly a workflow: an error, or an object with odd fields."""
    event = _raw(line)
    if event.type == "ERROR":
        return Told("ERROR", error=told_in_stream(_read_status(bytes(event.object))))
    try:
        workflow = decode.listed(bytes(event.object))
    except InputError as error:
        raise not_kubernetes(error) from error
    if event.type == "BOOKMARK":
        return Told("BOOKMARK", workflow.version)
    return Told(event.type, workflow.version, workflow)


def _raw(line: bytes) -> _RawEvent:
    try:
        return _raw_event.decode(line)
    except UNREADABLE as error:
        raise not_kubernetes(error) from error


def _read_status(body: bytes) -> ApiStatus:
    try:
        return _status.decode(body)
    except UNREADABLE:
        return ApiStatus()


class Whole(msgspec.Struct, frozen=True):
    """One workflow with everything, its bytes, and whether all of them could be read."""

    workflow: Workflow
    raw: bytes
    fits: bool


class OneWorkflow:
    """A collection of one: the workflow of that name, if it is there."""

    def __init__(self, transport: Transport, ref: WorkflowRef, *, opening: float = OPENING) -> None:
        self._transport = transport
        self._opening = opening
        self._path = workflows_path(ref.namespace)
        self._query = [("fieldSelector", f"metadata.name={ref.name}")]

    def list_page(self, more: str) -> Listed[Whole]:
        """The workflow, or none."""
        body = self._transport.get(self._path, self._query)
        try:
            found = _raw_list.decode(body)
        except UNREADABLE as error:
            raise not_kubernetes(error) from error
        wholes = tuple(_whole(bytes(item)) for item in found.items or ())
        return Listed(wholes, found.metadata.resource_version)

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[Told[Whole]]]:
        """The events after a version."""
        with _watching(
            self._transport, self._path, self._query, version, seconds, stop, quiet, self._opening
        ) as arriving:
            yield whole_events(arriving)


def whole_events(arriving: Iterable[bytes]) -> Iterator[Told[Whole]]:
    """The events of a watch of one."""
    for line in arriving:
        event = _raw(line)
        body = bytes(event.object)
        if event.type == "ERROR":
            yield Told("ERROR", error=told_in_stream(_read_status(body)))
        elif event.type == "BOOKMARK":
            try:
                yield Told("BOOKMARK", _versioned.decode(body).metadata.resource_version)
            except UNREADABLE as error:
                raise not_kubernetes(error) from error
        else:
            whole = _whole(body)
            yield Told(event.type, whole.workflow.version, whole)


def _whole(raw: bytes) -> Whole:
    try:
        workflow, fits = decode.whole(raw)
    except InputError as error:
        raise not_kubernetes(error) from error
    return Whole(workflow, raw, fits)
