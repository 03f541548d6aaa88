"""A delete waits for some seconds on the screen, and a key takes it back; then it is sent once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input

from tests.support.app import STILL, Shown, showing
from tests.support.asking import ask
from tests.support.elsewhere import Clusters, among
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.screens.bulk import BulkScreen

WAITING = replace(STILL, delete_wait=5)


def three() -> ScriptedSource:
    return ScriptedSource(*(run(f"old-{i}", "Succeeded", ended=1) for i in range(3)))


class Clock:
    """Seconds that a test lets go by."""

    def __init__(self, shown: Shown) -> None:
        self._shown, self.now = shown, 100.0
        shown.app.context.waits.clock = lambda: self.now

    async def go_on(self, seconds: float) -> None:
        self.now += seconds
        self._shown.app._tick()
        await self._shown.pilot.pause()


async def deleted(shown: Shown) -> Clock:
    """Answer the question with yes; its clock stands still from now on."""
    clock = Clock(shown)
    await ask(shown, "D")
    await shown.press("y")
    await shown.until(lambda: len(shown.app.context.waits) > 0)
    return clock


def deletions(source: ScriptedSource) -> list[str]:
    return [call.path.rpartition("/")[2] for call in source.performed if call.method == "DELETE"]


async def test_a_delete_counts_down_and_is_then_sent_once() -> None:
    source = three()
    async with showing(source=source, settings=WAITING) as shown:
        name = shown.names[0]
        clock = await deleted(shown)
        await shown.until_said(f"Delete {name}: sent in 5 s; u takes it back")
        assert "to be deleted …" in shown.text
        for left in (4, 3, 2, 1):
            await clock.go_on(1)
            assert f"sent in {left} s" in shown.said
        assert source.performed == []
        await clock.go_on(1)
        await shown.until_said(f"Deleted {name}")
        await clock.go_on(60)
        assert deletions(source) == [name]
        assert "to be deleted" not in shown.text


async def test_the_row_is_struck_through_while_it_waits() -> None:
    async with showing(source=three(), settings=WAITING) as shown:
        await deleted(shown)
        struck = [
            segment.text.strip()
            for strip in shown.rows.render_lines(shown.rows.size.region)
            for segment in strip
            if segment.style is not None and segment.style.strike
        ]
        assert "".join(struck).startswith(shown.names[0])
        await shown.press("u")
        await shown.until_said("taken back, nothing was sent")
        assert not any(
            segment.style.strike
            for strip in shown.rows.render_lines(shown.rows.size.region)
            for segment in strip
            if segment.style is not None
        )


async def test_u_takes_back_what_waits_and_only_then_the_marks() -> None:
    source = three()
    async with showing(source=source, settings=WAITING) as shown:
        clock = await deleted(shown)
        await shown.press("space")
        await shown.press("u")
        await shown.until_said("taken back, nothing was sent")
        assert len(shown.rows.marks) == 1
        await clock.go_on(60)
        assert source.performed == []
        await shown.press("u")
        await shown.until(lambda: not shown.rows.marks)


async def test_u_is_typed_into_a_field_while_something_waits() -> None:
    async with showing(source=three(), settings=WAITING) as shown:
        await deleted(shown)
        await shown.press("slash")
        await shown.until(lambda: isinstance(shown.app.focused, Input))
        await shown.write("u")
        assert isinstance(shown.app.focused, Input) and shown.app.focused.value == "u"
        assert len(shown.app.context.waits) == 1


async def test_from_the_screen_of_a_workflow_it_is_taken_back_too() -> None:
    source = three()
    async with showing(source=source, settings=WAITING) as shown:
        await shown.open("old-1")
        clock = await deleted(shown)
        await shown.press("u")
        await shown.until_said("Delete old-1: taken back, nothing was sent")
        await clock.go_on(60)
        assert source.performed == []


async def test_what_waits_already_is_not_asked_about_again() -> None:
    source = three()
    async with showing(source=source, settings=WAITING) as shown:
        name = shown.names[0]
        clock = await deleted(shown)
        await shown.press("D")
        await shown.until_said(f"{name} is to be deleted already; u takes it back")
        await clock.go_on(5)
        await shown.until(lambda: deletions(source) == [name])


@pytest.mark.parametrize("way", ["colon quit", "hang-up"])
async def test_leaving_sends_nothing_and_says_so(way: str) -> None:
    source = three()
    async with showing(source=source, settings=WAITING) as shown:
        name = shown.names[0]
        await deleted(shown)
        if way == "hang-up":
            shown.app._let_go()
        else:
            shown.app.exit(0)
    assert source.performed == []
    assert shown.app.farewell == (f"Delete {name}: not sent, since you left before its time",)


async def test_going_to_another_context_sends_nothing_and_says_so() -> None:
    clusters = Clusters("dev", "stage")
    async with among(clusters, replace(WAITING, context="dev")) as shown:
        await shown.until(lambda: len(shown.names) == 1)
        name = shown.names[0]
        clock = await deleted(shown)
        shown.app.navigator.go_to_contexts(("stage",))
        await shown.until_said(f"Delete {name}: not sent, since you went elsewhere")
        await clock.go_on(60)
        assert all(each.performed == [] for each in clusters.values())


@pytest.mark.parametrize("key", ["escape", "u"])
async def test_several_wait_in_a_box_that_counts_down_and_a_key_takes_them_back(key: str) -> None:
    source = three()
    async with showing(source=source, settings=WAITING) as shown:
        await shown.press("*")
        clock = await deleted(shown)
        await shown.until(lambda: shown.shows(BulkScreen))
        await shown.until_shown("sent in 5 s")
        await clock.go_on(2)
        await shown.until_shown("sent in 3 s")
        await shown.press(key)
        await shown.until_said("Delete 3 workflows: taken back, nothing was sent")
        await shown.until(lambda: not shown.shows(BulkScreen))
        assert len(shown.rows.marks) == 3
        await clock.go_on(60)
        assert source.performed == []


async def test_why_an_answer_was_not_taken_is_gone_once_one_is() -> None:
    source = ScriptedSource(*(run(f"old-{i:02}", "Succeeded", ended=1) for i in range(11)))
    async with showing(source=source, settings=WAITING) as shown:
        await shown.press("*")
        await ask(shown, "D")
        await shown.write("3")
        await shown.press("ctrl+s")
        await shown.until_said("not done: type how many workflows first")
        await shown.press("backspace")
        await shown.write("11")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows(BulkScreen))
        await shown.until(lambda: "not done" not in shown.said)
        await shown.press("u")
        await shown.until_said("taken back")


async def test_several_are_sent_after_their_time_each_once() -> None:
    source = three()
    async with showing(source=source, settings=WAITING) as shown:
        await shown.press("*")
        clock = await deleted(shown)
        await clock.go_on(5)
        await shown.until_said("Delete: 3 of 3 done")
        assert sorted(deletions(source)) == ["old-0", "old-1", "old-2"]
        await shown.until(lambda: not shown.shows(BulkScreen))


async def test_nothing_but_a_delete_waits() -> None:
    source = ScriptedSource(run("one-run", "Running"))
    async with showing(source=source, settings=WAITING) as shown:
        await ask(shown, "X")
        await shown.press("tab", "tab", "tab")
        await shown.press("ctrl+s")
        await shown.until_said("Stopped one-run")
        assert len(source.performed) == 1
