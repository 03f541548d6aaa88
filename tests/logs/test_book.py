"""A log book keeps what came, in lines, up to a bound, and says what it dropped."""

from __future__ import annotations

import errno
import os
import re
import resource
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.widgets import FullDisk, blocks
from tui.domain.lines import Colourless, Levels, TextLines
from tui.domain.logfilters import Looking, TypedFilter, narrowed
from tui.domain.logs import JOINED, LogBlock, LogSource, blocks_of, seam, stamp_of, time_of
from tui.domain.search import LineSearch
from tui.domain.text import SGR
from tui.logs.book import EVERYTHING, LineFilter, LogBook, LogView
from tui.logs.spill import Spill

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)
PROGRAM = LogSource("train", "train-1", "main", "n1")
WAIT = LogSource("train", "train-1", "wait", "n1")
OWN = b'time=2026-11-29T04:08:43.269Z level=INFO msg="sub-process exited" argo=true error=<nil>\n'


def source_at(book: LogBook, index: int) -> int:
    block, line = book.block_of(index)
    return block.source_of(line)


MANY = 20_010


def choose(book: LogBook, view: LogView) -> None:
    book.choose(view)
    while not book.go_on():
        pass


def hide_own(book: LogBook, hides: bool) -> None:
    choose(book, LogView(hides_own=hides))


def text_of(book: LogBook) -> list[str]:
    return [book.line(i) for i in range(len(book))]


def test_what_comes_is_counted_and_stands_at_the_end() -> None:
    book = LogBook()
    assert book.append(blocks(b"one\n")) == (1, 0)
    assert book.append(blocks(b"two\nthree\n", b"four\n")) == (3, 0)
    assert book.append([]) == (0, 0)
    assert text_of(book) == ["one", "two", "three", "four"]
    assert book.size == len(b"one\ntwo\nthree\nfour\n")


def test_what_no_longer_fits_into_memory_is_in_a_file_and_nothing_is_dropped() -> None:
    book = LogBook(in_memory=8000)
    for i in range(1000):
        assert book.append(blocks(b"%099d\n" % i)) == (1, 0)
    assert book.size - book.on_disk <= 8000
    assert book.dropped == 0 and book.disk_error == ""
    assert text_of(book) == [str(i).zfill(99) for i in range(1000)]
    assert book.line(3) == "3".zfill(99), "and read in any order"


def test_the_file_has_no_name_and_is_for_nobody_else(tmp_path: Path) -> None:
    spill = Spill(str(tmp_path))
    begin = spill.put(b"secret")
    assert spill.get(begin, 6) == b"secret"
    assert list(tmp_path.iterdir()) == []
    spill.close()


def test_only_a_full_disk_makes_it_drop_its_oldest_lines_and_it_says_so() -> None:
    book = LogBook(in_memory=8000, spill=FullDisk(20_000))
    dropped = sum(book.append(blocks(b"%099d\n" % i)).dropped for i in range(1000))
    assert book.disk_error == os.strerror(errno.ENOSPC)
    assert dropped == book.dropped == 1000 - len(book)
    assert 200 <= len(book) <= 280
    assert text_of(book) == [str(i).zfill(99) for i in range(book.dropped, 1000)]


def test_where_there_is_no_disk_at_all_the_newest_lines_are_kept() -> None:
    book = LogBook(in_memory=8000, spill=FullDisk(0))
    for i in range(500):
        book.append(blocks(b"%099d\n" % i))
    assert book.size <= 8000
    assert text_of(book)[-1] == "499".zfill(99)


def test_a_log_that_is_written_slowly_takes_no_block_a_line() -> None:
    book = LogBook()
    for i in range(1000):
        book.append(blocks(b"%099d\n" % i))
    whole, _ = book.block_of(0)
    assert len(whole) == 1000
    assert len(whole.data) <= JOINED


def test_lines_of_several_sources_stay_apart() -> None:
    book = LogBook([PROGRAM, WAIT])
    for source, line in ((0, b"a\n"), (1, b"b\n"), (0, b"c\n"), (0, b"d\n")):
        book.append(blocks_of([line], source))
    assert text_of(book) == ["a", "b", "c", "d"]
    assert [source_at(book, index) for index in range(4)] == [0, 1, 0, 0]


