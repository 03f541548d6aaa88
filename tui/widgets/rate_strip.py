"""Two rows above a log: how many lines it has a minute as small bars, and when errors were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from textual.message import Message
from textual.strip import Strip

from tui.widgets.cells import Piece, strip_of
from tui.widgets.line_view import LineView

HEIGHTS = (" ▁▂▃▄▅▆▇█", " ._-=+*%#")
"""Bars from none to the highest, with and without UTF-8."""
ERROR_MARK = "▴^"
MARGIN = 1
MINUTE = timedelta(minutes=1)


class RateBar(Protocol):
    """Some time, and what was written then."""

    @property
    def begin(self) -> int:
        """When it begins, in seconds since 1970."""

    @property
    def lines(self) -> int:
        """How many lines were written."""

    @property
    def errors(self) -> int:
        """How many of them tell of errors."""


class RateStrip(LineView, can_focus=False):
    """Bars from the left to the right, the last time at the right."""

    DEFAULT_CSS = "RateStrip { height: 2; display: none; &.-open { display: block; } }"

    class Resized(Message):
        """There is room for more or fewer bars now."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self.ascii = ascii
        self._unit = MINUTE
        self._bars: Sequence[RateBar] = ()
        self._zone: tzinfo | None = None
        self._told = ""

    @property
    def room(self) -> int:
        """How many bars there is room for."""
        return max(0, self.size.width - 2 * MARGIN)

    def show(
        self, unit: timedelta, bars: Sequence[RateBar], *, zone: tzinfo | None, told: str = ""
    ) -> None:
        """Show these bars of so much time each, with times in a zone; `told` where there is none.

        None is the zone of this machine.
        """
        self._unit, self._bars, self._zone, self._told = unit, bars, zone, told
        self.repaint()

    def resized(self) -> None:
        """Another number of bars."""
        self.post_message(self.Resized())

    def line_at(self, y: int) -> Strip:
        """The bars, or below them times and errors."""
        pieces: list[Piece] = [(" " * MARGIN, self.token(""))]
        if not self._bars:
            pieces.append(("" if y else self._told, self.token("muted")))
        else:
            pieces += self._drawn() if y == 0 else self._below()
        return strip_of(pieces, self.size.width, self.token(""))

    def _drawn(self) -> list[Piece]:
        heights = HEIGHTS[self.ascii]
        most = max(bar.lines for bar in self._bars)
        found: list[Piece] = []
        for bar in self._bars:
            # The least that was written is no nothing.
            height = -(-bar.lines * (len(heights) - 1) // most) if bar.lines else 0
            found.append((heights[height], self.token("problem" if bar.errors else "accent")))
        return found

    def _below(self) -> list[Piece]:
        """When it begins, how much the highest bar is, when it ends; errors below their bars."""
        room, count = self.room, len(self._bars)
        most = max(bar.lines for bar in self._bars)
        a_minute = round(most * (MINUTE / self._unit))
        begin = self._time_of(self._bars[0].begin)
        end = self._time_of(self._bars[-1].begin + int(self._unit.total_seconds()))
        peak = f"highest {a_minute:,} a minute"
        row = [" "] * room
        ends = max(count - len(end), len(begin) + 1)
        beside = ends + len(end) + 2
        is_room_beside = beside + len(peak) <= room
        for text, at in (
            (begin, 0),
            (end, ends),
            (peak, beside if is_room_beside else (count - len(peak)) // 2),
        ):
            is_free = not "".join(row[max(0, at - 1) : at + len(text) + 1]).strip()
            if at >= 0 and at + len(text) <= room and is_free:
                row[at : at + len(text)] = text
        pieces: list[Piece] = [(sign, self.token("muted")) for sign in row]
        # Where a time stands no error is marked: the bar above has its colour.
        for at, bar in enumerate(self._bars[:room]):
            if bar.errors and row[at] == " ":
                pieces[at] = ERROR_MARK[self.ascii], self.token("problem")
        return pieces

    def _time_of(self, seconds: int) -> str:
        moment = datetime.fromtimestamp(seconds, UTC).astimezone(self._zone)
        if self._unit >= timedelta(hours=4):
            return f"{moment:%m-%d %H:%M}"
        return f"{moment:%H:%M}" if self._unit >= MINUTE else f"{moment:%H:%M:%S}"
