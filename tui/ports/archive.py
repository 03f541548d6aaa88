"""Runs that were archived: listed some at a time, and never all of them.

An archive may hold years of runs. So it is read in pages, what began last first, and whatever its
server can select is asked of the server; how far one reads is for who reads to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from tui.domain.archived import ArchiveQuery
from tui.domain.identity import ObjectKey, Part, Row
from tui.ports.collections import HasMetadata, Readable, row_of
from tui.ports.threads import CancelToken

L = TypeVar("L", bound=HasMetadata)
T = TypeVar("T")

PAGE = 100
"""Runs of a page, unless fewer are wanted."""


class ArchivePage(msgspec.Struct, Generic[T], frozen=True):
    """Some runs of an archive, what began last first."""

    rows: tuple[Row[T], ...]
    """Without steps. One may be in two pages, where the archive changed meanwhile."""
    more: str
    """What the next page is asked by; "" after the last one."""


UNFINISHED = "unfinished"
"""The version of a run of which the archive does not tell when it ended."""


def kept_row(part: Part, item: L) -> Row[L]:
    """The row of a run as an archive has it. It has no version there; one that was archived again
    ended at another time."""
    finished: str = getattr(getattr(item, "status", None), "finished_at", None) or ""
    return msgspec.structs.replace(row_of(part, item), version=finished or UNFINISHED)


class Archive(Protocol):
    """Where archived runs are listed."""

    def page(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        more: str = "",
        *,
        most: int = PAGE,
        stop: CancelToken | None = None,
    ) -> ArchivePage[L]:
        """The first page, or the one after it.

        Raises: NotOffered with the reason `NoArchive` where nothing is archived here, SourceError.
        """

    def find(self, kind: Readable[L, Any], key: ObjectKey, uid: str) -> Row[L] | None:
        """The row of one run as it is now; None where the archive does not have it. Without a
        uid it is the last one of that name.

        Raises: SourceError.
        """

    def label_keys(self) -> Sequence[str]:
        """The labels that archived runs have, of all namespaces.

        Raises: NotOffered as `page`, SourceError.
        """

    def label_values(self, key: str) -> Sequence[str]:
        """The values that a label has of archived runs of all namespaces; none for one that none
        has.

        Raises: NotOffered as `page`, Rejected for what is no key, SourceError.
        """


class History(Protocol):
    """Where the runs of one template are read, to learn from them how long it takes."""

    def runs(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        *,
        most: int,
        stop: CancelToken | None = None,
    ) -> Iterator[L]:
        """Archived runs that a query selects, what began last first, `most` at the most.

        They come without their steps, and are read in pages as they are taken. Raises: as
        `Archive.page`.
        """
