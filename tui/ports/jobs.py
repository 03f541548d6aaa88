"""Work in the background that outlives the screen it was begun on, such as downloads.

A job has tasks, each with its own progress. It goes on when its screen is left, keeps whatever its
tasks hold (a connection, open stores), and is ended by leaving the program or by a terminal that
hangs up; what was ended by that is told afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from tui.errors import TuiError
from tui.ports.threads import CancelToken

Progress = Callable[[int, int | None], None]
"""Called with what is done and the total, in bytes (None if unknown), on any thread."""

Phase = Literal["waiting", "running", "done", "failed", "stopped"]


class Task(NamedTuple):
    """One thing to do."""

    title: str
    run: Callable[[Progress, CancelToken], str]
    """Does it, on a thread; returns what became of it, as a sentence. Raises: TuiError."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is begun together."""

    what: str
    """What it does, as the beginning of a sentence: `downloading`."""
    tasks: Sequence[Task]
    parallel: int = 1
    """How many of its tasks run at a time."""
    finishes: bool = False
    """Whether what is under way is finished when the job is ended: what was sent cannot be."""
    end: Callable[[], object] = lambda: None
    """Lets go of what the tasks hold; called once, on a thread, when all are over."""


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """How far a task is."""

    title: str
    phase: Phase = "waiting"
    done: int = 0
    """Bytes."""
    total: int | None = None
    said: str = ""
    """What became of it; "" until it is over."""
    error: TuiError | None = None


@dataclass(frozen=True, slots=True)
class JobStanding:
    """How far a job is, as of one moment."""

    id: int
    what: str
    tasks: tuple[TaskStanding, ...]
    seconds: float
    """How long it has been running, or had been when it ended."""
    moved: int
    """Bytes since it was begun; what was there from an earlier try does not count."""
    is_over: bool

    @property
    def done(self) -> int:
        """Bytes of all tasks."""
        return sum(task.done for task in self.tasks)

    @property
    def total(self) -> int | None:
        """Bytes of all tasks; None while that of one is not known."""
        totals = [task.total for task in self.tasks if task.phase not in ("failed", "stopped")]
        return None if None in totals else sum(each or 0 for each in totals)

    @property
    def rate(self) -> float | None:
        """Bytes a second; None in the first second, and where nothing moves."""
        return self.moved / self.seconds if self.seconds >= 1 and self.moved else None

    @property
    def seconds_left(self) -> int | None:
        """How long it still takes at this rate; None where nobody knows."""
        rate, total = self.rate, self.total
        if rate is None or total is None or total <= self.done:
            return None
        return int((total - self.done) / rate) + 1


class Jobs(Protocol):
    """Begins jobs, and says how they stand. For the event loop; answers at once."""

    def start(self, job: Job) -> int:
        """Begin; the number is what it is known by."""

    def standing(self, id: int) -> JobStanding | None:
        """How far a job is; None for one that is forgotten."""

    @property
    def standings(self) -> tuple[JobStanding, ...]:
        """All of them, the latest first."""

    def hand_over(self, id: int) -> None:
        """Whoever began a job does not tell how it ends any more: the program does."""

    def stop(self, id: int) -> bool:
        """End a job, with what its tasks clean up; false where it is over already."""

    def listen(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call this, on any thread and a few times a second at most, when something has changed;
        returns how to end that."""
