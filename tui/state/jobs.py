"""The jobs of this program: each on threads of its own, until it is over or the program ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from tui.domain.text import clean
from tui.errors import TuiError
from tui.ports.jobs import Job, JobStanding, Phase, Task, TaskStanding
from tui.ports.threads import CancelToken, endless

INTERVAL = 0.25
"""Seconds between two times that progress is told: more often would only cost bytes."""

REMEMBERED = 20
"""Jobs that are over and still listed."""


class JobList:
    """The jobs that run and those that are over; see `tui.ports.jobs.Jobs`."""

    def __init__(
        self,
        fault: Callable[[BaseException, str], TuiError],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fault` says what to tell of an error that nobody expected, and what was being done."""
        self.on_end: Callable[[JobStanding], object] = lambda standing: None
        """Told, on any thread, of the end of each job that was handed over."""
        self._handed_over: set[int] = set()
        self._fault = fault
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._running: dict[int, _Run] = {}
        self._over: list[_Run] = []
        self._listeners: list[Callable[[], object]] = []
        self._told = float("-inf")
        self._is_ended = False

    def start(self, job: Job) -> int:
        """Begin a job."""
        run = _Run(next(self._numbers), job, self._fault, self._clock, self._tell)
        with self._lock:
            self._running[run.id] = run
        run.begin(self._end_of)
        return run.id

    def standing(self, id: int) -> JobStanding | None:
        """How far a job is."""
        return next((each for each in self.standings if each.id == id), None)

    @property
    def standings(self) -> tuple[JobStanding, ...]:
        """All of them, the latest first."""
        with self._lock:
            runs = [*self._over, *self._running.values()]
        return tuple(sorted((run.standing() for run in runs), key=lambda each: -each.id))

    @property
    def running(self) -> int:
        """How many are not over."""
        with self._lock:
            return len(self._running)

    def stop(self, id: int) -> bool:
        """End a job."""
        with self._lock:
            run = self._running.get(id)
        if run is not None:
            run.stop()
        return run is not None

    @property
    def at_stake(self) -> tuple[str, ...]:
        """What would be ended now, of each job that is not over: `downloading train/model at 62%`;
        nothing of one that would finish."""
        with self._lock:
            runs = list(self._running.values())
        return tuple(filter(None, (run.at_stake() for run in runs)))

    def end(self, patience: float = 2.0) -> tuple[str, ...]:
        """End all jobs, wait a moment for what they clean up, and say of each what became of it.

        Nothing new is begun then.
        """
        self._is_ended = True
        with self._lock:
            runs = list(self._running.values())
        said = tuple(filter(None, (run.farewell() for run in runs)))
        for run in runs:
            run.stop()
        until = self._clock() + patience
        for run in runs:
            run.over.wait(max(0.0, until - self._clock()))
        return said

    def hand_over(self, id: int) -> None:
        """Tell `on_end` how a job ends, or has ended."""
        with self._lock:
            is_running = id in self._running
            if is_running:
                self._handed_over.add(id)
        standing = self.standing(id)
        if not is_running and standing is not None:
            self.on_end(standing)

    def listen(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Be told of changes."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return end

    def _end_of(self, run: _Run) -> None:
        with self._lock:
            self._running.pop(run.id, None)
            self._over = [*self._over, run][-REMEMBERED:]
            is_told = run.id in self._handed_over and not self._is_ended
            self._handed_over.discard(run.id)
        self._tell(True)
        if is_told:
            self.on_end(run.standing())
        run.over.set()

    def _tell(self, now: bool) -> None:
        """Tell of a change, at once or if it is time to."""
        with self._lock:
            at = self._clock()
            if not now and at - self._told < INTERVAL:
                return
            self._told = at
            listeners = () if self._is_ended else tuple(self._listeners)
        for listener in listeners:
            listener()


class _Run:
    """One job that runs."""

    def __init__(
        self,
        id: int,
        job: Job,
        fault: Callable[[BaseException, str], TuiError],
        clock: Callable[[], float],
        tell: Callable[[bool], None],
    ) -> None:
        self.id = id
        self.over = threading.Event()
        self._job = job
        self._fault = fault
        self._clock = clock
        self._tell = tell
        self._lock = threading.Lock()
        self._tasks = [TaskStanding(task.title) for task in job.tasks]
        self._first: dict[int, int] = {}
        """What each task had from an earlier try when it began."""
        self._waiting = list(reversed(range(len(job.tasks))))
        self._alive = 0
        self._stop = CancelToken()
        self._begun = clock()
        self._ended: float | None = None
        self._on_end: Callable[[_Run], None] = lambda run: None

    def begin(self, on_end: Callable[[_Run], None]) -> None:
        """Begin on threads of its own."""
        self._on_end = on_end
        self._alive = max(1, min(self._job.parallel, len(self._tasks)))
        for _ in range(self._alive):
            endless(self._job.what, self._work, lambda error: None)

    def stop(self) -> None:
        """Enough."""
        self._stop.set()

    def standing(self) -> JobStanding:
        """How far it is."""
        with self._lock:
            tasks = tuple(self._tasks)
            moved = sum(task.done - self._first.get(n, 0) for n, task in enumerate(tasks))
            end = self._ended if self._ended is not None else self._clock()
            over = self._ended is not None
        return JobStanding(self.id, self._job.what, tasks, end - self._begun, moved, over)

    def farewell(self) -> str:
        """What is said of it where it is ended before it is over."""
        standing = self.standing()
        if self._job.finishes:
            return f"{said} were not begun" if (said := self.at_stake()) else ""
        far = f" at {standing.done * 100 // standing.total}%" if standing.total else ""
        return f"{_named(standing)} was ended{far}"

    def at_stake(self) -> str:
        """What would be ended by leaving now; "" where nothing would."""
        standing = self.standing()
        if self._job.finishes:
            waiting = sum(task.phase == "waiting" for task in standing.tasks)
            total = len(standing.tasks)
            return f"{standing.what}: {waiting} of {total}" if waiting else ""
        far = f" at {standing.done * 100 // standing.total}%" if standing.total else ""
        return f"{_named(standing)}{far}"

    # --- on its threads --------------------------------------------------------------------

    def _work(self, stop: CancelToken) -> None:
        try:
            while True:
                with self._lock:
                    if not self._waiting or self._stop.is_set:
                        break
                    number = self._waiting.pop()
                self._do(number, self._job.tasks[number])
        finally:
            self._leave()

    def _do(self, number: int, task: Task) -> None:
        self._change(number, phase="running")
        try:
            said = task.run(lambda done, total: self._progress(number, done, total), self._stop)
        except Exception as error:
            told = self._fault(error, f"{self._job.what} {task.title}")
            is_cut_short = self._stop.is_set and not self._job.finishes
            phase: Phase = "stopped" if is_cut_short else "failed"
            self._change(number, phase=phase, said=str(told), error=told)
        else:
            self._change(number, phase="done", said=said)

    def _progress(self, number: int, done: int, total: int | None) -> None:
        with self._lock:
            self._first.setdefault(number, done)
            self._tasks[number] = replace(self._tasks[number], done=done, total=total)
        self._tell(False)

    def _change(
        self, number: int, *, phase: Phase, said: str = "", error: TuiError | None = None
    ) -> None:
        with self._lock:
            self._tasks[number] = replace(self._tasks[number], phase=phase, said=said, error=error)
        self._tell(True)

    def _leave(self) -> None:
        with self._lock:
            self._alive -= 1
            if self._alive:
                return
            for number, task in enumerate(self._tasks):
                if task.phase == "waiting":
                    self._tasks[number] = replace(task, phase="stopped", said="was not begun")
            self._ended = self._clock()
        try:
            self._job.end()
        finally:
            self._on_end(self)


def _named(standing: JobStanding) -> str:
    """`downloading train/model and 2 more`."""
    left = [task for task in standing.tasks if task.phase in ("waiting", "running")]
    what = clean(left[0].title) if left else ""
    more = f" and {len(left) - 1} more" if len(left) > 1 else ""
    return f"{standing.what} {what}{more}"
