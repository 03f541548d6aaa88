"""What is known of a workflow and of what stands around it, when somebody asks why.

Each piece may be missing: a pod is gone, events are kept for an hour, a right lacks, a saved file
has the workflow alone. `unread` says of a piece why it could not be read; a piece that is neither
there nor in `unread` was not asked for. Objects are manifests as they came, and hostile: whatever
is read of them goes through `text_at` and its like, which know no field for certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from tui.domain.attempts import RETRY
from tui.domain.branches import group_parents_of
from tui.domain.node import AGENTS, Node, NodeId
from tui.domain.podname import V2, agent_pod_name, pod_name
from tui.domain.templates import template_of
from tui.domain.usual import Usual
from tui.domain.why.finding import (
    POD,
    WORKFLOW,
    EventAt,
    FieldAt,
    Finding,
    Path,
    Pointer,
    Weight,
    value_at,
)
from tui.domain.workflow import Manifest, Workflow

PODS, EVENTS, LOGS, QUOTAS, CLAIMS, NODES, NAMESPACE, OTHERS, RETRYING, EARLIER = (
    *("pods", "events", "logs", "quotas", "claims", "nodes", "namespace", "others", "retry"),
    "earlier",
)
"""Names of pieces, for `unread`."""

LONGEST = 1000
"""Characters of one value that a sentence says."""


class Told(Protocol):
    """A Kubernetes event."""

    @property
    def type(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def last_seen(self) -> str | None: ...
    @property
    def object_kind(self) -> str: ...
    @property
    def object_name(self) -> str: ...
    @property
    def container(self) -> str: ...
    @property
    def uid(self) -> str: ...


class Tail(NamedTuple):
    """The last lines of a container's log."""

    lines: tuple[str, ...]
    is_archived: bool = False


class RetryFacts(NamedTuple):
    """What a retry would do."""

    again: int = 0
    """Steps that would run again."""
    kept: int = 0
    refused: str = ""
    """Why there can be none; "" where there can."""


@dataclass(frozen=True)
class Evidence:
    """All that is known."""

    workflow: Workflow
    now: datetime
    pods: Mapping[str, Manifest] = field(default_factory=dict)
    """By name. A name whose value is {} is a pod that is known to be gone."""
    events: Sequence[Told] = ()
    logs: Mapping[tuple[str, str], Tail] = field(default_factory=dict)
    """By pod and container."""
    quotas: Sequence[Manifest] = ()
    claims: Mapping[str, Manifest] = field(default_factory=dict)
    """PersistentVolumeClaims by name."""
    nodes: Sequence[Manifest] = ()
    """Nodes of Kubernetes."""
    namespace: Manifest | None = None
    others: Sequence[Manifest] = ()
    """Unfinished workflows of the namespace, as far as what they hold and wait for."""
    retry: RetryFacts | None = None
    peaks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Pod and container → the most memory that was measured of it, as it is shown: `7.9Gi`."""
    usual: Mapping[str, Usual] = field(default_factory=dict)
    """Path of a step (`steppath`) → how long it took in earlier runs that succeeded."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Piece → why it could not be read."""
    pod_names: str = V2

    # --- fields of the workflow ------------------------------------------------------------

    def of_workflow(self, *path: str | int, quote: object) -> FieldAt:
        """A field of the workflow."""
        return FieldAt(WORKFLOW, self.workflow.metadata.name, path, said(quote))

    def of_node(self, node: Node, *path: str | int, quote: object) -> FieldAt:
        """A field of a step's status."""
        return self.of_workflow("status", "nodes", node.id, *path, quote=quote)

    @cached_property
    def spec_path(self) -> Path:
        """Where the spec stands that really runs."""
        stored = self.workflow.status.stored_workflow_template_spec
        return ("spec",) if stored is None else ("status", "storedWorkflowTemplateSpec")

    def template_at(self, node: Node) -> tuple[Path, Mapping[str, Any]]:
        """The template that a step runs and where it stands; nothing of one that is not there."""
        template = template_of(self.workflow, node)
        if template is None:
            return (), {}
        status, spec = self.workflow.status, self.workflow.spec
        for name, stored in status.stored_templates.items():
            if stored is template:
                return ("status", "storedTemplates", name), template
        places: list[tuple[Path, Sequence[Any]]] = [(("spec", "templates"), spec.templates)]
        if (kept := status.stored_workflow_template_spec) is not None:
            places.append((("status", "storedWorkflowTemplateSpec", "templates"), kept.templates))
        for path, templates in places:
            for at, each in enumerate(templates):
                if each is template:
                    return (*path, at), template
        return (), {}

    # --- pods ------------------------------------------------------------------------------

    def pod_of(self, node: Node) -> str:
        """The name of the pod that does a step; "" for none."""
        if node.type == "Container":
            outer = self.workflow.nodes.get(node.boundary_id)
            return pod_name(self.workflow, outer, self.pod_names) if outer is not None else ""
        if node.type in AGENTS:
            return agent_pod_name(self.workflow.metadata.name)
        return pod_name(self.workflow, node, self.pod_names) if node.type == POD else ""

    def events_of(self, name: str, *reasons: str, kind: str = POD) -> list[Told]:
        """Events about an object, those that warn, or those with one of these reasons."""
        return [
            each
            for each in self.events
            if each.object_name == name
            and each.object_kind in ("", kind)
            and (each.reason in reasons if reasons else each.type == "Warning")
        ]

    # --- steps -----------------------------------------------------------------------------

    def above(self, node: Node) -> list[Node]:
        """What a step stands in, outermost first, and itself; attempts stand in their retry."""
        nodes, groups = self.workflow.nodes, group_parents_of(self.workflow)
        way: list[Node] = []
        seen: set[str] = set()
        key = node.id
        while key not in seen and (found := nodes.get(key)) is not None:
            seen.add(key)
            way.append(found)
            key = groups.get(key) or found.boundary_id
        return way[::-1]

    def retry_around(self, node: Node) -> Node | None:
        """The Retry whose attempt a step is, or ran in."""
        return next((each for each in self.above(node)[-2::-1] if each.type == RETRY), None)


