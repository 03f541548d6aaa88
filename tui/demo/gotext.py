"""What Go says of a text it cannot read: the API server hands these words on.

Each function is given what could not be read and answers the words, or "" where it can be read.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

_AFTER = {
    "Expecting property name": "looking for beginning of object key string",
    "Expecting value": "looking for beginning of value",
    "Expecting ':'": "after object key",
    "Extra data": "after top-level value",
    "Invalid control character": "in string literal",
    "Invalid \\": "in string escape code",
}
"""How Python begins to say it → how Go ends saying it."""
_LITERALS = {"t": "true", "f": "false", "n": "null"}
_LAYOUT = ("2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05", "Z07:00")
_DIGITS = {"2006": 4, "01": 2, "02": 2, "15": 2, "04": 2, "05": 2}


def json_error(raw: bytes) -> str:
    """Why a text is no JSON."""
    # Byte by byte, as Go looks at it.
    text = raw.decode("latin-1")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        at = error.pos
        if error.msg.startswith("Unterminated") or not text[at:].strip():
            return "unexpected end of JSON input"
        literal = _LITERALS.get(text[at], "")
        if literal and error.msg.startswith("Expecting value"):
            return _in_literal(text[at:], literal)
        where = next((go for said, go in _AFTER.items() if error.msg.startswith(said)), "")
        return f"invalid character {_quoted(text[at])} {where or _after_element(text[:at])}"
    except RecursionError:
        return "exceeded max depth"
    return ""


def _in_literal(text: str, literal: str) -> str:
    for at, expected in enumerate(literal):
        if at == len(text):
            return "unexpected end of JSON input"
        if text[at] != expected:
            return (
                f"invalid character {_quoted(text[at])} in literal {literal} (expecting"
                f" {_quoted(expected)})"
            )
    return "unexpected end of JSON input"


def _after_element(before: str) -> str:
    """What stands before something that should have been a comma."""
    open_ones: list[str] = []
    for mark in re.findall(r'"(?:[^"\\]|\\.)*"|[][{}]', before):
        if mark in "[{":
            open_ones.append(mark)
        elif mark in "]}" and open_ones:
            open_ones.pop()
    return "after array element" if open_ones[-1:] == ["["] else "after object key:value pair"


def _quoted(character: str) -> str:
    if character in "'\\":
        return f"'\\{character}'"
    return f"'{character}'" if character.isprintable() else f"'\\x{ord(character):02x}'"


def summary(raw: bytes) -> str:
    """The beginning of a body that could not be read: as it is if it may be JSON, else in hex."""
    if not raw:
        return "<empty>"
    shown, more = raw[:30], " ..." if len(raw) > 30 else ""
    return (shown.decode("utf-8", "replace") if raw[:1] == b"{" else shown.hex()) + more


def base64_error(text: str) -> str:
    """Why a text is not in the base64 of addresses, without padding."""
    wrong = re.search(r"[^A-Za-z0-9_-]", text)
    if wrong:
        return f"illegal base64 data at input byte {wrong.start()}"
    try:
        base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return f"illegal base64 data at input byte {len(text)}"
    return ""


def time_error(text: str) -> str:
    """Why a text is no time of RFC 3339."""
    rest = text
    for element in _LAYOUT:
        digits = _DIGITS.get(element)
        pattern = rf"\d{{{digits}}}" if digits else re.escape(element)
        if element == "Z07:00":
            pattern = r"(\.\d+)?(Z|[+-]\d\d:\d\d)$"
        found = re.match(pattern, rest)
        if not found:
            return (
                f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse "{rest}" as'
                f' "{element}"'
            )
        rest = rest[found.end() :]
    return ""
