"""A comparison of two runs, line by line: for a screen and for `argo-tui diff`.

Each line is of one kind, so that who draws it chooses signs and colours. What has no place is
counted, and said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from tui.domain.comparing import Change, Comparison, StepChange
from tui.domain.durations import compact
from tui.domain.steppath import path_title
from tui.domain.text import clean

MOST_STEPS = 20
"""Steps of one section that are told before the rest is counted."""
WORTH_A_LINE = 1.0
"""Seconds by which a step has to differ, so that its time is told."""
MOST_CELLS = 100
"""Of one value."""

Kind = Literal["heading", "name", "same", "before", "after", "slower", "faster", "plain"]


class Line(NamedTuple):
    """One line of the report."""

    kind: Kind
    text: str
    """Printable."""
    path: str = ""
    """The step that it is about; "" for none."""


def lines_of(found: Comparison, *, whole: bool = False) -> Iterator[Line]:
    """The report; `whole` leaves nothing out."""
    first, second = found.before.metadata.name, found.after.metadata.name
    yield Line("before", f"- {clean(first)}  {_took(found.before.phase, found.took[0])}")
    goes_on = not found.after.is_completed
    apart = "  so far" if goes_on else _apart(found.took[0], found.took[1])
    yield Line("after", f"+ {clean(second)}  {_took(found.after.phase, found.took[1])}{apart}")
    sections: tuple[tuple[str, Iterable[Line]], ...] = (
        ("the run", _changes(found.about)),
        (_parameters_title(found), _changes(found.parameters)),
        ("steps that ended otherwise", _some(found.ended_otherwise, _ended, whole)),
        ("steps that took another time", _times(found.timed, whole)),
        (f"steps only in {clean(first)}", _some(found.gone, _gone, whole)),
        (f"steps only in {clean(second)}", _some(found.new, _new, whole)),
        ("images", _changes(found.images)),
        ("results", _limited(list(_changes(found.results)), whole)),
    )
    for title, section in sections:
        lines = tuple(section)
        if lines:
            yield Line("plain", "")
            yield Line("heading", title)
            yield from lines
    if found.is_alike:
        yield Line("plain", "")
        yield Line("same", "nothing but times is different")


def _parameters_title(found: Comparison) -> str:
    alike = f" ({found.alike} more are the same)" if found.alike else ""
    return f"parameters{alike}"


def _took(phase: str, seconds: float | None) -> str:
    return f"{phase or 'Pending'} {compact(seconds)}".rstrip()


def _apart(before: float | None, after: float | None) -> str:
    """`  +55m (+120 %)`, with the share where there is one."""
    if before is None or after is None:
        return ""
    apart = after - before
    if abs(apart) < WORTH_A_LINE:
        return "  as long"
    sign = "+" if apart > 0 else "-"
    share = f" ({sign}{abs(apart) / before * 100:.0f} %)" if before >= WORTH_A_LINE else ""
    return f"  {sign}{compact(abs(apart))}{share}"


def _changes(changes: Iterable[Change]) -> Iterator[Line]:
    for name, before, after in changes:
        yield Line("name", f"  {clean(name)}")
        if before is not None:
            yield Line("before", f"  - {_value(before)}")
        if after is not None:
            yield Line("after", f"  + {_value(after)}")


def _value(text: str) -> str:
    shown = clean(text)
    if len(shown) <= MOST_CELLS:
        return shown or '""'
    return f"{shown[:MOST_CELLS]}… ({len(text):,} characters)"


def _some(
    steps: Sequence[StepChange], line: Callable[[StepChange], Line], whole: bool
) -> Iterator[Line]:
    yield from _limited([line(step) for step in steps], whole)


def _limited(lines: Sequence[Line], whole: bool) -> Iterator[Line]:
    most = len(lines) if whole else MOST_STEPS
    yield from lines[:most]
    if len(lines) > most:
        yield Line("plain", f"  and {len(lines) - most:,} more")


def _title(step: StepChange) -> str:
    return clean(path_title(step.path))


def _ended(step: StepChange) -> Line:
    before = step.before.phase if step.before else ""
    after = step.after.phase if step.after else ""
    message = step.after.message if step.after else ""
    why = f": {_value(message)}" if message else ""
    return Line("after", f"  {_title(step)}  {before} → {after}{why}", step.path)


def _times(steps: Sequence[StepChange], whole: bool) -> Iterator[Line]:
    timed = [step for step in steps if abs(step.apart) >= WORTH_A_LINE]
    yield from _some(timed, _time, whole)


def _time(step: StepChange) -> Line:
    before, after = step.took
    kind: Kind = "slower" if step.apart > 0 else "faster"
    told = f"{compact(before)} → {compact(after)}"
    return Line(kind, f"  {_title(step)}  {told}{_apart(before, after)}", step.path)


def _gone(step: StepChange) -> Line:
    phase = step.before.phase if step.before else ""
    return Line("before", f"  - {_title(step)}  {_took(phase, step.took[0])}", step.path)


def _new(step: StepChange) -> Line:
    phase = step.after.phase if step.after else ""
    return Line("after", f"  + {_title(step)}  {_took(phase, step.took[1])}", step.path)
