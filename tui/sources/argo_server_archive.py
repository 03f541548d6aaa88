"""The archive of an Argo Server, in pages (argo.md 9.8).

A page is asked for by offset, and what is deleted meanwhile moves the rows after it up: so a page
begins with the last row of the one before. Where that is not there, what was passed over is read
again.

A server without an archive answers an empty list. Only when one run is asked for does it say that
there is none, so an archive without any run is asked for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from tui.domain.archived import ArchiveQuery
from tui.domain.decode import list_reader
from tui.domain.identity import ObjectKey, Origin, Part, Row
from tui.errors import Busy, InputError, Missing, NotOffered, SourceError
from tui.ports.archive import PAGE, ArchivePage, kept_row
from tui.ports.collections import HasMetadata, Readable
from tui.ports.threads import CancelToken
from tui.sources.answers import UNREADABLE
from tui.sources.argo_server_paths import (
    ARCHIVE,
    LABEL_KEYS,
    LABEL_VALUES,
    archived_path,
    options,
)
from tui.sources.argo_server_shared import Server
from tui.sources.argo_server_streams import unreadable_answer
from tui.sources.paths import Asked, path_part

NO_ARCHIVE = "NoArchive"
"""`reason` of a NotOffered of a server that keeps no archive."""
SWITCHED_OFF = "this Argo Server keeps no archive of workflows"
NOBODY = "00000000-0000-0000-0000-000000000000"
"""A uid that no run has."""
STEPS_BACK = 5
"""How many pages are read again at most, where one does not begin with the end of the last."""

L = TypeVar("L", bound=HasMetadata)


class _Labels(msgspec.Struct):
    items: list[str] | None = None


_labels = msgspec.json.Decoder(_Labels)


class ServerArchive:
    """The archive and history ports of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport = server.transport
        self._has_rows = False
        """Whether anything was ever read of it: it is there then."""

    def page(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        more: str = "",
        *,
        most: int = PAGE,
        stop: CancelToken | None = None,
    ) -> ArchivePage[L]:
        """The first page, or the one after it."""
        begin, _, last = more.partition(" ")
        offset = int(begin or 0)
        if not offset:
            rows = self._read(kind, asked, 0, most, stop)
            if not rows and not self._has_rows:
                self._check_there()
            return _page(rows, 0, most, rows)
        # One more than wanted: the last one of the page before is the first of this one.
        found = self._read(kind, asked, offset - 1, most + 1, stop)
        told, at = list(found), offset - 1
        for _ in range(STEPS_BACK):
            if not at or last in (row.uid for row in told):
                break
            before = max(0, at - most)
            told[:0] = self._read(kind, asked, before, at - before, stop)
            at = before
        return _page(tuple(told), offset - 1, most + 1, found)

    def find(self, kind: Readable[L, Any], key: ObjectKey, uid: str) -> Row[L] | None:
        """By its name, as only lists come without steps."""
        asked = ArchiveQuery(namespace=key.namespace, name=key.name)
        more = ""
        while True:
            page = self.page(kind, asked, more)
            found = next((row for row in page.rows if uid in ("", row.uid)), None)
            if found is not None or not page.more:
                return found
            more = page.more

    def label_keys(self) -> Sequence[str]:
        """As the server has them, in its order."""
        return self._labels(LABEL_KEYS, [])

    def label_values(self, key: str) -> Sequence[str]:
        """As the server has them, in its order."""
        # A key is a selector that asks whether there is one; anything else is refused.
        return self._labels(LABEL_VALUES, options(labelSelector=key))

    def _labels(self, path: str, query: Asked) -> Sequence[str]:
        body = self._transport.get(path, query)
        try:
            items = _labels.decode(body).items
        except UNREADABLE as error:
            raise unreadable_answer(error) from error
        if not items:
            self._check_there()
        return items or ()

    def runs(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        *,
        most: int,
        stop: CancelToken | None = None,
    ) -> Iterator[L]:
        """Page after page, as they are taken."""
        more, seen = "", set[str]()
        while len(seen) < most:
            page = self.page(kind, asked, more, most=min(PAGE, most - len(seen)), stop=stop)
            for row in page.rows:
                if row.uid not in seen and len(seen) < most:
                    seen.add(row.uid)
                    yield row.value
            more = page.more
            if not more:
                return

    def _read(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        begin: int,
        most: int,
        stop: CancelToken | None,
    ) -> tuple[Row[L], ...]:
        body = self._transport.get(ARCHIVE, _query(asked, begin, most), stop=stop)
        try:
            items = list_reader(kind.listed).page(body).items
        except InputError as error:
            raise unreadable_answer(error) from error
        part = Part(self._server.place.label, kind.id, Origin.ARCHIVE, asked.namespace)
        rows = tuple(kept_row(part, item) for item in items)
        self._has_rows = self._has_rows or bool(rows)
        return rows

    def _check_there(self) -> None:
        """Raises: NotOffered where there is no archive that could have anything."""
        try:
            self._transport.get(archived_path(NOBODY))
        except Missing:
            return
        except Busy as error:
            if "not supported" in error.what:
                raise NotOffered(
                    SWITCHED_OFF,
                    hint="`persistence.archive: true` of the controller switches it on",
                    reason=NO_ARCHIVE,
                ) from error
        except SourceError:
            return  # an empty list is what there is


def _page(
    rows: tuple[Row[L], ...], begin: int, wanted: int, found: tuple[Row[L], ...]
) -> ArchivePage[L]:
    """The page; one that was not full was the last."""
    is_last = len(found) < wanted
    return ArchivePage(rows, "" if is_last else f"{begin + len(found)} {found[-1].uid}")


def _query(asked: ArchiveQuery, begin: int, most: int) -> Asked:
    name, how = asked.name, ""
    if not name:
        name, how = asked.name_contains, "Contains"
    if not name:
        name, how = asked.name_begins, "Prefix"
    fields = [f"metadata.name={name}"] if name else []
    if asked.begun_after:
        fields.append(f"spec.startedAt>{asked.begun_after}")
    if asked.begun_before:
        fields.append(f"spec.startedAt<{asked.begun_before}")
    query = options(
        labelSelector=asked.labels,
        fieldSelector=",".join(fields),
        limit=most,
        **{"continue": begin},
    )
    if asked.namespace:
        query = [*query, ("namespace", path_part(asked.namespace, "the namespace"))]
    return [*query, ("nameFilter", how)] if name and how else query
