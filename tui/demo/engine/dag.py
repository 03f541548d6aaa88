"""DAG templates: tasks run when what they depend on has ended as it should (argo.md 1.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui.demo.engine import conditions, hooks, loops, scopes, steps
from tui.demo.engine.arguments import scope_of_inputs
from tui.demo.engine.conditions import ConditionError
from tui.demo.engine.dag_graph import Graph, Task, became
from tui.demo.engine.ends import outbound
from tui.demo.engine.loops import LoopError
from tui.demo.engine.operation import Operation
from tui.demo.engine.run import Node, Template, completed, fulfilled, unsuccessful
from tui.demo.engine.templates import Found
from tui.demo.engine.variables import Scope, Unresolved, require_resolved
from tui.demo.engine.where import Where


def execute(
    op: Operation,
    name: str,
    found: Found,
    template: Template,
    where: Where,
    fields: dict[str, Any],
) -> Node:
    """Bring a DAG as far as it can go now."""
    node = op.group(name, "DAG", where, fields)
    return _Dag(op, node, template, where.within(found, node, template)).advance()


class _Dag:
    """One DAG during one reconciliation."""

    def __init__(self, op: Operation, node: Node, template: Template, where: Where) -> None:
        self.op = op
        self.run = op.run
        self.node = node
        self.template = template
        self.where = where
        self.graph = Graph(template["dag"])
        self.tasks, self.needs = self.graph.tasks, self.graph.needs
        self.fail_fast = template["dag"].get("failFast") is not False
        self.hooks_running = False

    def task_node(self, name: str) -> Node | None:
        """The node of a task: itself, its Retry or its TaskGroup."""
        return self.run.node(f"{self.node['name']}.{name}")

    def advance(self) -> Node:
        order = self.graph.order()
        failed = self._outcome(order) if self.fail_fast else ""
        for name in order:
            self._task(name, may_start=failed not in ("Failed", "Error"))
        outcome = self._outcome(order)
        if outcome == "Running" or self.hooks_running:
            return self.node
        self._set_ends()
        self.op.end_daemons(self.node)
        if outcome in ("Failed", "Error"):
            return self.run.mark(self.node, outcome, self.op.now)
        scope = self._scope(list(self.tasks), with_inputs=True)
        outputs = scopes.template_outputs(self.template, scope)
        if outputs:
            self.run.put(self.node, "outputs", outputs)
        return self.run.mark(self.node, "Succeeded", self.op.now, "")

    # What has become of it

    def _outcome(self, order: list[str]) -> str:
        """Running, or how the DAG ends."""
        branch: dict[str, str] = {}
        waiting = False
        for name in order:
            node = self.task_node(name)
            if node is None:
                waiting = True
                continue
            if not fulfilled(node):
                return "Running"
            branch[name] = self._branch(name, node, branch)
        bad = [
            branch[name] for name in self.graph.targets if branch.get(name) in ("Failed", "Error")
        ]
        if waiting and self.op.may_run(self.where):
            return bad[0] if bad and self.fail_fast else "Running"
        if bad:
            return bad[0]
        return "Failed" if waiting else "Succeeded"

    def _branch(self, name: str, node: Node, branch: dict[str, str]) -> str:
        """How the way to this task has ended."""
        if completed(node):
            allowed = self.tasks[name].get("continueOn") or {}
            key = "failed" if node["phase"] == "Failed" else "error"
            return "Succeeded" if unsuccessful(node) and allowed.get(key) else str(node["phase"])
        before = [branch.get(each, "") for each in self.needs[name]]
        bad = [phase for phase in before if phase in ("Failed", "Error")]
        return bad[0] if bad else "Succeeded"

    def _set_ends(self) -> None:
        ends: list[str] = []
        for name in self.graph.targets:
            node = self.task_node(name)
            if node is not None:
                ends += [end["id"] for end in outbound(self.run, node)]
        if ends:
            self.run.put(self.node, "outboundNodes", list(dict.fromkeys(ends)))

    # One task

    def _task(self, name: str, *, may_start: bool) -> None:
        task, node = self.tasks[name], self.task_node(name)
        if node is None and not self._may_begin(name, may_start=may_start):
            return
        if node is None or not fulfilled(node):
            self._go(name, task, node)
            node = self.task_node(name)
        if node is None or not self._hooks_of(name):
            return
        scope, prefix = self._scope(self.needs[name]), f"tasks.{name}"
        done = hooks.run(self.op, task, node, self.where, prefix, scope)
        if not (done and hooks.run_exit(self.op, task, node, self.where, prefix, scope)):
            self.hooks_running = True

    def _may_begin(self, name: str, *, may_start: bool) -> bool:
        """Whether its dependencies let it run; if they never will, it is omitted."""
        if any(
            (each := self.task_node(n)) is None or not fulfilled(each) for n in self.needs[name]
        ):
            return False
        if self.hooks_running and any(self._hooks_of(n) for n in self.needs[name]):
            return False
        if self.graph.depends[name]:
            try:
                holds = conditions.depends_holds(
                    self.graph.depends[name],
                    {each: self._became(each) for each in self.needs[name]},
                    self.graph.bare,
                )
            except ConditionError as error:
                self._end(name, "Error", str(error))
                return False
            if not holds:
                self._end(name, "Omitted", "omitted: depends condition not met")
                return False
        return may_start and self.op.may_run(self.where)

    def _hooks_of(self, name: str) -> bool:
        return bool(self.tasks[name].get("hooks") or self.tasks[name].get("onExit"))

    def _became(self, name: str) -> dict[str, bool]:
        node = self.task_node(name)
        grouped = node is not None and node.get("type") == "TaskGroup"
        return became(node, self.run.children(node) if node and grouped else [])

    def _end(self, name: str, phase: str, message: str) -> None:
        """A node that ends without having run."""
        task, full = self.tasks[name], f"{self.node['name']}.{name}"
        fields = steps.named(task, self.where)
        node = self.op.add(full, "Skipped", phase, self.where, fields, message)
        self._connect(name, node)
        if phase == "Skipped" and (outputs := steps.default_outputs(self.op, task, self.where)):
            self.run.put(node, "outputs", outputs)

    def _connect(self, name: str, node: Node) -> None:
        """It runs after the ends of what it depends on."""
        if not self.needs[name]:
            self.run.add_child(self.node, node)
            return
        for each in self.needs[name]:
            before = self.task_node(each)
            for end in outbound(self.run, before) if before else ():
                if end["id"] != node["id"]:
                    self.run.add_child(end, node)

    def _go(self, name: str, task: Task, node: Node | None) -> None:
        scope = self._scope(self.needs[name], with_inputs=True)
        try:
            filled = steps.fill(task, scope)
            many = loops.expanded(filled)
        except (Unresolved, LoopError) as error:
            if node is None:
                self._end(name, "Error", str(error))
            else:
                self.run.mark(node, "Error", self.op.now, str(error))
            return
        if not loops.is_loop(task):
            self._start(name, filled, None)
            return
        if not many:
            self._end(name, "Skipped", "Skipped, empty params")
            return
        if node is None:
            full, fields = f"{self.node['name']}.{name}", steps.named(task, self.where)
            node = self.op.add(full, "TaskGroup", "Running", self.where, fields)
            self._connect(name, node)
        elif node["phase"] == "Pending":
            self.run.mark(node, "Running", self.op.now, "")
        self._group(many, node)

    def _group(self, many: list[Task], group: Node) -> None:
        for one in many:
            self._start(one["name"], one, group)
        phase = "Succeeded"
        for one in many:
            child = self.task_node(one["name"])
            if child is None or not fulfilled(child):
                if self.op.may_run(self.where) or child is not None:
                    return
                phase = "Failed"
                continue
            prefix = f"tasks.{one['name']}"
            if not hooks.run_exit(self.op, one, child, self.where, prefix, {}):
                self.hooks_running = True
                return
            if unsuccessful(child):
                phase = child["phase"]
        self.run.mark(group, phase, self.op.now, "")

    def _start(self, name: str, task: Task, group: Node | None) -> None:
        full = f"{self.node['name']}.{name}"
        node = self.run.node(full)
        if node is None:
            try:
                proceed = conditions.holds(str(task.get("when") or ""))
                if proceed:
                    require_resolved(task["arguments"].get("parameters"))
            except (ConditionError, Unresolved) as error:
                self._refused(name, task, group, "Error", str(error))
                return
            if not proceed:
                words = f"when '{task.get('when')}' evaluated false"
                self._refused(name, task, group, "Skipped", words)
                return
            if not self.op.may_run(self.where):
                return
        named = replace(self.where, extra={"tasks.name": str(task["name"])})
        made = self.op.execute(full, task, named, task["arguments"])
        if made is None:
            return
        if group is not None:
            self.run.add_child(group, made)
        else:
            self._connect(name, made)

    def _refused(self, name: str, task: Task, group: Node | None, phase: str, message: str) -> None:
        if group is None:
            self._end(name, phase, message)
            return
        full, fields = f"{self.node['name']}.{name}", steps.named(task, self.where)
        node = self.op.add(full, "Skipped", phase, self.where, fields, message)
        self.run.add_child(group, node)

    # What tasks can speak of

    def _scope(self, names: list[str], *, with_inputs: bool = True) -> Scope:
        """The results of these tasks and of everything they depend on."""
        scope: Scope = dict(self.op.globals)
        if with_inputs:
            scope.update(scope_of_inputs(self.template.get("inputs") or {}))
        todo, seen = list(names), set()
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            todo += self.needs[name]
            node = self.task_node(name)
            if node is None:
                continue
            scopes.add_node(scope, f"tasks.{name}", node)
            if node.get("type") == "TaskGroup":
                children = sorted(self.run.children(node), key=steps.item_index)
                scopes.add_group(scope, f"tasks.{name}", children)
        return scope
