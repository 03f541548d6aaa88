"""Which lines of a block of a log match, or tell of something bad.

What is searched is each line as it is shown, without its colours; but no line is made before it has
to be. A word that is in no line of a block is found out in one pass over its bytes. Where it is in
a few, only these are looked at; where it is in many, or an expression is sought, the block is cut
into lines at once. A block with backspaces, bars drawn over themselves or worse in it is searched
line by line.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import compress, islice
from operator import itemgetter
from typing import NamedTuple

from tui.domain.expressions import lowered, required
from tui.domain.levels import Level, level_of
from tui.domain.logs import LONGEST_TIME, TIME_AND_BLANK, LogBlock, are_times
from tui.domain.text import SGR, shown_log

_SGR_BYTES = re.compile(rb"\x1b\[[0-9;:]*m")
_ODD = (b"\b", b"\0")
"""Bytes of lines that are shown otherwise than they came; with `\\x1b` and `\\r` it depends."""
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""What a line may begin with that is no text of it, or says that it is in UTF-16."""
_LIKE_ASCII = tuple(map(str.encode, "\u0130\u0131\u017f\u212a"))
"""Letters that are, where case does not matter, the same as one of ASCII: İ ı ſ and the kelvin."""
_FEW = 16
_MANY = 8
"""Beyond a few, hits in more than one line of so many: it is quicker to look at each line then."""
_IN_TIMES = frozenset(b"0123456789-:.tTzZ+")
"""What the times in front of lines consist of, up to the blank behind them."""
_TIME_OF = itemgetter(slice(TIME_AND_BLANK))
_TEXT_OF = itemgetter(slice(TIME_AND_BLANK, None))
_LETTERS = re.compile(rb"[A-Za-z]+")
_BAD_SMALL = (
    *(b"rror", b"anic", b"atal", b"critical", b"warn", b"arning:", b"xception"),
    b"Traceback (most recent call last)",
)
_BAD_WORDS = (
    *(b"ERROR", b"FATAL", b"CRITICAL", b"PANIC", b"SEVERE", b"EMERG", b"ALERT", b"WARN"),
    *_BAD_SMALL,
)
"""Lines that tell of errors or warnings have one of them, or begin as klog does."""
_LETTERS_OF_CAPITALS = (b"R", b"A")
"""Each of the words in capitals has one of these: a letter is found fastest."""
_KLOG = re.compile(rb"[EFW]\d{4} \d\d:")
_KLOG_HEADS = ((b"E", (b"E0", b"E1")), (b"F", (b"F0", b"F1")), (b"W", (b"W0", b"W1")))
"""A letter, and how such a line with it begins, whatever the day."""


class Wanted(NamedTuple):
    """What is sought, taken apart once."""

    pattern: re.Pattern[str]
    literal: bytes
    """What stands in each line with a hit, in lower case where case does not matter; else b""."""
    is_word: bool
    """Whether each line with the literal is a hit."""
    is_caseless: bool
    in_lower_case: re.Pattern[str] | None
    """What finds the same in ASCII in lower case, several times as fast; None where there is no
    such pattern, or none is needed."""


@lru_cache(maxsize=32)
def wanted_of(pattern: re.Pattern[str]) -> Wanted:
    """A pattern, and the bytes to look for first."""
    is_caseless = bool(pattern.flags & re.IGNORECASE)
    text, is_word = required(pattern)
    literal = (text.lower() if is_caseless else text).encode()
    return Wanted(pattern, literal, is_word, is_caseless, lowered(pattern))


def shown_text(line: bytes) -> str:
    """One line as it is shown, without colours."""
    text = shown_log(line)
    return SGR.sub("", text) if "\x1b" in text else text


def lines_with(block: LogBlock, wanted: Wanted) -> array[int]:
    """The numbers of the lines in which a pattern is found."""
    return BlockSearch(block, wanted).within(0, len(block))


