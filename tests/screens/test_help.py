"""Help and hints are made from what there is, so that neither can be stale."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from tests.support.app import STILL, Shown, showing
from tests.support.runs import nightly_etl, run, step, team
from tests.support.scripted import ScriptedSource
from tui.actions import actions_of
from tui.domain.identity import Target
from tui.keys import KEYS
from tui.kinds.workflows import WORKFLOWS
from tui.panes import panes_of
from tui.ports.exec import Exec
from tui.screens.help import EDGE, HelpScreen, help_lines
from tui.screens.legend import filter_words, signs
from tui.widgets.hints import Hints
from tui.widgets.text_view import TextView


def leads_nowhere(shown: Shown) -> list[str]:
    """Keys that are bound to an action nobody has."""
    lost = []
    for key, active in shown.app.screen.active_bindings.items():
        target, name, _ = shown.app._parse_action(active.binding.action, active.node)
        known = (f"action_{name}", f"_action_{name}")
        if not any(hasattr(target, method) for method in known):
            lost.append(f"{key} → {active.binding.action} of {active.node!r}")
    return lost


def help_text(shown: Shown) -> str:
    lines = shown.app.screen.query_one(TextView)
    return "\n".join(lines.text.line(i) for i in range(len(lines.text)))


async def test_every_key_of_every_screen_and_pane_leads_somewhere() -> None:
    async with showing(*team()) as shown:
        assert not leads_nowhere(shown)
        for key, close in (("question_mark", "escape"), ("D", "escape"), ("q", "escape")):
            await shown.press(key)
            await shown.until(lambda: len(shown.app.screen_stack) == 3)
            assert not leads_nowhere(shown)
            await shown.press(close)
            await shown.until(lambda: len(shown.app.screen_stack) == 2)
        await shown.open()
        assert not leads_nowhere(shown)
        for pane in panes_of(WORKFLOWS):
            await shown.detail.action_pane(pane.id)
            await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
            assert not leads_nowhere(shown), pane.id
            shown.detail.steps.focus()
            await shown.until(lambda: shown.detail.steps.has_focus)


async def test_no_key_ends_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # ctrl-S writes a file
    tried = {"quit", "suspend_process", "interrupt"}
    source = ScriptedSource(nightly_etl())
    for pane in ("", "tree", "logs", "artifacts", "manifest"):
        async with showing(source=source, size=(100, 30)) as shown:
            if pane:
                await shown.open()
            if pane not in ("", "tree"):
                await shown.detail.action_pane(pane)
                await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
            await try_each_key(shown, tried)


async def try_each_key(shown: Shown, tried: set[str]) -> None:
    """Run what the keys here mean, each but once."""
    front: Screen[Any] = shown.app.screen
    for active in list(front.active_bindings.values()):
        if active.binding.action in tried:
            continue
        tried.add(active.binding.action)
        await shown.app.run_action(active.binding.action, active.node)
        await shown.pilot.pause()
        assert shown.app.is_running and shown.app._exception is None, active.binding
        while shown.app.screen is not front and front in shown.app.screen_stack:
            await shown.app.pop_screen()
        if front not in shown.app.screen_stack:
            front = await shown.open()


async def test_help_names_every_action_and_every_key_of_the_screen_below() -> None:
    async with showing(*team(), size=(90, 40)) as shown:
        below = list(shown.app.screen.active_bindings.values())
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        text = help_text(shown)
        flowing = " ".join(text.split())
        for action in actions_of("wf", "object"):
            if action.binding_id not in KEYS:
                continue  # it is in the menu of actions
            assert action.help in flowing and action.label.lower() in text.lower(), action.id
        shown_ids = {"workflow", "pane", "tree", "step", "list", "logs", "text", "app"}
        for active in below:
            binding = active.binding
            if binding.id and binding.id.partition(".")[0] in shown_ids:
                assert binding.description in flowing and active.tooltip in flowing, binding
        cells = shown.app.screen.query_one(TextView).size.width - EDGE
        assert text.startswith("\n".join(help_lines(below, "", cells)).rstrip("\n"))


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_help_breaks_between_words_and_keys_stand_alone(width: int) -> None:
    async with showing(*team(), size=(width, 24)) as shown:
        below = list(shown.app.screen.active_bindings.values())
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        await shown.until(lambda: "Make a new workflow" in help_text(shown))
        lines = help_text(shown).splitlines()
        assert max(map(len, lines)) <= width - EDGE
        rows = [*signs(("list",), ascii=False), *filter_words(WORKFLOWS.fields)]
        told = [*help_lines(below), "SIGNS", "FILTER", *(part for row in rows for part in row)]
        words = set(" ".join(told).split())
        assert not [word for line in lines for word in line.split() if word not in words]


async def test_a_sentence_without_room_is_read_in_help_before_everything_else() -> None:
    long = "the cluster says no: " + " ".join(f"reason{n}" for n in range(60)) + " the end"
    async with showing(*team(), size=(80, 24)) as shown:
        shown.app.say("Retried one-run-a1b2c")
        await shown.press("question_mark")
        await shown.until(lambda: "SAID LATELY" in help_text(shown))
        assert not help_text(shown).startswith("SAID LATELY"), "there was room for it"
        await shown.press("escape")
        shown.pass_time(120)
        shown.app.say(long, "error")
        await shown.until_shown("(? tells all of it)")
        await shown.press("question_mark")
        await shown.until(lambda: help_text(shown).startswith("SAID LATELY"))
        told = " ".join(help_text(shown).split())
        assert f"0s ago ✖ {long}" in told, "all of it"
        assert "2m ago Retried one-run-a1b2c" in told, "and what was said before"


async def test_help_of_a_workflow_is_about_its_tree_or_the_pane_one_is_in() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        assert "TREE" in help_text(shown) and "LOG" not in help_text(shown).split()
        await shown.press("escape", "l")
        await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        assert "LOG" in help_text(shown).split() and "TREE" not in help_text(shown)


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ("", "TREE"),
        ("2", "GRAPH"),
        ("l", "LOG"),
        ("y", "YAML"),
        ("e", "TEXT"),
        ("W", "TEXT"),
        ("a", "ARTIFACTS"),
    ],
)
async def test_help_of_a_workflow_begins_with_what_has_the_focus(keys: str, first: str) -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        await shown.press(*keys)
        await shown.until(lambda: bool(shown.detail.pane_tabs.holds_focus) is (keys not in "2"))
        if keys == "2":
            await shown.until(lambda: shown.app.focused is shown.detail.split.front)
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        assert help_text(shown).split()[0] == first
        assert "ACT ON THE WORKFLOW" in help_text(shown)


FORMS = {"1": "1 Tree", "2": "2 Graph", "3": "3 Timeline"}


def hinted_forms(shown: Shown) -> set[str]:
    """The keys of the forms that the row of hints names."""
    row = shown.rows_of_screen[-1]
    return {key for key, told in FORMS.items() if f"  {told}  " in row}


@pytest.mark.parametrize("key", ["2", "3"])
async def test_graph_and_timeline_name_the_way_to_the_tree_wherever_there_is_little_room(
    key: str,
) -> None:
    async with showing(nightly_etl(), size=(80, 24)) as shown:
        await shown.open()
        await shown.until_shown("Enter Open")
        assert not hinted_forms(shown)
        await shown.press(key)
        await shown.until(lambda: hinted_forms(shown) == {"1"})
        await shown.press("1")
        await shown.until(lambda: not hinted_forms(shown))


async def test_where_there_is_room_each_form_of_the_steps_names_both_others() -> None:
    async with showing(nightly_etl(), size=(180, 40)) as shown:
        await shown.open()
        for key in ("3", "2", "1", "2", "3", "1"):
            await shown.press(key)
            await shown.until(partial(lambda front: hinted_forms(shown) == {*FORMS} - {front}, key))
        row = shown.rows_of_screen[-1]
        assert row.rstrip().endswith("? Help"), "it stands where one looks for it"
        await shown.press("l")
        await shown.until(lambda: not hinted_forms(shown))  # digits are windows of time there


async def test_help_is_searched_and_closed_by_what_opened_it() -> None:
    async with showing(*team()) as shown:
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        await shown.press("slash")
        await shown.write("resub")
        await shown.until(lambda: len(help_text(shown).splitlines()) <= 3)
        assert "Make a new workflow of the same spec" in " ".join(help_text(shown).split())
        await shown.press("escape")
        await shown.until(lambda: len(help_text(shown).splitlines()) > 20)
        await shown.press("question_mark")
        await shown.until(lambda: not shown.shows(HelpScreen))


async def test_hints_are_of_the_widget_that_has_the_focus_and_always_name_help() -> None:
    async with showing(nightly_etl(), size=(80, 24)) as shown:
        hints = shown.app.screen.query_one(Hints)
        assert "/ Filter" in hints.text and shown.rows_of_screen[-1].rstrip().endswith("? Help")
        await shown.open()
        hints = shown.app.screen.query_one(Hints)
        await shown.until(lambda: "Fold" in hints.text)
        await shown.press("l")
        await shown.until(lambda: "Follow" in hints.text)
        assert "Fold" not in hints.text.replace("Follow", "")
        assert shown.rows_of_screen[-1].rstrip().endswith("? Help")


async def test_keys_that_what_the_cursor_is_on_cannot_take_are_dimmed() -> None:
    runs = (run("over", "Succeeded", began=9, ended=8), run("under-way", "Running", began=5))
    async with showing(*runs, size=(160, 24)) as shown:

        def hinted() -> str:
            return shown.app.screen.query_one(Hints).text

        shown.rows.move_to_line(shown.names.index("over"))
        await shown.until(lambda: "(X Stop)" in hinted())
        assert "(s Suspend/resume)" in hinted() and "(T Terminate)" in hinted()
        assert "  R Resubmit" in hinted()
        shown.rows.move_to_line(shown.names.index("under-way"))
        await shown.until(lambda: "  X Stop" in hinted())
        assert "(r Retry)" in hinted() and "  s Suspend/resume" in hinted()
        await shown.press("enter")
        await shown.until(lambda: "  X Stop" in hinted() and "Fold" in hinted())
        await shown.press("escape")
        shown.rows.move_to_line(shown.names.index("over"))
        await shown.press("enter")
        await shown.until(lambda: "(X Stop)" in hinted() and "Fold" in hinted())


class Shells:
    """What offers shells, and is never asked for one."""

    def refusal(self, operation: str, target: Target | None) -> str:
        return ""


@pytest.mark.parametrize("form", ["1", "2", "3"])
async def test_a_shell_is_dimmed_where_the_cursor_is_on_no_pod(form: str) -> None:
    nodes = [
        step("under-way", "", "Running", type="DAG", children=["go"]),
        step("under-way", "go", "Running"),
    ]
    source = ScriptedSource(run("under-way", "Running", began=5, nodes=nodes))
    source.ports[Exec] = Shells()
    async with showing(source=source) as shown:
        await shown.open()
        await shown.press(form)
        hints = shown.app.screen.query_one(Hints)
        await shown.press("g")
        await shown.until(lambda: "($ Shell)" in hints.text)
        await shown.press("l", "escape")
        shown.detail.split._go_to(nodes[1]["id"])
        await shown.until(lambda: "  $ Shell" in hints.text)


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("width", [80, 99, 100, 120, 200])
async def test_help_stands_in_two_columns_where_there_is_room_and_nothing_is_lost(
    width: int, ascii: bool
) -> None:
    settings = replace(STILL, ascii=ascii)
    async with showing(nightly_etl(), size=(width, 200), settings=settings) as shown:
        await shown.press("question_mark")
        await shown.until_shown("FILTER")
        await shown.at_rest()
        text = help_text(shown)
        headings = ("ACT ON THE WORKFLOW", "LIST", "EVERYWHERE", "SIGNS", "FILTER")
        begins = {line.find(heading) for line in text.splitlines() for heading in headings}
        assert len(begins - {-1}) == (2 if width >= 100 else 1)
        for told in (*headings, "succeeded", "waits in trouble", "phase:", "either"):
            assert told in text
        assert ("F" if ascii else "✖") in text


LOUD = ("running", "succeeded", "failed", "error", "suspended")
"""Phases that have a colour."""
TOLD = frozenset({"failed", "error", "suspended"})
"""Those of which help says more than what they are called."""


async def test_signs_and_the_words_of_a_filter_are_searched_too() -> None:
    async with showing(nightly_etl(), size=(120, 30)) as shown:
        await shown.press("question_mark", "/", *"omitted")
        await shown.until(lambda: "ACT ON" not in shown.text)
        assert "omitted: what it depends on" in shown.text and "FILTER" not in shown.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_keys_and_signs_stand_out_from_their_words(size: tuple[int, int]) -> None:
    async with showing(*team(), size=size) as shown:
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        view = shown.app.screen.query_one(TextView)
        await shown.until(lambda: "Logs" in help_text(shown))
        bold: dict[str, bool] = {}
        for y in range(view.size.height):
            for part in view.render_line(y):
                is_bold = part.style is not None and bool(part.style.bold)
                bold |= {each: is_bold for each in part.text.split("  ") if each.strip()}
        assert bold["r"] and bold["Logs"] is False
        assert bold["ACT ON THE WORKFLOW"]
        assert all(is_bold for each, is_bold in bold.items() if each.startswith("ctrl-"))


@pytest.mark.parametrize("ascii", [False, True])
async def test_signs_have_the_colours_of_phases_and_keys_with_their_letters_have_not(
    ascii: bool,
) -> None:
    async with showing(*team(), size=(120, 60), settings=replace(STILL, ascii=ascii)) as shown:
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        view = shown.app.screen.query_one(TextView)
        await shown.until(lambda: "omitted" in help_text(shown))
        looks: dict[tuple[str, str], object] = {}
        for y in range(view.size.height):
            for one, other in pairwise(view.render_line(y)):
                colour = one.style.color if one.style is not None else None
                looks[one.text.strip(), " ".join(other.text.split()[:1])] = colour
        plain = looks["R", "Resubmit:"]
        for sign, phase in zip("RSFE=" if ascii else "●✔✖⚠‖", LOUD, strict=True):
            assert looks[sign, f"{phase}:" if phase in TOLD else phase] != plain, phase
        assert looks["r", "Retry:"] == plain


async def test_the_key_that_is_quickly_typed_stands_before_those_of_habit() -> None:
    async with showing(*team(), size=(120, 60)) as shown:
        await shown.press("question_mark")
        await shown.until_shown("q ctrl-q")
        assert "j down" in shown.text and ": ctrl-p" in shown.text


async def test_below_a_box_no_key_of_the_screen_beneath_is_hinted() -> None:
    async with showing(*team(), size=(80, 24)) as shown:
        assert "Resubmit" in shown.rows_of_screen[-1] or "Retry" in shown.rows_of_screen[-1]
        for key in ("question_mark", "x", "S", "colon"):
            await shown.press(key)
            await shown.until(lambda: len(shown.app.screen_stack) == 3)
            await shown.until(lambda: not shown.rows_of_screen[-1].strip())
            await shown.press("escape")
            await shown.until(lambda: "? Help" in shown.rows_of_screen[-1])
