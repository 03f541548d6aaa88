"""The box of a question: which keys it tells where there is not room for all."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.support.app import showing
from tests.support.runs import nightly_etl, team
from tui.screens.dialog import IN_BUTTONS, IN_CHECKBOXES, IN_FIELDS, key_words

ALL = ("Tab next", "Enter presses", "ctrl-S does it", "Esc cancels")
READ_ON = "PgDn reads on"


def test_all_keys_are_told_where_there_is_room_those_of_where_one_is() -> None:
    assert key_words(IN_BUTTONS, 80, has_more=False) == "  ".join(ALL)
    in_field = "Enter next field  ctrl-S does it  Esc cancels"
    assert key_words(IN_FIELDS, 80, has_more=False) == in_field
    assert key_words(IN_CHECKBOXES, 80, has_more=False) == f"Space ticks  {in_field}"


@pytest.mark.parametrize("cells", range(0, 90, 3))
def test_whole_words_that_fit_and_how_to_read_on_goes_last(cells: int) -> None:
    words = key_words(IN_BUTTONS, cells, has_more=True)
    assert len(words) <= cells
    assert not words or (words.startswith(READ_ON) and words.endswith(ALL[-1]))
    assert set(words.split("  ")) <= {READ_ON, *ALL, ""}


async def test_a_question_begins_with_one_sentence_and_a_key_shows_each_step_and_call() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open()
        await shown.press("r")
        await shown.until_shown("1 step runs again, 6 kept, 2 pods deleted, logs archived")
        box = shown.app.screen.query_one("#dialog")
        shown.app.screen.query_one("#go").focus()
        await shown.at_rest()
        small = box.size
        assert "DELETE" not in shown.text and "$ argo retry" not in shown.text
        await shown.press("d")
        await shown.until_shown("Kept: 6 steps")
        await shown.press("pagedown")
        await shown.until_shown("$ argo retry")
        assert "DELETE" in shown.text
        assert box.size.width > small.width and box.size.height > small.height
        await shown.press("d")
        await shown.until(lambda: box.size == small)


async def test_in_a_field_the_letter_is_typed_and_another_key_shows_the_details() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await shown.open()
        await shown.press("R")
        await shown.until_shown("A new workflow nightly-etl-…: every step from the beginning")
        assert isinstance(shown.app.focused, Input)
        await shown.press("d")
        assert shown.app.focused.value.endswith("d") and "$ argo" not in shown.text
        await shown.press("ctrl+o")
        await shown.until_shown("$ argo resubmit")


async def test_a_placeholder_is_told_from_a_value_without_any_colour() -> None:
    async with showing(nightly_etl(), size=(120, 30)) as shown:
        await shown.open()
        await shown.press("r")
        await shown.until_shown("Node field selector")
        assert "(Such as id=NODE or templateName=train)" in shown.text


async def test_several_say_a_sentence_each() -> None:
    async with showing(nightly_etl(), *team()[1:], size=(120, 40)) as shown:
        for name in ("nightly-etl-x7k2p", "vacuum-warehouse-c8n3d"):
            shown.rows.move_to_line(shown.names.index(name))
            await shown.press("space")
        await shown.press("r")
        await shown.until_shown("In all: 2 workflows")
        told = "Retry nightly-etl-x7k2p (Failed): 1 step runs again, 6 kept, 2 pods deleted"
        assert told in shown.text
        assert "PUT" not in shown.text
