"""Questions before what cannot be taken back, on a terminal; elsewhere a refusal.

A script has nobody to answer, so it says beforehand that it means it: `--yes`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tui.domain.text import clean
from tui.errors import TuiError

SHOWN = 10
"""Names that a question lists; of more it says how many."""


class NotDone(TuiError):
    """Nothing was done, because nobody said that it should be."""


def is_answered() -> bool:
    """Whether somebody is there who can read a question and answer it."""
    streams = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def confirm(question: str, names: Sequence[str], *, proof: str = "") -> None:
    """Ask, and return only after a yes; with a `proof` that has to be typed instead.

    Raises: NotDone for any other answer, and where there is no terminal.
    """
    if not is_answered():
        raise NotDone(
            f"not done: {question[:1].lower()}{question[1:]} is asked on a terminal only",
            hint="give --yes to do it without being asked",
        )
    shown = [f"  {clean(each)}" for each in names[:SHOWN]]
    if len(names) > SHOWN:
        shown.append(f"  and {len(names) - SHOWN} more")
    wanted = f"Type {proof} to go on: " if proof else "[y/N] "
    _ask("\n".join([f"{question}?", *shown, wanted]))
    answer = _answer()
    if answer != proof if proof else answer.lower() not in ("y", "yes"):
        raise NotDone("nothing was done")


def _ask(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _answer() -> str:
    """A line of the terminal; "" at its end."""
    return sys.stdin.readline().strip()
