"""Rows that come as Tables first and are read from their objects later."""

from __future__ import annotations

from datetime import timedelta

from tests.state.test_inbox import PART, HandLoop, key, removed
from tests.state.test_known import said
from tests.support.runs import NOW
from tui.domain.identity import Depth, Row
from tui.domain.table import Age, TableRow, age_of
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata
from tui.kinds.workflows import TabledWorkflow, newest, renewed, tabled
from tui.ports.collections import Changed, Filled, Page, WatchEvent, row_of
from tui.state.inbox import Inbox
from tui.state.known import KnownObjects
from tui.state.listing import Listing, ListingChange


def told(
    name: str, phase: str = "Running", age: str = "64m", message: str = "", version: str = ""
) -> Row[ListedWorkflow]:
    """A workflow as a Table tells it."""
    cells = {"name": name, "status": phase, "age": age, "message": message}
    row = TableRow("argo", name, cells, NOW, version=version)
    return row_of(PART, tabled(row), depth=Depth.TABLE)


def read(
    name: str,
    phase: str = "Running",
    *,
    version: str = "1",
    uid: str = "",
    progress: str = "1/3",
    began: float = 64.5,
    message: str = "",
) -> Row[ListedWorkflow]:
    """A workflow as it is read from its object; it began so many minutes ago."""
    at = f"{NOW - timedelta(minutes=began):%Y-%m-%dT%H:%M:%SZ}"
    return row_of(
        PART,
        ListedWorkflow(
            Metadata(name, "argo", uid or f"uid-{name}", version, at),
            status=ListedStatus(phase, started_at=at, progress=progress, message=message),
        ),
    )


def listed(*rows: Row[ListedWorkflow]) -> KnownObjects[ListedWorkflow]:
    known: KnownObjects[ListedWorkflow] = KnownObjects([PART], renewed=renewed)
    known.apply([Page(PART, rows, True, True)])
    return known


def answer(*rows: Row[ListedWorkflow], since: int) -> Filled[ListedWorkflow]:
    return Filled(PART, rows, since)


def listing_of(known: KnownObjects[ListedWorkflow]) -> Listing[ListedWorkflow]:
    return Listing(known, moment=known.moment, key=newest, reverse=True)


def names(listing: Listing[ListedWorkflow]) -> str:
    return " ".join(row.key.name for row in listing.rows)


# --- what is known -------------------------------------------------------------------------------


def test_a_row_of_a_table_is_due_until_it_was_read_and_says_how_much_is_known_of_it() -> None:
    known = listed(told("a"), told("b"))
    assert list(known.due) == [key("a"), key("b")] and known.unread == 2
    changes = known.apply([answer(read("a"), since=known.moment)])
    assert said(changes) == ("", "", "") and [row.key for row in changes.filled] == [key("a")]
    assert known[key("a")].depth is Depth.SUMMARY and known[key("a")].uid == "uid-a"
    assert known[key("a")].value.status.progress == "1/3"
    assert list(known.due) == [key("b")] and known.unread == 1


def test_an_answer_neither_adds_nor_removes_rows() -> None:
    known = listed(told("a"))
    assert not known.apply([answer(read("z"), since=known.moment)])
    assert list(known) == [key("a")]


def test_what_a_table_told_after_the_question_is_newer_than_the_answer() -> None:
    known = listed(told("a"))
    asked = known.moment
    known.apply([Changed(PART, told("a", "Failed", message="no space left"))])
    known.apply([answer(read("a", "Running", progress="2/3"), since=asked)])
    status = known[key("a")].value.status
    assert (status.phase, status.message, status.progress) == ("Failed", "no space left", "2/3")
    assert key("a") in known.due, "what a Table does not tell may be newer, too"


def test_in_one_batch_the_order_of_an_answer_and_a_change_does_not_matter() -> None:
    change = Changed(PART, told("a", "Failed"))
    for events in ([change, 0], [0, change]):
        known = listed(told("a"))
        late = answer(read("a"), since=known.moment)
        known.apply([late if event == 0 else change for event in events])
        assert known[key("a")].value.phase == "Failed" and key("a") in known.due


def test_a_change_of_a_row_that_was_read_keeps_what_a_table_does_not_tell() -> None:
    known = listed(told("a"))
    known.apply([answer(read("a", progress="2/3"), since=known.moment)])
    before = known[key("a")]
    changes = known.apply([Changed(PART, told("a", "Succeeded"))])
    row = changes.changed[0]
    assert row.value.phase == "Succeeded" and row.value.status.progress == "2/3"
    assert row.depth is Depth.SUMMARY and row.uid == before.uid
    assert row.value.status.started_at == before.value.status.started_at, "a Table says 64m of it"
    assert changes.due == (key("a"),)


