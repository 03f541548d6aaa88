"""Which lines of a block of a log match, or tell of something bad.

A block is searched as bytes wherever that finds the same: a word that is in no line of a block is
found out in one pass over its bytes, without any of its lines being made. A block with colours,
carriage returns or worse in it is searched as it is shown.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from tui.domain.levels import Level, level_of
from tui.domain.logs import LogBlock, stamp_end
from tui.domain.text import SGR, shown_log

_SGR_BYTES = re.compile(rb"\x1b\[[0-9;:]*m")
_DIRT = (b"\x1b", b"\r", b"\b", b"\0")
"""Bytes of lines that are shown otherwise than they came."""
_MANY = 4
"""If there are hits in more than one line of so many, it is quicker to look at each."""
_SPECIAL = frozenset(r"\.^$*+?{}[]|()")
_BAD_WORDS = (
    *(b"error", b"fatal", b"critical", b"panic", b"severe", b"emerg", b"alert"),
    *(b"traceback", b"warn"),
)
"""Lines that tell of errors or warnings have one of them, in some case, or begin as klog does."""
_KLOG = re.compile(rb"[EFW]\d{4} \d\d:")
_KLOG_HEADS = tuple(b"%c%d" % (letter, month) for letter in b"EFW" for month in (0, 1))
"""How such a line begins, whatever the day: a hundred times as fast to look for."""


class Wanted(NamedTuple):
    """What is sought, taken apart once."""

    pattern: re.Pattern[str]
    literal: bytes
    """What stands in each line with a hit, in lower case where case does not matter; else b""."""
    is_caseless: bool


@lru_cache(maxsize=32)
def wanted_of(pattern: re.Pattern[str]) -> Wanted:
    """A pattern, and the bytes to look for where it is nothing but a word."""
    text = pattern.pattern
    plain = re.sub(r"\\(\W)", r"\1", text)
    is_literal = re.escape(plain) == text or not _SPECIAL & set(text)
    is_caseless = bool(pattern.flags & re.IGNORECASE)
    if not is_literal or not plain or (is_caseless and not plain.isascii()):
        return Wanted(pattern, b"", is_caseless)
    literal = plain.encode("utf-8", "replace")
    return Wanted(pattern, literal.lower() if is_caseless else literal, is_caseless)


def shown_texts(block: LogBlock) -> list[str]:
    """The lines of a block as they are shown, without colours."""
    lines = block.data[:-1].split(b"\n")
    if not any(dirt in block.data for dirt in _DIRT):
        return block.data[:-1].decode("utf-8", "replace").split("\n")
    return [shown_text(line) for line in lines]


def shown_text(line: bytes) -> str:
    """One line as it is shown, without colours."""
    text = shown_log(line)
    return SGR.sub("", text) if "\x1b" in text else text


def lines_with(block: LogBlock, wanted: Wanted) -> array[int]:
    """The numbers of the lines in which a pattern is found."""
    if wanted.literal:
        found = _with_literal(block, wanted)
        if found is not None:
            return found
    search = wanted.pattern.search
    return array("I", [i for i, text in enumerate(shown_texts(block)) if search(text)])


def _with_literal(block: LogBlock, wanted: Wanted) -> array[int] | None:
    """The same of a word; None if the lines have to be looked at as they are shown."""
    raw = block.data if block.raw is None else block.raw
    whole = raw
    if any(dirt in raw for dirt in _DIRT[1:]):
        return None
    if b"\x1b" in raw and b"\x1b" in (whole := _SGR_BYTES.sub(b"", raw)):
        return None
    if wanted.is_caseless:
        whole = whole.lower()
    word = wanted.literal
    at = whole.find(word)
    if at < 0:
        return array("I")
    is_stamped = block.raw is not None and block.is_stamped
    if whole.count(word) * _MANY > len(block):
        text = block.data
        if b"\x1b" in text:
            text = _SGR_BYTES.sub(b"", text)
        lines = (text.lower() if wanted.is_caseless else text)[:-1].split(b"\n")
        return array("I", [i for i, line in enumerate(lines) if word in line])
    found = array("I")
    number = counted = 0
    while at >= 0:
        begin = whole.rfind(b"\n", 0, at) + 1
        number += whole.count(b"\n", counted, begin)
        counted = begin
        if is_stamped and (begin or block.begun is None):
            # What is looked for may stand in the time in front of the line, which is no text.
            text_at = stamp_end(whole, begin)
            if at < text_at:
                at = whole.find(word, text_at)
                continue
        found.append(number)
        end = whole.find(b"\n", at)
        at = whole.find(word, end)
    return found


def may_be_bad(block: LogBlock) -> bool:
    """Whether any line may tell of errors or warnings: quick, and wrong to one side only."""
    raw = block.data if block.raw is None else block.raw
    lower = raw.lower()
    if any(word in lower for word in _BAD_WORDS):
        return True
    return any(head in raw for head in _KLOG_HEADS) and _KLOG.search(raw) is not None


def bad_lines(block: LogBlock, first: int, end: int) -> list[tuple[int, Level]]:
    """The lines from `first` up to `end` that tell of errors and warnings, with how bad each is."""
    ends = block.ends
    suspects: set[int] = set()
    if first < end:
        begin = ends[first - 1] if first else 0
        for found in _bad_pattern().finditer(block.data, begin, ends[end - 1]):
            suspects.add(bisect_right(ends, found.start()))
    bad: list[tuple[int, Level]] = []
    for number in sorted(suspects):
        level = level_of(shown_text(block.line(number)))
        if level:
            bad.append((number, level))
    return bad


@lru_cache(maxsize=1)
def _bad_pattern() -> re.Pattern[bytes]:
    words = b"|".join(b"".join(b"[%c%c]" % (c, c - 32) for c in word) for word in _BAD_WORDS)
    return re.compile(rb"(?m)" + words + rb"|^.{0,64}?[EFW]\d{4} \d\d:")


_IN_TRACE = re.compile(
    r"\s|Caused by\b|Traceback \(most recent|During handling of|The above exception|\.\.\. \d+ more"
    r"|goroutine \d+|[\w.$]+(?:Error|Exception|Exit|Interrupt|Warning)\b|\)|\}|\]|$"
)
"""How lines begin that belong to the error before them."""
LONGEST_TRACE = 200
"""Lines of one trace that are looked back over."""


def is_in_trace(text: str) -> bool:
    """Whether a line, as it is shown, looks like part of the error that is told of before it."""
    return _IN_TRACE.match(text) is not None
