"""One workflow as the controller holds it: its object, its nodes, and changing them.

The engine works on its own decoded copy and writes it back once per reconciliation. Nodes stay
plain dicts in the shape of the wire, so that what a client wrote (a retry, a resume) is simply the
next state to go on from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tui.demo.engine import names
from tui.demo.engine.programs import Files
from tui.demo.resources import Obj
from tui.demo.store import timestamp
from tui.domain.durations import parse_time

Node = dict[str, Any]
Template = dict[str, Any]

LABEL = "workflows.argoproj.io/"
TRACE, SPAN = f"{LABEL}trace-id", f"{LABEL}span-id"
"""Annotations by which OpenTelemetry finds a run and its pods."""
COMPLETED = ("Succeeded", "Failed", "Error")
EXECUTABLE = ("Pod", "HTTP", "Plugin", "Container", "Suspend")
TEMPLATE_KINDS = (
    "container",
    "containerSet",
    "steps",
    "dag",
    "script",
    "resource",
    "data",
    "suspend",
    "http",
    "plugin",
)
PODDED = ("container", "containerSet", "script", "resource", "data")


def completed(node: Node) -> bool:
    """Succeeded, Failed or Error."""
    return node.get("phase") in COMPLETED


def unsuccessful(node: Node) -> bool:
    """Failed or Error."""
    return node.get("phase") in ("Failed", "Error")


def fulfilled(node: Node) -> bool:
    """Nothing more will happen to it (argo.md 1.5)."""
    phase = node.get("phase")
    if phase in COMPLETED or phase in ("Skipped", "Omitted"):
        return True
    return bool(node.get("daemoned")) and phase != "Pending"


def template_kind(template: Template) -> str:
    """Which kind of template it is, in Argo's order of detection (argo.md 1.2)."""
    for kind in TEMPLATE_KINDS:
        if template.get(kind) is not None:
            return kind
    return ""


def node_type(kind: str) -> str:
    """The node type of a kind of template."""
    if kind in PODDED:
        return "Pod"
    return {"steps": "Steps", "dag": "DAG", "suspend": "Suspend", "http": "HTTP"}.get(
        kind, "Plugin" if kind == "plugin" else "Skipped"
    )