def test_times_are_kept_and_shown_when_asked_for() -> None:
    book = LogBook(clock=lambda: NOON)
    book.append(blocks(b"2026-08-21T10:41:22.123456789Z Killed\n"))
    assert book.line(0) == "Killed"
    book.times = "utc"
    assert book.line(0) == "10:41:22.123 Killed"
    book.times = "relative"
    assert book.line(0) == " -1:18:37 Killed"
    block, line = book.block_of(0)
    assert stamp_of(block.times[line]) == "2026-08-21T10:41:22.123456789Z"
    assert book.text(0) == "Killed"


def test_what_is_not_utf8_is_shown_and_does_not_end_anything() -> None:
    book = LogBook()
    book.append(blocks(b"\xff\xfe caf\xc3\xa9\n"))
    assert book.line(0) == "\ufffd\ufffd café"


def test_there_is_nothing_before_the_first_and_after_the_last_line() -> None:
    book = LogBook()
    with pytest.raises(IndexError):
        book.line(0)
    book.append(blocks(b"one\n"))
    for index in (-1, 1):
        with pytest.raises(IndexError):
            book.line(index)


def test_how_bad_a_line_is_does_not_depend_on_the_time_that_is_shown() -> None:
    book = LogBook(times="utc", clock=lambda: NOON)
    stamp = b"2026-08-21T10:41:22.123456789Z "
    said = (b"E0821 10:41:22.1 no disk", b"WARN x", b"y", b"\x1b[31mERROR\x1b[0m x")
    book.append(blocks(*(stamp + line + b"\n" for line in said)))
    assert [book.level(index) for index in range(4)] == ["error", "warning", "", "error"]


# --- lines of Argo's own -------------------------------------------------------------------


def own(*pieces: bytes, source: LogSource = PROGRAM) -> LogBook:
    book = LogBook([source])
    for piece in pieces:
        book.append(blocks(piece))
    return book


def test_lines_of_argos_own_are_no_errors() -> None:
    book = own(b"ERROR of the program\n", OWN, b"Error: exit status 1\n")
    assert [book.level(index) for index in range(3)] == ["error", "own", "own"]
    assert book.own == 2


def test_the_same_words_of_a_program_are_errors() -> None:
    book = own(OWN, b"cannot build\n", b"Error: exit status 1\n")
    assert [book.level(index) for index in range(3)] == ["own", "", "error"]


def test_a_container_that_is_argos_own_has_a_log_like_any_other() -> None:
    book = own(OWN, OWN.replace(b"INFO", b"ERROR"), source=WAIT)
    assert [book.level(index) for index in range(2)] == ["", "error"]
    assert book.own == 0


def test_hidden_lines_are_left_out_and_what_one_read_stays_where_it_is() -> None:
    book = own(OWN + b"one\n" + OWN + b"two\n" + OWN)
    number = book.number_of(3)
    hide_own(book, True)
    assert book.index_of(number) == 1
    assert text_of(book) == ["one", "two"]
    assert book.append(blocks(OWN + b"three\n")) == (1, 0)
    assert book.append(blocks(OWN)) == (0, 0)
    assert text_of(book) == ["one", "two", "three"]
    assert [book.level(index) for index in range(3)] == ["", "", ""]
    number = book.number_of(2)
    hide_own(book, False)
    assert book.index_of(number) == 6
    assert len(book) == 8 and book.own == 5


def test_from_a_line_that_is_hidden_one_comes_to_the_next_that_is_not() -> None:
    book = own(b"one\n" + OWN + OWN + b"two\n")
    number = book.number_of(2)
    hide_own(book, True)
    assert book.index_of(number) == 1 and not book.is_shown(number)
    assert book.line(1) == "two"


