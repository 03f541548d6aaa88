"""What is told of the workflow under the cursor, below the list and beside it.

All of it is known already: the workflow as the list has it, and the other runs of its template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from tui.columns.words import age_text, compact
from tui.columns.workflows import workflow_icon, workflow_seconds, workflow_token
from tui.domain.bars import HEIGHTS
from tui.domain.durations import seconds_between
from tui.domain.history import Past, past_of, seconds_of_run
from tui.domain.node import ERROR, FAILED, PENDING, RUNNING, SUCCEEDED
from tui.domain.workflow import LABEL, ListedWorkflow
from tui.kinds.base import Glance, Piece, Told

LONGEST_LABEL = 16
"""Cells of what made the runs, so that all of them have room in a hundred columns; it is whole in
the first line."""


def glance_at(
    workflow: ListedWorkflow,
    known: Iterable[ListedWorkflow],
    *,
    said: str,
    ascii: bool,
) -> Callable[[datetime], Glance]:
    """Its lines and its facts at a time; `known` are the workflows that are listed, `said` is what
    the step that failed said last.

    The others of its template are looked for once, not with every second.
    """
    past = past_of(workflow, known)

    def told_at(now: datetime) -> Glance:
        lines = [
            [*_state(workflow, now, ascii), *_origin(workflow)],
            [*_why(workflow, past, now)],
            [*(_last_line(said) if said else _parameters(workflow))],
            [*_runs(past, now, ascii)],
        ]
        # What there is nothing to say of leaves its line to what is below it.
        told = [[("  ", ""), *line] if at else line for at, line in enumerate(lines) if line]
        return Glance(told, list(_facts(workflow, past, now, said, ascii)))

    return told_at


def _last_line(said: str) -> Iterator[Piece]:
    """What the step that failed said last."""
    yield ("last line  ", "muted")
    yield (said, "")


def _parameters(workflow: ListedWorkflow) -> Iterator[Piece]:
    """What it was given."""
    given = [each for each in workflow.spec.arguments.parameters if each.value is not None]
    if given:
        yield ("params  ", "muted")
        yield ("  ".join(f"{each.name}={each.value}" for each in given), "")


def _state(workflow: ListedWorkflow, now: datetime, ascii: bool) -> Iterator[Piece]:
    """The sign, the phase, and since when it is so."""
    token = workflow_token(workflow)
    phase = workflow.phase or PENDING
    ended = seconds_between(workflow.status.finished_at, None, now)
    yield (f"  {workflow_icon(workflow, ascii=ascii)} {phase}", token)
    if workflow.is_completed and workflow.status.finished_at:
        yield (f" {age_text(ended)} ago", "")
    if workflow.trouble:
        yield (f" in trouble: {workflow.trouble}", "trouble")


def _origin(workflow: ListedWorkflow) -> Iterator[Piece]:
    """Template, cron workflow and creator, as far as there are any."""
    for word, text in _makers(workflow):
        yield (f"   {word} ", "muted")
        yield (text, "")


def _makers(workflow: ListedWorkflow) -> Iterator[tuple[str, str]]:
    labels, ref = workflow.metadata.labels, workflow.spec.workflow_template_ref
    named = labels.get(f"{LABEL}workflow-template", "")
    template = ref.name if ref else named or labels.get(f"{LABEL}cluster-workflow-template", "")
    creator = labels.get(f"{LABEL}creator-preferred-username") or labels.get(f"{LABEL}creator", "")
    for word, text in (
        ("template", template),
        ("cron", labels.get(f"{LABEL}cron-workflow", "")),
        ("by", creator),
    ):
        if text:
            yield word, text


def _why(workflow: ListedWorkflow, past: Past | None, now: datetime) -> Iterator[Piece]:
    """What failed or what it waits for; else how long it takes beside what is usual."""
    if workflow.reason:
        yield (workflow.reason, _reason_token(workflow))
        return
    seconds = workflow_seconds(workflow, now)
    if seconds is None:
        return
    progress = workflow.status.progress
    took = "has run" if workflow.phase == RUNNING else "took"
    yield (f"{took} {compact(seconds)}", "")
    yield from usually(workflow, past, seconds)
    if progress:
        yield (f"   steps {progress}", "muted")


def usually(workflow: ListedWorkflow, past: Past | None, seconds: float) -> Iterator[Piece]:
    """What the others took, how far off this one is, and how long it has still to go."""
    usual = past.usual_beside(workflow) if past is not None else None
    if usual is None:
        return
    yield (f", usually {compact(usual.median)}", "muted")
    is_running = workflow.phase == RUNNING
    left = usual.left(seconds) if is_running else None
    if left is not None:
        yield (f", about {compact(left)} to go", "muted")
    elif (is_running or workflow.phase == SUCCEEDED) and (far := usual.far_off(seconds)):
        yield (f" ({far})", "warning" if far.startswith("+") else "muted")


def _reason_token(workflow: ListedWorkflow) -> str:
    if workflow.trouble:
        return "warning"
    return "problem" if workflow.phase in (FAILED, ERROR) else ""


def _runs(past: Past | None, now: datetime, ascii: bool) -> Iterator[Piece]:
    """Sign and duration of the last runs, the newest at the right."""
    if past is None or len(past.runs) < 2:
        return
    dots = "..." if ascii else "…"
    label = past.maker.label
    label = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - len(dots)] + dots
    yield (f"last {len(past.runs)} of {label}  ", "muted")
    yield from trend(past, now, ascii=ascii)
    if past.failed:
        yield (f"  {past.failed} failed", "problem")
    if past.usual is not None:
        yield (f"  usually {compact(past.usual.median)}", "muted")


def trend(past: Past, now: datetime, *, ascii: bool) -> Iterator[Piece]:
    """Signs of the last runs, and bars of how long each took; the newest at the right."""
    tokens = [workflow_token(run) for run in past.runs]
    yield from _joined(
        (workflow_icon(run, ascii=ascii), token)
        for run, token in zip(past.runs, tokens, strict=True)
    )
    # Where a clock goes wrong a run may not have begun yet.
    spans = [max(0.0, seconds_of_run(run, now) or 0.0) for run in past.runs]
    longest = max(spans)
    if not ascii and longest > 0:
        yield ("  ", "")
        bars = (HEIGHTS[min(7, int(span / longest * 7.999))] for span in spans)
        yield from _joined(zip(bars, tokens, strict=True))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of one colour as one piece."""
    for token, alike in groupby(pieces, key=itemgetter(1)):
        yield ("".join(text for text, _ in alike), token)


