"""What is wrong with a workflow before it runs, in the words of the real controller."""

from __future__ import annotations

from typing import Any

from tui.demo.engine.run import Run, template_kind
from tui.demo.engine.templates import TemplateError, Templates, TemplateScope


class InvalidSpec(ValueError):
    """A workflow that cannot run."""


def check(run: Run, templates: Templates) -> None:
    """Raise for the first thing that is wrong."""
    spec = run.spec
    listed = spec.get("templates") or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise InvalidSpec("spec.templates must be a list of templates")
    names = [each.get("name") for each in listed]
    for index, name in enumerate(names):
        if not name:
            raise InvalidSpec(f"templates[{index}].name is required")
        if name in names[:index]:
            raise InvalidSpec(f"templates[{index}].name '{name}' is not unique")
    for parameter in (spec.get("arguments") or {}).get("parameters") or ():
        name = parameter.get("name")
        if not name:
            raise InvalidSpec("spec.arguments.parameters[0].name is required")
        if all(parameter.get(key) is None for key in ("value", "default", "valueFrom")):
            raise InvalidSpec(
                f"spec.arguments.{name}.value or spec.arguments.{name}.valueFrom is required"
            )
        enum, value = parameter.get("enum"), parameter.get("value")
        if enum and value is not None and str(value) not in [str(each) for each in enum]:
            raise InvalidSpec(f"spec.arguments.{name}.value should be present in enum list")
    if not spec.get("entrypoint"):
        raise InvalidSpec("spec.entrypoint is required")
    _walk(run, templates, {"template": spec["entrypoint"]}, "")
    if spec.get("onExit"):
        _walk(run, templates, {"template": spec["onExit"]}, "")


def _walk(run: Run, templates: Templates, holder: dict[str, Any], place: str) -> None:
    """Every template that can be reached, once; not recursive in how deep they nest."""
    todo: list[tuple[dict[str, Any], TemplateScope, str]] = [
        (holder, templates.root_scope(run), place)
    ]
    seen: set[str] = set()
    while todo:
        step, scope, where = todo.pop(0)
        try:
            found = templates.find(run, step, scope)
        except TemplateError as error:
            raise InvalidSpec(f"{where} {error}".strip()) from error
        template = found.template
        key = f"{found.scope}/{template.get('name')}" if template.get("name") else where
        if key in seen:
            continue
        seen.add(key)
        kind = template_kind(template)
        name = str(template.get("name") or "inline")
        if not kind:
            raise InvalidSpec(
                f"templates.{name} template type unspecified. choose one of: container, "
                "containerSet, steps, script, resource, dag, suspend, template, template ref"
            )
        if kind == "steps":
            for index, group in enumerate(template["steps"] or ()):
                for inner in group if isinstance(group, list) else group.get("steps") or ():
                    at = f"templates.{name}.steps[{index}].{inner.get('name')}"
                    todo.append((inner, found.scope, at))
        elif kind == "dag":
            tasks = template["dag"].get("tasks") or ()
            _check_tasks(name, tasks)
            for task in tasks:
                todo.append((task, found.scope, f"templates.{name}.tasks.{task.get('name')}"))


def _check_tasks(name: str, tasks: Any) -> None:
    known = [task.get("name") for task in tasks]
    waits: dict[str, list[str]] = {}
    for task in tasks:
        if not task.get("name"):
            raise InvalidSpec(f"templates.{name}.tasks[0].name is required")
        needed = [str(each) for each in task.get("dependencies") or ()]
        waits[task["name"]] = needed
        for each in needed:
            if each not in known:
                raise InvalidSpec(
                    f"templates.{name}.tasks.{task['name']} dependency '{each}' not defined"
                )
    done: set[str] = set()
    while ready := [t for t, needed in waits.items() if t not in done and set(needed) <= done]:
        done.update(ready)
    left = [task for task in waits if task not in done]
    if left:
        raise InvalidSpec(f"templates.{name}.tasks dependency cycle detected: {'->'.join(left)}")
