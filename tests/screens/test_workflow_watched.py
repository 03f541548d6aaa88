"""One workflow while it is looked at: deleted, made again, not read yet, no longer watched."""

from __future__ import annotations

from typing import Any

from tests.support.app import showing
from tests.support.runs import (
    nightly_etl,
    run,
    two_steps,
)
from tests.support.scripted import ScriptedSource, ref_of
from tui.domain.identity import ObjectKey
from tui.errors import Unreachable
from tui.messages import OpenObject
from tui.ports.collections import Live, Sink, Stale
from tui.ports.threads import CancelToken
from tui.screens.action import ActionScreen
from tui.screens.workflow import WorkflowScreen

LONG = "a-name-of-sixty-three-characters-that-no-heading-has-the-room-for"[:63]


class Slow(ScriptedSource):
    """Never gets to the end of reading one workflow for its screen."""

    def watch_one(
        self, kind: Any, key: ObjectKey, uid: str, sink: Sink[Any], stop: CancelToken
    ) -> None:
        while not stop.sleep(60):
            pass


async def test_deleted_while_open_it_is_said_and_what_was_known_stays() -> None:
    source = ScriptedSource(two_steps())
    async with showing(source=source) as shown:
        await shown.open()
        source.remove(ref_of(two_steps()))
        await shown.until_said("deploy-api-k3v9s was deleted; this is how it was last")
        assert "deleted" in shown.rows_of_screen[0]
        assert "build" in shown.text
        for key in "DRr":
            shown.app.say("")
            await shown.press(key)
            await shown.until_said("deploy-api-k3v9s: it is gone")
            assert shown.shows(WorkflowScreen), "no dialog about nothing"
        await shown.press("escape")
        await shown.until(lambda: shown.names == [])


async def test_made_again_under_its_name_it_can_be_acted_on_again() -> None:
    source = ScriptedSource(two_steps())
    async with showing(source=source) as shown:
        await shown.open()
        source.remove(ref_of(two_steps()))
        await shown.until(lambda: "deleted" in shown.rows_of_screen[0])
        source.put(two_steps())
        await shown.until(lambda: "deleted" not in shown.rows_of_screen[0])
        await shown.press("D")
        await shown.until(lambda: shown.shows(ActionScreen))


async def test_one_that_is_gone_before_it_opens_says_so() -> None:
    source = ScriptedSource(two_steps())
    async with showing(source=source) as shown:
        source.manifests.clear()
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        await shown.until_shown("there is no workflow deploy-api-k3v9s in argo")
        assert "gone" in shown.rows_of_screen[0]
        await shown.press("r")
        await shown.pilot.pause()


async def test_a_broken_watch_is_told_in_the_header_until_it_is_live_again() -> None:
    source = ScriptedSource(two_steps())
    async with showing(source=source) as shown:
        await shown.open()
        assert "RW  ● live" in shown.rows_of_screen[0]
        source.stand_of(Stale(Unreachable("the connection was reset"), 4.0, 1))
        await shown.until_shown("stale 0s, retry in 4s: the connection was reset")
        assert "build" in shown.text
        shown.pass_time(3)
        await shown.until_shown("stale 3s, retry in 1s: the connection was reset")
        source.stand_of(Live())
        await shown.until(lambda: "stale" not in shown.text)


async def test_a_long_name_and_words_of_a_broken_watch_leave_the_phase_to_be_read() -> None:
    source = ScriptedSource(run(LONG, "Failed", "3/8", began=30, ended=12))
    async with showing(source=source, size=(80, 24)) as shown:
        await shown.open()
        for told in ("a-name-of-six", "…", "✖ Failed  18m  3/8", "RW  ● live "):
            assert told in shown.rows_of_screen[0]
        source.stand_of(Stale(Unreachable("the server is unable to handle " * 4), 4.0, 1))
        await shown.until_shown("stale")
        for told in ("a-name-o", "…", "✖ Failed  18m  3/8", "▲ stale 0s, retry in 4s"):
            assert told in shown.rows_of_screen[0]


async def test_until_it_is_read_the_list_tells_how_it_is_and_what_can_be_done() -> None:
    source = Slow(nightly_etl())
    async with showing(source=source) as shown:
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        assert "✖ Failed" in shown.rows_of_screen[0] and "reading" in shown.rows_of_screen[0]
        assert shown.detail.workflow is None
        await shown.press("r")
        await shown.until_shown("1 step runs again")


async def test_one_that_neither_list_nor_watch_has_told_of_is_not_read_yet() -> None:
    source = Slow(nightly_etl())
    async with showing(source=source) as shown:
        shown.app.post_message(OpenObject(ObjectKey("scripted", "wf", "argo", "from-before")))
        await shown.until(lambda: shown.shows(WorkflowScreen))
        await shown.press("r")
        await shown.until_said("from-before is not read yet")


async def test_the_durations_of_one_that_was_deleted_stand_still() -> None:
    source = ScriptedSource(two_steps())
    async with showing(source=source) as shown:
        await shown.open()
        shown.pass_time(60)
        await shown.until(lambda: "Running  3m" in shown.rows_of_screen[0])
        source.remove(ref_of(two_steps()))
        await shown.until_said("was deleted; this is how it was last")
        shown.app.say("")
        before = shown.text
        shown.pass_time(600)
        await shown.press("d", "escape")
        await shown.pilot.pause()
        assert "(13m)" not in shown.pane_text and "3m" in shown.pane_text
        assert shown.text == before


async def test_the_log_of_one_that_was_deleted_is_not_followed_any_more() -> None:
    source = ScriptedSource(two_steps())
    async with showing(source=source) as shown:
        await shown.open()
        await shown.press("l")
        await shown.until_shown("following")
        source.remove(ref_of(two_steps()))
        await shown.until_said("was deleted; this is how it was last")
        await shown.until(lambda: "following" not in shown.text)


async def test_no_pane_says_that_there_is_nothing_before_the_workflow_is_read() -> None:
    async with showing(source=Slow(two_steps())) as shown:
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        for key in "lay":
            await shown.press(key)
            await shown.at_rest()
            at = shown.detail.pane_tabs.region
            under_the_tabs = shown.rows_of_screen[at.y + 1 : at.bottom]
            assert any("reading …" in row[at.x :] for row in under_the_tabs), key
            assert "no artifacts" not in shown.text
