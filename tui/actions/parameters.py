"""Parameters, labels and annotations as they are given on a command line (argo.md 5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.actions.manifests import Json, items, part
from tui.domain.gojson import go_json
from tui.domain.tolerant import go_text
from tui.domain.workflow import Manifest
from tui.errors import InputError, PlanError


def parse_parameter(text: str) -> tuple[str, str]:
    """`NAME=VALUE`, split at the first `=`. Raises: InputError in Argo's words."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"expected parameter of the form: NAME=VALUE. Received: {text}")
    return name, value


def known_parameters(manifest: Manifest, template: Manifest | None = None) -> list[Json]:
    """The arguments that can be given: name, value, enum and description, as far as known.

    A workflow made from a template often has names and values only; the rest stands in the spec
    that the controller stored with it, or in the template itself. Of a cron workflow they are those
    of the workflows it makes.
    """
    found: dict[str, Json] = {}
    status = part(manifest, "status")
    spec = part(manifest, "spec")
    for place in (
        part(template or {}, "spec"),
        part(status, "storedWorkflowTemplateSpec"),
        part(spec, "workflowSpec"),
        spec,
    ):
        for entry in items(part(place, "arguments"), "parameters"):
            name = entry.get("name")
            if name:
                known = {key: value for key, value in entry.items() if value is not None}
                found[str(name)] = {**found.get(str(name), {}), **known}
    return list(found.values())


def value_of(parameter: Mapping[str, Any]) -> str:
    """A parameter's value as text, or its default if it has none."""
    value = parameter.get("value", parameter.get("default"))
    return "" if value is None else go_text(value)


def outside(parameter: Mapping[str, Any], value: str) -> str:
    """Why a value is not in the parameter's list, as a sentence; "" if it is."""
    listed = [go_text(option) for option in parameter.get("enum") or ()]
    if not listed or value in listed:
        return ""
    return f"{parameter.get('name')} must be one of {', '.join(listed)}"


def warnings(manifest: Manifest, texts: Sequence[str]) -> tuple[str, ...]:
    """Warnings about values outside of an enum. Argo drops the enum with the old entry, so it
    accepts any value (argo.md 5.1)."""
    if not texts:
        return ()
    known = {str(entry["name"]): entry for entry in known_parameters(manifest)}
    found = []
    for text in texts:
        name, value = parse_parameter(text)
        if reason := outside(known.get(name, {}), value):
            found.append(f"{reason}, and {value!r} is none of them; Argo may accept it")
    return tuple(found)


def overridden(old: Sequence[Json], texts: Iterable[str]) -> list[Json]:
    """The given parameters in their order, then the old ones that are not given.

    A passed one replaces the old entry wholly: its enum, description and source go.
    """
    passed = [parse_parameter(text) for text in texts]
    names = {name for name, _ in passed}
    new: list[Json] = [{"name": name, "value": value} for name, value in passed]
    return [*new, *(entry for entry in old if str(entry.get("name") or "") not in names)]


def with_parameters(manifest: Manifest, texts: Sequence[str]) -> Manifest:
    """A copy with parameters overridden, in `spec` and in the stored spec if there is one.

    The stored spec gets the very list of `spec`, as Argo does it, so that both say the same.
    """
    if not texts:
        return manifest
    spec = part(manifest, "spec")
    new = overridden(items(part(spec, "arguments"), "parameters"), texts)
    changed = {**manifest, "spec": _with_list(spec, new)}
    status = part(manifest, "status")
    stored = status.get("storedWorkflowTemplateSpec")
    if isinstance(stored, dict):
        stored = _with_list(stored, new)
        changed["status"] = {**status, "storedWorkflowTemplateSpec": stored}
    return changed


def _with_list(spec: Json, parameters: list[Json]) -> Json:
    return {**spec, "arguments": {**part(spec, "arguments"), "parameters": parameters}}


def arguments_as_go(manifest: Manifest) -> Json:
    """`spec.arguments` as Argo prints it: every parameter's value is text."""
    arguments = part(part(manifest, "spec"), "arguments")
    shown = {key: value for key, value in arguments.items() if value}
    if "parameters" in shown:
        shown["parameters"] = [_as_go(entry) for entry in items(arguments, "parameters")]
    return shown


def _as_go(parameter: Json) -> Json:
    shown = {key: value for key, value in parameter.items() if value is not None}
    for key in ("value", "default"):
        if key in shown:
            shown[key] = go_text(shown[key])
    if isinstance(shown.get("enum"), list):
        shown["enum"] = [go_text(one) for one in shown["enum"]]
    return shown


def parse_labels(text: str, *, what: str = "labels") -> dict[str, str]:
    """`NAME1=VALUE1,NAME2=VALUE2`. Raises: PlanError in Argo's words."""
    found: dict[str, str] = {}
    for entry in text.split(","):
        key, equals, value = entry.partition("=")
        trouble = ""
        if not equals or "=" in value:
            trouble = f"unexpected label spec: {entry}"
        elif not key:
            trouble = "unexpected empty label key"
        if trouble:
            raise PlanError(
                f"expected {what} of the form: NAME1=VALUE2,NAME2=VALUE2. "
                f"Received: {text}: {trouble}"
            )
        found[key] = value
    return found


def from_file(values: Mapping[Any, Any]) -> tuple[str, ...]:
    """The entries of a parameter file as `NAME=VALUE`: text as it is, the rest as Go's JSON."""
    return tuple(f"{name}={_json(value)}" for name, value in values.items())


def _json(value: Any) -> str:
    if isinstance(value, str):
        return value
    return go_json(value)
