"""The graph of steps: walking along edges, folding, what is painted, and any name of a step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tests.support.graphs import graphs, made, node
from tests.support.turns import TimedLoop, timed
from tests.support.widgets import Alone, painting, screen_of
from tui.domain.graph import ARTIFACT, JOIN, Box, groups_of
from tui.domain.layered import Size
from tui.domain.node import NodeId
from tui.domain.sought import sought_by
from tui.domain.workflow import Workflow
from tui.widgets.cells import printable
from tui.widgets.graph import GraphView
from tui.widgets.graph_drawing import Drawing, draw
from tui.widgets.graph_model import GraphModel
from tui.widgets.graph_renderer import ALL, DETAILS, NAMES, SIGNS, GraphRenderer, Seen

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


def diamond(last: str = "Running", **more: str) -> Workflow:
    return made(
        node("w", "DAG", name="w", children=["a"], phase="Running"),
        node("a", inside="w", name="w.a", children=["b", "c"]),
        node("b", inside="w", name="w.b", children=["d"], phase="Failed", **more),
        node("c", inside="w", name="w.c", children=["d"]),
        node("d", inside="w", name="w.d", phase=last, startedAt="2026-08-21T11:59:00Z"),
    )


def loops(count: int = 3) -> Workflow:
    items = [f"x{n}" for n in range(count)]
    return made(
        node("w", "DAG", name="w", children=["l"]),
        node("l", "TaskGroup", "w", name="w.l", children=items, displayName="loop"),
        *(
            node(key, inside="w", name=f"w.l({n}:i)", displayName=f"loop({n}:i)", children=["z"])
            for n, key in enumerate(items)
        ),
        node("z", inside="w", name="w.z"),
    )


# --- the model -----------------------------------------------------------------------------------


def modelled(workflow: Workflow, width: int = 60, height: int = 20) -> GraphModel:
    def size(box: Box) -> Size:
        return Size(12, 4)

    model = GraphModel(size)
    model.resize(width, height)
    model.show(workflow, NOON.timestamp())
    return model


def on(model: GraphModel) -> str:
    return model.current.label if model.current is not None else ""


def test_it_opens_on_what_failed_else_on_what_runs() -> None:
    assert on(modelled(diamond())) == "b"
    root = node("w", "DAG", name="w", children=["a"], phase="Running")
    assert on(modelled(made(root, node("a", inside="w", name="w.a", phase="Running")))) == "a"
    assert on(modelled(loops())) == "w"


def test_arrows_walk_along_edges_and_back_the_way_one_came() -> None:
    model = modelled(diamond())
    model.to_end(-1)
    went = [on(model)]
    for _ in range(3):
        assert model.along(1)
        went.append(on(model))
    assert went == ["w", "a", "b", "d"]
    assert not model.along(1)
    back = []
    while model.along(-1):
        back.append(on(model))
    assert back == ["b", "a", "w"]
    step = model.graph.boxes["c"].node
    assert step is not None
    model.go_to(step.id)
    model.along(1)
    model.along(-1)
    assert on(model) == "c", "not the other that leads there"
    assert model.across(-1) and on(model) == "b"


def test_every_way_to_the_cursor_is_lit() -> None:
    model = modelled(diamond())
    model.move_to("d")
    assert model.hot == {"w", "a", "b", "c", "d"}
    model.move_to("c")
    assert model.hot == {"w", "a", "c"}


def test_a_loop_unfolds_and_folds_and_the_cursor_stays_with_it() -> None:
    model = modelled(loops())
    model.move_to("l")
    model.toggle("l")
    assert on(model) == "loop(0:i)"
    model.toggle("l")
    assert on(model) == "loop"
    model.fold(model.groups)
    assert on(model) == "loop"


def test_what_is_folded_survives_an_update_and_nothing_moves_when_a_step_ends() -> None:
    model = modelled(diamond())
    before = model.layout
    model.show(diamond("Succeeded"), NOON.timestamp())
    assert model.layout is before
    model.toggle("w")
    model.show(diamond(), NOON.timestamp())
    assert "w" in model.folded and set(model.graph.boxes) == {"w", "b"}, "b failed, and is seen"


def test_the_cursor_is_always_seen() -> None:
    chain = [node(f"n{n}", inside="w", name=f"w.n{n}", templateName=f"{n}", children=[f"n{n + 1}"])
             for n in range(40)]  # fmt: skip
    model = modelled(made(node("w", "DAG", name="w", children=["n0"]), *chain), width=30, height=5)
    model.to_end(-1)
    while model.along(1):
        rect = model.rect
        assert rect is not None
        assert model.left <= rect.x and rect.x + rect.width <= model.left + model.width
    assert on(model) == "n39"


def test_finding_goes_round() -> None:
    model = modelled(diamond())
    model.move_to("d")
    assert model.find(lambda box: box.label in "ab", 1) == "a"
    assert model.find(lambda box: box.label in "ab", 1) == "b"
    assert model.find(lambda box: box.label in "ab", 0) == "b"
    assert model.find(lambda box: box.label == "none", 1) is None


def test_the_cursor_stays_at_what_runs_until_it_is_moved() -> None:
    def going(*phases: str) -> Workflow:
        return made(
            node("w", "DAG", name="w", children=["a"], phase="Running"),
            *(
                node(key, inside="w", name=f"w.{key}", phase=phase, children=[after],
                     startedAt=f"2026-08-21T11:0{at}:00Z" if phase != "Pending" else None)
                for at, (key, after, phase) in enumerate(zip("abc", "bcd", phases, strict=True))
            ),
        )  # fmt: skip

    model = modelled(going("Running", "Pending", "Pending"))
    model.to_end(-1)
    assert model.follow(True) and on(model) == "a"
    model.show(going("Running", "Running", "Pending"), NOON.timestamp())
    assert on(model) == "a", "as long as that runs"
    model.show(going("Succeeded", "Running", "Pending"), NOON.timestamp())
    assert on(model) == "b" and model.follows
    model.show(going("Succeeded", "Succeeded", "Pending"), NOON.timestamp())
    assert on(model) == "b" and model.follows, "nothing runs at the moment"
    model.along(-1)
    model.show(going("Succeeded", "Succeeded", "Running"), NOON.timestamp())
    assert on(model) == "a" and not model.follows
    assert model.follow(True) and on(model) == "c"
    assert not model.follow(False) and not model.follows
    assert not modelled(diamond("Succeeded")).follow(True), "nothing runs"


# --- a large one, which is drawn elsewhere -------------------------------------------------------


def elsewhere(workflow: Workflow) -> GraphModel:
    """Drawn by nobody yet."""
    model = GraphModel(lambda box: Size(12, 4), lambda: None)
    model.resize(60, 20)
    model.show(workflow, NOON.timestamp())
    return model


def made_for(model: GraphModel) -> Drawing:
    assert model.wanted is not None
    drawing = draw(model.wanted, model.drawing)
    assert drawing is not None
    return drawing


def test_a_small_graph_is_drawn_at_once_and_a_large_one_when_somebody_brings_it() -> None:
    assert elsewhere(loops(3)).graph.boxes
    model = elsewhere(loops(700))
    assert not model.graph.boxes and model.is_behind
    assert model.fold(frozenset()) and not model.graph.boxes, "keys wait for it, too"
    assert model.take(made_for(model))
    assert set(model.graph.boxes) <= {"w", "l", "z"} and on(model) == "w"
    while model.wanted is not None:
        assert model.take(made_for(model))
    assert len(model.graph.boxes) == 702, "what was pressed meanwhile was done"


def test_what_was_drawn_stands_until_the_new_drawing_is_there() -> None:
    model = elsewhere(loops(700))
    model.take(made_for(model))
    before = model.drawing
    model.move_to("l")
    model.toggle("l")
    assert model.drawing is before and on(model) == "loop" and model.is_behind
    assert model.along(1) and on(model) == "z", "keys go on in it"
    assert model.take(made_for(model))
    assert model.drawing is not before and on(model) == "z" and not model.is_behind


def test_a_drawing_that_is_not_wanted_any_more_is_dropped() -> None:
    model = elsewhere(loops(700))
    model.take(made_for(model))
    model.toggle("l")
    late = made_for(model)
    model.toggle("l")
    model.toggle_skipped()
    before = model.drawing
    assert not model.take(late) and model.drawing is before, "somebody wants to see other things"
    late = made_for(model)
    other = loops(800)
    other = msgspec.structs.replace(
        other, metadata=msgspec.structs.replace(other.metadata, name="other")
    )
    model.show(other, NOON.timestamp())
    assert not model.take(late), "of another run"
    assert model.wanted is not None
    assert draw(model.wanted, model.drawing, lambda: False) is None, "it ends early"


def test_a_run_that_changes_sooner_than_it_is_drawn_is_still_shown() -> None:
    model = elsewhere(loops(700))
    late = made_for(model)
    model.show(loops(701), NOON.timestamp())
    assert model.take(late) and model.graph.boxes["l"].total == 700
    assert model.wanted is not None, "the newest is drawn next"
    assert model.take(made_for(model)) and model.wanted is None
    assert model.graph.boxes["l"].total == 701
    model.show(loops(3), NOON.timestamp())
    assert model.wanted is None and model.graph.boxes["l"].total == 3
    assert not model.take(late), "it is small by now, and drawn"


def test_what_is_beside_a_box_is_found_once_a_drawing() -> None:
    model = modelled(loops())
    model.toggle("l")
    first = model.nearby("w")
    assert first[1] == ["x0", "x1", "x2"] and model.nearby("w") is first
    assert model.nearby("x0") == (["w"], ["z"])
    model.toggle("l")
    assert model.nearby("w") == ([], ["l"]), "of the new drawing"


def test_going_to_a_step_and_looking_for_some_wait_for_the_drawing() -> None:
    model = elsewhere(loops(700))
    assert model.go_to(NodeId("z"))
    model.take(made_for(model))
    assert on(model) == "z"
    sought = sought_by("loop(5")
    assert model.seek(sought) == 111, "5, 50 to 59 and 500 to 599"
    model.take(made_for(model))
    assert model.drawing.matched and on(model).startswith("loop")
    model.toggle("l")
    assert model.go_to(NodeId("z")), "it is not looked for: all are shown again"
    model.take(made_for(model))
    assert model.sought is None and on(model) == "z"


def test_no_turn_of_the_loop_draws_a_large_graph() -> None:
    async def main() -> tuple[float, float]:
        view = GraphView(now=NOON)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, TimedLoop)
        async with Alone(view).run_test(size=(90, 20)) as pilot:
            versions = [loops(4000), loops(4001)]
            for version in versions:
                groups_of(version)  # the thread that reads a version does that
            view.show(versions[0])
            assert view.is_empty and "drawing 4,003 steps" in "\n".join(screen_of(view))
            assert " 0 boxes" not in screen_of(view)[0]
            await until(lambda: not view.is_empty, pilot.pause)
            view.toggle_fold()  # nothing at the root
            view.action_toggle_folds()
            await until(lambda: len(view.model.graph.boxes) == 4002, pilot.pause)
            loop.forget()
            view.show(versions[1])
            assert len(view.model.graph.boxes) == 4002, "the one before stands"
            await until(lambda: len(view.model.graph.boxes) == 4003, pilot.pause)
            wanted = view.model.drawing.of
            assert wanted is not None
            begun = time.thread_time()
            draw(wanted)
            return loop.busiest.computed, time.thread_time() - begun

    turn, drawing = timed(main())
    assert turn < drawing / 2, "no turn of the loop draws it"


async def until(is_so: Callable[[], bool], pause: Callable[[], Awaitable[None]]) -> None:
    while not is_so():
        await pause()


async def test_one_that_is_closed_meanwhile_takes_nothing() -> None:
    view = GraphView(now=NOON)
    app = Alone(view)
    async with app.run_test(size=(90, 20)) as pilot:
        view.show(loops(4000))
        await view.remove()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert view.is_empty


# --- how it looks --------------------------------------------------------------------------------


def drawn(
    workflow: Workflow, *, ascii: bool = False, level: int = DETAILS, artifacts: bool = False
) -> list[str]:
    renderer = GraphRenderer(lambda token: Style.null(), now=NOON, ascii=ascii)
    renderer.level = level
    model = GraphModel(renderer.size_of)
    model.shows_artifacts = artifacts
    model.show(workflow, NOON.timestamp())
    renderer.show(Seen(model.graph, model.layout, model.drawing.lines, model.hot, model.cursor))
    size = model.layout.size
    lines = [renderer.line(y, 0, size.width).text for y in range(size.height)]
    assert all(cell_len(line) == size.width for line in lines)
    return [line.rstrip() for line in lines]


def test_a_second_that_goes_by_draws_only_the_rows_that_tell_the_time() -> None:
    """A graph of boxes that are over costs nothing while others run elsewhere."""
    workflow, change = loops(5), msgspec.structs.replace
    begun, ended = "2026-08-21T11:59:00Z", "2026-08-21T11:59:30Z"
    over = {
        key: change(each, phase="Succeeded", started_at=begun, finished_at=ended)
        for key, each in workflow.nodes.items()
    }
    going = {**over, NodeId("x3"): change(over[NodeId("x3")], phase="Running", finished_at=None)}
    for made_up, count in ((over, 0), (going, 1)):
        status = change(workflow.status, nodes=made_up)
        model, renderer = seen_in(change(workflow, status=status))
        told = set(renderer.rows_with_time(0, 100, 0, 200))
        before = [renderer.line(y, 0, 200).text for y in range(model.layout.size.height)]
        renderer.now = NOON + timedelta(hours=3)
        after = [renderer.line(y, 0, 200).text for y in range(model.layout.size.height)]
        assert {y for y, row in enumerate(before) if row != after[y]} == told
        assert len(told) == count


def seen_in(workflow: Workflow) -> tuple[GraphModel, GraphRenderer]:
    """All of a graph, with every loop open."""
    renderer = GraphRenderer(lambda name: Style.null(), now=NOON, ascii=False)
    model = GraphModel(renderer.size_of)
    model.resize(200, 100)
    model.show(workflow, NOON.timestamp())
    model.fold(frozenset())
    renderer.show(Seen(model.graph, model.layout, model.drawing.lines, model.hot, model.cursor))
    return model, renderer


def test_a_diamond_is_drawn_with_lines() -> None:
    assert drawn(diamond()) == [
        "                               ┌──────────┐",
        "                            ┏━▸│✖►b       │─┐",
        "┌──────────┐   ┌──────────┐ ┃  │          │ │  ╔══════════╗",
        "│● w       │━━▸│✔ a       │━┩  └──────────┘ ├─▸║● d       ║",
        "│          │   │          │ │               │  ║  1m      ║",
        "└──────────┘   └──────────┘ │  ┌──────────┐ │  ╚══════════╝",
        "                            └─▸│✔ c       │─┘",
        "                               │          │",
        "                               └──────────┘",
    ]


def test_and_in_ascii() -> None:
    assert drawn(diamond(), ascii=True) == [
        "                               +----------+",
        "                            #=>|F>b       |-+",
        "+----------+   +----------+ #  |          | |  +==========+",
        "|R w       |==>|S a       |=#  +----------+ +->|R d       |",
        "|          |   |          | |               |  |  1m      |",
        "+----------+   +----------+ |  +----------+ |  +==========+",
        "                            +->|S c       |-+",
        "                               |          |",
        "                               +----------+",
    ]


HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "日本語のとても長いステップの名前です",
    "e\u0301" * 30,
    "\u202eevil",
    "[bold]x[/]",
    "a\tb\nc",
    "\ud800",
    "👩‍👩‍👧‍👦 family",
    "",
    "x" * 5000,
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("level", [SIGNS, NAMES, DETAILS, ALL])
def test_no_name_breaks_a_line(name: str, ascii: bool, level: int) -> None:
    workflow = made(
        node("w", "DAG", name="w", children=["a", "b"]),
        node("a", inside="w", name="w.a", displayName=name, message=name, phase="Failed"),
        node("b", inside="w", name="w.b", displayName=name, children=["a"]),
    )
    text = "\n".join(drawn(workflow, ascii=ascii, level=level))
    assert not any(ord(char) < 32 and char != "\n" for char in text) and "\u202e" not in text
    if ascii and printable(name).isascii():
        assert text.isascii()


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(graphs(), st.booleans(), st.sampled_from([SIGNS, NAMES, DETAILS, ALL]))
def test_any_graph_is_drawn(workflow: Workflow, ascii: bool, level: int) -> None:
    drawn(workflow, ascii=ascii, level=level, artifacts=True)


def test_nothing_is_told_by_a_colour_alone() -> None:
    workflow = made(
        node("w", "DAG", name="w", children=["a", "o"], startedAt="2026-08-21T11:00:00Z"),
        node("a", inside="w", name="w.a", startedAt="2026-08-21T11:00:00Z",
             finishedAt="2026-08-21T11:30:00Z",
             outputs={"artifacts": [{"name": "rows", "s3": {"key": "k"}}]}),
        node("o", "Skipped", "w", name="w.o", phase="Omitted", children=["f"]),
        node("f", inside="w", name="w.f", phase="Failed"),
    )  # fmt: skip
    text = "\n".join(drawn(workflow, artifacts=True))
    assert "╔" in text, "the critical path"
    assert "omitted" in text and "━" in text, "the way to the cursor"
    assert "◇" in text and "┄" in text, "a file"
    plain = "\n".join(drawn(workflow, artifacts=True, ascii=True))
    assert plain.isascii() and "+==" in plain and "@" in plain


@pytest.mark.parametrize("level", [SIGNS, NAMES, DETAILS, ALL])
def test_a_box_has_room_for_what_it_tells(level: int) -> None:
    renderer = GraphRenderer(lambda token: Style.null(), now=NOON, ascii=False)
    renderer.level = level
    for box in (
        Box("k", "step", "build"),
        Box("k", "group", "x", total=12),
        Box("f", ARTIFACT, "f"),
    ):
        size = renderer.size_of(box)
        assert size.height == (1 if level == SIGNS else 3 if box.kind == ARTIFACT else 2 + level)
        assert size.width >= (3 if level == SIGNS else len(box.label) + 4)


# --- the widget ----------------------------------------------------------------------------------


def cells_to_paint(view: GraphView, work: Callable[[], object]) -> int:
    with painting(view) as painted:
        work()
    return painted.cells


async def test_only_what_differs_is_painted() -> None:
    view = GraphView(now=NOON)
    async with Alone(view).run_test(size=(90, 20)) as pilot:
        view.show(diamond())
        view.focus()
        await pilot.pause()
        whole = view.size.width * view.size.height
        assert "✖►b" in "\n".join(screen_of(view))
        assert cells_to_paint(view, lambda: view.show(diamond())) == 0, "nothing changed"
        one = cells_to_paint(view, lambda: view.show(diamond("Succeeded")))
        assert 0 < one < 60, "one step ended"
        moved = cells_to_paint(view, lambda: view.action_across(1))
        assert 0 < moved < whole / 4


async def test_panning_paints_no_row_that_stands() -> None:
    """A long loop is panned: the heading, and rows that look alike, stand."""
    chain = [node(f"n{n}", inside="w", name=f"w.n{n}", templateName=f"{n}", children=[f"n{n + 1}"])
             for n in range(30)]  # fmt: skip
    view = GraphView(now=NOON)
    async with Alone(view).run_test(size=(80, 20)) as pilot:
        view.show(made(node("w", "DAG", name="w", children=["n0"]), *chain))
        view.focus()
        await pilot.pause()
        with painting(view) as painted:
            view.pan(12, 0)
        assert set(painted.rows) <= {1, 2, 3, 4}, "the four rows of the chain, no blank one"
        await pilot.pause()
        assert cells_to_paint(view, lambda: view.pan(-1000, 0)) > 0
        await pilot.pause()
        assert cells_to_paint(view, lambda: view.pan(-1000, 0)) == 0, "there is no more"


async def test_it_says_what_the_cursor_is_on() -> None:
    view = GraphView(now=NOON)
    async with Alone(view).run_test(size=(90, 20)) as pilot:
        view.show(diamond(message="out of memory"))
        view.focus()
        await pilot.pause()
        last = screen_of(view)[-1]
        assert "b: out of memory" in last and "after: a" in last and "then: d" in last
        await pilot.press("o")
        await pilot.press("right")
        assert "d: Running 1m" in screen_of(view)[-1]


async def test_without_steps_it_says_why() -> None:
    view = GraphView(now=NOON)
    view.placeholder = "no controller has seen it"
    async with Alone(view).run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        assert "no controller has seen it" in "\n".join(screen_of(view))
        await pilot.press("right", "down", "o", "O", "E", "enter", "plus", "g", "G", "}")


async def test_a_click_chooses_a_box() -> None:
    view = GraphView(now=NOON)
    async with Alone(view).run_test(size=(90, 20)) as pilot:
        view.show(diamond())
        await pilot.pause()
        rect = view.model.layout.boxes["c"]
        await pilot.click(GraphView, offset=(rect.x + 2, rect.y + 2))
        assert view.current is not None and view.current.label == "c"
        await pilot.click(GraphView, offset=(89, 18))
        assert view.current.label == "c"


def test_points_where_lines_meet_are_never_under_the_cursor() -> None:
    workflow = made(
        node("w", "Steps", name="w", children=["g0"]),
        node("g0", "StepGroup", "w", name="w[0]", children=["a", "b"]),
        *(node(key, inside="w", name=f"w[0].{key}", children=["g1"]) for key in "ab"),
        node("g1", "StepGroup", "w", name="w[1]", children=["c", "d"]),
        *(node(key, inside="w", name=f"w[1].{key}") for key in "cd"),
    )
    model = modelled(workflow)
    assert JOIN in {box.kind for box in model.graph.boxes.values()}
    seen: set[str] = set()
    waiting = [key for key in model.drawing.order if model.graph.boxes[key].label == "w"]
    while waiting:
        here = waiting.pop()
        for move in (model.along, model.across):
            for step in (1, -1):
                model.move_to(here)
                move(step)
                if on(model) not in seen:
                    seen.add(on(model))
                    waiting.append(model.cursor or "")
    assert seen == {"w", "a", "b", "c", "d"}, "and every box can be reached"
