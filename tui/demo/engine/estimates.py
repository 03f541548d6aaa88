"""How long a workflow and its nodes will take: as long as last time (argo.md 4.2)."""

from __future__ import annotations

import msgspec

from tui.demo.engine.run import LABEL, Run
from tui.demo.resources import WORKFLOWS, Obj
from tui.demo.store import Store
from tui.domain.durations import parse_time

_GROUPS = ("workflow-template", "cluster-workflow-template", "cron-workflow")


class _Metadata(msgspec.Struct):
    creationTimestamp: str | None = None


class _Created(msgspec.Struct):
    metadata: _Metadata


_created = msgspec.json.Decoder(_Created).decode


def prepare(run: Run, store: Store) -> int:
    """Note what each node took last time; the same of the whole workflow, 0 without a last time."""
    before = _last(run, store)
    if before is None:
        return 0
    name = str(before["metadata"]["name"])
    status = before.get("status") or {}
    run.estimates = {
        str(node.get("name", "")).removeprefix(name): _seconds(node)
        for node in (status.get("nodes") or {}).values()
    }
    return _seconds(status)


def _last(run: Run, store: Store) -> Obj | None:
    """The newest succeeded run of the same template or schedule."""
    for group in _GROUPS:
        label = f"{LABEL}{group}"
        if label not in run.labels:
            continue
        same = [
            record
            for record in store.records(WORKFLOWS, run.namespace)
            if record.labels.get(label) == run.labels[label]
            and record.labels.get(f"{LABEL}phase") == "Succeeded"
        ]
        if same:
            newest = max(same, key=lambda r: _created(r.raw).metadata.creationTimestamp or "")
            return newest.decoded()
    return None


def _seconds(timed: Obj) -> int:
    start, end = parse_time(timed.get("startedAt")), parse_time(timed.get("finishedAt"))
    return int((end - start).total_seconds()) if start and end else 0
