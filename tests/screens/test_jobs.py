"""The list of jobs: follows what happens, and ends what it is asked to."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from textual.widgets import Static

from tests.support.app import Shown, app_showing, showing
from tests.support.runs import run
from tests.support.widgets import screen_of
from tui.errors import ArtifactError
from tui.palette import Palette
from tui.ports.jobs import Job, Progress, Task
from tui.ports.threads import CancelToken
from tui.screens.confirm import LeaveScreen
from tui.screens.jobs import JobsScreen
from tui.widgets.table import Table

MIB = 1 << 20


def held(go: threading.Event) -> Task:
    """A download that is half way until it is let go."""

    def fetch(progress: Progress, stop: CancelToken) -> str:
        progress(50 * MIB, 100 * MIB)
        taken = stop.on_set(go.set)
        go.wait(10)
        taken()
        if stop.is_set:
            raise ArtifactError("the download was stopped")
        return "saved /tmp/model.bin"

    return Task("train/model", fetch)


async def opened(shown: Shown) -> Table[Any]:
    await shown.until(lambda: "over" in shown.names)
    await shown.press("colon")
    await shown.until(lambda: shown.shows(Palette))
    await shown.write("jobs")
    await shown.press("enter")
    await shown.until(lambda: shown.shows(JobsScreen))
    return shown.app.screen.query_one(Table)


def rows(table: Table[Any]) -> str:
    return "\n".join(screen_of(table))


async def test_the_list_follows_a_job_to_its_end() -> None:
    go = threading.Event()
    async with showing(run("over", "Failed", ended=1)) as shown:
        table = await opened(shown)
        assert "nothing goes on in the background" in rows(table)
        shown.app.context.jobs.start(Job("downloading", [held(go)]))
        await shown.until(lambda: "50%  50.0 MiB" in rows(table))
        assert "downloading train/model" in rows(table)
        go.set()
        await shown.until(lambda: "saved /tmp/model.bin" in rows(table))
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(JobsScreen))


async def test_a_job_is_stopped_by_its_key_and_one_that_is_over_is_not() -> None:
    go = threading.Event()
    async with showing(run("over", "Failed", ended=1)) as shown:
        shown.app.context.jobs.start(Job("downloading", [held(go)]))
        table = await opened(shown)
        await shown.until(lambda: "running" in rows(table))
        await shown.press("X")
        await shown.until(lambda: "the download was stopped" in rows(table))
        await shown.press("X")
        await shown.until(lambda: "that is over already" in shown.text)


async def test_the_end_of_a_job_whose_screen_is_gone_is_said_on_the_one_in_front() -> None:
    go = threading.Event()
    async with showing(run("over", "Failed", ended=1)) as shown:
        await shown.until(lambda: "over" in shown.names)
        jobs = shown.app.context.jobs
        jobs.hand_over(jobs.start(Job("downloading", [held(go)])))
        go.set()
        await shown.until(lambda: "saved /tmp/model.bin" in shown.text)


async def test_leaving_ends_jobs_and_has_a_word_for_the_terminal() -> None:
    app = app_showing(run("over", "Failed", ended=1))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.context.jobs.start(Job("downloading", [held(threading.Event())]))
        app._let_go()
    assert len(app.farewell) == 1
    assert app.farewell[0].startswith("downloading train/model was ended")
    assert {task.phase for job in app.context.jobs.standings for task in job.tasks} <= {
        "stopped",
    }


STAKE = "downloading train/model at 50%"


@pytest.mark.parametrize("keys", [["q"], ["ctrl+q"], ["colon", "q", "enter"]], ids=" ".join)
async def test_who_leaves_while_something_goes_on_is_asked_and_told_what_ends(
    keys: list[str],
) -> None:
    async with showing(run("over", "Failed", ended=1), size=(80, 24)) as shown:
        await shown.until(lambda: "over" in shown.names)
        shown.app.context.jobs.start(Job("downloading", [held(threading.Event())]))
        await shown.until(lambda: shown.app.context.jobs.at_stake == (STAKE,))
        for key in keys:
            await shown.press(key)
        await shown.until(lambda: shown.shows(LeaveScreen))
        question = shown.app.screen.query_one("#dialog-title", Static)
        assert (
            str(question.visual) == f"Leave argo-tui? That ends {STAKE}: what is not done is lost."
        )
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(LeaveScreen))
        assert shown.app.context.jobs.running == 1 and not shown.app._exit
        await shown.press(*keys)
        await shown.until(lambda: shown.shows(LeaveScreen))
        await shown.press("y")
        await shown.until(lambda: shown.app._exit)


async def test_ctrl_c_says_what_ends_with_the_program() -> None:
    async with showing(run("over", "Failed", ended=1)) as shown:
        await shown.until(lambda: "over" in shown.names)
        shown.app.context.jobs.start(Job("downloading", [held(threading.Event())]))
        await shown.until(lambda: shown.app.context.jobs.at_stake == (STAKE,))
        await shown.press("ctrl+c")
        await shown.until(lambda: shown.said == f"ctrl-C again leaves argo-tui, and ends {STAKE}")


async def test_where_there_is_no_room_for_a_question_none_is_asked() -> None:
    async with showing(run("over", "Failed", ended=1), size=(40, 8)) as shown:
        shown.app.context.jobs.start(Job("downloading", [held(threading.Event())]))
        await shown.until(lambda: shown.app.context.jobs.at_stake == (STAKE,))
        await shown.press("q")
        await shown.until(lambda: shown.app._exit)


async def test_where_nothing_goes_on_the_command_leaves_at_once() -> None:
    async with showing(run("over", "Failed", ended=1)) as shown:
        await shown.until(lambda: "over" in shown.names)
        await shown.press("colon", "q", "enter")
        await shown.until(lambda: shown.app._exit)
        assert shown.app.return_code == 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_it_looks_like_this(size: tuple[int, int], picture: Any) -> None:
    async with showing(run("over", "Failed", ended=1), size=size) as shown:
        jobs = shown.app.context.jobs

        def lost(progress: Progress, stop: CancelToken) -> str:
            raise ArtifactError("x is not in the bucket runs", hint="it may have been deleted")

        jobs.start(Job("downloading", [Task("train(1)/metrics", lambda p, s: "saved /tmp/m.json")]))
        jobs.start(Job("downloading", [Task("train(2)/lost", lost)]))
        table = await opened(shown)
        await shown.until(lambda: "saved" in rows(table) and "bucket" in rows(table))
        await shown.at_rest()
        assert picture(shown.app)
