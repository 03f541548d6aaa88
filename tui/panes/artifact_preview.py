"""The preview of one artifact: its beginning as text, read on a thread.

Only the last item that was asked for is shown; answers for earlier ones are dropped."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.artifacts import Stores
from tui.artifacts.base import Folder, FolderListing, Stat, StoreError
from tui.artifacts.items import Item
from tui.bugs import caught
from tui.domain.artifact import Kind
from tui.domain.highlight import json_spans
from tui.domain.lines import TextLines
from tui.domain.location import InsideLocation, Location, Stored
from tui.domain.preview import (
    ARCHIVES,
    Preview,
    is_packed_tar,
    kind_of_content,
    preview,
    preview_inner,
)
from tui.keys import hint
from tui.panes.artifact_lookup import Measured
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView

PREVIEW_SIZE = 64 << 10
"""Bytes that are read for a preview."""

ARCHIVE_PREVIEW_SIZE = 1 << 20
"""Bytes that are read of an archive: its file names may not be in the first few."""

MAX_ENTRIES = 10_000
"""Entries of a folder that are listed, and so can be found by the filter; ten requests."""


class ArtifactPreview(Vertical):
    """A title, and the beginning of the artifact."""

    @dataclass
    class Opened(Message):
        """An item was read: a preview, the entries of a folder, or why it cannot be read."""

        number: int
        item: Item
        found: Preview | FolderListing | StoreError

    def __init__(self, stores: Stores, *, ascii: bool) -> None:
        super().__init__(id="artifact-reading")
        self._stores = stores
        self._ascii = ascii
        self._number = 0
        self._file_name = ""

    def compose(self) -> ComposeResult:
        """The title and the text."""
        yield StatusLine(ascii=self._ascii, id="artifact-title")
        yield TextView(
            placeholder=f"{hint('open')} shows what is in it",
            ascii=self._ascii,
            id="artifact-preview",
        )

    @property
    def file_name(self) -> str:
        """The name of the artifact that is shown."""
        return self._file_name

    def open(self, item: Item) -> None:
        """Read an item; posts `Opened`, and shows the preview if there is one."""
        self._number += 1
        if item.location is not None:
            self._read(self._number, item, item.location)

    def forget(self) -> None:
        """Drop the answer of whatever is being read."""
        self._number += 1

    def clear(self) -> None:
        """Show nothing."""
        self.forget()
        self.query_one(StatusLine).clear()
        self.query_one(TextView).show(TextLines())

    def scroll_half(self, direction: int) -> None:
        """Half a page down (1) or up (-1)."""
        lines = self.query_one(TextView)
        if direction > 0:
            lines.action_half_down()
        else:
            lines.action_half_up()

    @work(thread=True, group="artifact-read", exit_on_error=False)
    def _read(self, number: int, item: Item, location: Location) -> None:
        found: Preview | FolderListing | StoreError
        try:
            found = self._look(item, location)
        except StoreError as error:
            found = error
        self.post_message(self.Opened(number, item, found))

    def _look(self, item: Item, location: Location) -> Preview | FolderListing:
        """Read an item on a thread, with as few requests as possible."""
        store = self._stores.store(location)
        if item.entry is not None and item.entry.is_folder:
            return store.listing(location, MAX_ENTRIES)
        fact = item.fact if isinstance(item.fact, Stat | Folder) else None
        if fact is None:
            fact = store.stat(location)
            self.post_message(Measured(location, fact))
        if isinstance(fact, Folder):
            return store.listing(location, MAX_ENTRIES)
        first = store.read(location, 0, PREVIEW_SIZE)
        kind = kind_of_content(first, item.file_name)
        # Hopping through an archive needs ranges; without them its beginning has to do.
        hops = fact.is_measured and "range" in store.can
        if not isinstance(location, InsideLocation) and hops:
            found = self._look_inside(location, kind, first)
            if found is not None:
                return found
        # Of an artifact that nobody knows the size of there is more, if so much was read.
        asked, is_known = PREVIEW_SIZE, fact.is_measured
        size = fact.size if is_known else len(first)
        is_more = size > asked if is_known else size >= asked
        if is_more and kind in ARCHIVES:
            asked = ARCHIVE_PREVIEW_SIZE
            first = store.read(location, 0, asked)
        is_cut = not is_known and len(first) >= asked
        return preview(first, max(size, len(first)), item.file_name, at_least=is_cut)

    def _look_inside(
        self, location: Stored, kind: Kind, first: bytes
    ) -> Preview | FolderListing | None:
        """What is in an archive: its only file, or else its entries; None for what is none."""
        if kind not in ("tar", "tgz", "zip") or (kind == "tgz" and not is_packed_tar(first)):
            return None
        inside = InsideLocation(location, kind)
        store = self._stores.store(inside)
        try:
            listing = store.listing(inside, MAX_ENTRIES)
            while listing.whole and len(listing.entries) == 1 and listing.entries[0].is_folder:
                above = listing
                listing = store.listing(above.entries[0].location, MAX_ENTRIES)
                if len(listing.entries) != 1:
                    return above
            if not listing.whole or len(listing.entries) != 1:
                return listing
            (only,) = listing.entries
            size = only.size or 0
            content = store.read(only.location, 0, PREVIEW_SIZE)
        except StoreError:
            return None  # not an archive that can be read: it is shown as what it is
        inner = preview_inner(content, size, only.name)
        name = inside_path(only.location)
        note = f"the only file: {name}{f', {inner.note}' if inner.note else ''}"
        return Preview(inner.text, kind, note, inner.is_cut)

    @on(Opened)
    def show_preview(self, message: Opened) -> None:
        """Show a preview; folders and errors are left to the pane."""
        if message.number != self._number:
            message.stop()
            return
        found = message.found
        if not isinstance(found, Preview):
            return
        self._file_name = message.item.file_name
        title = f"{message.item.title}  {found.kind}  {found.note}".rstrip()
        if found.is_cut:
            title += f"   {hint('write')} downloads all of it"
        self.query_one(StatusLine).say(title)
        spans = json_spans if found.text.startswith(("{", "[")) else _no_spans
        self.query_one(TextView).show(TextLines(found.text), highlighter=spans)

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """Show a bug in reading where the preview would be."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self.query_one(StatusLine).say(
                str(caught(message.worker.error, "reading an artifact")), "error"
            )


def inside_path(location: Location) -> str:
    """The path of what is inside an archive."""
    return location.path if isinstance(location, InsideLocation) else location.key


def _no_spans(line: str) -> list[tuple[int, int, str]]:
    return []
