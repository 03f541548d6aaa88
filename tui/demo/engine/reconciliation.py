"""Executing templates: which one how, when it has to wait, and what of it is done already."""

from __future__ import annotations

from typing import Any

from tui.demo.engine import agent, dag, holding, memo, podnodes, retries, steps, waiting
from tui.demo.engine.arguments import ArgumentError
from tui.demo.engine.names import given_name
from tui.demo.engine.operation import Operation
from tui.demo.engine.run import PODDED, Node, Template, fulfilled, node_type, template_kind
from tui.demo.engine.templates import Found, TemplateError
from tui.demo.engine.variables import Unresolved
from tui.demo.engine.where import Where

DEEPEST = 100
"""Nested templates; the controller's own limit."""

TOO_DEEP = (
    "Maximum recursion depth exceeded. See "
    "https://argo-workflows.readthedocs.io/en/latest/scaling/#maximum-recursion-depth"
)


class Reconciliation(Operation):
    """The controller at work on one workflow, at one time."""

    # Executing

    def execute(
        self, name: str, holder: dict[str, Any], where: Where, given: dict[str, Any] | None = None
    ) -> Node | None:
        """Do what the template needs now; its node, or None when it may not start yet."""
        node = self.run.node(name)
        if node is not None and (fulfilled(node) or self._is_at_work(node)):
            self.settle(node)
            return node
        try:
            found = self.parts.templates.find(self.run, holder, where.scope)
            if where.depth > DEEPEST:
                raise TemplateError(TOO_DEEP)
            template, inputs = self.filled(name, found, where, given or {})
        except (TemplateError, ArgumentError, Unresolved) as error:
            return self.error(name, node, where, holder, str(error))
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
        is_tried = template.get("retryStrategy") is not None and template_kind(template) != ""
        try:
            if is_tried:
                node = retries.execute(
                    self, name, holder, found, template, where, fields, given or {}
                )
            else:
                node = self.start(name, found, template, where, fields)
        except Unresolved as error:
            # What it gives or waits for cannot be computed: no other error comes from inside.
            node = self.error(name, self.run.node(name), where, holder, str(error))
        if node is not None:
            self.settle(node)
        return node

    def _is_at_work(self, node: Node) -> bool:
        """Whether its pod (or that of its attempt) is at work, so there is nothing to decide."""
        if node.get("type") == "Retry" and not fulfilled(node):
            attempts = self.run.attempts_of(node)
            return bool(attempts) and self._is_at_work(attempts[-1])
        if node.get("type") != "Pod" or fulfilled(node) or node.get("synchronizationStatus"):
            return False
        return self.parts.kubelet.find(self.run.namespace, self.run.pod_name(node)) is not None

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

    def _memoized(
        self, name: str, template: Template, where: Where, fields: dict[str, Any]
    ) -> Node | None:
        node = self.run.node(name)
        if node is not None and node.get("phase") != "Pending":
            return None
        key = str(template["memoize"].get("key") or "")
        cache = str(((template["memoize"].get("cache") or {}).get("configMap") or {}).get("name"))
        outputs = memo.load(self.parts.store, self.run, template, self.now, self.parts.agenda)
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
        self.settle(made)
        return made
