"""Where the boxes of a graph stand, and which way the lines between them go, in cells.

The method is that of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of Hierarchical
System Structures", IEEE Transactions on Systems, Man and Cybernetics 11, 1981): boxes are put into
layers, from the left to the right, so that every edge leads to a later one (the longest way tells
which); an edge over several layers gets a place in each of them; each layer is ordered by the means
of what it is tied to, back and forth, as long as fewer lines cross; then each box comes as near to
the middle of those it is tied to as the order lets it, which is isotonic regression by pooling
(Ayer and others, 1955). Lines go at right angles: between two layers each has a track of its own,
given out by the left edge algorithm (Hashimoto and Stevens, "Wire Routing by Optimizing Channel
Assignment", 1971). All edges of one box share one line; so do those of several boxes that lead to
the very same others.

No two lines ever lie on each other but where they end in the same box, and no line runs through a
box. The edge that closes a circle, which no controller writes, is not drawn. Nothing is random: the
same graph is drawn the same way.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

Key = str
Edge = tuple[Key, Key]

PORT = 1
"""The row of a box, from its top, on which lines begin and end."""
BEFORE, AFTER = 1, 2
"""Cells between two layers before the first track, and after the last one: there are arrows."""
GAP = 1
"""Rows between two boxes of a layer."""
SWEEPS = 4
"""How often layers are ordered there and back."""
MOST_COUNTED = 3_000
"""Edges up to which crossings are counted, so that the best order is kept, not the last."""
BLOCK = 16
"""Rows of which the lines are looked up together."""
MOST_PLACES = 20_000
"""Places of long edges in layers between their ends; beyond, the longest are not drawn."""


class Size(NamedTuple):
    """Of a box, in cells and rows."""

    width: int
    height: int


class Rect(NamedTuple):
    """Where a box is; rows and cells begin with 0."""

    x: int
    y: int
    width: int
    height: int

    @property
    def port(self) -> int:
        """The row on which its lines begin and end."""
        return self.y + min(PORT, self.height - 1)


End = tuple[int, int, Key]
"""Of a line: cell, row, and the box or place."""


class Net(NamedTuple):
    """One line between two layers, from some boxes to some others.

    Its ends are keys of boxes, or of places where a long edge passes a layer.
    """

    track: int
    """The cell in which it goes up and down; the same as that of its begin where it does not."""
    sources: tuple[End, ...]
    """Cell after the end of a box, row, and which one."""
    targets: tuple[End, ...]
    """The last cell before a box, row, and which one."""


class Layout(NamedTuple):
    """A graph as it is drawn."""

    boxes: dict[Key, Rect]
    layers: tuple[tuple[Key, ...], ...]
    """The boxes of each layer, from top to bottom."""
    nets: tuple[Net, ...]
    passes: dict[Edge, tuple[Key, ...]]
    """Edge over several layers → the places that it passes, in order."""
    drawn: frozenset[Edge]
    """The edges for which there are lines."""
    size: Size

    def legs(self, edge: Edge) -> Iterator[Edge]:
        """The parts of an edge from one layer to the next."""
        before, after = edge
        for place in self.passes.get(edge, ()):
            yield before, place
            before = place
        yield before, after


class Lines(NamedTuple):
    """Where to look for the lines of a layout, however many there are; each is a number there."""

    near: dict[tuple[int, int], list[int]]
    """What is between two layers, by its last cell, and block of rows → the lines in it."""
    channels: list[tuple[int, int]]
    """First and last cell of what is between two layers."""
    into: dict[Key, list[int]]
    """Box or place → the lines that lead to it."""
    onward: dict[Key, int]
    """Place → the line that leads on from it."""
    spans: list[tuple[int, int]]
    """Of each line, the first row and the last that it is on."""
    ends: dict[tuple[int, int], tuple[list[End], list[End]]]
    """Line and row → which of its ends are on that, at its begin and where it leads to."""
    row_of: dict[Key, int]
    """Box or place → the row on which lines begin and end at it."""
    out_of: dict[Key, set[int]]
    """Box or place → the lines that begin at it."""
    begins: list[frozenset[Key]]
    """Of each line, what it leads from."""
    begin_rows: list[tuple[int, int]]
    """Of each line, the first row and the last that it begins on."""
    places: list[tuple[Key, ...]]
    """Of each line, the places that it leads to, where long ones go on."""


def lines_of(found: Layout) -> Lines:
    """The same lines, by where they are."""
    near: dict[tuple[int, int], list[int]] = {}
    spans: dict[int, int] = {}
    into: dict[Key, list[int]] = {}
    onward: dict[Key, int] = {}
    rows: list[tuple[int, int]] = []
    ends: dict[tuple[int, int], tuple[list[End], list[End]]] = {}
    row_of: dict[Key, int] = {}
    out_of: dict[Key, set[int]] = {}
    for at, net in enumerate(found.nets):
        last = net.targets[0][0]
        first = min(x for x, _, _ in net.sources)
        spans[last] = min(spans.get(last, first), first)
        low, high = rows_of((*net.sources, *net.targets))
        rows.append((low, high))
        for block in range(low // BLOCK, high // BLOCK + 1):
            near.setdefault((last, block), []).append(at)
        for side, those in enumerate((net.sources, net.targets)):
            for end in those:
                ends.setdefault((at, end[1]), ([], []))[side].append(end)
        for _, row, key in net.targets:
            into.setdefault(key, []).append(at)
            row_of[key] = row
        for _, row, key in net.sources:
            out_of.setdefault(key, set()).add(at)
            row_of[key] = row
            if key not in found.boxes:
                onward[key] = at
    channels = [(first, last) for last, first in sorted(spans.items())]
    return Lines(
        near,
        channels,
        into,
        onward,
        rows,
        ends,
        row_of,
        out_of,
        [frozenset(key for _, _, key in net.sources) for net in found.nets],
        [rows_of(net.sources) for net in found.nets],
        [tuple(key for _, _, key in net.targets if key in onward) for net in found.nets],
    )


def rows_of(ends: Iterable[End]) -> tuple[int, int]:
    """The first row and the last that a line between these is on."""
    rows = [row for _, row, _ in ends]
    return min(rows), max(rows)


def layout(sizes: Mapping[Key, Size], edges: Mapping[Key, Sequence[Key]]) -> Layout:
    """Where everything is. Boxes, and those that follow one, stand as they are given where nothing
    else says otherwise."""
    return _Layout(sizes, edges).all()


class _Layout:
    """One layout in the making; boxes are numbers here, and so are places of long edges."""

    def __init__(self, sizes: Mapping[Key, Size], edges: Mapping[Key, Sequence[Key]]) -> None:
        self._keys = list(sizes)
        self._sizes = list(sizes.values())
        numbers = {key: at for at, key in enumerate(self._keys)}
        self._after: list[list[int]] = [[] for _ in self._keys]
        for key, afters in edges.items():
            known = (numbers[each] for each in afters if each in numbers and each != key)
            if key in numbers:
                self._after[numbers[key]] = list(dict.fromkeys(known))
        self._layer: list[int] = []
        self._bundles: list[tuple[list[int], list[int]]] = []
        """Boxes of one layer that lead to the very same others, and those."""
        self._place_of: dict[tuple[int, int], int] = {}
        """Bundle and layer → the place where it passes that."""
        self._nets: list[tuple[list[int], list[int]]] = []
        self._up: list[list[int]] = []
        self._down: list[list[int]] = []

    def all(self) -> Layout:
        if not self._keys:
            return Layout({}, (), (), {}, frozenset(), Size(0, 0))
        order = self._without_circles()
        self._find_layers(order)
        self._bundle()
        self._tie()
        parts = self._parts()
        layers: list[list[int]] = [[] for _ in range(max(self._layer) + 1)]
        rows = [0] * len(self._sizes)
        top = 0
        for part in parts:
            inner: list[list[int]] = [[] for _ in layers]
            for each in part:
                inner[self._layer[each]].append(each)
            used = [layer for layer in inner if layer]
            self._arrange(used)
            self._put(used, rows, top)
            top = max(rows[e] + self._sizes[e].height for e in part) + GAP
            for layer, more in zip(layers, inner, strict=True):
                layer += more
        return self._routed(layers, rows, top - GAP)

    # --- layers ------------------------------------------------------------------------------

    def _without_circles(self) -> list[int]:
        """Leave out edges that close a circle; the boxes, each before those that follow it."""
        state = [0] * len(self._keys)
        found: list[int] = []
        into = [0] * len(self._keys)
        for afters in self._after:
            for each in afters:
                into[each] += 1
        begins = sorted(range(len(into)), key=lambda at: into[at] > 0)
        for begin in begins:
            if state[begin]:
                continue
            state[begin] = 1
            way = [(begin, iter(list(self._after[begin])))]
            while way:
                at, rest = way[-1]
                for each in rest:
                    if state[each] == 1:
                        self._after[at].remove(each)
                    elif not state[each]:
                        state[each] = 1
                        way.append((each, iter(list(self._after[each]))))
                        break
                else:
                    state[at] = 2
                    found.append(at)
                    way.pop()
        return found[::-1]

    def _find_layers(self, order: Sequence[int]) -> None:
        self._layer = [0] * len(order)
        for at in order:
            for each in self._after[at]:
                self._layer[each] = max(self._layer[each], self._layer[at] + 1)
        led = {each for afters in self._after for each in afters}
        for at in order:
            # What nothing leads to stands beside what it leads to.
            if self._after[at] and at not in led:
                self._layer[at] = min(self._layer[each] for each in self._after[at]) - 1

    def _bundle(self) -> None:
        """Which boxes share a line, and the places of lines that pass layers."""
        same: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        for at, afters in enumerate(self._after):
            if afters:
                same.setdefault((self._layer[at], tuple(sorted(afters))), []).append(at)
        spans = sorted(
            (self._layer[after] - layer - 1, layer, at, after)
            for at, (layer, afters) in enumerate(same)
            for after in afters
            if self._layer[after] > layer + 1
        )
        furthest: dict[int, int] = {}
        left, left_out = MOST_PLACES, set[tuple[int, int]]()
        for span, layer, at, after in spans:
            more = span - max(0, furthest.get(at, layer + 1) - layer - 1)
            if more > left:
                left_out.add((at, after))
                continue
            left -= max(0, more)
            furthest[at] = max(furthest.get(at, 0), layer + 1 + span)
        for at, ((layer, found), begins) in enumerate(same.items()):
            kept = [each for each in found if (at, each) not in left_out]
            self._bundles.append((begins, kept))
            for between in range(layer + 1, furthest.get(at, 0)):
                self._place_of[at, between] = len(self._sizes)
                self._sizes.append(Size(1, 1))
                self._layer.append(between)

    def _tie(self) -> None:
        """The lines between neighbouring layers, and what is tied to what by them."""
        for at, (begins, afters) in enumerate(self._bundles):
            by_layer: dict[int, list[int]] = {}
            for each in afters:
                by_layer.setdefault(self._layer[each], []).append(each)
            sources, layer = begins, self._layer[begins[0]]
            while by_layer or (at, layer + 1) in self._place_of:
                layer += 1
                targets = by_layer.pop(layer, [])
                if (place := self._place_of.get((at, layer))) is not None:
                    targets = [*targets, place]
                if targets:
                    self._nets.append((sources, targets))
                if place is None:
                    break
                sources = [place]
        self._up = [[] for _ in self._sizes]
        self._down = [[] for _ in self._sizes]
        for sources, targets in self._nets:
            for source in sources:
                self._down[source] += targets
            for target in targets:
                self._up[target] += sources

    def _parts(self) -> list[list[int]]:
        """What hangs together, in the order in which it is found from what is given first."""
        seen = [False] * len(self._sizes)
        parts: list[list[int]] = []
        begins = sorted(range(len(self._sizes)), key=lambda at: bool(self._up[at]))
        for begin in begins:
            if seen[begin]:
                continue
            part: list[int] = []
            seen[begin] = True
            waiting = [begin]
            while waiting:
                at = waiting.pop()
                part.append(at)
                for each in (*reversed(self._down[at]), *reversed(self._up[at])):
                    if not seen[each]:
                        seen[each] = True
                        waiting.append(each)
            parts.append(part)
        return parts

    # --- order within layers -----------------------------------------------------------------

    def _arrange(self, layers: list[list[int]]) -> None:
        """Order each layer so that few lines cross."""
        ties = sum(len(self._down[at]) for layer in layers for at in layer)
        counts = ties <= MOST_COUNTED
        place = [0] * len(self._sizes)
        for layer in layers:
            for at, each in enumerate(layer):
                place[each] = at
        best = [list(layer) for layer in layers]
        least = self._crossings(layers, place) if counts else -1
        for sweep in range(SWEEPS):
            if least == 0:
                break
            turns = ((layers[1:], self._up), (layers[-2::-1], self._down))
            for those, ties_to in turns if sweep % 2 == 0 else turns[::-1]:
                for layer in those:
                    means = {
                        each: sum(place[other] for other in tied) / len(tied)
                        if (tied := ties_to[each])
                        else float(place[each])
                        for each in layer
                    }
                    layer.sort(key=means.__getitem__)
                    for at, each in enumerate(layer):
                        place[each] = at
            if not counts:
                best = layers
                continue
            found = self._crossings(layers, place)
            if found < least:
                least, best = found, [list(layer) for layer in layers]
        for layer, ordered in zip(layers, best, strict=True):
            layer[:] = list(ordered)

    def _crossings(self, layers: Sequence[Sequence[int]], place: Sequence[int]) -> int:
        count = 0
        for layer in layers:
            ends: list[int] = []
            for each in layer:
                own = sorted(place[other] for other in self._down[each])
                count += sum(len(ends) - bisect_right(ends, end) for end in own)
                for end in own:
                    insort(ends, end)
        return count

    # --- rows --------------------------------------------------------------------------------

    def _put(self, layers: Sequence[Sequence[int]], rows: list[int], top: int) -> None:
        """Give each box its rows, so that lines bend as little as the order lets them."""
        for layer in layers:
            at = top
            for each in layer:
                rows[each] = at
                at += self._sizes[each].height + GAP
        for those, ties in (
            (layers[1:], self._up),
            (layers[-2::-1], self._down),
            (layers[1:], self._up),
            (layers[-2::-1], self._down),
        ):
            for layer in those:
                self._near(layer, rows, ties)
        lowest = min(rows[layer[0]] for layer in layers)
        for layer in layers:
            for each in layer:
                rows[each] += top - lowest
        for before, layer in zip([[], *layers], layers, strict=False):
            self._part_lines(before, layer, rows, top)

    def _port(self, each: int) -> int:
        """The row, from its top, on which lines begin and end."""
        return min(PORT, self._sizes[each].height - 1)

    def _near(self, layer: Sequence[int], rows: list[int], ties: Sequence[Sequence[int]]) -> None:
        """As near to the middle of what each is tied to as the order lets them all be."""
        # Each wants a row; what comes before it takes some, so wishes are compared without those.
        pools: list[list[float]] = []
        taken = 0
        for each in layer:
            ends = sorted(rows[other] + self._port(other) for other in ties[each])
            if ends:
                middle = (ends[(len(ends) - 1) // 2] + ends[len(ends) // 2]) / 2
                wish, weight = middle - self._port(each) - taken, 1.0
            else:
                wish, weight = float(rows[each] - taken), 0.01
            pools.append([wish * weight, weight, 1])
            while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
                total, heavy, many = pools.pop()
                pools[-1][0] += total
                pools[-1][1] += heavy
                pools[-1][2] += many
            taken += self._sizes[each].height + GAP
        at, offset = 0, 0
        for total, heavy, many in pools:
            row = round(total / heavy)
            for each in layer[at : at + int(many)]:
                rows[each] = row + offset
                offset += self._sizes[each].height + GAP
            at += int(many)

    def _part_lines(
        self, before: Sequence[int], layer: Sequence[int], rows: list[int], top: int
    ) -> None:
        """Move down what would end a line on the row on which a line of others begins."""
        begins = {rows[each] + self._port(each): each for each in before if self._down[each]}
        free = top
        for each in layer:
            row = max(rows[each], free)
            tied = set(self._up[each])
            while tied and (other := begins.get(row + self._port(each))) is not None:
                if other in tied:
                    break
                row += 1
            rows[each] = row
            free = row + self._sizes[each].height + GAP

    # --- lines -------------------------------------------------------------------------------

    def _routed(self, layers: list[list[int]], rows: list[int], height: int) -> Layout:
        """Tracks for the lines, and the cells of everything."""
        channels: list[list[int]] = [[] for _ in layers]
        for at, (sources, _) in enumerate(self._nets):
            channels[self._layer[sources[0]]].append(at)
        tracks: dict[int, int] = {}
        x = 0
        columns: list[tuple[int, int]] = []
        for layer, channel in zip(layers, channels, strict=True):
            wide = max((self._sizes[each].width for each in layer), default=0)
            count = self._give_tracks(channel, rows, x + wide + BEFORE, tracks)
            columns.append((x, wide))
            x += wide + (BEFORE + count + AFTER if channel else 0)
        width = max(at + wide for at, wide in columns)
        names = dict(enumerate(self._keys))
        for (at, between), place in self._place_of.items():
            names[place] = f"\0{at} {between}"
        return Layout(
            {
                self._keys[each]: Rect(
                    columns[self._layer[each]][0], rows[each], *self._sizes[each]
                )
                for each in range(len(self._keys))
            },
            tuple(
                tuple(self._keys[each] for each in layer if each < len(self._keys))
                for layer in layers
            ),
            tuple(self._net(at, rows, columns, tracks, names) for at in range(len(self._nets))),
            *self._edges(names),
            Size(width, height),
        )

    def _give_tracks(
        self, channel: Sequence[int], rows: Sequence[int], first: int, tracks: dict[int, int]
    ) -> int:
        """A cell for each line that goes up or down; answers with how many there are."""
        spans: list[tuple[int, int, int]] = []
        for net in channel:
            ends = [rows[e] + self._port(e) for side in self._nets[net] for e in side]
            tracks[net] = -1
            if min(ends) != max(ends):
                spans.append((min(ends), max(ends), net))
        over: list[tuple[int, int]] = []
        """The last row of what is on each track, and the track."""
        count = 0
        for begin, end, net in sorted(spans):
            at = bisect_left(over, (begin, -1)) - 1
            track = over.pop(at)[1] if at >= 0 else count
            count += at < 0
            insort(over, (end, track))
            tracks[net] = first + track
        return count

    def _net(
        self,
        net: int,
        rows: Sequence[int],
        columns: Sequence[tuple[int, int]],
        tracks: Mapping[int, int],
        names: Mapping[int, Key],
    ) -> Net:
        sources, targets = self._nets[net]
        x, wide = columns[self._layer[sources[0]]]
        begins = tuple(
            # A line passes all of a layer, but begins behind a box.
            (
                x + (self._sizes[each].width if each < len(self._keys) else 0),
                rows[each] + self._port(each),
                names[each],
            )
            for each in sources
        )
        last = columns[self._layer[targets[0]]][0] - 1
        ends = tuple((last, rows[each] + self._port(each), names[each]) for each in targets)
        track = tracks[net]
        return Net(track if track >= 0 else x + wide, begins, ends)

    def _edges(
        self, names: Mapping[int, Key]
    ) -> tuple[dict[Edge, tuple[Key, ...]], frozenset[Edge]]:
        passes: dict[Edge, tuple[Key, ...]] = {}
        drawn: set[Edge] = set()
        for at, (begins, afters) in enumerate(self._bundles):
            layer = self._layer[begins[0]]
            for after in afters:
                way = tuple(
                    names[self._place_of[at, between]]
                    for between in range(layer + 1, self._layer[after])
                )
                for begin in begins:
                    edge = (self._keys[begin], self._keys[after])
                    drawn.add(edge)
                    if way:
                        passes[edge] = way
        return passes, frozenset(drawn)
