"""Base classes of panes that show lines with a search: a text, or a log."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one

from tui.bindings import bind
from tui.domain.deadline import TookTooLong, deadline
from tui.domain.highlight import Highlighter, field_spans
from tui.domain.levels import Level
from tui.domain.lines import (
    LineModel,
    PlainRows,
    SomeLines,
    TextLines,
    TimedLines,
    has_times,
)
from tui.domain.logfilters import Looking, TypedFilter, narrowed, typed_filter
from tui.domain.text import clean_plain
from tui.keys import hint
from tui.panes.base import READING, Pane, PaneContext
from tui.panes.pager import page_through
from tui.widgets.cells import plain, width_of
from tui.widgets.line_view import IN_A_TURN
from tui.widgets.pointed_text import PointedText
from tui.widgets.query_bar import QueryBar
from tui.widgets.text_view import TextView

LONGEST_LOOK = 0.1
"""Seconds of computing after which an expression is given up."""
LEFT_OUT = "on some line the expression takes too long: it is left out"


def done_in_turn(go_on: Callable[[], bool]) -> bool:
    """Go on with some work until it is done, or until keys have to be heard; whether it is done.

    Raises: TookTooLong, where some step of it comes to no end.
    """
    until = monotonic() + IN_A_TURN
    with deadline(LONGEST_LOOK):
        while monotonic() < until:
            if go_on():
                return True
    return False


class PaneText:
    """A text that can be replaced while it is shown; a `LineModel`."""

    def __init__(self, lines: LineModel) -> None:
        self._lines = lines

    def replace(self, lines: LineModel) -> None:
        """Replace the text."""
        self._lines = lines

    @property
    def lines(self) -> LineModel:
        """The text."""
        return self._lines

    def as_now(self) -> LineModel:
        """The text, which stays as it is when it is replaced."""
        return self._lines

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, index: int) -> str:
        """One line, without its line end."""
        return self._lines.line(index)

    def level(self, index: int) -> Level:
        """The log level that the line mentions."""
        return self._lines.level(index)


class SearchedPane(Pane):
    """Lines with a search bar below them; subclasses bind the key that opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("unwind", "end_search", "End search", group="text", shown=True),
    ]

    lines = query_one(TextView)
    search_bar = query_one(QueryBar)

    _wanted = ""
    """What is gone to as soon as it is there."""

    def find(self, text: str) -> None:
        """Search for a text; an empty text ends the search."""
        self.search_bar.problem = self.lines.find(text)

    def find_when_there(self, pattern: str) -> None:
        """Go to what matches, now or when the text is read that it is in."""
        self._wanted = pattern
        self.find(pattern)

    @on(TextView.SearchMoved)
    def go_when_there(self, message: TextView.SearchMoved) -> None:
        """Go to what was not there yet when it was looked for."""
        if not self._wanted or not message.count:
            return
        self._wanted = ""
        if not message.rank:
            self.lines.action_next_hit()

    def action_search(self) -> None:
        """Open the search bar."""
        self.search_bar.open("")

    def action_end_search(self) -> None:
        """Esc: end the search, or else do what the screen does."""
        if self.lines.finder.search is None:
            raise SkipAction()
        self.context.say("")
        self.search_bar.text = ""
        self.find("")

    @on(QueryBar.Edited)
    def search(self, message: QueryBar.Edited) -> None:
        """Search while the text is typed."""
        if message.bar is not self.search_bar:
            return
        message.stop()
        self.find(message.text)

    @on(QueryBar.Submitted)
    def keep_search(self, message: QueryBar.Submitted) -> None:
        """Enter: back to the text; the search stays."""
        if message.bar is not self.search_bar:
            return
        message.stop()
        self.lines.focus()

    @on(QueryBar.Cancelled)
    def drop_search(self, message: QueryBar.Cancelled) -> None:
        """Esc: back to the text without a search."""
        if message.bar is not self.search_bar:
            return
        message.stop()
        self.find("")
        self.lines.focus()


WRONG = re.compile(r"(?:^|\s)[!✖](?:\s|$)")
"""The sign of something wrong, by itself."""
LABELLED = re.compile(r" *(?:[^\s:][^:]{0,40}: +)?")
"""What stands before the value of a line: blanks, or a name with a colon."""


