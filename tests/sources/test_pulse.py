"""A watch that hangs is noticed by its silence; a quiet server is not suspected for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import Asked, Reply, fake_api, listing, workflow, write_kubeconfig
from tests.support.waiting import wait_until
from tests.support.where import where
from tui.errors import SourceError, Unreachable
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Live, Scope, Stale, Standing, Stood, WatchEvent
from tui.ports.threads import CancelToken, endless
from tui.sources.audiences import ListAudience
from tui.sources.collections import ManyObjects
from tui.sources.opening import connect
from tui.sources.pulse import LEAST, UNKNOWN, Pulse
from tui.sources.reflector import Listed, Reflector, StreamedEvent

END = 255.0
MINUTE = 60.0


class PatientStop(CancelToken):
    """A stop that never really sleeps."""

    def sleep(self, seconds: float) -> bool:
        return self.is_set


class Clock:
    """The time as the server's story goes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


Moment = tuple[float, StreamedEvent[str]]
"""Seconds after the last one, and what is told then."""


@dataclass
class Server:
    """A collection whose watches follow a story; where it ends, the watch hangs."""

    stop: CancelToken
    clock: Clock
    stories: list[list[Moment]]
    quiet: list[float] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def list_page(self, more: str) -> Listed[str]:
        self.asked.append("list")
        return Listed(("a",), "7")

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[StreamedEvent[str]]]:
        self.asked.append(f"watch {version}")
        self.quiet.append(quiet)
        if not self.stories:
            self.stop.set()
            yield iter(())
            return
        yield self._told(self.stories.pop(0), seconds, quiet)

    def _told(
        self, story: list[Moment], seconds: int, quiet: float
    ) -> Iterator[StreamedEvent[str]]:
        end = self.clock.now + seconds
        for later, told in story:
            assert later < quiet, "it would have been called hung before"
            self.clock.now += later
            yield told
        if self.clock.now + quiet < end:
            self.clock.now += quiet
            raise Unreachable("stopped answering", reason="Timeout")
        self.clock.now = end


