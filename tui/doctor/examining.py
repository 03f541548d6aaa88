"""Running the checks: each on a thread of its own, and none for longer than there is time.

A cluster that is not there lets a connection wait for seconds, and a credential plugin may wait for
a browser. So every check that may block is left behind when the time is over; its thread ends with
the process, or when its time-out comes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue

from tui.bugs import caught
from tui.doctor.base import Case, Check, Finding, Sign
from tui.errors import TuiError

LIMIT = 4.5
"""Seconds that all checks together may take."""
GATE = "api"
"""The check that says whether there is any use in asking more."""

Tell = Callable[[Finding], object]


def examine(
    case: Case,
    checks: Iterable[Check],
    *,
    within: float = LIMIT,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Finding]:
    """What the checks find, in their order, each as soon as it and those before it are done.

    `within` is in seconds, and so is `now`, from any beginning.
    """
    every = tuple(checks)
    until = now() + within
    running = {check.id: _Running(case, check) for check in every if not check.asks}
    answers = True
    for check in every:
        if check.asks and answers:
            running = _begun(case, every, running)
        if check.asks and not answers:
            yield Finding(check.id, Sign.UNKNOWN, "not looked at: there is nothing to ask")
            continue
        findings = running[check.id].findings(max(0.0, until - now()))
        yield from findings
        if check.id == GATE:
            answers = all(each.sign not in (Sign.BAD, Sign.UNKNOWN) for each in findings)


def _begun(
    case: Case, checks: Iterable[Check], running: dict[str, _Running]
) -> dict[str, _Running]:
    """All of them side by side, once it is known that somebody answers."""
    missing = [check for check in checks if check.id not in running]
    return {**running, **{check.id: _Running(case, check) for check in missing}}


class _Running:
    """A check on a thread of its own."""

    def __init__(self, case: Case, check: Check) -> None:
        self._check = check
        self._found: SimpleQueue[tuple[Finding, ...]] = SimpleQueue()
        name = f"doctor {check.id}"
        threading.Thread(target=self._look, args=(case,), name=name, daemon=True).start()

    def findings(self, seconds: float) -> tuple[Finding, ...]:
        """What it found, if it is there by then; called once."""
        try:
            return self._found.get(timeout=seconds)
        except Empty:
            advice = "something on the way takes its time, or drops what is sent"
            return (Finding(self._check.id, Sign.UNKNOWN, "no answer in time", advice),)

    def _look(self, case: Case) -> None:
        findings: list[Finding] = []
        try:
            # What it found before it fails is told, too.
            for finding in self._check.look(case):
                findings.append(finding)
        except TuiError as error:
            findings.append(Finding(self._check.id, Sign.BAD, error.what, error.hint))
        except BaseException as error:  # told as a finding: nobody else hears of this thread
            told = caught(error, f"looking at {self._check.id}")
            findings.append(Finding(self._check.id, Sign.BAD, told.what, told.hint))
        self._found.put(tuple(findings))
