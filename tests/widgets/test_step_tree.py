"""The tree of steps: what is shown, folded, followed, painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from textual.message import Message

from tests.support.widgets import Alone, painting, screen_of
from tui.columns.nodes import Figures
from tui.domain.node import (
    FAILED,
    OMITTED,
    PENDING,
    RUNNING,
    SUCCEEDED,
    MemoizationStatus,
    Node,
    NodeFlag,
    NodeId,
)
from tui.domain.podname import pod_name
from tui.domain.sought import sought_by
from tui.domain.timeline import GROUP, NOW, PART, RUN, WAIT
from tui.domain.usual import Usual
from tui.domain.workflow import Metadata, Status, Workflow
from tui.widgets.step_tree import StepTree
from tui.widgets.table import Table

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


def node(
    id: str,
    *,
    phase: str = SUCCEEDED,
    type: str = "Pod",
    under: str = "etl",
    children: tuple[str, ...] = (),
    start: str = "11:00:00",
    end: str | None = "11:05:00",
    message: str = "",
    name: str = "",
) -> Node:
    return Node(
        id=NodeId(id),
        name=f"etl.{id}" if under else id,
        display_name=name or id,
        type=type,
        template_name=id,
        phase=phase,
        boundary_id=NodeId(under),
        children=tuple(NodeId(child) for child in children),
        started_at=f"2026-08-21T{start}Z",
        finished_at=f"2026-08-21T{end}Z" if end else None,
        message=message,
        node_flag=NodeFlag(),
    )


def etl(*nodes: Node, name: str = "etl") -> Workflow:
    root = node(name, type="DAG", under="", phase=RUNNING, end=None)
    return Workflow(
        metadata=Metadata(name=name, namespace="ml", uid=name),
        status=Status(phase=RUNNING, nodes={n.id: n for n in (root, *nodes)}),
    )


EXTRACT = node("extract", start="11:00:01")
TRAIN = node("train", type="DAG", phase=FAILED, start="11:10:00", end="11:40:00")
SHARDS = (
    node("shard-0", under="train", start="11:10:01", end="11:20:00"),
    node(
        "shard-1",
        under="train",
        phase=FAILED,
        start="11:10:02",
        end="11:39:00",
        message="OOMKilled (exit code 137)",
    ),
    node("shard-2", under="train", phase=OMITTED, type="Pod", start="11:10:03"),
)
REPORT = node("report", phase=RUNNING, start="11:59:30", end=None)
ETL = etl(EXTRACT, TRAIN, *SHARDS, REPORT)


def labels(widget: StepTree) -> list[str]:
    return [str(row.label) for row in widget.items]


def tree(workflow: Workflow | None = ETL, *, ascii: bool = False) -> StepTree:
    widget = StepTree(ascii=ascii, now=NOON)
    if workflow is not None:
        widget.show(workflow)
    return widget


async def test_a_tree_opens_with_the_cursor_on_the_first_failed_step() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)):
        assert widget.cursor_key == "shard-1"
        lines = [" ".join(line.split()) for line in screen_of(widget)]
        assert lines[1:7] == [
            "● etl ━━━━━━━━━━━━━━━━━━━│ 1h",
            "├─✔ extract ██ │ 4m59s",
            "├─✖ train ━━━━━━━━━━ │ 30m",
            "│ ├─✔ shard-0 ███ │ 9m59s",
            "│ ├─✖►shard-1 OOMKilled (exit code 137) ▓▓▓▓▓▓▓▓▓ │ 28m58s",
            "│ └─· shard-2 │",
        ]


async def test_a_long_tree_opens_with_what_failed_in_the_middle() -> None:
    shards = [node(f"s-{i}", start=f"11:10:{i:02}") for i in range(40)]
    shards[20] = node("s-20", phase=FAILED, start="11:10:20")
    widget = tree(None)
    async with Alone(widget).run_test(size=(80, 12)):
        widget.show(etl(*shards))
        lines = screen_of(widget)
        at = next(y for y, line in enumerate(lines) if "►" in line)
        assert "s-20" in lines[at] and 4 <= at <= 8


async def test_what_has_not_failed_opens_on_the_step_that_cannot_begin_or_waits() -> None:
    pulls = node("pulls", phase=PENDING, end=None, message="ImagePullBackOff: no such tag")
    gate = node("gate", type="Suspend", phase=RUNNING, end=None)
    for nodes, wanted in (((EXTRACT, gate, pulls), "pulls"), ((EXTRACT, gate), "gate")):
        widget = tree(etl(*nodes))
        async with Alone(widget).run_test(size=(80, 12)):
            assert widget.cursor_key == wanted
    widget = tree(etl(EXTRACT, REPORT))
    async with Alone(widget).run_test(size=(80, 12)):
        assert widget.cursor_key == "etl", "what goes on well opens on its root"


async def test_folded_steps_stay_folded_and_the_cursor_on_its_step_through_updates() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        widget.move_to("train")
        await pilot.press("left")
        assert labels(widget) == ["etl", "extract", "train", "report"]
        assert "▸3" in screen_of(widget)[3]
        widget.show(etl(node("check", start="10:59:00"), EXTRACT, TRAIN, *SHARDS, REPORT))
        assert labels(widget) == ["etl", "check", "extract", "train", "report"]
        assert str(widget.cursor_key) == "train"
        await pilot.press("right", "right")
        assert str(widget.cursor_key) == "shard-0"
        await pilot.press("h", "h")
        assert str(widget.cursor_key) == "train" and widget.folded == {"train"}


async def test_siblings_are_sorted_the_heading_says_by_what_and_the_cursor_keeps_its_step() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(60, 12)) as pilot:
        widget.show(ETL)
        before, own = widget.cursor_key, labels(widget)
        widget.sort_siblings("name", descending=True)
        await pilot.pause()
        assert labels(widget) != own and sorted(labels(widget)) == sorted(own)
        assert widget.cursor_key == before
        assert "STEP by name↓" in screen_of(widget)[0]
        widget.show(etl(*ETL.nodes.values()))
        assert labels(widget) != own, "an update keeps the order"
        widget.sort_siblings("")
        await pilot.pause()
        assert labels(widget) == own and " by " not in screen_of(widget)[0]


async def test_when_its_step_is_deleted_the_cursor_goes_to_what_the_step_was_part_of() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)):
        assert widget.cursor_key == "shard-1"
        widget.show(etl(EXTRACT, TRAIN, SHARDS[0], SHARDS[2], REPORT))
        assert str(widget.cursor_key) == "train"
        widget.show(etl(EXTRACT, REPORT))
        assert str(widget.cursor_key) == "etl"


async def test_another_workflow_is_a_tree_of_its_own() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)):
        widget.folded = {NodeId("train")}
        widget.show(etl(name="other"))
        assert widget.folded == frozenset()
        assert widget.cursor_key == "other"


async def test_only_what_leads_to_trouble_or_runs_is_left_open() -> None:
    calm = node("calm", type="DAG", start="11:01:00")
    inner = node("inner", under="calm", start="11:01:01")
    widget = tree(etl(calm, inner, TRAIN, *SHARDS))
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        await pilot.press("E")
        assert widget.folded == {"calm"}
        await pilot.press("O")
        assert widget.folded == frozenset()
        await pilot.press("O")
        assert widget.folded == {"calm", "train"}
        assert widget.cursor_key == "train", "what the cursor was on is folded away in it"
        await pilot.press("o")
        assert widget.folded == {"calm"}


async def test_the_next_problem_is_found_where_it_is_folded_away() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        widget.folded = {NodeId("train")}
        widget.move_to("etl")
        await pilot.press("}", "}")
        assert widget.cursor_key == "shard-1"
        await pilot.press("{")
        assert str(widget.cursor_key) == "train"
        assert widget.folded == frozenset()


async def test_skipped_steps_can_be_hidden() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        await pilot.press("H")
        assert "shard-2" not in labels(widget)
        await pilot.press("H")
        assert "shard-2" in labels(widget)


async def test_enter_says_which_step_was_chosen() -> None:
    heard: list[Message] = []
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12), message_hook=heard.append) as pilot:
        await pilot.press("enter")
        await pilot.pause()
    assert {m.key for m in heard if isinstance(m, Table.Chosen)} == {"shard-1"}


async def test_a_second_paints_the_durations_of_running_steps_only() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        with painting(widget) as painted:
            widget.tick(NOON + timedelta(seconds=1))
        row = labels(widget).index("report") + 1
        assert row in painted.rows
        assert set(painted.rows) <= {1, row}
        assert painted.cells <= 8


async def test_a_step_that_ended_paints_its_own_cells() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        ended = node("report", start="11:59:30", end="12:00:00")
        with painting(widget) as painted:
            widget.show(etl(EXTRACT, TRAIN, *SHARDS, ended))
        assert painted.rows == [labels(widget).index("report") + 1]
        await pilot.pause()
        with painting(widget) as painted:
            widget.show(etl(EXTRACT, TRAIN, *SHARDS, ended))
        assert painted.cells == 0


@dataclass(frozen=True)
class Used:
    """What a pod uses."""

    cpu_millis: int
    memory_bytes: int


async def test_what_pods_use_is_shown_while_it_is_known() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(100, 12)) as pilot:
        await pilot.pause()
        assert "CPU" not in screen_of(widget)[0]
        widget.show_usage({pod_name(ETL, REPORT): Used(1500, 90 << 20)})
        await pilot.pause()
        assert "CPU" in screen_of(widget)[0]
        line = screen_of(widget)[labels(widget).index("report") + 1]
        assert "1.5" in line and "90Mi" in line


async def test_a_thousand_levels_deep_is_no_trouble_and_labels_stay_readable() -> None:
    nodes = [
        node(f"n{i}", type="DAG", under=f"n{i - 1}" if i else "etl", start="11:00:00")
        for i in range(1500)
    ]
    widget = tree(etl(*nodes))
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        await pilot.press("G")
        assert "n1499" in screen_of(widget)[-1]
        await pilot.press("O", "O", "E")


async def test_in_ascii_everything_is_ascii() -> None:
    widget = tree(ascii=True)
    async with Alone(widget).run_test(size=(200, 12)) as pilot:
        await pilot.press("left", "left")
        assert all(line.isascii() for line in screen_of(widget))
        assert "`-R report" in "\n".join(screen_of(widget))


async def test_a_tree_of_nothing_says_why() -> None:
    widget = StepTree(placeholder="no step has begun", now=NOON)
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        await pilot.press("left", "right", "o", "O", "E", "H", "}", "enter", "j", "G")
        assert "no step has begun" in screen_of(widget)[1]


def test_looks(snap_compare: Callable[..., bool]) -> None:
    widget = tree(
        etl(
            EXTRACT,
            TRAIN,
            *SHARDS,
            node("approve", type="Suspend", phase=RUNNING, start="11:50:00", end=None),
            node("日本語(0:[/x])", phase="Pending", start="11:59:00", end=None),
            REPORT,
        )
    )
    assert snap_compare(Alone(widget), terminal_size=(80, 24))


async def test_no_message_is_cut_beside_blanks_of_its_own_row() -> None:
    message = "Error (exit code 1), and more"
    for extra in range(8):
        broken = node(
            "x" * (20 + extra), phase=FAILED, start="11:10:00", end="11:10:04", message=message
        )
        async with Alone(tree(etl(broken))).run_test(size=(60, 8)) as pilot:
            line = next(row for row in screen_of(pilot.app.query_one(StepTree)) if "xx" in row)
            assert message in line or "… ▓" in line, "a message goes on to where its bar begins"
            assert line.rstrip().endswith(" 4s")


async def test_a_step_of_a_short_name_that_says_much_keeps_its_box_lines() -> None:
    names = [letter * length for length, letter in enumerate("abcdefghijkl", start=1)]
    steps = [node(name, phase=FAILED, message="main: Error, " + "x" * 90) for name in names]
    widget = tree(etl(*steps))
    async with Alone(widget).run_test(size=(60, 16)):
        lines = screen_of(widget)[2 : 2 + len(names)]
        for line, name in zip(lines, names, strict=True):
            assert line.startswith(f"{'└' if name == names[-1] else '├'}─✖"), line
            assert f"{name}  main: Error" in line


@pytest.mark.parametrize("width", [40, 80, 160])
async def test_in_a_wide_tree_the_whole_message_can_be_read(width: int) -> None:
    message = "the pod was evicted: " + "x" * 150 + " <- the end"
    widget = tree(etl(node("a-step-" + "y" * 60, phase=FAILED, message=message)))
    async with Alone(widget).run_test(size=(width, 8)) as pilot:
        await pilot.press("w")
        read = ""
        for _ in range(40):
            line = screen_of(widget)[2]
            read += line[-10:]
            if "<- the end" in line:
                break
            widget.pan(10)
        assert "x" * 20 in read and "<- the end" in screen_of(widget)[2]


@pytest.mark.parametrize("width", [40, 60, 80])
async def test_steps_whose_names_are_long_and_alike_are_told_apart(width: int) -> None:
    names = [f"import-of-warehouse-from-bucket({i}:region:eu,mode:full-refresh)" for i in range(6)]
    steps = [node(f"s-{i}", name=name, start=f"11:10:{i:02}") for i, name in enumerate(names)]
    widget = tree(etl(*steps))
    async with Alone(widget).run_test(size=(width, 10)) as pilot:
        await pilot.press("O")
        lines = [line.partition("█")[0].rstrip() for line in screen_of(widget)[3:9]]
        assert [str(i) in line for i, line in enumerate(lines)] == [True] * 6
        assert len({line[4:] for line in lines}) == 6


async def test_in_a_wide_tree_left_and_right_pan_before_they_fold() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(50, 12)) as pilot:
        widget.move_to("train")
        await pilot.press("w")
        presses = 0
        while widget.can_pan(1):
            await pilot.press("right")
            presses += 1
        assert "POD" in screen_of(widget)[0] and presses > 1
        await pilot.press(*["left"] * presses)
        assert (widget.cursor_key, widget.folded, widget.can_pan(-1)) == (
            "train",
            frozenset(),
            False,
        )
        await pilot.press("left")
        assert widget.folded == {"train"}


# --- fan-outs --------------------------------------------------------------------------------


def item(number: int, *, phase: str = SUCCEEDED, end: str | None = "11:05:00") -> Node:
    return node(
        f"load-{number:05}",
        name=f"load({number}:{number})",
        phase=phase,
        start=f"11:0{number % 5}:00",
        end=end,
        message="Error (exit code 1)" if phase == FAILED else "",
    )


def loop(count: int, failed: tuple[int, ...] = ()) -> Workflow:
    items = (item(at, phase=FAILED if at in failed else SUCCEEDED) for at in range(count))
    return etl(EXTRACT, *items)


async def test_the_items_of_a_step_are_one_row_with_their_counts_and_how_long_they_took() -> None:
    widget = tree(loop(50))
    async with Alone(widget).run_test(size=(100, 20)):
        assert labels(widget) == ["etl", "load", "extract"]
        line = " ".join(screen_of(widget)[2].split())
        assert line.startswith("├─✔ load 50 ✔50 1m..5m, median 3m")
        assert GROUP in line and line.endswith("5m")


async def test_items_that_failed_come_first_and_are_open_and_the_rest_is_counted() -> None:
    widget = tree(loop(50, failed=(7, 30)))
    async with Alone(widget).run_test(size=(100, 20)) as pilot:
        assert labels(widget) == ["etl", "load", "load(30:30)", "load(7:7)", "48 more", "extract"]
        assert widget.cursor_key in ("load-00007", "load-00030")
        rows = [" ".join(line.split()) for line in screen_of(widget)]
        assert rows[2].startswith("├─✖ load 50 ✖2 ✔48")
        assert rows[5].startswith("│ └─▸ 48 more ✔48")
        widget.move_to_line(4)
        await pilot.press("o")
        shown = labels(widget)
        assert shown[2:4] == ["load(30:30)", "load(7:7)"]
        assert len(shown) < 40 and shown[-2].endswith(" more"), "a window of what fits"
        assert str(widget.cursor_key) == "load-00000", "on the first of those that came"
        widget.move_to_line(labels(widget).index(shown[-2]))
        for _ in range(5):
            if not labels(widget)[-2].endswith(" more"):
                break
            await pilot.press("o")
            widget.move_to_line(len(labels(widget)) - 2)
        assert len(labels(widget)) == 53


async def test_a_fan_out_is_opened_folded_and_opened_all_by_keys() -> None:
    widget = tree(loop(50))
    async with Alone(widget).run_test(size=(100, 20)) as pilot:
        widget.move_to_line(1)
        await pilot.press("o")
        assert len(labels(widget)) > 10
        await pilot.press("o")
        assert labels(widget) == ["etl", "load", "extract"]
        await pilot.press("right", "right", "left")
        assert widget.current is not None and widget.current.label == "load"
        await pilot.press("left")
        assert labels(widget) == ["etl", "load", "extract"]
        await pilot.press("O")
        assert len(labels(widget)) == 53, "everything"
        await pilot.press("O")
        assert labels(widget) == ["etl", "load", "extract"]


async def test_a_failed_item_opens_its_fan_out_and_one_that_ends_is_counted() -> None:
    widget = tree(None)
    async with Alone(widget).run_test(size=(100, 20)):
        going = [item(at, phase=RUNNING, end=None) for at in range(6)]
        widget.show(etl(*going))
        assert "●6" in screen_of(widget)[2]
        widget.show(etl(item(0), *going[1:]))
        assert "●5 ✔1" in screen_of(widget)[2] and labels(widget) == ["etl", "load"]
        widget.show(etl(item(0), item(1, phase=FAILED), *going[2:]))
        assert labels(widget) == ["etl", "load", "load(1:1)", "5 more"]
        assert "✖1 ●4 ✔1" in screen_of(widget)[2] and "●4 ✔1" in screen_of(widget)[4]


def attempts_of(*phases: str) -> Workflow:
    tries = [node(f"train-{at}", name=f"train({at})", phase=p) for at, p in enumerate(phases)]
    retry = node(
        "train", type="Retry", phase=phases[-1], children=tuple(str(each.id) for each in tries)
    )
    return etl(retry, *tries)


async def test_attempts_fold_into_their_step_where_the_last_one_succeeded() -> None:
    for phases, rows in (
        ((FAILED, FAILED, SUCCEEDED), ["etl", "train"]),
        ((FAILED, FAILED, FAILED), ["etl", "train", "train(0)", "train(1)", "train(2)"]),
    ):
        widget = tree(attempts_of(*phases))
        async with Alone(widget).run_test(size=(100, 20)):
            assert labels(widget) == rows
            assert "3 attempts" in screen_of(widget)[2]
            assert PART in screen_of(widget)[2], "each attempt is seen in the bar"
    widget = tree(attempts_of(FAILED, FAILED, SUCCEEDED))
    async with Alone(widget).run_test(size=(100, 20)) as pilot:
        assert "✖2 ✔1" in screen_of(widget)[2]
        widget.move_to("train")
        await pilot.press("o")
        assert labels(widget) == ["etl", "train", "train(0)", "train(1)", "train(2)"]


async def test_siblings_of_a_fan_out_are_sorted_too() -> None:
    widget = tree(loop(6))
    async with Alone(widget).run_test(size=(100, 20)) as pilot:
        await pilot.press("O")
        widget.sort_siblings("name", descending=True)
        assert next(each for each in labels(widget) if "(" in each) == "load(5:5)"
        widget.sort_siblings("duration", descending=True)
        durations = [each for each in labels(widget) if "(" in each]
        assert set(durations[:2]) == {"load(0:0)", "load(5:5)"}, "those of five minutes"


# --- looking for steps -----------------------------------------------------------------------


async def test_only_problems_are_shown_with_what_they_are_below_and_all_again() -> None:
    widget = tree(etl(EXTRACT, TRAIN, *SHARDS, *(item(at, phase=FAILED) for at in (1, 2, 3))))
    async with Alone(widget).run_test(size=(100, 20)) as pilot:
        before = labels(widget)
        await pilot.press("exclamation_mark")
        assert set(labels(widget)) == {
            *("etl", "train", "shard-1", "load", "load(1:1)", "load(2:2)", "load(3:3)")
        }
        assert "problems only: 5" in screen_of(widget)[0]
        await pilot.press("exclamation_mark")
        assert labels(widget) == before
    calm = tree(etl(EXTRACT))
    async with Alone(calm).run_test(size=(100, 20)) as pilot:
        await pilot.press("exclamation_mark")
        assert labels(calm) == ["etl", "extract"] and calm.sought is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LOAD(1", ["etl", "load", "load(1:1)"]),
        ("phase=Running", ["etl", "report"]),
        ("phase=Failed,displayName!=load(2:2)", ["etl", "load", "load(1:1)", "load(3:3)"]),
        ("templateName=report", ["etl", "report"]),
        ("nothing is called so", []),
    ],
)
def test_what_is_looked_for_keeps_what_it_is_below(text: str, found: list[str]) -> None:
    widget = tree(etl(EXTRACT, REPORT, *(item(at, phase=FAILED) for at in (1, 2, 3))))
    widget.seek(sought_by(text))
    kept = [label for label in labels(widget) if text != "phase=Running" or label != "etl"]
    wanted = [label for label in found if text != "phase=Running" or label != "etl"]
    assert sorted(kept) == sorted(wanted)
    widget.seek(None)
    assert "extract" in labels(widget)


async def test_what_came_from_a_cache_never_ran_and_is_hidden_too() -> None:
    hit = msgspec.structs.replace(
        node("cached"), memoization_status=MemoizationStatus(hit=True, key="k")
    )
    widget = tree(etl(EXTRACT, hit))
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        await pilot.press("H")
        assert labels(widget) == ["etl", "extract"]
        await pilot.press("H")
        assert set(labels(widget)) == {"etl", "extract", "cached"}


# --- columns ---------------------------------------------------------------------------------


async def test_at_80_columns_the_tree_says_when_and_how_long() -> None:
    for plain in (False, True):
        widget = tree(ascii=plain)
        async with Alone(widget).run_test(size=(80, 24)):
            head = screen_of(widget)[0]
            assert "TIMELINE" in head and "DUR" in head
            report = screen_of(widget)[labels(widget).index("report") + 1]
            assert ("#" if plain else RUN) in report and report.rstrip().endswith("30s")
            assert ("|" if plain else NOW) in screen_of(widget)[2]


async def test_what_waits_is_drawn_apart_from_what_runs() -> None:
    waits = node("pulls", phase=PENDING, start="11:30:00", end=None)
    widget = tree(etl(EXTRACT, waits))
    async with Alone(widget).run_test(size=(80, 24)):
        assert WAIT in screen_of(widget)[labels(widget).index("pulls") + 1]


async def test_columns_give_way_by_their_worth() -> None:
    figures = {NodeId("report"): Figures(1500, 90 << 20)}
    widget = tree(etl(EXTRACT, msgspec.structs.replace(REPORT, host_node_name="cpu-1")))
    shown = {}
    for width in (36, 60, 80, 140):
        async with Alone(widget).run_test(size=(width, 12)) as pilot:
            widget.show_figures(figures)
            await pilot.pause()
            shown[width] = [column.id for column in widget.shown_columns]
        widget = tree(etl(EXTRACT, msgspec.structs.replace(REPORT, host_node_name="cpu-1")))
    every = ["step", "timeline", "duration", "cpu", "memory", "host"]
    assert shown[140] == every and shown[80] == shown[60] == every[:-1]
    assert "duration" in shown[36] and "memory" not in shown[36]


@pytest.mark.parametrize(
    ("width", "usual", "wanted"),
    [
        (60, False, "step timeline duration cpu memory peak"),  # a tree at 120, beside its pane
        (60, True, "step timeline duration usual cpu peak"),
        (80, False, "step timeline duration cpu memory peak cost"),  # at 80, and at 160
        (80, True, "step timeline duration usual cpu memory peak cost"),
        (90, False, "step timeline duration cpu memory peak cost host"),  # at 200
    ],
)
async def test_what_is_measured_has_room_beside_names_and_bars(
    width: int, usual: bool, wanted: str
) -> None:
    measured = Figures(1500, 90 << 20, memory_peak=481 << 20, memory_limit=512 << 20,
                       is_near_limit=True)  # fmt: skip
    widget = tree(etl(EXTRACT, msgspec.structs.replace(REPORT, host_node_name="cpu-1")))
    widget.cost_of = lambda node: "2.21" if node.id == "report" else ""
    async with Alone(widget).run_test(size=(width, 12)) as pilot:
        if usual:
            widget.show_usual({".report": Usual(5, 90.0, 80.0, 100.0)})
        widget.show_figures({NodeId("report"): measured})
        await pilot.pause()
        assert [column.id for column in widget.shown_columns] == wanted.split()
        row = screen_of(widget)[labels(widget).index("report") + 1]
        assert "report" in row and "481/512Mi!" in row and RUN in row
        widget.choose_column("cpu", False)
        await pilot.pause()
        assert "cpu" not in [column.id for column in widget.shown_columns]


async def test_what_a_step_asked_for_stands_in_for_what_nobody_measured() -> None:
    asked = msgspec.structs.replace(
        node("x", start="11:00:00", end="11:01:40"), resources_duration={"cpu": 50, "memory": 200}
    )
    widget = tree(etl(asked))
    async with Alone(widget).run_test(size=(90, 12)):
        line = screen_of(widget)[2]
        assert "~0.50" in line and "~200Mi" in line


async def test_who_wants_a_column_has_it_and_who_does_not_has_it_not() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        widget.choose_column("template", True)
        widget.choose_column("timeline", False)
        await pilot.pause()
        assert [c.id for c in widget.shown_columns] == ["step", "duration", "template"]
        widget.choose_usual_columns()
        await pilot.pause()
        assert [c.id for c in widget.shown_columns] == ["step", "timeline", "duration"]


async def test_a_step_far_off_from_the_usual_says_so_and_one_that_runs_what_is_left() -> None:
    usual = {".extract": Usual(5, 100.0, 90.0, 110.0), ".report": Usual(5, 90.0, 80.0, 100.0)}
    widget = tree()
    async with Alone(widget).run_test(size=(90, 12)) as pilot:
        assert "USUAL" not in screen_of(widget)[0]
        widget.show_usual(usual)
        await pilot.pause()
        rows = dict(zip(labels(widget), screen_of(widget)[1:], strict=False))
        assert rows["extract"].rstrip().endswith("+199 %")
        assert rows["report"].rstrip().endswith("-1m")
        few = {".extract": Usual(4, 100.0, 90.0, 110.0)}
        widget.show_usual(few)
        await pilot.pause()
        assert "%" not in " ".join(screen_of(widget)), "of four nothing is called unusual"


# --- staying at what runs ----------------------------------------------------------------------


async def test_the_cursor_stays_at_what_runs_until_it_is_moved() -> None:
    one = node("one", phase=RUNNING, start="11:50:00", end=None)
    two = node("two", phase=RUNNING, start="11:55:00", end=None)
    widget = tree(etl(EXTRACT, one))
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        await pilot.press("F")
        assert str(widget.cursor_key) == "one" and widget.follows
        widget.show(etl(EXTRACT, one, two))
        assert str(widget.cursor_key) == "one", "as long as that runs"
        widget.show(etl(EXTRACT, node("one", start="11:50:00"), two))
        assert str(widget.cursor_key) == "two"
        items = [item(at, phase=RUNNING, end=None) for at in range(9)]
        widget.show(etl(EXTRACT, node("two", start="11:55:00"), *items))
        assert str(widget.cursor_key).startswith("load-"), "wherever that is folded away"
        await pilot.press("g")
        widget.show(etl(EXTRACT, two, *items))
        assert widget.cursor_key == "etl" and not widget.follows


async def test_a_marked_step_shows_it_beside_its_sign_and_the_heading_counts_them() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)) as pilot:
        before = screen_of(widget)
        widget.focus()
        widget.move_to(NodeId("extract"))
        await pilot.press("space", "k", "j")
        lines = screen_of(widget)
        assert "STEP 1 marked" in lines[0]
        assert "├─✔■extract" in lines[2] and "├─✖►train" in lines[3]
        assert [line[9:] for line in lines[2:3]] == [line[9:] for line in before[2:3]]
        await pilot.press("space", "j", "V")
        assert widget.marked == {"extract", "train", "shard-0", "shard-1"}
        assert "✖◆shard-1" in screen_of(widget)[5] and "4 marked" in screen_of(widget)[0]
        await pilot.press("w")
        assert any("■extract" in line for line in screen_of(widget)), "in all columns, too"
        await pilot.press("w", "3")
        assert any("■extract" in line for line in screen_of(widget)), "on the time of the run, too"
        await pilot.press("1", "u")
        assert not widget.marks and "marked" not in screen_of(widget)[0]


async def test_marks_are_seen_in_ascii_and_are_not_written_to_files() -> None:
    widget = tree(ascii=True)
    async with Alone(widget).run_test(size=(80, 12)):
        widget.marks = {NodeId("extract"), NodeId("shard-1")}
        lines = screen_of(widget)
        assert "*extract" in lines[2] and "#shard-1" in lines[5]
        assert not any("*" in line for line in widget.table_lines(everything=True) if line)


async def test_marks_stay_with_what_is_there_and_end_with_another_workflow() -> None:
    widget = tree()
    async with Alone(widget).run_test(size=(80, 12)):
        widget.marks = {NodeId("extract"), NodeId("shard-0"), NodeId("train")}
        widget.folded = frozenset({NodeId("train")})
        assert len(widget.marked) == 3, "what is folded away stays marked"
        widget.show(etl(TRAIN, *SHARDS, REPORT))
        assert widget.marked == {"shard-0", "train"}
        widget.show(etl(TRAIN, *SHARDS, REPORT, name="other"))
        assert not widget.marked


async def test_what_stands_for_the_rest_of_a_loop_is_not_marked() -> None:
    items = [node(f"s-{i}", name=f"s({i}:{i})", start=f"11:10:{i:02}") for i in range(40)]
    widget = tree(etl(*items))
    async with Alone(widget).run_test(size=(80, 30)) as pilot:
        widget.focus()
        fan = next(row.key for row in widget.items if row.fan is not None)
        widget.move_to(fan)
        await pilot.press("o")
        more = next(row for row in widget.items if row.is_more)
        widget.move_to(more.key)
        await pilot.press("space")
        assert not widget.marks and widget.current is more
        await pilot.press("*")
        assert fan in widget.marks and more.key not in widget.marks
        assert len(widget.marks) == len(widget.items) - 1
        await pilot.press("*")
        assert not widget.marks
