"""Words as a line that a shell reads back just so, whatever is in them.

The line is one line, and nothing in it acts on a terminal: it may be shown, and be sent to a
clipboard, from which it is pasted into a shell that runs at each line break. So a word with a line
break, another control, or a sign that is not shown as it is, stands in `$'…'`, which bash, zsh and
ksh know.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from tui.domain.text import clean

_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", "'": "\\'"}


def joined(words: Iterable[str]) -> str:
    """The words with blanks between them, each quoted as it needs to be."""
    return " ".join(map(quoted, words))


def quoted(word: str) -> str:
    """One word."""
    if clean(word) == word:
        return shlex.quote(word)
    return f"$'{''.join(map(_escaped, word))}'"


def _escaped(sign: str) -> str:
    if sign in _NAMED:
        return _NAMED[sign]
    if clean(sign) == sign:
        return sign
    # As bytes: that does not depend on the locale of the shell. Three octal digits never run into
    # a digit behind them.
    return "".join(f"\\{byte:03o}" for byte in sign.encode("utf-8", "surrogateescape"))
