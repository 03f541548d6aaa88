"""Which letters the bytes of a file are: UTF-8, or what a byte order mark at its beginning says.

PowerShell's `>` writes UTF-16 with such a mark. What has none and is not UTF-8 may be guessed where
it is only looked at: UTF-16, or what programs in western countries wrote before there was UTF-8. A
guess has to be a safe one: what is no text at all is better read as bytes.
"""

from __future__ import annotations

import codecs
import re

from tui.domain.text import from_utf16

_MARKED = (
    # The mark of UTF-16 is the beginning of that of UTF-32.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(beginning: bytes) -> str:
    """The encoding of what begins so, as Python calls it."""
    return next((name for mark, name in _MARKED if beginning.startswith(mark)), "utf-8-sig")


def marked_text(beginning: bytes) -> str | None:
    """The text that begins so, where a mark says that it is in UTF-16 or UTF-32, without a last
    character that may be cut off; None where there is no mark, or what follows is no such text."""
    encoding = encoding_of(beginning)
    if encoding == "utf-8-sig":
        return None
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(beginning)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def text_of(data: bytes) -> str:
    """Bytes as text, without the mark. Raises: UnicodeDecodeError."""
    return data.decode(encoding_of(data))


LEAST_WIDE = 16
"""Bytes below which anything might be UTF-16."""
SHORT = 32
"""Bytes below which a single odd byte says little."""

_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\x81\x8d\x8f\x90\x9d]")
"""Control bytes but those of layout and colours, and what Windows-1252 lacks."""
_WINDOWS = re.compile(rb"[\x80-\x9f]")
_PLAIN = re.compile(rb"[A-Za-z0-9 \t\r\n.,;:_\"'()/-]")


def guessed_text(beginning: bytes) -> tuple[str, str] | None:
    """The text that begins so, without a mark and not in UTF-8, and its encoding as one says it:
    `Windows-1252`; None where it does not look like text."""
    if b"\0" in beginning:
        return _wide(beginning)
    if _NO_TEXT.search(beginning):
        return None
    length, high = len(beginning), sum(byte > 0x7F for byte in beginning)
    text = beginning.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    # A few bytes may be wrong of a text in UTF-8; the rest of it still is one.
    if 8 * broken <= high - broken:
        return text, "UTF-8 with errors"
    # Western languages have few letters beyond ASCII; other scripts, and what is packed or
    # computed, are mostly that.
    is_western = high * (5 if length < SHORT else 3) <= length
    if not is_western or len(_PLAIN.findall(beginning)) * 10 < length * 6:
        return None
    name = "Windows-1252" if _WINDOWS.search(beginning) else "Latin-1"
    return beginning.decode("cp1252"), name


def _wide(beginning: bytes) -> tuple[str, str] | None:
    if len(beginning) < LEAST_WIDE or len(beginning) % 2:
        return None
    found = from_utf16(beginning)
    if found is None:
        return None
    try:
        # A last character may be cut off.
        text = codecs.getincrementaldecoder(found[1])().decode(beginning)
    except UnicodeDecodeError:
        return None
    # Numbers of two bytes look alike: below zero they are at the end of all letters, and small
    # ones are what is in no text.
    if any(char >= "\ufe00" or not (char.isprintable() or char in "\t\r\n\f\x1b") for char in text):
        return None
    words = sum(char.isalnum() or char.isspace() for char in text)
    return (text, found[1].upper()) if words * 10 >= len(text) * 6 else None
