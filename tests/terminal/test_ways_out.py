"""What a clipboard does not take is shown plainly."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pty import Pty, run_tui
from tui.terminal.ways_out import show_plainly

SAVED = Path(__file__).parents[1] / "saved" / "nightly.yaml"


@pytest.fixture
def keys() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_plain_text_has_nothing_but_text_in_it_and_waits_for_a_key(keys: tuple[int, int]) -> None:
    ours, theirs = keys
    os.write(ours, b"x\n")
    written: list[bytes] = []
    show_plainly(["one", "\x1b]52;c;x\x07two"], written.append, theirs)
    shown = b"".join(written)
    assert b"\none\n" in shown and b"two\n" in shown and b"any key" in shown
    assert b"\x1b" not in shown


@pytest.mark.pty
def test_shown_plainly_and_back_the_screen_is_whole() -> None:
    with Pty(run_tui(str(SAVED)), columns=100, rows=30) as terminal:
        terminal.wait_for("shard(17:17)(2)")
        terminal.step("g", still=0.3)
        before = terminal.emulator.seen()
        terminal.press(*":plain", "enter")
        terminal.wait_until(lambda: b"any key returns" in terminal.data, "the plain text")
        plain = terminal.data[terminal.data.rindex(b"\x1b[?1049l") :]
        assert b"nightly-etl-8kq2v" in plain
        terminal.press("x")
        terminal.wait_for("23 more")
        terminal.quiet(still=0.3)
        assert terminal.emulator.seen() == before
