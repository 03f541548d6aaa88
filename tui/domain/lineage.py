"""What made a workflow, and which workflows its steps made.

Argo tells the first by labels, and by owner references (argo.md 1.7, 5.1); of the second nothing is
written down: a step of a resource template creates an object of a manifest, and what it is called
may be known to the cluster alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tui.domain.durations import parse_time
from tui.domain.history import maker_of
from tui.domain.node import Node
from tui.domain.templates import template_of
from tui.domain.workflow import LABEL, WORKFLOW, ListedWorkflow, Workflow

CRON, TEMPLATE, CLUSTER_TEMPLATE = "cron", "wftmpl", "cwftmpl"
"""Ids of the kinds that make workflows."""
BY_LABEL = {
    "cron-workflow": (CRON, "the cron workflow that started it"),
    "workflow-template": (TEMPLATE, "its template"),
    "cluster-workflow-template": (CLUSTER_TEMPLATE, "its cluster template"),
    "resubmitted-from-workflow": (WORKFLOW, "the run that it repeats"),
}
"""Labels behind Argo's prefix → the kind of what they name, and what that is to the workflow."""
CREATES = ("create", "apply", "replace")
"""Actions of a resource template after which there is an object that was not there before."""
LATE = 5
"""Seconds by which the clocks of those who write down times may differ."""

_TAG = re.compile(r"\{\{.*?\}\}")
_KIND = re.compile(r"""(?:^|[{,])\s*["']?kind["']?[ \t]*:[ \t]*["']?(?P<kind>\w+)""", re.M)
_METADATA = re.compile(
    r"""["']?metadata["']?[ \t]*:[ \t]*(?P<inside>\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|)"""
)
_NAME = re.compile(
    r"""["']?\b(?P<field>name|generateName)["']?\s*:\s*(?P<quote>["']?)(?P<name>[^"'\n,{}]*"""
    r"""(?:\{\{.*?\}\}[^"'\n,{}]*)*)(?P=quote)"""
)


class Origin(NamedTuple):
    """An object that made a workflow."""

    kind: str
    namespace: str
    """"" for what is in none."""
    name: str
    what: str
    """What it is to the workflow: `its template`."""


def origins_of(workflow: ListedWorkflow) -> tuple[Origin, ...]:
    """What made a workflow, each once; nothing for one that was submitted as it is."""
    return tuple(dict.fromkeys(_origins(workflow)))


def _origins(workflow: ListedWorkflow) -> Iterator[Origin]:
    metadata, ref = workflow.metadata, workflow.spec.workflow_template_ref
    for owner in metadata.owner_references:
        if owner.kind == "Workflow" and owner.name:
            yield Origin(WORKFLOW, metadata.namespace, owner.name, "the workflow that made it")
    if ref is not None and ref.name:
        kind = CLUSTER_TEMPLATE if ref.cluster_scope else TEMPLATE
        yield from _named(kind, metadata.namespace, ref.name)
    for label, (kind, _) in BY_LABEL.items():
        if name := metadata.labels.get(f"{LABEL}{label}"):
            yield from _named(kind, metadata.namespace, name)
    for owner in metadata.owner_references:
        if owner.kind == "CronWorkflow" and owner.name:
            yield from _named(CRON, metadata.namespace, owner.name)


def _named(kind: str, namespace: str, name: str) -> Iterator[Origin]:
    what = next(what for known, what in BY_LABEL.values() if known == kind)
    yield Origin(kind, "" if kind == CLUSTER_TEMPLATE else namespace, name, what)


def runs_alike(workflow: ListedWorkflow) -> str:
    """The filter that leaves the runs of what made a workflow, itself among them; "" where nothing
    is known that made more than this one."""
    maker = maker_of(workflow)
    if maker is None:
        return ""
    if maker.label_key:
        return f"label:{maker.label_key}={maker.name}"
    return f"name:{maker.name}*" if maker.is_prefix else f"template:/^{re.escape(maker.name)}$/"


def children_of(
    workflow: Workflow, node: Node, known: Iterable[ListedWorkflow]
) -> tuple[ListedWorkflow, ...]:
    """The workflows that a step of a resource template made, of those that are known.

    They were created while it ran, and bear the name of its manifest, or one that its outputs tell.
    """
    resource = (template_of(workflow, node) or {}).get("resource")
    if not isinstance(resource, dict) or resource.get("action") not in CREATES:
        return ()
    manifest = str(resource.get("manifest") or "")
    kind = _KIND.search(manifest)
    if manifest and (kind is None or kind["kind"] != "Workflow"):
        return ()
    begun, ended = parse_time(node.started_at), parse_time(node.finished_at)
    if begun is None:
        return ()
    pattern = _pattern(manifest)
    told = {each.value for each in node.outputs.parameters} if node.outputs else set()
    found = []
    for each in known:
        created = parse_time(each.metadata.creation_timestamp)
        name = each.metadata.name
        if created is None or name == workflow.metadata.name:
            continue
        is_in_time = (created - begun).total_seconds() >= -LATE and (
            ended is None or (created - ended).total_seconds() <= LATE
        )
        is_owned = any(
            owner.kind == "Workflow" and owner.name == workflow.metadata.name
            for owner in each.metadata.owner_references
        )
        is_called = pattern is not None and pattern.fullmatch(name) is not None
        if name in told or (is_in_time and (is_called or (is_owned and pattern is None))):
            found.append(each)
    named = [each for each in found if each.metadata.name in told]
    return tuple(named or found)


def _pattern(manifest: str) -> re.Pattern[str] | None:
    """What the names of a manifest's objects look like; None where it does not say."""
    at = _METADATA.search(manifest)
    if at is None:
        return None
    inside = at["inside"] or _indented(manifest[at.end() :])
    names = {each["field"]: each["name"].strip() for each in _NAME.finditer(inside)}
    if name := names.get("name"):
        return re.compile(_with_tags(name))
    if prefix := names.get("generateName"):
        return re.compile(_with_tags(prefix) + "[a-z0-9]{5}")
    return None


def _indented(text: str) -> str:
    """The lines below a key, as far as they are further in than it: those of the first one."""
    lines = text.split("\n")[1:]
    depth = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    inside = []
    for line in lines:
        if line.strip() and (not depth or len(line) - len(line.lstrip()) < depth):
            break
        # What is further in belongs to labels, annotations and owners.
        if len(line) - len(line.lstrip()) == depth:
            inside.append(line)
    return "\n".join(inside)


def _with_tags(text: str) -> str:
    """An expression for a text in which tags stand for anything."""
    parts = _TAG.split(text)
    return ".*".join(re.escape(part) for part in parts)
