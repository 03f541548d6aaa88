"""Steps templates: groups one after the other, the steps of a group side by side."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tui.demo.engine import conditions, hooks, loops, scopes
from tui.demo.engine.arguments import ABSENT, resolved, scope_of_inputs
from tui.demo.engine.conditions import ConditionError
from tui.demo.engine.ends import outbound
from tui.demo.engine.loops import LoopError
from tui.demo.engine.names import node_id
from tui.demo.engine.operation import Operation
from tui.demo.engine.run import Node, Template, fulfilled, unsuccessful
from tui.demo.engine.templates import Found, TemplateError
from tui.demo.engine.variables import Scope, Unresolved, require_resolved, substitute
from tui.demo.engine.where import Where

StepDict = dict[str, Any]

_PLAIN_NAME = "plainName"
"""Our own mark on an expanded step: its name without the item."""


def groups_of(template: Template) -> list[list[StepDict]]:
    """The groups of a steps template."""
    return [
        group if isinstance(group, list) else list(group.get("steps") or ())
        for group in template.get("steps") or ()
    ]


def execute(
    op: Operation,
    name: str,
    found: Found,
    template: Template,
    where: Where,
    fields: dict[str, Any],
) -> Node:
    """Bring a steps template as far as it can go now."""
    run = op.run
    node = op.group(name, "Steps", where, fields)
    inside = where.within(found, node, template)
    scope: Scope = {**op.globals, **scope_of_inputs(template.get("inputs") or {})}
    before: Node | None = None
    for index, group in enumerate(groups_of(template)):
        is_new = op.run.node(f"{name}[{index}]") is None
        group_node = _group_node(op, f"{name}[{index}]", inside, fields)
        if is_new:
            # Once: later the children of an empty group are what comes after it.
            _connect(op, node, before, group_node)
        if not fulfilled(group_node):
            _execute_group(op, group, group_node, inside, scope)
        if not fulfilled(group_node):
            return node
        if unsuccessful(group_node):
            _set_ends(op, node, group_node)
            op.end_daemons(node)
            return run.mark(node, "Failed", op.now, group_node.get("message", ""))
        _add_results(op, group, group_node, scope)
        scope.update(scopes.global_outputs(run))
        before = group_node
    if before is not None:
        _set_ends(op, node, before)
    outputs = scopes.template_outputs(template, scope)
    if outputs:
        run.put(node, "outputs", outputs)
    op.end_daemons(node)
    return run.mark(node, "Succeeded", op.now, "")


def _group_node(op: Operation, name: str, where: Where, fields: dict[str, Any]) -> Node:
    node = op.run.node(name)
    if node is None:
        inner = {key: value for key, value in fields.items() if key.startswith("template")}
        return op.add(name, "StepGroup", "Running", where, inner)
    return op.run.mark(node, "Running", op.now, "") if node["phase"] == "Pending" else node


def _connect(op: Operation, node: Node, before: Node | None, group_node: Node) -> None:
    if before is None:
        op.run.add_child(node, group_node)
        return
    children = op.run.children(before)
    if not children:
        op.run.add_child(before, group_node)
    for child in children:
        for end in outbound(op.run, child):
            op.run.add_child(end, group_node)


def _set_ends(op: Operation, node: Node, last: Node) -> None:
    ends = [end["id"] for child in op.run.children(last) for end in outbound(op.run, child)]
    op.run.put(node, "outboundNodes", list(dict.fromkeys(ends)) or [last["id"]])


def _add_results(op: Operation, group: list[StepDict], group_node: Node, scope: Scope) -> None:
    children = op.run.children(group_node)
    for step in group:
        prefix = f"steps.{step.get('name')}"
        one = op.run.node(f"{group_node['name']}.{step.get('name')}")
        if one is not None:
            scopes.add_node(scope, prefix, one)
            continue
        base = f"{group_node['name']}.{step.get('name')}("
        many = [child for child in children if child["name"].startswith(base)]
        # A loop of steps has no node, but the id that one would have.
        scope[f"{prefix}.id"] = node_id(op.run.name, base.removesuffix("("))
        scopes.add_group(scope, prefix, sorted(many, key=item_index))


def item_index(node: Node) -> int:
    """The place of an expanded item among its siblings."""
    inner = node["name"].rpartition("(")[2] if ":" not in node["name"] else ""
    text = inner or node["displayName"].partition("(")[2].partition(":")[0]
    return int(text) if text.isdigit() else 0


def _execute_group(
    op: Operation, group: list[StepDict], group_node: Node, where: Where, scope: Scope
) -> None:
    run = op.run
    try:
        planned = _expanded(op, group, group_node, where, scope)
    except (Unresolved, LoopError) as error:
        run.mark(group_node, "Error", op.now, str(error))
        return
    by_name: dict[str, StepDict] = {}
    for step in planned:
        name = f"{group_node['name']}.{step['name']}"
        by_name[name] = step
        if not _start(op, step, name, group_node, where, scope):
            return
    everything = len(run.children(group_node)) >= len(planned)
    for child in run.children(group_node):
        step = by_name.get(child["name"], {})
        prefix = f"steps.{_plain_name(step)}"
        hooked = hooks.run(op, step, child, where, prefix, scope)
        if (
            not fulfilled(child)
            or not hooked
            or not hooks.run_exit(op, step, child, where, prefix, scope)
        ):
            everything = False
    if not everything:
        if group_node["phase"] == "Running" and _is_stuck(op, group_node, planned, where):
            run.mark(group_node, "Failed", op.now, op.stopped())
        return
    for child in run.children(group_node):
        if unsuccessful(child) and not _goes_on(by_name.get(child["name"], {}), child):
            run.mark(group_node, "Failed", op.now, f"child '{child['id']}' failed")
            return
    run.mark(group_node, "Succeeded", op.now, "")


def _is_stuck(op: Operation, group_node: Node, planned: list[StepDict], where: Where) -> bool:
    """Whether nothing runs and a shutdown lets nothing start."""
    return not op.may_run(where) and all(fulfilled(c) for c in op.run.children(group_node))


def _plain_name(step: StepDict) -> str:
    return str(step.get(_PLAIN_NAME, step.get("name", "")))


def _goes_on(step: StepDict, node: Node) -> bool:
    allowed = step.get("continueOn") or {}
    return bool(allowed.get("failed" if node["phase"] == "Failed" else "error"))


def _expanded(
    op: Operation, group: list[StepDict], group_node: Node, where: Where, scope: Scope
) -> list[StepDict]:
    planned: list[StepDict] = []
    for step in group:
        if not isinstance(step, dict):
            continue
        filled = fill(step, scope)
        name = str(filled.get("name") or step.get("template") or "step")
        filled["name"] = name
        if not loops.is_loop(filled):
            filled[_PLAIN_NAME] = name
            planned.append(filled)
            continue
        if not conditions.holds_or_unknown(str(filled.get("when") or "")):
            skip(op, f"{group_node['name']}.{name}", group_node, where, filled)
            continue
        many = loops.expanded(filled)
        if not many:
            skipped = f"{group_node['name']}.{name}"
            node = op.run.node(skipped)
            if node is None:
                node = op.add(skipped, "Skipped", "Skipped", where, named(filled, where))
                op.run.mark(node, "Skipped", op.now, "Skipped, empty params")
            op.run.add_child(group_node, node)
        for one in many:
            one[_PLAIN_NAME] = name
        planned += many
    return planned


def skip(op: Operation, name: str, parent: Node, where: Where, step: StepDict) -> Node:
    """The node of a step whose `when` was false."""
    node = op.run.node(name)
    if node is None:
        message = f"when '{step.get('when')}' evaluated false"
        node = op.add(name, "Skipped", "Skipped", where, named(step, where), message)
        if outputs := default_outputs(op, step, where):
            op.run.put(node, "outputs", outputs)
    op.run.add_child(parent, node)
    return node


def named(step: StepDict, where: Where) -> dict[str, Any]:
    """What a node without a template of its own says of the template it was to run."""
    fields: dict[str, Any] = {"templateScope": str(where.scope)}
    if step.get("templateRef"):
        fields["templateRef"] = step["templateRef"]
    else:
        fields["templateName"] = str(step.get("template") or "")
    return fields


def fill(step: StepDict, scope: Scope) -> StepDict:
    """A step or task with its tags filled in; artifacts follow their `from`."""
    kept: dict[str, Any] = {key: step[key] for key in ("inline", "hooks", "onExit") if key in step}
    outer = {key: value for key, value in step.items() if key not in kept}
    name = str(step.get("name") or "")
    scope = {"steps.name": name, "tasks.name": name, **scope}
    given = outer.pop("arguments", None) or {}
    filled: StepDict = {**substitute(outer, scope), **kept}
    arguments = {key: value for key, value in given.items() if key != "artifacts"}
    artifacts = []
    for artifact in given.get("artifacts") or ():
        found = resolved(artifact, scope)
        if found is not None:
            located = substitute(found, scope)
            artifacts.append({**located, "name": artifact.get("name")} | _sub_path(artifact))
    filled["arguments"] = {**substitute(arguments, scope), "artifacts": artifacts}
    _mark_skipped(filled["arguments"], scope)
    loop = {key: filled.get(key) for key in loops.LOOPS}
    if loops.is_loop(filled):
        require_resolved(loop)
    return filled


_OUTPUT = re.compile(r"\{\{=?\s*((?:steps|tasks)\.[\w-]+)\.outputs\.[^{}]*\}\}")


def _mark_skipped(arguments: dict[str, Any], scope: Scope) -> None:
    """An output of a step that was skipped gives nothing: the input's default counts."""

    def missing(parameter: dict[str, Any]) -> bool:
        match = _OUTPUT.fullmatch(str(parameter.get("value") or ""))
        if match is None:
            return False
        return scope.get(f"{match[1]}.status") in ("Skipped", "Omitted")

    if arguments.get("parameters"):
        arguments["parameters"] = [
            {"name": each.get("name"), ABSENT: True} if missing(each) else each
            for each in arguments["parameters"]
        ]