def test_hidden_lines_that_are_dropped_are_counted_once() -> None:
    view = LogView(hides_own=True)
    book = LogBook([PROGRAM], in_memory=1000, spill=FullDisk(0), view=view)
    shown = 0
    for number in range(200):
        came = book.append(blocks(OWN if number % 2 else b"%d\n" % number))
        shown += came.lines - came.dropped
    assert shown == len(book)
    assert book.dropped + len(book) + book.own == 200 and book.dropped
    assert text_of(book)[-1] == "198"


def test_blocks_without_a_line_are_nothing() -> None:
    book = LogBook()
    empty = next(blocks_of([b"x\n"])).part(0, 0)
    assert isinstance(empty, LogBlock)
    assert book.append([empty]) == (0, 0)
    assert text_of(book) == []


# --- which lines are shown -----------------------------------------------------------------


def at(second: int, text: str) -> bytes:
    return b"2026-08-21T10:%02d:%02d.000000000Z %s\n" % (second // 60, second % 60, text.encode())


def test_a_search_looks_at_one_block_at_a_time_whatever_is_shown_of_it() -> None:
    book = LogBook(in_memory=240, spill=FullDisk(1 << 20))
    for i in range(300):
        book.append(blocks(b"%s%d\n" % (b"ab"[i % 2 :][:1], i)))
    for view in (LogView(), LogView(filters=(LineFilter(re.compile("a")),))):
        choose(book, view)
        pieces = {book.piece(index) for index in range(len(book))}
        numbers = [index for piece in sorted(pieces) for index in range(*piece)]
        assert numbers == list(range(len(book))) and len(pieces) > 5
        for forward in (True, False):
            search = LineSearch(Colourless(book), re.compile("9$"), start=len(book) // 2)
            looked = [search.searched]
            while search.step(len(book), forward=forward):
                looked.append(search.searched)
            assert len(looked) >= len(pieces)
            assert search.count == sum(book.line(i).endswith("9") for i in range(len(book)))


class Counting(Spill):
    """Says how often it was read."""

    read = 0

    def get(self, begin: int, size: int) -> bytes:
        self.read += 1
        return super().get(begin, size)


@pytest.mark.parametrize("lines", [7, 1_000_000])
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("text", ["b", "b\\d*7$", "(?i)B", "zz", "error"])
def test_a_search_reads_each_piece_of_the_file_once_however_it_is_sliced(
    text: str, forward: bool, lines: int
) -> None:
    spill = Counting()
    book = LogBook(in_memory=800, spill=spill)
    for i in range(2000):
        book.append(blocks(b"%s line %d\n" % ((b"a", b"b", b"ERROR")[i % 3], i)))
    pieces = {book.piece(index) for index in range(len(book))}
    model = Levels(book) if text == "error" else book
    spill.read = 0
    search = LineSearch(Colourless(model), re.compile(text), start=len(book))
    while search.step(lines, forward=forward):
        pass
    if text == "error":
        assert spill.read <= 2 * len(pieces), "once more for traces that began before"
        assert search.count == 2000 // 3
        return
    assert spill.read <= len(pieces)
    found = [i for i in range(len(book)) if re.search(text, book.line(i))]
    assert search.count == len(found)
    assert [search.rank(line) for line in found] == list(range(1, len(found) + 1))


@given(
    st.lists(st.sampled_from(["x", "y", "xy", "z"]), max_size=60),
    st.sampled_from(["x", "x\\d", "[xz]1", "(?i)Y", "0$"]),
    st.integers(0, 60),
    st.integers(1, 9),
    st.lists(st.booleans(), min_size=1, max_size=5),
    st.sampled_from([EVERYTHING, LogView(filters=(LineFilter(re.compile("x|z")),))]),
    st.integers(0, 60),
)
def test_a_search_in_a_log_that_grows_and_drops_finds_what_stands_there(
    said: list[str], text: str, start: int, step: int, ways: list[bool], view: LogView, later: int
) -> None:
    book = LogBook(in_memory=240, spill=FullDisk(300))
    lines = [b"%s%d\n" % (each.encode(), i) for i, each in enumerate(said)]
    book.append(blocks(*lines[:later]))
    choose(book, view)
    search = LineSearch(Colourless(book), re.compile(text), start=start)
    for forward in ways:
        search.step(step, forward=forward)
    for line in lines[later:]:
        search.forget(book.append(blocks(line)).dropped)
        search.step(step, forward=ways[0])
    while search.step(step):
        pass
    wanted = [i for i, line in enumerate(text_of(book)) if re.search(text, line)]
    assert search.count == len(wanted)
    for index in range(-1, len(book) + 1):
        assert search.after(index) == next((i for i in wanted if i > index), None)
        assert search.before(index) == next((i for i in reversed(wanted) if i < index), None)
        assert search.has_between(index, index + 3) == any(index <= i < index + 3 for i in wanted)
        assert search.rank(index) == (wanted.index(index) + 1 if index in wanted else 0)


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "c"]), max_size=60),
    st.integers(0, 60),
    st.integers(0, 7),
    st.booleans(),
)
def test_lines_that_match_are_shown_with_those_around_them_whenever_they_came(
    said: list[str], before: int, context: int, is_inverted: bool
) -> None:
    book = LogBook(in_memory=240, spill=FullDisk(1 << 20))
    lines = [b"%s%d\n" % (text.encode(), i) for i, text in enumerate(said)]
    for line in lines[:before]:
        book.append(blocks(line))
    a = LineFilter(re.compile("a"), is_inverted=is_inverted, context=context)
    b = LineFilter(re.compile("b"))
    choose(book, LogView(filters=(a, b)))
    for line in lines[before:]:
        book.append(blocks(line))
    hits = [i for i, text in enumerate(said) if ("a" in text) != is_inverted and "b" in text]
    wanted = sorted(
        {i for hit in hits for i in range(hit - context, hit + context + 1) if 0 <= i < len(said)}
    )
    assert [int(line.lstrip("abc")) for line in text_of(book)] == wanted
    for index, number in enumerate(wanted):
        assert book.number_of(index) == number and book.index_of(number) == index
    assert book.choose(EVERYTHING)
    assert len(book) == len(said)
    book.close()


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "c", "ac"]), max_size=60),
    st.integers(0, 60),
    st.permutations(
        [
            LineFilter(re.compile("a"), context=1),
            LineFilter(re.compile("c"), context=3),
            LineFilter(re.compile("b"), is_inverted=True),
            LineFilter(re.compile("[5-9]$"), is_inverted=True, context=2),
        ]
    ),
    st.integers(1, 4),
)
def test_around_lines_that_pass_all_filters_are_most_but_none_that_one_leaves_out(
    said: list[str], before: int, filters: list[LineFilter], count: int
) -> None:
    filters = filters[:count]
    book = LogBook(in_memory=240, spill=FullDisk(1 << 20))
    texts = [f"{text}{i}" for i, text in enumerate(said)]
    lines = [b"%s\n" % text.encode() for text in texts]
    book.append(blocks(*lines[:before]))
    choose(book, LogView(filters=tuple(filters)))
    for line in lines[before:]:
        book.append(blocks(line))

    def passes(text: str, some: Iterable[LineFilter]) -> bool:
        return all((each.pattern.search(text) is None) is each.is_inverted for each in some)

    never = [each for each in filters if each.is_inverted and not each.context]
    most = max(each.context for each in filters)
    hits = [i for i, text in enumerate(texts) if passes(text, filters)]
    near = {i for hit in hits for i in range(hit - most, hit + most + 1)}
    wanted = [text for i, text in enumerate(texts) if i in near and passes(text, never)]
    assert text_of(book) == wanted
    typed = [TypedFilter(each.pattern, each.is_inverted, each.context, "") for each in filters]
    looking = narrowed(TextLines("\n".join(texts)), typed)
    assert [texts[i] for i in found_by(looking)] == wanted, "other texts have the same rule"


