"""Workflows that look as a team's really do: for stories of the whole app, and for its pictures.

All of them are as of `NOW`, so that every age and duration in a picture stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.domain.podname import node_id
from tui.domain.workflow import Manifest

NOW = datetime(2026, 3, 17, 6, 30, tzinfo=UTC)
Node = dict[str, Any]


def at(minutes: float) -> str:
    """So many minutes before `NOW`, as Kubernetes writes it."""
    return (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run(
    name: str,
    phase: str,
    progress: str = "1/1",
    *,
    began: float | None = 10,
    ended: float | None = None,
    message: str = "",
    namespace: str = "argo",
    version: str = "100",
    nodes: Iterable[Node] = (),
    spec: dict[str, Any] | None = None,
    labels: dict[str, str] | None = None,
    **status: Any,
) -> Manifest:
    """A workflow that began so many minutes ago; None for one that no controller has seen."""
    told: dict[str, Any] = {"phase": phase, "progress": progress, **status}
    if began is not None:
        told["startedAt"] = at(began)
    if ended is not None:
        told["finishedAt"] = at(ended)
    if message:
        told["message"] = message
    by_id = {node["id"]: node for node in nodes}
    if by_id:
        told["nodes"] = by_id
    marks = {"workflows.argoproj.io/phase": phase} if phase else {}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "name": name,
            "generateName": f"{name.rpartition('-')[0]}-",
            "namespace": namespace,
            "uid": f"uid-{name}",
            "resourceVersion": version,
            "creationTimestamp": at(began if began is not None else 0.1),
            "labels": {**marks, **(labels or {})},
        },
        "spec": spec or {"entrypoint": "main", "templates": [container("main")]},
        "status": told if phase or by_id else {},
    }


def container(name: str, **more: Any) -> dict[str, Any]:
    """A template of one container."""
    return {"name": name, "container": {"image": "registry.local/etl:4.2", "args": [name]}, **more}


def step(
    workflow: str,
    name: str,
    phase: str,
    *,
    type: str = "Pod",
    inside: str = "",
    began: float | None = 10,
    ended: float | None = None,
    children: Iterable[str] = (),
    template: str = "",
    **more: Any,
) -> Node:
    """A node; names are full node names without the workflow's, `""` is the root."""
    full = f"{workflow}.{name}" if name else workflow
    made: Node = {
        "id": node_id(workflow, full),
        "name": full,
        "displayName": name.rpartition(".")[2] or workflow,
        "type": type,
        "phase": phase,
        "templateName": template or (name.rpartition(".")[2].partition("(")[0] or "main"),
        "templateScope": f"local/{workflow}",
        **more,
    }
    if name:
        made["boundaryID"] = node_id(workflow, f"{workflow}.{inside}" if inside else workflow)
    if began is not None:
        made["startedAt"] = at(began)
    if ended is not None:
        made["finishedAt"] = at(ended)
    below = [node_id(workflow, f"{workflow}.{child}") for child in children]
    if below:
        made["children"] = below
    return made


ETL = "nightly-etl-x7k2p"
ETL_SPEC: dict[str, Any] = {
    "entrypoint": "main",
    "onExit": "notify",
    "arguments": {
        "parameters": [
            {"name": "day", "value": "2026-03-16", "description": "which day to load"},
            {"name": "region", "value": "eu", "enum": ["eu", "us", "apac"]},
            {"name": "batch-size", "value": "5000"},
        ]
    },
    "templates": [
        {
            "name": "main",
            "dag": {
                "tasks": [
                    {"name": "extract-orders", "template": "extract"},
                    {"name": "extract-users", "template": "extract"},
                    {
                        "name": "transform",
                        "template": "transform",
                        "depends": "extract-orders && extract-users",
                        "withItems": [0, 1, 2, 3],
                    },
                    {"name": "load", "template": "load", "depends": "transform"},
                ]
            },
        },
        container("extract"),
        container("transform", retryStrategy={"limit": 2}),
        container("load"),
        container("notify"),
    ],
}
FAILED_ATTEMPT = "transform(2:shard:2)(1)"
"""The step of `nightly_etl` that failed last."""


USAGE = {"resourcesDuration": {"cpu": 212, "memory": 540}}


def _node(name: str, phase: str, **more: Any) -> Node:
    return step(ETL, name, phase, **more)


def _extracted() -> list[Node]:
    """The root, and the two steps that went well."""
    return [
        _node(
            "",
            "Failed",
            type="DAG",
            began=92,
            ended=20,
            children=["extract-orders", "extract-users"],
            message="child 'transform' failed",
        ),
        _node(
            "extract-orders",
            "Succeeded",
            template="extract",
            began=92,
            ended=74,
            children=["transform"],
            outputs={
                "exitCode": "0",
                "parameters": [{"name": "rows", "value": "1204411"}],
                "artifacts": [s3("orders", "orders.parquet"), s3("main-logs", "main.log")],
            },
            inputs={"parameters": [{"name": "table", "value": "orders"}]},
            **USAGE,
        ),
        _node(
            "extract-users",
            "Succeeded",
            template="extract",
            began=92,
            ended=86,
            children=["transform"],
            **USAGE,
        ),
    ]


def _shard(i: int, shard: str) -> list[Node]:
    """A shard and its attempts; the third was tried twice."""
    fails = i == 2
    attempts = [f"{shard}({n})" for n in range(2 if fails else 1)]
    group = _node(
        shard,
        "Failed" if fails else "Succeeded",
        type="Retry",
        template="transform",
        began=73,
        ended=21 if fails else 60 - i,
        children=attempts,
        message="No more retries left" if fails else "",
    )
    return [group, *(_attempt(i, number, name) for number, name in enumerate(attempts))]


