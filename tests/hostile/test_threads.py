"""Every thread of ours, broken on purpose: none dies in silence, what can go on goes on."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.app import showing
from tests.support.fake_api import Asked, Reply, listing, workflow
from tests.support.following import following
from tests.support.runs import nightly_etl, run
from tests.support.scripted import ScriptedSource
from tests.support.waiting import wait_until
from tui.domain import decode
from tui.domain.identity import ObjectKey
from tui.domain.logs import LogBlock
from tui.domain.logtargets import log_targets
from tui.domain.workflow import WorkflowRef
from tui.errors import Bug, SourceError, Unreachable
from tui.headless.logs import follow, those_of
from tui.logs.reader import LogReader
from tui.ports.collections import Live, Page, Scope, Sink, Stale, Standing, Stood
from tui.ports.logs import LogRequest
from tui.ports.metrics import PodUsage
from tui.ports.threads import CancelToken, endless
from tui.screens.usage import UsageReader
from tui.terminal.typed import TypedInput
from tui.terminal.writer import Writer

NESTED = b"[" * 1100 + b"]" * 1100
LONG_NUMBER = b"9" * 1000


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Traces go into a folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


class Fault(Exception):
    """What nobody expects."""


# --- over the wire -----------------------------------------------------------------------------


def odd_list(body: bytes) -> bytes:
    return b'{"kind":"WorkflowList","metadata":{"resourceVersion":"1"},"items":[' + body + b"]}"


ODD_LISTS = {
    "nested": odd_list(b'{"metadata":{"name":"a"},"spec":' + NESTED + b"}"),
    "nested outside": NESTED,
    "a long number": odd_list(b'{"metadata":{"name":"a","generation":' + LONG_NUMBER + b"}}"),
    "a long number as status": b'{"kind":"Status","code":' + LONG_NUMBER + b"}",
}


@pytest.mark.parametrize("body", ODD_LISTS.values(), ids=ODD_LISTS)
def test_a_list_that_cannot_be_read_is_told_and_read_again(tmp_path: Path, body: bytes) -> None:
    """Or it can be read after all; what follows is read in any case."""
    lists = [body]

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.event("ADDED", workflow("seen", version="3"))
            reply.hold()
        elif lists:
            reply.raw(lists.pop())
        else:
            reply.json(listing(workflow("one")))

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: "seen" in follower.names())
        assert follower.error is None
        for stale in follower.standings(Stale):
            assert not isinstance(stale.error, Bug), "it is the cluster's fault, not ours"


@pytest.mark.parametrize("length", ["1000000000000000", "9" * 400, "9" * 5000])
def test_an_answer_that_announces_more_than_there_can_be_is_told_and_asked_again(
    tmp_path: Path, length: str
) -> None:
    lists = [length]

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.event("ADDED", workflow("seen", version="3"))
            reply.hold()
        elif lists:
            announced = {"Content-Length": lists.pop(), "Connection": "close"}
            reply.announced(announced, b"{}")
        else:
            reply.json(listing(workflow("one")))

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: "seen" in follower.names())
        assert follower.error is None
        assert all(isinstance(stale.error, SourceError) for stale in follower.standings(Stale))
        assert not any(isinstance(stale.error, Bug) for stale in follower.standings(Stale))


@pytest.mark.parametrize("kind", ["ADDED", "BOOKMARK", "ERROR", "ODD"])
@pytest.mark.parametrize("odd", [NESTED, LONG_NUMBER, b'{"metadata":{"name":' + NESTED + b"}}"])
def test_an_event_that_cannot_be_read_is_told_and_the_list_read_again(
    tmp_path: Path, kind: str, odd: bytes
) -> None:
    watches = [b'{"type":"' + kind.encode() + b'","object":' + odd + b"}\n"]

    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.is_watch:
            reply.json(listing(workflow("one")))
            return
        reply.begin()
        if watches:
            reply.piece(watches.pop())
            reply.end()
            return
        reply.event("ADDED", workflow("seen", version="3"))
        reply.hold()

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: "seen" in follower.names())
        assert follower.error is None
        assert not any(isinstance(stale.error, Bug) for stale in follower.standings(Stale))


def test_a_fault_of_ours_in_a_watch_is_told_as_one_and_the_watch_begun_anew(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.hold()
        else:
            reply.json(listing(workflow("one")))

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: follower.standings(Live))
    broken = [True]
    heard: list[object] = []

    def sink(event: object) -> None:
        if isinstance(event, Page) and broken:
            broken.clear()
            raise Fault
        heard.append(event)

    with following(tmp_path, answer, told=sink) as (follower, _):
        wait_until(lambda: any(isinstance(stood, Live) for stood in standings(heard)))
        (stale,) = [stood for stood in standings(heard) if isinstance(stood, Stale)]
        assert isinstance(stale.error, Bug)
        assert "Fault" in stale.error.what
        assert stale.retry_in > 0


def standings(events: list[object]) -> list[Standing]:
    return [event.standing for event in events if isinstance(event, Stood)]


# --- threads -------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [Fault(), RecursionError(), MemoryError(), SystemExit(3)])
def test_what_ends_an_endless_thread_is_told(error: BaseException) -> None:
    told: list[SourceError] = []

    def work(stop: CancelToken) -> None:
        raise error

    endless("watch sheep", work, told.append)
    wait_until(lambda: told)
    assert isinstance(told[0], Bug)
    assert "watch sheep" in told[0].what


def test_what_ends_an_endless_thread_that_was_stopped_is_nobodys_business() -> None:
    told: list[SourceError] = []
    stopped, done = threading.Event(), threading.Event()

    def work(stop: CancelToken) -> None:
        stopped.wait(20)
        done.set()
        raise Fault

    stop = endless("watch sheep", work, told.append)
    stop.set()
    stopped.set()
    assert done.wait(20)
    assert not told


def test_a_writer_that_breaks_says_that_the_terminal_is_lost() -> None:
    lost = threading.Event()
    reading, writing = os.pipe()

    def drained() -> None:
        raise Fault

    writer = Writer(writing, drained=drained, lost=lost.set)
    writer.start()
    writer.write("x")
    assert lost.wait(20)
    assert writer.backlog == 0
    for end in (reading, writing):
        os.close(end)


@pytest.mark.parametrize("sequence", ["\x1b[99999999999u", "\x1b[97;1;99999999999u"])
def test_a_sequence_that_is_no_key_does_not_end_the_keyboard(sequence: str) -> None:
    typed = TypedInput()
    typed.feed(sequence)
    found = [getattr(event, "key", "") for event in typed.feed("\rj")]
    assert found[-1:] == ["j"]


# --- the whole app -------------------------------------------------------------------------------


class Broken(ScriptedSource):
    """A source of which one thing is broken."""

    what = ""

    def watch(self, kind: Any, scope: Scope, sink: Sink[Any], stop: CancelToken) -> None:
        if self.what == "watch":
            raise Fault
        super().watch(kind, scope, sink, stop)

    def watch_one(
        self, kind: Any, key: ObjectKey, uid: str, sink: Sink[Any], stop: CancelToken
    ) -> None:
        if self.what == "watch_one":
            raise Fault
        super().watch_one(kind, key, uid, sink, stop)

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        if self.what == "usage":
            raise Fault
        if self.what == "unreachable":
            raise Unreachable("the metrics server sleeps")
        return super().usage(ref)

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        if self.what == "log":
            raise Fault
        return super().log(request, stop)


async def test_a_list_whose_watch_breaks_is_not_called_live() -> None:
    source = Broken(nightly_etl())
    source.what = "watch"
    async with showing(source=source) as shown:
        await shown.until_shown("a bug in argo-tui")
        assert "live" not in shown.text


async def test_a_workflow_whose_watch_breaks_says_so() -> None:
    source = Broken(nightly_etl())
    async with showing(source=source) as shown:
        source.what = "watch_one"
        await shown.press("enter")
        await shown.until_said("a bug in argo-tui")
        assert "● live" not in shown.rows_of_screen[0]


async def test_a_log_whose_reading_breaks_says_so() -> None:
    source = Broken(nightly_etl())
    source.what = "log"
    async with showing(source=source) as shown:
        await shown.open()
        await shown.press("l")
        await shown.until_shown("a bug in argo-tui")


@pytest.mark.parametrize("what", ["unreachable", "usage"])
def test_usage_that_cannot_be_read_is_no_longer_shown(what: str) -> None:
    source = Broken(run("one", "Running"))
    source.what = what
    used: list[dict[str, PodUsage]] = []
    reader = UsageReader(source, used.append)
    reader.read(WorkflowRef("argo", "one"), is_running=True)
    wait_until(lambda: used)
    assert used == [{}]
    if what == "unreachable":
        assert reader._stop is not None
        reader._stop.wake()
        wait_until(lambda: len(used) == 2)
    reader.end()


@pytest.mark.parametrize("what", ["watch_one", "log"])
def test_logs_that_are_followed_end_with_the_fault_instead_of_waiting_for_ever(what: str) -> None:
    source = Broken(nightly_etl())
    source.what = what
    workflow = decode.from_manifest(nightly_etl())
    printer: Any = SimpleNamespace(flush=lambda: None)
    with pytest.raises(Bug, match="Fault"):
        follow(source, LogReader(source, workflow), printer, those_of(log_targets))


async def test_pods_and_events_that_cannot_be_read_are_told() -> None:
    class Odd(ScriptedSource):
        def events(self, ref: WorkflowRef, pod: str = "") -> tuple[()]:
            raise Fault

    async with showing(source=Odd(nightly_etl())) as shown:
        await shown.open()
        await shown.press("e")
        await shown.until_shown("a bug in argo-tui")
