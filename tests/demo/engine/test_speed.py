"""A quick cluster: what takes time takes less of it, and no timestamp is ahead of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.world import World
from tui.demo.clock import SteppedClock
from tui.demo.resources import CRON_WORKFLOWS, EVENTS, PODS, WORKFLOWS
from tui.domain.durations import parse_time

SPEED = 60.0
START = datetime(2026, 1, 1, 12, 0, 0, 123_457, UTC)
"""No moment of a quick calendar is a whole number of microseconds away."""


@pytest.fixture
def world() -> World:
    """A world that is sixty times as quick as life."""
    return World(clock=SteppedClock(speed=SPEED))


def took(world: World, spec: str) -> float:
    """Seconds until a workflow has ended."""
    begun = world.now()
    world.submit(spec)
    world.until(lambda: bool(world.status().get("finishedAt")))
    return (world.now() - begun).total_seconds()


def stamps(value: Any) -> list[datetime]:
    """All timestamps in an object."""
    if isinstance(value, dict):
        return [stamp for each in value.values() for stamp in stamps(each)]
    if isinstance(value, list):
        return [stamp for each in value for stamp in stamps(each)]
    if isinstance(value, str) and value.startswith("20") and value.endswith("Z"):
        found = parse_time(value)
        return [found] if found else []
    return []


def leaf(command: str, **more: str) -> str:
    """A workflow of one container."""
    extra = "".join(f", {key}: {value}" for key, value in more.items())
    return (
        "{entrypoint: a, templates: [{name: a, container: "
        f"{{command: [sh, -c, '{command}']}}{extra}}}]}}"
    )


def test_a_minute_of_sleep_is_over_after_a_second_and_its_pod_says_so(world: World) -> None:
    assert 1.0 <= took(world, leaf("echo begin; sleep 60; echo end")) < 1.3
    (pod,) = world.store.list(PODS)
    name = pod["metadata"]["name"]
    lines = world.logs.lines("argo", name, "main")
    first, last = (line for line in lines if not line.is_argos)
    assert 0.99 < (last.nanos - first.nanos) / 1e9 < 1.02
    assert last.nanos / 1e9 <= world.now().timestamp()
    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    span = (parse_time(ended["startedAt"]), parse_time(ended["finishedAt"]))
    assert span[0] and span[1] and span[1] - span[0] <= timedelta(seconds=2)


def test_no_timestamp_is_ever_ahead_of_the_clock(world: World) -> None:
    world.submit(leaf("for n in 1 2 3 4; do echo $n; sleep 100; done"))
    for _ in range(30):
        world.clock.advance(0.3)
        for kind in (WORKFLOWS, PODS, EVENTS):
            for obj in world.store.list(kind):
                assert all(stamp <= world.now() for stamp in stamps(obj)), obj


def test_deadlines_and_pauses_are_as_quick(world: World) -> None:
    late = leaf("sleep 3600").replace("{entrypoint", "{activeDeadlineSeconds: 90, entrypoint")
    assert 1.5 <= took(world, late) < 1.9
    assert world.status()["phase"] == "Failed"


def test_a_suspended_step_goes_on_after_its_time(world: World) -> None:
    spec = "{entrypoint: a, templates: [{name: a, suspend: {duration: 5m}}]}"
    assert 5.0 <= took(world, spec) < 5.2


def test_backing_off_is_as_quick(world: World) -> None:
    strategy = "{limit: 1, backoff: {duration: 3m}}"
    assert 3.0 <= took(world, leaf("exit 1", retryStrategy=strategy)) < 3.5


def test_schedules_come_as_often(world: World) -> None:
    spec = {
        "schedules": ["* * * * *"],
        "successfulJobsHistoryLimit": 100,
        "workflowSpec": {
            "entrypoint": "a",
            "templates": [{"name": "a", "container": {"command": ["echo", "beat"]}}],
        },
    }
    cron = {"metadata": {"name": "beat", "namespace": "argo"}, "spec": spec}
    world.store.create(CRON_WORKFLOWS, cron)
    world.clock.advance(10.5)
    runs = world.store.list(WORKFLOWS)
    assert len(runs) == 10
    assert len({run["metadata"]["name"] for run in runs}) == 10
    for run in (*runs, *world.store.list(CRON_WORKFLOWS)):
        assert all(stamp <= world.now() for stamp in stamps(run))


def test_the_past_was_not_as_quick() -> None:
    world = World(clock=SteppedClock(speed=SPEED))
    world.engine.agenda.set_back(world.now() - timedelta(minutes=2))
    world.submit(leaf("sleep 300"))
    world.engine.catch_up()
    assert world.status()["phase"] == "Running"
    world.clock.advance(2.9)
    assert world.status()["phase"] == "Running"
    world.clock.advance(0.6)
    assert world.status()["phase"] == "Succeeded"


@pytest.mark.parametrize("speed", [7.0, 11.0, 13.0, 100.0])
def test_a_minute_that_is_rounded_fires_once(speed: float) -> None:
    world = World(clock=SteppedClock(START, speed=speed))
    spec = {
        "schedule": "* * * * *",
        "successfulJobsHistoryLimit": 100,
        "workflowSpec": {"entrypoint": "a", "templates": [{"name": "a", "suspend": {}}]},
    }
    cron = {"metadata": {"name": "beat", "namespace": "argo"}, "spec": spec}
    world.store.create(CRON_WORKFLOWS, cron)
    for _ in range(600):
        world.clock.advance(1 / speed)
    assert len(world.store.list(WORKFLOWS)) == 10
