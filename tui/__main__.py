"""`python -m tui`, and the console script.

An interrupt ends the program without a word, as it does others, from the first line of ours that
Python runs until a command or the app has begun, and again when that has ended.
"""

from __future__ import annotations

# `signal` would import enums first, in which time nobody would heed an interrupt; typeshed has only
# that one.
from _signal import (  # type: ignore[import-not-found]
    SIG_DFL,
    SIGINT,
    default_int_handler,
    getsignal,
    signal,
)

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` takes its time, too
    from typing import NoReturn


class Interrupts:
    """Inside of `with` an interrupt is a KeyboardInterrupt, else it ends the process."""

    def __init__(self) -> None:
        # Who started us may want it to be ignored.
        self._are_heeded = getsignal(SIGINT) in (default_int_handler, SIG_DFL)
        self.__exit__()

    def __enter__(self) -> None:
        if self._are_heeded:
            signal(SIGINT, default_int_handler)

    def __exit__(self, *_: object) -> None:
        if self._are_heeded:
            signal(SIGINT, SIG_DFL)


def entry() -> NoReturn:
    """Run the command line of this process."""
    interrupts = Interrupts()
    from tui.cli import entry as run

    run(interrupts)


if __name__ == "__main__":
    entry()
