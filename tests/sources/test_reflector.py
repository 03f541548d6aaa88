"""What the reflector promises, with a collection and an audience made of lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tui.errors import (
    SHORTEST_PAUSE,
    Busy,
    Expired,
    Missing,
    Refused,
    SourceError,
    Unreachable,
)
from tui.ports.threads import CancelToken
from tui.sources.reflector import LONGEST_WAIT, REFUSED_WAIT, Listed, Reflector, StreamedEvent


class PatientStop(CancelToken):
    """A stop that never really sleeps, but remembers for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> bool:
        self.slept.append(seconds)
        return self.is_set


@dataclass
class Scripted:
    """A collection that answers from two scripts and stops when they are used up."""

    stop: CancelToken
    lists: list[Listed[str] | SourceError]
    watches: list[list[StreamedEvent[str] | SourceError] | SourceError] = field(
        default_factory=list
    )
    asked: list[str] = field(default_factory=list)

    def list_page(self, more: str) -> Listed[str]:
        self.asked.append(f"list {more}".strip())
        if not self.lists:
            self.stop.set()
            return Listed((), "")
        answer = self.lists.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return answer

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[StreamedEvent[str]]]:
        self.asked.append(f"watch {version}")
        assert 240 <= seconds <= 300
        assert 0 < quiet < seconds + 30
        if not self.watches:
            self.stop.set()
            yield iter(())
            return
        script = self.watches.pop(0)
        if isinstance(script, SourceError):
            raise script
        yield self._events(script)

    def _events(
        self, script: list[StreamedEvent[str] | SourceError]
    ) -> Iterator[StreamedEvent[str]]:
        for event in script:
            if isinstance(event, SourceError):
                raise event
            yield event