def test_a_table_that_tells_nothing_new_draws_nothing_but_may_hide_a_change() -> None:
    known = listed(told("a"), told("b"))
    known.apply([answer(read("a"), since=known.moment)])
    changes = known.apply([Changed(PART, told("a"))])
    assert said(changes) == ("", "", "") and not changes.filled
    assert changes.due == (key("a"),)


def test_a_table_of_the_version_that_was_read_is_not_due() -> None:
    known = listed(told("a"))
    asked = known.moment
    known.apply([Changed(PART, told("a", version="7"))])
    known.apply([answer(read("a", version="7"), since=asked)])
    assert not known.due
    assert not known.apply([Changed(PART, told("a", version="7"))])


def test_a_relist_changes_nothing_that_is_shown_and_all_of_it_is_due() -> None:
    known = listed(told("a"), told("b"), told("c"))
    known.apply([answer(read("a"), read("b"), since=known.moment)])
    changes = known.apply([Page(PART, (told("a"), told("b")), True, True)])
    assert said(changes) == ("", "", "c") and not changes.filled
    assert set(known.due) == {key("a"), key("b")} and known.unread == 0


def test_an_answer_that_was_asked_for_earlier_does_not_undo_a_later_one() -> None:
    known = listed(told("a"))
    early = known.moment
    known.apply([Changed(PART, told("b"))])
    known.apply([answer(read("a", progress="3/3"), since=known.moment)])
    assert not known.apply([answer(read("a", progress="1/3"), since=early)])
    assert known[key("a")].value.status.progress == "3/3"


def test_an_answer_about_an_object_that_was_made_anew_since_is_not_taken() -> None:
    known = listed(told("a"))
    asked = known.moment
    changes = known.apply([removed("a"), Changed(PART, told("a", "Pending"))])
    assert changes.replaced == {key("a")}
    assert not known.apply([answer(read("a", uid="old"), since=asked)])
    assert known[key("a")].uid == "" and key("a") in known.due


def test_an_answer_reaches_its_row_also_where_all_namespaces_are_one_part() -> None:
    wide = PART._replace(namespace="")
    known: KnownObjects[ListedWorkflow] = KnownObjects(
        [wide._replace(connection="there"), wide], renewed=renewed
    )
    known.apply([Page(wide, (told("a"),), True, True)])
    known.apply([answer(read("a"), since=known.moment)])
    assert known[key("a")].depth is Depth.SUMMARY and not known.due


def test_where_a_server_tells_whole_objects_after_all_an_earlier_answer_is_older() -> None:
    known = listed(told("a"))
    asked = known.moment
    known.apply([Page(PART, (read("a", version="2", progress="2/3"),), True, True)])
    assert not known.due and not known.unread
    assert not known.apply([answer(read("a", version="1", progress="1/3"), since=asked)])
    assert known[key("a")].value.status.progress == "2/3"


def test_another_uid_than_the_known_one_is_another_object() -> None:
    known = listed(told("a"))
    known.apply([answer(read("a", uid="old"), since=known.moment)])
    known.apply([Page(PART, (told("a"),), True, True)])
    changes = known.apply([answer(read("a", uid="new"), since=known.moment)])
    assert changes.replaced == {key("a")} and known[key("a")].uid == "new"


def test_an_object_that_leaves_a_selector_and_enters_it_again_is_the_same() -> None:
    known = listed(read("a"))
    changes = known.apply([removed("a", "uid-a"), Changed(PART, read("a", version="2"))])
    assert said(changes) == ("", "a", "") and not changes.replaced


def test_an_object_without_uid_that_went_and_came_in_one_beat_is_not_taken_for_a_change() -> None:
    delivered: list[WatchEvent[ListedWorkflow]] = []
    loop = HandLoop()
    inbox: Inbox[WatchEvent[ListedWorkflow]] = Inbox(loop, delivered.extend)
    for event in (Changed(PART, told("a")), removed("a"), Changed(PART, told("a", "Pending"))):
        inbox.put(event)
    loop.turn()
    assert delivered == [removed("a"), Changed(PART, told("a", "Pending"))]


# --- what is shown -------------------------------------------------------------------------------


