"""What takes too long is interrupted, wherever the interpreter is just then."""

from __future__ import annotations

import re
import weakref
from time import thread_time
from typing import Any

import pytest

from tui.domain.deadline import TookTooLong, deadline

ENDLESS = re.compile(r"(a|aa)+$")


class Held:
    """Something that can be let go of."""


def test_what_takes_too_long_is_interrupted() -> None:
    begun = thread_time()
    with pytest.raises(TookTooLong), deadline(0.02):
        ENDLESS.search("a" * 60 + "b")
    assert thread_time() - begun < 5


def test_what_is_quick_is_not() -> None:
    with deadline(5):
        assert ENDLESS.search("aaa")


def test_an_interruption_that_comes_while_something_is_let_go_of_comes_again() -> None:
    """Raised in such a function it would be written to stderr, and end nothing."""
    seen: list[float] = []

    # As a function of the module that has those of sets: it is recognised by that.
    code: dict[str, Any] = {"__name__": "_weakrefset", "thread_time": thread_time, "seen": seen}
    exec(
        "def removed(gone):\n"
        "    begun = thread_time()\n"
        "    while thread_time() - begun < 0.1: pass\n"
        "    seen.append(thread_time() - begun)\n",
        code,
    )
    held = Held()
    ref = weakref.ref(held, code["removed"])
    with pytest.raises(TookTooLong), deadline(0.02):
        del held
        assert seen, "it went on to its end"
        ENDLESS.search("a" * 60 + "b")
    assert ref() is None