class Step(NamedTuple):
    """A step that a question is about, with what is known of its pod."""

    evidence: Evidence
    node: Node

    @property
    def workflow(self) -> Workflow:
        """The workflow that it is a step of."""
        return self.evidence.workflow

    @property
    def pod_name(self) -> str:
        """The name of its pod; "" for none."""
        return self.evidence.pod_of(self.node)

    @property
    def pod(self) -> Manifest:
        """Its pod; {} where that is not known."""
        found = self.evidence.pods.get(self.pod_name)
        return found if isinstance(found, dict) else {}

    @property
    def message(self) -> str:
        """What Argo says of it."""
        return self.node.message

    def of_message(self, quote: str = "") -> FieldAt:
        """What Argo says of it, as where a sentence comes from."""
        return self.evidence.of_node(self.node, "message", quote=quote or self.node.message)

    def of_pod(self, *path: str | int, quote: object) -> FieldAt:
        """A field of its pod."""
        return FieldAt(POD, self.pod_name, path, said(quote))

    def pod_text(self, *path: str | int) -> str:
        """A text of its pod; "" where there is none."""
        return text_at(self.pod, *path)

    def events(self, *reasons: str) -> list[Told]:
        """Events about its pod."""
        name = self.pod_name
        return self.evidence.events_of(name, *reasons) if name else []

    def finding(
        self,
        cause: str,
        label: str,
        text: str,
        *at: Pointer,
        weight: Weight = "cause",
        key: str = "",
    ) -> Finding:
        """A finding about this step."""
        return Finding(cause, label, text, weight, at, key, step=str(self.node.id))


class End(NamedTuple):
    """How a container ended, or what it waits for."""

    container: str
    reason: str
    message: str
    code: int | None
    at: tuple[FieldAt, ...]
    kind: str
    """`init` for what runs before the program, `main`, `wait` for Argo's, else `sidecar`."""


_IN_MESSAGE = re.compile(
    r"(?:(?P<container>[a-z0-9](?:[-a-z0-9]*[a-z0-9])?): )?(?P<reason>[A-Z]\w*) "
    r"\(exit code (?P<code>-?\d{1,10})\)(?:: (?P<message>.*))?",
    re.DOTALL,
)


def end_in_message(step: Step) -> End | None:
    """The container and its end that Argo's message tells of (argo.md 1.3)."""
    found = _IN_MESSAGE.match(step.message)
    if found is None:
        return None
    name = found["container"] or "main"
    return End(
        name,
        found["reason"],
        (found["message"] or "").strip(),
        int(found["code"]),
        (step.of_message(),),
        _kind_of(name, is_init=False),
    )


