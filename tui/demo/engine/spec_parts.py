"""Parts of a spec, each by itself: names, arguments, inputs, outputs, containers.

The words are those of Argo's controller, since they are what a person looks up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tui.demo.engine.arguments import LOCATIONS
from tui.demo.engine.go_values import go_text
from tui.demo.engine.run import Template, template_kind


class InvalidSpec(ValueError):
    """A workflow that cannot run."""


KINDS = {
    "container": "Container",
    "containerSet": "ContainerSet",
    "steps": "Steps",
    "script": "Script",
    "resource": "Resource",
    "dag": "DAG",
    "suspend": "Suspend",
    "data": "Data",
    "http": "HTTP",
    "plugin": "Plugin",
}
"""The kinds of templates, and what Argo calls them."""

_LEAVES = ("container", "containerSet", "script", "resource", "data", "http", "plugin")
_CHOICES = (
    "choose one of: container, containerSet, steps, script, resource, dag, suspend, "
    "template, template ref"
)
_SOURCES = ("path", "jqFilter", "jsonPath", "parameter", "expression")
_ACTIONS = ("get", "create", "apply", "delete", "replace", "patch")
LONGEST_NAME = 128
_FIELD = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]*")
_VALUE = re.compile(r"[-a-zA-Z0-9_]+")
_WHOLE_TAG = re.compile(r"\{\{[-a-zA-Z0-9]+(\.[-a-zA-Z0-9_]+)*\}\}")


def is_leaf(template: Template) -> bool:
    """Whether a template does something itself."""
    return template_kind(template) in _LEAVES


def wrong_field_name(name: str) -> str:
    """What is wrong with the name of a template, step or task; "" for nothing."""
    wrong = []
    if len(name) > LONGEST_NAME:
        wrong.append(f"must be no more than {LONGEST_NAME} characters")
    if not _FIELD.fullmatch(name):
        wrong.append(
            "name must consist of alpha-numeric characters or '-', and must start with an "
            "alpha-numeric character (e.g. My-name1-2, 123-NAME)"
        )
    return ";".join(wrong)


def wrong_value_name(name: str) -> str:
    """What is wrong with the name of a parameter or artifact; "" for nothing."""
    if _VALUE.fullmatch(name):
        return ""
    return (
        "Parameter/Artifact name must consist of alpha-numeric characters, '_' or '-' "
        "e.g. my_param_1, MY-PARAM-1"
    )


def check_names(place: str, listed: Iterable[dict[str, Any]], *, values: bool = False) -> None:
    """Each has a name, no two the same one, and all are of the right letters."""
    seen: set[str] = set()
    for index, each in enumerate(listed):
        name = str(each.get("name") or "")
        if not name:
            raise InvalidSpec(f"{place}[{index}].name is required")
        wrong = wrong_value_name(name) if values else wrong_field_name(name)
        if wrong:
            raise InvalidSpec(f"{place}[{index}].name: '{name}' is invalid: {wrong}")
        if name in seen:
            raise InvalidSpec(f"{place}[{index}].name '{name}' is not unique")
        seen.add(name)


def check_hooks(place: str, hooks: dict[str, Any] | None) -> None:
    """Every hook but the one at the end says when it is to run."""
    for event, hook in (hooks or {}).items():
        if event != "exit" and not hook.get("expression"):
            raise InvalidSpec(f"{place}.{event} Expression required")


def check_arguments(place: str, arguments: dict[str, Any]) -> None:
    """What a step, task or workflow gives: values, choices, locations."""
    parameters = arguments.get("parameters") or ()
    artifacts = arguments.get("artifacts") or ()
    check_names(f"{place}parameters", parameters, values=True)
    check_names(f"{place}artifacts", artifacts, values=True)
    for each in parameters:
        _check_argument(f"{place}{each['name']}", each)
    for each in artifacts:
        name = f"{place}{each['name']}"
        if not any(each.get(key) for key in ("from", "fromExpression", *LOCATIONS)):
            raise InvalidSpec(f"{name}.from, artifact location, or key is required")
        if each.get("from") and each.get("fromExpression"):
            raise InvalidSpec(f"{name} shouldn't have both `from` and `fromExpression` in Artifact")


def _check_argument(place: str, parameter: dict[str, Any]) -> None:
    value, source = parameter.get("value"), parameter.get("valueFrom")
    if value is None and source is None and parameter.get("default") is None:
        raise InvalidSpec(f"{place}.value or {place}.valueFrom is required")
    if source is not None:
        allowed = any(source.get(k) is not None for k in ("configMapKeyRef", "event", "supplied"))
        if not allowed or any(source.get(key) for key in _SOURCES if key != "jqFilter"):
            raise InvalidSpec(
                f"{place}.valueFrom only allows: default, configMapKeyRef and supplied"
            )
    enum = parameter.get("enum")
    if enum is None:
        return
    if not enum:
        raise InvalidSpec(f"{place}.enum should contain at least one value")
    if value is not None and go_text(value) not in [go_text(choice) for choice in enum]:
        raise InvalidSpec(f"{place}.value should be present in {place}.enum list")


def check_type(template: Template) -> None:
    """A template is of one kind."""
    name = template.get("name") or ""
    kinds = [kind for kind in KINDS if template.get(kind) is not None]
    if not kinds:
        raise InvalidSpec(f"templates.{name} template type unspecified. {_CHOICES}")
    if len(kinds) > 1:
        raise InvalidSpec(f"templates.{name} multiple template types specified. {_CHOICES}")


def check_inputs(template: Template) -> None:
    """The inputs a template asks for."""
    name, inputs = template.get("name") or "", template.get("inputs") or {}
    check_names(f"templates.{name}.inputs.parameters", inputs.get("parameters") or (), values=True)
    check_names(f"templates.{name}.inputs.artifacts", inputs.get("artifacts") or (), values=True)
    for each in inputs.get("artifacts") or ():
        place = f"templates.{name}.inputs.artifacts.{each['name']}"
        _check_path(template, each, place)
        if each.get("from"):
            raise InvalidSpec(f"{place}.from not valid in inputs")
        if each.get("git") is not None and not each["git"].get("repo"):
            raise InvalidSpec(f"{place}.git.repo is required")
    for each in template.get("initContainers") or ():
        if not each.get("name"):
            raise InvalidSpec("initContainers must all have container name")


def _check_path(template: Template, artifact: dict[str, Any], place: str) -> None:
    path = str(artifact.get("path") or "")
    if not is_leaf(template):
        if path:
            raise InvalidSpec(f"{place}.path only valid in container/script templates")
    elif not path:
        raise InvalidSpec(f"error in {place}: Artifact '{artifact['name']}' did not specify a path")


def check_supplied(template: Template, arguments: dict[str, Any]) -> None:
    """Whether every input without a value of its own is given one."""
    place = f"templates.{template.get('name') or ''} inputs"
    inputs = template.get("inputs") or {}
    given = {each.get("name"): each for each in arguments.get("parameters") or ()}
    keys = ("value", "default", "valueFrom")
    for each in inputs.get("parameters") or ():
        sources = (each, given.get(each["name"], {}))
        if all(source.get(key) is None for source in sources for key in keys):
            raise InvalidSpec(f"{place}.parameters.{each['name']} was not supplied")
    located = {each.get("name") for each in arguments.get("artifacts") or ()}
    for each in inputs.get("artifacts") or ():
        if each.get("optional") or any(each.get(kind) for kind in LOCATIONS):
            continue
        if each["name"] not in located:
            raise InvalidSpec(f"{place}.artifacts.{each['name']} was not supplied")


def check_timeout(template: Template) -> None:
    """Only what does something itself may have a time limit, and it has a unit."""
    timeout = str(template.get("timeout") or "")
    if not timeout:
        return
    if not is_leaf(template):
        kind = KINDS[template_kind(template)]
        raise InvalidSpec(f"{kind} template doesn't support timeout field")
    if re.fullmatch(r"[-+]?\d+", timeout):
        raise InvalidSpec(f"{template.get('name') or ''} has invalid duration format in timeout")


def check_outputs(template: Template) -> None:
    """Where the outputs of a template come from."""
    name, outputs = template.get("name") or "", template.get("outputs") or {}
    for each in outputs.get("artifacts") or ():
        place = f"templates.{name}.outputs.artifacts.{each['name']}"
        _check_path(template, each, place)
        _check_global_name(place, each)
    for each in outputs.get("parameters") or ():
        place = f"templates.{name}.outputs.parameters.{each['name']}"
        _check_output(place, template, each)
        _check_global_name(place, each)


def _check_global_name(place: str, output: dict[str, Any]) -> None:
    name = str(output.get("globalName") or "")
    if name and not _WHOLE_TAG.search(name) and (wrong := wrong_value_name(name)):
        raise InvalidSpec(f"{place}.globalName: {wrong}")


def _check_output(place: str, template: Template, parameter: dict[str, Any]) -> None:
    value, source = parameter.get("value"), parameter.get("valueFrom")
    if value is not None:
        if source is not None:
            raise InvalidSpec(f"{place} has both valueFrom and value specified, choose one")
        return
    if source is None:
        raise InvalidSpec(f"{place} does not have valueFrom or value specified")
    given = [key for key in _SOURCES if source.get(key)]
    given += ["supplied"] if source.get("supplied") is not None else []
    if not given:
        raise InvalidSpec(
            "valueFrom type unspecified. choose one of: path, jqFilter, jsonPath, parameter, "
            "raw, expression"
        )
    if len(given) > 1:
        raise InvalidSpec(
            "multiple valueFrom types specified. choose one of: path, jqFilter, jsonPath, "
            "parameter, raw"
        )
    kind = template_kind(template)
    if kind in ("container", "containerSet", "script") and given != ["path"]:
        raise InvalidSpec(f"{place}.path must be specified for {KINDS[kind]} templates")
    if kind == "resource" and given[0] not in ("jqFilter", "jsonPath"):
        raise InvalidSpec(
            f"{place} .jqFilter or jsonPath must be specified for {KINDS[kind]} templates"
        )
    if kind in ("dag", "steps") and given[0] not in ("parameter", "expression"):
        raise InvalidSpec(
            f"{place}.parameter or expression must be specified for {KINDS[kind]} templates"
        )


def check_work(template: Template) -> None:
    """What a template that does something itself says of its containers.

    Nothing here asks for an image, as Argo does: those of the demo are never run.
    """
    place = f"templates.{template.get('name') or ''}"
    if template.get("containerSet") is not None:
        _check_containers(f"{place}.containerSet", template)
    if template.get("resource") is not None:
        _check_resource(place, template["resource"])
    limit = template.get("activeDeadlineSeconds")
    if limit is not None and not re.fullmatch(r"\d+|\{\{.*\}\}", str(limit)):
        raise InvalidSpec(
            f"{place}.activeDeadlineSeconds must be a positive integer > 0 or an argo variable"
        )
    if template.get("parallelism") is not None:
        raise InvalidSpec(f"{place}.parallelism is only valid for steps and dag templates")


def _check_containers(place: str, template: Template) -> None:
    containers = template["containerSet"].get("containers") or ()
    if not containers:
        raise InvalidSpec(f"{place}.containers must have at least one container")
    check_names(f"{place}.containers", containers)
    waits = {each["name"]: list(each.get("dependencies") or ()) for each in containers}
    for name, needed in waits.items():
        for each in needed:
            if each not in waits:
                raise InvalidSpec(f"{place}.containers.{name} dependency '{each}' not defined")
    if not sorted_by_needs(waits):
        raise InvalidSpec(f"{place}.containers dependency cycle detected")
    inputs, outputs = template.get("inputs") or {}, template.get("outputs") or {}
    asks = inputs.get("artifacts") or outputs.get("parameters") or outputs.get("artifacts")
    if asks and "main" not in waits:
        raise InvalidSpec(
            f'{place}.containers must have a container named "main" for input or output'
        )


def _check_resource(place: str, resource: dict[str, Any]) -> None:
    action = str(resource.get("action") or "")
    if action not in _ACTIONS and "{{" not in action:
        raise InvalidSpec(f"{place}.resource.action must be one of: {', '.join(_ACTIONS)}")
    if action in ("delete", "get"):
        return
    if not resource.get("manifest") and not resource.get("manifestFrom"):
        raise InvalidSpec(
            f"either {place}.resource.manifest or {place}.resource.manifestFrom must be specified"
        )


def sorted_by_needs(waits: dict[str, list[str]]) -> bool:
    """Whether everything comes after what it waits for, that is, whether there is no circle."""
    counts = {name: len(set(needed)) for name, needed in waits.items()}
    after: dict[str, list[str]] = {}
    for name, needed in waits.items():
        for each in set(needed):
            after.setdefault(each, []).append(name)
    ready = [name for name, count in counts.items() if not count]
    done = 0
    while ready:
        done += 1
        for name in after.get(ready.pop(), ()):
            counts[name] -= 1
            if not counts[name]:
                ready.append(name)
    return done == len(waits)
