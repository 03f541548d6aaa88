"""Boxes stand in layers and never overlap; lines go at right angles, and each is an edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.domain.layered import AFTER, BEFORE, GAP, Edge, Key, Layout, Net, Rect, Size, layout

Edges = dict[Key, tuple[Key, ...]]


def pairs(edges: Mapping[Key, Sequence[Key]]) -> set[Edge]:
    return {(one, other) for one, others in edges.items() for other in others}


def overlap(boxes: Sequence[Rect]) -> bool:
    """Whether two boxes share a cell."""
    rows: dict[int, list[tuple[int, int]]] = {}
    for box in boxes:
        for y in range(box.y, box.y + box.height):
            rows.setdefault(y, []).append((box.x, box.x + box.width))
    return any(a[1] > b[0] for spans in rows.values() for a, b in pairwise(sorted(spans)))


def without_circles(edges: Edges) -> Edges:
    """The same graph, every edge leading from a smaller to a larger number."""
    return {
        one: kept
        for one, others in edges.items()
        if (kept := tuple(o for o in dict.fromkeys(others) if int(o[1:]) > int(one[1:])))
    }


@st.composite
def graphs(draw: st.DrawFn, most: int = 40) -> tuple[dict[Key, Size], Edges]:
    count = draw(st.integers(1, most))
    keys = [f"n{at}" for at in range(count)]
    sizes = {
        key: Size(width, height)
        for key, (width, height) in zip(
            keys,
            draw(st.lists(st.tuples(st.integers(1, 30), st.sampled_from([1, 3, 4, 5])),
                          min_size=count, max_size=count)),
            strict=True,
        )
    }  # fmt: skip
    ends = draw(
        st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), max_size=3 * count)
    )
    edges: dict[Key, list[Key]] = {}
    for one, other in ends:
        edges.setdefault(one, []).append(other)
    return sizes, {key: tuple(others) for key, others in edges.items()}


Cells = dict[tuple[int, int], set[int]]


def painted(found: Layout) -> tuple[Cells, Cells]:
    """The cells in which lines go across, and up and down; each with those lines."""
    across: Cells = {}
    down: Cells = {}
    for at, net in enumerate(found.nets):
        rows = [row for _, row, _ in (*net.sources, *net.targets)]
        for begin, row, _ in net.sources:
            for x in range(begin, net.track + 1):
                across.setdefault((x, row), set()).add(at)
        for end, row, _ in net.targets:
            for x in range(net.track, end + 1):
                across.setdefault((x, row), set()).add(at)
        if min(rows) != max(rows):
            for y in range(min(rows), max(rows) + 1):
                down.setdefault((net.track, y), set()).add(at)
    return across, down


def ends_of(net: Net) -> tuple[set[Key], set[Key]]:
    return {key for _, _, key in net.sources}, {key for _, _, key in net.targets}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(graphs())
def test_every_box_has_its_cells_and_every_line_is_an_edge(
    graph: tuple[dict[Key, Size], Edges],
) -> None:
    sizes, edges = graph
    found = layout(sizes, edges)
    assert set(found.boxes) == set(sizes)
    assert all((box.width, box.height) == sizes[key] for key, box in found.boxes.items())
    assert not overlap(list(found.boxes.values()))
    assert found.drawn <= pairs(edges)
    assert sorted(key for layer in found.layers for key in layer) == sorted(sizes)
    layer_of = {key: at for at, layer in enumerate(found.layers) for key in layer}
    assert all(layer_of[one] < layer_of[other] for one, other in found.drawn)
    # Each line is between what its edges are between, and no edge is without.
    legs = {leg for edge in found.drawn for leg in found.legs(edge)}
    lines = {
        (one, other) for net in found.nets for one in ends_of(net)[0] for other in ends_of(net)[1]
    }
    assert lines == legs
    for box in found.boxes.values():
        assert box.x >= 0 and box.x + box.width <= found.size.width
        assert box.y >= 0 and box.y + box.height <= found.size.height


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(graphs())
def test_without_circles_every_edge_has_a_line(graph: tuple[dict[Key, Size], Edges]) -> None:
    sizes, edges = graph[0], without_circles(graph[1])
    assert layout(sizes, edges).drawn == pairs(edges)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(graphs())
def test_no_line_lies_on_another_or_runs_through_a_box(
    graph: tuple[dict[Key, Size], Edges],
) -> None:
    found = layout(*graph)
    across, down = painted(found)
    for (x, y), lines in across.items():
        if len(lines) > 1:
            # Only where they end in the same box, on the way into it.
            ends = [
                {(row, key) for _, row, key in found.nets[at].targets if row == y} for at in lines
            ]
            assert set.intersection(*ends), (x, y)
    assert all(len(lines) == 1 for lines in down.values())
    cells = {*across, *down}
    for box in found.boxes.values():
        for y in range(box.y, box.y + box.height):
            assert not any((x, y) in cells for x in range(box.x, box.x + box.width))


@given(graphs(20))
def test_the_same_graph_is_drawn_the_same_way(graph: tuple[dict[Key, Size], Edges]) -> None:
    assert layout(*graph) == layout(*graph)


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(1_000, 10_000), st.integers(0, 3), st.integers(0, 1 << 32))
def test_ten_thousand_boxes_find_their_places(count: int, most: int, seed: int) -> None:
    chance = Random(seed)
    sizes = {f"n{at}": Size(6 + at % 20, 4) for at in range(count)}
    edges = {
        f"n{at}": tuple(f"n{chance.randrange(count)}" for _ in range(chance.randint(0, most)))
        for at in range(count)
    }
    found = layout(sizes, edges)
    assert not overlap(list(found.boxes.values()))
    assert found.drawn <= pairs(edges)
    chain = {f"n{at}": (f"n{at + 1}",) for at in range(count - 1)}
    assert layout(sizes, chain).size.height == 4, "a chain is one row, however long"
    star = {"n0": tuple(f"n{at}" for at in range(1, count))}
    assert len(layout(sizes, star).layers) == 2


SIX = Size(6, 3)


def at(found: Layout, key: Key) -> tuple[int, int]:
    return found.boxes[key].x, found.boxes[key].y


def test_a_diamond() -> None:
    found = layout(dict.fromkeys("abcd", SIX), {"a": "bc", "b": "d", "c": "d"})
    between = 6 + BEFORE + 1 + AFTER
    below = 3 + GAP
    assert at(found, "b") == (between, 0) and at(found, "c") == (between, below)
    assert at(found, "a") == (0, below // 2) and at(found, "d") == (2 * between, below // 2)
    assert len(found.nets) == 2, "what leads to the same box shares a line"


def test_an_edge_over_a_layer_passes_it() -> None:
    found = layout(dict.fromkeys("abc", SIX), {"a": "bc", "b": "c"})
    assert list(found.passes) == [("a", "c")]
    [place] = found.passes["a", "c"]
    assert list(found.legs(("a", "c"))) == [("a", place), (place, "c")]
    assert found.boxes["b"].port != found.nets[0].targets[-1][1]


def test_what_hangs_together_stands_together() -> None:
    found = layout(dict.fromkeys("abxy", SIX), {"a": "b", "x": "y"})
    assert at(found, "a")[1] == at(found, "b")[1] == 0
    assert at(found, "x")[1] == at(found, "y")[1] == 3 + GAP


def test_what_nothing_leads_to_stands_beside_what_it_leads_to() -> None:
    found = layout(dict.fromkeys("abcx", SIX), {"a": "b", "b": "c", "x": "c"})
    assert [set(layer) for layer in found.layers] == [{"a"}, {"b", "x"}, {"c"}]


def test_lines_are_crossed_no_more_than_needed() -> None:
    found = layout(dict.fromkeys("abcd", SIX), {"a": "d", "b": "c"})
    assert found.boxes["a"].port == found.boxes["d"].port


@pytest.mark.parametrize("count", [0, 1])
def test_little_is_drawn_too(count: int) -> None:
    found = layout({f"n{at}": SIX for at in range(count)}, {"n0": ["n0"], "gone": ["n0"]})
    assert len(found.boxes) == count and not found.drawn
