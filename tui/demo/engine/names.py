"""Names that the controller makes: node ids, display names, pods (argo.md 1.5, 3)."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST_PREFIX = 242
_LEADING = re.compile(r"^(\[\d+\])?\.")


@lru_cache(maxsize=65536)
def fnv1a(text: str) -> int:
    """FNV-1a of 32 bits over the UTF-8 bytes."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def node_id(workflow: str, node_name: str) -> str:
    """The id of a node; the root's is the workflow's name."""
    return workflow if node_name == workflow else f"{workflow}-{fnv1a(node_name)}"


def pod_name(workflow: str, node_name: str, template: str) -> str:
    """The name of a node's pod (format v2)."""
    if node_name == workflow:
        return workflow
    prefix = f"{workflow}-{template}" if template else workflow
    return f"{prefix[:_LONGEST_PREFIX]}-{fnv1a(node_name)}"


def agent_name(workflow: str) -> str:
    """The pod that runs HTTP and plugin templates of a workflow."""
    return f"{workflow}-{fnv1a('agent')}-agent"


def display_name(node_name: str, boundary_name: str) -> str:
    """The node's name without that of its boundary."""
    if not boundary_name:
        return node_name
    rest = node_name.removeprefix(boundary_name)
    return _LEADING.sub("", rest) if not re.fullmatch(r"\[\d+\]", rest) else rest


def item_name(base: str, index: int, text: str) -> str:
    """The name of one expanded item of a step or task."""
    return f"{base}({index}:{text.replace('(', '').replace(')', '')})"
