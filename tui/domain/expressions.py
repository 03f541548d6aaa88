"""What can be told of a regular expression by reading it: how a search with it is made quick.

An expression is asked of a million lines. That most of them lack a text which each match has, or
that case matters no more in lines that are in lower case, saves most of the time. Only what is sure
is told; of anything unusual nothing is.
"""

from __future__ import annotations

import re
import string

_TOKEN = re.compile(
    r"(?P<escape>\\.)"
    r"|(?P<class>\[\^?\]?(?:\\.|[^\\\]])*\])"
    r"|(?P<repeat>(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\}|\{,[0-9]*\})[?+]?)"
    r"|(?P<open>\((?:\?(?:[:=!]|<[=!]))?)"
    r"|(?P<close>\))"
    r"|(?P<or>\|)"
    r"|(?P<some>[.^$])"
    r"|(?P<char>.)",
    re.DOTALL,
)
_KNOWN_ESCAPES = frozenset("dDwWsSbBAZtnrfv")
"""Letters that mean a kind of character, a place or a control character behind a backslash, and
nothing else."""
_CASELESS = "(?i)"
_USUAL = re.IGNORECASE | re.UNICODE | re.MULTILINE | re.DOTALL


def required(pattern: re.Pattern[str]) -> tuple[str, bool]:
    """The longest text that each match has, and whether each text with it has a match.

    "" if none is known. Where case does not matter it is of ASCII, and stands there in some case.
    """
    tokens = _tokens(pattern)
    if tokens is None:
        return "", False
    runs = [""]
    is_word = True
    depth = 0
    for kind, text in tokens:
        char = text[-1] if kind in ("char", "escape") else ""
        is_char = kind == "char" or (kind == "escape" and not char.isalnum())
        if is_char and not depth:
            runs[-1] += char
            continue
        is_word = False
        if kind == "or" and not depth:
            return "", False
        if kind == "repeat" and not depth and not _is_at_least_once(text):
            runs[-1] = runs[-1][:-1]
        depth += (kind == "open") - (kind == "close")
        runs.append("")
    longest = max(runs, key=len)
    is_odd = not longest.isascii() if pattern.flags & re.IGNORECASE else not _is_known(longest)
    return ("", False) if is_odd or "\n" in longest else (longest, is_word and bool(longest))


def lowered(pattern: re.Pattern[str]) -> re.Pattern[str] | None:
    """What finds in text of ASCII in lower case where `pattern` finds something in the same text as
    it was; None if `pattern` minds case, or if that is not sure."""
    tokens = _tokens(pattern)
    if not pattern.flags & re.IGNORECASE or tokens is None:
        return None
    for kind, text in tokens:
        if not text.isascii():
            return None
        if kind == "char" and text in string.ascii_uppercase:
            return None
        if kind == "class" and not _is_lower(text):
            return None
    return re.compile("".join(text for _, text in tokens), pattern.flags & ~re.IGNORECASE)


def _tokens(pattern: re.Pattern[str]) -> list[tuple[str, str]] | None:
    """The parts of an expression, each with its kind; None if some of it is unusual."""
    if pattern.flags & ~_USUAL:
        return None
    whole = pattern.pattern.removeprefix(_CASELESS)
    tokens = [(str(each.lastgroup), each[0]) for each in _TOKEN.finditer(whole)]
    before = ""
    for kind, text in tokens:
        if before == "(" and kind == "repeat":  # of `(?` only some are known
            return None
        if kind == "escape" and text[1].isalnum() and text[1] not in _KNOWN_ESCAPES:
            return None
        before = text
    return tokens


def _is_at_least_once(repeat: str) -> bool:
    if repeat[0] in "*?":
        return False
    return repeat[0] == "+" or int(repeat[1:].partition(",")[0].rstrip("}?+") or 0) > 0


def _is_known(text: str) -> bool:
    """Whether a text is what it is as bytes: neither half a character, nor what stands for bytes
    that are no text."""
    return "\ufffd" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


_IN_CLASS = re.compile(r"\\.|.", re.DOTALL)


def _is_lower(text: str) -> bool:
    """Whether a class of characters has no capitals, nor any from one character to another that
    may be some."""
    parts = _IN_CLASS.findall(text[1:-1].removeprefix("^"))
    for at, part in enumerate(parts):
        if part in string.ascii_uppercase:
            return False
        if part[0] == "\\" and part[1].isalnum() and part[1] not in "dDwWsStnrfv":
            return False
        if part == "-" and 0 < at < len(parts) - 1:
            ends = parts[at - 1] + parts[at + 1]
            if not (len(ends) == 2 and (ends.isdigit() or (ends.isalpha() and ends.islower()))):
                return False
    return True
