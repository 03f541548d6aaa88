"""Jobs: tasks side by side, their progress, their ends, and how they are ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.support.waiting import wait_until
from tui.bugs import caught
from tui.errors import ArtifactError
from tui.ports.jobs import Job, JobStanding, Progress, Task
from tui.ports.threads import CancelToken
from tui.state.jobs import REMEMBERED, JobList


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(clock: Clock) -> Iterator[JobList]:
    made = JobList(caught, clock=clock)
    yield made
    made.end()


class Held:
    """A task that goes on until it is let go."""

    def __init__(self, title: str = "held") -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.task = Task(title, self.run)

    def run(self, progress: Progress, stop: CancelToken) -> str:
        progress(10, 40)
        self.begun.set()
        taken = stop.on_set(self.go.set)
        self.go.wait(10)
        taken()
        if stop.is_set:
            raise ArtifactError("it was stopped")
        progress(40, 40)
        return "held it"


def failing(progress: Progress, stop: CancelToken) -> str:
    raise ArtifactError("the store went away")


def broken(progress: Progress, stop: CancelToken) -> str:
    raise KeyError("nobody expected this")


def over(jobs: JobList, job: int) -> JobStanding:
    def is_over() -> bool:
        found = jobs.standing(job)
        return found is not None and found.is_over

    wait_until(is_over)
    found = jobs.standing(job)
    assert found is not None
    return found


def test_each_task_says_what_became_of_it(jobs: JobList) -> None:
    ended = threading.Event()
    tasks = [Task("a", lambda progress, stop: "did a"), Task("b", failing), Task("c", broken)]
    found = over(jobs, jobs.start(Job("doing", tasks, end=ended.set)))
    assert [task.phase for task in found.tasks] == ["done", "failed", "failed"]
    assert [task.said for task in found.tasks[:2]] == ["did a", "the store went away"]
    assert "fault" in found.tasks[2].said or "bug" in found.tasks[2].said.lower()
    assert ended.is_set()


def test_so_many_tasks_run_at_a_time_as_the_job_says(jobs: JobList) -> None:
    held = [Held(str(n)) for n in range(3)]
    job = jobs.start(Job("doing", [each.task for each in held], parallel=2))
    assert held[0].begun.wait(5) and held[1].begun.wait(5)
    assert not held[2].begun.is_set()
    held[0].go.set()
    assert held[2].begun.wait(5)
    for each in held:
        each.go.set()
    assert {task.phase for task in over(jobs, job).tasks} == {"done"}


def test_rate_and_time_left_are_of_what_moved_since_it_was_begun(
    jobs: JobList, clock: Clock
) -> None:
    told, go = threading.Event(), threading.Event()

    def resumed(progress: Progress, stop: CancelToken) -> str:
        progress(400, 1000)
        clock.now += 10
        progress(600, 1000)
        told.set()
        go.wait(10)
        return ""

    job = jobs.start(Job("doing", [Task("a", resumed)]))
    assert told.wait(5)
    found = jobs.standing(job)
    assert found is not None
    assert (found.done, found.total, found.rate, found.seconds_left) == (600, 1000, 20.0, 21)
    go.set()
    assert over(jobs, job).seconds == 10


def test_a_job_that_is_stopped_begins_nothing_more(jobs: JobList) -> None:
    held = Held()
    job = jobs.start(Job("doing", [held.task, Task("never", failing)]))
    assert held.begun.wait(5)
    assert jobs.stop(job)
    found = over(jobs, job)
    assert [task.phase for task in found.tasks] == ["stopped", "stopped"]
    assert found.tasks[1].said == "was not begun"
    assert not jobs.stop(job), "it is over already"


def test_listeners_hear_of_changes_and_seldom_of_progress(jobs: JobList, clock: Clock) -> None:
    heard: list[int] = []

    def busy(progress: Progress, stop: CancelToken) -> str:
        for n in range(1000):
            clock.now += 0.001
            progress(n, 1000)
        return ""

    end = jobs.listen(lambda: heard.append(1))
    over(jobs, jobs.start(Job("doing", [Task("a", busy)])))
    assert 3 <= len(heard) <= 10
    end()
    heard.clear()
    over(jobs, jobs.start(Job("doing", [Task("a", busy)])))
    assert heard == []


def test_the_program_tells_the_end_of_what_was_handed_over_and_of_nothing_else(
    jobs: JobList,
) -> None:
    told: list[int] = []
    jobs.on_end = lambda standing: told.append(standing.id)
    mine, given = Held(), Held()
    first = jobs.start(Job("doing", [mine.task]))
    second = jobs.start(Job("doing", [given.task]))
    jobs.hand_over(second)
    mine.go.set()
    given.go.set()
    over(jobs, first)
    over(jobs, second)
    wait_until(lambda: told == [second])
    jobs.hand_over(first)
    assert told == [second, first], "what is over is told at once"


def test_leaving_the_program_ends_every_job_and_has_a_word_for_each(jobs: JobList) -> None:
    one, two = Held("train/model"), Held("x\x1b[2J")
    jobs.start(Job("downloading", [one.task]))
    jobs.start(Job("downloading", [two.task, Task("b", failing), Task("c", failing)]))
    assert one.begun.wait(5) and two.begun.wait(5)
    at_stake = jobs.at_stake
    assert at_stake[0] == "downloading train/model at 25%"
    assert at_stake[1].endswith(" and 2 more") and "\x1b" not in at_stake[1]
    said = jobs.end()
    assert jobs.at_stake == ()
    assert said[0] == "downloading train/model was ended at 25%"
    assert said[1].endswith(" and 2 more was ended") and "\x1b" not in said[1]
    assert jobs.running == 0
    assert {task.phase for job in jobs.standings for task in job.tasks} == {"stopped"}


def test_only_the_last_ones_are_remembered(jobs: JobList) -> None:
    for _ in range(REMEMBERED + 5):
        over(jobs, jobs.start(Job("doing", [Task("a", failing)])))
    ids = [job.id for job in jobs.standings]
    assert len(ids) == REMEMBERED and ids == sorted(ids, reverse=True)
