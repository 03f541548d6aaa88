"""How a graph of steps looks: boxes with a sign, a name and what there is to say, and lines.

Nothing is told by a colour alone: the state of a step has a sign, the critical path double borders,
what is still to come broken ones, the way to the cursor heavy lines, and files dots. Where the
terminal has no UTF-8 all of it is drawn in ASCII. Where two lines cross, the one across goes below.

A line of the screen is made of what is on it, however large the graph is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import partial
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from tui.columns import Column
from tui.columns.nodes import node_seconds, node_token
from tui.columns.words import compact, phase_token
from tui.domain.forest import TreeRow
from tui.domain.graph import ARTIFACT, GROUP, JOIN, Box, Graph
from tui.domain.layered import BLOCK, Layout, Lines, Rect, Size
from tui.domain.node import OMITTED, SKIPPED, NodeId
from tui.domain.status import icon, node_icon
from tui.widgets.cells import (
    ASCII_ELLIPSIS,
    ELLIPSIS,
    LONGEST,
    Piece,
    cut,
    padded,
    panned,
    plain,
    printable,
    printable_name,
    strip_of,
    width_of,
)
from tui.widgets.line_view import CURSOR
from tui.widgets.table_renderer import ASCII_CURSOR_SIGNS, CURSOR_SIGNS

SIGNS, NAMES, DETAILS, ALL = range(4)
"""How much a box tells: its sign, its name, what there is to say in a word, and in a sentence."""
LONGEST_NAME = (0, 22, 22, 40)
LEAST = (0, 6, 10, 26)
"""Cells inside a box: a duration has room at any time, so that nothing moves when it grows."""
LEAST_GROUP = 22
"""Those of a group that has counts."""
ARMS = " │┃─└┖━┕┗││╿┌├┞┍┝┡┃╽┃┎┟┠┏┢┣─┘┚─┴┸╼┶┺┐┤┦┬┼╀┮┾╄┒┧┨┰╁╂┲╆╊━┙┛╾┵┹━┷┻┑┥┩┭┽╃┯┿╇┓┪┫┱╅╉┳╈╋"
"""What a cell of a line looks like. Its place is the sum of its arms: 1 for one up, 3 right, 9 down
and 27 left, twice that for a heavy one."""
UP, RIGHT, DOWN, LEFT = 1, 3, 9, 27

BORDERS = {
    "": ("┌─┐│└┘", "+-+|++"),
    "critical": ("╔═╗║╚╝", "+=+|++"),
    "coming": ("┌╌┐┆└┘", "+.+:++"),
    ARTIFACT: ("╭┄╮┊╰╯", ".....'"),
}
"""Corner, top, corner, side, corner, corner."""
BRACKETS = {"": "[]", "critical": "{}", "coming": "<>", ARTIFACT: "()"}
"""What stands around a sign alone."""
FILE = "◇@"
"""The sign of a file, and the one in ASCII."""


DETAIL = 2
"""The row of a box, from its top on, that says how long it took."""


class _Cell:
    """What lines do in a cell."""

    __slots__ = ("across", "arms", "bends", "down", "is_arrow", "is_dotted", "is_heavy", "token")

    def __init__(self) -> None:
        self.arms = [0, 0, 0, 0]
        self.across = self.down = -1
        """The line that goes through it from the side, and the one from above."""
        self.bends = self.is_heavy = self.is_dotted = self.is_arrow = False
        self.token = "guide"


class Part(NamedTuple):
    """Some of the ends of a line."""

    begins: AbstractSet[str]
    ends: AbstractSet[str]
    rows: tuple[int, int]
    """The first and the last that it is on; of nothing the last is before the first."""


NO_PART = Part(frozenset(), frozenset(), (0, -1))


class Seen(NamedTuple):
    """What is to be drawn."""

    graph: Graph
    layout: Layout
    lines: Lines
    hot: AbstractSet[str]
    """The boxes on a way to the cursor, with its own."""
    cursor: str | None


class GraphRenderer:
    """Makes lines of the screen out of a graph that is laid out."""

    def __init__(self, style: Callable[[str], Style], *, now: datetime, ascii: bool) -> None:
        self.style = style
        self.now = now
        self.ascii = ascii
        self.level = DETAILS
        self.facts: tuple[Column[TreeRow], ...] = ()
        """What boxes tell besides, each in a row of its own, where they tell more than names."""
        self.shows_duration = True
        self.is_wide = False
        """Whether names are whole, however long."""
        self.is_focused = False
        self.marked: frozenset[NodeId] = frozenset()
        """The steps that are marked."""
        self._seen: Seen | None = None
        self._dotted: frozenset[str] = frozenset()
        """Files, and places that lines from them pass."""
        self._hot: dict[int, Part] = {}
        """Line that was drawn → what of it is on the way to the cursor."""
        self._critical: dict[int, Part] = {}

    @property
    def ellipsis(self) -> str:
        """What stands for what is cut."""
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS

    # --- boxes -------------------------------------------------------------------------------

    @property
    def size_of(self) -> Callable[[Box], Size]:
        """How many cells and rows a box takes, while boxes tell as much as now."""
        return partial(self._size_at, self.level, self.facts, self.is_wide)

    def _size_at(
        self, level: int, facts: tuple[Column[TreeRow], ...], is_wide: bool, box: Box
    ) -> Size:
        if level == SIGNS:
            return Size(2 + width_of(self._sign(box)) + width_of(self._times(box)), 1)
        name = width_of(printable_name(box.label))
        name = name if is_wide else min(name, LONGEST_NAME[level])
        wide = 2 + name + width_of(self._times(box)) + 1
        if box.kind == ARTIFACT:
            return Size(2 + wide, 3)
        least = LEAST_GROUP if box.kind == GROUP and level >= DETAILS else LEAST[level]
        told = facts if level >= DETAILS else ()
        # As wide as any text of theirs may be, so that nothing moves when one of them grows.
        cells = max((3 + width_of(fact.title) + fact.width for fact in told), default=0)
        return Size(2 + max(wide, least, cells), 2 + level + len(told))

    def _sign(self, box: Box) -> str:
        if box.kind == ARTIFACT:
            return FILE[self.ascii]
        if box.node is not None and not box.is_coming:
            return node_icon(box.node, ascii=self.ascii)
        return icon(box.phase, ascii=self.ascii)

    def _times(self, box: Box) -> str:
        """How many it stands for."""
        if box.total == 1 or (box.kind != GROUP and box.total):
            return ""
        sign = "x" if self.ascii else "×"
        return f" {sign}{'?' if box.total is None else box.total}"

    def _token(self, box: Box) -> str:
        if box.is_coming or box.kind == ARTIFACT:
            return "muted"
        return node_token(box.node) if box.node is not None else phase_token(box.phase)

    def detail(self, box: Box) -> str:
        """What there is to say of it in a word or two."""
        parts: list[str] = []
        if box.is_never:
            parts.append("never ran")
        elif box.is_coming:
            parts.append(f"if {printable(box.condition[:LONGEST])}" if box.condition else "to come")
        elif box.phase in (OMITTED, SKIPPED):
            parts.append(box.phase.casefold())
        node = box.node if self.shows_duration else None
        seconds = node_seconds(node, self.now) if node is not None else None
        if box.counts:
            parts += [f"{icon(phase, ascii=self.ascii)}{count}" for phase, count in box.counts]
        if seconds is not None and not box.is_coming:
            parts.append(compact(seconds))
        if box.tries > 1:
            parts.append(f"{box.tries} tries")
        return " ".join(parts)

    def _more(self, box: Box) -> str:
        """A sentence of it."""
        node = box.node
        if node is None:
            return ""
        return printable((node.message or node.template or node.type)[:LONGEST])

    def _kind(self, box: Box) -> str:
        if box.kind == ARTIFACT:
            return ARTIFACT
        return "coming" if box.is_coming else "critical" if box.is_critical else ""

    def _box_row(self, box: Box, rect: Rect, row: int) -> list[Piece]:
        """One row of a box."""
        is_cursor = self._seen is not None and box.key == self._seen.cursor
        kind, base = self._kind(box), self.style("")
        border = self.style("rule" if is_cursor else "muted" if box.is_coming else "")
        dim = self.style("muted")
        # The sign of what failed is the loudest: the critical path has borders and no colour.
        text = dim if box.is_coming else self.style("heading") if is_cursor else base
        if rect.height == 1:
            first, last = BRACKETS[kind][0], BRACKETS[kind][1]
            inner = [(self._sign(box), self.style(self._token(box))), (self._times(box), text)]
            pieces = [(first, border), *inner, (last, border)]
            return [(t, self._on_cursor(s) if is_cursor else s) for t, s in pieces]
        left, top, right, side, below, end = tuple(BORDERS[kind][self.ascii])
        wide = rect.width - 2
        if row in (0, rect.height - 1):
            left, right = (left, right) if row == 0 else (below, end)
            return [(f"{left}{top * wide}{right}", border)]
        inner = self._inside(box, row, wide, is_cursor, text)
        if is_cursor:
            inner = [(t, self._on_cursor(s)) for t, s in inner]
        return [(side, border), *inner, (side, border)]

    def _inside(self, box: Box, row: int, wide: int, is_cursor: bool, text: Style) -> list[Piece]:
        if row == 1:
            sign, times = self._sign(box), self._times(box)
            signs = ASCII_CURSOR_SIGNS if self.ascii else CURSOR_SIGNS
            mark = signs[is_cursor + 2 * (box.step in self.marked)]
            room = wide - width_of(sign) - 2 - width_of(times)
            name = cut(printable_name(box.label), room, middle=True, ellipsis=self.ellipsis)
            return [
                (sign, self.style(self._token(box))),
                (mark, text),
                (name, text),
                (padded(times, wide - width_of(sign) - 1 - width_of(name)), self.style("muted")),
            ]
        if 0 <= row - 3 < len(self.facts):
            return self._fact(row - 3, box, wide)
        style = self.style("problem" if box.is_problem and row > 2 else "muted")
        told = self.detail(box) if row == DETAIL else self._more(box)
        return [(padded(cut(f"  {told}", wide, ellipsis=self.ellipsis), wide), style)]

    def _fact(self, at: int, box: Box, wide: int) -> list[Piece]:
        """What a column of the tree says of a step, behind its title: the first of those that say
        something come first. Nothing of a step that is still to come."""
        node = box.node if not box.is_coming else None
        row = TreeRow(node.id, "", node, box.label, 0) if node is not None else None
        told = [(fact, fact.text(row, self.now)) for fact in self.facts] if row is not None else []
        told = [(fact, text) for fact, text in told if text]
        if row is None or at >= len(told):
            return [(" " * wide, self.style("muted"))]
        fact, text = told[at]
        title = f"  {fact.title} "
        room, in_middle = wide - width_of(title), fact.cut == "middle"
        text = cut(printable(text[:LONGEST]), room, middle=in_middle, ellipsis=self.ellipsis)
        return [
            (title, self.style("muted")),
            (padded(text, room), self.style(fact.style(row))),
        ]

    def _on_cursor(self, style: Style) -> Style:
        if not self.is_focused:
            return style
        over = self.style(CURSOR)
        return (self.style("") if over.reverse else style) + over

    # --- lines -------------------------------------------------------------------------------

    def show(self, seen: Seen) -> None:
        """This is to be drawn."""
        before, self._seen = self._seen, seen
        is_other = before is None or before.layout is not seen.layout
        if is_other:
            files = {key for key, box in seen.graph.boxes.items() if box.kind == ARTIFACT}
            passes = seen.layout.passes.items() if files else ()
            self._dotted = frozenset(
                files.union(*(way for edge, way in passes if edge[0] in files))
            )
        if is_other or (before is not None and before.hot is not seen.hot):
            self._hot = {}
        if is_other or (before is not None and before.graph is not seen.graph):
            self._critical = self._parts_of(seen)

    def _parts_of(self, seen: Seen) -> dict[int, Part]:
        """Line → the ends of it that the critical path is between."""
        found: dict[int, tuple[set[str], set[str]]] = {}
        drawn, lines = seen.layout.drawn, seen.lines
        for edge in seen.graph.critical:
            for before, after in seen.layout.legs(edge) if edge in drawn else ():
                for at in lines.out_of.get(before, set()).intersection(lines.into.get(after, ())):
                    begins, ends = found.setdefault(at, (set(), set()))
                    begins.add(before)
                    ends.add(after)
        return {
            at: Part(begins, ends, _span(lines.row_of[key] for key in (*begins, *ends)))
            for at, (begins, ends) in found.items()
        }

    def _hot_part(self, seen: Seen, at: int) -> Part:
        """What of a line is on the way to the cursor: asked of what is on the screen alone."""
        part = self._hot.get(at)
        if part is None:
            net, hot, lines = seen.layout.nets[at], seen.hot, seen.lines
            # A line may lead to thousands, and hardly any of them on a way to the cursor.
            if len(hot) < len(net.targets):
                ends = {key for key in hot if at in lines.into.get(key, ())}
            else:
                ends = {key for _, _, key in net.targets if key in hot}
            ends.update(key for key in lines.places[at] if self._leads_on(seen, key))
            part = NO_PART
            if ends:
                # Whatever shares a line leads to all that it leads to.
                rows = *lines.begin_rows[at], *(lines.row_of[key] for key in ends)
                part = Part(lines.begins[at], ends, _span(rows))
            self._hot[at] = part
        return part

    def _leads_on(self, seen: Seen, key: str) -> bool:
        """Whether a box, or the place of a long line, is on the way to the cursor."""
        onward = seen.lines.onward
        way: str | None = key
        while way is not None and way not in seen.hot:
            if way not in onward:
                return False
            line = onward[way]
            targets = (each for _, _, each in seen.layout.nets[line].targets)
            if not seen.hot.isdisjoint(targets):
                return True
            way = next(iter(seen.lines.places[line]), None)
        return way is not None

    def _cells(self, y: int, left: int, right: int) -> dict[int, _Cell]:
        """The cells of lines on a row of the graph, from `left` up to but without `right`."""
        cells: dict[int, _Cell] = {}
        if self._seen is None:
            return cells
        seen = self._seen
        for first, last in seen.lines.channels:
            if last < left or first >= right:
                continue
            for at in seen.lines.near.get((last, y // BLOCK), ()):
                self._paint(cells, seen, at, y, left, right)
                if at in self._critical:
                    self._paint(cells, seen, at, y, left, right, self._critical[at], "heading")
                if (hot := self._hot_part(seen, at)).ends:
                    self._paint(cells, seen, at, y, left, right, hot, "rule")
        return cells

    def _paint(
        self,
        cells: dict[int, _Cell],
        seen: Seen,
        at: int,
        y: int,
        left: int,
        right: int,
        part: Part | None = None,
        token: str = "",
    ) -> None:
        """Draw what of a line, or of a part of it, is on a row."""
        low, high = seen.lines.spans[at] if part is None else part.rows
        if not low <= y <= high:
            return
        net = seen.layout.nets[at]
        begins, ends = seen.lines.ends.get((at, y), ((), ()))
        weight = 2 if token == "rule" else 1
        is_file = net.sources[0][2] in self._dotted

        def put(x: int, arm: int, *, dots: bool = is_file) -> None:
            if not left <= x < right:
                return
            cell = cells.get(x)
            if cell is None:
                cell = cells[x] = _Cell()
            cell.arms[arm] = max(cell.arms[arm], weight)
            if arm % 2:
                cell.across = at
            else:
                cell.down = at
            if token and (weight == 2 or not cell.is_heavy):
                cell.token, cell.is_heavy = token, weight == 2
            cell.is_dotted = dots

        def line(begin: int, end: int, *, dots: bool = is_file) -> None:
            for x in range(max(begin, left), min(end, right - 1) + 1):
                if x > begin:
                    put(x, 3, dots=dots)
                if x < end:
                    put(x, 1, dots=dots)

        begun = [x for x, _, key in begins if part is None or key in part.begins]
        ended = [(x, key) for x, _, key in ends if part is None or key in part.ends]
        for x in begun:
            line(x - 1, net.track)
        for x, key in ended:
            line(net.track, x + 1, dots=is_file or key in self._dotted)
            if x in cells and self._is_box(key):
                cells[x].is_arrow = True
        if low != high:
            if y > low:
                put(net.track, 0)
            if y < high:
                put(net.track, 2)
            if (begun or ended) and left <= net.track < right:
                cells[net.track].bends = True

    def _is_box(self, key: str) -> bool:
        """Whether lines lead to it with an arrow."""
        box = self._seen.graph.boxes.get(key) if self._seen is not None else None
        return box is not None and box.kind != JOIN

    def _character(self, cell: _Cell) -> str:
        up, right, down, left = cell.arms
        if cell.across >= 0 and cell.down >= 0 and not cell.bends:
            # Two lines that cross: the one across goes below, unless it alone is the way.
            if max(right, left) > max(up, down):
                up = down = 0
            else:
                right = left = 0
        is_across = not (up or down)
        is_straight = is_across or not (right or left)
        if self.ascii:
            if cell.is_dotted and is_straight:
                return "." if is_across else ":"
            if is_straight:
                return ("-=" if is_across else "|#")[max(up, right, down, left) - 1]
            return "#" if max(up, right, down, left) > 1 else "+"
        if cell.is_dotted and is_straight:
            return ("┄┅" if is_across else "┊┋")[max(up, right, down, left) - 1]
        return ARMS[up * UP + right * RIGHT + down * DOWN + left * LEFT]

    # --- lines of the screen -----------------------------------------------------------------

    def rows_with_time(self, top: int, height: int, left: int, width: int) -> Iterator[int]:
        """The rows of the graph, of those seen, on which a box tells how long it has run so far."""
        if self._seen is None:
            return
        boxes, of = self._seen.layout.boxes, self._seen.graph.boxes
        for layer in self._seen.layout.layers:
            if not layer:
                continue
            if boxes[layer[0]].x >= left + width:
                return
            first = bisect_left(layer, top, key=lambda key: boxes[key].y + boxes[key].height - 1)
            for at in range(first, len(layer)):
                rect, node = boxes[layer[at]], of[layer[at]].node
                if rect.y >= top + height:
                    break
                if node is not None and not node.finished_at and rect.height > DETAIL + 1:
                    yield rect.y + DETAIL

    def line(self, y: int, left: int, width: int) -> Strip:
        """A row of the graph, from a cell on."""
        base = self.style("")
        if self._seen is None:
            return Strip.blank(width, base)
        graph, layout = self._seen.graph, self._seen.layout
        pieces: list[Piece] = []
        cells = self._cells(y, left, left + width)
        at = left
        for rect, box in self._boxes_on(graph, layout, y, left, left + width):
            pieces += self._gap(cells, at, rect.x)
            if box.kind == JOIN:
                shown = self._join(cells, rect, box)
            else:
                shown = self._box_row(box, rect, y - rect.y)
            shown = [(plain(text, self.ascii), style) for text, style in shown]
            pieces += panned(shown, left - rect.x) if rect.x < left else shown
            at = rect.x + rect.width
        pieces += self._gap(cells, at, left + width)
        return strip_of(pieces, width, base)

    def _join(self, cells: dict[int, _Cell], rect: Rect, box: Box) -> list[Piece]:
        """Where lines meet, in the way of those that lead on."""
        beside = cells.get(rect.x - 1) or cells.get(rect.x + 1)
        heavy = beside is not None and beside.is_heavy
        token = beside.token if beside is not None else "guide"
        sign = "-="[heavy] if self.ascii else "─━"[heavy]
        return [(sign, self.style(token))]

    def _boxes_on(
        self, graph: Graph, layout: Layout, y: int, left: int, right: int
    ) -> Iterator[tuple[Rect, Box]]:
        for layer in layout.layers:
            if not layer:
                continue
            x = layout.boxes[layer[0]].x
            if x >= right:
                return
            low, high = 0, len(layer)
            while low < high:
                middle = (low + high) // 2
                rect = layout.boxes[layer[middle]]
                if rect.y + rect.height <= y:
                    low = middle + 1
                else:
                    high = middle
            if low < len(layer):
                rect = layout.boxes[layer[low]]
                if rect.y <= y and rect.x + rect.width > left:
                    yield rect, graph.boxes[layer[low]]

    def _gap(self, cells: dict[int, _Cell], begin: int, end: int) -> Iterator[Piece]:
        """What is between two boxes."""
        base = self.style("")

        arrow = ">" if self.ascii else "▸"
        # Most cells are blank: those cost nothing each.
        at, text, told = begin, "", ""
        for x in sorted(x for x in cells if begin <= x < end):
            cell = cells[x]
            for more, token in ((" " * (x - at), ""), ("", cell.token)):
                if token and not more:
                    more = arrow if cell.is_arrow else self._character(cell)
                if not more:
                    continue
                if token != told and text:
                    yield text, self.style(told) if told else base
                    text = ""
                text, told = text + more, token
            at = x + 1
        if at < end:
            if told and text:
                yield text, self.style(told)
                text = ""
            text, told = text + " " * (end - at), ""
        if text:
            yield text, self.style(told) if told else base


def _span(rows: Iterable[int]) -> tuple[int, int]:
    """The first and the last of some rows."""
    those = sorted(rows)
    return those[0], those[-1]
