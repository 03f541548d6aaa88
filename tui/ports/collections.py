"""Listing and watching many objects of one kind, and what is told while that goes on.

A collection is made of parts, such as the namespaces of a list. Each part is read and may fail by
itself, so every event names its part: the whole list of one part says nothing about the others, and
how a part stands says nothing about how they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from tui.domain.identity import Depth, ObjectKey, Origin, Part, Row
from tui.domain.resource import Resource
from tui.domain.table import TableRow
from tui.domain.workflow import Metadata
from tui.errors import SourceError
from tui.ports.threads import CancelToken


@dataclass(frozen=True, slots=True)
class Scope:
    """Which objects of a kind to watch."""

    namespaces: tuple[str, ...] = ()
    """Empty means all of them."""
    label_selector: str = ""
    field_selector: str = ""

    @property
    def shows_namespaces(self) -> bool:
        """Whether a list of this scope needs a namespace column."""
        return len(self.namespaces) != 1


class HasMetadata(Protocol):
    """What every decoded object has."""

    @property
    def metadata(self) -> Metadata:
        """Its name, namespace, uid, version, labels."""


L = TypeVar("L", bound=HasMetadata)
L_co = TypeVar("L_co", bound=HasMetadata, covariant=True)
W_co = TypeVar("W_co", bound=HasMetadata, covariant=True)
T = TypeVar("T")


class Readable(Protocol[L_co, W_co]):
    """What a source must know of a kind to read it."""

    @property
    def id(self) -> str:
        """What keys call the kind."""

    @property
    def noun(self) -> str:
        """What one of them is called in a sentence."""

    @property
    def resource(self) -> Resource:
        """How the API addresses it."""

    @property
    def listed(self) -> type[L_co]:
        """The struct that an object of a list is decoded into."""

    @property
    def tabled(self) -> Callable[[TableRow], L_co] | None:
        """Makes what a list shows of a row of the server's Table; None where lists need more.

        Raises: InputError for a Table without the columns that it cannot do without; the list is
        read as objects then.
        """

    @property
    def is_told_by_table(self) -> bool:
        """Whether a Table with the metadata of each object tells all that a list shows of it."""

    @property
    def selector(self) -> str:
        """A label selector, where only those are listed that it selects."""

    @property
    def renewed(self) -> Callable[[Any, Any], Any] | None:
        """What is known of an object, with what a Table, the second, tells of it later."""

    @property
    def kept(self) -> Callable[..., Any] | None:
        """What an archive has of an object that has left the cluster; it returns None for one that
        is in none. `is_read` says whether more of it is known than a Table's row. None: no archive
        has such objects."""

    @property
    def whole(self) -> Callable[[bytes], tuple[W_co, bool]]:
        """Decodes an object with everything; also tells whether all of it could be read."""


def row_of(part: Part, item: L, *, depth: Depth = Depth.SUMMARY) -> Row[L]:
    """The row of an object that a part tells of; `depth` says how much of it was read."""
    metadata = item.metadata
    # In an archive a name may occur many times.
    uid = metadata.uid if part.origin is Origin.ARCHIVE else ""
    return Row(
        ObjectKey(part.connection, part.kind, metadata.namespace, metadata.name, uid),
        metadata.uid,
        metadata.resource_version,
        ORIGINS[part.origin],
        item,
        depth,
    )


ORIGINS = {origin: frozenset({origin}) for origin in Origin}
"""The origins of a row that one part alone tells of."""


# --- how a part stands ---------------------------------------------------------------------------


class Reading(msgspec.Struct, frozen=True):
    """It is being listed and nothing went wrong; what is shown may not be all of it."""


class Live(msgspec.Struct, frozen=True):
    """Its watch is open: what is shown is what is."""


class Polled(msgspec.Struct, frozen=True):
    """It cannot be watched, so it is listed again and again."""

    every: float
    """Seconds between two lists."""


class Stale(msgspec.Struct, frozen=True):
    """Its watch broke; what is shown is old until it is open again."""

    error: SourceError
    retry_in: float
    """Seconds until the next try."""
    attempt: int


class Unreadable(msgspec.Struct, frozen=True):
    """It may not be read, or the cluster has no such kind; nothing of it is shown."""

    error: SourceError
    """A `Refused` or a `Missing`."""
    retry_in: float
    """Seconds until the next try: somebody may grant the right meanwhile."""


Standing = Reading | Live | Polled | Stale | Unreadable


# --- what is told --------------------------------------------------------------------------------


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A piece of the list of a part. Rows may be shown as pages land.

    After the `last` page, what this part told before and that is in none of its pages is gone.
    """

    part: Part
    rows: tuple[Row[T], ...]
    first: bool
    last: bool


class Changed(msgspec.Struct, Generic[T], frozen=True):
    """One object is new or different."""

    part: Part
    row: Row[T]


class Gone(msgspec.Struct, frozen=True):
    """One object is gone from a part."""

    part: Part
    key: ObjectKey
    uid: str = ""
    """Which object it was; empty where that is not known."""


class Filled(msgspec.Struct, Generic[T], frozen=True):
    """Rows that were told by a Table before, read from their objects now (`ports/tables.py`).

    An answer that was under way for a while: it neither adds rows nor removes any, and where a
    row has changed since it was asked for, what the Table said later is newer.
    """

    part: Part
    rows: tuple[Row[T], ...]
    since: int = 0
    """What the asker gave: the moment, in its own count, at which it asked."""


class Stood(msgspec.Struct, frozen=True):
    """A part stands like this from now on."""

    part: Part
    standing: Standing


WatchEvent = Page[T] | Changed[T] | Gone | Filled[T] | Stood
"""One thing that a watch tells."""
Sink = Callable[[WatchEvent[T]], None]
"""Where it is told; called on the thread of the watch."""


LeftOut = Callable[[Part, SourceError], object]
"""Is told of a part that may not be read, and why."""


class Collections(Protocol):
    """Where lists of objects come from."""

    def parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        """The parts that a list of this scope is made of; known without asking anybody."""

    def watch(self, kind: Readable[L, Any], scope: Scope, sink: Sink[L], stop: CancelToken) -> None:
        """List, then watch, until stopped; whatever goes wrong is told as the part's standing."""

    def read_all(
        self, kind: Readable[L, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[L, ...]:
        """The whole list once.

        With `left_out` a part that may not be read is told to it, as long as another one can be.
        Raises: SourceError, of the first part that fails otherwise.
        """

    def read_raw(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[bytes, ...]:
        """The same, each object as its JSON came."""
