"""One reconciliation: walk a workflow from its entrypoint and do what can be done now.

As in Argo the walk is level triggered: nothing is remembered between two of them but the nodes, so
a workflow that somebody edited (retry, resume, stop) simply goes on from what its nodes say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.demo.engine import agent, arguments, dag, holding, memo, podnodes, retries, steps, waiting
from tui.demo.engine.arguments import ArgumentError
from tui.demo.engine.names import given_name
from tui.demo.engine.run import (
    PODDED,
    Node,
    Run,
    Template,
    fulfilled,
    node_type,
    template_kind,
)
from tui.demo.engine.scopes import global_outputs, set_globals
from tui.demo.engine.templates import Found, TemplateError, TemplateScope
from tui.demo.engine.variables import Scope

if TYPE_CHECKING:
    from tui.demo.engine.engine import Engine

DEEPEST = 100
"""Nested templates; the controller's own limit."""

TOO_DEEP = (
    "Maximum recursion depth exceeded. See "
    "https://argo-workflows.readthedocs.io/en/latest/scaling/#maximum-recursion-depth"
)


@dataclass(frozen=True)
class Where:
    """Where in the workflow a template is executed."""

    scope: TemplateScope
    boundary: Node | None = None
    boundary_template: Template | None = None
    on_exit: bool = False
    hooked: bool = False
    retried: bool = False
    depth: int = 0
    extra: Scope = field(default_factory=dict)
    """Variables of this place alone: `steps.name`; of a retry `retries`, `lastRetry.…`."""

    def within(self, found: Found, node: Node, template: Template) -> Where:
        """Inside the template that this node runs."""
        return replace(
            self,
            scope=found.scope,
            boundary=node,
            boundary_template=template,
            hooked=False,
            retried=False,
            depth=self.depth + 1,
            extra={},
        )


