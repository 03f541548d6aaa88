"""How bad a line of a log says it is, and which lines tell of one error together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Level = Literal["", "warning", "error", "own", "seam"]
"""`own`: Argo wrote it into the log of a program; `seam`: we wrote it between parts of a log."""

ERROR = re.compile(
    r"\b(?:ERROR|FATAL|CRITICAL|PANIC|SEVERE|EMERG|ALERT)\b"
    r"|\b(?:[Ee]rror|[Pp]anic|[Ff]atal):|\b[Ll]evel\"?[=:] ?\"?(?:error|fatal|panic|critical)\b"
    r"|^[EF]\d{4} \d\d:|^Traceback \(most recent call last\)"
)
"""What a line says that tells of an error."""
_WARNING = re.compile(
    r"\bWARN(?:ING)?\b|\b[Ww]arning:|\b[Ll]evel\"?[=:] ?\"?warn(?:ing)?\b|^W\d{4} \d\d:"
)
_THROWN = re.compile(
    # Numbers alone behind a name are measures of models, as in `MeanSquaredError: 0.2`.
    r"(?:Uncaught (?:\(in promise\) )?)?(?:"
    r"(?:[\w$]+\.)+[\w$]*(?:Error|Exception)(?::|$)"
    r"|[A-Z][\w$]*(?:Error|Exception)(?: \[\w+\])?:(?! *[-+\d.]+ *%?$)"
    r"|(?:Error|Exception)(?: \[\w+\])?:)"
)
"""How a line begins that says what was thrown: traces of Python end with it, of Java begin so."""
_BEGINNING = re.compile(r"Exception in thread |Uncaught .*(?:[Ee]rror|[Ee]xception)")
"""How other lines begin that tell of an exception."""
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
_CHAIN = re.compile(
    r"During handling of the above exception|The above exception was the direct cause"
)
"""What stands between the parts of one trace of Python."""
_FRAME = re.compile(r'\s+(?:at |File "|\.\.\. \d+ more)')
_IN_TRACE = re.compile(
    r"\s|Caused by\b|Traceback \(most recent|During handling of|The above exception|\.\.\. \d+ more"
    r"|goroutine \d+|[\w.$]+(?:Error|Exception|Exit|Interrupt|Warning)\b|Exception:|\)|\}|\]|$"
)
"""How lines begin that belong to the error before them."""
LONGEST_TRACE = 200
"""Lines of one trace that are looked back over."""
LONGEST_CALLS = 3000
"""Lines that are looked back over from what was thrown: of Python the calls stand before it."""
_ALONE = ("Error", "Uncaught ")
"""How a line begins with what was thrown that says nothing more of an error logged before it."""
LEVEL_WITHIN = 400
"""Characters of a line in which its level is looked for."""


def level_of(text: str) -> Level:
    """How bad a line says it is."""
    start = text[:LEVEL_WITHIN]
    if ERROR.search(start) or _THROWN.match(start) or _BEGINNING.match(start):
        return "error"
    return "warning" if _WARNING.search(start) else ""


def is_in_trace(text: str) -> bool:
    """Whether a line, as it is shown, looks like part of the error that is told of before it."""
    return _IN_TRACE.match(text) is not None


def is_of_exception(text: str) -> bool:
    """Whether a line that tells of an error is of a trace, and may be in the middle of one."""
    return (_TRACEBACK.match(text) or _THROWN.match(text)) is not None


def error_before(text: str, before: Iterable[str]) -> int | None:
    """How many lines back stands what tells of the same error as a line that tells of one; None if
    none does, for another error begins here.

    `before` are the lines before it, the last one first. Traces may follow each other at once, so
    not all that looks like a trace belongs to the one before it.
    """
    if not is_of_exception(text):
        return _error_of_trace(before) if is_in_trace(text) else None
    is_traceback = _TRACEBACK.match(text) is not None
    has_frames = is_chained = False
    for back, line in enumerate(before, 1):
        if is_chained:
            # What was thrown may be told in any number of lines.
            if level_of(line) == "error":
                return back
        elif _CHAIN.match(line):
            is_chained = True
        elif not line or line[0] in " \t)}]":
            has_frames = has_frames or _FRAME.match(line) is not None
        elif _TRACEBACK.match(line):
            return None if is_traceback else back
        elif has_frames or is_in_trace(line) or text.startswith(_ALONE):
            return None
        else:
            # A program logs that something failed, and then the trace.
            return back if level_of(line) == "error" else None
    return None


def _error_of_trace(before: Iterable[str]) -> int | None:
    for back, line in enumerate(before, 1):
        if level_of(line) == "error":
            return back
        if not is_in_trace(line):
            return None
    return None
