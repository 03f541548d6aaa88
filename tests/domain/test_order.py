"""Times as sort keys, however they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain import decode
from tui.domain.order import item_index, newest_first, time_key
from tui.domain.workflow import Workflow


def workflow(name: str, created: str = "", finished: str = "") -> Workflow:
    metadata = {"name": name, "creationTimestamp": created}
    return decode.from_manifest({"metadata": metadata, "status": {"finishedAt": finished}})


NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def written(seconds: float, hours: int, *, is_plain: bool) -> str:
    """A moment after noon in a zone, with or without a fraction."""
    local = (NOON + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=hours)))
    text = local.isoformat(timespec="auto" if is_plain else "microseconds")
    return text.replace("+00:00", "Z")


MOMENTS = st.tuples(
    st.sampled_from([0, 0.25, 1, 1.5, 59, 3600]), st.sampled_from([-5, 0, 1]), st.booleans()
)


@given(MOMENTS, MOMENTS)
def test_keys_sort_as_the_moments_do_in_any_zone_and_precision(
    one: tuple[float, int, bool], other: tuple[float, int, bool]
) -> None:
    first, second = (time_key(written(at, zone, is_plain=p)) for at, zone, p in (one, other))
    assert (first < second, first == second) == (one[0] < other[0], one[0] == other[0])


@pytest.mark.parametrize("text", [None, "", "soon", "0001-01-01T00:00:00Z"])
def test_never_comes_first(text: str | None) -> None:
    assert time_key(text) == "" < time_key("1999-12-31T23:59:59Z")


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("sleep(0:zero)", 0),
        ("x(3)", -1),
        ("a:b(1:c)", -1),
        ("x(+7:y)", 7),
        ("x(١:y)", -1),
        (f"x({'9' * 5000}:y)", -1),
    ],
)
def test_an_index_stands_between_the_first_bracket_and_the_first_colon(
    name: str, index: int
) -> None:
    assert item_index(name) == index


def test_what_runs_comes_before_what_is_over_and_the_newest_first() -> None:
    names = [
        each.metadata.name
        for each in newest_first(
            [
                workflow("over", finished="2026-01-15T13:00:00+01:00"),
                workflow("last", finished="2026-01-15T12:00:00.5Z"),
                workflow("new", created="2026-01-15T11:00:00Z"),
                workflow("newer", created="2026-01-15T13:00:00+01:00"),
            ]
        )
    ]
    assert names == ["newer", "new", "last", "over"]
