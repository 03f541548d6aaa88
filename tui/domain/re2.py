"""Expressions in the syntax that Argo takes (RE2), as Python's.

`argo logs --grep` is an expression of Go. Python's engine knows nearly the same language; what it
reads otherwise or does not know is said in its words here, or refused by name, so that no
expression silently finds nothing.
"""

from __future__ import annotations

import re

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_NEGATED = {
    "alnum": r"\x00-/:-@\[-`{-\U0010ffff",
    "alpha": r"\x00-@\[-`{-\U0010ffff",
    "ascii": r"\x80-\U0010ffff",
    "blank": r"\x00-\x08\n-\x1f!-\U0010ffff",
    "cntrl": r" -~\x80-\U0010ffff",
    "digit": r"\x00-/:-\U0010ffff",
    "graph": r"\x00- \x7f-\U0010ffff",
    "lower": r"\x00-`{-\U0010ffff",
    "print": r"\x00-\x1f\x7f-\U0010ffff",
    "punct": r"\x00- 0-9A-Za-z\x7f-\U0010ffff",
    "space": r"\x00-\x08\x0e-\x1f!-\U0010ffff",
    "upper": r"\x00-@\[-\U0010ffff",
    "word": r"\x00-/:-@\[-^`{-\U0010ffff",
    "xdigit": r"\x00-/:-@G-`g-\U0010ffff",
}
_ASCII = {
    "d": "0-9",
    "D": _NEGATED["digit"],
    "w": _POSIX["word"],
    "W": _NEGATED["word"],
    "s": r"\t\n\f\r ",
    "S": r"\x00-\x08\x0b\x0e-\x1f!-\U0010ffff",
}
"""These know ASCII only in RE2."""
_NAMED = re.compile(r"\[:(\^?)(\w*):\]")
_FLAGS = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])")
_RUNE = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_UNKNOWN = {
    "p": "classes of Unicode such as \\p{Greek} are not known here",
    "P": "classes of Unicode such as \\P{Greek} are not known here",
    "C": "\\C is not known here",
}


def python_of_re2(text: str) -> str:
    """An expression of RE2 as one of Python.

    Raises: ValueError with a sentence for what Python cannot say, and for what RE2 does not know.
    """
    out: list[str] = []
    flags = ""
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            piece, at = _escaped(text, at)
            out.append(piece)
        elif char == "[":
            piece, at = _bracketed(text, at)
            out.append(piece)
        elif text.startswith("(?", at):
            piece, at, more = _group(text, at, is_first=not out)
            flags += more
            out.append(piece)
        else:
            out.append(char)
            at += 1
    whole = "".join(out)
    return f"(?{flags}){whole}" if flags else whole


def _escaped(text: str, at: int) -> tuple[str, int]:
    """An escape outside of brackets, and where to go on."""
    char = text[at + 1 : at + 2]
    if char in _ASCII and char:
        return f"[{_ASCII[char]}]", at + 2
    if char == "z":
        return r"\Z", at + 2
    if char == "Q":
        end = text.find("\\E", at)
        quoted = text[at + 2 : end if end >= 0 else len(text)]
        return re.escape(quoted), end + 2 if end >= 0 else len(text)
    return _plain_escape(text, at)


def _plain_escape(text: str, at: int) -> tuple[str, int]:
    """An escape that means the same in brackets and outside of them."""
    rune = _RUNE.match(text, at)
    if rune is not None:
        return re.escape(chr(int(rune[1], 16))), rune.end()
    char = text[at + 1 : at + 2]
    if _UNKNOWN.get(char):
        raise ValueError(_UNKNOWN[char])
    if char.isdigit() and char != "0":
        raise ValueError("RE2, which --grep speaks as argo does, has no references to groups")
    if char == "Z":
        raise ValueError("RE2 has no \\Z; the end of the text is \\z")
    return text[at : at + 2], at + 2


def _bracketed(text: str, at: int) -> tuple[str, int]:
    """A class in brackets, and where to go on."""
    begin = at
    out = ["["]
    at += 1
    if text.startswith("^", at):
        out.append("^")
        at += 1
    is_first = True
    while at < len(text) and (text[at] != "]" or is_first):
        named = _NAMED.match(text, at)
        if named is not None:
            classes = _NEGATED if named[1] else _POSIX
            if named[2] not in classes:
                known = ", ".join(f"[:{name}:]" for name in _POSIX)
                raise ValueError(f"there is no class [:{named[2]}:]; there are {known}")
            out.append(classes[named[2]])
            at = named.end()
        elif text[at] == "\\":
            char = text[at + 1 : at + 2]
            if char and char in _ASCII:
                out.append(_ASCII[char])
                at += 2
            else:
                piece, at = _plain_escape(text, at)
                out.append(piece)
        else:
            # Python wants to use some of these twice one day, and warns.
            out.append(f"\\{text[at]}" if text[at] in "[&~|]" else text[at])
            at += 1
        is_first = False
    if at >= len(text):
        raise ValueError(f"a bracket is not closed: {text[begin:]}")
    return "".join(out) + "]", at + 1


def _group(text: str, at: int, *, is_first: bool) -> tuple[str, int, str]:
    """The beginning of a group, where to go on, and flags for the whole."""
    if text.startswith(("(?=", "(?!", "(?<=", "(?<!", "(?>"), at):
        raise ValueError("RE2, which --grep speaks as argo does, does not look around")
    if text.startswith("(?<", at):
        return "(?P<", at + 3, ""
    found = _FLAGS.match(text, at)
    if found is None:
        return text[at : at + 2], at + 2, ""
    on, off, end = found[1], found[2] or "", found[3]
    if "U" in on + off:
        raise ValueError("the flag U is not known here; write *? for * and the like")
    if end == ")":
        if not is_first or off:
            raise ValueError("flags are known at the beginning here, or for a group: (?i:…)")
        return "", found.end(), on
    return f"(?{on}{'-' + off if off else ''}:", found.end(), ""
