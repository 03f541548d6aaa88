"""What is wrong with a workflow before it runs, in the words of the real controller.

A template is looked at through the steps and tasks that use it, so that what is wrong deep inside
is told with the whole way to it. Each template is looked at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tui.demo.engine import conditions, spec_parts, spec_variables
from tui.demo.engine.run import Run, template_kind
from tui.demo.engine.spec_parts import InvalidSpec
from tui.demo.engine.templates import Found, TemplateError, Templates, TemplateScope

LONGEST_NAME = 63
"""Longer ones do not fit into the label on pods."""

POLICIES = ("Always", "OnError", "OnFailure", "OnTransientError", "")
POD_GC = ("", "OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess")


@dataclass(slots=True)
class _Look:
    """One use of a template that is yet to be looked into, and the way to it."""

    way: str
    found: Found


_Looks = Iterator[_Look]


def check(run: Run, templates: Templates) -> None:
    """Raise for the first thing that is wrong."""
    if len(run.name) > LONGEST_NAME:
        raise InvalidSpec(
            f'workflow name "{run.name}" must not be more than {LONGEST_NAME} characters long '
            f"(currently {len(run.name)})"
        )
    given = run.obj.get("spec") or {}
    if given.get("workflowTemplateRef") and given.get("templates"):
        raise InvalidSpec(
            "Templates is invalid field in spec if workflow referred WorkflowTemplate reference"
        )
    listed = run.spec.get("templates") or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise InvalidSpec("spec.templates must be a list of templates")
    spec_parts.check_names("spec.templates", listed)
    spec_parts.check_arguments("spec.arguments.", _arguments(run))
    if not run.spec.get("entrypoint"):
        raise InvalidSpec("spec.entrypoint is required")
    checks = _Checks(run, templates)
    arguments = run.spec.get("arguments") or {}
    checks.use({"template": run.spec["entrypoint"]}, arguments)
    if run.spec.get("onExit"):
        checks.known.add("workflow.failures")
        checks.use({"template": run.spec["onExit"]}, arguments)
    spec_parts.check_hooks("hooks", run.spec.get("hooks"))
    strategy = str((run.spec.get("podGC") or {}).get("strategy") or "")
    if strategy not in POD_GC:
        raise InvalidSpec(f"podGC.strategy unknown strategy '{strategy}'")
    for each in listed:
        checks.use({"template": each["name"]}, None, f"templates.{each['name']} ")


def check_new(obj: dict[str, Any], templates: Templates) -> None:
    """Raise for what is wrong with a workflow that is yet to be made."""
    run = Run(obj)
    stored = templates.stored_spec(run)
    if stored is not None:
        run.status["storedWorkflowTemplateSpec"] = stored
    check(run, templates)


def _arguments(run: Run) -> dict[str, Any]:
    """The workflow's arguments, as they are checked.

    A parameter that the workflow gives itself counts as it stands there. One that takes the place
    of its template's has lost the choices (argo.md 5.1, 14), so that any value passes, as it does
    with Argo.
    """
    given = (run.obj.get("spec") or {}).get("arguments") or {}
    own = {each.get("name"): each for each in given.get("parameters") or ()}
    arguments = run.spec.get("arguments") or {}
    parameters = [own.get(each.get("name"), each) for each in arguments.get("parameters") or ()]
    return {**arguments, "parameters": parameters}


class _Checks:
    """Looks at templates, one inside the other; not recursive in how deep they nest."""

    def __init__(self, run: Run, templates: Templates) -> None:
        self._run = run
        self._templates = templates
        self.known = spec_variables.of_workflow(run)
        self._seen: set[str] = set()

    def use(self, holder: dict[str, Any], arguments: dict[str, Any] | None, way: str = "") -> None:
        """Look at everything that is reached from here; None for any arguments at all."""
        found = self._found(holder, self._templates.root_scope(self._run), way)
        if found is None:
            return
        if arguments is not None:
            self._supplied(found, arguments, way)
        self._walk(found, way)

    def _walk(self, found: Found, way: str) -> None:
        ways, looks = [way], [self._template(found)]
        while looks:
            try:
                inner = next(looks[-1])
            except StopIteration:
                ways.pop()
                looks.pop()
            except InvalidSpec as error:
                raise InvalidSpec(f"{''.join(ways)}{error}") from error
            else:
                ways.append(inner.way)
                looks.append(self._template(inner.found))

    def _found(self, holder: dict[str, Any], scope: TemplateScope, way: str) -> Found | None:
        """The template of a step; None for one that only the running workflow can name."""
        ref = holder.get("templateRef")
        if isinstance(ref, dict):
            if holder.get("template"):
                raise InvalidSpec(f"{way}template name cannot be specified with templateRef")
            if not ref.get("name"):
                raise InvalidSpec(f"{way}resource name is required")
            if not ref.get("template"):
                raise InvalidSpec(f"{way}template name is required")
            if "{{" in f"{ref['name']}{ref['template']}":
                return None
        elif "{{" in str(holder.get("template") or "") and not holder.get("inline"):
            return None
        try:
            found = self._templates.find(self._run, holder, scope)
        except TemplateError as error:
            raise InvalidSpec(f"{way}{error}") from error
        policy = str((found.written.get("retryStrategy") or {}).get("retryPolicy") or "")
        if policy not in POLICIES:
            raise InvalidSpec(f"{way}{policy} is not a valid RetryPolicy")
        return found

    def _supplied(self, found: Found, arguments: dict[str, Any], way: str) -> None:
        try:
            spec_parts.check_supplied(found.written, arguments)
        except InvalidSpec as error:
            raise InvalidSpec(f"{way}{error}") from error

    def _template(self, found: Found) -> _Looks:
        """One template, then what is inside it."""
        template = found.written
        spec_parts.check_type(template)
        spec_parts.check_inputs(template)
        spec_parts.check_timeout(template)
        key = f"{found.scope}/{template.get('name') or id(template)}"
        if key in self._seen:
            return
        self._seen.add(key)
        known = spec_variables.of_template(template)
        kind, place = template_kind(template), f"templates.{template.get('name') or ''}"
        if kind in ("steps", "dag"):
            if template.get("activeDeadlineSeconds") is not None:
                raise InvalidSpec(f"{place}.activeDeadlineSeconds is only valid for leaf templates")
            inside = self._steps if kind == "steps" else self._dag
            yield from inside(found, place, known)
        else:
            # What inputs are when nobody gives them is of no account: here everything is given.
            self._resolved({**template, "inputs": None}, f"{place}: ", known)
            spec_parts.check_work(template)
        outputs = template.get("outputs") or {}
        for each in ("parameters", "artifacts"):
            listed = outputs.get(each) or ()
            # Tags in their names are filled in before the names are looked at.
            named = [
                {**one, "name": spec_variables.named(one, known, self.known)} for one in listed
            ]
            spec_parts.check_names(f"{place}.outputs.{each} ", named, values=True)
        self._resolved(outputs, f"{place}.outputs ", known)
        spec_parts.check_outputs(template)

    def _resolved(self, value: Any, way: str, *known: set[str]) -> None:
        if tag := spec_variables.unresolved(value, *known, self.known):
            raise InvalidSpec(f"{way}failed to resolve {tag}")

    def _steps(self, found: Found, place: str, known: set[str]) -> _Looks:
        names: set[str] = set()
        for index, group in enumerate(found.written["steps"] or ()):
            for step in group if isinstance(group, list) else group.get("steps") or ():
                name = str(step.get("name") or "")
                if not name:
                    raise InvalidSpec(f"{place}.steps[{index}].name is required")
                if name in names:
                    raise InvalidSpec(f"{place}.steps[{index}].name '{name}' is not unique")
                if wrong := spec_parts.wrong_field_name(name):
                    raise InvalidSpec(f"{place}.steps[{index}].name '{name}' is invalid: {wrong}")
                names.add(name)
                yield from self._step(found, step, f"{place}.steps[{index}].{name}", place, known)

    def _step(
        self, found: Found, step: dict[str, Any], here: str, place: str, known: set[str]
    ) -> _Looks:
        prefix = f"steps.{step['name']}"
        known.add(f"{prefix}.status")
        known |= _items_of(step, f"{here} ")
        spec_parts.check_arguments(f"{here}.arguments.", step.get("arguments") or {})
        inner = self._found(step, found.scope, f"{here} ")
        if inner is not None:
            yield _Look(f"{here} ", inner)
        template = inner.written if inner else None
        outputs = spec_variables.of_node(prefix, template, loop=_is_loop(step))
        ending = step.get("onExit") or (step.get("hooks") or {}).get("exit")
        spec_parts.check_hooks(here, step.get("hooks"))
        own = (outputs if ending else set()) | _inline_inputs(step)
        self._resolved(step, f"{place}.steps ", known, own)
        known |= outputs
        self.known |= spec_variables.of_globals(template)
        if inner is not None:
            self._supplied(inner, step.get("arguments") or {}, f"{here} ")

    def _dag(self, found: Found, place: str, known: set[str]) -> _Looks:
        dag = found.written["dag"]
        tasks: list[dict[str, Any]] = list(dag.get("tasks") or ())
        if not tasks:
            raise InvalidSpec(f"{place} must have at least one task")
        waits = _waits(tasks, place)
        spec_parts.check_names(f"{place}.tasks", tasks)
        by_name = {str(each["name"]): each for each in tasks}
        inner: dict[str, Found | None] = {}
        for task in tasks:
            name, here = task["name"], f"{place}.tasks.{task['name']} "
            _check_task(task, tasks, place)
            inner[name] = looked = self._found(task, found.scope, here)
            if looked is not None:
                yield _Look(here, looked)
            template = looked.written if looked else None
            known |= spec_variables.of_node(f"tasks.{name}", template, loop=_is_loop(task))
            self.known |= spec_variables.of_globals(template)
            _check_results(task, by_name, here)
        self._resolved(dag.get("target") or "", f"{place}.targets ", known)
        for target in str(dag.get("target") or "").split():
            if "{{" not in target and target not in by_name:
                raise InvalidSpec(f"{place}.targets: target '{target}' is not defined")
        for task in tasks:
            asks = "{{tasks." in json.dumps(task, default=str)
            before = _ancestors(task["name"], waits) if asks else set()
            self._task(task, inner[task["name"]], before, f"{place}.tasks.{task['name']}", known)

    def _task(
        self,
        task: dict[str, Any],
        inner: Found | None,
        before: set[str],
        here: str,
        known: set[str],
    ) -> None:
        if task.get("hooks"):
            known.add(f"tasks.{task['name']}.status")
        own = {f"tasks.{name}.status" for name in before}
        own |= _items_of(task, f"{here} ") | _inline_inputs(task)
        self._resolved(task, f"{here} ", known, own)
        arguments = task.get("arguments") or {}
        spec_parts.check_arguments(f"{here}.arguments.", arguments)
        for kind, key in (("parameter", "value"), ("artifact", "from")):
            for each in arguments.get(f"{kind}s") or ():
                text = str(each.get(key) or "")
                if text.startswith("{{tasks.") and (other := text.split(".")[1]) not in before:
                    raise InvalidSpec(
                        f"{here} missing dependency '{other}' for {kind} '{each['name']}'"
                    )
        if inner is not None:
            self._supplied(inner, arguments, f"{here} ")


def _is_loop(step: dict[str, Any]) -> bool:
    return any(step.get(key) for key in ("withItems", "withParam", "withSequence"))


def _items_of(step: dict[str, Any], way: str) -> set[str]:
    try:
        return spec_variables.of_items(step)
    except InvalidSpec as error:
        raise InvalidSpec(f"{way}{error}") from error


def _inline_inputs(step: dict[str, Any]) -> set[str]:
    inline = step.get("inline")
    return spec_variables.of_template(inline) if isinstance(inline, dict) else set()


def _waits(tasks: list[dict[str, Any]], place: str) -> dict[str, list[str]]:
    """What each task waits for; it must be possible to put them in order."""
    waits: dict[str, list[str]] = {}
    for task in tasks:
        name = str(task.get("name") or "")
        if name in waits:
            raise InvalidSpec(f"{place} sorting failed: duplicated nodeName {name}")
        waits[name] = conditions.tasks_in(conditions.depends_of(task))
    for needed in waits.values():
        for each in needed:
            if each not in waits:
                raise InvalidSpec(f"{place} sorting failed: invalid dependency {each}")
    if not spec_parts.sorted_by_needs(waits):
        raise InvalidSpec(f"{place} sorting failed: graph with cycle")
    return waits


def _check_task(task: dict[str, Any], tasks: list[dict[str, Any]], place: str) -> None:
    depends = any(each.get("depends") for each in tasks)
    if (depends or task.get("dependencies")) and str(task["name"])[0].isdigit():
        raise InvalidSpec(
            f"{place}.tasks.{task['name']} name cannot begin with a digit when using either "
            "'depends' or 'dependencies'"
        )
    if depends and task.get("dependencies"):
        raise InvalidSpec(
            f"{place} cannot use both 'depends' and 'dependencies' in the same DAG template"
        )
    if depends and task.get("continueOn") is not None:
        raise InvalidSpec(
            f"{place} cannot use 'continueOn' when using 'depends'. Instead use "
            "'dep-task.Failed'/'dep-task.Errored'"
        )


def _check_results(task: dict[str, Any], tasks: dict[str, dict[str, Any]], way: str) -> None:
    """What a `depends` asks for is something that can become of the task."""
    for name, result in conditions.results_in(str(task.get("depends") or "")):
        if result and result not in conditions.TASK_RESULTS:
            raise InvalidSpec(f"{way}task result '{result}' for task '{name}' is invalid")
        if result in ("AnySucceeded", "AllFailed") and not _is_loop(tasks[name]):
            raise InvalidSpec(
                f"{way}dependency '{name}' uses an items-based condition such as .AnySucceeded "
                "or .AllFailed but does not contain any items"
            )


def _ancestors(name: str, waits: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(waits[name])
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            todo += waits[each]
    return found
