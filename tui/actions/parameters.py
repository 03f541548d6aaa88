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
    of the workflows it makes. Behind the arguments stand the inputs of the template it begins with,
    which an argument of their name fills.
    """
    return _known(manifest, template, "parameters")


def known_artifacts(manifest: Manifest, template: Manifest | None = None) -> list[Json]:
    """The artifacts that can be given: arguments, then inputs of the template it begins with."""
    return [
        entry
        for entry in _known(manifest, template, "artifacts")
        # What is written into the workflow, or comes from elsewhere than a store, has no key.
        if not entry.keys() & {"raw", "git", "http", "artifactory", "from", "fromExpression"}
    ]


def _known(manifest: Manifest, template: Manifest | None, what: str) -> list[Json]:
    found: dict[str, Json] = {}
    specs = _specs(manifest, template)
    for spec in specs:
        for entry in items(part(spec, "arguments"), what):
            name = entry.get("name")
            if name:
                known = {key: value for key, value in entry.items() if value is not None}
                found[str(name)] = {**found.get(str(name), {}), **known}
    for entry in items(part(_first_template(specs), "inputs"), what):
        name = str(entry.get("name") or "")
        if name and name not in found:
            known = {key: value for key, value in entry.items() if value is not None}
            if what == "parameters" and "value" in known:
                known["default"] = known.pop("value")  # an argument takes its place, too
            found[name] = known
    return list(found.values())


def _specs(manifest: Manifest, template: Manifest | None) -> list[Json]:
    """Specs of a workflow, each of which wins over those before it."""
    spec = part(manifest, "spec")
    return [
        part(template or {}, "spec"),
        part(part(manifest, "status"), "storedWorkflowTemplateSpec"),
        part(spec, "workflowSpec"),
        spec,
    ]


def _first_template(specs: Sequence[Json]) -> Json:
    """The template that a workflow begins with; nothing where that is not known."""
    named = [str(spec.get("entrypoint") or "") for spec in specs]
    name = next((each for each in reversed(named) if each), "")
    for spec in reversed(specs):
        for each in items(spec, "templates"):
            if name and each.get("name") == name:
                return each
    return {}


def is_required(parameter: Mapping[str, Any]) -> bool:
    """Whether a run needs to be given a value: it has none, no default, and none from elsewhere."""
    return not any(parameter.get(key) is not None for key in ("value", "default", "valueFrom"))


def source_of(parameter: Mapping[str, Any]) -> str:
    """Where the value comes from if none is given, in words; "" where it is written down."""
    source = parameter.get("valueFrom")
    if not isinstance(source, dict) or parameter.get("value") is not None:
        return ""
    reference = source.get("configMapKeyRef")
    if isinstance(reference, dict):
        return f"from config map {reference.get('name')}, key {reference.get('key')}"
    if source.get("supplied") is not None:
        return ""
    return f"from {next(iter(source), 'elsewhere')}"


LOCATED = {"s3": "key", "gcs": "key", "oss": "key", "azure": "blob", "hdfs": "path"}
"""Kind of a location → the field that holds the key."""


def key_in(artifact: Mapping[str, Any]) -> str:
    """The key of an artifact in its store; "" where it has none yet."""
    for place, name in LOCATED.items():
        location = artifact.get(place)
        if isinstance(location, dict):
            return str(location.get(name) or "")
    return ""


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
