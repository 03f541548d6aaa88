"""Several logs become one while they are written, by time, and what is shown never moves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.logs import LATE, LogBlock, blocks_of, time_of
from tui.logs.merging import WINDOW, Merge


def at(second: int, text: str) -> bytes:
    return b"2026-08-21T10:%02d:%02d.000000000Z %s\n" % (second // 60, second % 60, text.encode())


def block(source: int, *lines: bytes) -> LogBlock:
    (found,) = blocks_of([b"".join(lines)], source)
    return found


def lines_of(blocks: list[LogBlock]) -> list[str]:
    return [
        ("late " if each.source_of(i) & LATE else "") + each.line(i).decode()
        for each in blocks
        for i in range(len(each))
    ]


BEGAN = time_of(b"2026-08-21T10:00:00Z")


def two() -> Merge:
    merge = Merge()
    for log in (0, 1):
        merge.open(log, BEGAN, now=0.0)
    return merge


def test_a_line_waits_until_no_log_can_bring_an_older_one() -> None:
    merge = two()
    merge.put(0, block(0, at(1, "a1"), at(5, "a5")), now=0.1)
    assert merge.take(0.1) == []
    merge.put(1, block(1, at(3, "b3")), now=0.2)
    assert lines_of(merge.take(0.2)) == ["a1", "b3"]
    merge.put(1, block(1, at(7, "b7")), now=0.3)
    assert lines_of(merge.take(0.3)) == ["a5"]
    merge.end(0)
    assert lines_of(merge.take(0.3)) == ["b7"]


def test_a_silent_log_is_waited_for_only_so_long() -> None:
    merge = two()
    merge.put(0, block(0, at(1, "a1")), now=0.5)
    assert merge.take(1.0) == []
    assert merge.due(1.0) == WINDOW - 1.0
    assert lines_of(merge.take(WINDOW)) == ["a1"]
    assert merge.due(WINDOW) is None


def test_a_line_that_comes_too_late_comes_last_and_says_so() -> None:
    merge = two()
    merge.put(0, block(0, at(5, "a5")), now=5.0)
    merge.take(5.0)
    assert lines_of(merge.take(8.0)) == []
    merge.put(1, block(1, at(2, "b2"), at(9, "b9")), now=8.1)
    assert lines_of(merge.take(8.1)) == ["late b2", "b9"]


def test_a_log_that_was_not_opened_yet_bounds_what_is_shown() -> None:
    merge = Merge()
    merge.open(0, BEGAN, now=0.0)
    merge.put(0, block(0, at(1, "a1"), at(9, "a9")), now=0.0)
    merge.end(0)
    waiting = time_of(b"2026-08-21T10:00:05Z")
    assert lines_of(merge.take(0.1, waiting)) == ["a1"]
    assert lines_of(merge.take(0.1)) == ["a9"]


def test_lines_without_a_time_stay_behind_the_line_they_follow() -> None:
    merge = two()
    merge.put(0, block(0, at(1, "boom"), b"  at x\n"), now=0.0)
    merge.put(1, block(1, at(2, "later")), now=0.0)
    merge.end(0)
    merge.end(1)
    assert lines_of(merge.take(0.0)) == ["boom", "  at x", "later"]


def test_what_its_step_began_at_is_no_bound_for_lines_that_are_older() -> None:
    merge = Merge()
    merge.open(0, time_of(b"2026-08-21T10:01:00Z"), now=0.0)
    merge.open(1, BEGAN, now=0.0)
    merge.put(0, block(0, at(1, "a1"), at(30, "a30")), now=0.0)
    merge.put(1, block(1, at(2, "b2")), now=0.0)
    merge.end(0)
    merge.end(1)
    assert lines_of(merge.take(0.0)) == ["a1", "b2", "a30"]


@given(
    st.lists(st.lists(st.integers(0, 90), max_size=12).map(sorted), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.floats(0, 3)), max_size=30),
)
def test_each_line_is_given_out_once_and_in_order_but_for_those_that_are_late(
    logs: list[list[int]], steps: list[tuple[int, int, float]]
) -> None:
    merge = Merge()
    left = []
    for log, times in enumerate(logs):
        merge.open(log, BEGAN, now=0.0)
        left.append([at(t, f"{log}:{i}:{t}") for i, t in enumerate(times)])
    now = 0.0
    shown: list[str] = []
    for log, count, seconds in steps:
        now += seconds
        if log < len(left) and left[log]:
            merge.put(log, block(log, *left[log][:count]), now)
            del left[log][:count]
        shown += lines_of(merge.take(now))
    for log, rest in enumerate(left):
        if rest:
            merge.put(log, block(log, *rest), now)
        merge.end(log)
    shown += lines_of(merge.take(now))
    bare = [line.removeprefix("late ") for line in shown]
    wanted = [f"{log}:{i}:{t}" for log, times in enumerate(logs) for i, t in enumerate(times)]
    assert sorted(bare) == sorted(wanted)
    in_time = [int(line.rpartition(":")[2]) for line in shown if not line.startswith("late ")]
    assert in_time == sorted(in_time)
    for log in range(len(logs)):
        mine = [int(line.split(":")[1]) for line in bare if line.startswith(f"{log}:")]
        assert mine == sorted(mine)
