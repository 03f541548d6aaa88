"""What a list shows, and what of it has to be drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui.domain.changes import ChangeSet
from tui.domain.identity import Depth, ObjectKey, Origin, Part, Row
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata
from tui.kinds.workflows import newest
from tui.ports.collections import row_of
from tui.state.listing import Listing, ListingChange

PART = Part("here", "wf", Origin.CLUSTER, "argo")
Rows = dict[ObjectKey, Row[ListedWorkflow]]


def workflow(
    name: str, phase: str = "Running", started: str | None = None, uid: str = ""
) -> Row[ListedWorkflow]:
    return row_of(
        PART,
        ListedWorkflow(
            metadata=Metadata(name=name, namespace="argo", uid=uid or name),
            status=ListedStatus(phase=phase, started_at=started),
        ),
    )


def known(*workflows: Row[ListedWorkflow]) -> Rows:
    return {each.key: each for each in workflows}


def by_name(each: ListedWorkflow) -> str:
    return each.metadata.name


def names(listing: Listing[ListedWorkflow]) -> list[str]:
    return [row.key.name for row in listing.rows]


def key(name: str) -> ObjectKey:
    return ObjectKey("here", "wf", "argo", name)


def changes(
    *,
    added: Sequence[Row[ListedWorkflow]] = (),
    changed: Sequence[Row[ListedWorkflow]] = (),
    removed: str = "",
    moment: int = 0,
) -> ChangeSet[ListedWorkflow]:
    gone = tuple(key(name) for name in removed.split())
    return ChangeSet(tuple(added), tuple(changed), gone, moment=moment)


def test_the_newest_workflow_stands_first() -> None:
    listing = Listing(
        known(
            workflow("old", started="2026-01-01T00:00:00Z"), workflow("new", started="2026-02-01")
        ),
        key=newest,
        reverse=True,
    )
    assert names(listing) == ["new", "old"]


def test_what_has_no_time_yet_stands_first_and_goes_to_its_place_once_that_is_read() -> None:
    def created(name: str, when: str) -> Row[ListedWorkflow]:
        read = workflow(name, "Pending")
        about = replace(read.value.metadata, creation_timestamp=when)
        return replace(read, value=replace(read.value, metadata=about))

    listing = Listing(
        known(
            workflow("waits", "Pending"),
            workflow("old", started="2026-01-01T00:00:00Z"),
            workflow("new", started="2026-03-01T00:00:00Z"),
        ),
        key=newest,
        reverse=True,
    )
    assert names(listing) == ["waits", "new", "old"]
    read = created("waits", "2026-02-01T00:00:00Z")
    assert listing.update(ChangeSet(filled=(read,), moment=1)).order
    assert names(listing) == ["new", "waits", "old"]
    again = created("waits", "2026-04-01T00:00:00Z")
    assert not listing.update(ChangeSet(filled=(again,), moment=2)).order, "only once"


def test_a_change_that_moves_nothing_redraws_its_row_only() -> None:
    workflows = known(workflow("a"), workflow("b"), workflow("c"))
    listing = Listing(workflows, key=by_name, reverse=False)
    assert listing.update(changes(changed=[workflow("b", "Failed")])) == ListingChange(rows=(1,))
    assert listing.rows[1].value.phase == "Failed"


def test_a_change_of_the_sorted_value_moves_its_row() -> None:
    workflows = known(workflow("a", "Failed"), workflow("b", "Running"))
    listing = Listing(workflows, key=lambda each: each.phase, reverse=False)
    assert listing.update(changes(changed=[workflow("a", "Succeeded")])).order
    assert names(listing) == ["b", "a"]
    assert listing.index_of(key("a")) == 1


def test_what_comes_and_goes_changes_the_order() -> None:
    workflows = known(workflow("a"), workflow("c"))
    listing = Listing(workflows, key=by_name, reverse=False)
    assert listing.update(changes(added=[workflow("b")])).order
    assert names(listing) == ["a", "b", "c"]
    assert listing.update(changes(removed="a")).order
    assert names(listing) == ["b", "c"]
    assert listing.index_of(key("a")) is None


def test_what_is_filtered_out_changes_nothing_until_it_matches() -> None:
    workflows = known(workflow("a"), workflow("b", "Failed"))
    listing = Listing(
        workflows, key=by_name, reverse=False, matches=lambda each: each.phase == "Failed"
    )
    assert names(listing) == ["b"]
    assert listing.total == 2
    assert not listing.update(changes(changed=[workflow("a")]))
    assert listing.update(changes(changed=[workflow("a", "Failed")])).order
    assert names(listing) == ["a", "b"]
    listing.filter(None)
    assert len(listing) == 2


def test_a_row_that_is_kept_stays_though_it_does_not_match_until_there_is_another_filter() -> None:
    everything = known(workflow("a", "Failed"), workflow("b", "Failed"), workflow("c"))
    listing = Listing(everything, key=by_name, reverse=False)

    def has_failed(each: ListedWorkflow) -> bool:
        return each.phase == "Failed"

    listing.filter(has_failed)
    listing.keep([key("a"), key("c")])
    listing.update(changes(changed=[workflow("a"), workflow("b")]))
    assert names(listing) == ["a"], "c was never shown, and b was not kept"
    listing.sort(by_name, reverse=True)
    assert names(listing) == ["a"], "another order is no other filter"
    listing.filter(has_failed)
    assert names(listing) == []


def test_what_is_kept_goes_when_it_is_deleted() -> None:
    everything = known(workflow("a", "Failed"))
    listing = Listing(everything, matches=lambda each: each.phase == "Failed")
    listing.keep([key("a")])
    listing.update(changes(removed="a"))
    assert names(listing) == []


def test_rows_with_nothing_to_sort_by_stand_last_either_way() -> None:
    workflows = known(
        workflow("a", started="2026-01-02"), workflow("b"), workflow("c", started="2026-01-01")
    )
    listing = Listing(workflows, key=lambda each: each.status.started_at, reverse=False)
    assert names(listing) == ["c", "a", "b"]
    listing.sort(lambda each: each.status.started_at, reverse=True)
    assert names(listing) == ["a", "c", "b"]


def test_phases_are_counted_over_everything() -> None:
    workflows = known(workflow("a", "Failed"), workflow("b", "Failed"), workflow("c", ""))
    listing = Listing(workflows, matches=lambda each: False, group=lambda each: each.phase)
    assert listing.counts == {"Failed": 2, "": 1}
    listing.update(changes(changed=[workflow("a", "Running")]))
    assert listing.counts == {"Failed": 1, "Running": 1, "": 1}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["added", "changed", "removed", "filled"]),
            st.sampled_from("abcd"),
            st.sampled_from(["Running", "Failed", ""]),
            st.sampled_from([Depth.TABLE, Depth.SUMMARY]),
        )
    )
)
def test_counts_that_are_kept_are_those_of_counting_anew(
    steps: list[tuple[str, str, str, Depth]],
) -> None:
    objects: Rows = {}
    listing = Listing(objects, group=lambda each: each.phase)
    assert listing.counts == {} and listing.unread == {}
    for what, name, phase, depth in steps:
        row = replace(workflow(name, phase), depth=depth)
        if what == "removed":
            objects.pop(key(name), None)
            listing.update(changes(removed=name))
        elif what != "filled" or key(name) in objects:
            objects[key(name)] = row
            rows = (row,)
            listing.update(
                ChangeSet(
                    added=rows if what == "added" else (),
                    changed=rows if what == "changed" else (),
                    filled=rows if what == "filled" else (),
                )
            )
        anew = Listing(objects, group=lambda each: each.phase)
        assert (listing.counts, listing.unread) == (anew.counts, anew.unread)


def test_rows_can_be_sliced() -> None:
    listing = Listing(known(*(workflow(name) for name in "abcd")), key=by_name, reverse=False)
    assert [row.key.name for row in listing.rows[1:3]] == ["b", "c"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["", "Failed", "Running", None])),
        max_size=40,
    ),
    st.booleans(),
)
def test_after_any_changes_it_shows_what_a_fresh_list_would(steps: Any, reverse: bool) -> None:
    workflows: Rows = {}

    def fresh() -> Listing[ListedWorkflow]:
        return Listing(
            workflows,
            key=lambda each: each.phase,
            reverse=reverse,
            matches=lambda each: each.phase != "",
        )

    listing = fresh()
    for name, phase in steps:
        if phase is None:
            if workflows.pop(key(name), None):
                listing.update(changes(removed=name))
            continue
        was_known = key(name) in workflows
        now = workflows[key(name)] = workflow(name, phase)
        before = list(listing.keys)
        told = listing.update(changes(changed=[now]) if was_known else changes(added=[now]))
        assert told.order or list(listing.keys) == before
    assert list(listing.keys) == list(fresh().keys)
    assert [listing.index_of(each) for each in listing.keys] == list(range(len(listing)))


def test_it_answers_as_of_the_last_change_it_was_told_whatever_happened_since() -> None:
    table = known(workflow("a"), workflow("b"))
    listing = Listing(table, key=by_name, reverse=False)
    table.clear()
    assert names(listing) == ["a", "b"]
    assert listing.filter(lambda each: each.metadata.name == "b").order
    assert names(listing) == ["b"]
    listing.update(changes(removed="a b"))
    listing.filter(None)
    assert names(listing) == [] and listing.total == 0


def test_what_is_older_than_the_listing_changes_nothing() -> None:
    listing = Listing(known(workflow("a")), moment=7, reverse=True)
    assert not listing.update(changes(added=[workflow("of an earlier scope")], moment=6))
    assert names(listing) == ["a"]
    assert listing.update(changes(added=[workflow("b")], moment=7)).order
    assert names(listing) == ["b", "a"]


def test_a_row_that_is_another_object_of_its_name_is_told() -> None:
    listing = Listing(known(workflow("a"), workflow("b")), key=by_name)
    assert listing.update(changes(changed=[workflow("a", "Failed")])).replaced == ()
    again = [workflow("a", uid="another"), workflow("b", "Failed")]
    assert listing.update(changes(changed=again)).replaced == (key("a"),)
    assert listing.rows[0].uid == "another"
