"""Where headless commands print: output to stdout, talk to stderr, and nothing unprintable.

Both streams are looked up when something is printed, because a test or another program may have
put its own there.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from tui.domain.text import clean_lines
from tui.errors import TuiError

_UNSAFE = re.compile(r"[^\x20-\x7e\n]")


class OutputError(TuiError):
    """Stdout takes no more: the disk is full, the terminal is gone."""


def say(text: str) -> None:
    """A line of talk: what a person reads, and a pipe does not."""
    print(clean_lines(text), file=sys.stderr)


def write(text: str) -> None:
    """Output as it is; the caller has made it printable."""
    stream = sys.stdout
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = getattr(stream, "encoding", None) or "ascii"
        stream.write(text.encode(encoding, "replace").decode(encoding))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write the output: {error.strerror or error}") from error


def to_json(value: Any, indent: int) -> str:
    """JSON as Go indents it; what is not printable is escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    char = found.group()
    if char.isprintable():
        return char
    return json.dumps(char)[1:-1] if ord(char) > 0x7F else f"\\u{ord(char):04x}"
