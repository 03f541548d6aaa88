"""What the benches measure against: servers in processes of their own.

    python tests/bench/serving.py cluster 1000     the demo cluster's API with so many workflows
    python tests/bench/serving.py large 10000      the same of 50 kB, with managed fields
    python tests/bench/serving.py small 50000      the same of 1 kB, without nodes
    python tests/bench/serving.py firehose 5000    one watch that sends so many events at once

Both print the path of a kubeconfig and serve until stdin ends. The workflows are made here and not
by the demo's engine, so that every run measures the same bytes: 14 nodes, about 20 kB each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

PHASES = ("Succeeded", "Succeeded", "Failed", "Running")


def workflow(number: int) -> dict[str, Any]:
    """A workflow of realistic size."""
    name = f"nightly-etl-{number:05}"
    phase = PHASES[number % len(PHASES)]
    minute = f"{number // 60 % 24:02}:{number % 60:02}"
    started, finished = f"2026-11-01T{minute}:00Z", f"2026-11-01T{minute}:59Z"
    nodes = {
        f"{name}-{step}": {
            "id": f"{name}-{step}",
            "name": f"{name}[{step}].extract-and-load({step}:shard-{step})",
            "displayName": f"extract-and-load({step}:shard-{step})",
            "type": "Pod",
            "templateName": "extract-and-load",
            "templateScope": f"local/{name}",
            "phase": phase,
            "boundaryID": name,
            "startedAt": started,
            "finishedAt": finished,
            "progress": "1/1",
            "resourcesDuration": {"cpu": 12, "memory": 1200},
            "hostNodeName": "ip-10-20-30-40.eu-central-1.compute.internal",
            "message": "Error (exit code 1): the table is locked by another session " * 4,
            "inputs": {
                "parameters": [
                    {"name": f"parameter-{n}", "value": "s3://bucket/path/to/an/object " * 2}
                    for n in range(5)
                ]
            },
            "outputs": {"exitCode": "0", "artifacts": [{"name": "main-logs", "s3": {"key": name}}]},
        }
        for step in range(14)
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "name": name,
            "namespace": "argo",
            "uid": f"00000000-0000-4000-8000-{number:012}",
            "resourceVersion": str(5000 + number),
            "creationTimestamp": started,
            "labels": {"workflows.argoproj.io/phase": phase, "team": "data"},
        },
        "spec": {
            "entrypoint": "main",
            "arguments": {"parameters": [{"name": "date", "value": "2026-11-01"}]},
            "templates": [{"name": "main", "container": {"image": "python:3.11", "args": ["x"]}}],
        },
        "status": {
            "phase": phase,
            "startedAt": started,
            "finishedAt": finished,
            "progress": "14/14",
            "message": "child 'extract-and-load' failed" if phase == "Failed" else "",
            "nodes": nodes,
        },
    }


def large(number: int) -> dict[str, Any]:
    """A workflow of 50 kB, a quarter of them about who set which field of which node."""
    made = workflow(number)
    nodes = made["status"]["nodes"]
    for name, node in list(nodes.items()):
        again = f"{name}-again"
        nodes[again] = {**node, "id": again}
    fields: dict[str, Any] = {f"f:{key}": {} for key in next(iter(nodes.values()))}
    made["metadata"]["managedFields"] = [
        {
            "manager": "workflow-controller",
            "operation": "Update",
            "apiVersion": "argoproj.io/v1alpha1",
            "time": made["metadata"]["creationTimestamp"],
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:status": {"f:nodes": {f"f:{name}": {".": {}, **fields} for name in nodes}}
            },
        }
    ]
    return made


def small(number: int) -> dict[str, Any]:
    """A workflow without nodes, for lists of which only the length matters."""
    made = workflow(number)
    made["status"]["nodes"] = {}
    return made


@contextmanager
def serving(kind: str, count: int) -> Iterator[str]:
    """One of the servers, in a process of its own; gives the path of its kubeconfig."""
    process = subprocess.Popen(
        [sys.executable, __file__, kind, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        path = process.stdout.readline().strip()
        if not path:
            raise SystemExit(f"the {kind} did not start")
        yield path
    finally:
        process.stdin.close()
        process.wait(20)


def cluster(count: int, make: Callable[[int], dict[str, Any]] = workflow) -> None:
    """The demo cluster's API, over TLS."""
    from tests.support.cluster import running_cluster
    from tui.demo.resources import WORKFLOWS

    with tempfile.TemporaryDirectory() as folder, running_cluster(Path(folder)) as running:
        for number in range(count):
            running.create(WORKFLOWS, make(number))
        print(running.kubeconfig, flush=True)
        sys.stdin.read()


def firehose(count: int) -> None:
    """A list of none, and a watch whose events are all made beforehand."""
    from tests.support.fake_api import Asked, Reply, fake_api, listing, write_kubeconfig

    lines = [
        json.dumps({"type": "MODIFIED", "object": workflow(n % 200)}).encode() + b"\n"
        for n in range(min(count, 400))
    ]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(line), line) for line in lines)

    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.is_watch:
            reply.json(listing())
            return
        reply.begin()
        sent = 0
        while sent < count:
            reply.framed(chunks)
            sent += len(lines)
        reply.hold()

    with tempfile.TemporaryDirectory() as folder, fake_api(answer) as api:
        print(write_kubeconfig(Path(folder), api.url), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    servers: dict[str, Callable[[int], None]] = {
        "cluster": cluster,
        "large": partial(cluster, make=large),
        "small": partial(cluster, make=small),
        "firehose": firehose,
    }
    servers[sys.argv[1]](int(sys.argv[2]))
