"""Packing and unpacking of raw nodes, and the names of their pods (argo.md 1.4, 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tui.actions.graph import RawNode, RawNodes, check_shape, name_of_node
from tui.actions.manifests import Json, name_of, part, without
from tui.domain import compressed, decode
from tui.domain.node import Node, NodeId, TemplateRef
from tui.domain.podname import pod_name
from tui.domain.selectors import FieldSelector
from tui.domain.workflow import ListedWorkflow, Manifest, Metadata
from tui.errors import PlanError, UsageError

LARGEST_OBJECT = 1024 * 1024
"""`MAX_WORKFLOW_SIZE` of the controller, in bytes: above this, nodes are written compressed."""


def hydrated(manifest: Manifest) -> Manifest:
    """The manifest with its nodes unpacked.

    Raises: PlanError when they are kept in a database, InputError when they cannot be unpacked.
    """
    status = part(manifest, "status")
    if status.get("offloadNodeStatusVersion"):
        raise PlanError(
            "offload node status is not supported",
            hint="the nodes are in the database of Argo Server, not in the object",
        )
    return decode.unpacked_manifest(manifest)


def nodes_of(manifest: Manifest) -> dict[str, RawNode]:
    """The nodes of a hydrated manifest. Raises: InputError if they are malformed."""
    return check_shape(part(manifest, "status").get("nodes"))


def with_nodes(manifest: Manifest, nodes: Mapping[str, RawNode]) -> Manifest:
    """A copy with these nodes."""
    return {**manifest, "status": {**part(manifest, "status"), "nodes": dict(nodes)}}


def dehydrated(manifest: Manifest) -> Manifest:
    """The manifest fit to be written: with compressed nodes if it would be too large.

    Raises: PlanError when it is too large even so.
    """
    status = without(part(manifest, "status"), "compressedNodes", "offloadNodeStatusVersion")
    plain = {**manifest, "status": status}
    if not status.get("nodes") or _size(plain) <= LARGEST_OBJECT:
        return plain
    packed = compressed.pack(msgspec.json.encode(status["nodes"]))
    small = {**manifest, "status": {**without(status, "nodes"), "compressedNodes": packed}}
    size = _size(small)
    if size > LARGEST_OBJECT:
        raise PlanError(
            "unable to compress or offload workflow nodes: workflow is longer than maximum "
            f"allowed size. compressed size {size} > maxSize {LARGEST_OBJECT}"
        )
    return small


def selected(manifest: Manifest, selector: str) -> frozenset[str]:
    """The ids of the nodes of a hydrated manifest that a node field selector matches.

    Raises: PlanError when the selector cannot be read.
    """
    try:
        wanted = FieldSelector.parse(selector)
    except UsageError as error:
        raise PlanError(error.what) from error
    found = decode.from_manifest(manifest).nodes
    return frozenset(node_id for node_id, node in found.items() if wanted.matches(node))


def escaped(value: str) -> str:
    """A value as it stands in a node field selector (argo.md 6)."""
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")


def selector_of(node: str) -> str:
    """The node field selector that matches one node alone (argo.md 6)."""
    return f"id={escaped(node)}"


def _size(manifest: Manifest) -> int:
    return len(msgspec.json.encode(manifest))


class PodNames:
    """Names of the pods of one workflow's nodes."""

    def __init__(self, manifest: Manifest, pod_names: str) -> None:
        annotations = part(part(manifest, "metadata"), "annotations")
        meta = Metadata(name=name_of(manifest), annotations=annotations)
        self._workflow = ListedWorkflow(metadata=meta)
        self._pod_names = pod_names

    def of(self, node_id: str, nodes: RawNodes) -> str:
        """The pod that a node has, or would have if it were a Pod node."""
        raw = nodes[node_id]
        template = raw.get("templateRef")
        node = Node(
            id=NodeId(node_id),
            name=name_of_node(raw),
            template_name=_text(raw.get("templateName")),
            template_ref=_reference(template) if isinstance(template, dict) else None,
        )
        return pod_name(self._workflow, node, self._pod_names)


def _reference(raw: Json) -> TemplateRef:
    return TemplateRef(name=_text(raw.get("name")), template=_text(raw.get("template")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