def _attempt(i: int, number: int, name: str) -> Node:
    fails = i == 2
    return _node(
        name,
        "Failed" if fails else "Succeeded",
        template="transform",
        began=73 - 26 * number,
        ended=(48 - 27 * number) if fails else 60 - i,
        message="OOMKilled (exit code 137)" if fails else "",
        nodeFlag={"retried": True},
        outputs={
            "exitCode": "137" if fails else "0",
            "artifacts": [s3("main-logs", f"{name}/main.log")],
        },
        inputs={"parameters": [{"name": "shard", "value": str(i)}]},
        hostNodeName="worker-7",
        **USAGE,
    )


def nightly_etl(version: str = "4711") -> Manifest:
    """A night's load: one shard of four was killed for its memory, twice; nothing was loaded."""
    shards = [f"transform({i}:shard:{i})" for i in range(4)]
    nodes = [
        *_extracted(),
        _node(
            "transform",
            "Failed",
            type="TaskGroup",
            template="transform",
            began=73,
            ended=21,
            children=shards,
            message="1 of 4 shards failed",
        ),
    ]
    for i, shard in enumerate(shards):
        nodes += _shard(i, shard)
    nodes.append(
        _node("load", "Omitted", began=20, ended=20, message="omitted: depends condition not met")
    )
    nodes[3]["children"] = [*nodes[3]["children"], node_id(ETL, f"{ETL}.load")]
    return run(
        ETL,
        "Failed",
        "5/7",
        began=92,
        ended=20,
        message="child 'transform' failed",
        version=version,
        nodes=nodes,
        spec=ETL_SPEC,
        labels={"workflows.argoproj.io/completed": "true", "team": "data"},
        resourcesDuration={"cpu": 5120, "memory": 19240},
    )


def s3(name: str, file: str) -> dict[str, Any]:
    """An artifact in a bucket."""
    return {"name": name, "path": f"/tmp/{file}", "s3": {"key": f"{ETL}/{file}"}}


def etl_log() -> list[bytes]:
    """What the shard that failed said, with the times Kubernetes puts in front."""
    warn, error, end = "\x1b[33mWARN\x1b[0m ", "\x1b[1;31mERROR\x1b[0m", "\x1b[0m"
    said = [
        "INFO  shard 2 of 4, day 2026-03-16, limit 2048 MiB",
        "INFO  reading s3://lake/orders/2026-03-16/part-2.parquet",
        "INFO  301,204 rows, 41 columns",
        "INFO  joining users by customer_id",
        f"{warn} customer_id is null in 1,722 rows: left out",
    ]
    for n in range(1, 21):
        said.append(f"INFO  batch {n:>2}/60: 5,000 rows, {410 + 71 * n:,} MiB")
        if n % 6 == 0:
            said.append(f"\x1b[2mDEBUG spilled {n // 2} runs to /tmp/spill-{n:02}{end}")
    said += [
        f"{warn} memory above 90% of the limit",
        "INFO  growing the hash table to 2^24 slots",
        f"{error} cannot grow the hash table: out of memory",
        "Killed",
    ]
    start = NOW - timedelta(minutes=47)
    return [
        b"%s %s\n"
        % (
            (start + timedelta(seconds=51 * i)).strftime("%Y-%m-%dT%H:%M:%S.000000Z").encode(),
            x.encode(),
        )
        for i, x in enumerate(said)
    ]


def team() -> list[Manifest]:
    """A list as a morning begins: some run, one waits, some failed, most are done."""
    found = [
        nightly_etl(),
        run("features-daily-9d4ls", "Running", "212/480", began=54),
        run("train-recommender-kq8zt", "Running", "3/11", began=131),
        run(
            "report-pdf-77cqd", "Pending", "0/3", began=6, message="Waiting for argo/Mutex/db lock"
        ),
        run("approve-release-2026-11", "Running", "5/9", began=201, spec={"suspend": True}),
        run("ingest-events-b6wpn", "Succeeded", "24/24", began=31, ended=12),
        run("ingest-events-m2x9c", "Succeeded", "24/24", began=91, ended=70),
        run("ingest-events-f4t7r", "Error", "7/24", began=151, ended=149, message="pod deleted"),
        run("backup-postgres-l5vhj", "Succeeded", "2/2", began=270, ended=259),
        run("nightly-etl-h5s9z", "Succeeded", "7/7", began=1532, ended=1470),
        run("vacuum-warehouse-c8n3d", "Failed", "1/2", began=333, ended=330, message="exit code 1"),
        run("render-previews-w7g2m", "Succeeded", "64/64", began=400, ended=371),
        run("sync-crm-t9r4x", "Succeeded", "12/12", began=450, ended=441),
        run("score-leads-p3k6v", "Succeeded", "30/30", began=512, ended=466),
        run("nightly-etl-q2w8e", "Succeeded", "7/7", began=2972, ended=2911),
        run("quality-checks-z4m1b", "Succeeded", "18/18", began=1490, ended=1481),
    ]
    for made in found[1:]:
        name = made["metadata"]["name"].rpartition("-")[0]
        if name != "approve-release-2026":
            made["spec"] = {"workflowTemplateRef": {"name": name}}
    return found


def two_steps(first: str = "Running", second: str = "", version: str = "1") -> Manifest:
    """A run of one or two steps, `build` and `ship`."""
    name = "deploy-api-k3v9s"
    root = step(name, "", "Running", type="Steps", children=["build"], began=2)
    nodes = [root, step(name, "build", first, began=2)]
    if second:
        nodes.append(step(name, "ship", second, began=1))
        nodes[1]["children"] = [node_id(name, f"{name}.ship")]
    return run(name, "Running", "0/2", began=2, version=version, nodes=nodes)
