"""The list put together in groups: by template, cron workflow or a label."""

from __future__ import annotations

import pytest

from tests.support.app import Shown, showing
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import LABEL, Manifest
from tui.menu import Menu
from tui.screens.workflow import WorkflowScreen


def made(name: str, phase: str, began: float, template: str = "", team: str = "") -> Manifest:
    ended = None if phase in ("Running", "Pending") else began - 1
    labels = {"team": team} if team else {}
    if template == "etl":
        labels[f"{LABEL}cron-workflow"] = "nightly"
    spec = {"workflowTemplateRef": {"name": template}} if template else {}
    message = "exit code 1" if phase == "Failed" else ""
    return run(name, phase, began=began, ended=ended, spec=spec, labels=labels, message=message)


RUNS = (
    made("etl-1", "Succeeded", 300, "etl", "data"),
    made("etl-2", "Failed", 200, "etl", "data"),
    made("etl-3", "Running", 5, "etl", "ops"),
    made("report-1", "Failed", 100, "report", "ops"),
    made("alone", "Succeeded", 50),
)


def groups_of(shown: Shown) -> list[str]:
    return [str(group.name) for group in shown.overview.groups.items]


def line_of(shown: Shown, name: str) -> list[str]:
    return next(row for row in shown.rows_of_screen if name in row).split()


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("template", ["etl", "report", ""]),
        ("cron", ["nightly", ""]),
        ("label team", ["ops", "data", ""]),
    ],
)
async def test_a_command_puts_rows_together(text: str, groups: list[str]) -> None:
    async with showing(*RUNS, size=(120, 24)) as shown:
        await shown.press("colon", *f"group {text}", "enter")
        await shown.until(lambda: groups_of(shown) == groups)
        assert shown.app.screen.focused is shown.overview.groups


async def test_a_group_is_of_what_the_column_template_says() -> None:
    made_by = {
        "of-cron": {f"{LABEL}cron-workflow": "nightly"},
        "of-template": {f"{LABEL}workflow-template": "etl", f"{LABEL}cron-workflow": "nightly"},
        "alone": {},
    }
    runs = [run(name, "Running", labels=labels) for name, labels in made_by.items()]
    async with showing(*runs, size=(160, 24)) as shown:
        await shown.at_rest()
        for name, column in (("of-cron", "nightly"), ("of-template", "etl")):
            assert any(name in row and column in row for row in shown.rows_of_screen)
        shown.overview.group_by("template")
        await shown.until(lambda: sorted(groups_of(shown)) == ["", "etl", "nightly"])


async def test_labels_of_argo_are_offered_where_rows_have_none_of_their_own() -> None:
    runs = [run("a", "Running", labels={f"{LABEL}phase": "Running"}), run("b", "Running")]
    async with showing(*runs, size=(120, 24)) as shown:
        await shown.press("S")
        await shown.until_shown("by template or cron or a label")
        await shown.press("g")
        await shown.until_shown("Label phase")
        assert f"{LABEL}phase" in shown.text


async def test_a_group_says_how_many_there_are_and_how_the_last_one_went() -> None:
    async with showing(*RUNS, size=(120, 24)) as shown:
        shown.overview.group_by("template")
        await shown.until_shown("LAST ONE")
        await shown.at_rest()
        titles = "TEMPLATE ALL RUN FAIL LAST↑ DUR LAST ONE MESSAGE"
        assert shown.rows_of_screen[1].split() == titles.split()
        assert line_of(shown, "etl-3") == ["►●", "etl", "3", "1", "1", "5m", "5m", "etl-3"]
        report = line_of(shown, "report-1")
        assert report[:4] == ["✖", "report", "1", "1"] and report[-3:] == ["exit", "code", "1"]
        assert "(no template)" in shown.text


async def test_enter_opens_a_group_and_esc_goes_back() -> None:
    async with showing(*RUNS, size=(120, 24)) as shown:
        await shown.press("S", "g")
        await shown.until(lambda: shown.shows(Menu))
        await shown.press("t")
        await shown.until(lambda: groups_of(shown) == ["etl", "report", ""])
        await shown.press("enter")
        assert shown.names == ["etl-3", "etl-2", "etl-1"]
        assert "template: etl" in shown.text and "Esc goes back" in shown.text
        await shown.press("j", "enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        await shown.press("q", "escape")
        assert groups_of(shown) == ["etl", "report", ""]
        assert shown.overview.groups.current is not None
        assert shown.overview.groups.current.name == "etl", "where one was"
        await shown.press("escape")
        assert len(shown.names) == len(RUNS) and shown.app.screen.focused is shown.rows


async def test_groups_are_of_what_the_filter_leaves_and_change_with_the_cluster() -> None:
    source = ScriptedSource(*RUNS)
    async with showing(source=source, size=(120, 24)) as shown:
        shown.overview.group_by("template")
        await shown.press("exclamation_mark")
        await shown.until(lambda: groups_of(shown) == ["report", "etl"])
        await shown.press("slash", *"phase:running", "enter")
        assert groups_of(shown) == ["etl"] and shown.app.screen.focused is shown.overview.groups
        source.put(made("new-1", "Running", 1, "load"))
        await shown.until(lambda: "new-1" in shown.names)
        shown.pass_time(1)
        await shown.until(lambda: groups_of(shown) == ["load", "etl"])
        assert shown.overview.groups.current is not None
        assert shown.overview.groups.current.name == "etl", "the cursor keeps its group"
        await shown.press("g", "enter")
        source.put(made("new-2", "Running", 0, "load"))
        await shown.until(lambda: shown.names == ["new-2", "new-1"])


@pytest.mark.parametrize("key", ["r", "D", "X", "T", "R", "s", "l", "d", "y", "c", "L"])
async def test_nothing_is_done_to_a_group(key: str) -> None:
    source = ScriptedSource(*RUNS)
    async with showing(source=source, size=(120, 24)) as shown:
        await shown.press("space")
        shown.overview.group_by("template")
        before = len(shown.app.screen_stack)
        await shown.press(key)
        assert "this is a group: Enter opens it" in shown.said
        assert len(shown.app.screen_stack) == before
        assert not [what for what, _ in source.asked if what == "send"]


async def test_what_is_no_grouping_is_refused_with_those_there_are() -> None:
    async with showing(*RUNS, size=(120, 24)) as shown:
        await shown.press("colon", *"group colour", "enter")
        await shown.until_shown("there are template, cron, label KEY, none")


async def test_of_a_long_list_all_is_read_and_until_then_it_is_said_what_is_not() -> None:
    many = [made(f"w-{n:03}", "Succeeded", 100 + n, "etl") for n in range(120)]
    source = ScriptedSource(*many, tables=True)
    source.held_back.clear()
    async with showing(source=source, size=(120, 24)) as shown:
        shown.overview.group_by("template")
        assert groups_of(shown) == ["None"]
        await shown.until_shown("· not read yet")
        source.held_back.set()
        for _ in range(3):
            shown.pass_time(1)
            await shown.pilot.pause(0.3)
        await shown.until(lambda: groups_of(shown) == ["etl"])


async def test_labels_complete_and_only_kinds_with_templates_offer_them() -> None:
    async with showing(*RUNS, size=(120, 24)) as shown:
        offered = shown.overview._groupings_like("")
        assert offered[:3] == ["template", "cron", "label team"] and offered[-1] == "none"
        assert f"label {LABEL}cron-workflow" in offered
        await shown.press("colon", *"cron", "enter")
        await shown.until(lambda: "cron workflows" in shown.rows_of_screen[0])
        await shown.press("colon", *"group template", "enter")
        await shown.until_shown("there are label KEY, none")