def before_value(line: str) -> int:
    """How many cells stand before the value of a line, so that its further rows begin there."""
    found = LABELLED.match(line)
    return width_of(found[0]) if found is not None else 0


class TextPane(SearchedPane):
    """A text with a search; subclasses provide the text with `put`."""

    HIGHLIGHTER: ClassVar[Highlighter | None] = staticmethod(field_spans)
    WRAPS: ClassVar[bool] = False
    """Whether long lines are wrapped at first."""
    HANGS: ClassVar[Callable[[str], int]] = staticmethod(before_value)
    """How far the further rows of a wrapped line are indented."""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("filter", "search", "Search", group="text", shown=True),
        bind("narrow", "narrow", "Only lines that match", group="text"),
        bind("copy", "copy_line", "Copy line", group="text"),
        bind("pager", "pager", "In a pager", group="text"),
        bind("problems", "problems", "Only what is wrong", group="text"),
        bind("problem-after", "problem(1)", "Next that is wrong", group="text"),
        bind("problem-before", "problem(-1)", "Last that is wrong", group="text"),
        bind("times", "times", "Times of here, and ages", group="text"),
    ]
    AROUND: ClassVar[int] = 0
    """Lines before and after one that tells of something wrong, without which it says little."""
    BESIDE_TIMES: ClassVar[str] = "·"
    """What stands between a line and what its times are here."""

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._is_wrong_only = False
        """Whether only lines are shown that tell of something wrong."""
        self._tells_times = False
        """Whether times are told as those of here, too, and by how long ago they are."""
        self._text = PaneText(TextLines())
        self._whole: LineModel = TextLines()
        """All lines, those included that a filter leaves out."""
        self._filters: list[tuple[str, TypedFilter]] = []
        """What lines have to match, as it was typed; one after the other."""
        self._narrow_bar: QueryBar | None = None
        """Where a filter is typed, and stands while it is on; None before the first."""
        self._anchor: int | None = None
        """The number of the line that is to be at the top when other lines are shown."""
        self._looking: Looking | None = None
        """What lines are being looked for, where that takes more than one turn."""
        self._subject: object = None
        self._shown = ""

    def compose(self) -> ComposeResult:
        """The text and the search bar."""
        yield TextView(
            highlighter=type(self).HIGHLIGHTER,
            wrap=type(self).WRAPS,
            by_words=True,
            hangs=type(self).HANGS,
            ascii=self.context.ascii,
            placeholder=READING,
        )
        yield QueryBar(ascii=self.context.ascii)

    @on(TextView.SearchMoved)
    def show_search(self, message: TextView.SearchMoved) -> None:
        """Show the number of the match and of all matches beside the search text."""
        message.stop()
        if self.lines.finder.search is None:
            self.search_bar.tell("")
        elif message.count or not message.is_done:
            more = "" if message.is_done else "+"
            self.search_bar.tell(f"{message.rank} of {message.count}{more}")
        else:
            self.search_bar.tell("not found")

    def put(self, subject: object, text: str) -> None:
        """Show a text; the scroll position stays if the subject is the same as before."""
        if subject == self._subject and text == self._shown:
            return
        self._shown = text
        self.put_lines(subject, TextLines(text))

    def put_lines(self, subject: object, lines: LineModel) -> None:
        """Show the lines of a text that is too large to be put as a whole; else like `put`."""
        self._whole = lines
        if subject == self._subject:
            self._narrow()
            return
        self._filters.clear()
        self._is_wrong_only = False
        self._looking = self._anchor = None
        self._subject, self._text = subject, PaneText(self._with_times(lines))
        self.lines.show(self._text)
        self._tell_filters()

    def whole_text(self) -> PlainRows | None:
        """All lines, where only some are shown."""
        whole = self._with_times(self._whole)
        return PlainRows(whole, 0, len(whole)) if len(whole) > len(self._text) else None

    # --- only lines that match ---------------------------------------------------------------

    def _show_lines(self, lines: LineModel) -> None:
        self._text.replace(self._with_times(lines))
        self.lines.changed()
        if self._anchor is not None and len(lines):
            self.lines.show_from(self._index_of(self._anchor))
            self._anchor = None  # where no line is shown it is still the place to go back to
        self._tell_count()

    def _with_times(self, lines: LineModel) -> LineModel:
        """With their times as those of here, where that is wanted."""
        if not self._tells_times:
            return lines
        return TimedLines(lines, self.context.now, plain(self.BESIDE_TIMES, self.context.ascii))

    def _tell_filters(self) -> None:
        if self._narrow_bar is not None:
            told = f" {hint('narrow')} ".join(text for text, _ in self._filters)
            self._narrow_bar.text = told
            self._tell_count()

    def _tell_count(self) -> None:
        if self._narrow_bar is not None:
            shown = f"{len(self._text):,} of {len(self._whole):,} lines"
            told = "looking …" if self._looking is not None else shown
            self._narrow_bar.tell(told if self._filters else "")

    def _narrow(self) -> None:
        """Show the lines that the filters let through; of those that tell of something wrong,
        alone. What is shown stays until these are found."""
        whole = self._whole
        if not self._filters and not self._is_wrong_only:
            self._looking = None
            self._show_lines(whole)
            return
        filters = [each for _, each in self._filters]
        wrong = self.is_wrong if self._is_wrong_only else None
        self._look(
            narrowed(whole, filters, wrong=wrong, around=self.AROUND),
            lambda numbers: self._show_lines(SomeLines(whole, numbers)),
        )

    def _show_narrowed(self) -> None:
        """The same, after the filters were changed; the line at the top stays there, as far as it
        can."""
        if len(self._text):
            self._anchor = self.number_of(self.lines.shown_range[0])
        self._tell_filters()
        self._narrow()

    def _look(self, looking: Looking, found: Callable[[Sequence[int]], object]) -> None:
        """Look at lines, some at a time, and do something with the numbers of those found; nothing
        else is looked for any more."""
        self._looking = looking
        self._go_on_looking(looking, found)

    def _go_on_looking(self, looking: Looking, found: Callable[[Sequence[int]], object]) -> None:
        if looking is not self._looking or not self.is_mounted:
            return
        numbers: Sequence[int] = ()

        def go_on() -> bool:
            nonlocal numbers
            try:
                next(looking)
            except StopIteration as end:
                numbers = end.value
                return True
            return False

        try:
            is_done = done_in_turn(go_on)
        except TookTooLong:
            del self._filters[-1:]
            self.context.say(LEFT_OUT, "warning")
            self._show_narrowed()
            return
        if is_done:
            self._looking = None
            found(numbers)
        else:
            self._tell_count()
            self.lines.in_next_turn(partial(self._go_on_looking, looking, found))

    def number_of(self, index: int) -> int:
        """Of a line that is shown, the number among all."""
        shown = self._text.lines
        if isinstance(shown, TimedLines):
            shown = shown.lines
        return shown.numbers[index] if isinstance(shown, SomeLines) else index

    def _index_of(self, number: int) -> int:
        """Where the line with a number among all is shown, or the next one that is; at most the
        last."""
        shown = self._text.lines
        if isinstance(shown, TimedLines):
            shown = shown.lines
        place = bisect_left(shown.numbers, number) if isinstance(shown, SomeLines) else number
        return max(0, min(place, len(shown) - 1))

    def _show_all(self) -> None:
        """Without filters."""
        if self._filters or self._is_wrong_only:
            self._filters.clear()
            self._is_wrong_only = False
            self._show_narrowed()

    async def action_narrow(self) -> None:
        """Show only lines that match; with `!` in front that do not, with `-C 3` and 3 around."""
        if self._narrow_bar is None:
            self._narrow_bar = QueryBar(prompt=hint("narrow"), ascii=self.context.ascii)
            await self.mount(self._narrow_bar, after=self.search_bar)
        self._narrow_bar.open("")

    @on(QueryBar.Submitted)
    def take_filter(self, message: QueryBar.Submitted) -> None:
        """Enter: only lines that match, of those that are shown."""
        if message.bar is not self._narrow_bar:
            return
        message.stop()
        found = typed_filter(message.text)
        if found is not None:
            self._filters.append((message.text.strip(), found))
        self._show_narrowed()
        self.lines.focus()

    @on(QueryBar.Cancelled)
    def drop_filter(self, message: QueryBar.Cancelled) -> None:
        """Esc: back to the lines as they were."""
        if message.bar is not self._narrow_bar:
            return
        message.stop()
        self._show_narrowed()
        self.lines.focus()

    @on(QueryBar.Edited)
    def await_filter(self, message: QueryBar.Edited) -> None:
        """What is typed is looked at when it is done."""
        if message.bar is self._narrow_bar:
            message.stop()

    def find_when_there(self, pattern: str) -> None:
        """Where a sentence comes from may be among what a filter leaves out."""
        self._show_all()
        super().find_when_there(pattern)

    def action_end_search(self) -> None:
        """Esc: end the search, then the last filter, or else do what the screen does."""
        if self.lines.finder.search is None and (self._filters or self._is_wrong_only):
            self.context.say("")
            if self._filters:
                self._filters.pop()
            else:
                self._is_wrong_only = False
            self._show_narrowed()
            return
        super().action_end_search()

    # --- what is wrong, and times --------------------------------------------------------------

    def is_wrong(self, line: str) -> bool:
        """Whether a line tells of something wrong: it has the sign of that."""
        return WRONG.search(line) is not None

    def action_problems(self) -> None:
        """Show only what is wrong, or everything again."""
        if self._is_wrong_only:
            self._is_wrong_only = False
            self._show_narrowed()
        else:
            self._look_for_wrong(self._whole, lambda _: self._show_wrong_only())

    def _show_wrong_only(self) -> None:
        self._is_wrong_only = True
        self._show_narrowed()
        self.context.say(f"only what is wrong; {hint('problems')} shows all")

    def action_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) line that tells of something wrong and is not in sight,
        round the end."""
        self._look_for_wrong(
            self._text.lines,
            lambda wrong: self.go_to_one_of(wrong, step, "line about it", "lines about it"),
        )

    def _look_for_wrong(self, lines: LineModel, found: Callable[[Sequence[int]], object]) -> None:
        """Do something with those that tell of something wrong; where none does, say so."""

        def take(wrong: Sequence[int]) -> None:
            if wrong:
                found(wrong)
            else:
                self.context.say("nothing here tells of anything wrong")

        self._look(narrowed(lines, (), wrong=self.is_wrong), take)

    def go_to_one_of(self, numbers: Sequence[int], step: int, noun: str, nouns: str) -> None:
        """To the next (1) or previous (-1) of these lines that is not in sight, round the end;
        where all are in sight it says so, by what they are called."""
        first, last = self.lines.shown_range
        if step > 0:
            found = next((line for line in numbers if line > last), numbers[0])
        else:
            found = next((line for line in reversed(numbers) if line < first), numbers[-1])
        if not first <= found <= last:
            self.lines.go_to(found)
        elif len(numbers) == 1:
            self.context.say(f"the only {noun} is on the screen")
        else:
            self.context.say(f"all {nouns} are on the screen")

    def action_times(self) -> None:
        """Tell times as those of here, too, and by how long ago they are; or as written."""
        if not self._tells_times and not has_times(self._whole):
            self.context.say("no times here")
            return
        self._tells_times = not self._tells_times
        self._show_narrowed()
        self.context.say("times of here, and ages" if self._tells_times else "times as written")

    # --- taking lines away -------------------------------------------------------------------

    def action_copy_line(self) -> None:
        """Copy the line of the cursor or the search, or the first on the screen."""
        first, last = self.lines.shown_range
        if last < first:
            self.context.say("there are no lines to copy")
            return
        meant = self.lines.cursor if isinstance(self.lines, PointedText) else self.lines.finder.hit
        at = meant if meant is not None and first <= meant <= last else first
        self.context.copy(clean_plain(self._text.line(at)).strip())

    def action_pager(self) -> None:
        """Open what is shown in $PAGER; the app steps aside for it."""
        if not len(self._text):
            self.context.say("there are no lines to show")
            return
        self._page(self._text)

    @work(thread=True, group="pager", exclusive=True, exit_on_error=False)
    def _page(self, lines: LineModel) -> None:
        page_through(self, lines)
