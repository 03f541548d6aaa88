"""Giving a template its inputs: arguments, defaults, config maps (argo.md 1.5)."""

from __future__ import annotations

from typing import Any

from tui.demo.engine.go_values import go_text, to_json
from tui.demo.engine.run import Run, Template
from tui.demo.engine.variables import Scope, require_known, substitute, text
from tui.demo.resources import CONFIG_MAPS
from tui.demo.store import Store

_FILLED_LATER = ("inputs", "outputs", "metrics", "hooks", "onExit", "retryStrategy")
"""What of a template is filled in when it has ended, or by what uses it."""
ABSENT = "absentOptional"
"""Our own mark on an argument: an output that a skipped step never gave."""


class ArgumentError(ValueError):
    """An input that nobody supplied; the words are Argo's."""


def processed(
    run: Run,
    template: Template,
    arguments: dict[str, Any],
    scope: Scope,
    store: Store,
    *,
    is_complete: bool = False,
) -> tuple[Template, dict[str, Any]]:
    """The template with everything filled in, and the inputs as its node shows them.

    With `is_complete` there is nothing more to fill it in with, so what is left is an error.
    """
    inputs = template.get("inputs") or {}
    local: Scope = dict(scope)
    parameters = [
        _parameter(run, parameter, arguments, local, store)
        for parameter in inputs.get("parameters") or ()
    ]
    for parameter in parameters:
        if parameter.get("value") is not None:
            local[f"inputs.parameters.{parameter['name']}"] = parameter["value"]
    local["inputs.parameters"] = to_json(parameters)
    artifacts = [
        artifact
        for each in inputs.get("artifacts") or ()
        if (artifact := _artifact(each, arguments, local)) is not None
    ]
    for artifact in artifacts:
        name = f"inputs.artifacts.{artifact['name']}"
        local[name] = artifact
        local[f"{name}.path"] = artifact.get("path", "")
    local.update(_paths(template.get("outputs") or {}))
    if is_complete:
        work = {key: value for key, value in template.items() if key not in _FILLED_LATER}
        require_known(work, local)
    made: Template = substitute(template, local)
    shown: dict[str, Any] = {}
    if parameters:
        shown["parameters"] = parameters
    if artifacts:
        shown["artifacts"] = artifacts
    if shown:
        made["inputs"] = shown
    return made, shown


def _paths(outputs: dict[str, Any]) -> Scope:
    """Where a template is to leave its outputs."""
    scope: Scope = {}
    for artifact in outputs.get("artifacts") or ():
        scope[f"outputs.artifacts.{artifact.get('name')}.path"] = artifact.get("path", "")
    for parameter in outputs.get("parameters") or ():
        path = (parameter.get("valueFrom") or {}).get("path")
        if path:
            scope[f"outputs.parameters.{parameter.get('name')}.path"] = path
    return scope


def scope_of_inputs(inputs: dict[str, Any]) -> Scope:
    """`inputs.…` of a template, for what is inside it."""
    scope: Scope = {"inputs.parameters": to_json(inputs.get("parameters") or [])}
    for parameter in inputs.get("parameters") or ():
        if parameter.get("value") is not None:
            scope[f"inputs.parameters.{parameter['name']}"] = parameter["value"]
    for artifact in inputs.get("artifacts") or ():
        scope[f"inputs.artifacts.{artifact['name']}"] = artifact
    return scope


def _parameter(
    run: Run, parameter: dict[str, Any], arguments: dict[str, Any], scope: Scope, store: Store
) -> dict[str, Any]:
    name = str(parameter.get("name"))
    given: dict[str, Any] = next(
        (each for each in arguments.get("parameters") or () if each.get("name") == name), {}
    )
    value: Any = None
    for source in (given, parameter):
        value = source.get("value")
        if value is None and source.get("valueFrom"):
            value = from_config_map(run, source["valueFrom"], scope, store)
        if value is not None:
            break
    if value is None:
        value = given.get("default", parameter.get("default"))
    if value is None:
        if parameter.get("valueFrom"):
            raise ArgumentError(f"unable to retrieve inputs.parameters.{name}")
        if given.get(ABSENT):
            raise ArgumentError(
                f"inputs.parameters.{name}: argument references an absent optional "
                "(skipped/omitted node output with no default)"
            )
        raise ArgumentError(f"inputs.parameters.{name} was not supplied")
    filled = text(value if isinstance(value, str) else go_text(value), scope)
    kept: dict[str, Any] = {
        key: parameter[key] for key in ("description", "enum", "default") if key in parameter
    }
    return {"name": name, **kept, "value": filled}


def from_config_map(run: Run, source: dict[str, Any], scope: Scope, store: Store) -> str | None:
    """The value of a `configMapKeyRef` (or its default)."""
    ref = source.get("configMapKeyRef")
    if not isinstance(ref, dict):
        default = source.get("default")
        return None if default is None else str(default)
    name, key = text(str(ref.get("name", "")), scope), text(str(ref.get("key", "")), scope)
    found = store.find(CONFIG_MAPS, run.namespace, name)
    value = ((found or {}).get("data") or {}).get(key)
    if value is None:
        if source.get("default") is not None:
            return str(source["default"])
        if found is None:
            raise ArgumentError(
                f"failed to retrieve inputs.parameters.{ref.get('name')} from ConfigMap: "
                f'configmaps "{name}" not found'
            )
        raise ArgumentError(f"ConfigMap '{name}' does not have the key '{key}'")
    return str(value)


LOCATIONS = ("s3", "raw", "git", "http", "gcs", "azure", "oss", "hdfs", "artifactory", "plugin")


def _artifact(
    artifact: dict[str, Any], arguments: dict[str, Any], scope: Scope
) -> dict[str, Any] | None:
    name = str(artifact.get("name"))
    given = next(
        (each for each in arguments.get("artifacts") or () if each.get("name") == name), None
    )
    source: dict[str, Any] = {}
    if given is not None:
        source = resolved(given, scope) or {}
    elif not any(kind in artifact for kind in LOCATIONS):
        source = scope.get(f"workflow.artifacts.{name}") or {}
    located = {key: source[key] for key in (*LOCATIONS, "archive") if key in source}
    if given and given.get("subPath") and "s3" in located:
        key = str(located["s3"].get("key", "")).rstrip("/") + "/" + str(given["subPath"])
        located["s3"] = {**located["s3"], "key": key}
    whole: dict[str, Any] = substitute({**artifact, **located, "name": name}, scope)
    if not any(kind in whole for kind in LOCATIONS):
        if artifact.get("optional"):
            return None
        raise ArgumentError(f"inputs.artifacts.{name} was not supplied")
    return whole


def resolved(artifact: dict[str, Any], scope: Scope) -> dict[str, Any] | None:
    """An artifact argument with its `from` followed."""
    source = str(artifact.get("from") or "")
    if not source:
        return artifact
    found = scope.get(source.strip("{} ").lstrip("="))
    return found if isinstance(found, dict) else None
