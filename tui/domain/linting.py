"""What Argo would refuse of a workflow, a template or a cron workflow, before it is sent.

The rules are those of Argo's validation, in its words where it has words. Argo tells the first
fault; here all of them are told, each with where it stands. What depends on values that nobody
knows yet (expressions, items of loops) is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from tui.domain.cron import ScheduleError, read
from tui.domain.fields import Fault, Path, nearest
from tui.domain.workflow import Manifest

KINDS = ("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow")
TYPES = (
    "container",
    "containerSet",
    "steps",
    "script",
    "resource",
    "dag",
    "suspend",
    "data",
    "http",
    "plugin",
)
LEAVES = ("container", "containerSet", "script", "resource", "data", "http", "plugin")
CHOOSE = (
    "choose one of: container, containerSet, steps, script, resource, dag, suspend, template, "
    "template ref"
)
LONGEST = {
    "Workflow": ("workflow", 63),
    "WorkflowTemplate": ("workflow template", 63),
    "ClusterWorkflowTemplate": ("cluster workflow template", 63),
    "CronWorkflow": ("cron workflow", 52),
}
"""Kind → what it is called, and how long its name can be."""
NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]*\Z")
INVALID_NAME = (
    "name must consist of alpha-numeric characters or '-', and must start with an alpha-numeric "
    "character (e.g. My-name1-2, 123-NAME)"
)
PARAMETER_NAME = re.compile(r"[-a-zA-Z0-9_]+\Z")
POD_GC = ("", "OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess")
POLICIES = ("", "Allow", "Forbid", "Replace")
RETRY_POLICIES = ("", "Always", "OnFailure", "OnError", "OnTransientError")
ACTIONS = ("get", "create", "apply", "delete", "replace", "patch")
TAG = re.compile(r"\{\{\s*([^{}=][^{}]*?)\s*\}\}")
WORD = re.compile(r"[a-zA-Z0-9_-]+(?:\.(?:Succeeded|Failed|Errored|Skipped|Omitted|Daemoned))?")
RESULTS = re.compile(r"(?:AnySucceeded|AllFailed)\b")


class Unknown:
    """Stands for a template of which nobody can say whether it is there."""


UNKNOWN = Unknown()
Lookup = Callable[[str, str], "Manifest | Unknown | None"]
"""Kind and name of a template → what it is; None where there is none of that name."""


def nobody_knows(kind: str, name: str) -> Manifest | Unknown | None:
    """A lookup where there is nothing to look in."""
    return UNKNOWN


def check(manifest: Manifest, lookup: Lookup = nobody_knows) -> list[Fault]:
    """What is wrong with one object of Argo's; nothing is said of other kinds."""
    kind = str(manifest.get("kind") or "")
    if kind not in KINDS:
        return []
    found: list[Fault] = []
    found += _metadata(kind, _map(manifest.get("metadata")))
    spec = _map(manifest.get("spec"))
    if kind == "CronWorkflow":
        found += _cron(spec)
        found += _Checks(
            kind, _map(spec.get("workflowSpec")), ("spec", "workflowSpec"), lookup
        ).all()
    else:
        found += _Checks(kind, spec, ("spec",), lookup).all()
    return found


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _maps(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for at, each in enumerate(_list(value)):
        if isinstance(each, dict):
            yield at, each


def _metadata(kind: str, metadata: Mapping[str, Any]) -> Iterator[Fault]:
    name = metadata.get("name")
    noun, longest = LONGEST[kind]
    if not name and not metadata.get("generateName") and kind != "Workflow":
        # A workflow may be given its name when it is submitted.
        yield Fault(("metadata",), "metadata.name is required")
    if isinstance(name, str) and len(name) > longest:
        yield Fault(
            ("metadata", "name"),
            f'{noun} name "{name}" must not be more than {longest} characters long '
            f"(currently {len(name)})",
        )


def _cron(spec: Mapping[str, Any]) -> Iterator[Fault]:
    lines = [str(each) for each in _list(spec.get("schedules"))]
    lines += [str(spec["schedule"])] if spec.get("schedule") and not lines else []
    if not lines:
        yield Fault(("spec",), "cron workflow must have at least one schedule")
    for at, line in enumerate(lines):
        try:
            read([line])
        except ScheduleError as error:
            where: Path = (
                ("spec", "schedules", at) if spec.get("schedules") else ("spec", "schedule")
            )
            yield Fault(where, str(error))
    if spec.get("timezone"):
        try:
            read(["@daily"], str(spec["timezone"]))
        except ScheduleError as error:
            yield Fault(("spec", "timezone"), str(error))
    policy = str(spec.get("concurrencyPolicy") or "")
    if policy not in POLICIES:
        yield Fault(("spec", "concurrencyPolicy"), f"'{policy}' is not a valid concurrencyPolicy")
    deadline = spec.get("startingDeadlineSeconds")
    if isinstance(deadline, int) and deadline < 0:
        yield Fault(("spec", "startingDeadlineSeconds"), "startingDeadlineSeconds must be positive")


@dataclass(slots=True)
class _Checks:
    """The checks of one workflow spec."""

    kind: str
    spec: Mapping[str, Any]
    path: Path
    lookup: Lookup
    found: list[Fault] = field(default_factory=list)
    _templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    _knows_parameters: bool = True
    _parameters: set[str] = field(default_factory=set)
    _global_names: set[str] = field(default_factory=set)

    @property
    def is_run(self) -> bool:
        """Whether it runs as it is: a template may be used for its templates alone."""
        return self.kind in ("Workflow", "CronWorkflow")

    def all(self) -> list[Fault]:
        """Everything that is wrong."""
        spec = self.spec
        reference = _map(spec.get("workflowTemplateRef"))
        if reference.get("name"):
            self._of_template(reference)
        elif self.is_run and not spec.get("entrypoint"):
            self._add(self.path, "spec.entrypoint is required")
        self._names(spec.get("templates"), (*self.path, "templates"), "spec.templates")
        for _, template in _maps(spec.get("templates")):
            self._templates.setdefault(str(template.get("name") or ""), template)
        self._arguments()
        for field_ in ("entrypoint", "onExit"):
            name = spec.get(field_)
            if isinstance(name, str) and not reference.get("name"):
                self._known(name, (*self.path, field_))
        strategy = str(_map(spec.get("podGC")).get("strategy") or "")
        if strategy not in POD_GC:
            self._add(
                (*self.path, "podGC", "strategy"), f"podGC.strategy unknown strategy '{strategy}'"
            )
        for name, hook in _map(spec.get("hooks")).items():
            self._hook(name, hook, (*self.path, "hooks", name), "hooks")
        for at, template in _maps(spec.get("templates")):
            self._template(template, (*self.path, "templates", at))
        return self.found

    def _add(self, path: Path, what: str, hint: str = "") -> None:
        self.found.append(Fault(path, what, hint))

    # --- the whole -----------------------------------------------------------------------------

    def _of_template(self, reference: Mapping[str, Any]) -> None:
        here = (*self.path, "workflowTemplateRef")
        if self.spec.get("templates"):
            self._add(
                (*self.path, "templates"),
                "Templates is invalid field in spec if workflow referred WorkflowTemplate "
                "reference",
            )
        self._knows_parameters = False
        template = self._looked_up(reference, here)
        if template is None or isinstance(template, Unknown):
            return
        spec = _map(template.get("spec"))
        given = self._argument_names("parameters")
        for _, parameter in _maps(_map(spec.get("arguments")).get("parameters")):
            name = str(parameter.get("name") or "")
            is_missing = name not in given and not _has_value(parameter)
            if is_missing and self.kind == "CronWorkflow":
                self._add(
                    here,
                    f"spec.arguments.{name}.value or spec.arguments.{name}.valueFrom is required",
                    f"the template {reference['name']} has no value for it",
                )
        named = {str(each.get("name")) for _, each in _maps(spec.get("templates"))}
        entrypoint = self.spec.get("entrypoint") or spec.get("entrypoint")
        if self.is_run and not entrypoint:
            self._add(self.path, "spec.entrypoint is required")
        elif (
            isinstance(entrypoint, str) and self.spec.get("entrypoint") and entrypoint not in named
        ):
            self._add((*self.path, "entrypoint"), f"template name '{entrypoint}' undefined")

    def _looked_up(self, reference: Mapping[str, Any], path: Path) -> Manifest | Unknown | None:
        name = str(reference.get("name") or "")
        if "{{" in name:
            return UNKNOWN
        kind = "ClusterWorkflowTemplate" if reference.get("clusterScope") else "WorkflowTemplate"
        found = self.lookup(kind, name)
        if found is None:
            other = "WorkflowTemplate" if kind != "WorkflowTemplate" else "ClusterWorkflowTemplate"
            also = self.lookup(other, name)
            hint = ""
            if isinstance(also, dict):
                flag = "false" if kind == "ClusterWorkflowTemplate" else "true"
                hint = f"there is a {other} of that name: clusterScope: {flag}"
            self._add((*path, "name"), f'{kind} "{name}" not found', hint)
        return found

    def _argument_names(self, part: str) -> set[str]:
        listed = _map(self.spec.get("arguments")).get(part)
        return {str(each.get("name")) for _, each in _maps(listed)}

    def _arguments(self) -> None:
        arguments = _map(self.spec.get("arguments"))
        here = (*self.path, "arguments")
        for part in ("parameters", "artifacts"):
            self._names(
                arguments.get(part), (*here, part), f"spec.arguments.{part}", PARAMETER_NAME
            )
        self._parameters = self._argument_names("parameters")
        for _, template in _maps(self.spec.get("templates")):
            for part in ("parameters", "artifacts"):
                for _, each in _maps(_map(template.get("outputs")).get(part)):
                    if each.get("globalName"):
                        self._global_names.add(str(each["globalName"]))
        for at, parameter in _maps(arguments.get("parameters")):
            path = (*here, "parameters", at)
            name = parameter.get("name")
            if self.kind == "CronWorkflow" and self._knows_parameters and not _has_value(parameter):
                # Of others they are given when they are submitted.
                self._add(
                    path,
                    f"spec.arguments.{name}.value or spec.arguments.{name}.valueFrom is required",
                )
            self._enum(parameter, path, f"spec.arguments.{name}")

    def _enum(self, parameter: Mapping[str, Any], path: Path, called: str) -> None:
        if "enum" not in parameter or parameter["enum"] is None:
            return
        options = [str(each) for each in _list(parameter["enum"])]
        if not options:
            self._add((*path, "enum"), f"{called}.enum should contain at least one value")
            return
        value = parameter.get("value", parameter.get("default"))
        if value is not None and "{{" not in str(value) and str(value) not in options:
            self._add(
                (*path, "value" if "value" in parameter else "default"),
                f"{called}.value should be present in {called}.enum list",
                f"the list has {', '.join(options)}",
            )

    def _names(self, listed: Any, path: Path, called: str, pattern: re.Pattern[str] = NAME) -> None:
        """Names have to be there, and be valid and unique."""
        seen: set[str] = set()
        for at, each in _maps(listed):
            name = each.get("name")
            if not name:
                self._add((*path, at), f"{called}[{at}].name is required")
                continue
            text = str(name)
            if "{{" in text:
                continue  # names of outputs may be made of inputs
            if not pattern.match(text):
                self._add(
                    (*path, at, "name"), f"{called}[{at}].name: '{text}' is invalid: {INVALID_NAME}"
                )
            elif text in seen:
                self._add((*path, at, "name"), f"{called}[{at}].name '{text}' is not unique")
            seen.add(text)

    def _known(self, name: str, path: Path) -> dict[str, Any] | None:
        """The template of this name in the same object; said where there is none."""
        if name in self._templates:
            return self._templates[name]
        if "{{" not in name:
            near = nearest(name, self._templates)
            hint = f"did you mean {near}?" if near else ""
            self._add(path, f"template name '{name}' undefined", hint)
        return None

    # --- templates -----------------------------------------------------------------------------

    def _template(self, template: Mapping[str, Any], path: Path) -> None:
        name = str(template.get("name") or "")
        called = f"templates.{name}"
        types = [each for each in TYPES if template.get(each) is not None]
        if not types:
            self._add(path, f"{called} template type unspecified. {CHOOSE}")
        elif len(types) > 1:
            what = f"{called} multiple template types specified. {CHOOSE}"
            self._add((*path, types[1]), what, f"it has {' and '.join(types)}")
        inputs = _map(template.get("inputs"))
        for part in ("parameters", "artifacts"):
            named = f"{called}.inputs.{part}"
            self._names(inputs.get(part), (*path, "inputs", part), named, PARAMETER_NAME)
            outputs = _map(template.get("outputs")).get(part)
            named = f"{called}.outputs.{part}"
            self._names(outputs, (*path, "outputs", part), named, PARAMETER_NAME)
        for at, parameter in _maps(inputs.get("parameters")):
            where = (*path, "inputs", "parameters", at)
            self._enum(parameter, where, f"{called}.inputs.parameters.{parameter.get('name')}")
        self._leaf(template, path, called, types)
        self._retry(template, path)
        if "steps" in types:
            self._steps(template, path, called)
        if "dag" in types:
            self._dag(template, path, called)
        self._variables(template, path)

    def _leaf(self, template: Mapping[str, Any], path: Path, called: str, types: list[str]) -> None:
        default = _map(self.spec.get("templateDefaults"))
        for kind in ("container", "script"):
            images = [_map(each.get(kind)).get("image") for each in (template, default)]
            if kind in types and not any(images):
                self._add((*path, kind), f"{called}.{kind}.image may not be empty")
        if "resource" in types:
            resource = _map(template.get("resource"))
            action = str(resource.get("action") or "")
            here = (*path, "resource")
            if action not in ACTIONS and "{{" not in action:
                self._add(here, f"{called}.resource.action must be one of: {', '.join(ACTIONS)}")
            if action not in ("delete", "get") and not (
                resource.get("manifest") or resource.get("manifestFrom")
            ):
                self._add(
                    here,
                    f"either {called}.resource.manifest or {called}.resource.manifestFrom must be "
                    "specified",
                )
        if template.get("parallelism") is not None and types and types[0] in LEAVES:
            where = (*path, "parallelism")
            self._add(where, f"{called}.parallelism is only valid for steps and dag templates")
        is_inner = bool(types) and types[0] in ("steps", "dag")
        if template.get("activeDeadlineSeconds") is not None and is_inner:
            where = (*path, "activeDeadlineSeconds")
            self._add(where, f"{called}.activeDeadlineSeconds is only valid for leaf templates")
        for at, each in _maps(_map(template.get("outputs")).get("parameters")):
            has = [key for key in ("value", "valueFrom") if each.get(key) is not None]
            named = f"{called}.outputs.parameters.{each.get('name')}"
            where = (*path, "outputs", "parameters", at)
            if len(has) == 2:
                self._add(where, f"{named} has both valueFrom and value specified, choose one")
            elif not has:
                self._add(where, f"{named} does not have valueFrom or value specified")

    def _retry(self, template: Mapping[str, Any], path: Path) -> None:
        policy = str(_map(template.get("retryStrategy")).get("retryPolicy") or "")
        if policy not in RETRY_POLICIES and "{{" not in policy:
            where = (*path, "retryStrategy", "retryPolicy")
            self._add(where, f"{policy} is not a valid RetryPolicy")

    def _steps(self, template: Mapping[str, Any], path: Path, called: str) -> None:
        seen: set[str] = set()
        for at, group in enumerate(_list(template.get("steps"))):
            steps = group if isinstance(group, list) else _list(_map(group).get("steps"))
            for inner, step in _maps(steps):
                where: Path = (*path, "steps", at)
                where = (*where, inner) if isinstance(group, list) else (*where, "steps", inner)
                name = step.get("name")
                if not name:
                    self._add(where, f"{called}.steps[{at}].name is required")
                elif str(name) in seen:
                    what = f"{called}.steps[{at}].name '{name}' is not unique"
                    self._add((*where, "name"), what)
                elif not NAME.match(str(name)):
                    what = f"{called}.steps[{at}].name '{name}' is invalid: {INVALID_NAME}"
                    self._add((*where, "name"), what)
                seen.add(str(name))
                self._use(step, where, f"{called}.steps[{at}].{name}")

    def _dag(self, template: Mapping[str, Any], path: Path, called: str) -> None:
        dag = _map(template.get("dag"))
        here = (*path, "dag", "tasks")
        tasks = dict(_maps(dag.get("tasks")))
        if not tasks:
            self._add((*path, "dag"), f"{called} must have at least one task")
        self._names(dag.get("tasks"), here, f"{called}.tasks")
        names = {str(task.get("name") or ""): at for at, task in tasks.items()}
        uses = [
            key for key in ("depends", "dependencies") if any(t.get(key) for t in tasks.values())
        ]
        if len(uses) == 2:
            self._add(
                (*path, "dag"),
                f"{called} cannot use both 'depends' and 'dependencies' in the same DAG template",
            )
        graph: dict[str, set[str]] = {}
        for at, task in tasks.items():
            name = str(task.get("name") or "")
            where = (*here, at)
            before = set(self._before(task, where, f"{called}.tasks.{name}", names))
            graph[name] = before & names.keys()
            if uses and name[:1].isdigit():
                self._add(
                    (*where, "name"),
                    f"{called}.tasks.{name} name cannot begin with a digit when using either "
                    "'depends' or 'dependencies'",
                )
            if task.get("depends") and task.get("continueOn"):
                self._add(
                    (*where, "continueOn"),
                    f"{called} cannot use 'continueOn' when using 'depends'. Instead use "
                    "'dep-task.Failed'/'dep-task.Errored'",
                )
            self._use(task, where, f"{called}.tasks.{name}")
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = [str(each) for each in error.args[1]]
            where = (*here, names.get(circle[0], 0))
            self._add(where, f"{called} sorting failed: dependency cycle: {' -> '.join(circle)}")
        target = str(dag.get("target") or "")
        for each in target.split() if "{{" not in target else ():
            if each not in names:
                what = f"{called}.targets: target '{each}' is not defined"
                self._add((*path, "dag", "target"), what)

    def _before(
        self, task: Mapping[str, Any], path: Path, called: str, names: Iterable[str]
    ) -> Iterator[str]:
        known = set(names)
        for at, each in enumerate(_list(task.get("dependencies"))):
            if str(each) not in known:
                near = nearest(str(each), known)
                self._add(
                    (*path, "dependencies", at),
                    f"{called} dependency '{each}' not defined",
                    f"did you mean {near}?" if near else "",
                )
            yield str(each)
        depends = str(task.get("depends") or "")
        for word in WORD.findall(RESULTS.sub("", depends)):
            name = word.partition(".")[0]
            if name not in known:
                near = nearest(name, known)
                self._add(
                    (*path, "depends"),
                    f"{called} dependency '{name}' not defined",
                    f"did you mean {near}?" if near else "",
                )
            yield name

    # --- uses of templates ---------------------------------------------------------------------

    def _use(self, holder: Mapping[str, Any], path: Path, called: str) -> None:
        """A step or a task: what it runs, and whether that gets what it needs."""
        ways = [key for key in ("template", "templateRef", "inline") if holder.get(key)]
        if len(ways) > 1:
            what = "template name cannot be specified with templateRef"
            if "inline" in ways:
                what = f"only one of {', '.join(ways)} can be specified"
            self._add(path, f"{called} {what}")
        elif not ways:
            self._add(path, f"{called} template name is required")
        loops = [key for key in ("withItems", "withParam", "withSequence") if holder.get(key)]
        if len(loops) > 1:
            where = (*path, loops[1])
            self._add(
                where, f"{called} only one of withItems, withParam, withSequence can be specified"
            )
        arguments = _map(holder.get("arguments"))
        for part in ("parameters", "artifacts"):
            named = f"{called}.arguments.{part}"
            self._names(arguments.get(part), (*path, "arguments", part), named, PARAMETER_NAME)
        for name, hook in _map(holder.get("hooks")).items():
            self._hook(name, hook, (*path, "hooks", name), f"{called}.hooks")
        if isinstance(holder.get("onExit"), str) and holder["onExit"]:
            self._known(str(holder["onExit"]), (*path, "onExit"))
        if ways == ["template"]:
            template = self._known(str(holder["template"]), (*path, "template"))
        elif ways == ["templateRef"]:
            template = self._referred(_map(holder["templateRef"]), (*path, "templateRef"))
        else:
            inline = _map(holder.get("inline"))
            template = inline or None
            if inline:
                self._template({"name": holder.get("name"), **inline}, (*path, "inline"))
        if template is not None and len(ways) == 1:
            self._supplied(template, arguments, path, called)

    def _hook(self, name: str, hook: Any, path: Path, called: str) -> None:
        hook = _map(hook)
        if name != "exit" and not hook.get("expression"):
            self._add(path, f"{called}.{name} Expression required")
        if isinstance(hook.get("template"), str) and hook["template"]:
            self._known(str(hook["template"]), (*path, "template"))
        if hook.get("templateRef"):
            self._referred(_map(hook["templateRef"]), (*path, "templateRef"))

    def _referred(self, reference: Mapping[str, Any], path: Path) -> dict[str, Any] | None:
        if not reference.get("name"):
            self._add(path, "resource name is required")
            return None
        name = str(reference.get("template") or "")
        if not name:
            self._add(path, "template name is required")
            return None
        found = self._looked_up(reference, path)
        if not isinstance(found, dict) or "{{" in name:
            return None
        templates = {
            str(each.get("name")): each
            for _, each in _maps(_map(found.get("spec")).get("templates"))
        }
        if name not in templates:
            near = nearest(name, templates)
            self._add(
                (*path, "template"),
                f"template reference {reference['name']}.{name} not found",
                f"did you mean {near}?" if near else "",
            )
        return templates.get(name)

    def _supplied(
        self,
        template: Mapping[str, Any],
        arguments: Mapping[str, Any],
        path: Path,
        called: str,
    ) -> None:
        """What a template takes, and has no value for, has to be given."""
        given = {str(each.get("name")) for _, each in _maps(arguments.get("parameters"))}
        inputs = _map(template.get("inputs"))
        name = template.get("name")
        for _, each in _maps(inputs.get("parameters")):
            if not _has_value(each) and str(each.get("name")) not in given:
                what = f"templates.{name} inputs.parameters.{each.get('name')} was not supplied"
                self._add(path, f"{called} {what}")
        given = {str(each.get("name")) for _, each in _maps(arguments.get("artifacts"))}
        for _, each in _maps(inputs.get("artifacts")):
            places = each.keys() - {"name", "path", "mode", "optional", "archive", "description"}
            if not places and not each.get("optional") and str(each.get("name")) not in given:
                what = f"templates.{name} inputs.artifacts.{each.get('name')} was not supplied"
                self._add(path, f"{called} {what}")

    # --- variables -----------------------------------------------------------------------------

    def _variables(self, template: Mapping[str, Any], path: Path) -> None:
        """Names in tags that stand for nothing. Inline templates have names of their own."""
        inputs = _map(template.get("inputs"))
        known = {
            part: {str(each.get("name")) for _, each in _maps(inputs.get(part))}
            for part in ("parameters", "artifacts")
        }
        steps = self._siblings(template)
        waiting: list[tuple[Any, Path]] = [
            (value, (*path, key)) for key, value in template.items() if key != "name"
        ]
        while waiting:
            value, here = waiting.pop()
            if isinstance(value, dict):
                waiting += [
                    (each, (*here, key))
                    for key, each in value.items()
                    if key != "inline" and isinstance(key, str)
                ]
            elif isinstance(value, list):
                waiting += [(each, (*here, at)) for at, each in enumerate(value)]
            elif isinstance(value, str) and "{{" in value:
                for tag in TAG.findall(value):
                    self._tag(tag, here, known, steps)

    @staticmethod
    def _siblings(template: Mapping[str, Any]) -> dict[str, set[str]]:
        steps: set[str] = set()
        for group in _list(template.get("steps")):
            inner = group if isinstance(group, list) else _list(_map(group).get("steps"))
            steps |= {str(each.get("name")) for _, each in _maps(inner)}
        tasks = {str(each.get("name")) for _, each in _maps(_map(template.get("dag")).get("tasks"))}
        return {"steps": steps, "tasks": tasks}

    def _tag(
        self, tag: str, path: Path, known: Mapping[str, set[str]], steps: Mapping[str, set[str]]
    ) -> None:
        words = tag.split(".")
        names: set[str]
        if words[0] == "inputs" and len(words) >= 3 and words[1] in known:
            names = known[words[1]]
            name = words[2] if words[1] == "artifacts" else ".".join(words[2:])
            name = name if name in names else words[2]
        elif words[0] in ("steps", "tasks") and len(words) >= 3 and words[1] != "name":
            names, name = steps[words[0]], words[1]
        elif words[:2] == ["workflow", "parameters"] and len(words) >= 3:
            if not self._knows_parameters or not self.is_run:
                return
            names, name = self._parameters, ".".join(words[2:])
            if name in ("json",):
                return
        else:
            return
        if name not in names:
            near = nearest(name, names)
            hint = f"did you mean {near}?" if near else ""
            self._add(path, f"failed to resolve {{{{{tag}}}}}", hint)


def _has_value(parameter: Mapping[str, Any]) -> bool:
    return any(parameter.get(key) is not None for key in ("value", "default", "valueFrom"))
