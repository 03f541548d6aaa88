"""What is known of the objects after each batch."""

from __future__ import annotations

from msgspec import structs

from tests.state.test_inbox import PART, changed, key, removed, workflow
from tui.domain.changes import ChangeSet
from tui.domain.identity import Origin, Part
from tui.domain.workflow import ListedWorkflow
from tui.ports.collections import Page
from tui.state.known import KnownObjects


def said(changes: ChangeSet[ListedWorkflow]) -> tuple[str, str, str]:
    """Names of what came, changed and went."""
    return (
        " ".join(each.key.name for each in changes.added),
        " ".join(each.key.name for each in changes.changed),
        " ".join(each.name for each in changes.removed),
    )


def page(
    *names: str, first: bool = True, last: bool = True, part: Part = PART
) -> Page[ListedWorkflow]:
    return Page(part, tuple(workflow(name) for name in names), first, last)


def table(*parts: Part) -> KnownObjects[ListedWorkflow]:
    return KnownObjects(parts or (PART,))


ARCHIVE = PART._replace(origin=Origin.ARCHIVE)
OTHER = PART._replace(namespace="other")


def test_what_came_changed_and_went_is_told_apart() -> None:
    known = table()
    known.apply([page("a", "b")])
    changes = known.apply([changed("a", "2"), changed("c"), removed("b")])
    assert said(changes) == ("c", "a", "b")
    assert changes.changed[0].version == "2", "it carries what it tells of"
    assert {each.name for each in known} == {"a", "c"}


def test_a_repeat_of_the_same_version_changes_nothing() -> None:
    known = table()
    known.apply([page("a")])
    assert not known.apply([changed("a"), page("a")])


def test_a_batch_comes_to_one_change_a_workflow() -> None:
    known = table()
    known.apply([page("a")])
    changes = known.apply(
        [changed("a", "2"), changed("a", "3"), removed("a"), changed("b"), removed("b")]
    )
    assert said(changes) == ("", "", "a")
    known.apply([changed("a", "4")])
    again = known.apply([removed("a"), changed("a", "5")])
    assert said(again) == ("", "a", "")


def test_a_whole_list_drops_what_it_does_not_have() -> None:
    known = table()
    known.apply([page("a", "b", "c")])
    assert known.apply([page("a", last=False)]).removed == ()
    changes = known.apply([page("c", first=False)])
    assert changes.removed == (key("b"),)


def test_a_list_begun_anew_forgets_the_pages_before() -> None:
    known = table()
    known.apply([page("a", "b")])
    known.apply([page("a", last=False), page("b")])
    assert [each.name for each in known] == ["b"]


def test_a_change_between_the_pages_is_not_dropped_with_them() -> None:
    known = table()
    known.apply([page("a", last=False), changed("n"), page("b", first=False)])
    assert {each.name for each in known} == {"a", "b", "n"}


def test_a_list_of_one_part_says_nothing_of_the_others() -> None:
    known = table(PART, OTHER)
    known.apply([page("a"), page(part=OTHER)])
    assert len(known) == 1
    known.apply([page()])
    assert len(known) == 0


def test_a_row_is_the_place_and_another_object_of_its_name_is_a_change_of_it() -> None:
    known = table()
    known.apply([changed("a", uid="old")])
    changes = known.apply([changed("a", uid="new")])
    assert said(changes) == ("", "a", "")
    assert changes.changed[0].uid == known[key("a")].uid == "new"


def test_an_old_removal_does_not_hit_the_object_made_again() -> None:
    known = table()
    known.apply([changed("a", uid="new")])
    assert not known.apply([removed("a", "old")])
    assert key("a") in known


def test_what_two_parts_tell_of_is_one_row_with_both_origins_until_both_have_it_no_more() -> None:
    known = table(PART, ARCHIVE)
    in_archive = structs.replace(
        workflow("a", "1"), origins=frozenset({Origin.ARCHIVE}), version="old"
    )
    known.apply([changed("a", "2")])
    changes = known.apply([Page(ARCHIVE, (in_archive,), False, False)])
    assert said(changes) == ("", "a", "")
    assert known[key("a")].origins == {Origin.CLUSTER, Origin.ARCHIVE}
    assert known[key("a")].version == "2", "the cluster knows better than the archive"
    known.apply([removed("a")])
    assert known[key("a")].origins == {Origin.ARCHIVE} and known[key("a")].version == "old"
    assert said(known.apply([removed("a", part=ARCHIVE)])) == ("", "", "a")


def test_a_list_of_the_cluster_never_removes_what_the_archive_tells() -> None:
    known = table(PART, ARCHIVE)
    known.apply([page("a", part=ARCHIVE, first=False, last=False), page("a", "b")])
    assert said(known.apply([page()])) == ("", "a", "b")
    assert list(known) == [key("a")]


def test_each_part_is_whole_once_its_list_was_read_to_its_end() -> None:
    known = table(PART, OTHER)
    known.apply([page("a", last=False)])
    assert not known.whole_parts
    assert known.apply([page("b", first=False)]).standing
    assert known.whole_parts == {PART}
    assert not known.apply([page("a", "b")]).standing, "that is known already"


def test_every_batch_is_younger_than_all_before_also_than_those_of_another_table() -> None:
    first = table()
    early = first.apply([page("a")])
    second = table()
    assert early.moment == first.moment < second.moment < second.apply([page("b")]).moment


def test_what_is_asked_to_be_drawn_again_and_is_gone_is_left_out() -> None:
    known = table()
    known.apply([page("a", "b")])
    asked = known.as_changed([key("b"), key("gone")])
    assert said(asked) == ("", "b", "")
    assert asked.moment == known.moment
