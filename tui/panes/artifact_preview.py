"""The preview of one artifact: its beginning as text, read on a thread.

Only the last item that was asked for is shown; answers for earlier ones are dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.artifacts import Stores
from tui.artifacts.archives import DEEPEST
from tui.artifacts.base import Folder, FolderListing, Stat, Store, StoreError
from tui.artifacts.items import Item
from tui.artifacts.parquet import head
from tui.artifacts.pictures import MOST_BYTES, Pixels, pixels
from tui.bugs import caught
from tui.domain.artifact import Kind
from tui.domain.grid import grid_lines
from tui.domain.highlight import Highlighter, json_spans, markdown_spans, yaml_spans
from tui.domain.lines import LineModel, TextLines
from tui.domain.location import InsideLocation, Location
from tui.domain.preview import (
    ARCHIVES,
    Preview,
    archive_format,
    kind_of_content,
    preview,
    preview_inner,
)
from tui.keys import hint
from tui.panes.artifact_lookup import Measured
from tui.widgets.pixel_view import PixelView
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView

PREVIEW_SIZE = 64 << 10
"""Bytes that are read for a preview."""

ARCHIVE_PREVIEW_SIZE = 1 << 20
"""Bytes that are read of an archive: its file names may not be in the first few."""

PAGE = 1000
"""Entries of a folder that are listed at a time."""


class ArtifactPreview(Vertical):
    """A title, and the beginning of the artifact."""

    @dataclass
    class Opened(Message):
        """An item was read: a preview, the entries of a folder, or why it cannot be read."""

        number: int
        item: Item
        found: Preview | Pixels | FolderListing | StoreError

    @dataclass
    class More(Message):
        """The next page of a folder, or why it cannot be read."""

        folder: Item
        found: FolderListing | StoreError

    def __init__(self, stores: Stores, *, ascii: bool) -> None:
        super().__init__(id="artifact-reading")
        self._stores = stores
        self._ascii = ascii
        self._number = 0
        self._file_name = ""
        self._shown: Preview | None = None
        self._is_raw = False

    def compose(self) -> ComposeResult:
        """The title and the text."""
        yield StatusLine(ascii=self._ascii, id="artifact-title")
        yield TextView(
            placeholder=f"{hint('open')} shows what is in it",
            ascii=self._ascii,
            id="artifact-preview",
        )
        yield PixelView(id="artifact-picture")

    @property
    def lines(self) -> LineModel:
        """What is shown, as text; no line of a picture."""
        return TextLines() if self.has_class("-picture") else self.query_one(TextView).text

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
        self._shown = None
        self.remove_class("-picture")
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
        found: Preview | Pixels | FolderListing | StoreError
        try:
            found = self._look(item, location)
        except StoreError as error:
            found = error
        self.post_message(self.Opened(number, item, found))

    @work(thread=True, group="artifact-page", exit_on_error=False, description="the next page")
    def read_more(self, folder: Item, location: Location, after: str) -> None:
        """Read the next page of a folder; posts `More`."""
        found: FolderListing | StoreError
        try:
            found = self._stores.store(location).listing(location, PAGE, after)
        except StoreError as error:
            found = error
        self.post_message(self.More(folder, found))

    def _look(self, item: Item, location: Location) -> Preview | Pixels | FolderListing:
        """Read an item on a thread, with as few requests as possible."""
        store = self._stores.store(location)
        if item.entry is not None and item.entry.is_folder:
            return store.listing(location, PAGE)
        fact = item.fact if isinstance(item.fact, Stat | Folder) else None
        if fact is None:
            fact = store.stat(location)
            self.post_message(Measured(location, fact))
        if isinstance(fact, Folder):
            return store.listing(location, PAGE)
        first = store.read(location, 0, PREVIEW_SIZE)
        kind = kind_of_content(first, item.file_name)
        if kind in ("image", "parquet") and fact.is_measured:
            found_as = self._look_as(kind, store, location, fact.size, first)
            if not isinstance(found_as, StoreError):
                return found_as
            plain = preview(first, fact.size, item.file_name)
            return replace(plain, note=f"{found_as}, {plain.note}")
        # Hopping through an archive needs ranges; without them its beginning has to do.
        hops = fact.is_measured and ("range" in store.can or isinstance(location, InsideLocation))
        if hops:
            found = self._look_inside(location, first, item.file_name)
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

    def _look_as(
        self, kind: Kind, store: Store, location: Location, size: int, first: bytes
    ) -> Preview | Pixels | StoreError:
        """A picture, or the first rows of a table; or why it can only be shown as bytes."""
        try:
            if kind == "parquet":
                found = head(store, location, size)
                names = zip(found.names, found.types, strict=True)
                rows = [tuple(f"{name} ({called})" for name, called in names), *found.rows]
                is_cut = len(found.rows) < found.total
                note = f"{found.total:,} {'row' if found.total == 1 else 'rows'}"
                note = f"first {len(found.rows):,} of {note}" if is_cut else note
                return Preview(grid_lines(rows), kind, note, is_cut)
            if self._ascii or not self._has_colours:
                return StoreError("a picture, which needs colours and half blocks to be shown")
            if size > MOST_BYTES:
                return StoreError("a picture that is too large to show")
            data = first if len(first) >= size else store.read(location, 0, size)
            return pixels(data, *self._room)
        except StoreError as error:
            return error

    def _look_inside(
        self, location: Location, first: bytes, name: str
    ) -> Preview | Pixels | FolderListing | None:
        """What is in an archive: its only file, or else its entries; None for what is none.

        Where its only file is an archive, too, what is in that.
        """
        packing = archive_format(first, name)
        if packing is None:
            return None
        inside = InsideLocation(location, packing)
        if inside.depth > DEEPEST:
            return None
        store = self._stores.store(inside)
        try:
            listing = store.listing(inside, PAGE)
            while listing.whole and len(listing.entries) == 1 and listing.entries[0].is_folder:
                above = listing
                listing = store.listing(above.entries[0].location, PAGE)
                if len(listing.entries) != 1:
                    return above
            if not listing.whole or len(listing.entries) != 1:
                return replace(listing, inside=inside)
            (only,) = listing.entries
            size = only.size or 0
            content = store.read(only.location, 0, PREVIEW_SIZE)
        except StoreError:
            return None  # not an archive that can be read: it is shown as what it is
        kind = kind_of_content(content, only.name)
        inner: Preview | Pixels | FolderListing | StoreError | None
        why_not = ""
        if kind in ("image", "parquet"):
            inner = self._look_as(kind, store, only.location, size, content)
        else:
            inner = self._look_inside(only.location, content, only.name)
        if isinstance(inner, StoreError):
            inner, why_not = None, f"{inner}, "
        if isinstance(inner, FolderListing | Pixels):
            return inner
        found = inner or preview_inner(content, size, only.name)
        called = f"the only file: {inside_path(only.location)}"
        note = f"{why_not}{called}, {found.note}".removesuffix(", ")
        return Preview(found.text, packing, note, found.is_cut, found.raw if inner else "")

    @on(Opened)
    def show_preview(self, message: Opened) -> None:
        """Show a preview; folders and errors are left to the pane."""
        if message.number != self._number:
            message.stop()
            return
        found = message.found
        self._shown = found if isinstance(found, Preview) else None
        if isinstance(found, Pixels):
            self._file_name = message.item.file_name
            self.query_one(StatusLine).say(f"{message.item.title}  {found.facts}")
            self.query_one(PixelView).show(found.width, found.height, found.at)
        self.set_class(isinstance(found, Pixels), "-picture")
        if not isinstance(found, Preview):
            return
        self._file_name = message.item.file_name
        title = f"{message.item.title}  {found.kind}  {found.note}".rstrip()
        if found.is_cut:
            title += f"   {hint('write')} downloads all of it"
        self.query_one(StatusLine).say(title)
        self._is_raw = False
        self._show_text(found.text)

    def _show_text(self, text: str) -> None:
        spans: Highlighter = _no_spans
        if text.startswith(("{", "[")):
            spans = json_spans
        elif self._file_name.lower().endswith((".yaml", ".yml")):
            spans = yaml_spans
        elif self._file_name.lower().endswith((".md", ".markdown")):
            spans = markdown_spans
        self.query_one(TextView).show(TextLines(text), highlighter=spans)

    def toggle_raw(self) -> str:
        """Show the text as it is written, or as it is read best; returns why that is the same, if
        it is."""
        found = self._shown
        if found is None or not found.raw:
            return "this is shown as it is written"
        self._is_raw = not self._is_raw
        self._show_text(found.raw if self._is_raw else found.text)
        return ""

    @property
    def _has_colours(self) -> bool:
        """Whether the terminal has enough of them for a picture."""
        return not self.app.no_color and self.app.console.color_system != "standard"

    @property
    def _room(self) -> tuple[int, int]:
        """Pixels that have room: two a cell, one above the other."""
        width, height = self.size.width, self.size.height - 1
        if width < 8 or height < 4:
            # It is not laid out yet, until there is something to show.
            width, height = self.app.size.width, self.app.size.height // 2
        return width, 2 * height

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
