"""What is sent to the clipboard, and what is said about it."""

from __future__ import annotations

import base64
import re

import pytest

from tui.terminal.clipboard import MOST, send


def test_a_text_is_sent_and_never_called_copied() -> None:
    sent = send("grüße", what="the name")
    assert sent.ok
    payload = re.fullmatch("\x1b]52;c;([^\x07]*)\x07", sent.sequence)
    assert payload is not None
    assert base64.b64decode(payload[1]).decode() == "grüße"
    assert "the name sent to the clipboard" in sent.message
    assert "copied" not in sent.message
    assert ":plain" in sent.message


def test_tmux_gets_the_plain_and_the_passed_form() -> None:
    plain = send("x").sequence
    both = send("x", multiplexer="tmux").sequence
    assert both == plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def test_screen_gets_it_in_pieces_it_takes() -> None:
    sequence = send("y" * 3000, multiplexer="screen").sequence
    pieces = re.findall("\x1bP(.*?)\x1b\\\\", sequence, re.S)
    assert "".join(pieces) == send("y" * 3000).sequence
    assert max(map(len, pieces)) <= 768


@pytest.mark.parametrize("size", [MOST // 4 * 3 - 2, MOST])
def test_what_is_too_large_is_not_sent_and_the_cap_is_said(size: int) -> None:
    sent = send("z" * size)
    assert sent.ok is (size < MOST // 4 * 3)
    if not sent.ok:
        assert "74 kB" in sent.message
        assert ":plain" in sent.message


def test_text_of_the_cluster_is_one_harmless_line_when_it_is_pasted() -> None:
    evil = "job\nrm -rf ~\n\x00\x1b[201~\x1b]0;x\x07\u202e"
    sent = send(evil, what=evil)
    payload = re.fullmatch("\x1b]52;c;([^\x07]*)\x07", sent.sequence)
    assert payload is not None
    pasted = base64.b64decode(payload[1]).decode()
    assert pasted.isprintable() and pasted.startswith("job rm -rf ~ ")
    assert sent.message.isprintable()


def test_nothing_is_not_sent() -> None:
    assert not send("").ok
