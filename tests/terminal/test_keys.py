"""Keys that come in one packet, as on a slow line: each finds what the one before opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pty import Pty, run_tui
from tests.support.reported import reported

pytestmark = pytest.mark.pty

SAVED = Path(reported("nightly.yaml"))


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Pty]:
    """The list of two saved workflows, the cursor on the one of the other name."""
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    text = SAVED.read_text("utf-8")
    first.write_text(text, "utf-8")
    second.write_text(text.replace("nightly-etl-8kq2v", "yearly-etl-8kq2v"), "utf-8")
    argv = run_tui(str(first), str(second))
    with Pty(argv, columns=100, rows=30, env={"XDG_STATE_HOME": str(tmp_path)}) as shown:
        shown.wait_for("yearly-etl-8kq2v")
        shown.wait_for("nightly-etl-8kq2v")
        shown.quiet(still=0.3)
        yield shown


def test_the_words_of_a_filter_reach_the_filter(terminal: Pty) -> None:
    terminal.send(b"/yearly")
    terminal.wait_for("/yearly")
    terminal.wait_for("1 of 2")


def test_a_key_after_enter_reaches_what_enter_opened(terminal: Pty) -> None:
    terminal.send(b"/nightly\r\rl")
    terminal.wait_for(" Logs  ")
    terminal.step("q", still=0.3)
    assert "1 of 2" in terminal.picture(), "there was one screen, so one key leaves it"


def test_a_command_is_typed_into_the_palette(terminal: Pty) -> None:
    terminal.send(b":q\r")
    assert terminal.wait_for_exit() == 0


def test_no_key_is_lost_among_many(terminal: Pty) -> None:
    terminal.send(b"/" + b"a" * 40)
    terminal.wait_for("/" + "a" * 40)


def test_the_same_key_twice_leaves(terminal: Pty) -> None:
    terminal.send(b"qq")
    assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(
    ("typed", "then"),
    [(b"/yearly", "1 of 2"), (b":cron", "> cron"), (b"?", "Keys: workflow list")],
    ids=["filter", "palette", "help"],
)
def test_the_first_key_is_not_lost_where_it_is_typed_before_there_is_a_screen(
    typed: bytes, then: str, tmp_path: Path
) -> None:
    text, saved = SAVED.read_text("utf-8"), tmp_path / "both.yaml"
    other = text.replace("nightly-etl-8kq2v", "yearly-etl-8kq2v")
    saved.write_text(f"{text}\n---\n{other}", "utf-8")
    env = {"XDG_STATE_HOME": str(tmp_path)}
    with Pty(run_tui(str(saved)), columns=100, rows=30, env=env) as shown:
        shown.send(typed)
        shown.wait_for(then)