def found_by(looking: Looking) -> Sequence[int]:
    while True:
        try:
            next(looking)
        except StopIteration as done:
            numbers: Sequence[int] = done.value
            return numbers


def test_a_choice_among_many_lines_goes_block_by_block_and_new_lines_join_it() -> None:
    book = LogBook()
    book.append(blocks(*(b"line %d\n" % i for i in range(MANY))))
    book.append(blocks(*(b"%0300d\n" % i for i in range(1000))))
    assert not book.choose(LogView(filters=(LineFilter(re.compile("77$")),)))
    assert book.choosing == 0 and len(book) == MANY + 1000, "the old choice stays meanwhile"
    book.go_on()
    book.append(blocks(b"the last 77\n"))
    while not book.go_on():
        pass
    assert book.choosing is None
    assert len(book) == MANY // 100 + 10 + 1
    assert book.line(len(book) - 1) == "the last 77"


def test_lines_of_a_window_and_of_some_sources_are_shown() -> None:
    book = LogBook([PROGRAM, WAIT])
    for second in range(10):
        book.append(blocks_of([at(second, f"line {second}")], second % 2))
    begin = time_of(b"2026-08-21T10:00:03Z")
    choose(book, LogView(window=(begin, begin + 4_000_000_000)))
    assert text_of(book) == ["line 3", "line 4", "line 5", "line 6"]
    assert book.index_at(time_of(b"2026-08-21T10:00:05Z")) == 2
    choose(book, LogView(left_out=frozenset({1})))
    assert text_of(book) == [f"line {second}" for second in range(0, 10, 2)]


