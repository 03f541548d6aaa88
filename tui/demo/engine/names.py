"""Names that the controller makes of steps, tasks and items (argo.md 1.5, 3)."""

from __future__ import annotations

import re
from typing import Any

from tui.domain.podname import agent_pod_name, fnv1a, node_id, v2_pod_name

__all__ = [
    "agent_pod_name",
    "display_name",
    "fnv1a",
    "given_name",
    "item_name",
    "node_id",
    "v2_pod_name",
]

_GIVEN = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9.-]{0,61}[a-zA-Z0-9]")
_LEADING = re.compile(r"^(\[\d+\])?\.")


def display_name(node_name: str, boundary_name: str) -> str:
    """The node's name without that of its boundary, and without its step group."""
    return _LEADING.sub("", node_name.removeprefix(boundary_name)) if boundary_name else node_name


def given_name(template: dict[str, Any]) -> str:
    """The display name that a template asks for, or "" (argo.md 1.8)."""
    annotations = (template.get("metadata") or {}).get("annotations") or {}
    name = str(annotations.get("workflows.argoproj.io/display-name") or "")
    return name if _GIVEN.fullmatch(name) else ""


def item_name(base: str, index: int, text: str) -> str:
    """The name of one expanded item of a step or task."""
    return f"{base}({index}:{text.replace('(', '').replace(')', '')})"
