"""What the inbox promises, on a loop that a test turns by hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from tui.domain.identity import ObjectKey, Origin, Part, Row
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata
from tui.errors import Unreachable
from tui.ports.collections import Changed, Gone, Live, Page, Stale, Stood, row_of
from tui.state.inbox import BEAT, BUSY_BEAT, Inbox


class HandLoop:
    """A loop whose time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.soon: list[Callable[[], object]] = []
        self.later: list[tuple[float, Callable[[], object]]] = []
        self.is_shut = False

    def call_soon_threadsafe(self, callback: Callable[[], object]) -> object:
        if self.is_shut:
            raise RuntimeError("Event loop is closed")
        self.soon.append(callback)
        return None

    def call_later(self, delay: float, callback: Callable[[], object]) -> object:
        self.later.append((self.now + delay, callback))
        return None

    def is_closed(self) -> bool:
        return self.is_shut

    def time(self) -> float:
        return self.now

    def turn(self, seconds: float = 0.0) -> None:
        """Let time pass and run what is due."""
        self.now += seconds
        soon, self.soon = self.soon, []
        for callback in soon:
            callback()
        due = [call for call in self.later if call[0] <= self.now + 1e-9]
        self.later = [call for call in self.later if call not in due]
        for _, callback in due:
            callback()


PART = Part("here", "wf", Origin.CLUSTER, "argo")


def key(name: str) -> ObjectKey:
    return ObjectKey("here", "wf", "argo", name)


def workflow(name: str, version: str = "1", uid: str = "") -> Row[ListedWorkflow]:
    return row_of(
        PART,
        ListedWorkflow(
            metadata=Metadata(
                name=name, namespace="argo", uid=uid or name, resource_version=version
            ),
            status=ListedStatus(phase="Running"),
        ),
    )


def changed(name: str, version: str = "1", uid: str = "") -> Changed[ListedWorkflow]:
    return Changed(PART, workflow(name, version, uid))


def removed(name: str, uid: str = "", part: Part = PART) -> Gone:
    return Gone(part, key(name), uid or name)


LIVE = Stood(PART, Live())


def opened() -> tuple[HandLoop, Inbox[Any], list[list[Any]]]:
    loop, batches = HandLoop(), list[list[Any]]()
    return loop, Inbox(loop, batches.append), batches


def test_the_first_event_is_delivered_at_once() -> None:
    loop, inbox, batches = opened()
    inbox.put(changed("a"))
    assert not batches, "only the loop delivers"
    loop.turn()
    assert batches == [[changed("a")]]


def test_later_events_wait_for_the_beat_and_come_together() -> None:
    loop, inbox, batches = opened()
    inbox.put(LIVE)
    loop.turn()
    inbox.put(changed("a"))
    inbox.put(changed("b"))
    loop.turn(BEAT / 2)
    assert len(batches) == 1
    loop.turn(BEAT / 2)
    assert batches[1:] == [[changed("a"), changed("b")]]


def test_the_end_of_a_list_does_not_wait_for_the_beat() -> None:
    loop, inbox, batches = opened()
    pages = [Page(PART, (workflow(name),), name == "a", name == "c") for name in "abc"]
    inbox.put(pages[0])
    loop.turn()
    inbox.put(pages[1])
    loop.turn()
    assert batches == [[pages[0]]], "a page in the middle waits"
    inbox.put(pages[2])
    loop.turn()
    assert batches[1:] == [pages[1:]]
    inbox.put(LIVE)
    loop.turn()
    loop.turn(BEAT)
    assert batches[2:] == [[LIVE]]
    loop.turn(BEAT)
    assert not loop.later, "no timer is left over"


def test_only_the_latest_event_of_an_object_is_kept() -> None:
    loop, inbox, batches = opened()
    for version in range(50):
        inbox.put(changed("a", str(version)))
    loop.turn()
    assert batches == [[changed("a", "49")]]


