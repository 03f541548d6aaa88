"""Logs are blocks of lines: cut from a stream, merged by time, gone on with where they broke."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.golden import ABSENT, DATA
from tui.domain.levels import Level, level_of
from tui.domain.logs import (
    EMPTY,
    LONGEST_LINE,
    NO_TIME,
    BlockCutter,
    LogBlock,
    Position,
    Run,
    blocks_of,
    joined,
    merged,
    own_lines,
    shown_time,
    stamp_of,
    time_of,
)
from tui.domain.text import is_plain_ascii, shown_log

STAMP = b"2026-08-21T10:41:22.123456789Z"
MOMENT = 1_787_308_882_123_456_789
NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


def lines_of(blocks: Iterable[LogBlock]) -> list[bytes]:
    return [block.line(index) for block in blocks for index in range(len(block))]


def times_of(blocks: Iterable[LogBlock]) -> list[int]:
    return [moment for block in blocks for moment in block.times]


def cut(whole: bytes, size: int = 1 << 16) -> list[LogBlock]:
    return list(blocks_of(whole[i : i + size] for i in range(0, len(whole), size)))


# --- cutting -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("is_ended", [True, False])
def test_utf_16_ends_in_no_line_that_nobody_wrote(
    order: str, mark: str, size: int, is_ended: bool
) -> None:
    whole = f"{mark}one\r\n\r\n\ntwo words\n".encode(order)
    lines = whole.split(b"\n")
    if not lines[-1]:
        lines.pop()
    stamped = b"\n".join([STAMP + b" " + line for line in lines]) + b"\n" * is_ended
    shown = [shown_log(line).rstrip("\r") for line in lines_of(cut(stamped, size))]
    assert shown == ["one", "", "", "two words"]


@pytest.mark.parametrize("line", [b"\0", b"x\0", b"caf\xe9\0\0"])
def test_bytes_of_zero_that_are_no_utf_16_stay(line: bytes) -> None:
    assert lines_of(cut(b"a\n" + line + b"\n")) == [b"a", line]
    assert lines_of(cut(b"one\n\0\ntwo\n\0")) == [b"one", b"\0", b"two", b"\0"]


@pytest.mark.parametrize(
    ("line", "moment", "content"),
    [
        (STAMP + b" Killed", MOMENT, b"Killed"),
        (STAMP + b" ", MOMENT, b""),
        (STAMP, MOMENT, b""),
        (STAMP + b"  indented", MOMENT, b" indented"),
        (b"2026-08-21T10:41:22Z x", MOMENT - 123_456_789, b"x"),
        (b"2026-08-21T12:41:22.123456789+02:00 x", MOMENT, b"x"),
        (b"2026-08-21T10:41:22.5Z x", MOMENT - 123_456_789 + 500_000_000, b"x"),
        (b"2026-08-21 10:41:22 x", NO_TIME, b"2026-08-21 10:41:22 x"),
        (b"2026-08-21T10:41:22Zx", NO_TIME, b"2026-08-21T10:41:22Zx"),
        (b"2026-13-41T10:41:22.123456789Z x", NO_TIME, b"2026-13-41T10:41:22.123456789Z x"),
        (b"9999-08-21T10:41:22.123456789Z x", NO_TIME, b"9999-08-21T10:41:22.123456789Z x"),
        (b"2026-08-21T10:41:22.12345678_Z x", NO_TIME, b"2026-08-21T10:41:22.12345678_Z x"),
        (b"", NO_TIME, b""),
    ],
)
@pytest.mark.parametrize("neighbour", [b"", STAMP + b" before\n"])
def test_the_time_is_taken_off_the_line_and_the_text_keeps_its_blanks(
    line: bytes, moment: int, content: bytes, neighbour: bytes
) -> None:
    (block,) = cut(neighbour + line + b"\n")
    assert block.line(len(block) - 1) == content
    assert block.times[-1] == moment
    assert block.data.endswith(content + b"\n")


def test_what_a_program_wrote_as_the_time_stays_text_where_nobody_put_one_before_it() -> None:
    (block,) = blocks_of([STAMP + b" of the program\n"], stamped=False)
    assert (block.line(0), block.times[0]) == (STAMP + b" of the program", NO_TIME)
    (block,) = blocks_of([STAMP + b" " + STAMP + b" of the program\n"])
    assert (block.line(0), block.times[0]) == (STAMP + b" of the program", MOMENT)


@given(st.lists(st.text("ab\né", max_size=12)), st.integers(1, 5), st.booleans())
def test_lines_do_not_depend_on_how_the_stream_was_cut(
    texts: list[str], size: int, is_stamped: bool
) -> None:
    wanted = "".join(texts).split("\n")
    if not wanted[-1]:
        wanted.pop()
    before = STAMP + b" " if is_stamped else b""
    whole = b"".join(before + line.encode() + b"\n" for line in wanted)
    blocks = cut(whole, size)
    assert [line.decode() for line in lines_of(blocks)] == wanted
    assert times_of(blocks) == [MOMENT if is_stamped else NO_TIME] * len(wanted)
    for block in blocks:
        assert len(block.ends) == len(block.times) == block.data.count(b"\n")
        assert not block.ends or block.ends[-1] == len(block.data)


def test_an_unfinished_line_waits_for_its_end() -> None:
    cutter = BlockCutter()
    first = cutter.cut(b"one\ntw")
    assert first is not None and first.data == b"one\n"
    assert cutter.cut(b"o") is None
    second = cutter.cut(b"\n")
    assert second is not None and second.data == b"two\n"
    assert cutter.finish() is None


def test_the_last_line_may_lack_its_end() -> None:
    assert lines_of(cut(b"one\ntwo")) == [b"one", b"two"]


@pytest.mark.parametrize("piece", [LONGEST_LINE // 4, LONGEST_LINE, LONGEST_LINE * 3])
def test_a_line_without_an_end_is_broken_and_nothing_of_it_is_lost(piece: int) -> None:
    line = b"x" * (LONGEST_LINE * 5 // 2)
    blocks = cut(STAMP + b" " + line, piece)
    assert b"".join(lines_of(blocks)) == line
    assert set(times_of(blocks)) == {MOMENT}, "all of it was written then"
    assert max(map(len, lines_of(blocks))) <= LONGEST_LINE
    ended = cut(STAMP + b" " + line + b"\n" + STAMP + b" next\n", piece)
    assert lines_of(ended)[-1] == b"next"
    assert b"".join(lines_of(ended)[:-1]) == line


def test_a_line_of_a_megabyte_is_one_line() -> None:
    line = b"x" * 1_000_000
    assert lines_of(cut(STAMP + b" " + line + b"\n")) == [line]


def test_blocks_bear_the_number_of_their_source() -> None:
    assert [block.source for block in blocks_of([b"a\n", b"b\nc"], 7)] == [7, 7, 7]


def test_parts_and_joined_blocks_have_the_same_lines() -> None:
    (block,) = cut(b"".join(b"%s line %d\n" % (STAMP, i) for i in range(10)))
    assert block.part(0, 10) is block
    parts = [block.part(0, 3), block.part(3, 4), block.part(4, 10)]
    assert lines_of(parts) == lines_of([block])
    assert joined(parts) == block
    assert len(block.part(4, 4)) == 0


@pytest.mark.skipif(not (DATA / "kube" / "logs").is_dir(), reason=ABSENT)
def test_a_recorded_log_is_read_with_its_times() -> None:
    answer = (DATA / "kube" / "logs" / "ok-timestamps-tail.http").read_bytes()
    blocks = cut(b"\n".join(answer.strip().splitlines()[-3:]))
    assert [stamp_of(moment) for moment in times_of(blocks)] == [
        "2026-11-29T04:08:43.342961701Z",
        "2026-11-29T04:08:43.343020098Z",
        "2026-11-29T04:08:43.348235742Z",
    ]
    assert lines_of(blocks)[1].startswith(b"time=2026-11-29T04:08:43.342Z level=INFO")


# --- times ---------------------------------------------------------------------------------


@given(st.integers(-(10**18), 9 * 10**18))
def test_a_time_that_is_written_reads_as_it_was(moment: int) -> None:
    assert time_of(stamp_of(moment).encode()) == moment


def test_no_time_is_written_as_nothing() -> None:
    assert stamp_of(NO_TIME) == ""
    assert time_of(b"rubbish") == time_of(b"") == NO_TIME


def test_times_are_shown_as_asked_and_in_one_width() -> None:
    assert shown_time(MOMENT, "off", NOON) == ""
    assert shown_time(MOMENT, "utc", NOON) == "10:41:22.123 "
    assert shown_time(MOMENT, "local", NOON, timezone(timedelta(hours=2))) == "12:41:22.123 "
    assert shown_time(MOMENT, "relative", NOON) == " -1:18:37 "
    for times in ("utc", "local", "relative"):
        shown = shown_time(MOMENT, times, NOON)
        assert len(shown_time(NO_TIME, times, NOON)) == len(shown)


# --- going on where it broke ---------------------------------------------------------------


def at(second: int, text: str, nanoseconds: int = 0) -> bytes:
    return b"2026-08-21T10:00:%02d.%09dZ %s\n" % (second, nanoseconds, text.encode())


def unread(position: Position, *lines: bytes) -> list[bytes]:
    blocks = (position.unread(block) for block in cut(b"".join(lines)))
    return lines_of(block for block in blocks if block is not None)


def test_a_log_that_comes_again_is_gone_on_with_after_the_last_line_that_was_read() -> None:
    position = Position()
    assert position.since == ""
    first, second, third = (at(i, f"line {i}") for i in range(3))
    assert unread(position, first, second) == [b"line 0", b"line 1"]
    assert position.since == "2026-08-21T10:00:01.000000000Z"
    position.begin_again()
    assert unread(position, first, second, third) == [b"line 2"]
    assert unread(position, first) == [b"line 0"], "a clock that was set back later loses nothing"


def test_of_several_lines_of_one_moment_none_is_lost_and_none_comes_twice() -> None:
    position = Position()
    same = [at(1, text) for text in ("a", "b", "c", "d")]
    assert unread(position, at(0, "before"), *same[:2]) == [b"before", b"a", b"b"]
    position.begin_again()
    assert unread(position, *same[:3]) == [b"c"]
    position.begin_again()
    assert unread(position, *same, at(2, "e")) == [b"d", b"e"]


def test_a_log_that_broke_twice_while_it_came_again_is_still_whole() -> None:
    position = Position()
    lines = [at(i // 3, f"line {i}") for i in range(30)]
    found = unread(position, *lines[:10])
    for end in (4, 7, 20, 30):
        position.begin_again()
        found += unread(position, *lines[:end])
    assert found == [b"line %d" % i for i in range(30)]


def test_of_a_log_without_times_all_comes_again() -> None:
    position = Position()
    assert unread(position, b"one\n") == [b"one"]
    assert position.since == ""
    position.begin_again()
    assert unread(position, b"one\n", b"two\n") == [b"one", b"two"]


# --- several as one ------------------------------------------------------------------------


def texts(runs: Iterable[Run]) -> list[bytes]:
    return [run.block.line(index) for run in runs for index in range(run.first, run.last)]


def log(*lines: bytes, began: int = NO_TIME) -> tuple[int, list[LogBlock]]:
    return began, cut(b"".join(lines))


def test_logs_become_one_in_the_order_of_their_times() -> None:
    a = log(at(1, "a1"), at(3, "a2"))
    b = log(at(2, "b1"), at(4, "b2"))
    assert texts(merged([a, b])) == [b"a1", b"b1", b"a2", b"b2"]


def test_lines_of_one_moment_stand_in_the_order_of_their_logs() -> None:
    a = log(at(1, "a1"), at(1, "a2"))
    b = log(at(1, "b1"), at(2, "b2"))
    assert texts(merged([b, a])) == [b"b1", b"a1", b"a2", b"b2"]


def test_a_stack_trace_stays_together_though_its_rest_has_no_time() -> None:
    a = log(at(1, "boom"), b"  at x\n", b"  at y\n")
    b = log(at(2, "later"))
    assert texts(merged([b, a])) == [b"boom", b"  at x", b"  at y", b"later"]


def test_a_clock_that_was_set_back_does_not_turn_a_log_round() -> None:
    a = log(at(5, "one"), at(1, "two"))
    b = log(at(3, "between"))
    assert texts(merged([a, b])) == [b"between", b"one", b"two"]


def test_a_log_without_times_stands_where_its_step_began() -> None:
    began = time_of(b"2026-08-21T10:00:02Z")
    a = log(at(1, "before"), at(3, "after"))
    assert texts(merged([a, log(b"x\n", b"y\n", began=began)])) == [b"before", b"x", b"y", b"after"]


def test_when_its_step_began_says_nothing_of_lines_that_have_a_time() -> None:
    late = time_of(b"2026-08-21T10:00:09Z")
    a, b = log(at(1, "a1"), at(3, "a2"), began=late), log(at(2, "b1"), began=late)
    assert texts(merged([a, b])) == [b"a1", b"b1", b"a2"]
    mixed = log(b"begins\n", at(1, "c"), began=late)
    assert texts(merged([log(at(2, "b")), mixed])) == [b"begins", b"c", b"b"]


def test_a_log_that_is_alone_comes_in_its_own_blocks() -> None:
    blocks = [block for part in (b"a\nb\n", b"c\n") for block in cut(part)]
    assert [(run.block, run.first, run.last) for run in merged([(NO_TIME, blocks)])] == [
        (blocks[0], 0, 2),
        (blocks[1], 0, 1),
    ]


def test_a_log_is_read_no_further_than_it_is_wanted() -> None:
    read = 0

    def endless() -> Iterator[LogBlock]:
        nonlocal read
        while True:
            read += 1
            yield from cut(at(read % 60, "tick"))

    runs = merged([(NO_TIME, endless())])
    assert texts(next(runs) for _ in range(3)) == [b"tick"] * 3
    assert read <= 4


@given(st.lists(st.lists(st.integers(0, 59), max_size=30), max_size=5))
def test_merged_logs_have_every_line_once_and_each_log_in_its_order(
    logs: list[list[int]],
) -> None:
    made = [
        (NO_TIME, [b for i, s in enumerate(seconds) for b in cut(at(s, f"{n}:{i}"))])
        for n, seconds in enumerate(logs)
    ]
    found = [tuple(map(int, line.split(b":"))) for line in texts(merged(made))]
    assert sorted(found) == [(n, i) for n, seconds in enumerate(logs) for i in range(len(seconds))]
    for number in range(len(logs)):
        assert [i for n, i in found if n == number] == list(range(len(logs[number])))
    if all(seconds == sorted(seconds) for seconds in logs):
        keys = [logs[n][i] for n, i in found]
        assert keys == sorted(keys)


# --- what lines say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("10:41 ERROR no such table", "error"),
        ("level=error msg=x", "error"),
        ('{"level":"error","msg":"x"}', "error"),
        ("E0821 10:41:22.123 reflector.go", "error"),
        ("Traceback (most recent call last):", "error"),
        ("Error: exit status 1", "error"),
        ('Exception in thread "main" java.lang.NullPointerException', "error"),
        ("java.lang.IllegalStateException: not open", "error"),
        ("java.lang.NullPointerException", "error"),
        ("TypeError: x is not a function", "error"),
        ("TypeError [ERR_INVALID_ARG_TYPE]: no string", "error"),
        ("Uncaught ReferenceError: x is not defined", "error"),
        ("Exception: boom", "error"),
        ("INFO a TypeError: is what one may see", ""),
        ("TypeError is what one may see", ""),
        ("MeanSquaredError: 0.25", ""),
        ("no errors, error=<nil>", ""),
        ("WARN  shard 3 is large", "warning"),
        ("level=warning", "warning"),
        ("0 errors found", ""),
        ("terrorERRORist", ""),
        ("all is well", ""),
        ("x" * 1000 + " ERROR", ""),
    ],
)
def test_a_line_says_how_bad_it_is(text: str, level: Level) -> None:
    assert level_of(text) == level


INFO = b'time=2026-11-29T04:08:43.269Z level=INFO msg="sub-process exited" argo=true error=<nil>'


@pytest.mark.parametrize(
    "line",
    [
        INFO,
        b"time=2026-11-29T04:08:43.270Z level=INFO msg=tarring source=/tmp/blob argo=true",
        b'time=2026-11-29T04:08:43.274Z level=WARN msg="cannot save" argo=true error="stat /tmp/x"',
        b'time="2024-01-02T03:04:05.678Z" level=info msg="sub-process exited" argo=true error="x"',
        b'time=2026-11-29T04:08:43Z level=INFO msg="a \\" b" argo=true\r',
        b'{"argo":true,"level":"info","msg":"capturing logs","time":"2024-01-02T03:04:05Z"}',
        b'{"time":"2026-11-29T04:08:43Z","level":"INFO","msg":"x","argo":true}',
    ],
)
def test_a_line_that_argos_executor_wrote_is_known_by_its_field(line: bytes) -> None:
    (block,) = cut(b"hello\n" + line + b"\nbye\n")
    assert own_lines(block) == array("I", [1])


@pytest.mark.parametrize(
    "line",
    [
        b"argo=true",
        b"we set argo=true in the config",
        b'time=2026-11-29T04:08:43Z level=INFO msg="with argo=true in it"',
        b"time=2026-11-29T04:08:43Z level=INFO msg=x argo=trueish",
        b"time=2026-11-29T04:08:43Z level=INFO msg=x notargo=true",
        b'{"config": {"argo":true}}',
        b"Error: exit status 1",
    ],
)
def test_a_line_of_the_program_is_none_whatever_it_says_of_argo(line: bytes) -> None:
    (block,) = cut(b"hello\n" + line + b"\n")
    assert own_lines(block) == array("I")


@pytest.mark.parametrize("last", [b"Error: exit status 1", b"Error: exit status 143\r"])
def test_the_last_words_of_the_executor_are_its_own_behind_one_of_its_lines(last: bytes) -> None:
    (block,) = cut(INFO + b"\n" + last + b"\n")
    assert own_lines(block) == array("I", [0, 1])
    (alone,) = cut(last + b"\n")
    assert own_lines(alone) == array("I")
    assert own_lines(alone, is_after_own=True) == array("I", [0])


@pytest.mark.skipif(not (DATA / "kube" / "logs").is_dir(), reason=ABSENT)
def test_a_recorded_log_of_a_quiet_program_is_all_argos_own() -> None:
    answer = (DATA / "kube" / "logs" / "ok.http").read_bytes()
    body = b"\n".join(line for line in answer.splitlines() if line.startswith(b"time="))
    (block,) = cut(body + b"\n")
    assert len(own_lines(block)) == len(block) == 26


def test_a_block_without_lines_has_none_to_stamp() -> None:
    assert EMPTY.stamped() == b"" and len(EMPTY) == 0


ODD_STAMPS = [
    STAMP + b" ",
    STAMP,
    b"",
    b"2026-08-21T10:41:22Z ",
    b"2026-08-21T10:41:22.5Z ",
    b"2026-08-21T12:41:22.123456789+02:00 ",
    b"2026-02-30T10:41:22.123456789Z ",
    b"2026-08-21T24:41:22.123456789Z ",
    b"2026-08-21T10:41:60.123456789Z ",
    b"2026-13-21T10:99:22.123456789Z ",
    b"9999-08-21T10:41:22.123456789Z ",
    b"0000-00-00T00:00:00.000000000Z ",
    "２０26-08-21T10:41:22.123456789Z ".encode(),
]
"""What may stand in front of a line where a time is to be."""


@given(
    st.lists(
        st.tuples(st.sampled_from(ODD_STAMPS), st.sampled_from([b"", b"x", b" x", STAMP + b" x"])),
        min_size=1,
        max_size=5,
    )
)
def test_a_block_with_its_times_is_the_same_as_it_came_and_taken_apart(
    lines: list[tuple[bytes, bytes]],
) -> None:
    raw = b"".join(stamp + content + b"\n" for stamp, content in lines)
    block = LogBlock.uncut(raw)
    apart = LogBlock(block.data, block.ends, block.times)
    assert LogBlock.uncut(raw).stamped() == apart.stamped()
    as_it_came = LogBlock.uncut(raw).stamped_if_plain()
    assert as_it_came in (None, apart.stamped())
    assert as_it_came is None or is_plain_ascii(as_it_came)


def test_a_block_of_whole_times_is_not_written_anew() -> None:
    raw = (STAMP + b" x\n") * 3
    assert LogBlock.uncut(raw).stamped() is raw
    assert LogBlock.uncut(raw).stamped_if_plain() is raw


@pytest.mark.parametrize(
    "unfit", [b"\x07", b"\x1b[31m", b"\t", b"\r", b"\x7f", "é".encode(), b"\0"]
)
def test_what_has_to_be_cleaned_is_not_plain(unfit: bytes) -> None:
    raw = STAMP + b" fine\n" + STAMP + b" a" + unfit + b"b\n"
    assert LogBlock.uncut(raw).stamped_if_plain() is None
    assert LogBlock.uncut(raw).stamped() is raw
