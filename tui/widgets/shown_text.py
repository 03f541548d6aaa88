"""Text to read, as it stands on the screen: which lines are on it, and how they look.

Lines are asked for by number and made into cells only while they are on the screen, so a million
of them cost what a screenful costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from tui.domain.highlight import Highlighter
from tui.domain.lines import Colourless, LineModel
from tui.domain.logs import level_of
from tui.messages import Said
from tui.widgets.cells import LONGEST, Piece, panned, plain, printable, strip_of, wrapped
from tui.widgets.finder import Finder
from tui.widgets.line_view import COMMON, SYNTAX_TOKENS, token_classes
from tui.widgets.painter import CURRENT_HIT, HIT, Painter, hits_in, marked
from tui.widgets.placed_text import Place, PlacedText

LEVELS = {"": ("  ", ""), "warning": ("◂<", "warning"), "error": ("◄!", "problem")}
"""How bad a line is → its sign, the one without UTF-8, and a token."""


class ShownText(PlacedText):
    """Lines that can be followed and wrapped; what its keys do is for another class to say."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMMON | token_classes(*SYNTAX_TOKENS)

    @dataclass
    class SearchMoved(Message):
        """A search found more, ended, or went to another hit."""

        lines: ShownText
        rank: int
        """The how-manieth hit we are at; 0 for none."""
        count: int
        is_done: bool

        @property
        def control(self) -> ShownText:
            """The text it happened in."""
            return self.lines

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ShownText.SearchMoved) and message.lines is self.lines

    @dataclass
    class FollowChanged(Message):
        """It follows the end now, or no longer."""

        lines: ShownText
        is_following: bool

        @property
        def control(self) -> ShownText:
            """The text it happened in."""
            return self.lines

    def __init__(
        self,
        *,
        highlighter: Highlighter | None = None,
        wrap: bool = False,
        by_words: bool = False,
        follow: bool = False,
        levels: bool = False,
        placeholder: str = "",
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(levels=levels, id=id, classes=classes)
        self.ascii = ascii
        self.is_wrapped = wrap
        self.is_following = follow
        self.finder = Finder(self.call_later, self.go_to, self._tell_search)
        self._errors = Finder(self.call_later, self.go_to, self._tell_errors)
        self._wants_error = False
        self._highlighter = highlighter
        self._placeholder = placeholder
        self._by_words = by_words
        self._painter = Painter(self.model, self.token, highlighter, by_words=by_words)
        self._left = 0

    # --- what is in it -------------------------------------------------------------------

    def show(self, model: LineModel, *, highlighter: Highlighter | None = None) -> None:
        """Another text, from its beginning, or from its end while following."""
        self.model = model
        self._highlighter = highlighter or self._highlighter
        by_words = self._by_words
        self._painter = Painter(model, self.token, self._highlighter, by_words=by_words)
        self._layout = None
        self._top, self._left = Place(0), 0
        self.finder.begin_again(model, 0)
        self._errors.begin("", model, 0)
        self._settle()
        self.repaint()

    def lines_appended(self, count: int, dropped: int = 0) -> None:
        """The model has so many more lines at its end, and so many fewer at its front."""
        if dropped:
            self._layout = None
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
        self._layout = None
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

    # --- moving --------------------------------------------------------------------------

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

    def _tell_errors(self) -> None:
        if self._wants_error and self._errors.is_done:
            self._wants_error = False
            if not self._errors.count:
                self.post_message(Said("no line of this tells of an error"))

    def _tell_search(self) -> None:
        finder = self.finder
        self.post_message(self.SearchMoved(self, finder.rank, finder.count, finder.is_done))
