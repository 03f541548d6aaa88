"""What is in the demo cluster when it opens, and what happens in it.

`load` lets the engine live through the recent past, so that there are finished runs with real
statuses, logs and artifacts, and others in the middle of things.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from tui.demo.bucket import Bucket
from tui.demo.clock import Clock
from tui.demo.engine.engine import Engine
from tui.demo.podlogs import PodLogs
from tui.demo.resources import WORKFLOWS, Obj
from tui.demo.scenes import (
    approvals,
    cluster,
    etl,
    large,
    saved,
    scaled,
    schedules,
    teaching,
    trouble,
)
from tui.demo.scenes.parts import Scene
from tui.demo.store import Store, timestamp

__all__ = ["load"]

SCENES: tuple[Scene, ...] = (
    *teaching.SCENES,
    *etl.SCENES,
    *trouble.SCENES,
    *approvals.SCENES,
)


def load(
    store: Store,
    engine: Engine,
    clock: Clock,
    bucket: Bucket,
    logs: PodLogs,
    *,
    seed: int = 0,
    scale: int = 0,
    saved_scenes: Sequence[str] = (),
) -> None:
    """Fill an empty cluster; afterwards the engine runs in the present.

    `saved_scenes` are files of `sources/scene.py`. Raises: InputError for one that cannot be read.
    """
    now = clock.now()
    earliest = max((scene.minutes_ago for scene in SCENES), default=0.0)
    engine.agenda.set_back(now - timedelta(minutes=earliest + 1))
    engine.start()
    cluster.furnish(store, engine.s3, now - timedelta(days=30))
    for obj, resource in (*etl.templates(), *teaching.templates(), *approvals.templates()):
        obj["metadata"]["creationTimestamp"] = timestamp(now - timedelta(days=12))
        store.create(resource, obj)
    for scene in SCENES:
        at = now - timedelta(minutes=scene.minutes_ago)
        engine.agenda.call_at(at, partial(_create, store, engine, scene))
    schedules.schedule(store, engine, now)
    engine.catch_up()
    large.put(store, engine, now)
    cluster.collect(store, engine, bucket, logs)
    for path in saved_scenes:
        saved.put(store, engine, bucket, logs, now, path)
    if scale:
        scaled.put(store, engine.s3, now, scale, seed)


def _create(store: Store, engine: Engine, scene: Scene) -> None:
    obj: Obj = scene.make()
    obj["metadata"].setdefault("creationTimestamp", timestamp(engine.agenda.now()))
    store.create(WORKFLOWS, obj)
