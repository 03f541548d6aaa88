"""Which letters the bytes of a file are: UTF-8, or what a byte order mark at its beginning says.

PowerShell's `>` writes UTF-16 with such a mark.
"""

from __future__ import annotations

import codecs

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
