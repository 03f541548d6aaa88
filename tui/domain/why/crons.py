"""Why a cron workflow makes no run just now: suspended, stopped, overlap forbidden, refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tui.domain.cron import ScheduleError, next_run
from tui.domain.durations import compact, parse_time
from tui.domain.why.evidence import list_at, map_at, said, text_at
from tui.domain.why.finding import Answer, FieldAt, Finding, Path, Verdict

KIND = "CronWorkflow"


def explain_cron(manifest: Any, now: datetime) -> Answer:
    """Why a cron workflow waits, and until when."""
    findings = tuple(_findings(manifest, now))
    cause = next((each for each in findings if each.weight == "cause"), None)
    verdict = Verdict.RUNS if cause is None else Verdict.WAITS
    headline = f"waits for {cause.text}" if cause is not None else "it makes its runs"
    if cause is not None and cause.label != "waits for":
        headline = cause.text
    return Answer(verdict, headline, findings)


def _at(manifest: Any, *path: str | int, quote: object) -> FieldAt:
    where: Path = path
    return FieldAt(KIND, text_at(manifest, "metadata", "name"), where, said(quote))


def _findings(manifest: Any, now: datetime) -> Iterator[Finding]:
    is_held = map_at(manifest, "spec").get("suspend") is True
    if is_held:
        at = _at(manifest, "spec", "suspend", quote=True)
        yield Finding("suspended", "waits for", "somebody to resume it: it is suspended", "cause",
                      (at,), "act.suspend")  # fmt: skip
    is_stopped = text_at(manifest, "status", "phase") == "Stopped"
    if is_stopped:
        at = _at(manifest, "status", "phase", quote="Stopped")
        strategy = text_at(manifest, "spec", "stopStrategy", "expression")
        words = "it makes no more runs: its stop strategy was reached"
        pointers = [at]
        if strategy:
            words += f" ({strategy})"
            where = ("spec", "stopStrategy", "expression")
            pointers.append(_at(manifest, *where, quote=strategy))
        yield Finding("stopped", "stopped", words, "cause", tuple(pointers))
    yield from _refused(manifest)
    yield from _overlap(manifest)
    if not is_held and not is_stopped:
        yield from _next(manifest, now)


def _refused(manifest: Any) -> Iterator[Finding]:
    for n, each in enumerate(list_at(manifest, "status", "conditions")):
        message = text_at(each, "message")
        if text_at(each, "type") == "SubmissionError" and text_at(each, "status") == "True":
            at = _at(manifest, "status", "conditions", n, "message", quote=message)
            words = f"its last run could not be made: {message or 'nothing says why'}"
            weight = "cause" if message else "unknown"
            yield Finding("refused", "refused", words, "cause" if weight == "cause" else "unknown",
                          (at,) if message else ())  # fmt: skip


def _overlap(manifest: Any) -> Iterator[Finding]:
    policy = text_at(manifest, "spec", "concurrencyPolicy")
    active = [
        (n, text_at(each, "name"))
        for n, each in enumerate(list_at(manifest, "status", "active"))
        if text_at(each, "name")
    ]
    if not active or policy not in ("Forbid", "Replace"):
        return
    at = (
        _at(manifest, "spec", "concurrencyPolicy", quote=policy),
        *(_at(manifest, "status", "active", n, "name", quote=name) for n, name in active[:4]),
    )
    names = ", ".join(name for _, name in active[:4])
    namespace = text_at(manifest, "metadata", "namespace")
    if policy == "Forbid":
        words = f"{names} to end: it forbids overlap, so no run is made meanwhile"
        yield Finding("overlap", "waits for", words, "cause", at, "open",
                      opens=f"{namespace}/{active[0][1]}")  # fmt: skip
    else:
        words = f"its next run takes the place of {names}, which is ended then"
        yield Finding("overlap", "overlap", words, "detail", at)


def _next(manifest: Any, now: datetime) -> Iterator[Finding]:
    several = [said(each) for each in list_at(manifest, "spec", "schedules")]
    path: Path = ("spec", "schedules", 0) if several else ("spec", "schedule")
    schedules = several or [text_at(manifest, "spec", "schedule")]
    zone = text_at(manifest, "spec", "timezone")
    since = parse_time(text_at(manifest, "metadata", "creationTimestamp"))
    if not schedules[0]:
        yield Finding("next", "next run", "not known: it has no schedule", "unknown")
        return
    at = (_at(manifest, *path, quote=schedules[0]),)
    try:
        moment = next_run(schedules, zone, now, since=since)
    except ScheduleError as error:
        yield Finding("schedule", "schedule", f"it cannot be read: {error}", "cause", at)
        return
    if moment is None:
        yield Finding("next", "next run", "never: its schedule does not come again", "problem", at)
        return
    left = compact((moment - now).total_seconds())
    words = f"in {left}, at {moment:%Y-%m-%d %H:%M:%S} UTC, by {', '.join(schedules)}"
    when = text_at(manifest, "spec", "when")
    if when:
        words += f", when {when}"
    yield Finding("next", "next run", words, "detail", at)
