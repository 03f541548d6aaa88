"""A block of a log is searched as bytes, and what is found is what one sees."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.logs import blocks_of, joined
from tui.domain.logsearch import bad_lines, lines_with, may_be_bad, shown_text, wanted_of
from tui.domain.search import compile_pattern

STAMP = b"2026-08-21T10:41:22.123456789Z "
PARTS = [
    *(b"error", b"Error", b"loss=0.4", b"2026", b"a.b", b" ", b"caf\xc3\xa9", b"\xff"),
    *(b"\x1b[31m", b"\x1b[0m", b"\r", b"\b", b"x", b"\t", b"\0", b"\x1b[2K", b"10:41"),
]


@given(
    st.lists(st.lists(st.sampled_from(PARTS), max_size=5).map(b"".join), max_size=30),
    st.sampled_from(["error", "Error", "loss", "2026", "a.b", "a\\.b", "é", "x+", "^x", "10:41"]),
    st.booleans(),
)
def test_what_is_found_is_what_is_found_line_by_line(
    lines: list[bytes], text: str, is_stamped: bool
) -> None:
    before = STAMP if is_stamped else b""
    whole = b"".join(before + line + b"\n" for line in lines)
    if not whole:
        return
    block = joined(list(blocks_of([whole], stamped=is_stamped)))
    pattern, _ = compile_pattern(text)
    wanted = [i for i, line in enumerate(lines) if pattern.search(shown_text(line))]
    assert list(lines_with(block, wanted_of(pattern))) == wanted
    taken_apart = block.part(0, len(block) - 1)
    assert list(lines_with(taken_apart, wanted_of(pattern))) == [
        i for i in wanted if i < len(taken_apart)
    ]


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
        (b"terrorERRORist", ""),
        (b"all is well", ""),
    ],
)
def test_lines_that_tell_of_something_bad_are_found_among_others(line: bytes, level: str) -> None:
    (block,) = blocks_of([b"fine\n" + STAMP + line + b"\nfine\n"])
    assert bad_lines(block, 0, 3) == ([(1, level)] if level else [])
    assert bad_lines(block, 1, 2) == bad_lines(block, 0, 3)
    assert bad_lines(block, 0, 1) == bad_lines(block, 2, 3) == []
    assert may_be_bad(block) or not level
