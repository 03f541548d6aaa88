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
        "artifactRepositoryRef": engine.s3.repository_ref(ETL),
        "nodes": nodes,
    }
    store.create(WORKFLOWS, obj)


def _nodes(begin: datetime) -> tuple[dict[str, Any], datetime, int]:
    nodes: dict[str, Any] = {}
    failed = 0

    def add(name: str, type: str, phase: str, start: datetime, end: datetime, **more: Any) -> str:
        key = node_id(NAME, name)
        shown = name.removeprefix(f"{NAME}.")
        nodes[key] = {
            "id": key,
            "name": name,
            "displayName": shown,
            "type": type,
            "phase": phase,
            "templateScope": f"local/{NAME}",
            "startedAt": timestamp(start),
            "finishedAt": timestamp(end),
            **({} if name == NAME else {"boundaryID": NAME}),
            **more,
        }
        return key

    before: list[str] = []
    start = begin
    for stage in range(STAGES):
        group = f"{NAME}.stage-{stage:02d}"
        pods: list[str] = []
        latest = start
        bad = 0
        for n in range(WIDE):
            end = start + timedelta(seconds=600 + (n * 37 + stage * 11) % 1500)
            latest = max(latest, end)
            fails = stage == STAGES - 1 and n in (7, 21)
            bad += fails
            more = {"message": "main: Error (exit code 1)"} if fails else {}
            pods.append(
                add(
                    f"{group}({n}:{n})",
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
            )
        phase = "Failed" if bad else "Succeeded"
        key = add(group, "TaskGroup", phase, start, latest, templateName="partition", children=pods)
        for each in before:
            nodes[each]["children"] = [key]
        failed += bad
        before = pods
        start = latest
    first = [node_id(NAME, f"{NAME}.stage-00")]
    add(
        NAME,
        "DAG",
        "Failed",
        begin,
        start,
        templateName="main",
        children=first,
        outboundNodes=before,
    )
    return nodes, start, failed
