"""Changing nodes that wait for somebody: resume, stop and set (argo.md 5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.actions.actors import resumed_by
from tui.actions.base import Context
from tui.actions.graph import RawNode, kind_of
from tui.actions.manifests import Json, items, part, rfc3339
from tui.actions.nodes import hydrated, nodes_of, selected, with_nodes
from tui.domain.node import COMPLETED_PHASES, RUNNING, SUCCEEDED
from tui.domain.workflow import Manifest
from tui.errors import PlanError


@dataclass(frozen=True, slots=True)
class Settings:
    """What matching nodes are set to; what is empty stays as it is."""

    phase: str = ""
    message: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


def is_waiting(node: RawNode) -> bool:
    """A suspend node that waits for somebody."""
    return kind_of(node) == "Suspend" and node.get("phase") == RUNNING


def waiting_ids(manifest: Manifest) -> tuple[str, ...]:
    """The waiting nodes of a hydrated manifest."""
    return tuple(sorted(one for one, node in nodes_of(manifest).items() if is_waiting(node)))


def set_matching(
    manifest: Manifest, selector: str, wanted: Settings, context: Context
) -> tuple[Manifest, tuple[str, ...]]:
    """A copy in which the waiting nodes that match are set, and which nodes these are.

    Raises: PlanError in Argo's words when none matches or an output cannot be set.
    """
    given = hydrated(manifest)
    chosen = selected(given, selector)
    nodes = dict(nodes_of(given))
    matching = tuple(one for one in waiting_ids(given) if one in chosen)
    if not matching or not (wanted.phase or wanted.message or wanted.outputs):
        raise PlanError(
            "currently, set only targets suspend nodes: no suspend nodes matching "
            f"nodeFieldSelector: {selector}"
        )
    outputs = part(part(given, "status"), "outputs")
    for node_id in matching:
        node = dict(nodes[node_id])
        if wanted.phase:
            node["phase"] = wanted.phase
            if wanted.phase in COMPLETED_PHASES and node.get("taskResultSynced") is not False:
                node["finishedAt"] = rfc3339(context.now)
        if wanted.message:
            node["message"] = wanted.message
        if wanted.outputs:
            node, outputs = _supplied(node, outputs, wanted.outputs)
        nodes[node_id] = node
    changed = with_nodes(given, nodes)
    if outputs:
        changed["status"]["outputs"] = outputs
    return changed, matching


def _supplied(node: RawNode, everywhere: Json, values: Mapping[str, str]) -> tuple[RawNode, Json]:
    """The node with its outputs supplied, and the workflow's outputs with those of global names."""
    if node.get("outputs") is None:
        raise PlanError(
            "cannot set output parameters because node is not expecting any raw parameters"
        )
    outputs = part(node, "outputs")
    entries = list(items(outputs, "parameters"))
    for name, value in values.items():
        index = next((i for i, one in enumerate(entries) if one.get("name") == name), None)
        if index is None:
            raise PlanError(f"node is not expecting output parameter '{name}'")
        if part(entries[index], "valueFrom").get("supplied") is None:
            raise PlanError(
                f"cannot set output parameter '{name}' because it does not use valueFrom.raw "
                "or it was already set"
            )
        entries[index] = _with_value(entries[index], value)
        everywhere = _published(everywhere, entries[index])
    return {**node, "outputs": {**outputs, "parameters": entries}}, everywhere


def _with_value(entry: Json, value: object) -> Json:
    kept = {key: one for key, one in entry.items() if key != "valueFrom"}
    return {**kept, "value": value}


def _published(everywhere: Json, entry: Json) -> Json:
    """The workflow's outputs with an output that has a global name."""
    name = entry.get("globalName")
    if not name:
        return everywhere
    entries = list(items(everywhere, "parameters"))
    for index, one in enumerate(entries):
        if one.get("name") == name:
            entries[index] = {**one, "value": entry["value"]}
            return {**everywhere, "parameters": entries}
    return {**everywhere, "parameters": [*entries, {"name": name, "value": entry["value"]}]}


def resumed(node: RawNode, context: Context) -> RawNode:
    """A waiting node that goes on: supplied outputs take their defaults.

    Raises: PlanError when an output has neither been supplied nor a default.
    """
    after = {**node, "phase": SUCCEEDED, "finishedAt": rfc3339(context.now)}
    message = "; ".join(filter(None, (str(node.get("message") or ""), resumed_by(context))))
    after.pop("message", None)
    if message:
        after["message"] = message
    if isinstance(node.get("outputs"), dict):
        outputs = part(node, "outputs")
        entries = [_by_default(entry) for entry in items(outputs, "parameters")]
        after["outputs"] = {**outputs, "parameters": entries} if entries else outputs
    return after


def _by_default(entry: Json) -> Json:
    source = part(entry, "valueFrom")
    if source.get("supplied") is None:
        return entry
    if source.get("default") is None:
        raise PlanError(
            f"raw output parameter '{entry.get('name', '')}' has not been set and does not have "
            "a default value"
        )
    return _with_value(entry, source["default"])
