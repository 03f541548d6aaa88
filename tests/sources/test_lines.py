"""Lines come out whole, however the stream was cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.sources.lines import lines


@given(st.lists(st.binary(max_size=6).map(lambda b: b.replace(b"\r", b"")), max_size=12))
def test_the_same_lines_come_out_whatever_the_pieces(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    expected = [line + b"\n" for line in whole.split(b"\n")[:-1] if (line + b"\n").strip()]
    assert list(lines(pieces)) == expected


def test_a_line_without_an_end_is_not_told() -> None:
    assert list(lines([b"one\ntw"])) == [b"one\n"]


def test_a_line_of_many_pieces_is_joined_once() -> None:
    pieces = [b"x" * 1000] * 5000 + [b"\nrest\n"]
    assert list(lines(pieces)) == [b"x" * 5_000_000 + b"\n", b"rest\n"]


def test_a_piece_that_is_a_line_is_not_copied() -> None:
    piece = b"x" * 100 + b"\n"
    (line,) = lines([piece])
    assert line is piece
