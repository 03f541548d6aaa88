"""What threads of all kinds need."""

from __future__ import annotations

import weakref

import pytest

from tui.ports.threads import AT_ONCE, forget


class Thing:
    """Something that is freed once nobody holds it."""


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, 3 * AT_ONCE + 1])
def test_what_is_forgotten_is_freed_and_what_others_hold_is_not(count: int) -> None:
    kept = Thing()
    things = [*(Thing() for _ in range(count)), kept]
    gone = [weakref.ref(thing) for thing in things[:-1]]
    forget(things)
    assert things == [] and not any(ref() for ref in gone)
    assert isinstance(kept, Thing)


def test_many_are_forgotten_some_at_a_time() -> None:
    left: list[int] = []
    things: list[object] = [object() for _ in range(AT_ONCE)]

    class Last:
        def __del__(self) -> None:
            left.append(len(things))

    things += [Last(), *(object() for _ in range(AT_ONCE - 1))]
    forget(things)
    assert left == [AT_ONCE], "those before it wait for their turn"
