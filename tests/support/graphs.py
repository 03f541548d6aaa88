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