def test_a_removal_is_later_than_the_change_before_it_and_earlier_than_the_one_after() -> None:
    loop, inbox, batches = opened()
    inbox.put(changed("a"))
    inbox.put(removed("a"))
    inbox.put(removed("b"))
    inbox.put(changed("b"))
    loop.turn()
    assert batches == [[removed("a"), changed("b")]]


def test_what_is_made_again_under_its_name_within_a_beat_is_one_change() -> None:
    loop, inbox, batches = opened()
    inbox.put(removed("a", "old"))
    inbox.put(changed("a", uid="new"))
    loop.turn()
    assert batches == [[changed("a", uid="new")]]


def test_each_part_has_its_own_last_word_about_an_object_and_about_itself() -> None:
    loop, inbox, batches = opened()
    archive = PART._replace(origin=Origin.ARCHIVE)
    events = [changed("a"), removed("a", part=archive), LIVE, Stood(archive, Live())]
    for event in events:
        inbox.put(event)
    loop.turn()
    assert batches == [events]


def test_a_change_after_a_page_stays_after_it_and_pages_are_never_merged() -> None:
    loop, inbox, batches = opened()
    first: Page[ListedWorkflow] = Page(PART, (workflow("a"),), True, False)
    second: Page[ListedWorkflow] = Page(PART, (), False, True)
    inbox.put(changed("a", "0"))
    inbox.put(first)
    inbox.put(changed("a", "2"))
    inbox.put(second)
    loop.turn()
    assert batches == [[first, changed("a", "2"), second]]


def test_of_how_a_part_stands_only_the_last_word_counts() -> None:
    loop, inbox, batches = opened()
    inbox.put(Stood(PART, Stale(Unreachable("no"), 1.0, 1)))
    inbox.put(LIVE)
    loop.turn()
    assert batches == [[LIVE]]


def test_a_busy_stream_beats_slower_and_a_calm_one_faster_again() -> None:
    loop, inbox, batches = opened()
    inbox.put(LIVE)
    loop.turn()
    for n in range(200):
        inbox.put(changed(str(n)))
    loop.turn()
    loop.turn(BEAT)
    assert len(batches) == 2
    assert inbox.beat == BUSY_BEAT
    inbox.put(changed("x"))
    loop.turn()
    loop.turn(BEAT)
    assert len(batches) == 2
    loop.turn(BUSY_BEAT - BEAT)
    assert len(batches) == 3
    assert inbox.beat == BEAT


def test_nothing_is_asked_of_a_loop_that_is_closed() -> None:
    loop, inbox, batches = opened()
    loop.is_shut = True
    inbox.put(changed("a"))
    assert not loop.soon
    assert not batches


def test_a_loop_that_closes_between_question_and_call_is_no_error() -> None:
    loop, inbox, _ = opened()
    answers = iter([False, True])
    loop.is_shut = True
    loop.is_closed = lambda: next(answers)  # type: ignore[method-assign]
    inbox.put(changed("a"))


def test_a_closed_inbox_delivers_nothing_of_an_older_watch() -> None:
    loop, inbox, batches = opened()
    inbox.put(changed("a"))
    inbox.close()
    inbox.put(changed("b"))
    loop.turn(1)
    assert not batches


async def test_events_of_many_threads_reach_a_real_loop_in_few_deliveries() -> None:
    loop = asyncio.get_running_loop()
    batches: list[list[Any]] = []
    complete = asyncio.Event()
    seen: dict[ObjectKey, str] = {}

    def take(batch: list[Any]) -> None:
        batches.append(batch)
        seen.update({event.row.key: event.row.version for event in batch})
        if len(seen) == 40 and set(seen.values()) == {"499"}:
            complete.set()

    inbox: Inbox[Any] = Inbox(loop, take)

    def work(who: int) -> None:
        for version in range(500):
            for n in range(10):
                inbox.put(changed(f"{who}-{n}", str(version)))

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    await asyncio.wait_for(complete.wait(), 20)
    for thread in threads:
        thread.join()
    inbox.close()
    assert len(batches) < 60, "20,000 events are not 20,000 deliveries"
