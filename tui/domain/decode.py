"""From the bytes of the API, or a manifest, to workflows.

The typed decoder reads straight into structs, which is what makes thousands of workflows cheap.
Where it refuses (an old object, a file written by hand) the tolerant reader takes over, so that
one odd field never hides a workflow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache, lru_cache
from sys import intern
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from tui.domain import compressed, tolerant
from tui.domain.node import COMPLETED_PHASES, SUCCEEDED, Node, NodeId, Parameter
from tui.domain.reason import Glimpse, why
from tui.domain.tolerant import Misfit, fitted
from tui.domain.workflow import (
    POD_RUNNING,
    Arguments,
    ListedStatus,
    ListedWorkflow,
    Manifest,
    Workflow,
)
from tui.errors import InputError

T = TypeVar("T")

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Exceptions with which the typed decoder refuses an object."""

_NOTHING: dict[str, Any] = {}
"""What thousands of listed workflows have in common: nothing of what no list shows."""

_HALF = re.compile("[\ud800-\udfff]")


class ListedPage(NamedTuple, Generic[T]):
    """One answer to a list request."""

    items: tuple[T, ...]
    resource_version: str
    continue_token: str
    """The token of the next page; "" on the last one."""


class SkimmedStatus(ListedStatus, frozen=True):
    """The status of a workflow in a list: its nodes are looked at once and not kept.

    They are read with the rest: going over them again where it matters takes longer.
    """

    nodes: dict[str, Glimpse] | None = None

    def __post_init__(self) -> None:
        if self.conditions or self.resources_duration:  # no list shows them
            has_pods = any(
                each.type == POD_RUNNING and each.status == "True" for each in self.conditions
            )
            msgspec.structs.force_setattr(self, "has_pods", has_pods)
            msgspec.structs.force_setattr(self, "conditions", ())
            msgspec.structs.force_setattr(self, "resources_duration", _NOTHING)
        nodes = self.nodes
        if nodes:
            msgspec.structs.force_setattr(self, "nodes", None)
            if self.phase != SUCCEEDED:  # else there is nothing to tell
                reason = why(nodes, is_over=self.phase in COMPLETED_PHASES)
                msgspec.structs.force_setattr(self, "why", reason)


