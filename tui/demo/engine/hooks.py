"""Hooks and exit handlers of steps and tasks (argo.md 1.5): nodes below the node they belong to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui.demo.engine import arguments
from tui.demo.engine.expression import ExpressionError, NotSimulated, evaluate
from tui.demo.engine.operation import Operation
from tui.demo.engine.run import Node, completed, fulfilled
from tui.demo.engine.scopes import add_node
from tui.demo.engine.variables import Scope, Unresolved, nested, substitute
from tui.demo.engine.where import Where


def run(
    op: Operation, holder: dict[str, Any], node: Node, where: Where, prefix: str, scope: Scope
) -> bool:
    """Start the hooks of a step or task whose expression holds; whether all are done."""
    done = True
    for event, hook in (holder.get("hooks") or {}).items():
        if event == "exit":
            continue
        name = f"{node['name']}.hooks.{event}"
        there = op.run.node(name)
        if there is None and not _holds(op, hook, node, prefix, scope):
            continue
        made = op.execute(name, hook, replace(where, hooked=True), _filled(hook, scope))
        if made is not None:
            op.run.add_child(node, made)
        done = done and made is not None and fulfilled(made)
    return done


def _holds(op: Operation, hook: dict[str, Any], node: Node, prefix: str, scope: Scope) -> bool:
    local: Scope = {**op.globals, **scope}
    add_node(local, prefix, node)
    try:
        return evaluate(str(hook.get("expression") or "false"), nested(local)) is True
    except NotSimulated as error:
        raise Unresolved(str(error)) from error
    except ExpressionError:
        return False


def run_exit(
    op: Operation, holder: dict[str, Any], node: Node, where: Where, prefix: str, scope: Scope
) -> bool:
    """Run the exit handler of a step or task that has ended; whether it is done."""
    if not completed(node):
        return True
    hook = exit_hook(holder)
    if hook is None or not op.may_run(replace(where, on_exit=True)):
        return True
    if hook.get("expression") and not _holds(op, hook, node, prefix, scope):
        return True
    local: Scope = {**op.globals, **scope}
    add_node(local, prefix, node)
    name = f"{node['name']}.onExit"
    given = {**(op.run.spec.get("arguments") or {}), **_filled(hook, local)}
    made = op.execute(name, hook, replace(where, hooked=True, on_exit=True), given)
    if made is not None:
        op.run.add_child(node, made)
    return made is not None and fulfilled(made)


def exit_hook(holder: dict[str, Any]) -> dict[str, Any] | None:
    """The exit handler of a step, task or workflow; `onExit` goes before `hooks.exit`."""
    if holder.get("onExit"):
        return {"template": holder["onExit"]}
    hook = (holder.get("hooks") or {}).get("exit")
    return hook if isinstance(hook, dict) else None


def _filled(hook: dict[str, Any], scope: Scope) -> dict[str, Any]:
    given = substitute(hook.get("arguments") or {}, scope)
    artifacts = [
        {**located, "name": each.get("name")}
        for each in given.get("artifacts") or ()
        if (located := arguments.resolved(each, scope)) is not None
    ]
    return {**given, "artifacts": artifacts} if artifacts else given
