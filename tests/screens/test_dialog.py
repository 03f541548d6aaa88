"""The box of a question: which keys it tells where there is not room for all."""

from __future__ import annotations

import pytest

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