class BlockSearch:
    """Looks for something in the lines of one block, some of them at a time."""

    def __init__(self, block: LogBlock, wanted: Wanted) -> None:
        self.block = block
        self._wanted = wanted
        self._found: array[int] | None = None
        """All lines with a hit, where they were found at once."""
        self._look: Callable[[int, int], Iterable[object]] | None = None
        """Looks at each of some lines, where that has to be done; something is said of hits."""

    def within(self, first: int, end: int) -> array[int]:
        """The lines with a hit of those from `first` up to `end`."""
        if self._found is None and self._look is None:
            self._begin()
        if self._look is not None:
            return array("I", compress(range(first, end), self._look(first, end)))
        assert self._found is not None
        if not first and end == len(self.block):
            return self._found
        return self._found[bisect_left(self._found, first) : bisect_left(self._found, end)]

    def _begin(self) -> None:
        """Find the hits if that is quickly done, else how to look at each line."""
        block, (pattern, literal, _, is_caseless, in_lower_case) = self.block, self._wanted
        whole = _as_shown(block.data if block.raw is None else block.raw)
        if whole is None:
            lines = block.data[:-1].split(b"\n")
            self._look = lambda first, end: (
                pattern.search(shown_text(line)) for line in lines[first:end]
            )
            return
        is_ascii = whole.isascii()
        if literal and not (is_caseless and not is_ascii and _has_like_ascii(whole)):
            self._found = self._with_literal(whole)
            if self._found is not None:
                return
        if in_lower_case is not None and is_ascii:
            pattern = in_lower_case
            texts = _bare(block, is_lower=True)
        elif is_ascii:
            texts = _bare(block, is_lower=False)
        else:
            texts = _texts(block.data)
        self._look = lambda first, end: map(pattern.search, texts[first:end])

    def _with_literal(self, whole: bytes) -> array[int] | None:
        """The lines with a hit, as far as the literal says; None if each has to be looked at."""
        block, (pattern, literal, is_word, is_caseless, _) = self.block, self._wanted
        has_letters = is_caseless and literal.upper() != literal
        if has_letters:
            # Lower case takes longer than looking whether something else of it is missing.
            part = _without_letters(literal)
            if len(part) > 1 and whole.rfind(part) < 0:
                return array("I")
            whole = whole.lower()
        # Backwards it takes half the time to find out that there is none.
        if whole.rfind(literal) < 0:
            return array("I")
        may_be_of_time = block.raw is not None and block.is_stamped and _may_be_of_time(literal)
        found = None if may_be_of_time else _few_with(whole, literal, len(block))
        if not is_word:
            if found is None:
                return None
            texts = ((line, shown_text(block.line(line))) for line in found)
            return array("I", [line for line, text in texts if pattern.search(text)])
        if found is not None:
            return found
        # As text whose characters are the bytes, this takes half the time that it takes with bytes.
        word = literal.decode("latin-1")
        if may_be_of_time and whole is block.raw and block.begun is None:
            found = _behind_times(_in_bytes(whole), word)
            if found is not None:
                return found
        texts_of_all = _bare(block, is_lower=has_letters) if may_be_of_time else _in_bytes(whole)
        return array("I", [number for number, text in enumerate(texts_of_all) if word in text])


def _as_shown(raw: bytes) -> bytes | None:
    """The bytes of lines without colours and without returns at their ends, if nothing else in them
    is shown otherwise than it came; else None."""
    if any(odd in raw for odd in _ODD):
        return None
    if not raw.isascii() and any(mark in raw for mark in _MARKS):
        return None
    if b"\r" in raw:
        if raw.count(b"\r") != raw.count(b"\r\n"):
            return None
        raw = raw.replace(b"\r\n", b"\n")
    if b"\x1b" in raw:
        raw = _SGR_BYTES.sub(b"", raw)
        if b"\x1b" in raw:
            return None
    return raw


def _has_like_ascii(whole: bytes) -> bool:
    return any(letter in whole for letter in _LIKE_ASCII)


def _texts(data: bytes) -> list[str]:
    """Lines without times that `_as_shown` can tell."""
    whole = _as_shown(data)
    assert whole is not None
    return whole.decode("utf-8", "replace")[:-1].split("\n")


