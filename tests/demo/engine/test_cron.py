"""Schedules, and the workflows they start."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.world import World
from tui.demo.engine.cron import Schedule, ScheduleError
from tui.demo.resources import CRON_WORKFLOWS, WORKFLOWS, Obj

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""A Thursday."""


@pytest.mark.parametrize(
    ("line", "then"),
    [
        ("* * * * *", "2026-01-01T12:01"),
        ("*/15 * * * *", "2026-01-01T12:15"),
        ("0 12 * * *", "2026-01-02T12:00"),
        ("30 3 * * SUN", "2026-01-04T03:30"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("5,10 8-9 1 FEB *", "2026-02-01T08:05"),
        ("0 0 13 * 5", "2026-01-02T00:00"),
        ("0 0 * * 7", "2026-01-04T00:00"),
        ("@hourly", "2026-01-01T13:00"),
    ],
)
def test_a_schedule_knows_its_next_time(line: str, then: str) -> None:
    found = Schedule(line).after(NOON)
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == then


@pytest.mark.parametrize("line", ["", "* * * *", "61 * * * *", "a * * * *", "* * 0 * *"])
def test_a_schedule_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule(line)


def test_a_date_that_never_comes_is_none() -> None:
    assert Schedule("0 0 31 2 *").after(NOON) is None


def cron(seconds: int, more: str = "") -> str:
    return f"""
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {{name: beat}}
spec:
  schedules: ["* * * * *"]
  successfulJobsHistoryLimit: 2
  {more}
  workflowSpec:
    entrypoint: a
    templates:
    - {{name: a, container: {{image: busybox, command: [sleep, "{seconds}"]}}}}
"""


def started(world: World) -> list[Obj]:
    return list(world.store.list(WORKFLOWS))


def beat(world: World) -> Obj:
    return world.store.get(CRON_WORKFLOWS, "argo", "beat")


def test_a_cron_workflow_fires_every_minute_and_keeps_its_history_short(world: World) -> None:
    world.create(cron(10))
    world.clock.advance(61)
    (first,) = started(world)
    metadata = first["metadata"]
    assert metadata["labels"]["workflows.argoproj.io/cron-workflow"] == "beat"
    assert metadata["annotations"]["workflows.argoproj.io/scheduled-time"] == "2026-01-01T12:01:00Z"
    assert metadata["ownerReferences"][0]["kind"] == "CronWorkflow"
    status = beat(world)["status"]
    assert [each["name"] for each in status["active"]] == [metadata["name"]]
    assert status["lastScheduledTime"] == "2026-01-01T12:01:00Z"
    world.clock.advance(4 * 60)
    assert len(started(world)) == 3
    assert beat(world)["status"]["succeeded"] == 4


@pytest.mark.parametrize(("policy", "running"), [("Allow", 3), ("Forbid", 1), ("Replace", 1)])
def test_the_concurrency_policy_decides_on_overlaps(
    world: World, policy: str, running: int
) -> None:
    world.create(cron(1000, f"concurrencyPolicy: {policy}"))
    world.clock.advance(3 * 60 + 30)
    alive = [each for each in started(world) if not each["status"].get("finishedAt")]
    assert len(alive) == running
    if policy == "Replace":
        assert alive[0]["metadata"]["name"].endswith(str(int(NOON.timestamp()) + 180))


def test_a_suspended_cron_workflow_waits(world: World) -> None:
    world.create(cron(1, "suspend: true"))
    world.clock.advance(200)
    assert started(world) == []
    world.store.patch_merge(CRON_WORKFLOWS, "argo", "beat", {"spec": {"suspend": False}})
    world.clock.advance(60)
    assert len(started(world)) == 1


def test_a_malformed_schedule_is_told_in_its_conditions(world: World) -> None:
    world.create(cron(1).replace("* * * * *", "often"))
    world.clock.advance(60)
    (condition,) = beat(world)["status"]["conditions"]
    assert condition["type"] == "SubmissionError"
    assert "malformed" in condition["message"]


def test_deleting_it_deletes_what_it_started(world: World) -> None:
    world.create(cron(1000))
    world.clock.advance(61)
    world.store.delete(CRON_WORKFLOWS, "argo", "beat")
    world.clock.advance(120)
    assert started(world) == []
    assert world.pods() == {}
