"""Times are typed as people think of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.domain.logtimes import moment_at, moment_of, nanoseconds, span_of

LAST = datetime(2026, 8, 21, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10:41", datetime(2026, 8, 21, 10, 41, tzinfo=UTC)),
        ("10:41:22", datetime(2026, 8, 21, 10, 41, 22, tzinfo=UTC)),
        ("10:41:22.5", datetime(2026, 8, 21, 10, 41, 22, 500_000, tzinfo=UTC)),
        ("13:00", datetime(2026, 8, 20, 13, 0, tzinfo=UTC)),
        ("-5m", LAST - timedelta(minutes=5)),
        ("-1h30m", LAST - timedelta(minutes=90)),
        ("2026-08-20T09:00:00Z", datetime(2026, 8, 20, 9, tzinfo=UTC)),
        ("2026-08-20 09:00", datetime(2026, 8, 20, 9, tzinfo=UTC)),
        ("25:00", None),
        ("soon", None),
        ("-x", None),
        ("", None),
    ],
)
def test_a_typed_time_is_a_moment_before_the_end_of_the_log(
    text: str, moment: datetime | None
) -> None:
    assert moment_of(text, LAST, UTC) == moment


def test_a_clock_is_that_of_the_zone_that_is_shown() -> None:
    zone = timezone(timedelta(hours=2))
    assert moment_of("12:41", LAST, zone) == datetime(2026, 8, 21, 10, 41, tzinfo=UTC)


def test_spans_and_nanoseconds() -> None:
    assert span_of("2h30m") == timedelta(minutes=150)
    assert span_of("2x") is None and span_of("") is None
    assert moment_at(nanoseconds(LAST)) == LAST
