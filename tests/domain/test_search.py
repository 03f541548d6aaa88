"""Searching lines bit by bit finds what searching them at once finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.levels import Level
from tui.domain.lines import Colourless, Levels, TextLines
from tui.domain.search import LineSearch, compile_pattern


class Growing:
    """Lines that come and go."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    def line(self, index: int) -> str:
        return self.lines[index]

    def level(self, index: int) -> Level:
        return ""


def hits(search: LineSearch) -> list[int]:
    while search.step(3):
        pass
    found, at = [], -1
    while (after := search.after(at)) is not None:
        found.append(after)
        at = after
    return found


@given(st.lists(st.sampled_from("ab"), max_size=40), st.integers(0, 45))
def test_every_hit_is_found_wherever_the_search_begins(lines: list[str], start: int) -> None:
    search = LineSearch(TextLines("\n".join(lines)), re.compile("a"), start=start)
    wanted = [i for i, line in enumerate(lines) if line == "a"]
    assert hits(search) == wanted
    assert search.count == len(wanted)
    assert [search.rank(i) for i in wanted] == list(range(1, len(wanted) + 1))
    assert [search.before(i + 1) for i in wanted] == wanted


@given(
    st.lists(st.sampled_from("ab"), min_size=1, max_size=30),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 10),
)
def test_lines_that_come_and_go_during_a_search_change_nothing_else(
    lines: list[str], start: int, gone: int, steps: int
) -> None:
    model = Growing(list(lines))
    search = LineSearch(model, re.compile("a"), start=start)
    for _ in range(steps):
        search.step(2)
    gone = min(gone, len(lines))
    model.lines = [*lines[gone:], "a", "b", "a"]
    search.forget(gone)
    assert hits(search) == [i for i, line in enumerate(model.lines) if line == "a"]


def test_the_nearest_hit_below_is_found_first() -> None:
    model = TextLines("a\n" * 10)
    search = LineSearch(model, re.compile("a"), start=5)
    search.step(1)
    assert (search.after(4), search.before(5)) == (5, None)


@given(
    st.lists(st.sampled_from("ab"), max_size=30),
    st.integers(0, 32),
    st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=20),
    st.integers(-1, 31),
)
def test_what_is_told_of_a_part_of_the_lines_is_so_in_the_whole(
    lines: list[str], start: int, steps: list[tuple[int, bool]], index: int
) -> None:
    """A hit that is told is the nearest one, though most lines were not looked at yet."""
    search = LineSearch(TextLines("\n".join(lines)), re.compile("a"), start=start)
    for count, forward in steps:
        search.step(count, forward=forward)
    wanted = [i for i, line in enumerate(lines) if line == "a"]
    below = next((i for i in wanted if i > index), None)
    above = next((i for i in reversed(wanted) if i < index), None)
    assert search.after(index) in (below, None)
    assert search.before(index) in (above, None)
    if search.is_done:
        assert (search.after(index), search.before(index)) == (below, above)


def test_the_nearest_hit_above_is_found_first_when_one_goes_up() -> None:
    search = LineSearch(TextLines("a\n" * 10_000), re.compile("a"), start=9_000)
    search.step(1, forward=False)
    assert (search.before(9_000), search.count) == (8_999, 1)


def test_capitals_count_only_if_there_are_any() -> None:
    small, _ = compile_pattern("error")
    capital, _ = compile_pattern("Error")
    assert small.search("ERROR") and not capital.search("ERROR")
    class_of_characters, _ = compile_pattern(r"\Serror")
    assert class_of_characters.search("-ERROR")


def test_what_is_no_regular_expression_is_taken_literally_and_that_is_said() -> None:
    pattern, note = compile_pattern("step[0")
    assert pattern.search("in step[0") and "literally" in note


@pytest.mark.parametrize("text", ["a{99999999999999999999}", "(" * 5000, "[[", "(?i)a(?i)b"])
def test_whatever_is_wrong_with_a_pattern_it_is_taken_literally(text: str) -> None:
    pattern, note = compile_pattern(text)
    assert note and pattern.search(text)


def test_a_pattern_that_python_has_doubts_about_is_taken_as_it_is() -> None:
    pattern, note = compile_pattern("[[a||b]")
    assert not note and pattern.search("[")


@pytest.mark.parametrize("text", ["(a+)+$", "(x*)*", "(a{2,})+b", "(?:a+)*"])
def test_a_pattern_that_could_take_for_ever_is_taken_literally(text: str) -> None:
    pattern, note = compile_pattern(text)
    assert note
    assert pattern.search(text)
    assert not pattern.search("a" * 40)


def test_colours_do_not_split_a_word() -> None:
    model = Colourless(TextLines("er\x1b[31mror\x1b[0m"))
    assert re.search("error", model.line(0))
    assert len(model) == 1


def test_traces_of_a_text_are_an_error_each_even_where_they_follow_each_other() -> None:
    trace = "Traceback (most recent call last):\n  File x, line 1\nKeyError: 'k'\n"
    java = "java.lang.IllegalStateException: no\n\tat x.Y.z(Y.java:1)\n"
    model = Levels(TextLines(trace * 2 + "ERROR one\nERROR two\n" + java * 2))
    assert hits(LineSearch(Colourless(model), re.compile("error"), start=0)) == [0, 3, 6, 7, 10]
