"""What `argo-tui plan -o json` prints of workflows and nodes."""

from __future__ import annotations

from tui.actions.graph import RawNode, RawNodes, kind_of, references
from tui.actions.manifests import Json, labels_of, part, phase_of
from tui.actions.parameters import arguments_as_go
from tui.domain.workflow import Manifest


def node_facts(node: RawNode) -> Json:
    """The fields of a node that plans print, without absent and empty ones."""
    shown: Json = {"phase": node.get("phase") or ""}
    if kind_of(node):
        shown["type"] = kind_of(node)
    for key in ("children", "outboundNodes"):
        if references(node, key):
            shown[key] = references(node, key)
    if node.get("message"):
        shown["message"] = node["message"]
    return shown


def workflow_facts(manifest: Manifest) -> Json:
    """The fields of a workflow that plans print."""
    status, spec = part(manifest, "status"), part(manifest, "spec")
    return {
        "labels": labels_of(manifest) or None,
        "phase": phase_of(manifest),
        "conditions": status.get("conditions"),
        "startedAt": status.get("startedAt"),
        "finishedAt": status.get("finishedAt"),
        "message": status.get("message") or "",
        "spec.shutdown": spec.get("shutdown") or "",
        "spec.arguments": arguments_as_go(manifest),
    }


def nodes_facts(nodes: RawNodes) -> Json:
    """All nodes, in the order of their ids."""
    return {node_id: node_facts(node) for node_id, node in sorted(nodes.items())}
