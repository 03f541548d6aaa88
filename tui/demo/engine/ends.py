"""Where nodes end: what runs after a step or task is a child of its last nodes (argo.md 1.5)."""

from __future__ import annotations

from tui.demo.engine.run import Node, Run


def outbound(run: Run, start: Node) -> list[Node]:
    """The nodes whose ends are the end of this one."""
    found: list[Node] = []
    todo = [start]
    seen: set[str] = set()
    while todo:
        node = todo.pop()
        if node["id"] in seen:
            continue
        seen.add(node["id"])
        after = _inner_ends(run, node)
        if after is None:
            found.append(node)
        else:
            todo.extend(reversed(after))
    return found


def _inner_ends(run: Run, node: Node) -> list[Node] | None:
    """The nodes inside that end it; None when it ends itself."""
    kind = node.get("type")
    if kind in ("Steps", "DAG") and not (node.get("memoizationStatus") or {}).get("hit"):
        nodes = run.nodes
        return [nodes[each] for each in node.get("outboundNodes") or () if each in nodes]
    if kind == "TaskGroup":
        return run.children(node) or None
    if kind == "Retry":
        return run.attempts_of(node)[-1:] or None
    if kind == "Pod":
        return [each for each in _containers(run, node) if not _inside(run, each)] or None
    return None


def _inside(run: Run, node: Node) -> list[Node]:
    return [child for child in run.children(node) if child.get("type") == "Container"]


def _containers(run: Run, pod: Node) -> list[Node]:
    """The containers of a pod, each once."""
    todo, seen = _inside(run, pod), {}
    while todo:
        node = todo.pop(0)
        if node["id"] not in seen:
            seen[node["id"]] = node
            todo += _inside(run, node)
    return list(seen.values())
