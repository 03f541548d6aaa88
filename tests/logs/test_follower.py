"""Several logs are read at the same time, in blocks, and none runs away from who takes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.support.logs_pane import Written, line, pod, running
from tests.support.waiting import wait_until
from tui.domain import decode
from tui.domain.logs import LogBlock, blocks_of
from tui.domain.logtargets import LogTarget, log_targets
from tui.errors import Refused, Unreachable
from tui.logs.follower import FAR_AHEAD, LogDelayed, LogEnded, LogEvent, LogFollower
from tui.logs.reader import LogReader
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken


class Taken:
    """A follower, and what it handed over."""

    def __init__(self, source: Written, *steps: str) -> None:
        workflow = decode.from_manifest(running(*steps))
        self.targets = {target.node.title: target for target in log_targets(workflow)}
        self.woken = 0
        self.follower = LogFollower(
            LogReader(source, workflow, is_patient=True), arrived=self._wake
        )
        self.events: list[LogEvent] = []

    def _wake(self) -> None:
        self.woken += 1

    def begin(self, step: str) -> int:
        return self.follower.begin(self.targets[step], is_followed=True)

    def lines(self) -> list[tuple[str, bytes]]:
        """Step and text of all lines that came so far."""
        self.events += self.follower.take()
        return [
            (self.follower.sources[event.source].step, event.line(index))
            for event in self.events
            if isinstance(event, LogBlock)
            for index in range(len(event))
        ]


@pytest.fixture
def source() -> Written:
    return Written()


def test_lines_of_several_logs_say_whose_they_are(source: Written) -> None:
    taken = Taken(source, "api", "web")
    assert [taken.begin("api"), taken.begin("web")] == [0, 1]
    source.pipe(pod("web")).put(line(1, "of web"))
    wait_until(lambda: taken.lines() == [("web", b"of web")])
    source.pipe(pod("api")).put(line(1, "of api"))
    wait_until(lambda: ("api", b"of api") in taken.lines())
    source.pipe(pod("api")).put(None)
    wait_until(lambda: taken.lines() and LogEnded(0, None) in taken.events)
    taken.follower.end()


def test_one_is_woken_once_however_much_comes_before_it_is_taken(source: Written) -> None:
    taken = Taken(source, "api")
    taken.begin("api")
    for number in range(5):
        source.pipe(pod("api")).put(line(number, "x"))
    source.pipe(pod("api")).put(None)
    wait_until(lambda: not source.reading and taken.woken)
    wait_until(lambda: len(taken.lines()) == 5)
    before = taken.woken
    assert before <= len(taken.events)
    assert taken.follower.take() == []
    assert taken.woken == before


def test_a_log_that_breaks_and_one_that_is_refused_are_told(source: Written) -> None:
    source.refusal = Unreachable("no route")
    taken = Taken(source, "api", "web")
    taken.begin("api")
    wait_until(lambda: taken.lines() == [] and bool(taken.events))
    assert taken.events == [LogDelayed(0, source.refusal, 1.0)]
    source.refusal = None
    source.pipe(pod("api")).put(line(1, "back"))
    taken.follower.try_again()
    wait_until(lambda: taken.lines() == [("api", b"back")])
    source.refusal = Refused("no right")
    taken.begin("web")
    wait_until(lambda: taken.lines() and LogEnded(1, source.refusal) in taken.events)
    taken.follower.end()


class Flood(Written):
    """A log that is written as fast as somebody reads it."""

    given = 0

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        return blocks_of(self._flood(), request.source)

    def _flood(self) -> Iterator[bytes]:
        while True:
            self.given += 1 << 16
            yield b"x" * ((1 << 16) - 1) + b"\n"


def test_a_log_that_is_far_ahead_waits_until_it_is_taken() -> None:
    source = Flood()
    taken = Taken(source, "api")
    taken.begin("api")
    wait_until(lambda: source.given > FAR_AHEAD)
    assert source.given <= FAR_AHEAD + (4 << 16)
    before = source.given
    assert len(taken.lines()) * (1 << 16) <= FAR_AHEAD + (4 << 16)
    wait_until(lambda: source.given > before + FAR_AHEAD // 2)
    taken.follower.end()
    wait_until(lambda: not log_threads())


def log_threads() -> list[str]:
    """The threads that read logs now."""
    return [each.name for each in threading.enumerate() if each.name.startswith("log of")]


def test_where_nobody_can_take_anything_any_more_reading_ends(source: Written) -> None:
    def closed() -> None:
        raise RuntimeError("Event loop is closed")

    workflow = decode.from_manifest(running("api"))
    follower = LogFollower(LogReader(source, workflow), arrived=closed)
    follower.begin(LogTarget(next(iter(workflow.nodes.values())), "p"), is_followed=True)
    source.pipe("p").put(line(1, "x"))
    wait_until(lambda: not log_threads() and not source.reading)


def test_of_much_that_came_some_is_taken_and_the_rest_waits_in_its_order(source: Written) -> None:
    taken = Taken(source, "api")
    taken.begin("api")
    for number in range(9):
        source.pipe(pod("api")).put(line(number, "x" * 100))
    follower = taken.follower
    seen = 0

    def came() -> bool:
        nonlocal seen
        (*events,) = follower.take(1)
        assert len([one for one in events if isinstance(one, LogBlock)]) <= 1
        taken.events += events
        seen = sum(len(one) for one in taken.events if isinstance(one, LogBlock))
        return seen == 9

    wait_until(came)
    assert not follower.has_more
    assert [text for _, text in taken.lines()] == [b"x" * 100] * 9
    times = [one.times[0] for one in taken.events if isinstance(one, LogBlock)]
    assert times == sorted(times)
