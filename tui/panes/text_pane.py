"""Panes that are lines with a search: of a text (summary, events, …), or of a log."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one

from tui.bindings import bind
from tui.domain.highlight import Highlighter, field_spans
from tui.domain.levels import Level
from tui.domain.lines import TextLines
from tui.panes.base import Pane, PaneContext
from tui.widgets.query_bar import QueryBar
from tui.widgets.text_view import TextView


class PaneText:
    """A text that is replaced while it is looked at; a `LineModel`."""

    def __init__(self, text: str = "") -> None:
        self._lines = TextLines(text)

    def replace(self, text: str) -> None:
        """Another text in the place of this one."""
        self._lines = TextLines(text)

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, index: int) -> str:
        """One line, without its end."""
        return self._lines.line(index)

    def level(self, index: int) -> Level:
        """How bad it says it is."""
        return self._lines.level(index)


class SearchedPane(Pane):
    """Lines, and a line below them to type a search into; `/` is bound by the kinds of pane."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("unwind", "end_search", "End search", group="text"),
    ]

    lines = query_one(TextView)
    search_bar = query_one(QueryBar)

    def find(self, text: str) -> None:
        """Look for a text; for none, end the search."""
        self.search_bar.problem = self.lines.find(text)

    def action_search(self) -> None:
        """Type what to look for."""
        self.search_bar.open("")

    def action_end_search(self) -> None:
        """Esc: first the search, then whatever the screen does."""
        if self.lines.finder.search is None:
            raise SkipAction()
        self.search_bar.text = ""
        self.find("")

    @on(QueryBar.Edited)
    def search(self, message: QueryBar.Edited) -> None:
        """Look for it while it is typed."""
        message.stop()
        self.find(message.text)

    @on(QueryBar.Submitted)
    def keep_search(self, message: QueryBar.Submitted) -> None:
        """Back to the text; n and N go on."""
        message.stop()
        self.lines.focus()

    @on(QueryBar.Cancelled)
    def drop_search(self, message: QueryBar.Cancelled) -> None:
        """Back to the text without a search."""
        message.stop()
        self.find("")
        self.lines.focus()


class TextPane(SearchedPane):
    """A text with a search; what the text is, the kinds of pane say."""

    HIGHLIGHTER: ClassVar[Highlighter | None] = staticmethod(field_spans)
    WRAPS: ClassVar[bool] = False
    """Whether it begins with long lines over several rows."""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("filter", "search", "Search", group="text", shown=True),
    ]

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._text = PaneText()
        self._subject: object = None
        self._shown = ""

    def compose(self) -> ComposeResult:
        """The text, and a line to type a search into."""
        yield TextView(
            highlighter=type(self).HIGHLIGHTER,
            wrap=type(self).WRAPS,
            by_words=True,
            ascii=self.context.ascii,
            placeholder="reading …",
        )
        yield QueryBar(ascii=self.context.ascii)

    @on(TextView.SearchMoved)
    def tell_search(self, message: TextView.SearchMoved) -> None:
        """Which hit of how many, beside what is looked for."""
        message.stop()
        if self.lines.finder.search is None:
            self.search_bar.tell("")
        elif message.count or not message.is_done:
            more = "" if message.is_done else "+"
            self.search_bar.tell(f"{message.rank} of {message.count}{more}")
        else:
            self.search_bar.tell("not found")

    def put(self, subject: object, text: str) -> None:
        """Show a text; about the same subject as before it keeps its place."""
        if subject == self._subject and text == self._shown:
            return
        is_fresh = subject != self._subject
        self._subject, self._shown = subject, text
        if is_fresh:
            self._text = PaneText(text)
            self.lines.show(self._text)
        else:
            self._text.replace(text)
            self.lines.changed()
