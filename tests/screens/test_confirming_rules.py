"""Where the settings ask for it, the name is typed before something is done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Button, Input

from tests.support.app import STILL, Shown, showing
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.ports.connection import Place
from tui.screens.action import ActionScreen
from tui.screens.proof import PROOF
from tui.settings import PlaceSettings, Settings

PROD = Place("prod", "https://prod", "argo", "kim")
ONE, TWO = run("one-run", "Failed", ended=5), run("two-run", "Failed", began=20, ended=5)


def asking_for(*actions: str) -> Settings:
    return replace(STILL, places=(("prod", {"type_name": frozenset(actions)}),))


async def asked(shown: Shown, key: str) -> Button:
    """The question of a key, read; its button that does it."""
    await shown.press(key)
    await shown.until(lambda: shown.shows(ActionScreen))
    screen = shown.app.screen
    assert isinstance(screen, ActionScreen)
    await shown.until(lambda: screen._plans)
    return screen.query_one("#go", Button)


@pytest.mark.parametrize(
    ("rules", "action", "destroys", "wants"),
    [
        (("delete",), "workflow.delete", True, True),
        (("delete",), "workflow.stop", True, False),
        (("destroys",), "workflow.stop", True, True),
        (("destroys",), "workflow.retry", False, False),
        (("all",), "workflow.retry", False, True),
        ((), "workflow.delete", True, False),
    ],
)
def test_rules_name_verbs_or_what_they_do(
    rules: tuple[str, ...], action: str, destroys: bool, wants: bool
) -> None:
    rule = PlaceSettings(type_name=frozenset(rules))
    assert rule.wants_name(action, destroys=destroys) is wants


async def test_nothing_is_deleted_before_its_name_was_typed() -> None:
    source = ScriptedSource(ONE, place=PROD)
    async with showing(source=source, settings=asking_for("destroys")) as shown:
        go = await asked(shown, "D")
        await shown.until_shown("Type its name")
        assert isinstance(shown.app.focused, Input)
        assert go.disabled
        await shown.press("y", "ctrl+s")
        await shown.until_said("not done: type its name first")
        assert source.performed == []
        await shown.press("backspace")
        await shown.write("one-ru")
        assert go.disabled
        await shown.write("n")
        await shown.until(lambda: not go.disabled)
        await shown.press("ctrl+s")
        await shown.until_said("Deleted one-run")
        assert [call.method for call in source.performed] == ["DELETE"]


async def test_of_several_their_number_is_typed() -> None:
    source = ScriptedSource(ONE, TWO, place=PROD)
    async with showing(source=source, settings=asking_for("delete")) as shown:
        await shown.press("space", "space")
        go = await asked(shown, "D")
        await shown.until_shown("Type how many workflows")
        await shown.write("1")
        assert go.disabled
        await shown.press("backspace")
        await shown.write("2")
        await shown.until(lambda: not go.disabled)
        await shown.press("enter", "enter")
        await shown.until(lambda: len(source.performed) == 2)


async def test_what_is_not_named_asks_as_ever() -> None:
    source = ScriptedSource(ONE, place=PROD)
    settings = replace(STILL, places=(("prod", {"type_name": {"delete"}, "protected": False}),))
    async with showing(source=source, settings=settings) as shown:
        go = await asked(shown, "r")
        assert not go.disabled
        assert not shown.app.screen.query(f"#choice-{PROOF}")


async def test_another_context_asks_as_ever() -> None:
    place = replace(PROD, label="dev")
    source = ScriptedSource(ONE, place=place)
    async with showing(source=source, settings=asking_for("all")) as shown:
        go = await asked(shown, "D")
        assert not go.disabled


# --- protected contexts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "set_to", "is_protected"),
    [
        ("prod", None, True),
        ("eu-PROD-1", None, True),
        ("staging", None, False),
        ("staging", True, True),
        ("prod", False, False),
    ],
)
def test_a_context_is_protected_by_its_name_or_by_the_settings(
    context: str, set_to: bool | None, is_protected: bool
) -> None:
    values = {} if set_to is None else {"protected": set_to}
    assert replace(STILL, places=((context, values),)).is_protected(context) is is_protected


@pytest.mark.parametrize("key", ["D", "X", "T", "s", "R"])
async def test_in_a_protected_context_its_name_is_typed_before_every_change(key: str) -> None:
    source = ScriptedSource(run("one-run", "Running"), place=PROD)
    async with showing(source=source) as shown:
        go = await asked(shown, key)
        await shown.until_shown("Type the context's name")
        assert go.disabled
        shown.app.screen.query_one(f"#choice-{PROOF}").focus()
        await shown.write("pro")
        assert go.disabled
        await shown.press("ctrl+s")
        await shown.until_said("not done: type the context's name first")
        assert source.performed == []
        await shown.write("d")
        await shown.until(lambda: not go.disabled)


async def test_of_more_than_ten_the_number_is_typed_whatever_is_done_to_them() -> None:
    source = ScriptedSource(*(run(f"run-{i:02}", "Running") for i in range(12)))
    async with showing(source=source) as shown:
        await shown.press("*")
        go = await asked(shown, "s")
        await shown.until_shown("Type how many workflows")
        assert go.disabled
        await shown.write("11")
        assert go.disabled
        await shown.press("backspace")
        await shown.write("2")
        await shown.until(lambda: not go.disabled)
        await shown.press("escape")
        await shown.press("u")
        for _ in range(10):
            await shown.press("space")
        go = await asked(shown, "s")
        assert not go.disabled
        assert not shown.app.screen.query(f"#choice-{PROOF}")


async def test_of_more_than_ten_in_a_protected_context_the_number_is_typed() -> None:
    source = ScriptedSource(*(run(f"run-{i:02}", "Running") for i in range(11)), place=PROD)
    async with showing(source=source) as shown:
        await shown.press("*")
        await asked(shown, "X")
        await shown.until_shown("Type how many workflows")
