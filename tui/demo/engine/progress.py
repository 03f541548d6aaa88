"""Progress and resource durations of a workflow and its nodes (argo.md 4.3, 4.4)."""

from __future__ import annotations

from tui.demo.engine.run import EXECUTABLE, Node, Run, fulfilled


def parsed(text: str) -> tuple[int, int] | None:
    """`N/M`, where that is a progress; else None."""
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
        progress = parsed(str(node.get("progress") or "")) or (0, 1)
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
            if each.get("type") in EXECUTABLE and (part := parsed(str(each.get("progress") or "")))
        ]
        whole = f"{sum(part[0] for part in parts)}/{sum(part[1] for part in parts)}"
        run.put(node, "progress", whole)
    total = _sum([node for node in run.nodes.values() if node.get("type") == "Pod"])
    if total:
        run.status["resourcesDuration"] = total
        run.changed = True