class Run:
    """A workflow that the engine knows."""

    def __init__(self, obj: Obj) -> None:
        self.obj = obj
        self.changed = False
        self.attempts: dict[str, int] = {}
        """How often each step has had a pod, over all retries of the workflow."""
        self.agent: dict[str, datetime] = {}
        """When the HTTP and plugin nodes under way will be answered."""
        self.volumes: dict[str, Files] = {}
        """Files on volumes that pods share."""
        self.settled: set[str] = set()
        """Ended nodes whose locks are free, and whose outputs are where others look for them."""
        self.estimates: dict[str, int] = {}
        """Seconds each node took last time, by its name without that of the workflow."""
        self.noted: list[tuple[str, Node]] = []
        """Phases of nodes and of the workflow (an empty node) to be told as events."""
        self._moments: dict[tuple[str, str], datetime] = {}
        self.wake: datetime | None = None
        """When to look again although nothing happens."""

    @property
    def revision(self) -> str:
        """The resource version this copy is of."""
        return str(self.obj["metadata"].get("resourceVersion", ""))

    @property
    def name(self) -> str:
        """`metadata.name`."""
        return str(self.obj["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """`metadata.namespace`."""
        return str(self.obj["metadata"].get("namespace", ""))

    @property
    def uid(self) -> str:
        """`metadata.uid`."""
        return str(self.obj["metadata"].get("uid", ""))

    @property
    def status(self) -> dict[str, Any]:
        """`status`, made if there is none."""
        status = self.obj.get("status")
        if not isinstance(status, dict):
            status = self.obj["status"] = {}
        return status

    @property
    def nodes(self) -> dict[str, Node]:
        """`status.nodes`, made if there are none."""
        nodes = self.status.get("nodes")
        if not isinstance(nodes, dict):
            nodes = self.status["nodes"] = {}
        return nodes

    @property
    def spec(self) -> dict[str, Any]:
        """The exec spec: the stored one if there is one (argo.md 1.2)."""
        stored = self.status.get("storedWorkflowTemplateSpec")
        spec = stored if isinstance(stored, dict) else self.obj.get("spec")
        return spec if isinstance(spec, dict) else {}

    @property
    def shutdown(self) -> str:
        """What `spec.shutdown` says: nothing, "Stop" or "Terminate"."""
        return str((self.obj.get("spec") or {}).get("shutdown") or "")

    @property
    def phase(self) -> str:
        """`status.phase`; "" before the controller has seen it."""
        return str(self.status.get("phase") or "")

    @property
    def labels(self) -> dict[str, str]:
        """`metadata.labels`, made if there are none."""
        labels: dict[str, str] = self.obj["metadata"].get("labels") or {}
        self.obj["metadata"]["labels"] = labels
        return labels

    @property
    def annotations(self) -> dict[str, str]:
        """`metadata.annotations`, made if there are none."""
        annotations: dict[str, str] = self.obj["metadata"].get("annotations") or {}
        self.obj["metadata"]["annotations"] = annotations
        return annotations

    @property
    def is_over(self) -> bool:
        """Whether the controller leaves it alone."""
        labels = self.obj["metadata"].get("labels") or {}
        return labels.get(f"{LABEL}completed") == "true"

    # Nodes

    def node(self, name: str) -> Node | None:
        """The node of that name."""
        return self.nodes.get(names.node_id(self.name, name))

    def children(self, node: Node) -> list[Node]:
        """Its children that exist."""
        nodes = self.nodes
        return [nodes[each] for each in node.get("children") or () if each in nodes]

    def attempts_of(self, node: Node) -> list[Node]:
        """The attempts of a Retry node, without its hooks."""
        return [
            child
            for child in self.children(node)
            if not (child.get("nodeFlag") or {}).get("hooked")
        ]

    def note(self, timed: Node, field: str, moment: datetime) -> None:
        """Keep exactly when a node (or the workflow: its status) started or finished."""
        self._moments[(str(timed.get("id") or ""), field)] = moment

    def moment(self, timed: Node, field: str) -> datetime | None:
        """When it started or finished: what its object says, and more exactly where we know."""
        kept = self._moments.get((str(timed.get("id") or ""), field))
        said = timed.get(field)
        return kept if kept and timestamp(kept) == said else parse_time(said)

    def add_child(self, parent: Node, child: Node) -> None:
        """`child` runs after `parent`."""
        children = parent.setdefault("children", [])
        if child["id"] not in children:
            children.append(child["id"])
            self.changed = True

    def add_node(
        self,
        name: str,
        type: str,
        phase: str,
        now: datetime,
        *,
        boundary: Node | None = None,
        fields: dict[str, Any] | None = None,
        message: str = "",
    ) -> Node:
        """A new node, which starts now."""
        node: Node = {
            "id": names.node_id(self.name, name),
            "name": name,
            "displayName": names.display_name(name, boundary["name"] if boundary else ""),
            "type": type,
            "phase": phase,
            "startedAt": timestamp(now),
            "finishedAt": None,
            **(fields or {}),
        }
        if boundary:
            node["boundaryID"] = boundary["id"]
        if message:
            node["message"] = message
        if type in EXECUTABLE:
            node["progress"] = "0/1"
        if estimate := self.estimates.get(name.removeprefix(self.name)):
            node["estimatedDuration"] = estimate
        self.note(node, "startedAt", now)
        if fulfilled(node):
            node["finishedAt"] = node["startedAt"]
        self.nodes[node["id"]] = node
        self.changed = True
        self.noted.append((phase, node))
        return node

    def mark(self, node: Node, phase: str, now: datetime, message: str | None = None) -> Node:
        """Its phase is this now; it ends if that phase is an end."""
        if node.get("phase") != phase:
            node["phase"] = phase
            self.changed = True
            self.noted.append((phase, node))
        if message is not None and node.get("message", "") != message:
            self.changed = True
            if message:
                node["message"] = message
            else:
                node.pop("message", None)
        if fulfilled(node) and node.get("taskResultSynced") is False and not node.get("daemoned"):
            # The executor's result is read with the end of its pod, never later.
            self.put(node, "taskResultSynced", True)
        if fulfilled(node) and not node.get("finishedAt") and not node.get("daemoned"):
            node["finishedAt"] = timestamp(now)
            self.note(node, "finishedAt", now)
            self.changed = True
        return node

    def put(self, node: Node, key: str, value: Any) -> None:
        """Set (or, with None, remove) one field of a node."""
        if value is None:
            if key in node:
                del node[key]
                self.changed = True
        elif node.get(key) != value:
            node[key] = value
            self.changed = True

    def descendants(self, start: Node) -> list[Node]:
        """All nodes below it, by `children`."""
        seen: dict[str, Node] = {}
        todo = self.children(start)
        while todo:
            node = todo.pop()
            if node["id"] not in seen:
                seen[node["id"]] = node
                todo += self.children(node)
        return list(seen.values())

    def pod_name(self, node: Node) -> str:
        """The name of the node's pod (argo.md 3)."""
        if self.annotations.get(f"{LABEL}pod-name-format") == "v1":
            return str(node["id"])
        ref = node.get("templateRef")
        template = ref["template"] if ref else node.get("templateName", "")
        return names.v2_pod_name(self.name, node["name"], template)
