"""The box of a question: which keys it tells where there is not room for all."""

from __future__ import annotations

import pytest

from tui.screens.dialog import key_words

ALL = ("Tab next", "Space ticks", "Enter presses", "ctrl-S does it", "Esc cancels")
READ_ON = "PgDn reads on"


def test_all_keys_are_told_where_there_is_room() -> None:
    assert key_words(80, has_more=False) == "  ".join(ALL)


@pytest.mark.parametrize("cells", range(0, 90, 3))
def test_whole_words_that_fit_and_how_to_read_on_goes_last(cells: int) -> None:
    words = key_words(cells, has_more=True)
    assert len(words) <= cells
    assert not words or (words.startswith(READ_ON) and words.endswith(ALL[-1]))
    assert set(words.split("  ")) <= {READ_ON, *ALL, ""}
