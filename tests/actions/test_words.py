"""Names of steps in plans stand in an order that a person looks for them in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.actions.words import named, step_names


def test_attempts_stand_in_the_order_of_their_numbers() -> None:
    nodes = [{"displayName": f"shard(17:17)({n})"} for n in (10, 1, 2, 0)]
    assert step_names(nodes) == [f"shard(17:17)({n})" for n in (0, 1, 2, 10)]


def test_a_node_without_a_display_name_goes_by_what_it_has() -> None:
    assert step_names([{"name": "b"}, {"id": "a"}]) == ["a", "b"]


def test_many_names_are_counted() -> None:
    assert named([str(n) for n in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"


@given(st.lists(st.text("a0123(:)é٣", max_size=6)))
def test_any_names_have_an_order_and_none_is_lost(names: list[str]) -> None:
    nodes = [{"displayName": name, "id": "?"} for name in names]
    assert sorted(step_names(nodes)) == sorted(name or "?" for name in names)