def test_rows_that_fill_in_keep_their_places_until_the_list_is_sorted_anew() -> None:
    known = listed(told("a", age="3h"), told("b", age="3h"), told("c", age="2h"))
    listing = listing_of(known)
    before = names(listing)
    change = listing.update(
        known.apply([answer(read("a", began=181), read("b", began=239), since=known.moment)])
    )
    assert change == ListingChange(rows=(1, 2)) and names(listing) == before == "c b a"
    listing.arrange_anew()
    assert names(listing) == "c a b"


def test_a_change_moves_a_row_that_was_filled_in_only_if_what_it_is_sorted_by_changed() -> None:
    known = listed(told("a", age="3h"), told("b", age="3h"), told("c", "Pending", ""))
    listing = listing_of(known)
    listing.update(known.apply([answer(read("a", began=181), since=known.moment)]))
    change = listing.update(known.apply([Changed(PART, told("a", "Failed", age="3h"))]))
    assert change == ListingChange(rows=(2,)) and names(listing) == "c b a"
    assert listing.update(known.apply([Changed(PART, told("c", age="4h"))])).order
    assert names(listing) == "b a c"


def test_a_new_row_comes_in_at_its_place_among_those_that_filled_in() -> None:
    known = listed(told("a", age="3h"), told("b", age="2h"))
    listing = listing_of(known)
    listing.update(known.apply([answer(read("a", began=181), since=known.moment)]))
    listing.update(known.apply([Changed(PART, told("n", age="170m"))]))
    assert names(listing) == "b n a"


def test_what_a_filter_cannot_know_yet_is_not_shown_and_comes_when_it_is_filtered_anew() -> None:
    known = listed(told("a"), told("b"))
    listing = listing_of(known)
    listing.filter(lambda each: each.status.progress == "1/3", unread=lambda row: False)
    assert not len(listing)
    change = listing.update(known.apply([answer(read("a"), since=known.moment)]))
    assert not change, "nothing comes in while rows are read"
    listing.arrange_anew()
    assert names(listing) == "a"


def test_rows_that_are_not_read_stand_last_in_an_order_that_needs_more() -> None:
    known = listed(told("a"), told("b"), told("c"))
    known.apply([answer(read("b", progress="2/3"), since=known.moment)])
    listing = listing_of(known)
    for reverse in (False, True):
        listing.sort(lambda each: each.status.progress, reverse=reverse, depth=Depth.SUMMARY)
        assert names(listing).startswith("b ")


def test_counts_tell_of_how_many_only_the_table_is_known() -> None:
    known = listed(told("a", "Failed"), told("b", "Failed"), told("c"))
    listing = Listing(known, moment=known.moment, group=lambda each: each.phase)
    listing.update(known.apply([answer(read("a", "Failed"), since=known.moment)]))
    assert (listing.counts, listing.unread) == (
        {"Failed": 2, "Running": 1},
        {"Failed": 1, "Running": 1},
    )


# --- what a Table tells --------------------------------------------------------------------------


def test_ages_are_read_with_what_they_are_cut_to() -> None:
    assert age_of("45s") == Age(45, 1)
    assert age_of("5m30s") == Age(330, 1)
    assert age_of("64m") == Age(3840, 60)
    assert age_of("7h12m") == Age(25920, 60)
    assert age_of("47h") == Age(169200, 3600)
    assert age_of("2y100d") == Age(71_712_000, 86400)
    assert (age_of(""), age_of("<unknown>"), age_of("-3s"), age_of("5")) == (None,) * 4


def test_a_beginning_is_renewed_only_where_a_table_contradicts_what_is_known() -> None:
    known = read("a", began=64.5).value
    assert renewed(known, told("a", age="64m").value) is known
    assert renewed(known, told("a", age="70m").value).status.started_at == "2026-03-17T05:20:00Z"
    rough = told("a", age="10h").value
    assert isinstance(rough, TabledWorkflow) and rough.cut_to == 3600
    assert renewed(rough, told("a", age="11h").value) is rough
    assert renewed(rough, told("a", age="12h").value) is not rough


def test_a_workflow_that_runs_again_has_not_ended_and_its_old_reason_is_not_its_new_one() -> None:
    status = ListedStatus("Failed", finished_at="2026-03-17T06:00:00Z", why="step a: exit code 1")
    again = renewed(ListedWorkflow(status=status), told("a", "Running").value)
    assert (again.status.finished_at, again.status.why) == (None, "")