@lru_cache(maxsize=4096)
def _labels(items: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """One map for all workflows with these labels."""
    return {intern(key): intern(value) for key, value in items}


def _parameter(name: str, value: str | None) -> Parameter:
    """A parameter as a list shows it."""
    return _shared_parameter(name, value) if len(value or "") < 64 else Parameter(name, value)


@lru_cache(maxsize=4096)
def _shared_parameter(name: str, value: str | None) -> Parameter:
    """One parameter for all workflows that were given it."""
    return Parameter(name, value)


class Skimmed(ListedWorkflow, frozen=True):
    """What lists and their watches are decoded into: it finds the reason while it is read.

    Thousands are kept, so what many of them have is kept once, and what no list shows not at all:
    annotations, which may hold a whole manifest, and all of a parameter but its name and value.
    """

    status: SkimmedStatus = SkimmedStatus()

    def __post_init__(self) -> None:
        metadata = self.metadata
        labels = metadata.labels and _labels(tuple(metadata.labels.items()))
        began = self.status.started_at
        created = metadata.creation_timestamp
        kept = msgspec.structs.replace(
            metadata,
            namespace=intern(metadata.namespace),
            creation_timestamp=began if created == began else created,
            labels=labels,
            annotations=_NOTHING,
        )
        msgspec.structs.force_setattr(self, "metadata", kept)
        arguments = self.spec.arguments
        if arguments.parameters or arguments.artifacts:
            given = tuple(_parameter(each.name, each.value) for each in arguments.parameters)
            spec = msgspec.structs.replace(self.spec, arguments=Arguments(given))
            msgspec.structs.force_setattr(self, "spec", spec)


class _ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str = ""
    continue_token: str = msgspec.field(default="", name="continue")


class _List(msgspec.Struct, Generic[T], frozen=True):
    metadata: _ListMeta = _ListMeta()
    items: tuple[T, ...] | None = None


class _RawList(msgspec.Struct, frozen=True):
    metadata: _ListMeta = _ListMeta()
    items: tuple[msgspec.Raw, ...] | None = None


_whole = msgspec.json.Decoder(Workflow)
_raw_page = msgspec.json.Decoder(_RawList)
_nodes = msgspec.json.Decoder(dict[NodeId, Node])


class ListReader(Generic[T]):
    """Reads lists of one kind, and the objects of its watches, into structs of one type."""

    def __init__(self, type: type[T]) -> None:
        self._one = msgspec.json.Decoder(type)
        self._page = msgspec.json.Decoder(_List[type])  # type: ignore[valid-type]  # made at run time

    def one(self, raw: bytes) -> T:
        """An object as a list shows it. Raises: InputError when it is no JSON object."""
        return _read(raw, self._one)

    def page(self, raw: bytes) -> ListedPage[T]:
        """A list of the API. Raises: InputError for no JSON."""
        try:
            page = self._page.decode(raw)
            items = page.items or ()
            meta = page.metadata
        except UNREADABLE as error:
            if (printable := raw.decode("utf-8", "replace").encode()) != raw:
                return self._printable_page(printable)
            if not isinstance(error, msgspec.ValidationError):
                raise InputError(f"the list is not JSON: {error}") from error
            # One odd item must not make the others slow or disappear.
            loose = _raw_list(raw)
            items = tuple(self.one(bytes(item)) for item in loose.items or ())
            meta = loose.metadata
        return ListedPage(items, meta.resource_version, meta.continue_token)

    def _printable_page(self, printable: bytes) -> ListedPage[T]:
        """A list of which some bytes were no text, with a mark for each of them.

        Raises: InputError where they were in what names its version or the next page.
        """
        page = self.page(printable)
        if "\ufffd" in page.resource_version + page.continue_token:
            raise InputError("the list is not JSON: its version is not UTF-8")
        return page


def list_reader(type: type[T]) -> ListReader[T]:
    """The reader of lists of this type of object; made once."""
    reader: ListReader[T] = _made_reader(type)  # type: ignore[arg-type]  # types are hashable
    return reader


@cache
def _made_reader(type: type[Any]) -> ListReader[Any]:
    return ListReader(type)


def whole_reader(type: type[T]) -> Callable[[bytes], tuple[T, bool]]:
    """Reads whole objects of a type; also says whether all of them has the shape it should."""
    decoder = msgspec.json.Decoder(type)

    def read(raw: bytes) -> tuple[T, bool]:
        try:
            return decoder.decode(raw), True
        except UNREADABLE:
            return fitted(manifest(raw), type), False

    return read


def listed(raw: bytes) -> ListedWorkflow:
    """A workflow as a list shows it. Raises: InputError when it is no JSON object."""
    return list_reader(Skimmed).one(raw)


def listed_page(raw: bytes) -> ListedPage[Skimmed]:
    """A WorkflowList of the API, its workflows without nodes. Raises: InputError for no JSON."""
    return list_reader(Skimmed).page(raw)


def _raw_list(raw: bytes) -> _RawList:
    try:
        return _raw_page.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"this is no list: {error}") from error


def workflow(raw: bytes) -> Workflow:
    """A workflow with all its nodes, unpacked if they came compressed.

    Nodes that cannot be unpacked stay packed; `nodes_trouble` says why.
    Raises: InputError when it is no JSON object.
    """
    return whole(raw)[0]


def whole(raw: bytes) -> tuple[Workflow, bool]:
    """The same, and whether all of it has the shape it should; `misfits` says what has not."""
    try:
        return _hydrated(_whole.decode(raw)), True
    except UNREADABLE:
        return _hydrated(fitted(manifest(raw), Workflow)), False


def from_manifest(manifest: Manifest) -> Workflow:
    """The same from an object already read, as files and plans have it."""
    return whole_manifest(manifest)[0]


def whole_manifest(manifest: Manifest) -> tuple[Workflow, bool]:
    """The same, and whether all of it has the shape it should; `misfits` says what has not."""
    try:
        return _hydrated(msgspec.convert(manifest, Workflow)), True
    except (msgspec.ValidationError, UnicodeEncodeError, RecursionError):
        return _hydrated(fitted(manifest, Workflow)), False


