"""One reconciliation: walk a workflow from its entrypoint and do what can be done now.

As in Argo the walk is level triggered: nothing is remembered between two of them but the nodes, so
a workflow that somebody edited (retry, resume, stop) simply goes on from what its nodes say.

Here is what everything that is executed needs of it; which template is executed how, and when it
has to wait, is `reconciliation.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any

from tui.demo.engine import arguments, memo
from tui.demo.engine.parts import Parts
from tui.demo.engine.run import PODDED, Node, Run, Template, fulfilled, template_kind
from tui.demo.engine.scopes import global_outputs, set_globals
from tui.demo.engine.templates import Found
from tui.demo.engine.variables import Scope
from tui.demo.engine.where import Where

_ALWAYS_FLAGGED = ("StepGroup", "TaskGroup", "Skipped")
"""Types of nodes that Argo gives a `nodeFlag` even where it says nothing."""


class Operation(ABC):
    """The controller at work on one workflow, at one time."""

    def __init__(self, parts: Parts, run: Run, now: datetime, scope: Scope) -> None:
        self.parts = parts
        self.run = run
        self.now = now
        self.globals = scope

    @abstractmethod
    def execute(
        self, name: str, holder: dict[str, Any], where: Where, given: dict[str, Any] | None = None
    ) -> Node | None:
        """Do what the template needs now; its node, or None when it may not start yet."""

    @abstractmethod
    def start(
        self, name: str, found: Found, template: Template, where: Where, fields: dict[str, Any]
    ) -> Node | None:
        """Execute a template itself, its retries and locks dealt with."""

    def filled(
        self, name: str, found: Found, where: Where, given: dict[str, Any]
    ) -> tuple[Template, dict[str, Any]]:
        """The template with its inputs, and these as the node shows them."""
        local: Scope = {**self.globals, **where.extra, "node.name": name}
        if template_kind(found.template) in PODDED:
            probe = {"id": "", "name": name, **found.fields}
            local["pod.name"] = self.run.pod_name(probe)
        # Of steps and tasks the tags wait for each other, those of a retry for its attempts.
        is_leaf = template_kind(found.template) not in ("steps", "dag", "")
        is_complete = is_leaf and (where.retried or found.template.get("retryStrategy") is None)
        return arguments.processed(
            self.run,
            found.template,
            given,
            local,
            self.parts.store,
            is_complete=is_complete,
        )

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
        is_flagged = bool(flags) or type in _ALWAYS_FLAGGED
        whole = {**fields, **({"nodeFlag": flags} if is_flagged else {})}
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

    def settle(self, node: Node) -> None:
        """A node has ended, however it came to that: its locks are free, and its results known."""
        run = self.run
        if node["id"] in run.settled or not fulfilled(node):
            return
        run.settled.add(node["id"])
        self.parts.locks.release(run, node["id"])
        memo.save(self.parts.store, run, node, self.now)
        set_globals(run, node.get("outputs") or {})
        self.globals.update(global_outputs(run))

    def settle_all(self) -> None:
        """The same of every node that has ended since it was last asked."""
        for node in list(self.run.nodes.values()):
            self.settle(node)

    def stopped(self) -> str:
        """What a node says that a shutdown ended."""
        return f"workflow shutdown with strategy: {self.run.shutdown}"

    def end_daemons(self, boundary: Node) -> None:
        """Daemons live as long as the steps or tasks around them."""
        for node in list(self.run.nodes.values()):
            if node.get("daemoned") and node.get("boundaryID") == boundary["id"]:
                pod = self.parts.kubelet.find(self.run.namespace, self.run.pod_name(node))
                if pod is not None and not pod.over:
                    self.parts.kubelet.finish_daemon(pod)
                self.run.put(node, "daemoned", None)
                self.run.mark(node, "Succeeded", self.now)
