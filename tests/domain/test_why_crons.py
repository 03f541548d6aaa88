"""Why a cron workflow makes no run just now."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.support.why import NOW
from tui.domain.why.crons import explain_cron
from tui.domain.why.finding import FieldAt, Verdict, value_at


def cron(spec: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    return {
        "kind": "CronWorkflow",
        "metadata": {"name": "nightly", "namespace": "etl"},
        "spec": {"schedules": ["0 3 * * *"], **(spec or {})},
        "status": status,
    }


CASES = {
    "suspended": (cron({"suspend": True}), "waits for somebody to resume it: it is suspended"),
    "overlap": (
        cron({"concurrencyPolicy": "Forbid"}, active=[{"name": "nightly-1"}]),
        "waits for nightly-1 to end: it forbids overlap, so no run is made meanwhile",
    ),
    "stopped": (
        cron({"stopStrategy": {"expression": "cronworkflow.failed >= 3"}}, phase="Stopped"),
        "it makes no more runs: its stop strategy was reached (cronworkflow.failed >= 3)",
    ),
    "refused": (
        cron(conditions=[{"type": "SubmissionError", "status": "True", "message": "no template"}]),
        "its last run could not be made: no template",
    ),
    "schedule": (cron({"schedules": ["at noon"]}), "it cannot be read: "),
}


@pytest.mark.parametrize("id", CASES)
def test_each_cause_is_told_with_the_fields_it_stands_in(id: str) -> None:
    manifest, words = CASES[id]
    answer = explain_cron(manifest, NOW)
    assert answer.headline.startswith(words)
    assert answer.verdict is Verdict.WAITS
    for finding in answer.findings:
        assert finding.at
        for pointer in finding.at:
            assert isinstance(pointer, FieldAt)
            value = value_at(manifest, pointer.path)
            assert pointer.quote == ("true" if value is True else str(value))


@pytest.mark.parametrize("id", CASES)
def test_with_a_field_taken_away_its_sentence_goes_or_says_that_it_is_not_known(id: str) -> None:
    manifest, _ = CASES[id]
    for finding in explain_cron(manifest, NOW).findings:
        for pointer in finding.at:
            assert isinstance(pointer, FieldAt)
            less = copy.deepcopy(manifest)
            outer: Any = value_at(less, pointer.path[:-1])
            del outer[pointer.path[-1]]
            after = explain_cron(less, NOW)
            assert finding not in after.findings and after.headline
            for each in after.findings:
                assert each.at or each.weight == "unknown"
                for other in each.at:
                    assert isinstance(other, FieldAt)
                    value = value_at(less, other.path)
                    assert other.quote == ("true" if value is True else str(value))


def test_one_that_goes_well_says_when_it_runs_next() -> None:
    answer = explain_cron(cron(), NOW)
    assert (answer.verdict, answer.headline) == (Verdict.RUNS, "it makes its runs")
    assert answer.findings[0].text == "in 17h, at 2026-11-30 03:00:00 UTC, by 0 3 * * *"
    replaced = explain_cron(cron({"concurrencyPolicy": "Replace"}, active=[{"name": "n-1"}]), NOW)
    assert replaced.findings[0].text == "its next run takes the place of n-1, which is ended then"


@pytest.mark.parametrize("bad", [None, [], "x", 7, {"spec": 3}, {"spec": {"schedules": [None]}}])
def test_no_manifest_is_too_odd(bad: Any) -> None:
    assert explain_cron(bad, NOW).headline
