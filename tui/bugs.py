"""Faults of ours, caught at the edge of a thread: said, written down and counted.

A thread that ends by an error nobody expected must not leave the screen as if nothing had happened.
Whoever runs one passes what ended it through `caught`: errors with words of their own come back as
they are, and anything else becomes a `Bug` that says where its trace is. A trace holds no values of
variables and no secrets, and is readable by its owner only.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from pathlib import Path

from tui.domain.hidden import said_without_secrets
from tui.errors import Bug, SourceError, TuiError

MOST_TRACES = 20
"""Files that are kept; the oldest go."""
LOG = "TEXTUAL_LOG"
"""The variable that names the log file, as it does for Textual."""

_lock = threading.Lock()
_seen: Counter[str] = Counter()
_traces: dict[str, Path | None] = {}


def caught(error: BaseException, doing: str) -> TuiError:
    """What to tell of an error that ended something: itself, or a bug with its trace written.

    `doing` says what was ended, in words that follow "while".
    """
    return error if isinstance(error, TuiError) else _bug(error, doing)


def caught_in_source(error: BaseException, doing: str) -> SourceError:
    """The same for what reads from a source, whose trouble is told as one of the source."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, TuiError):
        return SourceError(error.what, hint=error.hint)
    return _bug(error, doing)


def note(line: str) -> None:
    """Write a line into the log, if somebody asked for one."""
    path = os.environ.get(LOG)
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8", errors="replace") as log:
            log.write(f"{said_without_secrets(line)}\n")
    except OSError:
        return  # said at the start; what is noted here is told elsewhere as well


def traces_folder() -> Path:
    """Where traces are written."""
    from platformdirs import user_state_path

    return user_state_path("argo-tui") / "traces"


def _bug(error: BaseException, doing: str) -> Bug:
    kind, place = type(error).__name__, _place(error)
    known_as = f"{kind} at {place} while {doing}"
    with _lock:
        _seen[known_as] += 1
        count = _seen[known_as]
        if known_as not in _traces:
            _traces[known_as] = _write_trace(error, known_as)
        trace = _traces[known_as]
    note(f"bug: {known_as}, {count} so far, trace: {trace or 'not written'}")
    where = f"its trace is in {_shortly(trace)}" if trace else "its trace could not be written"
    return Bug(f"a bug in argo-tui, {where}: {kind} at {place} while {doing}", hint="report it")


def _shortly(path: Path) -> str:
    """The path as a person would write it."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _place(error: BaseException) -> str:
    """The last line of ours that it passed through, else the last of all."""
    place = "an unknown place"
    trace = error.__traceback__
    inner = Path(__file__).parent
    ours = False
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        is_ours = file.is_relative_to(inner)
        if is_ours or not ours:
            name = file.relative_to(inner.parent) if is_ours else file.name
            place, ours = f"{name}:{trace.tb_lineno}", ours or is_ours
        trace = trace.tb_next
    return place


def _write_trace(error: BaseException, known_as: str) -> Path | None:
    import traceback

    from tui import __version__

    lines = traceback.format_exception(error, limit=-100)
    text = said_without_secrets(f"argo-tui {__version__}\n{known_as}\n\n{''.join(lines)}")
    try:
        folder = traces_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        path = folder / f"{stamp}-{os.getpid()}-{len(_traces)}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        for old in sorted(folder.glob("*.txt"))[:-MOST_TRACES]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path
