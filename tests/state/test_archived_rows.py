"""One row of what is in the cluster and in its archive, whatever becomes of it in either."""

from __future__ import annotations

from msgspec import structs

from tests.state.test_inbox import PART, key
from tui.domain.identity import Depth, ObjectKey, Origin, Part, Row
from tui.domain.workflow import ARCHIVING, ListedStatus, ListedWorkflow, Metadata
from tui.kinds.workflows import kept
from tui.ports.collections import Changed, Filled, Gone, Page, WatchEvent, row_of
from tui.state.known import KnownObjects

ARCHIVE = PART._replace(origin=Origin.ARCHIVE)
CLUSTER_ONLY, ARCHIVE_ONLY = frozenset({Origin.CLUSTER}), frozenset({Origin.ARCHIVE})
BOTH = CLUSTER_ONLY | ARCHIVE_ONLY


def row(
    name: str, uid: str, part: Part = PART, *, label: str = "", version: str = "1"
) -> Row[ListedWorkflow]:
    metadata = Metadata(
        name=name,
        namespace="argo",
        uid=uid,
        resource_version=version,
        labels={ARCHIVING: label} if label else {},
    )
    return row_of(part, ListedWorkflow(metadata, status=ListedStatus(phase="Succeeded")))


def archived(name: str, uid: str) -> Row[ListedWorkflow]:
    return row(name, uid, ARCHIVE, label="Persisted")


def of_archive(*rows: Row[ListedWorkflow]) -> Page[ListedWorkflow]:
    """Some more that was read of the archive."""
    return Page(ARCHIVE, rows, first=False, last=False)


def table() -> KnownObjects[ListedWorkflow]:
    """A list with an archive beside it."""
    known: KnownObjects[ListedWorkflow] = KnownObjects([PART], kept=kept)
    known.apply([of_archive()])
    return known


def own(name: str, uid: str) -> ObjectKey:
    return key(name)._replace(incarnation=uid)


def test_what_is_in_both_is_one_row_whichever_is_told_first() -> None:
    events: list[WatchEvent[ListedWorkflow]]
    events = [Changed(PART, row("a", "1")), of_archive(archived("a", "1"))]
    for told in (events, events[::-1]):
        known = table()
        for event in told:
            known.apply([event])
        assert list(known) == [key("a")]
        assert known[key("a")].origins == BOTH
        assert not known[key("a")].value.is_only_archived, "the cluster's word counts"


def test_runs_of_one_name_are_told_apart_by_their_uids() -> None:
    known = table()
    known.apply([Changed(PART, row("a", "3"))])
    known.apply([of_archive(archived("a", "3"), archived("a", "2"), archived("a", "1"))])
    assert set(known) == {key("a"), own("a", "2"), own("a", "1")}


def test_one_that_leaves_the_cluster_for_the_archive_stays_the_row_that_it_is() -> None:
    known = table()
    known.apply([Changed(PART, row("a", "1", label="Archived"))])
    changes = known.apply([Gone(PART, key("a"), "1")])
    assert (changes.added, changes.removed) == ((), ())
    assert [each.key for each in changes.changed] == [key("a")]
    assert known[key("a")].origins == ARCHIVE_ONLY
    assert known[key("a")].value.is_only_archived
    again = known.apply([of_archive(archived("a", "1"))])
    assert list(known) == [key("a")] and not again.removed, "and when the archive tells of it"


def test_one_that_goes_while_it_is_being_archived_stays_until_the_archive_has_been_asked() -> None:
    known = table()
    known.apply([Changed(PART, row("a", "1", label="Pending"))])
    assert not known.apply([Gone(PART, key("a"), "1")]).removed
    assert known[key("a")].origins == ARCHIVE_ONLY and known[key("a")].value.is_only_archived
    assert known.apply([Gone(ARCHIVE, key("a"), "1")]).removed == (key("a"),)


def test_one_that_is_gone_while_a_list_was_read_anew_stays_as_well() -> None:
    known = table()
    known.apply([Page(PART, (row("a", "1", label="Archived"), row("b", "2")), True, True)])
    known.apply([Page(PART, (), True, True)])
    assert list(known) == [key("a")], "only what is archived"


def test_its_key_goes_to_what_comes_by_its_name() -> None:
    known = table()
    known.apply([Changed(PART, row("a", "1", label="Archived"))])
    known.apply([Gone(PART, key("a"), "1")])
    changes = known.apply([Changed(PART, row("a", "2"))])
    assert known[key("a")].uid == "2" and known[key("a")].origins == CLUSTER_ONLY
    assert known[own("a", "1")].origins == ARCHIVE_ONLY
    assert [each.key for each in changes.added] == [own("a", "1")]
    assert changes.replaced == {key("a")}


