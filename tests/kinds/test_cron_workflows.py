"""What the list and the summary of cron workflows say, by their columns and facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.support.scripted import listed, manifest, part
from tui.domain.decode import list_reader
from tui.domain.identity import Row
from tui.domain.query import parse
from tui.domain.workflow import LABEL
from tui.kinds.base import Look
from tui.kinds.cron_workflows import CRON_WORKFLOWS, ListedCron, trouble
from tui.ports.collections import row_of

NOW = datetime(2026, 3, 17, 6, 30, tzinfo=UTC)


def at(minutes: float) -> str:
    return (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def cron(name: str = "nightly", spec: Any = None, **status: Any) -> ListedCron:
    body = {
        "metadata": {"name": name, "namespace": "argo", "creationTimestamp": at(600)},
        "spec": {"schedules": ["0 7 * * *"], **(spec or {})},
        "status": status,
    }
    return list_reader(ListedCron).one(msgspec.json.encode(body))


class Known:
    """The list of workflows, as columns see it."""

    moment = 1

    def __init__(self, *rows: Row[Any]) -> None:
        self.rows = rows

    def values(self) -> tuple[Row[Any], ...]:
        return self.rows


def cells(item: ListedCron, look: Look | None = None) -> dict[str, str]:
    columns = CRON_WORKFLOWS.columns(look or Look())
    return {column.id: column.text(item, NOW) for column in columns}


def test_the_columns_are_those_of_argo_and_what_runs_next_and_now() -> None:
    active = [{"name": "nightly-1", "namespace": "argo"}]
    told = cells(cron(lastScheduledTime=at(90), active=active))
    assert told["name"] == "nightly" and told["age"] == "10h"
    assert told["last-run"] == "1h" and told["next-run"] == "30m"
    assert told["schedules"] == "0 7 * * *" and told["timezone"] == ""
    assert told["suspended"] == "" and told["active"] == "1"


def test_what_is_not_known_and_never_comes_is_not_available() -> None:
    told = cells(cron(spec={"suspend": True}))
    assert (told["last-run"], told["next-run"]) == ("–", "never")
    assert told["suspended"] == "yes" and told["active"] == "–"
    assert cells(cron(phase="Stopped"))["next-run"] == "never"


def test_the_next_run_is_the_earliest_of_all_schedules_in_their_time_zone() -> None:
    several = cron(spec={"schedules": ["0 9 * * *", "45 7 * * *"], "timezone": "Europe/Berlin"})
    assert cells(several)["next-run"] == "15m", "07:45 in Berlin is 06:45 UTC"
    assert cells(several)["schedules"] == "0 9 * * *, 45 7 * * *"


def test_the_one_schedule_of_older_versions_is_read() -> None:
    older = cron(spec={"schedules": [], "schedule": "35 6 * * *"})
    assert cells(older)["next-run"] == "5m"


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (cron(spec={"schedules": ["every day"]}), "expected exactly 5 fields"),
        (
            cron(
                conditions=[
                    {"type": "SubmissionError", "status": "True", "message": "no such template"}
                ]
            ),
            "no such template",
        ),
    ],
)
def test_what_is_wrong_is_its_message_and_makes_it_a_problem(item: ListedCron, why: str) -> None:
    assert why in trouble(item) and why in cells(item)["message"]
    assert CRON_WORKFLOWS.is_problem(item) and CRON_WORKFLOWS.group(item) == "Failing"
    assert parse(CRON_WORKFLOWS.problems, CRON_WORKFLOWS.fields).matches(item)
    assert not parse(CRON_WORKFLOWS.problems, CRON_WORKFLOWS.fields).matches(cron())


def test_the_first_column_says_how_the_run_ended_that_was_created_last() -> None:
    def made(name: str, phase: str, minutes: float, by: str = "nightly") -> Row[Any]:
        found = manifest(name, phase=phase, labels={f"{LABEL}cron-workflow": by})
        found["metadata"]["creationTimestamp"] = at(minutes)
        return row_of(part(), listed(found))

    runs = Known(made("a", "Succeeded", 30), made("b", "Failed", 5), made("c", "Running", 1, "x"))
    told = cells(cron(), Look(known=lambda kind: runs))
    assert told["phase"] == "✖"
    assert cells(cron("other"), Look(known=lambda kind: runs))["phase"] == " "


@pytest.mark.parametrize(
    ("item", "sign", "ascii_sign"),
    [
        (cron(spec={"suspend": True}), "‖", "="),
        (cron(phase="Stopped"), "‖", "="),
        (cron(spec={"schedules": ["every day"]}), "▲", "!"),
    ],
)
def test_what_makes_no_runs_has_a_sign_of_its_own_whatever_its_last_run_was(
    item: ListedCron, sign: str, ascii_sign: str
) -> None:
    found = manifest("a", phase="Succeeded", labels={f"{LABEL}cron-workflow": "nightly"})
    runs = Known(row_of(part(), listed(found)))
    assert cells(cron(), Look(known=lambda kind: runs))["phase"] == "✔"
    assert cells(item, Look(known=lambda kind: runs))["phase"] == sign
    assert cells(item, Look(known=lambda kind: runs, ascii=True))["phase"] == ascii_sign


def test_the_summary_says_when_it_runs_next_and_what_it_keeps() -> None:
    whole, fits = CRON_WORKFLOWS.whole(
        msgspec.json.encode(
            {
                "metadata": {"name": "nightly", "namespace": "argo"},
                "spec": {
                    "schedules": ["0 7 * * *"],
                    "successfulJobsHistoryLimit": 3,
                    "stopStrategy": {"expression": "cronworkflow.failed >= 3"},
                    "workflowSpec": {"arguments": {"parameters": [{"name": "n", "value": "1"}]}},
                },
                "status": {"active": [{"name": "nightly-1"}], "succeeded": 4, "failed": 1},
            }
        )
    )
    assert fits and CRON_WORKFLOWS.facts is not None
    told = dict(CRON_WORKFLOWS.facts(whole, NOW))
    assert told["next run"] == "2026-03-17T07:00:00Z (in 30m)"
    assert told["last run"] == "N/A" and told["active"] == "nightly-1"
    assert told["keeps"] == "3 succeeded" and told["ended"] == "4 succeeded, 1 failed"
    assert told["stops when"] == "cronworkflow.failed >= 3" and told["parameter n"] == "1"


def test_below_the_list_stand_all_its_schedules_after_what_is_wrong() -> None:
    item = cron(spec={"schedules": ["0 6 * * MON-FRI", "30 9 * * SAT"], "timezone": "Asia/Tokyo"})
    assert CRON_WORKFLOWS.about(item, NOW) == [
        ("  Scheduled", ""),
        ("  0 6 * * MON-FRI, 30 9 * * SAT Asia/Tokyo", "muted"),
    ]
    wrong = cron(spec={"schedules": ["nonsense"]})
    (state, _), (why, token), (when, _) = CRON_WORKFLOWS.about(wrong, NOW)
    assert (state, token, when) == ("  Failing", "problem", "  nonsense") and trouble(wrong) in why
