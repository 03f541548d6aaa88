"""How far a workflow is, as its nodes tell (argo.md 4.3)."""

from __future__ import annotations

import re

from tui.domain.node import OMITTED, SKIPPED, SUCCEEDED, Node

EXECUTABLE = frozenset({"Pod", "HTTP", "Plugin", "Container", "Suspend"})
_PROGRESS = re.compile(r"([0-9]{1,18})/([0-9]{1,18})")


def parse(text: str) -> tuple[int, int] | None:
    """`3/12` as done and all; None for what is no progress."""
    found = _PROGRESS.fullmatch(text)
    if found is None:
        return None
    done, total = int(found[1]), int(found[2])
    return (done, total) if done <= total and total > 0 else None


def of_node(node: Node) -> tuple[int, int] | None:
    """What an executable node counts for; None for the others and for nonsense."""
    if node.type not in EXECUTABLE:
        return None
    said = parse(node.progress or "0/1")
    if said is not None and node.phase in (SUCCEEDED, SKIPPED, OMITTED):
        return said[1], said[1]
    return said
