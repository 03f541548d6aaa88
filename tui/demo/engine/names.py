"""Names that the controller makes of steps, tasks and items (argo.md 1.5, 3)."""

from __future__ import annotations

import re

from tui.domain.podname import agent_pod_name, fnv1a, node_id, v2_pod_name

__all__ = ["agent_pod_name", "display_name", "fnv1a", "item_name", "node_id", "v2_pod_name"]

_LEADING = re.compile(r"^(\[\d+\])?\.")


def display_name(node_name: str, boundary_name: str) -> str:
    """The node's name without that of its boundary, and without its step group."""
    return _LEADING.sub("", node_name.removeprefix(boundary_name)) if boundary_name else node_name


def item_name(base: str, index: int, text: str) -> str:
    """The name of one expanded item of a step or task."""
    return f"{base}({index}:{text.replace('(', '').replace(')', '')})"
