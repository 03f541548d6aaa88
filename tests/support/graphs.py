"""Workflows made of nodes: a few on purpose, or any that hypothesis thinks of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tui.domain import decode
from tui.domain.workflow import Workflow

TYPES = ["Pod", "DAG", "Steps", "StepGroup", "Retry", "TaskGroup", "Container", "Skipped",
         "Suspend", "HTTP", "Plugin", "", "Hologram"]  # fmt: skip
PHASES = ["Pending", "Running", "Succeeded", "Failed", "Error", "Skipped", "Omitted", "", "Odd"]


def made(*nodes: dict[str, Any], name: str = "w") -> Workflow:
    return decode.from_manifest(
        {
            "metadata": {"name": name},
            "status": {
                "nodes": {node["id"]: {"displayName": node["id"], **node} for node in nodes}
            },
        }
    )


def node(id: str, type: str = "Pod", inside: str = "", **rest: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "boundaryID": inside, "phase": "Succeeded", **rest}


@st.composite
def graphs(draw: st.DrawFn) -> Workflow:
    """Any graph: orphans, circles, children that are not there, odd names and types."""
    ids = [f"n{at}" for at in range(draw(st.integers(1, 25)))] + ["w"]
    anywhere = st.sampled_from([*ids, "", "gone"])
    return made(
        *(
            {
                "id": each,
                "name": draw(st.text(max_size=5)),
                "displayName": draw(st.sampled_from(["", "a", "x(1:b)", "x(0:a)", "[0]", "\x1b["])),
                "type": draw(st.sampled_from(TYPES)),
                "phase": draw(st.sampled_from(PHASES)),
                "boundaryID": draw(anywhere),
                "children": draw(st.lists(anywhere, max_size=4)),
                "startedAt": draw(st.sampled_from([None, "", "x", "2026-01-01T00:00:00Z"])),
            }
            for each in ids
        )
    )


@st.composite
def fanned_out(draw: st.DrawFn, most: int = 60) -> Workflow:
    """Runs with loops, retries and tasks in one another, in any phases."""
    nodes: list[dict[str, Any]] = [node("w", draw(st.sampled_from(["DAG", "Steps"])))]
    parents = ["w"]
    count = draw(st.integers(1, most))
    while len(nodes) < count:
        inside = draw(st.sampled_from(parents))
        name = f"t{len(nodes)}"
        kind = draw(st.sampled_from(["loop", "loop", "retry", "task", "inner"]))
        made: list[dict[str, Any]] = []
        if kind == "retry":
            tries = [f"{name}({at})" for at in range(draw(st.integers(1, 4)))]
            made.append(node(name, "Retry", inside, children=tries))
            made += [node(each, inside=inside) for each in tries]
        elif kind == "loop":
            items = [f"{name}({at}:i{at})" for at in range(draw(st.integers(1, 12)))]
            if draw(st.booleans()):
                made.append(node(name, "TaskGroup", inside, children=items))
            item_type = draw(st.sampled_from(["Pod", "DAG"]))
            made += [node(each, item_type, inside) for each in items]
            parents += items[:2] if item_type == "DAG" else []
        elif kind == "inner":
            made.append(node(name, "DAG", inside))
            parents.append(name)
        else:
            made.append(node(name, inside=inside))
        for each in made:
            each["phase"] = draw(st.sampled_from(PHASES))
            each["startedAt"] = draw(st.sampled_from([None, "2026-01-01T00:00:00Z"]))
        nodes += made
    return made_of(nodes)


def made_of(nodes: list[dict[str, Any]]) -> Workflow:
    """A run of these nodes."""
    return made(*({**each, "name": each.get("name") or each["id"]} for each in nodes))
