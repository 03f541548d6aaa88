"""The identity of objects, and the rows of lists.

A row is the place it stands at: connection, kind, namespace and name. The uid is a field of the
row, because not everything that lists objects tells it, and because a row that fills in, or whose
object is made anew, stays the same row. Only an object that exists in the archive alone, where a
name may occur many times, has its uid in its key.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Generic, NamedTuple, TypeVar

import msgspec

T = TypeVar("T")


class ObjectKey(NamedTuple):
    """The identity of an object."""

    connection: str
    """Id of the connection it was read from."""
    kind: str
    """Id of its kind, such as `wf`."""
    namespace: str
    """Empty for kinds that belong to the whole cluster."""
    name: str
    incarnation: str = ""
    """The uid of an object that only the archive has; "" for an object in the cluster."""


class Origin(Enum):
    """Which kind of store an object was read from."""

    CLUSTER = "cluster"
    ARCHIVE = "archive"
    FILE = "file"


class Depth(IntEnum):
    """How much of an object was read. What was not read is not known: neither zero nor empty."""

    TABLE = 1
    """The row of the server's Table."""
    SUMMARY = 2
    """All that a list shows of it."""
    WHOLE = 3
    """Everything."""


class Part(NamedTuple):
    """A part of a list that is read, and may fail, separately."""

    connection: str
    kind: str
    origin: Origin = Origin.CLUSTER
    namespace: str = ""
    """The only namespace it holds objects of; "" for all namespaces."""


class Row(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """One object in a list."""

    key: ObjectKey
    uid: str
    """Empty where it is not known."""
    version: str
    """The resource version, only ever compared for equality; "" where it is not known."""
    origins: frozenset[Origin]
    """Where it was read from; an archived object may still be in the cluster, too."""
    value: T
    depth: Depth = Depth.SUMMARY
    """How much of the value was read."""


class Target(NamedTuple):
    """The target of an action: an object, or a part of one."""

    key: ObjectKey
    uid: str = ""
    """The uid of the object when it was chosen; "" if it was unknown."""
    node: str = ""
    """Id of a node (a step) of it; "" for all of it."""
    pod: str = ""
    artifact: str = ""
