"""A block of a log is searched as bytes, and what is found is what one sees."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.levels import level_of
from tui.domain.logs import LogBlock, blocks_of, joined
from tui.domain.logsearch import (
    BlockSearch,
    bad_lines,
    lines_with,
    shown_text,
    suspects,
    wanted_of,
)
from tui.domain.search import compile_pattern

STAMP = b"2026-08-21T10:41:22.123456789Z "
STAMPS = (STAMP, b"2026-02-30T10:41:22.123456789Z ", b"2026-08-21T12:41:22+02:00 ", b"")
"""Times in front of lines: usual, none for there is no such day, shorter, missing."""
PARTS = [
    *(b"error", b"Error", b"loss=0.4", b"2026", b"a.b", b" ", b"caf\xc3\xa9", b"\xff", b"10:41"),
    *(b"\x1b[31m", b"\x1b[0m", b"\r", b"\b", b"x", b"\t", b"\0", b"\x1b[2K", b"\xef\xbb\xbf"),
    *(b"Exception in thread ", b"java.lang.Exception", b"TypeError: ", b"Uncaught exception"),
    *(b"\xff\xfe", b"\xc5\xbf", b"ERROR", b"77", b"Z ", b"E0821 10:41:22", b"Warning:"),
]
SOUGHT = [
    *("error", "Error", "loss", "2026", "a.b", "a\\.b", "é", "x+", "^x", "10:41", "77", "7", " "),
    *(
        "Z ",
        "z ",
        "Z x",
        "loss=\\d",
        "l.ss=0",
        "[a-e]rror$",
        "ERR",
        "s",
        "error.*x",
        "0821 1",
        "0.4",
    ),
    *("(?i)ERROR", "\\bx\\b", "", "\\S\\S+r", "(error|loss)", "\\Wx", "\ufffd", "\ufeff", "$"),
]
LINES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(PARTS), max_size=5).map(b"".join),
        st.sampled_from([1, 1, 2, 40]),
    ),
    max_size=12,
).map(lambda some: [line for line, times in some for _ in range(times)])
"""Lines of which some come very often."""


@given(
    LINES,
    st.sampled_from(SOUGHT),
    st.sampled_from(["", *STAMPS]),
    st.booleans(),
    st.integers(0, 99),
)
def test_what_is_found_is_what_is_found_line_by_line(
    lines: list[bytes], text: str, before: str | bytes, ends_in_return: bool, cut: int
) -> None:
    is_stamped = isinstance(before, bytes)
    stamps = [before if isinstance(before, bytes) else b""] * len(lines)
    if is_stamped and cut < len(lines):
        stamps[cut] = STAMPS[cut % len(STAMPS)]
    end = b"\r\n" if ends_in_return else b"\n"
    whole = b"".join(stamp + line + end for stamp, line in zip(stamps, lines, strict=True))
    if not whole:
        return
    block = joined(list(blocks_of([whole], stamped=is_stamped)))
    pattern, _ = compile_pattern(text)
    wanted = wanted_of(pattern)
    # Some stamps are none, and stand there as text.
    shown = [shown_text(block.line(number)) for number in range(len(block))]
    hits = [number for number, line in enumerate(shown) if pattern.search(line)]
    assert list(lines_with(block, wanted)) == hits
    taken_apart = block.part(0, len(block) - 1)
    assert list(lines_with(taken_apart, wanted)) == [i for i in hits if i < len(taken_apart)]
    by_and_by = BlockSearch(block, wanted)
    middle = min(cut, len(block))
    above = by_and_by.within(middle, len(block))
    assert [*by_and_by.within(0, middle), *above] == hits


@pytest.mark.parametrize("begun", [None, 5])
def test_a_line_whose_beginning_is_in_the_block_before_has_no_time_to_take_off(
    begun: int | None,
) -> None:
    lines = [STAMP + b"77 x"] * 40
    block = LogBlock.uncut(b"\n".join(lines) + b"\n", begun=begun)
    found = lines_with(block, wanted_of(re.compile("2026")))
    assert list(found) == ([] if begun is None else [0])
    assert len(lines_with(block, wanted_of(re.compile("77")))) == len(lines)


def test_a_number_that_is_in_some_times_only_is_found_in_no_line() -> None:
    times = [b"2026-08-21T10:41:22.%09dZ " % number for number in range(800)]
    lines = [time + (b"took 77 ms\n" if at % 100 == 3 else b"x\n") for at, time in enumerate(times)]
    lines[177] = b"2026-08-32T10:41:22.000000077Z no such day\n"
    (block,) = blocks_of([b"".join(lines)])
    found = lines_with(block, wanted_of(re.compile("77")))
    assert list(found) == sorted([*range(3, 800, 100), 177])


@given(LINES, st.sampled_from([b"", STAMP]))
def test_no_line_that_tells_of_something_bad_is_left_out(lines: list[bytes], stamp: bytes) -> None:
    if not lines:
        return
    block = joined(list(blocks_of([b"".join(stamp + line + b"\n" for line in lines)])))
    shown = [(number, shown_text(block.line(number))) for number in range(len(block))]
    # A bar that is drawn over itself may tell by chance what no part of it tells.
    told = [
        (number, level)
        for number, text in shown
        if (level := level_of(text)) and not any(odd in block.line(number) for odd in DRAWN_OVER)
    ]
    found = bad_lines(block, suspects(block))
    assert set(told) <= set(found)
    assert [number for number, _ in found] == sorted({number for number, _ in found})


DRAWN_OVER = (b"\r", b"\b", b"\x1b[2K")


def test_a_word_that_is_in_the_time_of_each_line_only_is_found_nowhere() -> None:
    (block,) = blocks_of([STAMP + b"one\n" + STAMP + b"of 2026\n"])
    assert list(lines_with(block, wanted_of(re.compile("2026")))) == [1]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (b"10:41 ERROR no such table", "error"),
        (b"E0821 10:41:22.123 reflector.go", "error"),
        (b'{"level":"warn"}', "warning"),
        (b"\x1b[33mWARN\x1b[0m x", "warning"),
        (b"java.lang.IllegalStateException", "error"),
        (b"Uncaught exception", "error"),
        (b"terrorERRORist", ""),
        (b"all is well", ""),
    ],
)
def test_lines_that_tell_of_something_bad_are_found_among_others(line: bytes, level: str) -> None:
    (block,) = blocks_of([b"fine\n" + STAMP + line + b"\nfine\n"])
    assert bad_lines(block, range(3)) == ([(1, level)] if level else [])
    assert list(suspects(block)) == [1] or not level