class Operation:
    """The controller at work on one workflow, at one time."""

    def __init__(self, engine: Engine, run: Run, now: datetime, scope: Scope) -> None:
        self.engine = engine
        self.run = run
        self.now = now
        self.globals = scope

    # Executing

    def execute(
        self, name: str, holder: dict[str, Any], where: Where, given: dict[str, Any] | None = None
    ) -> Node | None:
        """Do what the template needs now; its node, or None when it may not start yet."""
        node = self.run.node(name)
        if node is not None and (self._is_settled(node) or self._is_at_work(node)):
            return node
        try:
            found = self.engine.templates.find(self.run, holder, where.scope)
            if where.depth > DEEPEST:
                raise TemplateError(TOO_DEEP)
            template, inputs = self.filled(name, found, where, given or {})
        except (TemplateError, ArgumentError) as error:
            if node is not None and fulfilled(node):
                return node
            return self.error(name, node, where, holder, str(error))
        if node is not None and fulfilled(node):
            return self._settled(node, template)
        fields = {**found.fields, **({"inputs": inputs} if inputs else {})}
        if shown := given_name(template):
            fields["displayName"] = shown
        if holding.reached_limit(self, template, node, where):
            return node
        locked = holding.wait_for_lock(self, name, node, template, where, fields)
        if locked is not None:
            return locked
        node = self.run.node(name)
        if template.get("memoize") and (cached := self._memoized(name, template, where, fields)):
            return cached
        if template.get("retryStrategy") is not None and template_kind(template) != "":
            node = retries.execute(self, name, holder, found, template, where, fields, given or {})
        else:
            node = self.start(name, found, template, where, fields)
        return self._settled(node, template) if node is not None and fulfilled(node) else node

    def _is_settled(self, node: Node) -> bool:
        return fulfilled(node) and node["id"] in self.run.settled

    def _is_at_work(self, node: Node) -> bool:
        """Whether its pod (or that of its attempt) is at work, so there is nothing to decide."""
        if node.get("type") == "Retry" and not fulfilled(node):
            attempts = self.run.attempts_of(node)
            return bool(attempts) and self._is_at_work(attempts[-1])
        if node.get("type") != "Pod" or fulfilled(node) or node.get("synchronizationStatus"):
            return False
        return self.engine.kubelet.find(self.run.namespace, self.run.pod_name(node)) is not None

    def filled(
        self, name: str, found: Found, where: Where, given: dict[str, Any]
    ) -> tuple[Template, dict[str, Any]]:
        """The template with its inputs, and these as the node shows them."""
        local: Scope = {**self.globals, **where.extra, "node.name": name}
        if template_kind(found.template) in PODDED:
            probe = {"id": "", "name": name, **found.fields}
            local["pod.name"] = self.run.pod_name(probe)
        return arguments.processed(self.run, found.template, given, local, self.engine.store)

    def start(
        self, name: str, found: Found, template: Template, where: Where, fields: dict[str, Any]
    ) -> Node | None:
        """Execute a template itself, its retries and locks dealt with."""
        kind = template_kind(template)
        if kind == "steps":
            return steps.execute(self, name, found, template, where, fields)
        if kind == "dag":
            return dag.execute(self, name, found, template, where, fields)
        if kind == "suspend":
            return waiting.suspend(self, name, template, where, fields)
        if kind in ("http", "plugin"):
            return agent.execute(self, name, kind, template, where, fields)
        if kind in PODDED:
            return podnodes.execute(self, name, template, where, fields)
        return self.error(name, self.run.node(name), where, {}, "template type unspecified")

    def add(
        self,
        name: str,
        type: str,
        phase: str,
        where: Where,
        fields: dict[str, Any],
        message: str = "",
    ) -> Node:
        """A new node, with what its place in the workflow says of it."""
        flags = {k: True for k, on in (("hooked", where.hooked), ("retried", where.retried)) if on}
        whole = {**fields, **({"nodeFlag": flags} if flags else {})}
        return self.run.add_node(
            name, type, phase, self.now, boundary=where.boundary, fields=whole, message=message
        )

    def group(self, name: str, type: str, where: Where, fields: dict[str, Any]) -> Node:
        """The node that stands around others, which runs as soon as any of them may."""
        node = self.run.node(name)
        if node is None:
            return self.add(name, type, "Running", where, fields)
        if node["phase"] == "Pending":
            return self.run.mark(node, "Running", self.now, "")
        return node

    def error(
        self, name: str, node: Node | None, where: Where, holder: dict[str, Any], message: str
    ) -> Node:
        """The node ends in Error with these words."""
        if node is not None:
            return self.run.mark(node, "Error", self.now, message)
        fields: dict[str, Any] = {"templateScope": str(where.scope)}
        if holder.get("templateRef"):
            fields["templateRef"] = holder["templateRef"]
        elif holder.get("template"):
            fields["templateName"] = holder["template"]
        return self.add(name, "Skipped", "Error", where, fields, message)

    def wake_at(self, moment: datetime) -> None:
        """Reconcile again then, although nothing happens."""
        if self.run.wake is None or moment < self.run.wake:
            self.run.wake = moment

    def may_run(self, where: Where) -> bool:
        """Whether a shutdown lets new nodes of this place start (argo.md 5.5)."""
        shutdown = self.run.shutdown
        return not shutdown or (shutdown == "Stop" and where.on_exit)

    def _settled(self, node: Node, template: Template) -> Node:
        """A node has ended: its locks are free, and its results known."""
        if node["id"] in self.run.settled:
            return node
        self.run.settled.add(node["id"])
        if template.get("synchronization"):
            self.engine.locks.release(self.run, node["id"])
        key = (node.get("memoizationStatus") or {}).get("key")
        if template.get("memoize") and key and node["phase"] == "Succeeded":
            memo.save(self.engine.store, self.run, node, template, self.now, self.engine.agenda)
        set_globals(self.run, node.get("outputs") or {})
        self.globals.update(global_outputs(self.run))
        return node

    def _memoized(
        self, name: str, template: Template, where: Where, fields: dict[str, Any]
    ) -> Node | None:
        node = self.run.node(name)
        if node is not None and node.get("phase") != "Pending":
            return None
        key = str(template["memoize"].get("key") or "")
        cache = str(((template["memoize"].get("cache") or {}).get("configMap") or {}).get("name"))
        outputs = memo.load(self.engine.store, self.run, template, self.now, self.engine.agenda)
        status = {"hit": outputs is not None, "key": key, "cacheName": cache}
        if outputs is None:
            fields["memoizationStatus"] = status
            return None
        made = self.add(
            name,
            node_type(template_kind(template)),
            "Succeeded",
            where,
            {**fields, "memoizationStatus": status},
        )
        if outputs:
            self.run.put(made, "outputs", outputs)
        return self._settled(made, {})

    def stopped(self) -> str:
        """What a node says that a shutdown ended."""
        return f"workflow shutdown with strategy: {self.run.shutdown}"

    def end_daemons(self, boundary: Node) -> None:
        """Daemons live as long as the steps or tasks around them."""
        for node in list(self.run.nodes.values()):
            if node.get("daemoned") and node.get("boundaryID") == boundary["id"]:
                pod = self.engine.kubelet.find(self.run.namespace, self.run.pod_name(node))
                if pod is not None and not pod.over:
                    self.engine.kubelet.finish_daemon(pod)
                self.run.put(node, "daemoned", None)
                self.run.mark(node, "Succeeded", self.now)