def test_names_of_steps_stand_before_their_lines_in_their_colours() -> None:
    book = LogBook([PROGRAM, WAIT], shows_names=True)
    for second in range(2):
        book.append(blocks_of([at(second, "x")], second))
    assert [SGR.sub("", line) for line in text_of(book)] == [
        "train          x",
        "train/wait     x",
    ]
    assert book.line(0).startswith("\x1b[3")


def test_in_ascii_what_we_add_to_a_log_is_ascii_and_what_programs_wrote_stays() -> None:
    sources = [
        LogSource("shard(17:shard:17)(2)", "shard-1", "main", "n2"),
        LogSource("shard", "shard-1", "main", "n2", origin="seam"),
    ]
    book = LogBook(sources, shows_names=True, ascii=True)
    book.append(blocks_of([at(0, "größer")], 0))
    book.append([seam("attempt 2", 1)])
    said, between = (SGR.sub("", line) for line in text_of(book))
    assert said == "shard(~:17)(2) größer"
    assert between == "-- attempt 2 --"


def test_where_a_file_may_not_grow_the_oldest_lines_are_dropped_and_it_is_said(
    tmp_path: Path,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    book = LogBook(in_memory=100_000, spill=Spill(str(tmp_path)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        for number in range(6_000):
            book.append(blocks(b"line %06d %0100d\n" % (number, number)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert book.disk_error == os.strerror(errno.EFBIG)
    assert book.dropped and book.dropped + len(book) == 6_000
    assert book.on_disk <= 300_000
    numbers = [int(line.split()[1]) for line in text_of(book)]
    assert numbers == list(range(book.dropped, 6_000)), "the rest is whole, and in its order"
    book.close()


def test_a_trace_of_many_lines_is_one_error() -> None:
    book = LogBook()
    said = (
        b"starting\nERROR cannot write\nTraceback (most recent call last):\n  File x, line 1\n"
        b"    raise Error: again\nOSError: disk\nok\nERROR two\nERROR three\nWARN four\n"
    )
    book.append(blocks(said))
    assert book.problems(0, len(book)) == [
        (1, "error"),
        (7, "error"),
        (8, "error"),
        (9, "warning"),
    ]


PYTHON = b"Traceback (most recent call last):\n  File x, line 1\n    f()\n    ^^^\nKeyError: 'k'\n"
CHAINED = (
    PYTHON
    + b"\nDuring handling of the above exception, another exception occurred:\n\n"
    + PYTHON
    + b"\nThe above exception was the direct cause of the following exception:\n\n"
    + PYTHON
)
JAVA = (
    b'Exception in thread "main" java.lang.RuntimeException: boom\n\tat com.x.Y.z(Y.java:10)\n'
    b"Caused by: java.io.IOException: e\n\tat com.x.Y.z(Y.java:9)\n\t... 3 more\n"
)
LOGGED_JAVA = b"java.lang.IllegalStateException: no\n\tat com.x.Y.z(Y.java:10)\n"
NODE = b"TypeError: x is not a function\n    at foo (/a.js:1:2)\n    at bar (/a.js:3:4)\n"
UNCAUGHT = (
    b"/a.js:1\n  throw new Error()\n  ^\n\nError: boom\n    at foo (/a.js:1:2) {\n  code: 1\n}\n"
)
GO = b"panic: index out of range\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:3 +0x1d\n"
TRACES = {
    **{"python": PYTHON, "chained": CHAINED, "java": JAVA, "java, logged": LOGGED_JAVA},
    **{"node": NODE, "node, uncaught": UNCAUGHT, "go": GO, "line": b"ERROR: plain\n"},
    "logged": b"ERROR cannot write\n" + PYTHON,
    "java, told of": b"ERROR cannot write\n" + LOGGED_JAVA,
    "thread": b"Exception in thread Thread-1 (f):\n" + PYTHON,
    "deep": PYTHON.replace(b"    f()\n", b"    f()\n" * 500),
    "of no kind": PYTHON.replace(b"KeyError", b"Exception"),
    "of many lines": PYTHON.replace(b"'k'\n", b"2 wrong:\nfield\n  is not there\n"),
}
LOGGED = ("python", "chained", "java, logged", "node", "deep", "of no kind", "of many lines")
"""Those that belong to a line of an error right before them."""


def errors(book: LogBook) -> int:
    return sum(level == "error" for _, level in book.problems(0, len(book)))


@pytest.mark.parametrize("first", TRACES)
@pytest.mark.parametrize("then", TRACES)
def test_traces_that_follow_each_other_at_once_are_an_error_each(first: str, then: str) -> None:
    is_logged = first == "line" and then in LOGGED
    for between in (b"", b"INFO between\n"):
        book = LogBook([PROGRAM], in_memory=240, spill=FullDisk(1 << 20))
        for line in (TRACES[first] + between + TRACES[then] + between + TRACES[then]).splitlines():
            book.append(blocks(line + b"\n"))
        count = 2 if is_logged and not between else 3
        assert errors(book) == count, between
        choose(book, LogView(levels=frozenset({"error"})))
        assert errors(book) == count, "with what is between left out"


def test_errors_are_apart_where_what_stands_between_them_is_not_shown() -> None:
    book = LogBook()
    book.append(blocks(b"ERROR: one\nINFO between\n" + PYTHON * 2))
    choose(book, LogView(levels=frozenset({"error"})))
    assert text_of(book)[:2] == ["ERROR: one", "Traceback (most recent call last):"]
    assert errors(book) == 3
    choose(book, LogView(filters=(LineFilter(re.compile("KeyError")),)))
    assert errors(book) == 2, "a trace of which some lines are shown is one error still"
    choose(book, LogView(filters=(LineFilter(re.compile("KeyError|most recent")),)))
    assert errors(book) == 2


def test_a_progress_bar_is_written_over_itself_and_not_over_what_stands_before_it() -> None:
    stamp = b"2026-08-21T10:41:22.000000000Z "
    book = LogBook([PROGRAM], times="utc", shows_names=True)
    book.append(blocks_of([stamp + b"10%\r20%\r100%\r\n", stamp + b"ab\bc\n"]))
    shown = [SGR.sub("", line) for line in text_of(book)]
    assert shown == ["10:41:22.000 train          100%", "10:41:22.000 train          ac"]


def test_lines_that_keep_a_filter_busy_for_ever_are_shown_and_it_is_said() -> None:
    book = LogBook()
    book.append(blocks(b"aab\n", b"aa\n"))
    choose(book, LogView(filters=(LineFilter(re.compile("(a|aa)+$")),)))
    assert text_of(book) == ["aa"] and not book.gave_up
    book.append(blocks(b"a" * 100 + b"!\n", b"after\n"))
    assert book.gave_up and text_of(book) == ["aab", "aa", "a" * 100 + "!", "after"]
    book.append(blocks(b"aa\n"))
    assert len(book) == book.total == 5, "nothing is lost"
    choose(book, EVERYTHING)
    assert not book.gave_up and len(book) == 5
