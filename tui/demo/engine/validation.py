"""What is wrong with a workflow before it runs, in the words of the real controller."""

from __future__ import annotations

from typing import Any

from tui.demo.engine.functions import go_text
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
    _check_arguments(run)
    if not spec.get("entrypoint"):
        raise InvalidSpec("spec.entrypoint is required")
    _walk(run, templates, {"template": spec["entrypoint"]}, "")
    if spec.get("onExit"):
        _walk(run, templates, {"template": spec["onExit"]}, "")


def _check_arguments(run: Run) -> None:
    """Values and choices of the workflow's parameters.

    A parameter that the workflow gives itself counts as it stands there. One that takes the place
    of its template's has lost the choices (argo.md 5.1, 14), so that any value passes, as it does
    with Argo.
    """
    given = ((run.obj.get("spec") or {}).get("arguments") or {}).get("parameters") or []
    own = {each.get("name"): each for each in given}
    listed = (run.spec.get("arguments") or {}).get("parameters") or ()
    for index, each in enumerate(listed):
        name = each.get("name")
        if not name:
            raise InvalidSpec(f"spec.arguments.parameters[{index}].name is required")
        parameter, place = own.get(name, each), f"spec.arguments.{name}"
        if all(parameter.get(key) is None for key in ("value", "default", "valueFrom")):
            raise InvalidSpec(f"{place}.value or {place}.valueFrom is required")
        enum, value = parameter.get("enum"), parameter.get("value")
        if enum is None:
            continue
        if not enum:
            raise InvalidSpec(f"{place}.enum should contain at least one value")
        if value is not None and go_text(value) not in [go_text(choice) for choice in enum]:
            raise InvalidSpec(f"{place}.value should be present in {place}.enum list")


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
