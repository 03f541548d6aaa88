"""Stories of connections: they break, come back, begin anew, or were never there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.app import Shown, showing
from tests.support.runs import nightly_etl, run, team
from tests.support.scripted import ScriptedSource, page, ref_of
from tui.domain.identity import ObjectKey
from tui.domain.workflow import Manifest
from tui.errors import Busy, Refused, Unreachable
from tui.ports.collections import Live, Scope, Sink, Stale
from tui.ports.connection import Connection
from tui.ports.threads import CancelToken
from tui.screens.list import ListScreen
from tui.screens.problem import ProblemScreen
from tui.screens.workflow import WorkflowScreen


class ImpatientSource(ScriptedSource):
    """A source that remembers whose wait was ended early."""

    def __init__(self, *manifests: Manifest) -> None:
        super().__init__(*manifests)
        self.woken: list[str] = []

    def watch(self, kind: Any, scope: Scope, sink: Sink[Any], stop: CancelToken) -> None:
        self._listen(stop, "list")
        super().watch(kind, scope, sink, stop)

    def watch_one(
        self, kind: Any, key: ObjectKey, uid: str, sink: Sink[Any], stop: CancelToken
    ) -> None:
        self._listen(stop, key.name)
        super().watch_one(kind, key, uid, sink, stop)

    def _listen(self, stop: CancelToken, name: str) -> None:
        stop.lead(Woken(lambda: self.woken.append(name)))


class Woken(CancelToken):
    """Calls somebody when it is woken, and not when it is stopped."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__()
        self._call = call

    def wake(self) -> None:
        if not self.is_set:
            self._call()


async def test_a_broken_watch_is_told_with_its_age_and_the_next_try_until_it_is_live() -> None:
    source = ScriptedSource(*team())
    async with showing(source=source, size=(160, 30)) as shown:
        assert "● live" in shown.rows_of_screen[0]
        source.stand(Stale(Unreachable("the connection was reset"), 8.0, 1))
        await shown.until_shown("stale 0s, retry in 8s: the connection was reset")
        assert len(shown.names) == 16, "what is known stays to be read"
        shown.pass_time(5)
        await shown.until_shown("stale 5s, retry in 3s")
        source.stand(Stale(Busy("the server is busy"), 16.0, 2))
        await shown.until_shown("stale 5s, retry in 16s: the server is busy")
        source.stand(Live())
        await shown.until_shown("● live")
        assert "stale" not in shown.text


async def test_ctrl_r_tries_a_broken_connection_again_now_in_the_list_and_in_a_workflow() -> None:
    source = ImpatientSource(*team())
    async with showing(source=source, size=(160, 30)) as shown:
        await shown.press("ctrl+r")
        assert not source.woken, "nothing is wrong yet"
        source.stand(Stale(Busy("the server is busy"), 60.0, 1))
        await shown.until_shown("retry in 1m")
        await shown.press("ctrl+r")
        await shown.until(lambda: source.woken == ["list"])
        await shown.until_shown("retry in 0s")
        source.stand(Live())
        await shown.until_shown("● live")
        await shown.open("vacuum-warehouse-c8n3d")
        source.stand_of(Stale(Busy("the server is busy"), 60.0, 1))
        await shown.until_shown("stale 0s, retry in 1m: the server is busy")
        await shown.press("ctrl+r")
        await shown.until_shown("stale 0s, retry in 0s: the server is busy")
        await shown.until(lambda: source.woken == ["list", "vacuum-warehouse-c8n3d"])


async def test_one_can_work_on_while_the_watch_is_broken() -> None:
    source = ScriptedSource(*team())
    async with showing(source=source) as shown:
        source.stand(Stale(Unreachable("the connection was reset"), 8.0, 1))
        await shown.until_shown("stale")
        await shown.press("exclamation_mark")
        assert len(shown.names) == 4, "three that failed, and one that waits for a lock"
        await shown.open("vacuum-warehouse-c8n3d")
        assert "Failed" in shown.rows_of_screen[0]


async def test_listing_anew_drops_what_is_gone_and_keeps_cursor_filter_and_marks() -> None:
    source = ScriptedSource(*team())
    async with showing(source=source) as shown:
        await shown.press("exclamation_mark", "space")
        marked = shown.rows.marks
        shown.rows.move_to_line(shown.names.index("vacuum-warehouse-c8n3d"))
        left = [m for m in team() if m["metadata"]["name"] != "ingest-events-f4t7r"]
        new = [*left, run("new-fail-1", "Failed", began=1, ended=0)]
        source.say(page(*new[:9], last=False))
        source.say(page(*new[9:], first=False))
        source.stand(Live())
        await shown.until(lambda: "new-fail-1" in shown.names)
        assert "ingest-events-f4t7r" not in shown.names
        assert shown.current == "vacuum-warehouse-c8n3d" and len(shown.names) == 4
        assert marked and shown.rows.marks == marked


async def test_deleted_while_its_log_is_read() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        await shown.open()
        await shown.press("l")
        source.remove(ref_of(nightly_etl()))
        await shown.until_said("was deleted; this is how it was last")
        assert "transform" in shown.text and shown.shows(WorkflowScreen)
        await shown.press("D")
        await shown.until_said(": it is gone")
        while not shown.shows(ListScreen):
            await shown.press("escape")
        assert "no workflows in argo" in shown.text


async def test_the_demo_is_a_way_out_and_says_where_one_is() -> None:
    asked: list[bool] = []

    def connect(demo: bool) -> Connection:
        asked.append(demo)
        if not demo:
            raise Unreachable("no answer from https://10.0.0.1:6443")
        from tui.ports.connection import Place

        return ScriptedSource(run("hello-1", "Running"), place=Place("demo", namespace="argo"))

    async with showing(connect=connect) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        await shown.press("colon", *"demo", "enter")
        await shown.until(lambda: shown.names == ["hello-1"])
        assert "demo" in shown.rows_of_screen[0] and asked == [False, True]


async def test_a_slow_connection_shows_that_it_is_being_made() -> None:
    from threading import Event

    answered = Event()

    def connect(demo: bool) -> Connection:
        answered.wait(5)
        return ScriptedSource(*team())

    from tests.support.app import app_showing

    app = app_showing(connect=connect)
    async with app.run_test(size=(100, 20)) as pilot:
        shown = Shown(app, pilot)
        await shown.until_shown("connecting")
        await shown.press("r", "j", "enter")
        assert shown.shows(ListScreen) and shown.said == "nothing here to open"
        await shown.press("r")
        assert shown.said == "not connected yet"
        answered.set()
        await shown.until(lambda: len(shown.names) == 16)


async def test_rights_that_end_in_the_middle_are_told_for_each_thing_asked() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        await shown.open()
        source.refusal = Refused('user "dev" cannot do this', status=403)
        for pane in ("events", "logs"):
            shown.detail.steps.move_to_line(2)
            await shown.detail.action_pane(pane)
            await shown.until_shown('user "dev" cannot do this')
            shown.detail.steps.move_to_line(1)
        await shown.press("escape", "D")
        await shown.until_shown('user "dev" cannot do this')
