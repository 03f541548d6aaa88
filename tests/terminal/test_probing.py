"""What a terminal answers when it is asked."""

from __future__ import annotations

import os
import threading

import pytest

from tui.terminal.probing import SIGNS, Probed, probe, read

MODERN = "\x1b[5;1R\x1b[5;9R\x1b[?1004;2$y\x1b[?62;22;52c"


@pytest.mark.parametrize(
    ("said", "probed"),
    [
        (MODERN, Probed(0.01, 8, True, True)),
        ("\x1b[5;1R\x1b[5;17R\x1b[?1004;0$y\x1b[?1;2c", Probed(0.01, 16, False, None)),
        ("\x1b[1;1R\x1b[1;9R\x1b[?6c", Probed(0.01, 8, None, None)),
        ("", Probed(None, None, None, None)),
        ("rubbish \x1b[Hj\x1b[12~", Probed(None, None, None, None)),
        ("typed\x1b[7;1Rahead\x1b[7;9R\x1b[?52c", Probed(0.01, 8, None, True)),
    ],
)
def test_answers_are_taken_for_what_they_mean(said: str, probed: Probed) -> None:
    assert read(said, 0.01, {}) == probed


class Terminal:
    """The other side of a pseudo terminal, which answers as it is told."""

    def __init__(self, answer: bytes) -> None:
        self.main, self._device = os.openpty()
        self.device = os.ttyname(self._device)
        self.heard = b""
        self._answer = answer
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self.heard.endswith(b"\x1b[c"):
            self.heard += os.read(self.main, 4096)
        os.write(self.main, self._answer)

    def rest(self) -> bytes:
        """What is written after the questions."""
        self._thread.join(10)
        return os.read(self.main, 4096)


def test_a_terminal_is_asked_once_and_left_as_it_was() -> None:
    terminal = Terminal(MODERN.encode())
    probed = probe(in_tmux=False, device=terminal.device, within=30)
    assert probed is not None and probed.seconds is not None
    assert (probed.cells, probed.focus, probed.clipboard) == (len(SIGNS), True, True)
    assert SIGNS in terminal.heard.decode()
    assert terminal.rest() == b"\r\x1b[K", "the line is empty again"


def test_a_terminal_that_says_nothing_costs_no_more_than_it_is_given() -> None:
    terminal = Terminal(b"")
    assert probe(in_tmux=False, device=terminal.device, within=0.05) == Probed()


def test_without_a_terminal_nothing_is_asked() -> None:
    assert probe(in_tmux=False, device="/dev/null") is None
    assert probe(in_tmux=False, device="/nowhere/tty") is None
