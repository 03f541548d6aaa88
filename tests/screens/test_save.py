"""ctrl-s asks where to save the text that has the focus, and replaces nothing unasked."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.support.app import Shown, showing
from tests.support.logs_pane import POD_OF_ETL
from tests.support.runs import ETL, etl_log, nightly_etl, run, team
from tests.support.scripted import ScriptedSource
from tui.domain.lines import PlainRows, TextLines
from tui.domain.text import SGR
from tui.errors import Unreachable
from tui.panes.text_pane import PaneText
from tui.screens.save import SaveScreen
from tui.widgets.line_view import in_next_turn


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def proposed(shown: Shown) -> str:
    """What stands in the field of the question."""
    screen = shown.app.screen
    assert isinstance(screen, SaveScreen)
    return screen.path.value


async def ask(shown: Shown) -> None:
    await shown.press("ctrl+s")
    await shown.until(lambda: shown.shows(SaveScreen) and proposed(shown))


async def retype(shown: Shown, text: str) -> None:
    screen = shown.app.screen
    assert isinstance(screen, SaveScreen)
    screen.path.value = text
    await shown.pilot.pause()


async def test_in_a_log_it_is_the_log_whatever_was_copied_just_before(here: Path) -> None:
    source = ScriptedSource(nightly_etl())
    source.logs[POD_OF_ETL, "main"] = etl_log()
    async with showing(source=source) as shown:
        await shown.press("c")
        await shown.until_said("sent to the clipboard")
        await shown.open()
        await shown.press("l")
        await shown.until(lambda: "Killed" in shown.pane_text)
        shown.detail.pane_tabs.take_focus()
        await ask(shown)
        assert proposed(shown) == str(here / f"{POD_OF_ETL}.log")
        lines = SGR.sub("", shown.pane_text).splitlines()
        assert f"Save {len(lines):,} lines as" in shown.text
        await shown.press("enter")
        await shown.until_said(f"{len(lines):,} lines written to {here / POD_OF_ETL}.log")
    assert (here / f"{POD_OF_ETL}.log").read_text().splitlines() == lines


async def test_every_tab_with_a_text_proposes_a_name_of_its_own(here: Path) -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        await shown.press("g")
        for key, name in (("y", f"{ETL}.yaml"), ("d", f"{ETL}-summary.txt")):
            await shown.press(key)
            await shown.until(lambda: shown.pane_text)
            shown.detail.pane_tabs.take_focus()
            await shown.at_rest()
            await ask(shown)
            assert proposed(shown) == str(here / name)
            await shown.press("escape")
    assert os.listdir(here) == []


async def test_a_file_that_exists_is_replaced_only_by_who_says_so(here: Path) -> None:
    old = here / "mine.txt"
    old.write_text("mine\n")
    async with showing(nightly_etl()) as shown:
        await shown.press("c")
        await ask(shown)
        assert "Save 2 lines as" in shown.text
        await retype(shown, "mine.txt")
        await shown.press("enter")
        await shown.until(lambda: "mine.txt exists: Enter again replaces it" in shown.text)
        assert old.read_text() == "mine\n"
        await retype(shown, "other.txt")
        await retype(shown, "mine.txt")
        await shown.press("enter")
        await shown.until(lambda: "Enter again replaces it" in shown.text)
        assert old.read_text() == "mine\n", "what was said of another path counts no more"
        await shown.press("ctrl+s")
        await shown.until_said("2 lines written to mine.txt")
        assert ETL in old.read_text() and "mine" not in old.read_text()


async def test_an_answer_typed_before_the_question_could_be_read_replaces_nothing(
    here: Path,
) -> None:
    (here / "mine.txt").write_text("mine\n")
    async with showing(nightly_etl(), reading_time=3600.0) as shown:
        await shown.press("c")
        await ask(shown)
        await retype(shown, "mine.txt")
        await shown.press("enter", "enter")
        await shown.until(lambda: "not taken" in shown.text)
    assert (here / "mine.txt").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "not saved: a path is needed"),
        ("no/such/folder/x", "not saved: there is no folder no/such/folder"),
        ("/dev/null", "is a device or a pipe"),
        ("~nobody-of-that-name/x", "not saved: this path cannot be used"),
    ],
)
async def test_what_cannot_be_saved_is_said_in_the_question(
    here: Path, text: str, why: str
) -> None:
    async with showing(nightly_etl()) as shown:
        await shown.press("c")
        await ask(shown)
        await retype(shown, text)
        await shown.press("enter")
        await shown.until(lambda: why in shown.text)
        assert shown.shows(SaveScreen)
    assert os.listdir(here) == []


async def test_a_file_has_the_rights_of_the_umask_and_nothing_but_text(here: Path) -> None:
    mask = os.umask(0o027)
    try:
        hostile = "rm -rf .\x1b[2J\nrm -rf /"
        async with showing(run("a-1", "Failed", ended=1, message=hostile)) as shown:
            await ask(shown)
            assert proposed(shown) == str(here / "workflows-argo.txt")
            await shown.press("enter")
            await shown.until_said("2 lines written to")
    finally:
        os.umask(mask)
    path = here / "workflows-argo.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_text().count("\n") == 2 and "\x1b" not in path.read_text()


async def test_a_list_is_written_as_a_table_of_all_that_is_listed(here: Path) -> None:
    async with showing(*team(), size=(60, 12)) as shown:
        await shown.press("c", "exclamation_mark", "f")
        await shown.until(lambda: shown.shows(SaveScreen) and proposed(shown))
        await shown.press("enter")
        await shown.until_said("lines written to")
        header, *rows = (here / "workflows-argo.txt").read_text().splitlines()
        assert len(rows) == len(shown.names) > 1 and all(map(str.__contains__, rows, shown.names))
        assert "NAME" in header and "MESSAGE" in header, "whatever has room on the screen"
        at = header.index("NAME")
        assert all(row[at:].startswith(name) for row, name in zip(rows, shown.names, strict=True))


async def test_the_tree_is_written_with_its_lines(here: Path) -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        await ask(shown)
        assert proposed(shown) == str(here / f"{ETL}-steps.txt")
        await shown.press("enter")
        await shown.until_said("lines written to")
        rows = (here / f"{ETL}-steps.txt").read_text().splitlines()
        assert len(rows) == len(shown.steps) + 1 and "\u251c" in "".join(rows)


@pytest.mark.parametrize("before", ["", "l", "y", "d", "e"])
async def test_while_a_search_or_a_filter_is_typed_it_writes_what_is_searched(
    here: Path, before: str
) -> None:
    source = ScriptedSource(nightly_etl())
    source.logs[POD_OF_ETL, "main"] = etl_log()
    async with showing(source=source) as shown:
        if before:
            await shown.open()
            await shown.press(before)
            await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
            await shown.at_rest()
        await shown.press("slash", "e", "ctrl+s")
        await shown.until(lambda: shown.shows(SaveScreen) and proposed(shown))
        assert "Save" in shown.text


async def test_plainly_a_list_shows_what_was_just_copied_else_its_rows() -> None:
    async with showing(nightly_etl()) as shown:
        terminal = shown.app.terminal
        text = terminal.text_to_read(everything=False)
        assert text is not None and len(text.lines) == 2
        await shown.press("c")
        text = terminal.text_to_read(everything=False)
        assert text is not None and text.lines == [ETL]
        text = terminal.text_to_read(everything=True)
        assert text is not None and len(text.lines) == 2


async def test_where_nothing_is_shown_a_word_says_so() -> None:
    def fail(demo: bool) -> ScriptedSource:
        raise Unreachable("no route to the cluster")

    async with showing(connect=fail) as shown:
        await shown.until_shown("no route")
        await shown.press("ctrl+s")
        await shown.until_said("there is no text and no list here")
        await shown.press(*":plain", "enter")
        await shown.until_said("there is no text and no list here")


async def test_under_a_filter_what_is_shown_is_saved_or_all_of_it(here: Path) -> None:
    source = ScriptedSource(nightly_etl())
    source.logs[POD_OF_ETL, "main"] = etl_log()
    async with showing(source=source) as shown:
        await shown.open()
        await shown.press("l")
        await shown.until(lambda: "Killed" in shown.pane_text)
        shown.detail.pane_tabs.take_focus()
        await ask(shown)
        assert "Save all" not in shown.text, "all of it is shown"
        await shown.press("escape")
        count = len(SGR.sub("", shown.pane_text).splitlines())
        await shown.press("ampersand", *"Killed", "enter")
        await shown.until(lambda: len(shown.pane_text.splitlines()) < count)
        await ask(shown)
        assert f"Save all {count:,}" in shown.text and "Save 1 line as" in shown.text
        await shown.press("shift+tab", "enter")
        await shown.until_said(f"{count:,} lines written to")
    assert len((here / f"{POD_OF_ETL}.log").read_text().splitlines()) == count


class Endless:
    """Rows of which there are more than can be written in a turn."""

    def __init__(self, rows: int, *, ends: bool = True) -> None:
        self._rows, self._ends = rows, ends

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[str]:
        for row in range(self._rows):
            yield f"row {row}"
        if not self._ends:
            raise IndexError


async def saving(shown: Shown, rows: Endless) -> SaveScreen:
    screen = SaveScreen(shown.app.context, rows, "large.log")
    told = shown.app.say
    shown.app.call_later(shown.app.push_screen, screen, lambda text: told(text) if text else None)
    await shown.until(lambda: shown.shows(SaveScreen) and proposed(shown))
    return screen


async def test_a_large_text_is_written_in_turns_and_is_there_as_a_whole(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def turn(screen: SaveScreen, work: Callable[[], object]) -> None:
        told.append(str(screen.query_one("#save-told", Static).visual))
        in_next_turn(screen, work)

    monkeypatch.setattr("tui.screens.save.in_next_turn", turn)
    async with showing(nightly_etl()) as shown:
        await saving(shown, Endless(100_000))
        assert "Save 100,000 lines as" in shown.text
        await shown.press("enter")
        await shown.until_said("100,000 lines written to")
    assert len(told) > 5, "keys have their turn between"
    assert all(text.startswith("writing … ") for text in told)
    assert os.listdir(here) == ["large.log"]
    assert (here / "large.log").read_text().endswith("row 99998\nrow 99999\n")


@pytest.mark.parametrize("is_key", [True, False])
async def test_what_is_not_written_to_its_end_is_removed(here: Path, is_key: bool) -> None:
    async with showing(nightly_etl()) as shown:
        await saving(shown, Endless(100_000_000))
        await shown.press("enter")
        await shown.until(lambda: "writing … " in shown.text)
        assert os.listdir(here) != []
        if is_key:
            await shown.press("escape")
            assert shown.said == "not saved: writing was stopped"
            assert os.listdir(here) == []
    assert os.listdir(here) == []


async def test_lines_that_go_meanwhile_are_no_half_of_a_file(here: Path) -> None:
    async with showing(nightly_etl()) as shown:
        await saving(shown, Endless(5_000, ends=False))
        await shown.press("enter")
        await shown.until(lambda: "not saved: the lines are no longer there" in shown.text)
        assert os.listdir(here) == []


async def test_a_table_is_looked_at_row_by_row_before_the_first_is_written(here: Path) -> None:
    async with showing(
        *(run(f"w-{number:03}", "Failed", ended=1) for number in range(120))
    ) as shown:
        rows = [*shown.rows.table_lines(everything=True)]
        assert rows[:120] == [None] * 120, "keys have their turn between"
        written = [row for row in rows[120:] if row]
        assert len(written) == 121 and len({row.find("w-") for row in written[1:]}) == 1
        await ask(shown)
        await shown.press("enter")
        await shown.until_said("121 lines written to")
    assert (here / "workflows-argo.txt").read_text().splitlines() == written


async def test_a_text_that_is_replaced_meanwhile_is_written_as_it_was() -> None:
    text = PaneText(TextLines("a\nb"))
    rows = PlainRows(text, 0, 2)
    text.replace(TextLines("c"))
    assert list(rows) == ["a", "b"]
