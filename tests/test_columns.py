"""Columns: what each says, how they share a line, what they sort by."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tui.columns import (
    Column,
    arrange,
    compact,
    next_sort_column,
    workflow_columns,
)
from tui.columns.nodes import asked_for
from tui.columns.workflows import workflow_icon
from tui.domain.node import FAILED, RUNNING, Node, NodeId, Parameter
from tui.domain.quantity import cores, memory
from tui.domain.status import node_icon
from tui.domain.workflow import (
    Arguments,
    ListedSpec,
    ListedStatus,
    ListedWorkflow,
    Metadata,
    WorkflowTemplateRef,
)

COLUMNS = workflow_columns()
NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


def etl(**status: str) -> ListedWorkflow:
    return ListedWorkflow(
        metadata=Metadata(
            name="etl-x7k2p", namespace="ml", creation_timestamp="2026-08-21T10:00:00Z"
        ),
        spec=ListedSpec(workflow_template_ref=WorkflowTemplateRef(name="etl")),
        status=ListedStatus(**status),  # type: ignore[arg-type]
    )


FAILED_ETL = etl(
    phase=FAILED,
    started_at="2026-08-21T10:30:00Z",
    finished_at="2026-08-21T11:42:07Z",
    progress="37/40",
    message="train(3): OOMKilled",
)


def texts(workflow: ListedWorkflow, *, ascii: bool = False) -> dict[str, str]:
    columns = workflow_columns(ascii=ascii, namespaces=True)
    return {column.id: column.text(workflow, NOON) for column in columns}


def test_a_failed_workflow_says_all_of_it() -> None:
    assert texts(FAILED_ETL) == {
        "phase": "✖",
        "name": "etl-x7k2p",
        "namespace": "ml",
        "template": "etl",
        "parameters": "",
        "bar": "",
        "steps": "37/40",
        "duration": "1h12m",
        "age": "1h",
        "message": "train(3): OOMKilled",
    }


def test_without_utf8_every_text_is_ascii() -> None:
    for workflow in (FAILED_ETL, etl(), etl(phase=RUNNING)):
        assert all(text.isascii() for text in texts(workflow, ascii=True).values())


def test_a_workflow_nobody_has_seen_yet_has_dashes_and_no_progress() -> None:
    shown = texts(etl())
    assert (shown["phase"], shown["steps"], shown["bar"], shown["duration"]) == ("◷", "", "", "–")


@pytest.mark.parametrize("ascii", [False, True])
def test_what_is_held_has_the_same_sign_in_the_list_and_in_the_tree(ascii: bool) -> None:
    held = ListedWorkflow(spec=ListedSpec(suspend=True), status=ListedStatus(phase=RUNNING))
    gate = Node(id=NodeId("gate"), type="Suspend", phase=RUNNING)
    assert workflow_icon(held, ascii=ascii) == node_icon(gate, ascii=ascii)


def test_a_suspended_workflow_has_a_sign_of_its_own() -> None:
    running = etl(phase=RUNNING)
    held = ListedWorkflow(spec=ListedSpec(suspend=True), status=running.status)
    assert texts(held)["phase"] != texts(running)["phase"]


def test_a_running_workflow_has_run_until_now() -> None:
    assert texts(etl(phase=RUNNING, started_at="2026-08-21T11:59:30Z"))["duration"] == "30s"


def test_what_changes_by_time_alone_is_said_to_tick() -> None:
    assert {column.id for column in COLUMNS if column.ticks} == {"duration", "age"}


def test_only_what_runs_has_a_bar() -> None:
    running = etl(phase=RUNNING, progress="3/8")
    assert texts(running)["bar"] == "━╸···"
    assert texts(running, ascii=True)["bar"] == "=...."
    assert texts(etl(phase=RUNNING))["bar"] == "", "nothing is known"


def test_durations_are_asked_for_from_the_longest_on() -> None:
    assert [column.id for column in COLUMNS if column.falls] == ["duration"]


@pytest.mark.parametrize(
    "column", [each for each in COLUMNS if each.id != "bar"], ids=lambda column: str(column.id)
)
def test_sort_keys_of_a_column_compare_or_are_none(column: Column[ListedWorkflow]) -> None:
    assert column.order is not None
    keys = [column.order(workflow, NOON) for workflow in (FAILED_ETL, etl(phase=RUNNING), etl())]
    sorted(key for key in keys if key is not None)


def test_durations_sort_as_numbers_and_not_as_texts() -> None:
    order = next(column.order for column in COLUMNS if column.id == "duration")
    assert order is not None
    short = etl(started_at="2026-08-21T11:00:00Z", finished_at="2026-08-21T11:00:09Z")
    assert order(short, NOON) < order(FAILED_ETL, NOON)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, ""),
        (-5, "0s"),
        (59.9, "59s"),
        (60, "1m"),
        (370, "6m10s"),
        (4327, "1h12m"),
        (7200, "2h"),
        (86400 * 3 + 3600 * 4, "3d4h"),
        (86400 * 12, "12d"),
        (86400 * 4000, "4000d"),
    ],
)
def test_a_duration_takes_six_cells_at_most(seconds: float | None, shown: str) -> None:
    assert compact(seconds) == shown
    assert len(shown) <= 6


def test_amounts_are_short() -> None:
    assert [memory(n) for n in (0, 90 << 20, 1288490189, 412 << 30)] == [
        "0",
        "90Mi",
        "1.2Gi",
        "412Gi",
    ]
    assert [cores(n) for n in (5, 900, 14100, 118200)] == ["0.01", "0.90", "14.1", "118"]


def shown(cells: int, *, namespaces: bool = False) -> list[str]:
    return [p.column.id for p in arrange(workflow_columns(namespaces=namespaces), cells)]


def test_eighty_columns_show_what_a_list_is_for() -> None:
    assert shown(79) == ["phase", "name", "steps", "duration", "age", "message"]


def test_a_wide_screen_shows_everything() -> None:
    assert shown(160, namespaces=True) == [c.id for c in workflow_columns(namespaces=True)]


def test_the_message_is_the_widest_column_and_a_line_is_filled() -> None:
    placed = arrange(COLUMNS, 79)
    assert max(placed, key=lambda p: p.width).column.id == "message"
    assert placed[-1].x + placed[-1].width == 79


@pytest.mark.parametrize("cells", range(0, 200, 7))
def test_columns_never_overlap_and_names_never_go(cells: int) -> None:
    placed = arrange(workflow_columns(namespaces=True), cells)
    assert [p.column.id for p in placed][:2] == ["phase", "name"]
    for left, right in pairwise(placed):
        assert right.x == left.x + left.width + 1


def test_a_wide_list_drops_nothing_and_goes_over_the_edge() -> None:
    placed = arrange(COLUMNS, 60, needed={})
    assert len(placed) == len(COLUMNS)
    assert placed[-1].x + placed[-1].width > 60


def test_a_column_grows_to_its_most_and_others_take_the_rest() -> None:
    columns: list[Column[str]] = [
        Column(id="a", title="A", text=lambda item, now: "", width=4, grow=1, most=10),
        Column(id="b", title="B", text=lambda item, now: "", width=4, grow=1),
        Column(id="c", title="C", text=lambda item, now: "", width=4),
    ]
    assert [p.width for p in arrange(columns, 50)] == [10, 34, 4]
    assert [p.width for p in arrange(columns, 20)] == [7, 7, 4]
    assert [p.width for p in arrange(columns[:1], 50)] == [10], "nobody wants more"


@pytest.mark.parametrize("cells", [200, 300])
def test_a_very_wide_line_is_filled_and_no_name_stands_far_from_what_it_names(cells: int) -> None:
    placed = {p.column.id: p for p in arrange(workflow_columns(namespaces=True), cells)}
    assert placed["name"].width <= 48
    assert placed["message"].x + placed["message"].width == cells


def test_a_wide_list_gives_each_column_what_its_longest_text_takes() -> None:
    needed = {"parameters": 75, "message": 200, "steps": 3}
    widths = {p.column.id: p.width for p in arrange(COLUMNS, 60, needed=needed)}
    assert (widths["parameters"], widths["message"], widths["steps"]) == (75, 200, 8)


@pytest.mark.parametrize(("cells", "name"), [(20, 12), (60, 29), (80, 49), (120, 89)])
def test_names_in_a_wide_list_leave_room_to_pan_the_others(cells: int, name: int) -> None:
    placed = {p.column.id: p for p in arrange(COLUMNS, cells, needed={"name": 250})}
    assert placed["name"].width == name
    whole = arrange(COLUMNS, 500, needed={"name": 250})
    assert whole[1].width == 250, "where there is room, names are whole"


def test_parameters_are_shown_where_there_is_room() -> None:
    assert "parameters" not in shown(100) and "parameters" in shown(160)
    column = next(c for c in COLUMNS if c.id == "parameters")
    given = Arguments(parameters=(Parameter("day", "5"), Parameter("n"), Parameter("x", "a b")))
    workflow = ListedWorkflow(spec=ListedSpec(arguments=given))
    assert column.text(workflow, NOON) == "day=5 x=a b"
    assert column.order is not None and column.order(ListedWorkflow(), NOON) is None


@pytest.mark.parametrize(
    ("ref", "labels", "shown"),
    [
        (None, {"workflows.argoproj.io/cron-workflow": "nightly"}, "nightly"),
        ("etl", {"workflows.argoproj.io/cron-workflow": "nightly"}, "etl"),
        ("etl", {}, "etl"),
        (None, {}, ""),
    ],
)
def test_a_run_of_a_cron_workflow_says_of_which(
    ref: str | None, labels: dict[str, str], shown: str
) -> None:
    made = ListedWorkflow(
        metadata=Metadata(name="w", labels=labels),
        spec=ListedSpec(workflow_template_ref=WorkflowTemplateRef(name=ref) if ref else None),
    )
    column = next(one for one in COLUMNS if one.id == "template")
    assert column.text(made, NOON) == shown


def test_sorting_goes_through_the_columns_that_can_be_sorted_by_and_back_to_none() -> None:
    columns: list[Column[str]] = [
        Column(id="a", title="A", text=lambda item, now: "", width=4, order=lambda item, now: item),
        Column(id="b", title="B", text=lambda item, now: "", width=4),
        Column(id="c", title="C", text=lambda item, now: "", width=4, order=lambda item, now: item),
    ]
    assert [next_sort_column(columns, by, 1) for by in ("", "a", "c", "gone")] == [
        "a",
        "c",
        "",
        "a",
    ]
    assert [next_sort_column(columns, by, -1) for by in ("", "a", "c")] == ["c", "", "a"]


def test_some_columns_are_only_there_where_somebody_wants_them() -> None:
    usual = [column.id for column in COLUMNS]
    wanted = {column.id: column for column in workflow_columns(hidden=True)}
    more = [name for name in wanted if name not in usual]
    assert more == ["started", "finished", "entrypoint", "priority", "labels"]
    made = ListedWorkflow(
        metadata=Metadata(labels={"team": "ml", "workflows.argoproj.io/phase": "Failed"}),
        spec=ListedSpec(entrypoint="main", priority=3),
        status=ListedStatus(started_at="2026-08-21T10:00:00Z"),
    )
    assert [wanted[name].text(made, NOON) for name in more] == [
        "2026-08-21T10:00:00Z",
        "",
        "main",
        "3",
        "team=ml",
    ]
    orders = [wanted[name].order for name in more]
    assert [order(made, NOON) for order in orders if order is not None] == [
        "2026-08-21T10:00:00Z",
        None,
        "main",
        3,
        "team=ml",
    ]


@pytest.mark.parametrize("type", ["Pod", "Suspend", "HTTP", "Plugin"])
def test_what_has_no_pod_asked_for_nothing_whatever_comes_after_it(type: str) -> None:
    node = Node(
        id=NodeId("gate"),
        type=type,
        started_at="2026-08-21T11:00:00Z",
        finished_at="2026-08-21T11:00:10Z",
        resources_duration={"memory": 20},
    )
    assert asked_for(node, "memory") == (2.0 if type == "Pod" else None)
