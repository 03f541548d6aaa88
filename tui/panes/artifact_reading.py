"""What is in one artifact: a preview under its title, read on a thread.

Only the last thing that was asked for is shown; answers to earlier questions are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.artifacts import Stores
from tui.artifacts.base import Folder, Listing, Stat, StoreError
from tui.bugs import caught
from tui.domain.highlight import json_spans
from tui.domain.lines import TextLines
from tui.domain.location import Location
from tui.domain.preview import ARCHIVES, Preview, kind_of_content, preview
from tui.keys import hint
from tui.panes.artifact_asking import Measured
from tui.panes.artifact_items import Item
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView

FIRST = 64 << 10
"""Bytes that are read for a preview."""

PACKED = 1 << 20
"""Bytes that are read of an archive, whose names or content come later."""


LISTED = 10_000
"""Entries of a folder that are listed, and so can be found; ten requests."""


class Reading(Vertical):
    """A title, and the beginning of what it names."""

    @dataclass
    class Opened(Message):
        """An item was read: a preview, what is in a folder, or why not."""

        number: int
        item: Item
        found: Preview | Listing | StoreError

    def __init__(self, stores: Stores, *, ascii: bool) -> None:
        super().__init__(id="artifact-reading")
        self._stores = stores
        self._ascii = ascii
        self._number = 0

    def compose(self) -> ComposeResult:
        """The title and the text."""
        yield StatusLine(ascii=self._ascii, id="artifact-title")
        yield TextView(
            placeholder=f"{hint('open')} shows what is in it",
            ascii=self._ascii,
            id="artifact-preview",
        )

    def open(self, item: Item) -> None:
        """Read an item; `Opened` says what it is, and a preview is shown here."""
        self._number += 1
        if item.location is not None:
            self._read(self._number, item, item.location)

    def forget(self) -> None:
        """Whatever is being read is not wanted any more."""
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
        found: Preview | Listing | StoreError
        try:
            found = self._look(item, location)
        except StoreError as error:
            found = error
        self.post_message(self.Opened(number, item, found))

    def _look(self, item: Item, location: Location) -> Preview | Listing:
        """On a thread: as few questions as will do."""
        store = self._stores.store(location)
        if item.entry is not None and item.entry.is_folder:
            return store.listing(location, LISTED)
        fact = item.fact if isinstance(item.fact, Stat | Folder) else None
        if fact is None:
            fact = store.stat(location)
            self.post_message(Measured(location, fact))
        if isinstance(fact, Folder):
            return store.listing(location, LISTED)
        first = store.read(location, 0, FIRST)
        if fact.size > FIRST and kind_of_content(first, item.file_name) in ARCHIVES:
            first = store.read(location, 0, PACKED)
        return preview(first, max(fact.size, len(first)), item.file_name)

    @on(Opened)
    def take_opened(self, message: Opened) -> None:
        """Show a preview; what is to be done about the rest, the pane knows."""
        if message.number != self._number:
            message.stop()
            return
        found = message.found
        if not isinstance(found, Preview):
            return
        title = f"{message.item.title}  {found.kind}  {found.note}".rstrip()
        if found.is_cut:
            title += f"   {hint('download')} downloads all of it"
        self.query_one(StatusLine).say(title)
        spans = json_spans if found.text.startswith(("{", "[")) else _no_spans
        self.query_one(TextView).show(TextLines(found.text), highlighter=spans)

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """A bug in a preview is said in its place."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self.query_one(StatusLine).say(
                str(caught(message.worker.error, "reading an artifact")), "error"
            )


def _no_spans(line: str) -> list[tuple[int, int, str]]:
    return []
