"""Progress, resource durations and estimates of a workflow and its nodes (argo.md 4)."""

from __future__ import annotations

from tui.demo.engine.run import EXECUTABLE, Node, Run, fulfilled
from tui.demo.resources import WORKFLOWS
from tui.demo.store import Store
from tui.domain.durations import parse_time

_GROUPS = ("workflow-template", "cluster-workflow-template", "cron-workflow")


def _parsed(text: str) -> tuple[int, int] | None:
    done, slash, of = text.partition("/")
    if slash and done.isdigit() and of.isdigit() and int(of) and int(done) <= int(of):
        return int(done), int(of)
    return None


def update(run: Run) -> None:
    """Bring the progress of all nodes and of the workflow up to date."""
    done = of = 0
    for node in run.nodes.values():
        if node.get("type") not in EXECUTABLE:
            continue
        progress = _parsed(str(node.get("progress") or "")) or (0, 1)
        if node.get("phase") in ("Succeeded", "Skipped", "Omitted"):
            progress = (progress[1], progress[1])
        run.put(node, "progress", f"{progress[0]}/{progress[1]}")
        done, of = done + progress[0], of + progress[1]
    whole = f"{done}/{of}"
    if run.status.get("progress") != whole:
        run.status["progress"] = whole
        run.changed = True


def _sum(nodes: list[Node]) -> dict[str, int]:
    total: dict[str, int] = {}
    for node in nodes:
        for name, seconds in (node.get("resourcesDuration") or {}).items():
            total[name] = total.get(name, 0) + seconds
    return total


def finish(run: Run) -> None:
    """The sums that are made when nodes and the workflow end."""
    for node in run.nodes.values():
        if node.get("type") in EXECUTABLE or not fulfilled(node):
            continue
        below = run.descendants(node)
        total = _sum([each for each in below if each.get("type") == "Pod"])
        if total:
            run.put(node, "resourcesDuration", total)
        parts = [
            part
            for each in below
            if each.get("type") in EXECUTABLE and (part := _parsed(str(each.get("progress") or "")))
        ]
        whole = f"{sum(part[0] for part in parts)}/{sum(part[1] for part in parts)}"
        run.put(node, "progress", whole)
    total = _sum([node for node in run.nodes.values() if node.get("type") == "Pod"])
    if total:
        run.status["resourcesDuration"] = total
        run.changed = True


def estimate(run: Run, store: Store) -> int:
    """Whole seconds the newest succeeded run of the same template took; 0 without one."""
    mine = run.labels
    for group in _GROUPS:
        label = f"workflows.argoproj.io/{group}"
        if label not in mine:
            continue
        same = [
            record
            for record in store.records(WORKFLOWS, run.namespace)
            if record.labels.get(label) == mine[label]
            and record.labels.get("workflows.argoproj.io/phase") == "Succeeded"
        ]
        if not same:
            continue
        obj = max((record.decoded() for record in same[-5:]), key=_created)
        start = parse_time(obj["status"].get("startedAt"))
        end = parse_time(obj["status"].get("finishedAt"))
        if start and end:
            return int((end - start).total_seconds())
    return 0


def _created(obj: dict[str, dict[str, str]]) -> str:
    return obj["metadata"].get("creationTimestamp", "")
