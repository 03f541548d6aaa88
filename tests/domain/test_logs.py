"""Log lines: their time, their level, and several streams as one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.domain.logs import (
    level_of,
    merged,
    order_key,
    shown_time,
    split_line,
)

STAMP = b"2026-08-21T10:41:22.123456789Z"
NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "stamp", "content"),
    [
        (STAMP + b" Killed", STAMP, b"Killed"),
        (STAMP + b" ", STAMP, b""),
        (STAMP, STAMP, b""),
        (STAMP + b"  indented", STAMP, b" indented"),
        (b"2026-08-21T10:41:22Z x", b"2026-08-21T10:41:22Z", b"x"),
        (b"2026-08-21T10:41:22.1+02:00 x", b"2026-08-21T10:41:22.1+02:00", b"x"),
        (b"2026-08-21 10:41:22 x", b"", b"2026-08-21 10:41:22 x"),
        (b"2026-08-21T10:41:22Zx", b"", b"2026-08-21T10:41:22Zx"),
        (b"", b"", b""),
    ],
)
def test_the_time_is_split_from_the_text_and_the_text_keeps_its_blanks(
    line: bytes, stamp: bytes, content: bytes
) -> None:
    assert split_line(line) == (stamp, content)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("10:41 ERROR no such table", "error"),
        ("level=error msg=x", "error"),
        ('{"level":"error","msg":"x"}', "error"),
        ("E0821 10:41:22.123 reflector.go", "error"),
        ("Traceback (most recent call last):", "error"),
        ("Error: exit status 1", "error"),
        ("WARN  shard 3 is large", "warning"),
        ("level=warning", "warning"),
        ("0 errors found", ""),
        ("terrorERRORist", ""),
        ("all is well", ""),
        ("x" * 1000 + " ERROR", ""),
    ],
)
def test_a_line_says_how_bad_it_is(text: str, level: str) -> None:
    assert level_of(text) == level


def test_times_of_different_width_sort_as_times() -> None:
    stamps = [b"2026-08-21T10:00:00.5Z", b"2026-08-21T10:00:00.25Z", b"2026-08-21T12:00:00+02:00"]
    assert sorted(stamps, key=order_key) == [stamps[2], stamps[1], stamps[0]]


def test_times_that_are_none_keep_their_place_among_themselves() -> None:
    assert order_key(b"rubbish") == b"rubbish"


def test_times_are_shown_as_asked_and_in_one_width() -> None:
    assert shown_time(STAMP, "off", NOON) == ""
    assert shown_time(STAMP, "utc", NOON) == "10:41:22.123 "
    assert shown_time(STAMP, "local", NOON, timezone(timedelta(hours=2))) == "12:41:22.123 "
    assert shown_time(STAMP, "relative", NOON) == " -1:18:37 "
    for times in ("utc", "local", "relative"):
        shown = shown_time(STAMP, times, NOON)
        assert len(shown_time(b"", times, NOON)) in (len(shown), 10)
        assert len(shown_time(b"", times, NOON)) == len(shown)


def test_streams_become_one_in_the_order_of_their_times() -> None:
    a = [b"2026-08-21T10:00:01Z a1", b"2026-08-21T10:00:03Z a2"]
    b = [b"2026-08-21T10:00:02Z b1", b"2026-08-21T10:00:04Z b2"]
    assert [(n, split_line(line).content) for n, line in merged([a, b])] == [
        (0, b"a1"),
        (1, b"b1"),
        (0, b"a2"),
        (1, b"b2"),
    ]


def test_a_stack_trace_stays_together_though_its_rest_has_no_time() -> None:
    a = [b"2026-08-21T10:00:01Z boom", b"  at x", b"  at y"]
    b = [b"2026-08-21T10:00:02Z later"]
    assert [line for _, line in merged([b, a])] == [*a, *b]


def test_a_clock_that_was_set_back_does_not_turn_a_stream_round() -> None:
    a = [b"2026-08-21T10:00:05Z one", b"2026-08-21T10:00:01Z two"]
    assert [line for _, line in merged([a])] == a
