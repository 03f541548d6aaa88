"""Text to read, as it stands on the screen: which lines are on it, and how they look.

Lines are asked for by number and made into cells only while they are on the screen, so a million
of them cost what a screenful costs. That holds for wrapped lines too, because a place is a line and
a part of it, never a count of wrapped rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui.domain.highlight import Highlighter
from tui.domain.lines import Colourless, LineModel, TextLines
from tui.domain.logs import level_of
from tui.widgets.cells import LONGEST, Piece, panned, plain, printable, strip_of, wrapped
from tui.widgets.finder import Finder
from tui.widgets.line_view import COMMON, SYNTAX_TOKENS, LineView, token_classes
from tui.widgets.painter import CURRENT_HIT, HIT, Painter, hits_in, marked

ROOM = 6
"""The part of the screen, as a divisor, that is made free for lines to come."""


LEVELS = {"": ("  ", ""), "warning": ("◂<", "warning"), "error": ("◄!", "problem")}
"""How bad a line is → its sign, the one without UTF-8, and a token."""


class Place(NamedTuple):
    """A place in the text: a line, and which of its wrapped rows."""

    line: int
    row: int = 0


class TextView(LineView):
    """Lines that can be followed and wrapped; what its keys do is for another class to say."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMMON | token_classes(*SYNTAX_TOKENS)

    @dataclass
    class SearchMoved(Message):
        """A search found more, ended, or went to another hit."""

        lines: TextView
        rank: int
        """The how-manieth hit we are at; 0 for none."""
        count: int
        is_done: bool

        @property
        def control(self) -> TextView:
            """The text it happened in."""
            return self.lines

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TextView.SearchMoved) and message.lines is self.lines

    @dataclass
    class FollowChanged(Message):
        """It follows the end now, or no longer."""

        lines: TextView
        is_following: bool

        @property
        def control(self) -> TextView:
            """The text it happened in."""
            return self.lines

    def __init__(
        self,
        *,
        highlighter: Highlighter | None = None,
        wrap: bool = False,
        follow: bool = False,
        levels: bool = False,
        placeholder: str = "",
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self.model: LineModel = TextLines()
        self.is_wrapped = wrap
        self.is_following = follow
        self.finder = Finder(self.call_later, self.go_to, self._tell_search)
        self._levels = levels
        """Whether the last column marks errors and warnings."""
        self._errors = Finder(self.call_later, self.go_to, lambda: None)
        self._highlighter = highlighter
        self._placeholder = placeholder
        self._painter = Painter(self.model, self.token, highlighter)
        self._top = Place(0)
        self._left = 0
        self._layout: tuple[tuple[Place, Size, bool, int], list[Place]] | None = None

    # --- what is in it -------------------------------------------------------------------

    def show(self, model: LineModel, *, highlighter: Highlighter | None = None) -> None:
        """Another text, from its beginning, or from its end while following."""
        self.model = model
        self._highlighter = highlighter or self._highlighter
        self._painter = Painter(model, self.token, self._highlighter)
        self._top, self._left = Place(0), 0
        self.finder.begin_again(model, 0)
        self._errors.begin("", model, 0)
        self._settle()
        self.repaint()

    def lines_appended(self, count: int, dropped: int = 0) -> None:
        """The model has so many more lines at its end, and so many fewer at its front."""
        if dropped:
            self._painter.dropped(dropped)
            self.finder.dropped(dropped)
            self._errors.dropped(dropped)
            line = self._top.line - dropped
            self._top = Place(line, self._top.row) if line >= 0 else Place(0)
        before = len(self.model) - count
        if self.is_following:
            self._keep_up()
            self.repaint()
        elif dropped or self._top.line + self.size.height > before:
            self.repaint()
        self.finder.go_on()
        self._errors.go_on()

    def ended(self) -> None:
        """No more lines come, so the end needs no room below it."""
        if self.is_following:
            self._settle()
            self.repaint()

    def changed(self) -> None:
        """The same lines read differently now (times on or off)."""
        self._painter.forget()
        self._settle()
        self.repaint()

    @property
    def placeholder(self) -> str:
        """What it says while there are no lines."""
        return self._placeholder

    @placeholder.setter
    def placeholder(self, text: str) -> None:
        self._placeholder = text
        if not len(self.model):
            self.repaint()

    @property
    def shown_range(self) -> tuple[int, int]:
        """First and last line on the screen, from 0; (0, -1) while there is none."""
        places = self._places()
        return (places[0].line, places[-1].line) if places else (0, -1)

    def plain_lines(self, *, everything: bool) -> Iterator[str]:
        """Its lines without colours: all of them, or those on the screen."""
        first, last = (0, len(self.model) - 1) if everything else self.shown_range
        readable = Colourless(self.model)
        return (readable.line(index) for index in range(first, last + 1))

    def go_to(self, line: int) -> None:
        """Bring a line to the screen, with some before it; following ends."""
        self.follow(False)
        line = max(0, min(line, len(self.model) - 1))
        if Place(line) not in self._places():
            self._top = self._moved(Place(line), -(self.size.height // 3))
        self._settle()
        self.repaint()

    def follow(self, on: bool) -> None:
        """Stay at the end, or no longer."""
        if on == self.is_following:
            return
        self.is_following = on
        if on:
            self._settle()
            self.repaint()
        self.post_message(self.FollowChanged(self, on))

    # --- places --------------------------------------------------------------------------

    def _rows_of(self, line: int) -> int:
        """Over how many rows a line goes."""
        return len(self._painter.rows(line, self._text_width)) if self.is_wrapped else 1

    @property
    def _text_width(self) -> int:
        return max(1, self.size.width - self._levels)

    def _moved(self, place: Place, rows: int) -> Place:
        """So many rows down (or up), but not past the first or the last row."""
        count = len(self.model)
        if not count:
            return Place(0)
        if not self.is_wrapped:
            return Place(max(0, min(place.line + rows, count - 1)))
        line, row = place.line, place.row + rows
        while row < 0 and line > 0:
            line -= 1
            row += self._rows_of(line)
        while row >= (height := self._rows_of(line)) and line < count - 1:
            row -= height
            line += 1
        return Place(line, max(0, min(row, self._rows_of(line) - 1)))

    def _end(self) -> Place:
        """Where the top is when the end is on the last row of the screen."""
        last = max(0, len(self.model) - 1)
        place = Place(last, self._rows_of(last) - 1 if len(self.model) else 0)
        return self._moved(place, 1 - max(1, self.size.height))

    def _settle(self) -> None:
        """Bring the top to where it can be."""
        end = self._end()
        top = min(self._top, end)
        self._top = end if self.is_following else self._moved(Place(top.line), top.row)

    def _keep_up(self) -> None:
        """Follow the end, by several rows at once where it ran out of the screen.

        A text that moves by a row with every line changes nearly every cell each time; one that
        makes room for some lines is quieter to read and a fifth of the bytes.
        """
        end = self._end()
        if end > self._top:
            self._top = self._moved(end, self.size.height // ROOM)

    def _places(self) -> list[Place]:
        """What stands on each row of the screen, as far as there are lines."""
        key = (self._top, self.size, self.is_wrapped, len(self.model))
        if self._layout is not None and self._layout[0] == key:
            return self._layout[1]
        places: list[Place] = []
        line, row, height = self._top.line, self._top.row, self.size.height
        while line < len(self.model) and len(places) < height:
            rows = self._rows_of(line)
            places += [Place(line, i) for i in range(row, rows)]
            line, row = line + 1, 0
        self._layout = (key, places[:height])
        return self._layout[1]

    def resized(self) -> None:
        self._settle()

    def _scroll(self, rows: int) -> None:
        """Move the text; upward movement ends following, reaching the end does not begin it."""
        if rows < 0:
            self.follow(False)
        self._top = self._moved(self._top, rows)
        self._settle()
        self.repaint()

    # --- drawing -------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter.forget()

    def line_at(self, y: int) -> Strip:
        width, base = self.size.width, self.token("")
        places = self._places()
        if not places and self._placeholder:
            rows = wrapped(plain(printable(self._placeholder[:LONGEST]), self.ascii), width)
            return strip_of([(row, self.token("muted")) for row in rows[y : y + 1]], width, base)
        if y >= len(places):
            return Strip.blank(width, base)
        place = places[y]
        pieces = self._found(place)
        if self._left:
            pieces = list(panned(pieces, self._left))
        strip = strip_of(pieces, width - self._levels, base)
        if self._levels:
            strip = Strip([*strip, Segment(*self._mark(place))], width)
        return strip

    def _mark(self, place: Place) -> Piece:
        """The last column: how bad a line says it is."""
        text = "" if place.row else "".join(text for text, _ in self._painter.pieces(place.line))
        sign, token = LEVELS[level_of(text)]
        return sign[self.ascii], self.token(token)

    def _found(self, place: Place) -> list[Piece]:
        """What stands at a place, with what the search finds in it in reverse video."""
        if self.is_wrapped:
            pieces = self._painter.rows(place.line, self._text_width)[place.row]
        else:
            pieces = self._painter.pieces(place.line)
        if self.finder.search is None:
            return pieces
        spans = hits_in(pieces, self.finder.search.pattern)
        look = CURRENT_HIT if place.line == self.finder.hit else HIT
        return marked(pieces, spans, look) if spans else pieces

    def _tell_search(self) -> None:
        finder = self.finder
        self.post_message(self.SearchMoved(self, finder.rank, finder.count, finder.is_done))
