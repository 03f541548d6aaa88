"""Letters typed as if a field were open: the end of a word is never the answer to a question."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from tests.screens.test_kinds import go, made
from tests.support.app import Shown, showing
from tests.support.asking import ask, focused
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.screens.action import ActionScreen
from tui.terminal.typed import Key

TEMPLATES = [{"name": "main", "container": {"image": "a"}}]
SPEC = {"entrypoint": "main", "templates": TEMPLATES}
CRON = made("CronWorkflow", "nightly", spec={"schedules": ["0 7 * * *"], "workflowSpec": SPEC})


def running() -> ScriptedSource:
    return ScriptedSource(run("one", "Running"))


async def typed_at_once(shown: Shown, word: str) -> None:
    """As letters of one packet."""
    for letter in word:
        shown.app.post_message(Key(letter, letter, alone=False))
    shown.app.post_message(Key("enter", "\r", alone=False))


async def seen(shown: Shown) -> None:
    """Let the question have been on the screen for long enough."""
    await shown.until(lambda: shown.app.sight.since(shown.app.screen) is not None)
    shown.app.terminal.reading_time = 0.001


@pytest.mark.parametrize("word", ["suspect", "stay", "sky", "safety", "sorry", "say", "sway"])
async def test_a_word_whose_letter_opens_a_question_is_never_its_answer(word: str) -> None:
    source = running()
    async with showing(source=source, reading_time=0.001) as shown:
        await ask(shown, word[0])
        await seen(shown)
        await shown.press(*word[1:], "enter")
        await shown.at_rest()
        assert source.performed == []


async def test_a_word_in_one_packet_is_never_an_answer() -> None:
    source = running()
    async with showing(source=source, reading_time=3600) as shown:
        await typed_at_once(shown, "s")
        await shown.until_said("typed before the question could be read")
        assert source.performed == []


@pytest.mark.parametrize("key", ["enter", "y"])
async def test_nothing_that_changes_takes_an_answer_before_it_could_be_read(key: str) -> None:
    source = ScriptedSource(CRON)
    async with showing(source=source, size=(120, 30)) as shown:
        await go(shown, "cron")
        await shown.until_shown("nightly")
        shown.app.terminal.reading_time = 3600
        await ask(shown, "s")
        await shown.until(lambda: focused(shown) == "go")
        await shown.press(key)
        await shown.until_said("typed before the question could be read")
        assert source.performed == [] and shown.shows(ActionScreen)
        await seen(shown)
        await shown.press(key)
        await shown.until_said("Suspended nightly")


async def test_an_answer_that_comes_twice_at_once_is_given_once() -> None:
    source = running()
    async with showing(source=source) as shown:
        below = list(shown.app.screen_stack)
        await ask(shown, "s")
        await shown.until(lambda: focused(shown) == "go")
        button = shown.app.screen.query_one("#go", Button)
        button.press()
        button.press()
        await shown.until_said("Suspended one")
        assert len(source.performed) == 1
        assert list(shown.app.screen_stack) == below


async def test_a_stray_letter_chooses_cancel_and_tab_goes_back_to_what_does_it() -> None:
    source = running()
    async with showing(source=source, reading_time=0.001) as shown:
        await ask(shown, "s")
        await seen(shown)
        await shown.until(lambda: focused(shown) == "go")
        await shown.press("w")
        await shown.until(lambda: focused(shown) == "cancel")
        await shown.until_said("w: nothing here; Cancel is chosen, Tab goes on from there")
        await shown.press("y")
        await shown.until_said("it came with other letters")
        assert source.performed == []
        await shown.press("tab")
        await shown.until(lambda: focused(shown) == "go")
        await shown.press("enter")
        await shown.until_said("Suspended one")


@pytest.mark.parametrize(("before", "chosen"), [("w", "cancel"), ("j", "go"), ("space", "go")])
async def test_a_letter_right_before_is_of_a_word_unless_it_moves_or_marks(
    before: str, chosen: str
) -> None:
    source = running()
    async with showing(source=source, reading_time=0.001) as shown:
        shown.app.post_message(Key(before, before if len(before) == 1 else " ", alone=True))
        shown.app.post_message(Key("s", "s", alone=True))
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.until(lambda: shown.static("dialog-plan") != "reading …")
        await shown.at_rest()
        assert focused(shown) == chosen


async def test_ctrl_s_means_nothing_else_and_waits_for_nothing() -> None:
    source = running()
    async with showing(source=source, reading_time=3600) as shown:
        await ask(shown, "s")
        await shown.press("ctrl+s")
        await shown.until_said("Suspended one")
