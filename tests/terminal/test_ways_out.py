"""What a clipboard does not take is written to a file or shown plainly."""

from __future__ import annotations

import os
import pty
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.app import showing
from tests.support.pty import Pty, run_tui
from tests.support.runs import ETL, nightly_etl
from tui.errors import TuiError
from tui.terminal.ways_out import show_plainly, write_file

SAVED = Path(__file__).parents[1] / "saved" / "nightly.yaml"


def test_a_file_is_always_a_new_one_with_the_rights_of_the_umask(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        _check_new_files(tmp_path)
    finally:
        os.umask(mask)


def _check_new_files(tmp_path: Path) -> None:
    first = write_file(["one", "tw\x1b[2Jo"], tmp_path)
    second = write_file(["three"], tmp_path)
    assert first.read_text().startswith("one\ntw") and "\x1b" not in first.read_text()
    assert second.read_text() == "three\n"
    assert first != second and stat.S_IMODE(first.stat().st_mode) == 0o640


def test_a_folder_that_takes_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(TuiError, match="takes no file"):
        write_file(["x"], tmp_path / "missing")


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


async def test_after_sending_a_name_it_is_the_name_and_in_a_text_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with showing(nightly_etl()) as shown:
        await shown.press("ctrl+s")
        await shown.until_said("nothing to show plainly")
        await shown.press("c", "ctrl+s")
        await shown.until_said("1 line written to")
        assert (tmp_path / "argo-tui-1.txt").read_text() == f"{ETL}\n"
        shown.app.terminal._sent = ("", 0.0)
        await shown.open()
        await shown.press("y")
        await shown.until(lambda: "phase: Failed" in shown.pane_text)
        await shown.press("ctrl+s")
        await shown.until_said("lines written to")
        assert "phase: Failed" in (tmp_path / "argo-tui-2.txt").read_text()
        await shown.press("ctrl+l")
        await shown.until_said("cannot be left")


async def test_what_is_written_is_what_was_sent_one_line_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with showing(nightly_etl()) as shown:
        shown.app.terminal.copy("a name\nrm -rf .")
        await shown.press("ctrl+s")
        await shown.until_said("1 line written to")
    assert (tmp_path / "argo-tui-1.txt").read_text().count("\n") == 1


@pytest.mark.pty
def test_shown_plainly_and_back_the_screen_is_whole() -> None:
    with Pty(run_tui(str(SAVED)), columns=100, rows=30) as terminal:
        terminal.wait_for("shard(17:17)(2)")
        terminal.step("g", "c", still=0.3)
        before = terminal.emulator.seen()
        terminal.press("ctrl+l")
        terminal.wait_until(lambda: b"any key returns" in terminal.data, "the plain text")
        plain = terminal.data[terminal.data.rindex(b"\x1b[?1049l") :]
        assert b"nightly-etl-8kq2v" in plain
        terminal.press("x")
        terminal.wait_for("shard(17:17)(2)")
        terminal.quiet(still=0.3)
        assert terminal.emulator.seen() == before
