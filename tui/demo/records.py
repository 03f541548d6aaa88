"""One object as of one revision, and one change of it.

Objects are kept as the bytes they are sent as; beside them stands only what selecting, deleting
and comparing need to know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast

import msgspec

from tui.demo.resources import EVENTS, PODS, Obj, Resource

Key = tuple[str, str]
"""Namespace ("" for cluster scoped) and name."""

ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]

_encoder = msgspec.json.Encoder(order="deterministic")
encode = _encoder.encode
decode = cast("Callable[[bytes], Obj]", msgspec.json.Decoder().decode)
decode_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
"""The top fields of an object, each still as bytes."""


def timestamp(moment: datetime) -> str:
    """A time as Kubernetes writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, eq=False)
class Record:
    """One object as of one revision: its bytes, and what selecting and deleting need to know."""

    resource: Resource
    namespace: str
    name: str
    uid: str
    revision: int
    raw: bytes = field(repr=False)
    labels: Mapping[str, str]
    fields: Mapping[str, str]
    owners: tuple[str, ...] = ()
    """Uids of its owners."""
    finalizers: tuple[str, ...] = ()
    deleting: bool = False
    printed: tuple[Any, ...] = ()
    """The values of the fields that its kind prints, so that a Table of thousands reads none."""

    @property
    def key(self) -> Key:
        """Its place in its kind."""
        return (self.namespace, self.name)

    def decoded(self) -> Obj:
        """The object, as a dict that is the caller's own."""
        return decode(self.raw)


@dataclass(frozen=True, eq=False)
class Change:
    """One write: what there is now (for DELETED, what there was last), and what there was."""

    type: ChangeType
    record: Record
    previous: Record | None

    @property
    def resource(self) -> Resource:
        """The kind of what changed."""
        return self.record.resource

    @property
    def object(self) -> Obj:
        """The object, decoded afresh: the caller's own."""
        return self.record.decoded()

    @property
    def old(self) -> Obj | None:
        """The object before, decoded afresh."""
        return self.previous.decoded() if self.previous else None

    @property
    def line(self) -> bytes:
        """The event as a line of a watch."""
        return b'{"type":"%s","object":%s}\n' % (self.type.encode(), self.record.raw)


def differing(before: Mapping[str, msgspec.Raw], parts: Mapping[str, bytes]) -> set[str]:
    """The top fields that are not the same bytes."""
    names = before.keys() | parts.keys()
    return {
        name
        for name in names
        if name not in before or name not in parts or bytes(before[name]) != parts[name]
    }


def joined(parts: Mapping[str, bytes]) -> bytes:
    """An object from its top fields."""
    return b"{" + b",".join(b"%s:%s" % (encode(name), parts[name]) for name in sorted(parts)) + b"}"


def made_record(resource: Resource, obj: Obj, revision: int, raw: bytes) -> Record:
    """What is kept of an object."""
    metadata = obj["metadata"]
    return Record(
        resource=resource,
        namespace=str(metadata.get("namespace", "")),
        name=str(metadata["name"]),
        uid=str(metadata["uid"]),
        revision=revision,
        raw=raw,
        labels=dict(metadata.get("labels") or {}),
        fields=_fields(resource, obj),
        owners=tuple(str(ref.get("uid")) for ref in metadata.get("ownerReferences") or ()),
        finalizers=tuple(metadata.get("finalizers") or ()),
        deleting="deletionTimestamp" in metadata,
        printed=tuple(_at(obj, path) for path in resource.printed),
    )


def _fields(resource: Resource, obj: Obj) -> dict[str, str]:
    """The values field selectors may ask for; absent is "", as the real server has it."""
    metadata = obj["metadata"]
    found = {
        "metadata.name": str(metadata["name"]),
        "metadata.namespace": str(metadata.get("namespace", "")),
    }
    for label in resource.selectable:
        path = "source.component" if resource is EVENTS and label == "source" else label
        value = _at(obj, path)
        found[label] = "" if value is None else str(value)
    if resource is PODS and not found["status.phase"]:
        found["status.phase"] = "Pending"
    return found


def _at(obj: Obj, path: str) -> Any:
    """The value of a field; None where there is none."""
    value: Any = obj
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value