def _facts(
    workflow: ListedWorkflow, past: Past | None, now: datetime, said: str, ascii: bool
) -> Iterator[Told]:
    """One below the other, for the room beside a list."""
    seconds = workflow_seconds(workflow, now)
    icon = workflow_icon(workflow, ascii=ascii)
    state = f"{icon} {workflow.phase or PENDING}"
    progress = workflow.status.progress
    told = (state, compact(seconds), progress)
    yield Told("", "  ".join(filter(None, told)), workflow_token(workflow))
    if seconds is not None and (told_usual := [*usually(workflow, past, seconds)]):
        words = "".join(text for text, _ in told_usual).removeprefix(", ")
        yield Told("", words, told_usual[-1][1])
    if workflow.reason:
        yield Told("", workflow.reason, _reason_token(workflow))
    if said:
        yield Told("last line", said)
    yield Told("", "")
    for word, text in _makers(workflow):
        yield Told(word, text)
    for label, text in (
        ("namespace", workflow.metadata.namespace),
        ("created", workflow.metadata.creation_timestamp or ""),
        ("started", workflow.status.started_at or ""),
        ("finished", workflow.status.finished_at or ""),
        ("entrypoint", workflow.spec.entrypoint),
    ):
        yield Told(label, text)
    for number, given in enumerate(workflow.spec.arguments.parameters):
        if given.value is not None:
            yield Told("params" if not number else " ", f"{given.name}={given.value}")
    if past is None or len(past.runs) < 2:
        return
    yield Told("", "")
    usual = past.usual
    words = f", usually {compact(usual.median)}" if usual is not None else ""
    yield Told("", f"last {len(past.runs)} of {past.maker.label}: {past.failed} failed{words}")
    if not ascii:
        yield Told("", "".join(text for text, _ in trend(past, now, ascii=False)))
    for run in reversed(past.runs):
        took = compact(seconds_of_run(run, now))
        ago = age_text(seconds_between(run.metadata.creation_timestamp, None, now))
        here = " <" if ascii else " ◂"
        mark = here if run.metadata.name == workflow.metadata.name else ""
        line = f"{workflow_icon(run, ascii=ascii)} {took:<7}{ago:>6} ago{mark}"
        yield Told("", line, workflow_token(run))
