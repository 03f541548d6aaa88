"""How bad a line of a log says it is."""

from __future__ import annotations

import re
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
LEVEL_WITHIN = 400
"""Characters of a line in which its level is looked for."""


def level_of(text: str) -> Level:
    """How bad a line says it is."""
    start = text[:LEVEL_WITHIN]
    if ERROR.search(start):
        return "error"
    return "warning" if _WARNING.search(start) else ""
