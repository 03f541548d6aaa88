"""Thousands of workflows of a realistic size, for measuring (`--scale N`)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from tui.demo.engine.engine import STILL
from tui.demo.engine.names import node_id, v2_pod_name
from tui.demo.engine.place import S3Place
from tui.demo.resources import WORKFLOWS, Obj
from tui.demo.scenes.parts import ARGO, ETL, given, limits, shell, step
from tui.demo.store import Store, timestamp

LEAVES = 12
"""Pods of each; with the root and its step group fourteen nodes."""

_PHASES = ("Succeeded",) * 14 + ("Failed",) * 3 + ("Error",) + ("Running",) * 2
_PADDING = "A line of a long argument list, as real manifests have them. " * 8


def put(store: Store, s3: S3Place, now: datetime, count: int, seed: int) -> None:
    """So many workflows, spread over both namespaces and the last weeks."""
    rng = random.Random(seed)
    spec = _spec()
    ref = s3.repository_ref(None)
    for number in range(count):
        namespace = ETL if number % 4 == 0 else ARGO
        name = f"load-{number:05d}-{rng.randrange(36**4):05x}"
        phase = rng.choice(_PHASES)
        begin = now - timedelta(seconds=rng.randrange(60, 20 * 86_400))
        store.create(WORKFLOWS, _workflow(name, namespace, phase, begin, spec, ref, rng))


def _spec() -> dict[str, Any]:
    steps = [
        step(f"part-{n:02d}", "work", arguments=given(part=str(n), note=_PADDING))
        for n in range(LEAVES)
    ]
    work = shell("work", "echo {{inputs.parameters.part}}", inputs=["part", "note"])
    work["container"]["resources"] = limits("100m", "128Mi")
    return {
        "entrypoint": "main",
        "serviceAccountName": "workflow",
        "arguments": given(date="2026-01-01", region="eu-west-1"),
        "templates": [{"name": "main", "steps": [steps]}, work],
    }


def _workflow(
    name: str,
    namespace: str,
    phase: str,
    begin: datetime,
    spec: dict[str, Any],
    ref: dict[str, Any],
    rng: random.Random,
) -> Obj:
    over = phase != "Running"
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "creationTimestamp": timestamp(begin),
            "labels": {
                "workflows.argoproj.io/phase": phase,
                "workflows.argoproj.io/completed": str(over).lower(),
                "workflows.argoproj.io/creator": "load-test",
                **({"workflows.argoproj.io/workflow-archiving-status": "Archived"} if over else {}),
                STILL: "true",
            },
            "annotations": {"workflows.argoproj.io/pod-name-format": "v2"},
        },
        "spec": spec,
        "status": {**_status(name, phase, begin, rng), "artifactRepositoryRef": ref},
    }


def _status(name: str, phase: str, begin: datetime, rng: random.Random) -> dict[str, Any]:
    over = phase != "Running"
    end = timestamp(begin + timedelta(seconds=rng.randrange(40, 4000))) if over else None
    start = timestamp(begin)
    done = LEAVES if phase == "Succeeded" else rng.randrange(LEAVES)
    status: dict[str, Any] = {
        "phase": phase,
        "startedAt": start,
        "finishedAt": end,
        "progress": f"{done}/{LEAVES}",
        "nodes": _nodes(name, phase, start, end, done),
        "conditions": [
            {"type": "PodRunning", "status": str(not over)},
            {"type": "Completed", "status": str(over)},
        ],
    }
    if phase in ("Failed", "Error"):
        status["message"] = f"child '{node_id(name, f'{name}[0].part-{done:02d}')}' failed"
    if over:
        status["resourcesDuration"] = {"cpu": done * 4, "memory": done * 9}
    return status


def _nodes(name: str, phase: str, start: str, end: str | None, done: int) -> dict[str, Any]:
    group = f"{name}[0]"
    group_id = node_id(name, group)
    nodes: dict[str, Any] = {}
    for n in range(LEAVES):
        node_name = f"{group}.part-{n:02d}"
        key = node_id(name, node_name)
        state = "Succeeded" if n < done else phase
        pod = v2_pod_name(name, node_name, "work")
        logs = {"name": "main-logs", "s3": {"key": f"{name}/{pod}/main.log"}}
        nodes[key] = {
            "id": key,
            "name": node_name,
            "displayName": f"part-{n:02d}",
            "type": "Pod",
            "templateName": "work",
            "templateScope": f"local/{name}",
            "phase": state,
            "boundaryID": name,
            "startedAt": start,
            "finishedAt": None if state == "Running" else end,
            "hostNodeName": "node-a",
            "progress": "1/1" if n < done else "0/1",
            "inputs": given(part=str(n), note=_PADDING),
            "resourcesDuration": {"cpu": 4, "memory": 9},
            "outputs": {"exitCode": "0" if n < done else "1", "artifacts": [logs]},
        }
    leaves = list(nodes)
    common = {
        "templateName": "main",
        "templateScope": f"local/{name}",
        "phase": phase,
        "startedAt": start,
        "finishedAt": end,
    }
    shape = {"boundaryID": name, "displayName": "[0]", "type": "StepGroup", "children": leaves}
    nodes[group_id] = {"id": group_id, "name": group, **common, **shape}
    root = {"displayName": name, "type": "Steps", "children": [group_id], "outboundNodes": leaves}
    nodes[name] = {"id": name, "name": name, **common, **root}
    return nodes