def _bare(block: LogBlock, *, is_lower: bool) -> list[str]:
    """The lines of a block that `_as_shown` can tell without their times, in which each character
    is a byte; with `is_lower` those of ASCII in lower case."""
    raw = block.raw
    is_quick = raw is not None and block.is_stamped and block.begun is None
    if is_quick and raw is not None and b"\r" not in raw and b"\x1b" not in raw:
        lines = _in_bytes(raw)
        if are_times("".join(map(_TIME_OF, lines)).encode("latin-1"), len(lines)):
            bare = map(_TEXT_OF, lines)
            return list(map(str.lower, bare) if is_lower else bare)
    whole = _as_shown(block.data)
    assert whole is not None
    return _in_bytes(whole.lower() if is_lower else whole)


def _in_bytes(whole: bytes) -> list[str]:
    """Lines in which each character is a byte."""
    return whole.decode("latin-1")[:-1].split("\n")


def _behind_times(lines: list[str], word: str) -> array[int] | None:
    """The lines with a word behind their times; None if some that have it in front are unusual."""
    found = array("I", [number for number, line in enumerate(lines) if word in line])
    doubtful = [number for number in found if lines[number].rfind(word) < LONGEST_TIME]
    if not doubtful:
        return found
    times = "".join([lines[number][:TIME_AND_BLANK] for number in doubtful])
    if not are_times(times.encode("latin-1"), len(doubtful)):
        return None
    wrong = {number for number in doubtful if lines[number].find(word, TIME_AND_BLANK) < 0}
    return array("I", [number for number in found if number not in wrong])


def _few_with(whole: bytes, word: bytes, lines: int) -> array[int] | None:
    """The lines with a word, of so many, if they are few; else None."""
    numbers = _numbers_of(whole, word)
    found = array("I", islice(numbers, _FEW))
    if len(found) == _FEW and found[-1] < _FEW * _MANY:
        return None
    found.extend(islice(numbers, lines // _MANY))
    return found if next(numbers, None) is None else None


def _without_letters(literal: bytes) -> bytes:
    """The longest part of it in which case says nothing."""
    return max(_LETTERS.split(literal), key=len)


def _may_be_of_time(literal: bytes) -> bool:
    """Whether it could be found in the times in front of lines, be it with the text after them."""
    return _IN_TIMES.issuperset(literal.partition(b" ")[0])


def _numbers_of(whole: bytes, word: bytes) -> Iterator[int]:
    """The numbers of the lines that have a word, of bytes that end in a newline."""
    number = counted = 0
    at = whole.find(word)
    while at >= 0:
        number += whole.count(b"\n", counted, at)
        counted = at
        yield number
        at = whole.find(word, whole.find(b"\n", at))


# --- lines that tell of something bad ------------------------------------------------------


def suspects(block: LogBlock) -> array[int]:
    """The lines that may tell of errors or warnings: quick, and wrong to one side only."""
    raw = block.data if block.raw is None else block.raw
    if b"\0" in raw:
        return array("I", range(len(block)))
    if b"\x1b" in raw:
        raw = _SGR_BYTES.sub(b"", raw)
    words = _BAD_WORDS if any(letter in raw for letter in _LETTERS_OF_CAPITALS) else _BAD_SMALL
    found: set[int] = set()
    for word in words:
        if raw.rfind(word) >= 0:
            found.update(_numbers_of(raw, word))
    if _may_be_klog(raw):
        number = counted = 0
        for each in _KLOG.finditer(raw):
            number += raw.count(b"\n", counted, each.start())
            counted = each.start()
            found.add(number)
    return array("I", sorted(found))


def _may_be_klog(raw: bytes) -> bool:
    return any(
        letter in raw and any(raw.rfind(head) >= 0 for head in heads)
        for letter, heads in _KLOG_HEADS
    )


def bad_lines(block: LogBlock, lines: Iterable[int]) -> list[tuple[int, Level]]:
    """Those of some lines that tell of errors and warnings, with how bad each is."""
    levels = [(line, level_of(shown_text(block.line(line)))) for line in lines]
    return [(line, level) for line, level in levels if level]