class Listening:
    """An audience that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.errors: list[SourceError] = []

    def page(self, items: tuple[str, ...], *, first: bool, last: bool) -> None:
        self.heard.append("page")

    def changed(self, item: str) -> None:
        self.heard.append(f"changed {item}")

    def removed(self, item: str) -> None:
        self.heard.append(f"removed {item}")

    def live(self) -> None:
        self.heard.append("live")

    def stale(self, error: SourceError, retry_in: float, attempt: int) -> None:
        self.errors.append(error)
        self.heard.append("stale")

    def unreadable(self, error: SourceError, retry_in: float) -> None:
        self.errors.append(error)
        self.heard.append("unreadable")


def mark(version: int, after: float = MINUTE) -> Moment:
    return after, StreamedEvent("BOOKMARK", str(version))


def change(version: int, after: float = 1.0) -> Moment:
    return after, StreamedEvent("MODIFIED", str(version), "x")


def follow(*stories: list[Moment], pulse: Pulse | None = None) -> tuple[Server, Listening]:
    stop, clock = PatientStop(), Clock()
    server, audience = Server(stop, clock, list(stories)), Listening()
    Reflector(server, audience, stop, pulse=pulse, now=clock, jitter=lambda: 0.5).run()
    return server, audience


def test_a_watch_without_a_word_is_begun_anew_from_where_it_was_without_a_new_list() -> None:
    server, audience = follow([change(8)], [change(9), mark(20), mark(21), mark(22)])
    assert server.asked[:3] == ["list", "watch 7", "watch 8"]
    assert server.asked.count("list") == 1
    assert server.quiet[0] == UNKNOWN
    assert audience.heard[:6] == ["page", "live", "changed x", "stale", "live", "changed x"]
    assert audience.errors[0].reason == "Silent"
    assert str(audience.errors[0]).startswith("no word from the cluster for 100 s; asking again")


def test_bookmarks_are_words_so_that_a_quiet_cluster_is_never_suspected() -> None:
    quiet = [mark(version) for version in range(8, 12)]
    server, audience = follow(quiet, quiet, quiet)
    assert audience.heard.count("stale") == 0
    assert server.quiet == [UNKNOWN, 95.0, 95.0, 95.0]


def test_a_server_that_never_sends_bookmarks_is_suspected_twice_and_left_alone_then() -> None:
    server, audience = follow([], [], [], [], [])
    assert audience.heard.count("stale") == 2
    assert server.quiet[:2] == [UNKNOWN, 2 * UNKNOWN]
    assert min(server.quiet[2:]) > 270
    assert audience.heard[-1] == "live"


def test_bookmarks_that_show_it_to_be_right_make_the_limit_short_again() -> None:
    server, _ = follow([], [mark(8), mark(9), mark(10), mark(11)], [])
    assert server.quiet == [UNKNOWN, 2 * UNKNOWN, 95.0, 190.0]


KNOWN = [mark(version) for version in range(8, 12)]
BEGUN = ["page", "live", "live", "stale", "live", "stale"]
"""After those: live twice, silent twice, the second time without a single word."""


def test_after_two_answers_that_only_began_the_next_is_live_with_its_first_word_only() -> None:
    _, audience = follow(KNOWN, [], [], [change(12), mark(13), mark(14), mark(15), mark(16)])
    assert audience.heard == [*BEGUN, "changed x", "live", "live"]


def test_a_third_answer_that_only_began_is_never_called_live() -> None:
    server, audience = follow(KNOWN, [], [], [])
    assert server.asked.count("watch 11") == 4
    assert audience.heard == [*BEGUN, "live"], "the fourth ended well, so the fifth is believed"


def test_limits_follow_the_longest_distance_lately_and_never_pass_the_end() -> None:
    pulse = Pulse()
    assert not pulse.is_known
    for distance in (5.0, 5.0, 5.0):
        pulse.beat(distance)
    assert pulse.limit(END) == LEAST
    pulse.beat(150.0)
    assert pulse.limit(END) == 1.5 * 150 + 5
    pulse.beat(200.0)
    assert pulse.limit(END) == END
    for _ in range(5):
        pulse.beat(60.0)
    assert pulse.limit(END) == 95.0


def test_a_server_that_is_suspected_for_days_is_left_alone_and_nothing_overflows() -> None:
    pulse = Pulse()
    for _ in range(2000):
        pulse.suspected()
    assert pulse.limit(315.0) == 315.0


@pytest.mark.parametrize("count", [1, 3])
def test_a_hung_watch_over_a_real_connection_is_asked_anew(tmp_path: Path, count: int) -> None:
    """Over a socket: the answer begins, says something or nothing, and hangs."""

    class Hasty(Pulse):
        def limit(self, end: float) -> float:
            return 0.05

    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.is_watch:
            reply.json(listing(workflow("a")))
            return
        reply.begin()
        if len(api.watches()) <= count:
            reply.hold()
        for version in range(200, 10_000):
            if heard_enough.is_set:
                break
            reply.event("BOOKMARK", workflow("", version=str(version)))
            heard_enough.sleep(0.01)

    heard: list[WatchEvent[Any]] = []
    heard_enough = CancelToken()
    with fake_api(answer) as api:
        source = connect(where(kubeconfig=str(write_kubeconfig(tmp_path, api.url))), {})
        many = ManyObjects(source._transport, WORKFLOWS, "argo")
        (part,) = source.parts(WORKFLOWS, Scope(("argo",)))

        def standings() -> list[Standing]:
            return [event.standing for event in heard if isinstance(event, Stood)]

        def work(stop: CancelToken) -> None:
            Reflector(many, ListAudience(part, heard.append, stop), stop, pulse=Hasty()).run()

        stop = endless("watch", work, lambda error: None)

        def is_back() -> bool:
            stop.wake()  # the pauses between two tries are another test's
            return len(api.watches()) > count and isinstance(standings()[-1], Live)

        wait_until(is_back)
        stop.set()
        heard_enough.set()
        assert len(api.lists()) == 1
        assert [asked.query["resourceVersion"] for asked in api.watches()[:2]] == ["100", "100"]
        stales = [standing for standing in standings() if isinstance(standing, Stale)]
        assert len(stales) >= count
        assert "no word from the cluster" in stales[0].error.what
        source.close()