def manifest(raw: bytes) -> Manifest:
    """Every field of an object, with U+FFFD for each byte that is not UTF-8.

    Where no screen looks the typed decoder does not either, so an object that it reads may still
    hold such bytes. Raises: InputError when it is no JSON object.
    """
    try:
        return dict(_loose(raw))
    except InputError:
        found = _patched(raw)
        if not isinstance(found, dict):
            raise
        return found


def whole_characters(document: Any) -> Any:
    """The document with U+FFFD for each lone surrogate (`\\ud83d` alone), as Go reads it.

    A half can neither be sent nor printed.
    """
    text = json.dumps(document, ensure_ascii=False)
    return json.loads(_HALF.sub("\ufffd", text)) if _HALF.search(text) else document


def _patched(raw: bytes) -> Any:
    """The JSON with everything that is not UTF-8 replaced; None if it is not JSON even then."""
    try:
        return whole_characters(json.loads(raw.decode("utf-8", "replace")))
    except (ValueError, RecursionError):
        return None


def misfits(whole: bytes | Manifest) -> tuple[Misfit, ...]:
    """The parts of a workflow that have a wrong shape, so that they cannot be shown."""
    try:
        if isinstance(whole, bytes):
            _whole.decode(whole)
        else:
            msgspec.convert(whole, Workflow)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        loose = manifest(whole) if isinstance(whole, bytes) else whole
        return tuple(tolerant.misfits(loose, Workflow))
    return ()


def without_nodes(whole: Workflow) -> ListedWorkflow:
    """The part of a whole workflow that a list keeps."""
    found = msgspec.convert(
        msgspec.structs.asdict(whole), ListedWorkflow, from_attributes=True, strict=False
    )
    reason = why(whole.nodes, is_over=whole.is_completed)
    return msgspec.structs.replace(found, status=msgspec.structs.replace(found.status, why=reason))


def nodes_trouble(whole: Workflow) -> InputError | None:
    """Why the nodes of a workflow cannot be shown; None if they can."""
    status = whole.status
    if status.nodes:
        return None
    if status.compressed_nodes:
        try:
            _unpacked(status.compressed_nodes)
        except InputError as error:
            return error
    if status.offload_node_status_version:
        return InputError(
            "offload node status is not supported",
            hint="the nodes of this workflow are in the database of Argo Server, not in the object",
        )
    return None


def _read(raw: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(raw)
    except UNREADABLE:
        wanted: Any = decoder.type  # a type, which newer versions of msgspec call a TypeForm
        found: T = fitted(manifest(raw), wanted)
        return found


def _loose(raw: bytes) -> Any:
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"the workflow is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"a workflow is a JSON object, and this is a {type(value).__name__}")
    return value


def _hydrated(found: Workflow) -> Workflow:
    status = found.status
    if status.nodes or not status.compressed_nodes:
        return found
    try:
        nodes = _unpacked(status.compressed_nodes)
    except InputError:
        return found
    status = msgspec.structs.replace(status, nodes=nodes, compressed_nodes="")
    return msgspec.structs.replace(found, status=status)


def _unpacked(text: str) -> dict[NodeId, Node]:
    data = compressed.unpack(text)
    try:
        return _nodes.decode(data)
    except msgspec.ValidationError:
        loose = _loose(data)
        return {NodeId(key): fitted(value, Node) for key, value in loose.items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"compressedNodes does not hold JSON: {error}") from error


def unpacked_manifest(manifest: Manifest) -> Manifest:
    """The manifest with its nodes in the open, every field of them kept; the same if they are.

    Raises: InputError when they cannot be unpacked.
    """
    status = manifest.get("status")
    if not isinstance(status, dict) or status.get("nodes") or not status.get("compressedNodes"):
        return manifest
    nodes = _loose(compressed.unpack(str(status["compressedNodes"])))
    rest = {key: value for key, value in status.items() if key != "compressedNodes"}
    return {**manifest, "status": {**rest, "nodes": nodes}}