def ended(step: Step) -> list[End]:
    """The containers of a step's pod that ended badly, the one that Argo names first."""
    found = [
        end
        for end in containers(step, "terminated")
        if end.code != 0 and (end.code is not None or end.reason not in ("", "Completed"))
    ]
    named = end_in_message(step)
    if named is None:
        # A sidecar is killed when the program is over: that is no failure.
        return sorted(
            (end for end in found if end.kind != "sidecar"),
            key=lambda end: ("init", "main", "wait").index(end.kind),
        )
    of_it = [end for end in found if end.container == named.container]
    return [*of_it, *(end for end in found if end not in of_it and end.kind != "sidecar")] or [
        named
    ]


def tasks_at(path: Path, template: Any) -> Iterator[tuple[str, Path, Any]]:
    """The tasks of a DAG, or the steps of Steps: their name, where they stand, and what they say.

    `path` is where the template stands.
    """
    for at, task in enumerate(list_at(template, "dag", "tasks")):
        if name := text_at(task, "name"):
            yield name, (*path, "dag", "tasks", at), task
    for at, group in enumerate(list_at(template, "steps")):
        for inner, each in enumerate(group if isinstance(group, list | tuple) else ()):
            if name := text_at(each, "name"):
                yield name, (*path, "steps", at, inner), each


def containers(step: Step, state: str, field: str = "state") -> Iterator[End]:
    """The containers of a step's pod that are in a state: `terminated`, `waiting`, `running`."""
    pod = step.pod
    main = own_containers(step)
    for place in ("initContainerStatuses", "containerStatuses"):
        for at, each in enumerate(list_at(pod, "status", place)):
            told = value_at(each, (field, state))
            if not isinstance(told, dict):
                continue
            name = text_at(each, "name")
            code = told.get("exitCode")
            has_code = isinstance(code, int) and not isinstance(code, bool)
            reason, message = text_at(told, "reason"), text_at(told, "message").strip()
            is_init = place == "initContainerStatuses"
            path = ("status", place, at, field, state)
            kind = "main" if name in main and not is_init else _kind_of(name, is_init=is_init)
            shown = [x for x in ("message", "reason", "exitCode") if told.get(x) not in (None, "")]
            where = tuple(step.of_pod(*path, x, quote=told[x]) for x in shown)
            yield End(
                name,
                reason,
                message,
                code if has_code else None,
                where or (step.of_pod(*path, quote=""),),
                kind,
            )


def own_containers(step: Step) -> tuple[str, ...]:
    """The containers that run the step's own programs."""
    template = template_of(step.workflow, step.node) or {}
    inner = list_at(template, "containerSet", "containers")
    names = tuple(text_at(each, "name") for each in inner)
    return tuple(name for name in names if name) or ("main",)


def _kind_of(name: str, *, is_init: bool) -> str:
    if is_init or name == "init":
        return "init"
    if name in ("wait", "supervisor"):
        return "wait"
    return "main" if name == "main" else "sidecar"


# --- reading what may be anything ----------------------------------------------------------------


def said(value: object) -> str:
    """A value as text: numbers as they stand, true and false as JSON has them, cut if long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return text[:LONGEST]


def text_at(manifest: Any, *path: str | int) -> str:
    """A text, or number as text, of an object; "" for anything else."""
    found = value_at(manifest, path)
    if isinstance(found, str):
        return found[:LONGEST]
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return str(found) if is_number else ""


def list_at(manifest: Any, *path: str | int) -> Sequence[Any]:
    """A list of an object; empty for anything else."""
    found = value_at(manifest, path)
    return found if isinstance(found, list | tuple) else ()


def map_at(manifest: Any, *path: str | int) -> Mapping[str, Any]:
    """A map of an object; empty for anything else."""
    found = value_at(manifest, path)
    return found if isinstance(found, dict) else {}


def number_at(manifest: Any, *path: str | int) -> int | None:
    """A whole number, which templates may have as text, too; None for anything else."""
    found = value_at(manifest, path)
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, str) and re.fullmatch(r"\d{1,12}", found):
        return int(found)
    return None


def event_at(event: Told) -> EventAt:
    """An event, as where a sentence comes from."""
    return EventAt(
        event.object_kind, event.object_name, event.reason, said(event.message), event.uid
    )


def node_named(workflow: Workflow, key: str) -> Node | None:
    """The step of an id."""
    return workflow.nodes.get(NodeId(key))
