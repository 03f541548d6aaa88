"""A widget alone in an app, and what of it was painted."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from tui.domain.lines import TextLines
from tui.domain.logs import LogBlock, blocks_of
from tui.logs.book import LogBook
from tui.logs.spill import Spill
from tui.widgets.line_view import LineView


class Alone(App[None]):
    """An app of one widget (or some, one above the other)."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets = widgets
        self.heard: list[object] = []

    def compose(self) -> ComposeResult:
        yield from self._widgets


class Painted:
    """The regions a widget asked to be painted, in cells of the widget."""

    def __init__(self) -> None:
        self.regions: list[Region] = []

    @property
    def cells(self) -> int:
        """How many cells that are."""
        return sum(region.area for region in self.regions)

    @property
    def rows(self) -> list[int]:
        """Which rows of the widget."""
        return sorted({y for region in self.regions for y in range(region.y, region.bottom)})


@contextmanager
def painting(widget: LineView) -> Iterator[Painted]:
    """Write down what a widget asks to be painted; a whole repaint counts as all of it."""
    painted = Painted()
    original = widget._set_dirty

    def note(*regions: Region) -> None:
        painted.regions.extend(regions or (widget.size.region,))
        original(*regions)

    widget._set_dirty = note  # type: ignore[method-assign]
    try:
        yield painted
    finally:
        del widget._set_dirty


def screen_of(widget: LineView) -> list[str]:
    """What a widget shows, line by line."""
    return [widget.render_line(y).text for y in range(widget.size.height)]


def numbered(count: int) -> TextLines:
    """A text of so many lines."""
    return TextLines("".join(f"line {i}\n" for i in range(count)))


def blocks(*pieces: bytes) -> list[LogBlock]:
    """A log in blocks, as it comes from a pod in pieces."""
    return list(blocks_of(pieces))


class FullDisk(Spill):
    """A file that takes no more than so many bytes."""

    def __init__(self, room: int = 0) -> None:
        super().__init__()
        self.room = room

    def put(self, data: bytes, begin: int | None = None) -> int:
        """Raises: OSError, where there is no room."""
        if (self.size if begin is None else begin) + len(data) > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().put(data, begin)


def book_of(*lines: str, room: int = 1 << 16) -> LogBook:
    """A log with these lines in it, and room for so many bytes."""
    book = LogBook(in_memory=room, spill=FullDisk())
    book.append(blocks(*(f"{line}\n".encode() for line in lines)))
    return book
