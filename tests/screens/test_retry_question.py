"""The question before a retry: from the step under the cursor, what was meant, the tree behind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.style import Style
from textual.widgets import Button

from tests.actions.test_retry_preview import NAME, held, pipeline
from tests.support.app import STILL, Shown, showing, strips_of
from tests.support.asking import ask, focused
from tests.support.scripted import ScriptedSource
from tui.screens.action import ActionScreen


def style_of(shown: Shown, text: str) -> Style:
    """How a text on the screen is drawn."""
    for strip in strips_of(shown.app):
        for part in strip:
            if text in part.text and part.style is not None:
                return part.style
    raise AssertionError(f"{text!r} is not on the screen")


async def test_from_the_list_there_is_no_step_and_behind_a_key_the_tree() -> None:
    async with showing(pipeline()) as shown:
        screen = await ask(shown, "r")
        assert not screen.query("#choice-from_here")
        assert screen.query_one("#meant", Button).has_class("-absent")
        assert "The tree:" not in shown.static("dialog-plan")
        await shown.press("d")
        await shown.until(lambda: "The tree:" in shown.static("dialog-plan"))
        assert "train  Failed: runs again; its pod and log" in shown.static("dialog-plan")
        await shown.press("d")
        await shown.until(lambda: "The tree:" not in shown.static("dialog-plan"))


@pytest.mark.parametrize("ascii", [False, True])
async def test_what_is_lost_is_told_by_sign_and_colour_and_not_chosen_beforehand(
    ascii: bool,
) -> None:
    source = ScriptedSource(pipeline())
    settings = replace(STILL, ascii=ascii)
    async with showing(source=source, settings=settings) as shown:
        await ask(shown, "r")
        sign = "!" if ascii else "▲"
        assert shown.static("dialog-sentence").splitlines() == [
            "1 step runs again, 1 kept",
            f"{sign} 1 pod deleted with its logs",
        ]
        await shown.at_rest()
        assert focused(shown) == "cancel"
        style, plain = style_of(shown, "1 pod deleted with its logs"), style_of(shown, "1 kept")
        assert style.color != plain.color
        await shown.press("enter")
        await shown.until(lambda: not shown.shows(ActionScreen))
        assert not source.performed
        await ask(shown, "r")
        await shown.at_rest()
        await shown.press("tab", "enter")
        await shown.until_said(f"Retried {NAME}")


async def test_a_retry_that_loses_nothing_is_chosen_beforehand() -> None:
    manifest = pipeline()
    for node in manifest["status"]["nodes"].values():
        node["outputs"] = {"artifacts": [{"name": "main-logs", "s3": {"key": "k"}}]}
    source = ScriptedSource(manifest)
    async with showing(source=source) as shown:
        await ask(shown, "r")
        await shown.until(lambda: focused(shown) == "go")
        assert "▲" not in shown.static("dialog-sentence")
        assert shown.static("dialog-sentence").endswith("1 pod deleted, logs archived")
        await shown.press("enter")
        await shown.until_said(f"Retried {NAME}")


async def test_a_loss_is_no_answer_to_what_was_typed_before_it_could_be_read() -> None:
    source = ScriptedSource(pipeline())
    async with showing(source=source, reading_time=60) as shown:
        await ask(shown, "r")
        await shown.press("ctrl+s")
        await shown.until_said("not taken: that was typed before the question could be read")
        assert shown.shows(ActionScreen) and not source.performed


async def test_on_a_step_one_may_begin_there_and_it_is_off_at_first() -> None:
    source = ScriptedSource(pipeline())
    async with showing(source=source) as shown:
        await shown.open(NAME)
        await shown.press("g", "j")
        screen = await ask(shown, "r")
        await shown.until_shown("[ ] From this step")
        assert "1 step runs again, 1 kept" in shown.static("dialog-sentence")
        screen.query_one("#choice-from_here").focus()
        await shown.press("space")
        await shown.until(lambda: "2 steps run again, 0 kept" in shown.static("dialog-sentence"))
        await shown.press("ctrl+s")
        await shown.until_said(f"Retried {NAME}")
        assert [call.method for call in source.performed] == ["PUT", "DELETE", "DELETE", "PUT"]


async def test_what_was_probably_meant_is_a_button_that_only_changes_the_plan() -> None:
    source = ScriptedSource(held())
    async with showing(source=source) as shown:
        screen = await ask(shown, "r")
        button = screen.query_one("#meant", Button)
        await shown.until_shown("These too")
        assert "Not again: train failed" in shown.static("dialog-sentence")
        button.press()
        await shown.until(lambda: "2 steps run again" in shown.static("dialog-sentence"))
        assert source.performed == []
        assert button.has_class("-absent")
        await shown.until(lambda: focused(shown) == "cancel")
        await shown.press("ctrl+s")
        await shown.until_said(f"Retried {NAME}")


async def test_of_one_that_succeeded_the_step_under_the_cursor_is_offered() -> None:
    async with showing(pipeline(train="Succeeded")) as shown:
        await shown.open(NAME)
        await shown.press("g", "j")
        screen = await ask(shown, "r")
        await shown.until(lambda: not screen.query_one("#meant", Button).has_class("-absent"))
        assert "To retry a succeeded workflow" in shown.static("dialog-sentence")
        screen.query_one("#meant", Button).press()
        await shown.until(lambda: "runs again" in shown.static("dialog-sentence"))
        assert not screen.query_one("#go", Button).disabled
