"""Pieces of a log that is read once are made larger, and lose nothing."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from tui.sources.kubernetes_logs import LARGE, larger


def test_pieces_that_come_quickly_are_joined_up_to_the_end_of_a_line() -> None:
    line = b"x" * 999 + b"\n"
    piece = line * 20 + b"begun"
    made = list(larger(iter([piece] * 14), lambda: 0.0))
    assert b"".join(made) == piece * 14
    assert len(made) == 3
    assert all(each.endswith(b"\n") and len(each) >= LARGE - len(piece) for each in made[:-1])


def test_a_piece_waits_for_no_other_for_long() -> None:
    seconds = count()
    made = list(larger(iter([b"one\ntw", b"o\n", b"three"]), lambda: float(next(seconds))))
    assert made == [b"one\n", b"two\n", b"three"]


def test_a_line_that_does_not_end_is_not_kept_until_it_does() -> None:
    made = list(larger(iter([b"x" * LARGE] * 3), lambda: 0.0))
    assert made == [b"x" * LARGE] * 3


@given(st.lists(st.binary(max_size=40).map(lambda each: each.replace(b"0", b"\n"))), st.booleans())
def test_nothing_is_lost_and_nothing_is_said_twice(pieces: list[bytes], is_slow: bool) -> None:
    seconds = count()
    now = (lambda: float(next(seconds))) if is_slow else (lambda: 0.0)
    assert b"".join(larger(iter(pieces), now)) == b"".join(pieces)