class Listening:
    """An audience that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.errors: list[SourceError] = []
        self.waits: list[float] = []

    def page(self, items: tuple[str, ...], *, first: bool, last: bool) -> None:
        self.heard.append(("page", items, first, last))

    def changed(self, item: str) -> None:
        self.heard.append(("changed", item))

    def removed(self, item: str) -> None:
        self.heard.append(("removed", item))

    def live(self) -> None:
        self.heard.append("live")

    def stale(self, error: SourceError, retry_in: float, attempt: int) -> None:
        self.errors.append(error)
        self.waits.append(retry_in)
        self.heard.append(("stale", attempt))

    def unreadable(self, error: SourceError, retry_in: float) -> None:
        self.errors.append(error)
        self.heard.append("unreadable")


def told(kind: str, version: str, item: str = "x") -> StreamedEvent[str]:
    return StreamedEvent(kind, version, None if kind == "BOOKMARK" else item)


def gone() -> StreamedEvent[str]:
    return StreamedEvent("ERROR", error=Expired("too old resource version", status=410))


def follow(
    lists: list[Listed[str] | SourceError],
    watches: list[list[StreamedEvent[str] | SourceError] | SourceError] | None = None,
) -> tuple[Scripted, Listening, PatientStop]:
    stop = PatientStop()
    collection = Scripted(stop, lists, watches or [])
    audience = Listening()
    clock = iter(range(10_000))
    Reflector(collection, audience, stop, now=lambda: float(next(clock)), jitter=lambda: 0.5).run()
    return collection, audience, stop


def test_pages_are_told_as_they_land_and_the_watch_begins_where_the_list_ended() -> None:
    collection, audience, _ = follow(
        [Listed(("a", "b"), "7", "next"), Listed(("c",), "7")], [[told("ADDED", "8", "d")]]
    )
    assert collection.asked[:3] == ["list", "list next", "watch 7"]
    assert audience.heard[:4] == [
        ("page", ("a", "b"), True, False),
        ("page", ("c",), False, True),
        "live",
        ("changed", "d"),
    ]


def test_a_watch_that_ends_well_continues_after_its_last_event_without_a_word() -> None:
    collection, audience, _ = follow(
        [Listed((), "7")],
        [
            [told("ADDED", "8"), told("DELETED", "9")],
            [told("BOOKMARK", "20")],
            [],
        ],
    )
    assert collection.asked == ["list", "watch 7", "watch 9", "watch 20", "watch 20"]
    assert not audience.errors
    assert ("removed", "x") in audience.heard


def test_a_bookmark_moves_the_place_and_is_shown_to_nobody() -> None:
    collection, audience, _ = follow([Listed((), "7")], [[told("BOOKMARK", "30")]])
    assert collection.asked[-1] == "watch 30"
    assert [heard for heard in audience.heard if heard != "live"] == [("page", (), True, True)]


def test_a_410_inside_the_stream_lists_again_at_once() -> None:
    collection, audience, stop = follow(
        [Listed(("a",), "7"), Listed(("b",), "50")], [[told("ADDED", "8"), gone()]]
    )
    assert collection.asked == ["list", "watch 7", "list", "watch 50"]
    assert not audience.errors
    assert ("page", ("b",), True, True) in audience.heard
    assert not stop.slept[:-1]


def test_a_410_on_opening_lists_again_too() -> None:
    collection, _, _ = follow([Listed((), "7"), Listed((), "50")], [Expired("gone", status=410)])
    assert collection.asked == ["list", "watch 7", "list", "watch 50"]


def test_listing_again_and_again_is_trouble_and_slows_down() -> None:
    _, audience, stop = follow(
        [Listed((), str(n)) for n in range(5)], [[gone()], [gone()], [gone()], [gone()]]
    )
    assert len(audience.errors) == 2
    assert stop.slept == sorted(stop.slept)


def test_a_410_right_after_listing_again_is_retried_after_a_pause_without_a_word() -> None:
    collection, audience, stop = follow(
        [Listed((), "7"), Listed((), "8"), Listed(("b",), "50")], [[gone()], [gone()]]
    )
    assert collection.asked == ["list", "watch 7", "list", "watch 8", "list", "watch 50"]
    assert not audience.errors
    assert stop.slept[0] > 0


def test_after_other_trouble_a_410_still_lists_again_at_once() -> None:
    _, audience, stop = follow(
        [Listed((), "7"), Listed((), "50")], [Unreachable("no answer", reason="Name"), [gone()]]
    )
    assert len(audience.errors) == 1
    assert len(stop.slept) == 2, "once after the trouble, once after the last watch"


def test_pages_that_expire_begin_anew_from_the_first() -> None:
    collection, audience, _ = follow(
        [
            Listed(("a",), "7", "next"),
            Expired("The provided continue parameter is too old", status=410),
            Listed(("a",), "9", "again"),
            Listed(("b",), "9"),
        ]
    )
    assert collection.asked == ["list", "list next", "list", "list again", "watch 9"]
    assert [heard[2:] for heard in audience.heard if heard[0] == "page"] == [
        (True, False),
        (True, False),
        (False, True),
    ]


def test_pages_that_always_expire_become_trouble() -> None:
    forever: list[Listed[str] | SourceError] = []
    for _ in range(4):
        forever += [Listed(("a",), "7", "next"), Expired("too old", status=410)]
    # The list after the back-off finds its script used up, which ends the run.
    collection, audience, _ = follow([*forever, *forever, *forever])
    assert len(audience.errors) >= 1
    assert collection.asked.count("list") >= 12


@pytest.mark.parametrize(
    "error",
    [
        Refused("not allowed to list workflows in argo", status=403),
        Missing("this cluster has no Workflow kind", reason="NoKind"),
    ],
)
def test_what_cannot_be_read_is_told_so_and_tried_again_until_it_can(error: SourceError) -> None:
    _, audience, stop = follow([error, error, Listed(("a",), "7")])
    assert audience.errors == [error, error]
    assert audience.heard[:4] == ["unreadable", "unreadable", ("page", ("a",), True, True), "live"]
    assert all(seconds >= 30 for seconds in stop.slept[:2]), "somebody has to do something first"


def test_an_audience_that_will_not_wait_ends_it() -> None:
    class Impatient(Listening):
        def unreadable(self, error: SourceError, retry_in: float) -> None:
            raise error

    stop = PatientStop()
    refused = Refused("not allowed to list workflows in argo", status=403)
    with pytest.raises(Refused, match="not allowed"):
        Reflector(Scripted(stop, [refused]), Impatient(), stop).run()


def test_an_unreachable_cluster_at_the_start_is_waited_for() -> None:
    _, audience, stop = follow(
        [Unreachable("no"), Unreachable("no"), Unreachable("no"), Listed(("a",), "7")]
    )
    assert [heard for heard in audience.heard if heard[0] == "stale"] == [
        ("stale", 1),
        ("stale", 2),
        ("stale", 3),
    ]
    assert audience.heard[-2:] == [("page", ("a",), True, True), "live"]
    assert stop.slept[0] < stop.slept[1] < stop.slept[2]


def test_waiting_never_grows_without_end() -> None:
    _, _, stop = follow([Unreachable("no")] * 30)
    assert max(stop.slept) <= LONGEST_WAIT


def test_being_refused_during_a_watch_is_told_and_soon_tried_again_then_slowly() -> None:
    refused = [Refused("no longer", status=403) for _ in range(3)]
    _, audience, stop = follow([Listed(("a",), "7")], [[told("ADDED", "8")], *refused])
    assert [type(error) for error in audience.errors] == [Refused] * 3
    slow = [seconds for seconds in stop.slept if seconds >= REFUSED_WAIT / 2]
    assert len(slow) == 1, "an API server that has just begun refuses for a moment"


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks() -> None:
    _, audience, stop = follow(
        [Listed((), "7")], [Busy("slow down", status=429, retry_after=17), []]
    )
    assert isinstance(audience.errors[0], Busy)
    assert stop.slept[0] >= 17


@pytest.mark.parametrize("asked", [0, 1, 5, 120])
def test_a_server_that_says_when_is_asked_then_however_long_it_was_away(asked: float) -> None:
    away: list[Any] = [Unreachable("no")] * 12
    _, audience, stop = follow([*away, Busy("starting", status=429, retry_after=asked)])
    assert stop.slept[11] >= LONGEST_WAIT / 2, "its own pause had grown meanwhile"
    assert isinstance(audience.errors[12], Busy)
    assert max(asked, SHORTEST_PAUSE) <= stop.slept[12] <= asked + 1.5
    assert audience.waits[12] == stop.slept[12], "what is said is what is done"


def test_a_cut_stream_is_opened_again_from_where_it_was_without_alarm() -> None:
    collection, audience, _ = follow(
        [Listed((), "7")],
        [[told("ADDED", "8"), Unreachable("broke", reason="Connection")], [told("ADDED", "9")]],
    )
    assert collection.asked == ["list", "watch 7", "watch 8", "watch 9"]
    assert not audience.errors


def test_a_silent_stream_is_trouble_and_then_continues() -> None:
    collection, audience, _ = follow(
        [Listed((), "7")],
        [[told("ADDED", "8"), Unreachable("stopped answering", reason="Timeout")]],
    )
    assert len(audience.errors) == 1
    assert collection.asked[-1] == "watch 8"


def test_a_server_that_ends_every_watch_at_once_is_not_asked_in_a_tight_loop() -> None:
    stop = PatientStop()
    collection = Scripted(stop, [Listed((), "7")], [[] for _ in range(8)])
    audience = Listening()
    Reflector(collection, audience, stop, now=lambda: 0.0, jitter=lambda: 0.5).run()
    assert stop.slept == sorted(stop.slept)
    assert stop.slept[3] > stop.slept[0]
    assert audience.errors, "so many endings are to be told"


def test_what_cannot_be_read_makes_it_list_again() -> None:
    collection, audience, _ = follow(
        [Listed((), "7"), Listed((), "9")],
        [[told("ADDED", "8"), SourceError("cannot be read", reason="NotJson")]],
    )
    assert collection.asked == ["list", "watch 7", "list", "watch 9"]
    assert len(audience.errors) == 1


def test_an_error_event_that_is_no_410_waits_and_continues() -> None:
    failed: StreamedEvent[str] = StreamedEvent(
        "ERROR", error=Busy("etcdserver: request timed out", status=500)
    )
    collection, audience, _ = follow([Listed((), "7")], [[told("ADDED", "8"), failed]])
    assert collection.asked == ["list", "watch 7", "watch 8"]
    assert isinstance(audience.errors[0], Busy)


def test_once_stopped_nothing_is_told() -> None:
    stop = PatientStop()

    class Stopping(Listening):
        def live(self) -> None:
            super().live()
            stop.set()

    collection = Scripted(stop, [Listed((), "7")], [[told("ADDED", "8")]])
    audience = Stopping()
    Reflector(collection, audience, stop, jitter=lambda: 0.5).run()
    assert audience.heard == [("page", (), True, True), "live"]