def test_without_an_archive_what_goes_is_gone_whatever_its_label() -> None:
    known: KnownObjects[ListedWorkflow] = KnownObjects([PART], kept=kept)
    known.apply([Changed(PART, row("a", "1", label="Archived"))])
    assert known.apply([Gone(PART, key("a"), "1")]).removed == (key("a"),)


def test_one_that_is_retried_shows_as_it_is_now_and_not_as_it_was_archived() -> None:
    known = table()
    known.apply([Changed(PART, row("a", "1", label="Archived"))])
    known.apply([of_archive(archived("a", "1"))])
    again = row("a", "1", version="2")
    running = structs.replace(again.value, status=ListedStatus(phase="Running"))
    known.apply([Changed(PART, structs.replace(again, value=running))])
    assert known[key("a")].value.phase == "Running"


def test_what_is_deleted_in_the_archive_stays_while_the_cluster_has_it() -> None:
    known = table()
    known.apply([Changed(PART, row("a", "1")), of_archive(archived("a", "1"), archived("b", "2"))])
    known.apply([Gone(ARCHIVE, key("a"), "1"), Gone(ARCHIVE, own("b", "2"), "2")])
    assert list(known) == [key("a")] and known[key("a")].origins == CLUSTER_ONLY


def test_forgetting_the_archive_leaves_the_cluster() -> None:
    known = table()
    known.apply([Changed(PART, row("a", "1")), of_archive(archived("a", "1"), archived("b", "2"))])
    changes = known.apply([Page(ARCHIVE, (), first=True, last=True)])
    assert list(known) == [key("a")] and changes.removed == (own("b", "2"),)
    assert not known.whole_parts, "of the cluster nothing was read to its end"
    known.apply([Changed(PART, row("c", "3", label="Archived"))])
    assert known.apply([Gone(PART, key("c"), "3")]).removed == (key("c"),)


def test_the_archive_is_read_anew_in_one_go_where_it_can_be() -> None:
    known = table()
    known.apply([of_archive(archived("a", "1"), archived("b", "2"))])
    changes = known.apply([Page(ARCHIVE, (), True, True), of_archive(archived("b", "2"))])
    assert (changes.added, changes.removed) == ((), (own("a", "1"),))


def test_a_table_that_tells_no_uids_is_told_apart_once_its_rows_are_read() -> None:
    known = table()
    tabled = structs.replace(row("a", "", version="1"), depth=Depth.TABLE)
    known.apply([Page(PART, (tabled,), True, True)])
    known.apply([of_archive(archived("a", "1"))])
    assert list(known) == [key("a")], "the newest of that name is taken for it"
    changes = known.apply([Filled(PART, (row("a", "2"),), since=known.moment)])
    assert set(known) == {key("a"), own("a", "1")}
    assert [each.key for each in changes.added] == [own("a", "1")]
    assert known[key("a")].uid == "2"


def test_what_the_archive_has_too_is_still_read_from_the_cluster() -> None:
    known = table()
    tabled = structs.replace(row("a", "1"), depth=Depth.TABLE)
    known.apply([Page(PART, (tabled,), True, True)])
    known.apply([of_archive(archived("a", "1"))])
    assert list(known.due) == [key("a")], "what is in the archive is no word of how it is now"
    assert known.unread == 1
    known.apply([Gone(ARCHIVE, key("a"), "1")])
    assert list(known.due) == [key("a")] and known.unread == 1
    known.apply([of_archive(archived("a", "1"))])
    known.apply([Filled(PART, (row("a", "1", version="2"),), since=known.moment)])
    assert not known.due and not known.unread and known[key("a")].depth is Depth.SUMMARY


def test_what_goes_before_it_was_read_is_looked_for_in_the_archive_if_it_was_over() -> None:
    known = table()
    over = structs.replace(row("a", ""), depth=Depth.TABLE)
    value = structs.replace(over.value, status=ListedStatus(phase="Running"))
    going = structs.replace(row("b", ""), depth=Depth.TABLE, value=value)
    known.apply([Page(PART, (over, structs.replace(going, key=key("b"))), True, True)])
    changes = known.apply([Gone(PART, key("a")), Gone(PART, key("b"))])
    assert changes.removed == (key("b"),), "only what is over is archived"
    assert known[key("a")].origins == ARCHIVE_ONLY and not known.due
    found = structs.replace(archived("a", "1"), key=key("a"))
    known.apply([Changed(ARCHIVE, found)])
    assert list(known) == [key("a")] and known[key("a")].uid == "1"
