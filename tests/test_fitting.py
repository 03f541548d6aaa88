"""Columns that are as wide as the texts on the screen need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from rich.style import Style

from tests.support.runs import NOW, run, team
from tests.support.scripted import listed
from tui.columns import Column, workflow_columns
from tui.columns.fitting import EMPTY, SHARE, UNKNOWN_SIZE, Fitting
from tui.domain.workflow import ListedWorkflow
from tui.widgets.table_renderer import TableRenderer

WIDTHS = range(60, 201)
LONG = "invalid spec: templates.main.steps[0].go template name 'biuld' undefined, do you mean build"


def made(name: str, phase: str, message: str = "", template: str = "") -> ListedWorkflow:
    spec = {"workflowTemplateRef": {"name": template}} if template else {}
    return listed(run(name, phase, "3/8", began=90, ended=5, message=message, spec=spec))


LISTS: dict[str, list[ListedWorkflow]] = {
    "a team": [listed(each) for each in team()],
    "long names, no messages": [made(f"backfill-of-every-customer-{n}", "Running") for n in "ab"],
    "messages and long names": [
        made("backfill-of-all-the-customers-kt4rk", "Failed", LONG),
        made("typo-r4zxn", "Failed", LONG * 3),
    ],
    "templates in some rows": [
        made("deploy-service-b4826", "Succeeded", template="deploy-service-of-the-team"),
        made("typo-r4zxn", "Failed", LONG),
        made("nightly-etl-57tmj", "Failed", LONG, template="nightly-etl"),
    ],
    "nothing but names": [listed(run("one", "Pending", ""))],
}


def renderer_of(
    runs: Sequence[ListedWorkflow], *, namespaces: bool = False
) -> TableRenderer[ListedWorkflow]:
    return TableRenderer(
        workflow_columns(namespaces=namespaces),
        lambda token: Style(),
        lambda: runs,
        now=NOW + timedelta(seconds=1),
        fits=True,
    )


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("namespaces", [False, True])
def test_no_message_is_cut_while_eight_cells_of_its_row_are_empty(
    name: str, namespaces: bool
) -> None:
    for width in WIDTHS:
        renderer = renderer_of(LISTS[name], namespaces=namespaces)
        for each in LISTS[name]:
            line = renderer.item_line(each, width, is_cursor=False, is_marked=False).text
            if not line.endswith("…"):
                continue
            for placed in renderer.layout(width)[:-1]:
                cell = line[1 + placed.x : 1 + placed.x + placed.width]
                is_name = placed.column.id == "name"
                if is_name and placed.width <= width * SHARE // 100:
                    continue  # names keep their share of a line, however short this one is
                assert len(cell) - len(cell.rstrip()) < EMPTY, (width, placed.column.id, line)


@pytest.mark.parametrize("name", LISTS)
def test_no_name_is_cut_while_eight_cells_of_the_line_are_empty_in_every_row(name: str) -> None:
    for width in WIDTHS:
        renderer = renderer_of(LISTS[name])
        lines = [
            renderer.item_line(each, width, is_cursor=False, is_marked=False).text
            for each in LISTS[name]
        ]
        placed = {each.column.id: each for each in renderer.layout(width)}["name"]
        if any("…" in line[1 + placed.x : 1 + placed.x + placed.width] for line in lines):
            assert all(len(line) - len(line.rstrip()) < EMPTY for line in lines) or any(
                line.endswith("…") for line in lines
            ), width


def test_a_column_without_a_text_gives_its_room_away() -> None:
    shown = [placed.column.id for placed in renderer_of(LISTS["nothing but names"]).layout(120)]
    assert shown == ["phase", "name", "duration", "age"]


@pytest.mark.parametrize("width", [80, 120, 200])
def test_without_any_message_names_stay_beside_what_they_name(width: int) -> None:
    renderer = renderer_of(LISTS["nothing but names"])
    line = renderer.item_line(
        LISTS["nothing but names"][0], width, is_cursor=False, is_marked=False
    )
    assert "one  " in line.text and line.text.index("10m") < 20


COLUMNS: tuple[Column[str], ...] = (
    Column(id="name", title="NAME", text=lambda item, now: item, width=10, least=6, grow=2),
    Column(id="kind", title="KIND", text=lambda item, now: "", width=9, most=20, drop=2),
    Column(id="said", title="SAID", text=lambda item, now: "", width=10, least=4, grow=3),
)


def widths(fitting: Fitting[str], cells: int, rows: list[dict[str, int]]) -> dict[str, int]:
    fitting.take(rows)
    return {placed.column.id: placed.width for placed in fitting.place(cells, rows)}


def test_columns_only_become_wider_until_the_list_is_another_one() -> None:
    fitting = Fitting(COLUMNS)
    assert widths(fitting, 60, [{"name": 8, "kind": 5, "said": 9}])["name"] == 8
    assert widths(fitting, 60, [{"name": 12, "kind": 5, "said": 9}])["name"] == 12
    assert widths(fitting, 60, [{"name": 3, "kind": 5, "said": 9}])["name"] == 12
    assert widths(Fitting(COLUMNS), 60, [{"name": 3, "kind": 5, "said": 9}])["name"] == 4


def test_a_column_that_gave_its_room_to_a_message_does_not_come_back_while_one_scrolls() -> None:
    fitting = Fitting(COLUMNS)
    filled, empty = {"name": 8, "kind": 9, "said": 9}, {"name": 8, "kind": 0, "said": 90}
    assert "kind" in widths(fitting, 60, [filled])
    assert "kind" not in widths(fitting, 60, [filled, empty])
    assert "kind" not in widths(fitting, 60, [filled])


def changed(fitting: Fitting[str], cells: int, rows: list[dict[str, int]]) -> dict[str, int]:
    """The same where the rows themselves read differently."""
    fitting.take(rows, has_scrolled=False)
    return {placed.column.id: placed.width for placed in fitting.place(cells, rows)}


def test_a_column_gives_its_room_back_when_its_last_text_is_gone() -> None:
    fitting = Fitting(COLUMNS)
    rows = [{"name": 8, "kind": 0, "said": 90}, {"name": 8, "kind": 9, "said": 0}]
    assert "kind" not in widths(fitting, 60, rows)
    rows[0] = {"name": 8, "kind": 0, "said": 0}
    assert set(changed(fitting, 60, rows)) == {"name", "kind"}


def test_a_column_that_went_comes_back_when_the_message_is_shorter_or_it_has_a_text() -> None:
    empty, filled = {"name": 8, "kind": 0, "said": 90}, {"name": 8, "kind": 9, "said": 0}
    fitting = Fitting(COLUMNS)
    assert "kind" not in widths(fitting, 60, [empty, filled])
    assert "kind" in changed(fitting, 60, [{**empty, "said": 9}, filled])
    assert "kind" in changed(fitting, 60, [filled])
    fitting = Fitting(COLUMNS)
    assert "kind" not in widths(fitting, 60, [empty, filled])
    assert "kind" not in widths(fitting, 60, [{"name": 8, "kind": 0, "said": 9}])
    assert "kind" in changed(fitting, 60, [{"name": 8, "kind": 9, "said": 9}])


def test_a_column_in_which_nearly_nothing_stands_goes_before_a_message_is_cut() -> None:
    cut = {"name": 8, "kind": 4, "said": 90}
    others = [{"name": 8, "kind": 0, "said": 9}] * 8
    assert "kind" not in widths(Fitting(COLUMNS), 60, [cut, *others])
    assert "kind" in widths(Fitting(COLUMNS), 60, [cut, *others[1:]]), "one in eight is enough"
    assert "kind" in widths(Fitting(COLUMNS), 60, [{**cut, "said": 9}, *others])
    awaited = [{**each, "kind": UNKNOWN_SIZE} for each in others]
    assert "kind" in widths(Fitting(COLUMNS), 60, [cut, *awaited])


def test_what_is_not_known_yet_has_its_usual_width_and_no_longer_when_it_is() -> None:
    fitting = Fitting(COLUMNS)
    assert widths(fitting, 60, [{"name": 8, "kind": UNKNOWN_SIZE, "said": 9}])["kind"] == 9
    assert widths(fitting, 60, [{"name": 8, "kind": 2, "said": 9}])["kind"] == 4


@pytest.mark.parametrize("cells", range(0, 130, 3))
def test_columns_never_overlap_and_fill_the_line(cells: int) -> None:
    rows = [{"name": 30, "kind": 12, "said": 200}, {"name": 5, "kind": 3, "said": 0}]
    fitting = Fitting(COLUMNS)
    fitting.take(rows)
    placed = fitting.place(cells, rows)
    for left, right in pairwise(placed):
        assert right.x == left.x + left.width + 1
    if cells >= 20:
        assert placed[-1].x + placed[-1].width == cells


def test_what_is_left_is_never_cut_and_has_no_room_where_nothing_runs() -> None:
    left = {"seconds": 45.0}
    runs = [made("one", "Running", LONG)]
    renderer = TableRenderer(
        workflow_columns(
            left=lambda each, now: left["seconds"] if each.phase == "Running" else None
        ),
        lambda token: Style(),
        lambda: runs,
        now=NOW,
        fits=True,
    )

    def line() -> str:
        return renderer.item_line(runs[0], 120, is_cursor=False, is_marked=False).text

    assert " 45s " in line()
    left["seconds"] = 3 * 3600 + 48 * 60
    assert " 3h48m " in line()
    runs[0] = made("one", "Failed", LONG)
    renderer.refit()
    assert "LEFT" not in renderer.header_line(120).text
