"""A finished run of four hundred nodes, written as it would be after hours of work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tui.demo.engine.engine import Engine
from tui.demo.engine.names import node_id
from tui.demo.resources import WORKFLOWS
from tui.demo.scenes.parts import ETL, given, shell, step, workflow
from tui.demo.store import Store, timestamp

STAGES, WIDE = 12, 33
BAD = (7, 21)
"""Partitions of the last stage that failed."""
NAME = "reprocess-2025"


def put(store: Store, engine: Engine, now: datetime) -> None:
    """Twelve stages of thirty-three partitions each, two of which failed at the end."""
    begin = now - timedelta(hours=11)
    tasks = [
        step(
            f"stage-{stage:02d}",
            "partition",
            arguments=given(n="{{item}}"),
            withSequence={"count": str(WIDE)},
            **({"depends": f"stage-{stage - 1:02d}"} if stage else {}),
        )
        for stage in range(STAGES)
    ]
    templates = [
        {"name": "main", "dag": {"tasks": tasks}},
        shell("partition", "echo partition {{inputs.parameters.n}}", inputs=["n"]),
    ]
    obj = workflow(NAME, ETL, {"entrypoint": "main", "templates": templates})
    nodes, end, failed = _nodes(begin)
    pods = STAGES * WIDE
    obj["metadata"]["creationTimestamp"] = timestamp(begin)
    obj["metadata"]["labels"] |= {
        "workflows.argoproj.io/phase": "Failed",
        "workflows.argoproj.io/completed": "true",
    }
    obj["metadata"]["annotations"] = {"workflows.argoproj.io/pod-name-format": "v2"}
    obj["status"] = {
        "phase": "Failed",
        "startedAt": timestamp(begin),
        "finishedAt": timestamp(end),
        "progress": f"{pods - failed}/{pods}",
        "conditions": [
            {"type": "PodRunning", "status": "False"},
            {"type": "Completed", "status": "True"},
        ],
        "resourcesDuration": {"cpu": pods * 9, "memory": pods * 40},
        "artifactRepositoryRef": engine.s3.repository_ref(None),
        "nodes": nodes,
    }
    store.create(WORKFLOWS, obj)


class _Nodes:
    """The nodes of the run, as they are made one after the other."""

    def __init__(self) -> None:
        self.by_id: dict[str, Any] = {}

    def add(
        self, name: str, type: str, phase: str, start: datetime, end: datetime, **more: Any
    ) -> str:
        """Make one; answers with its id."""
        key = node_id(NAME, name)
        self.by_id[key] = {
            "id": key,
            "name": name,
            "displayName": name.removeprefix(f"{NAME}."),
            "type": type,
            "phase": phase,
            "templateScope": f"local/{NAME}",
            "startedAt": timestamp(start),
            "finishedAt": timestamp(end),
            **({} if name == NAME else {"boundaryID": NAME}),
            **more,
        }
        return key

    def add_partition(
        self, name: str, n: int, start: datetime, end: datetime, *, fails: bool
    ) -> str:
        """Make the pod of one partition."""
        more = {"message": "main: Error (exit code 1)"} if fails else {}
        return self.add(
            name,
            "Pod",
            "Failed" if fails else "Succeeded",
            start,
            end,
            templateName="partition",
            hostNodeName=f"node-{'abc'[n % 3]}",
            progress="0/1" if fails else "1/1",
            inputs={"parameters": [{"name": "n", "value": str(n)}]},
            outputs={"exitCode": "1" if fails else "0"},
            resourcesDuration={"cpu": 9, "memory": 40},
            **more,
        )


def _nodes(begin: datetime) -> tuple[dict[str, Any], datetime, int]:
    """All of them, when the last one ended, and how many failed."""
    nodes = _Nodes()
    before: list[str] = []
    start = begin
    for stage in range(STAGES):
        group = f"{NAME}.stage-{stage:02d}"
        bad = BAD if stage == STAGES - 1 else ()
        ends = [start + timedelta(seconds=600 + (n * 37 + stage * 11) % 1500) for n in range(WIDE)]
        pods = [
            nodes.add_partition(f"{group}({n}:{n})", n, start, end, fails=n in bad)
            for n, end in enumerate(ends)
        ]
        phase = "Failed" if bad else "Succeeded"
        key = nodes.add(
            group, "TaskGroup", phase, start, max(ends), templateName="partition", children=pods
        )
        for each in before:
            nodes.by_id[each]["children"] = [key]
        before, start = pods, max(ends)
    first = node_id(NAME, f"{NAME}.stage-00")
    more = {"templateName": "main", "children": [first], "outboundNodes": before}
    nodes.add(NAME, "DAG", "Failed", begin, start, **more)
    return nodes.by_id, start, len(BAD)