def default_outputs(op: Operation, step: StepDict, where: Where) -> dict[str, Any]:
    """What a skipped step gives: the defaults of its template's output parameters."""
    try:
        found = op.parts.templates.find(op.run, step, where.scope)
    except TemplateError:
        return {}
    made = [
        {**each, "value": str(each["valueFrom"]["default"])}
        for each in (found.template.get("outputs") or {}).get("parameters") or ()
        if (each.get("valueFrom") or {}).get("default") is not None
    ]
    return {"parameters": made} if made else {}


def _sub_path(artifact: dict[str, Any]) -> dict[str, Any]:
    return {"subPath": artifact["subPath"]} if artifact.get("subPath") else {}


def _start(
    op: Operation,
    step: StepDict,
    name: str,
    group_node: Node,
    where: Where,
    scope: Scope,
) -> bool:
    """Start (or go on with) one step; false when its group has ended in an error."""
    run = op.run
    node = run.node(name)
    if node is None:
        try:
            proceed = conditions.holds(str(step.get("when") or ""))
            if proceed:
                require_resolved(step["arguments"].get("parameters"), scope)
        except (ConditionError, Unresolved) as error:
            failed = op.add(name, "Skipped", "Error", where, named(step, where), str(error))
            run.add_child(group_node, failed)
            run.mark(group_node, "Error", op.now, str(error))
            return False
        if not proceed:
            skip(op, name, group_node, where, step)
            return True
        if not op.may_run(where):
            return True
    inside = replace(where, extra={"steps.name": str(step["name"])})
    made = op.execute(name, step, inside, step["arguments"])
    if made is not None:
        run.add_child(group_node, made)
    return True
