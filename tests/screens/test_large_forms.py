"""A form of sixty parameters on a small screen: little is made at first, and all of it is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Input

from tests.support.app import Shown, showing
from tests.support.asking import ask, focused
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.actions import RESUBMIT
from tui.actions.base import Choices, Context, Plan
from tui.domain.workflow import Manifest
from tui.screens.fields import ParameterField, field_of

COUNT = 60
NAMES = [f"parameter-{number:02}" for number in range(COUNT)]


def sixty() -> Manifest:
    """Every fifth has a list of values, and of the others every seventh has several lines."""
    parameters: list[Manifest] = []
    for number, name in enumerate(NAMES):
        more = {"enum": ["small", f"value {number}"]} if number % 5 == 4 else {}
        value = f"value {number}\nand more" if number % 7 == 6 and not more else f"value {number}"
        parameters.append({"name": name, "value": value, "description": f"no {number}", **more})
    made = run("big-a1b2c", "Succeeded", ended=1)
    made["spec"] = {
        "entrypoint": "main",
        "templates": [{"name": "main", "container": {"image": "a"}}],
        "arguments": {"parameters": parameters},
    }
    return made


class Counts:
    """How often all was laid out, and how often it was planned."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.layouts = self.plans = 0
        lay_out = Screen._refresh_layout

        def laid_out(screen: Screen[Any], *args: Any, **more: Any) -> None:
            self.layouts += 1
            lay_out(screen, *args, **more)

        monkeypatch.setattr(Screen, "_refresh_layout", laid_out)

    def planned(self, manifest: Manifest, choices: Choices, context: Context) -> Plan:
        """The plan of a resubmission."""
        self.plans += 1
        return RESUBMIT.plan(manifest, choices, context)


def name_in_focus(shown: Shown) -> str:
    field = field_of(shown.app.screen.focused)
    return field.parameter_name if isinstance(field, ParameterField) else focused(shown)


async def test_it_opens_with_what_is_seen_of_it_and_a_letter_costs_one_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = Counts(monkeypatch)
    async with showing(source=ScriptedSource(sixty()), size=(80, 24)) as shown:
        screen = await ask(shown, "R")
        await shown.until(lambda: name_in_focus(shown) == NAMES[0])
        await shown.at_rest()
        assert len(screen.query(Input)) < 20
        assert len(screen.query("*")) < 80
        screen.action = replace(screen.action, plan=counts.planned)
        await shown.write("1")
        await shown.until(lambda: f"{NAMES[0]}=value 01" in shown.static("dialog-sentence"))
        await shown.at_rest()
        assert counts.plans == 1
        counts.layouts = counts.plans = 0
        await shown.write("2")
        await shown.until(lambda: f"{NAMES[0]}=value 012" in shown.static("dialog-sentence"))
        await shown.at_rest()
        assert (counts.plans, counts.layouts) == (1, 0)


async def test_every_field_is_reached_by_tab_and_the_last_by_shift_tab() -> None:
    async with showing(source=ScriptedSource(sixty()), size=(80, 24)) as shown:
        await ask(shown, "R")
        await shown.until(lambda: name_in_focus(shown) == NAMES[0])
        for name in NAMES[1:]:
            await shown.press("tab")
            assert name_in_focus(shown) == name
            assert f" {name} " in shown.text, "it is in sight"
        await shown.press("tab")
        assert name_in_focus(shown) == "choice-name"
        for name in reversed(NAMES):
            await shown.press("shift+tab")
            assert name_in_focus(shown) == name


async def test_from_the_first_back_to_the_last() -> None:
    async with showing(source=ScriptedSource(sixty()), size=(80, 24)) as shown:
        await ask(shown, "R")
        await shown.until(lambda: name_in_focus(shown) == NAMES[0])
        for _ in range(20):
            await shown.press("shift+tab")
            if name_in_focus(shown) == NAMES[-1]:
                break
        for name in reversed(NAMES[:-1]):
            await shown.press("shift+tab")
            assert name_in_focus(shown) == name


async def test_what_is_scrolled_to_is_there() -> None:
    async with showing(source=ScriptedSource(sixty()), size=(80, 24)) as shown:
        screen = await ask(shown, "R")
        await shown.until(lambda: name_in_focus(shown) == NAMES[0])
        box = screen.query_one("#dialog-choices")
        for at in (30, 12, 55):
            box.scroll_to(y=at, animate=False)
            await shown.until_shown(f" {NAMES[at]} ")


async def test_what_was_filled_in_anywhere_is_sent_and_nothing_else_is_changed() -> None:
    source = ScriptedSource(sixty())
    source.answers = [run("big-new", "")]
    async with showing(source=source, size=(80, 24)) as shown:
        await ask(shown, "R")
        await shown.until(lambda: name_in_focus(shown) == NAMES[0])
        for _ in range(50):
            await shown.press("tab")
        assert name_in_focus(shown) == NAMES[50]
        await shown.write("!")
        await shown.press("ctrl+s")
        await shown.until_said("Resubmitted as big-new")
    (call,) = source.performed
    sent = {each["name"]: each["value"] for each in call.body["spec"]["arguments"]["parameters"]}
    was = {each["name"]: each["value"] for each in sixty()["spec"]["arguments"]["parameters"]}
    assert sent == {**was, NAMES[50]: "value 50!"}


async def test_who_wants_it_done_is_taken_to_what_lacks_wherever_that_is() -> None:
    made = sixty()
    del made["spec"]["arguments"]["parameters"][50]["value"]
    source = ScriptedSource(made)
    source.answers = [run("big-new", "")]
    async with showing(source=source, size=(80, 24)) as shown:
        await ask(shown, "R")
        await shown.until(lambda: name_in_focus(shown) == NAMES[0])
        await shown.until(lambda: f"{NAMES[50]} is needed" in shown.static("dialog-sentence"))
        await shown.press("ctrl+s")
        await shown.until(lambda: name_in_focus(shown) == NAMES[50])
        await shown.until_shown(f" {NAMES[50]} ")
        assert not source.performed
        await shown.write("given")
        await shown.press("ctrl+s")
        await shown.until_said("Resubmitted as big-new")
    (call,) = source.performed
    sent = {each["name"]: each["value"] for each in call.body["spec"]["arguments"]["parameters"]}
    assert sent[NAMES[50]] == "given"
