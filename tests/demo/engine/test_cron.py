"""Schedules, and the workflows they start."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml

from tests.support.world import World
from tui.demo.resources import CRON_WORKFLOWS, WORKFLOWS, Obj

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""A Thursday."""


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
    assert (condition["type"], condition["status"]) == ("SpecError", "True")
    assert condition["message"] == (
        "cron schedule often is malformed: expected exactly 5 fields, found 1: [often]"
    )
    world.store.patch_merge(CRON_WORKFLOWS, "argo", "beat", {"spec": {"schedules": ["* * * * *"]}})
    world.clock.advance(61)
    assert "conditions" not in beat(world)["status"]
    assert len(started(world)) == 1


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"concurrencyPolicy": "Sometimes"}, "'Sometimes' is not a valid concurrencyPolicy"),
        ({"startingDeadlineSeconds": -1}, "startingDeadlineSeconds must be positive"),
        ({"schedules": None}, "cron workflow must have at least one schedule"),
        (
            {"timezone": "Mars/Phobos"},
            'invalid timezone "Mars/Phobos": unknown time zone Mars/Phobos',
        ),
        (
            {"workflowSpec": {"entrypoint": "gone"}},
            "cannot validate Workflow: template name 'gone' undefined",
        ),
    ],
)
def test_an_invalid_one_starts_nothing_and_says_why(
    world: World, spec: dict[str, object], words: str
) -> None:
    obj = yaml.safe_load(cron(1))
    obj["spec"].update(spec)
    world.put(obj)
    world.clock.advance(121)
    assert started(world) == []
    (condition,) = beat(world)["status"]["conditions"]
    assert (condition["type"], condition["message"]) == ("SpecError", words)


def test_when_decides_whether_it_is_time(world: World) -> None:
    # As in Argo's documentation: not again within 100 seconds.
    last = "cronworkflow.lastScheduledTime"
    when = f"{{{{= {last} == nil || (now() - {last}).Seconds() > 100 }}}}"
    world.create(cron(1, f"when: '{when}'"))
    world.clock.advance(5 * 60 + 30)
    times = [
        each["metadata"]["annotations"]["workflows.argoproj.io/scheduled-time"][11:16]
        for each in started(world)
    ]
    assert times == ["12:03", "12:05"]
    assert beat(world)["status"]["succeeded"] == 3


def test_a_when_that_cannot_be_read_starts_nothing(world: World) -> None:
    world.create(cron(1, "when: 'once in a while'"))
    world.clock.advance(61)
    assert started(world) == []
    (condition,) = beat(world)["status"]["conditions"]
    assert condition["type"] == "SubmissionError"
    assert condition["message"].startswith("run policy error: Invalid 'when' expression")


def test_deleting_it_deletes_what_it_started(world: World) -> None:
    world.create(cron(1000))
    world.clock.advance(61)
    world.store.delete(CRON_WORKFLOWS, "argo", "beat")
    world.clock.advance(120)
    assert started(world) == []
    assert world.pods() == {}
