"""Pastes into the whole program: they do nothing, go into a field cleaned, or are refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import peak_memory
from tests.support.pty import Pty, run_tui

pytestmark = pytest.mark.pty

SAVED = Path(__file__).parents[1] / "saved" / "nightly.yaml"
BEGIN, END = b"\x1b[200~", b"\x1b[201~"
CRAFTED = [
    b"\x1bqq",
    b"\x1b[Dq\x1b\x1bq",
    b"x\x1b[200~\x1bqq\x1b[201",
    b"\x03\x03\x1b[113;1uq\r\x1bOP:q\r",
]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Pty]:
    """A saved workflow in the list."""
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


@pytest.mark.parametrize("text", CRAFTED)
def test_a_paste_where_there_is_no_field_does_nothing_and_says_so(
    terminal: Pty, text: bytes
) -> None:
    before = terminal.picture().splitlines()[:-2]
    terminal.send(BEGIN + text + END)
    terminal.wait_for("no field to take them")
    terminal.quiet(still=0.3)
    assert terminal.picture().splitlines()[:-2] == before


def test_a_paste_into_a_field_is_one_clean_line(terminal: Pty) -> None:
    terminal.step("/")
    terminal.send(BEGIN + b"\n\x1b[31myear\x07ly\x1bq\x00\r\nnightly" + END)
    terminal.wait_for("1 of 2")
    assert "/yearly" in terminal.picture()
    assert "nightly-etl-8kq2v" not in terminal.picture()


def test_a_paste_that_comes_byte_by_byte_is_one(terminal: Pty) -> None:
    for byte in BEGIN + b"\x1bqq" + END:
        terminal.send(bytes([byte]))
        terminal.quiet(still=0.01)
    terminal.wait_for("no field to take them")


def test_a_megabyte_is_refused_at_once_with_a_word(terminal: Pty) -> None:
    send_much(terminal, BEGIN + b"some text D\x13\r" * 80_000 + END)
    terminal.wait_for("1,040,000 characters pasted: more than 10,000 are not taken")
    terminal.press("/")
    terminal.wait_for("Esc Cancel")


def test_a_megabyte_without_marks_is_refused_at_once_with_a_word(terminal: Pty) -> None:
    begun = time.monotonic()
    memory = peak_memory(terminal.process.pid)
    send_much(terminal, b"some text qq\x1b\r" * 75_000)
    terminal.wait_for("characters pasted: more than 10,000 are not taken")
    terminal.press("/")
    terminal.wait_for("Esc Cancel")
    assert time.monotonic() - begun < 20, "it takes 41 s key by key"
    assert peak_memory(terminal.process.pid) - memory < 30_000_000


def test_the_most_that_is_taken_goes_into_a_field(terminal: Pty) -> None:
    terminal.step("/")
    send_much(terminal, BEGIN + b"a" * 10_000 + END)
    terminal.wait_for("/" + "a" * 90)
    terminal.wait_until(lambda: "yearly" not in terminal.picture(), "the list to be narrowed")
    terminal.press("escape")
    terminal.wait_for("yearly-etl")


def send_much(terminal: Pty, data: bytes) -> None:
    """Send more than the terminal takes at once, reading what it says meanwhile."""
    for at in range(0, len(data), 2048):
        terminal.send(data[at : at + 2048])
        terminal.during(lambda: None, still=0.0)


def test_no_paste_deletes_a_workflow_with_marks_or_without(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    with Pty(run_tui("--demo"), columns=110, rows=32, env=env) as shown:
        shown.wait_for("diamond", within=60)
        shown.wait_for("live")
        shown.send(BEGIN + b"\x1b[AD\x13" + END)
        shown.wait_for("no field to take them")
        shown.send(b"D\x13")
        shown.wait_for("typed before the question could be read")
        shown.wait_for("the state of its steps")
        assert not shown.emulator.shows("Deleted ")
        shown.press("escape")
        shown.wait_until(
            lambda: not shown.emulator.shows("the state of its steps"), "the question to go"
        )
        assert not shown.emulator.shows("Deleted ")
