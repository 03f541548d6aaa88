"""How the lines of the step tree look: box lines, a label, what the step says, and its duration.

What a step says stands beside its label, not in a column of its own: such a column would be empty
in most rows, and cut the few sentences there are. They begin below each other where they can, and
further left where that saves their end. In wide mode they are a column like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from tui.columns import Column, Placed
from tui.columns.nodes import TIMELINE, node_token, spread_of
from tui.columns.words import phase_token
from tui.domain.fans import Fan
from tui.domain.forest import TreeRow
from tui.domain.guides import ascii_guide
from tui.domain.node import PENDING, PROBLEM_PHASES
from tui.domain.status import icon, node_icon
from tui.domain.timeline import ASCII_SIGNS, BLANK, RUN, Cell, Span, axis, bar
from tui.domain.workflow import Workflow
from tui.widgets.cells import (
    LONGEST,
    Piece,
    cut,
    fit,
    panned,
    printable,
    printable_name,
    rule,
    strip_of,
    tail,
    width_of,
)
from tui.widgets.table_renderer import ASCII_CURSOR_SIGNS, CURSOR_SIGNS, Hidden, TableRenderer

LEAST_NAME = 8
"""Cells of a name for which counts beside it make room."""
LABEL_ROOM = 12
"""Cells that a label keeps however deep it is."""
WHOLE_NAME = 24
"""Cells of a name that a message beside it never shortens: below the tree stands all of what the
cursor is on, but names tell the rows apart."""
MESSAGE_AT = 36
"""The cell at which messages begin where there is room, at most half of the column."""
LEAST_SAID = 6
"""Cells of a message that are worth it."""
LEAST_MESSAGE = 16
"""Cells for which a long label makes room."""
MOST_FAILED = 50
"""Items of a fan-out that are marked in its bar as failed."""
LEAST_AXIS = 30
"""Cells from which on the heading of a timeline has marks, not a title."""
BETWEEN = 2
"""Cells between a label and what the step says."""


class Timeline(NamedTuple):
    """What bars are drawn on."""

    workflow: Workflow
    span: Span
    """What is seen."""
    whole: Span
    """The time of the run."""


class StepTreeRenderer(TableRenderer[TreeRow]):
    """Makes a line of the screen out of a row of the tree."""

    def __init__(
        self,
        step: Column[TreeRow],
        style: Callable[[str], Style],
        visible: Callable[[], Sequence[TreeRow]],
        *,
        marks: Callable[[], AbstractSet[Hashable]],
        now: datetime,
        placeholder: str = "",
        ascii: bool = False,
    ) -> None:
        """`step` is the column with the tree itself, `marks` gives the keys of marked rows."""
        super().__init__(
            (),
            style,
            visible,
            now=now,
            placeholder=placeholder,
            ascii=ascii,
            gutter=0,
            whole_row=True,
        )
        self._step = step
        self._marks = marks
        self.ordered = ""
        """What siblings are sorted by, with an arrow; "" for Argo's own order."""
        self.sought = ""
        """What is looked for, and how much of it there is; "" for all steps."""
        self.follows = ""
        """That the cursor stays at what runs; "" if it does not."""
        self.cells = {"step": self._marked_label, TIMELINE: self._bar}
        self.widths = {"step": self._width}
        self.timeline: Timeline | None = None
        """What bars are drawn on; None where there are none."""
        self.is_timeline = False
        """Whether the bars have all the room that labels leave."""
        self.is_focused = False
        """Whether keys come here: the row of the cursor and the heading show it."""

    # --- lines ---------------------------------------------------------------------------

    def header_line(self, width: int, hidden: Hidden | None = None) -> Strip:
        """The titles of the columns on a rule; while keys come here that is heavy, and the first
        title in reverse video."""
        line = rule(self.is_focused, ascii=self.ascii)
        rules = self.style("rule" if self.is_focused else "guide")
        heading = self.style("heading" if self.is_focused else "muted")
        pieces: list[Piece] = []
        for placed in self.layout(width):
            title, named = placed.column.title, heading
            if not pieces:
                named = self.style("front" if self.is_focused else "muted")
                marked = f"{len(self._marks()):,} marked" if self._marks() else ""
                where = hidden.text if hidden is not None else ""
                told = (marked, self.ordered, self.sought, self.follows, where)
                title = " ".join([title, *filter(None, told)])
                title = cut(title, max(0, placed.width - 3), ellipsis=self.ellipsis)
            is_large = self.is_timeline or placed.width >= LEAST_AXIS
            has_axis = self.timeline is not None and is_large
            if placed.column.id == TIMELINE and has_axis:
                pieces += [(line, rules), *self._axis(placed.width, line, rules, heading)]
                continue
            gap = line * (placed.width - width_of(title) - 1)
            if placed.column.align == "right":
                # A title as wide as its column has the gap alone before it.
                lead = line * (placed.width - width_of(title))
                pieces += [(lead, rules), (f" {title}", heading)]
            else:
                pieces += [(line, rules), (f" {title} ", named), (gap[2:], rules)]
        if self.is_wide:
            pieces = list(panned(pieces, self.pan))
        return strip_of([*pieces, (line * width, rules)], width, rules)

    def item_line(self, item: TreeRow, width: int, *, is_cursor: bool, is_marked: bool) -> Strip:
        """One step; the whole line shows where the cursor is while keys come here."""
        if self.is_wide:
            return super().item_line(item, width, is_cursor=is_cursor, is_marked=is_marked)
        return self._narrow_line(item, width, is_cursor)

    def _on_cursor(self, style: Style) -> Style:
        """As in every list; while the keys go elsewhere a sign and bold letters are enough."""
        return super()._on_cursor(style) if self.is_focused else style

    def _narrow_line(self, item: TreeRow, width: int, is_cursor: bool) -> Strip:
        """The step with what it says, in the room that its other columns leave, then those."""
        base = self.style("")
        first, *others = self.layout(width)
        if self.is_timeline:
            return self._timed_line(item, width, is_cursor)
        told = [(placed, placed.column.text(item, self.now)) for placed in others]
        cells, bar = first.width, list[Piece]()
        if told and told[0][0].column.id == TIMELINE:
            room, _ = told.pop(0)
            found = self._bar_cells(item, room.width)
            # What the step says goes on to where its bar begins.
            blank = next((at for at, cell in enumerate(found) if cell is not BLANK), room.width)
            cells += blank + (blank == room.width)
            bar = self._drawn(found[blank:])
        while told and not told[0][1] and not bar:
            cells += told.pop(0)[0].width + 1
        spare = self._spare(item, cells, told[0]) if told and not bar else 0
        cells += spare
        pieces = self._said(item, cells, min(MESSAGE_AT, first.width // 2), is_cursor)
        pieces += [(" ", base), *bar] if bar else []
        for placed, text in told:
            column, width_left = placed.column, placed.width - spare
            spare = 0
            pieces.append((" ", base))
            pieces.append(
                (fit(text, width_left, align=column.align), self.style(column.style(item)))
            )
        if is_cursor:
            pieces = self._under_cursor(pieces)
            base = self._on_cursor(base)
        return strip_of(pieces, width, base)

    def _under_cursor(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Pieces in the row of the cursor; a full block hides what is behind it, so it stays."""
        found: list[Piece] = []
        for text, style in pieces:
            for is_block, signs in groupby(text, key=RUN.__eq__):
                found.append(("".join(signs), style if is_block else self._on_cursor(style)))
        return found

    def _timed_line(self, item: TreeRow, width: int, is_cursor: bool) -> Strip:
        """The step, its bar, and how long it took; what it says has no room here."""
        base = self.style("")
        first, *others = self.layout(width)
        pieces = self._marked_label(item, first.width, is_cursor=is_cursor)
        for placed in others:
            pieces.append((" ", base))
            pieces += self._cell(placed, item, False, False)
        if is_cursor:
            pieces = self._under_cursor(pieces)
            base = self._on_cursor(base)
        return strip_of(pieces, width, base)

    def _bar(self, item: TreeRow, cells: int, *, is_cursor: bool) -> list[Piece]:
        """When a step ran, on the time of its run."""
        return self._drawn(self._bar_cells(item, cells))

    def _bar_cells(self, item: TreeRow, cells: int) -> list[Cell]:
        if self.timeline is None:
            return [BLANK] * cells
        workflow, span, _ = self.timeline
        failed = item.fan.problems[:MOST_FAILED] if item.fan is not None else ()
        over = [workflow.nodes[key] for key in failed if key in workflow.nodes]
        return bar(workflow, item.node, span, cells, self.now.timestamp(), over=over)

    def _drawn(self, cells: list[Cell]) -> list[Piece]:
        """Cells of a bar, those that are drawn alike together."""
        signs = ASCII_SIGNS if self.ascii else {}
        return [
            ("".join(signs.get(each.sign, each.sign) for each in alike), self.style(token))
            for token, alike in groupby(cells, key=self._token)
        ]

    def _token(self, cell: Cell) -> str:
        """The token of a cell of a bar.

        Beside other columns a bar has the colour of its phase only where that is a problem or
        waits: a step that ends changes its sign, and its bar costs nothing.
        """
        is_told = self.is_timeline or cell.phase in (*PROBLEM_PHASES, PENDING)
        return phase_token(cell.phase) if cell.phase and is_told else "muted"

    def now_mark(self, width: int) -> int | None:
        """The cell of the bars that now is in; None where it is in none."""
        if self.timeline is None or self.timeline.workflow.is_completed:
            return None
        placed = next((p for p in self.layout(width) if p.column.id == TIMELINE), None)
        return (
            None
            if placed is None
            else self.timeline.span.cell_of(self.now.timestamp(), placed.width)
        )

    def _axis(self, cells: int, line: str, rules: Style, heading: Style) -> list[Piece]:
        """The marks of the timeline on its rule."""
        assert self.timeline is not None
        _, span, whole = self.timeline
        pieces: list[Piece] = []
        at = 0
        for begin, text in axis(span, whole, cells):
            pieces += [(line * (begin - at), rules), (text, heading)]
            at = begin + len(text)
        return [*pieces, (line * (cells - at), rules)]

    def _spare(self, item: TreeRow, cells: int, beside: tuple[Placed[TreeRow], str]) -> int:
        """How many blanks before a figure a message takes that would be cut beside them."""
        placed, figure = beside
        message = width_of(printable(item.node.message[:LONGEST]))
        if not message or placed.column.align != "right":
            return 0
        lacks = self._width(item) + BETWEEN + message - cells
        return max(0, min(lacks, placed.width - width_of(figure)))

    # --- the step ------------------------------------------------------------------------

    def _said(self, item: TreeRow, cells: int, at: int, is_cursor: bool) -> list[Piece]:
        """The step, and what it says from the cell `at` on, or further left where it is long."""
        width = self._width(item)
        message = self._message(item, cells - width - BETWEEN)
        if not message:
            return self._marked_label(item, cells, is_cursor=is_cursor)
        room = max(min(width_of(message), LEAST_MESSAGE), cells - width - BETWEEN)
        # Box lines, some of the name and the counts stay, before any of the message does.
        label = max(LABEL_ROOM, min(width_of(printable_name(item.label)), WHOLE_NAME))
        signs = width_of(self._icon(item)) + 1
        keeps = signs + label + min(len(item.guide), cells // 3) + _cells(self._beside(item))
        step = min(width, max(keeps, cells - room - BETWEEN))
        begin = max(step + BETWEEN, min(at, cells - width_of(message)))
        left = max(0, cells - begin)
        is_worth = left >= min(LEAST_SAID, width_of(message))
        if not is_worth:
            return self._marked_label(item, cells, is_cursor=is_cursor)
        said = cut(message, left, ellipsis=self.ellipsis)
        is_problem = item.node.is_problem and bool(item.node.message)
        style = self.style("problem" if is_problem else "muted")
        label = max(0, min(cells, begin - BETWEEN))
        return [
            *self._marked_label(item, label, is_cursor=is_cursor),
            (" " * (min(cells, begin) - label), self.style("")),
            (said, style),
            (" " * (left - width_of(said)), self.style("")),
        ]

    def _width(self, item: TreeRow) -> int:
        """How many cells a step takes without what it says."""
        signs = len(item.guide) + width_of(self._icon(item)) + 1
        label = width_of(printable_name(item.label))
        return signs + label + sum(width_of(text) for text, _ in self._beside(item))

    def _message(self, item: TreeRow, room: int) -> str:
        """What a step says; how long the items of a fan-out took, in words that have room."""
        if item.node.message:
            return printable(item.node.message[:LONGEST])
        return next((words for words in spread_of(item) if width_of(words) <= room), "")

    def _icon(self, item: TreeRow) -> str:
        if item.is_more:
            return "+" if self.ascii else "▸"
        return node_icon(item.node, ascii=self.ascii)

    def label_text(self, item: TreeRow) -> str:
        """The step as text, all of it."""
        cells = max(self._width(item), len(item.guide) + LABEL_ROOM)
        return "".join(text for text, _ in self._label(item, cells, is_cursor=False)).rstrip()

    def _marked_label(self, item: TreeRow, cells: int, *, is_cursor: bool) -> list[Piece]:
        """The same on the screen, where a marked row shows that it is."""
        is_marked = item.key in self._marks()
        return self._label(item, cells, is_cursor=is_cursor, is_marked=is_marked)

    def _label(
        self, item: TreeRow, cells: int, *, is_cursor: bool, is_marked: bool = False
    ) -> list[Piece]:
        """Box lines, icon, the sign of cursor and mark, label, how much is folded away."""
        base = self.style("")
        guide = ascii_guide(item.guide) if self.ascii else item.guide
        # A short name takes less than its room, and no box lines give way to blanks.
        room = max(0, cells - min(LABEL_ROOM, self._width(item) - len(item.guide)))
        if len(guide) > room:
            guide = tail(guide, room)
        icon = self._icon(item)
        sign = (ASCII_CURSOR_SIGNS if self.ascii else CURSOR_SIGNS)[is_cursor + 2 * is_marked]
        left = cells - width_of(guide) - width_of(icon) - 1
        name = printable_name(item.label)
        beside = self._beside(item)
        while len(beside) > 1 and left - _cells(beside) < min(width_of(name), LEAST_NAME):
            beside.pop()
        label = self.cut_name(self._step, name, max(0, left - _cells(beside)))
        blank = " " * max(0, left - width_of(label) - _cells(beside))
        style = self.style("heading") if is_cursor else base
        return [
            (guide, self.style("guide")),
            (icon, self.style("muted" if item.is_more else node_token(item.node))),
            (sign, style),
            (label, style),
            *beside,
            (blank, base),
        ]

    def _beside(self, item: TreeRow) -> list[Piece]:
        """` ▸12`, how many rows are folded away here; ` +2 left out`, how many have no rows; of a
        fan-out how many items it has, and how many of them are in each phase."""
        muted = self.style("muted")
        if item.fan is not None:
            return self._counts(item, item.fan)
        folded = f" {'+' if self.ascii else '▸'}{item.hidden_below}"
        left_out = f" +{item.left_out} left out" if item.left_out else ""
        return [(f"{folded if item.is_folded else ''}{left_out}", muted)]

    def _counts(self, item: TreeRow, fan: Fan) -> list[Piece]:
        muted = self.style("muted")
        found: list[Piece] = []
        if fan.is_retry:
            found.append((f" {len(fan.members)} attempts", muted))
        elif not item.is_more:
            found.append((f" {len(fan.members):,}", muted))
        for phase, count in fan.phases if item.is_folded or not fan.is_retry else ():
            sign = icon(phase, ascii=self.ascii)
            found.append((f" {sign}{count:,}", self.style(phase_token(phase))))
        return found or [("", muted)]


def _cells(pieces: Sequence[Piece]) -> int:
    return sum(width_of(text) for text, _ in pieces)
