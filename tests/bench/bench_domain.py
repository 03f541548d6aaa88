"""What decoding and the step tree cost, against reading the same bytes with the json module."""

from __future__ import annotations

import base64
import gzip
import json
import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec

from tui.domain import decode
from tui.domain.forest import ForestView, rows
from tui.domain.graph import folded_at_first, graph_of
from tui.domain.layered import Layout, Size, layout
from tui.domain.node import NodeId
from tui.domain.podname import node_id
from tui.domain.workflow import Workflow


def best(work: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs, in milliseconds."""
    spent: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return min(spent) * 1000


def fan_out(count: int) -> dict[str, Any]:
    """A DAG of fan-outs of a hundred, as the controller writes it."""
    nodes: dict[str, Any] = {}

    def add(name: str, display: str, type: str, inside: str, children: list[str]) -> str:
        key = node_id("big", name)
        nodes[key] = {
            "id": key,
            "name": name,
            "displayName": display,
            "type": type,
            "templateName": "work",
            "templateScope": "local/big",
            "phase": "Succeeded",
            "boundaryID": inside,
            "children": children,
            "startedAt": "2026-01-15T11:00:00Z",
            "finishedAt": "2026-01-15T11:00:42Z",
            "progress": "1/1",
            "resourcesDuration": {"cpu": 12, "memory": 40},
            "hostNodeName": "node-1.example.internal",
            "inputs": {"parameters": [{"name": "shard", "value": display}]},
            "outputs": {
                "exitCode": "0",
                "artifacts": [{"name": "main-logs", "s3": {"key": f"big/{key}/main.log"}}],
            },
        }
        return str(key)

    groups = []
    for group in range(count // 101):
        name = f"big.fan-{group}"
        items = [
            add(f"{name}({at}:x-{at})", f"fan-{group}({at}:x-{at})", "Pod", "big", [])
            for at in range(100)
        ]
        groups.append(add(name, f"fan-{group}", "TaskGroup", "big", items))
    add("big", "big", "DAG", "", groups)
    return nodes


def manifest(number: int) -> dict[str, Any]:
    """One workflow as a list answers it, a few nodes inside."""
    nodes = fan_out(101 * (1 if number % 10 == 0 else 0) + 1)
    labels = {"workflows.argoproj.io/phase": "Succeeded", "app": "etl"}
    return {
        "metadata": {
            "name": f"etl-{number}",
            "namespace": "argo",
            "uid": f"{number:08}-0000-4000-8000-000000000000",
            "resourceVersion": str(number),
            "creationTimestamp": "2026-01-15T11:00:00Z",
            "labels": labels,
        },
        "spec": {
            "entrypoint": "main",
            "arguments": {"parameters": [{"name": "day", "value": "2026-01-15"}]},
            "templates": [{"name": "main", "container": {"image": "alpine", "args": ["x"] * 10}}],
        },
        "status": {
            "phase": "Succeeded",
            "startedAt": "2026-01-15T11:00:00Z",
            "finishedAt": "2026-01-15T11:01:00Z",
            "progress": "1/1",
            "nodes": nodes,
        },
    }


def say(what: str, ours: float, unit: str, aim: str, naive: float | None = None) -> None:
    ratio = f"  {ours / naive:5.2f} of {naive:.1f} {unit} by json" if naive else ""
    print(f"{what:<58}{ours:8.1f} {unit}  (aim {aim}){ratio}")


def big_workflow() -> None:
    nodes = fan_out(10_100)
    whole = {"metadata": {"name": "big", "namespace": "argo"}, "status": {"phase": "Running"}}
    packed = base64.b64encode(gzip.compress(json.dumps(nodes).encode())).decode()
    whole["status"]["compressedNodes"] = packed
    raw = json.dumps(whole).encode()

    def naive() -> object:
        outer = json.loads(raw)
        return json.loads(gzip.decompress(base64.b64decode(outer["status"]["compressedNodes"])))

    took = best(lambda: rows(decode.workflow(raw)))
    print(f"{len(nodes)} nodes, {len(raw) // 1024} kB compressed")
    say("decoded and turned into rows", took, "ms", "120", best(naive))
    say(
        "  of it rows", best(lambda: rows(read)) if (read := decode.workflow(raw)) else 0, "ms", "-"
    )
    view = ForestView()
    view.update(read)
    again = decode.workflow(raw)
    key = next(key for key, node in again.nodes.items() if node.type == "Pod")
    moved = msgspec.structs.replace(again.nodes[key], phase="Failed", message="moved")
    status = msgspec.structs.replace(again.status, nodes={**again.nodes, key: moved})
    after = msgspec.structs.replace(again, status=status)
    versions = [after, read]

    def change() -> object:
        versions.reverse()
        return view.update(versions[0])

    say("rows after one node's change", best(change), "ms", "10")
    more = {**read.nodes, NodeId("new"): msgspec.structs.replace(read.nodes[key], id="new")}
    grown = msgspec.structs.replace(read, status=msgspec.structs.replace(read.status, nodes=more))
    spent: list[float] = []
    for _ in range(5):
        view.update(read)
        spent.append(best(lambda: view.update(grown), 1))
    say("rows after one node more", min(spent), "ms", "10")


def big_graph(count: int = 2_020, *, aim: str = "250") -> None:
    """The graph of a run of so many steps: loops folded, as it opens, and all of it open; on a
    thread of its own (`bench_panes.py` has what the event loop does of it)."""
    nodes = fan_out(count)
    stages = nodes["big"]["children"]
    for stage, after in pairwise(stages):
        for item in nodes[stage]["children"]:
            nodes[item]["children"] = [after]
    nodes["big"]["children"] = stages[:1]
    raw = json.dumps({"metadata": {"name": "big"}, "status": {"nodes": nodes}}).encode()

    def drawn(read: Workflow, folded: frozenset[str]) -> Layout:
        graph = graph_of(read, 0, folded=folded)
        return layout({key: Size(20, 4) for key in graph.boxes}, graph.edges)

    print(f"the graph of {len(nodes)} nodes")
    say("its nodes read by json", naive := best(lambda: json.loads(raw)), "ms", "-")
    read = decode.workflow(raw)
    folded = folded_at_first(read)
    found = best(lambda: folded_at_first(decode.workflow(raw)))
    say("groups found, for the first time", found, "ms", "60", naive)
    say("graph and layout, loops folded", best(lambda: drawn(read, folded)), "ms", "60", naive)
    say("graph and layout, all open", best(lambda: drawn(read, frozenset())), "ms", aim, naive)


def long_list() -> None:
    items = [manifest(number) for number in range(5000)]
    raw = json.dumps({"metadata": {"resourceVersion": "1"}, "items": items}).encode()
    print(f"5000 workflows, {len(raw) // 1024} kB")
    say(
        "decoded for the list",
        best(lambda: decode.listed_page(raw), 3),
        "ms",
        "300",
        best(lambda: json.loads(raw), 3),
    )
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    page = decode.listed_page(raw)
    kept = (tracemalloc.get_traced_memory()[0] - before) / len(page.items)
    del page
    before = tracemalloc.get_traced_memory()[0]
    plain = json.loads(raw)
    by_json = (tracemalloc.get_traced_memory()[0] - before) / len(plain["items"])
    tracemalloc.stop()
    say("memory of one", kept / 1024, "kB", "4", by_json / 1024)


if __name__ == "__main__":
    big_workflow()
    big_graph()
    big_graph(10_100, aim="-")
    long_list()
