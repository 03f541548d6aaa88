"""What waits leaves once: taken back, given up, or due."""

from __future__ import annotations

from tui.domain.identity import ObjectKey
from tui.state.waits import Wait, Waits

A, B = ObjectKey("here", "wf", "argo", "a"), ObjectKey("here", "wf", "argo", "b")


def waiting(waits: Waits, key: ObjectKey, seconds: float = 5) -> Wait:
    return waits.add(f"Delete {key.name}", [key], seconds, send=lambda: None, ended=lambda: None)


def test_what_is_due_is_taken_out_once() -> None:
    now = [0.0]
    waits = Waits(lambda: now[0])
    first, second = waiting(waits, A), waiting(waits, B, 7)
    assert waits.take_due() == ()
    now[0] = 5.0
    assert waits.take_due() == (first,)
    assert waits.take_due() == ()
    assert not waits.take(first)
    assert (waits.has(A), waits.has(B)) == (False, True)
    assert waits.take_all() == (second,)
    now[0] = 9.0
    assert waits.take_due() == ()


def test_the_last_is_taken_back_first() -> None:
    waits = Waits(lambda: 0.0)
    first, second = waiting(waits, A), waiting(waits, B)
    assert waits.latest is second
    assert waits.take(second)
    assert waits.latest is first


def test_seconds_are_whole_and_never_below_none() -> None:
    now = [0.0]
    waits = Waits(lambda: now[0])
    wait = waiting(waits, A)
    seen = []
    for at in (0.0, 0.1, 4.0, 4.9, 5.0, 8.0):
        now[0] = at
        seen.append(waits.seconds_left(wait))
    assert seen == [5, 5, 1, 1, 0, 0]
