"""Marks of what is under way."""

from __future__ import annotations

from tui.domain.identity import ObjectKey
from tui.state.pending import Pending

A, B = ObjectKey("here", "wf", "argo", "a"), ObjectKey("here", "wf", "argo", "b")


def test_a_workflow_shows_what_is_done_to_it_until_that_ends() -> None:
    pending = Pending()
    number = pending.begin("retry", [A])
    assert (pending.of(A), pending.of(B)) == ("retry", "")
    assert pending.end(number) == (A,)
    assert pending.of(A) == ""


def test_two_deeds_at_once_end_one_by_one() -> None:
    pending = Pending()
    first, second = pending.begin("stop", [A, B]), pending.begin("delete", [B])
    assert pending.of(B) == "delete"
    pending.end(second)
    assert pending.of(B) == "stop"
    pending.end(first)
    assert len(pending) == 0


def test_ending_twice_is_no_error() -> None:
    pending = Pending()
    number = pending.begin("retry", [A])
    pending.end(number)
    assert pending.end(number) == ()
