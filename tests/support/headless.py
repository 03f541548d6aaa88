"""Running a command line in this process and reading what it said."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import NamedTuple

from tui.cli import main


class Said(NamedTuple):
    """What came of a command line."""

    code: int
    out: str
    err: str


def run(argv: Sequence[str]) -> Said:
    """Call `main` with streams of our own."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(argv)
    return Said(code, out.getvalue(), err.getvalue())
