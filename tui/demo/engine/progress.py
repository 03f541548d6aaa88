"""Progress and resource durations of a workflow and its nodes (argo.md 4.3, 4.4)."""

from __future__ import annotations

from tui.demo.engine.run import EXECUTABLE, Node, Run, fulfilled


def parsed(text: str) -> tuple[int, int] | None:
    """`N/M`, where that is a progress; else None."""
    done, slash, of = text.partition("/")
    if slash and done.isdigit() and of.isdigit() and int(of) and int(done) <= int(of):
        return int(done), int(of)
    return None


def update(run: Run, *, watched: bool = True) -> None:
    """Bring the progress and the resources of all nodes and of the workflow up to date.

    Sums that only somebody who watches could see can be left for later.
    """
    for node in run.nodes.values():
        if node.get("type") in EXECUTABLE:
            done, of = parsed(str(node.get("progress") or "")) or (0, 1)
            if node.get("phase") in ("Succeeded", "Skipped", "Omitted"):
                done = of
            run.put(node, "progress", f"{done}/{of}")
    for node in run.nodes.values():
        if watched and node.get("type") not in EXECUTABLE:
            _sum_up(run, node)
    every = list(run.nodes.values())
    whole, used = _progress(every), _resources(every)
    if run.status.get("progress") != whole:
        run.status["progress"] = whole
        run.changed = True
    if used and run.status.get("resourcesDuration") != used:
        run.status["resourcesDuration"] = used
        run.changed = True


def _sum_up(run: Run, node: Node) -> None:
    """What a node has none of itself: that of all below it."""
    below = run.descendants(node)
    whole = _progress(below)
    if parsed(whole):
        run.put(node, "progress", whole)
    if fulfilled(node) and (used := _resources(below)):
        run.put(node, "resourcesDuration", used)


def _progress(nodes: list[Node]) -> str:
    parts = [
        part
        for node in nodes
        if node.get("type") in EXECUTABLE and (part := parsed(str(node.get("progress") or "")))
    ]
    return f"{sum(part[0] for part in parts)}/{sum(part[1] for part in parts)}"


def _resources(nodes: list[Node]) -> dict[str, int]:
    total: dict[str, int] = {}
    for node in nodes:
        if node.get("type") == "Pod":
            for name, seconds in (node.get("resourcesDuration") or {}).items():
                total[name] = total.get(name, 0) + seconds
    return total
