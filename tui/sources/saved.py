"""Workflows read from files: the same screens, offline. Told once, and changed by nobody."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from tui.domain.decode import list_reader
from tui.domain.identity import ObjectKey, Origin, Part, Row, Target
from tui.domain.workflow import WORKFLOW_RESOURCE, Manifest, Metadata
from tui.errors import InputError, Missing
from tui.ports.collections import (
    Changed,
    Collections,
    HasMetadata,
    LeftOut,
    Page,
    Readable,
    Scope,
    Sink,
    row_of,
)
from tui.ports.connection import Place
from tui.ports.events import Events
from tui.ports.logs import PodLogs
from tui.ports.namespaces import Namespaces
from tui.ports.objects import Objects, Watches, Whole, whole_row
from tui.ports.reading import FilesRead
from tui.ports.threads import CancelToken
from tui.registry import Registry
from tui.sources.connection_settings import ConnectionSettings
from tui.sources.offers import Offer, Offers

L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)
T = TypeVar("T")
P = TypeVar("P")


WHY_NOT = "this is a saved workflow: there is no cluster to ask"

SAVED_PORTS: Registry[Offer] = Registry("port", ())
"""What saved objects offer besides being read; made of their `SavedSource`."""

LACKS = {
    Events: "events are kept by the cluster, not in a saved workflow",
    PodLogs: "the logs of pods are kept by the cluster, not in a saved workflow",
}
"""Why a port is not offered, where there is more to say than `WHY_NOT`."""


def read(settings: ConnectionSettings, reading: FilesRead | None = None) -> SavedSource:
    """The workflows of the files that the settings name.

    A file that cannot be read does not hide the others: it is told in `troubles`. What `reading`
    counts are the files, or of only one folder those in it.
    Raises: InputError when no file has a workflow.
    """
    from tui.sources.files import each_workflow, shown_name, uncounted

    counted = uncounted if reading is None else reading.counted
    is_one = len(settings.files) == 1

    found: list[bytes] = []
    troubles: list[InputError] = []
    for path in settings.files if is_one else counted(settings.files):
        try:
            manifests = each_workflow(
                [path],
                told=lambda text: troubles.append(InputError(text)),
                counted=counted if is_one else uncounted,
            )
            # Encoded one by one: as objects they would take five times the memory.
            found.extend([_encoded(manifest) for manifest in manifests])
        except InputError as error:
            troubles.append(error)
    if not found and troubles:
        raise troubles[0]
    names = [shown_name(path) for path in settings.files]
    label = os.path.basename(names[0]) if len(names) == 1 else f"{len(names)} files"
    return SavedSource(found, label, troubles=tuple(troubles))


class SavedSource:
    """Manifests in memory."""

    def __init__(
        self,
        manifests: Iterable[Manifest | bytes],
        label: str,
        *,
        troubles: tuple[InputError, ...] = (),
    ) -> None:
        """`manifests` may be their JSON, too."""
        self.troubles = troubles
        """What was wrong with files that are not shown."""
        self._saved = _told_apart(manifests)
        namespaces = {saved.namespace for saved in self._saved}
        only = namespaces.pop() if len(namespaces) == 1 else ""
        self._place = Place(label, namespace=only, origin=Origin.FILE)
        self._offers = Offers(
            SAVED_PORTS,
            self,
            own=dict.fromkeys((Collections, Watches, Objects, Namespaces), self),
            lacks=LACKS,
            otherwise=WHY_NOT,
        )

    @property
    def place(self) -> Place:
        """The file's name."""
        return self._place

    @property
    def id(self) -> str:
        """The same."""
        return self._place.label

    def port(self, wanted: Callable[..., P]) -> P | None:
        """Files can only be read."""
        return self._offers.port(wanted)

    def lacks(self, wanted: Callable[..., object]) -> str:
        """What there is no cluster for."""
        return self._offers.lacks(wanted)

    def parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        """The files together are one part."""
        return (Part(self.id, kind.id, Origin.FILE),)

    def watch(self, kind: Readable[L, Any], scope: Scope, sink: Sink[L], stop: CancelToken) -> None:
        """Tell the list once."""
        (part,) = self.parts(kind, scope)
        listed = list_reader(kind.listed).one
        rows = tuple(
            saved.row(row_of(part, saved.apart(listed(saved.raw))))
            for saved in self._saved
            if saved.is_of(kind)
        )
        if not stop.is_set:
            sink(Page(part, rows, first=True, last=True))

    def watch_one(
        self,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
    ) -> None:
        """Tell the object once."""
        saved = self._find(kind, key, uid)
        (part,) = self.parts(kind, Scope())
        if not stop.is_set:
            found, fits = kind.whole(saved.raw)
            whole = Whole(saved.apart(found), saved.raw, fits)
            sink(Changed(part, saved.row(whole_row(part, whole))))

    def get(self, target: Target) -> Manifest:
        """One of them, every field kept."""
        from tui.kinds.registry import KINDS

        saved = self._find(KINDS[target.key.kind], target.key, target.uid)
        manifest: Manifest = msgspec.json.decode(saved.raw)
        return manifest

    def _find(self, kind: Readable[Any, Any], key: ObjectKey, uid: str) -> _Saved:
        for saved in self._saved:
            is_meant = saved.kind == kind.resource.kind and saved.name == key.name
            if is_meant and key.namespace in ("", saved.namespace) and uid in ("", saved.uid):
                return saved
        raise Missing(
            f"there is no {kind.noun} {key.name} in {self._place.label}",
            hint=f"there are: {_some(self._saved)}",
            reason="NotFound",
        )

    def read_all(
        self, kind: Readable[L, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[L, ...]:
        """All of them, whichever namespace is asked for: whoever names a file wants what is in
        it."""
        listed = list_reader(kind.listed).one
        return tuple(saved.apart(listed(saved.raw)) for saved in self._saved if saved.is_of(kind))

    def read_raw(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[bytes, ...]:
        """The same, each as JSON with everything."""
        return tuple(saved.raw for saved in self._saved if saved.is_of(kind))

    def namespaces(self) -> tuple[str, ...]:
        """Those that the workflows name."""
        return tuple(sorted({saved.namespace for saved in self._saved} - {""}))

    def close(self) -> None:
        """Nothing is open."""


def _some(saved: Sequence[_Saved]) -> str:
    """The first names, and how many more there are."""
    names = ", ".join(each.name for each in saved[:8])
    return names + (f" and {len(saved) - 8:,} more" if len(saved) > 8 else "")


@dataclass(frozen=True, slots=True)
class _Saved:
    """An object as it was saved."""

    raw: bytes
    kind: str
    namespace: str
    name: str
    uid: str
    """Its own, or one that tells it from another copy of the same object."""
    copy: int

    def is_of(self, kind: Readable[Any, Any]) -> bool:
        """Whether it is of this kind."""
        return self.kind == kind.resource.kind

    def apart(self, item: T) -> T:
        """The object with what tells copies apart."""
        if self.copy == 1:
            return item
        read: Any = item
        metadata = msgspec.structs.replace(read.metadata, uid=self.uid)
        changed: T = msgspec.structs.replace(read, metadata=metadata)
        return changed

    def row(self, row: Row[T]) -> Row[T]:
        """The row of it; copies of one object stand at places of their own."""
        if self.copy == 1:
            return row
        return msgspec.structs.replace(row, key=row.key._replace(incarnation=self.uid))


def _told_apart(manifests: Iterable[Manifest | bytes]) -> list[_Saved]:
    """Two copies of one object, saved before and after, are two rows: each has a uid of its own."""
    found: list[_Saved] = []
    copies: Counter[tuple[str, ...]] = Counter()
    for manifest in manifests:
        raw = manifest if isinstance(manifest, bytes) else _encoded(manifest)
        named = list_reader(_Named).one(raw)
        metadata = named.metadata
        kind = named.kind or WORKFLOW_RESOURCE.kind
        names = (kind, metadata.namespace, metadata.name, metadata.uid)
        copies[names] += 1
        copy = copies[names]
        uid = metadata.uid if copy == 1 else f"{metadata.uid} copy {copy}"
        found.append(_Saved(raw, kind, metadata.namespace, metadata.name, uid, copy))
    return found


class _Named(msgspec.Struct, frozen=True):
    kind: str = ""
    metadata: Metadata = Metadata()


def _encoded(manifest: Manifest) -> bytes:
    """Its JSON, with a name."""
    return msgspec.json.encode(_with_name(manifest))


def _with_name(manifest: Manifest) -> Manifest:
    """A manifest that was never submitted has only the beginning of a name."""
    metadata = manifest.get("metadata")
    if not isinstance(metadata, dict):
        return manifest
    if metadata.get("name") or not metadata.get("generateName"):
        return manifest
    return {**manifest, "metadata": {**metadata, "name": str(metadata["generateName"])}}
