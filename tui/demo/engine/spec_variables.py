"""Which variables the tags of a template may speak of, and the first that nobody can fill in.

Argo looks only at tags of its own (`inputs.…`, `steps.…`, `workflow.…` and the like), never into
`{{=expressions}}`, and lets through a few that are known only while the workflow runs.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tui.demo.engine.run import PODDED, Run, Template, template_kind
from tui.demo.engine.spec_parts import InvalidSpec
from tui.demo.engine.variables import OWN

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LATER = (
    "outputs.",
    "workflow.creationTimestamp",
    "workflow.scheduledTime",
    "workflow.duration",
    "tasks.name",
    "steps.name",
)
ANY_ITEM = "item.*"
ANY_OUTPUT = "workflow.outputs.*"


def unresolved(value: Any, *known: set[str]) -> str:
    """The first tag in a template or step that nobody can fill in, as it stands there."""

    def is_known(tag: str) -> bool:
        return any(tag in each for each in known)

    for match in _TAG.finditer(json.dumps(value, default=str, ensure_ascii=False)):
        tag = match[1].strip()
        if not tag.startswith(OWN) or is_known(tag) or tag.startswith(_LATER):
            continue
        if tag.startswith("item.") and is_known(ANY_ITEM):
            continue
        if tag.startswith("workflow.outputs.") and is_known(ANY_OUTPUT):
            continue
        return match[0]
    return ""


def named(output: dict[str, Any], *known: set[str]) -> str:
    """The name of an output as it is checked: with letters for each tag that can be filled in.

    What steps and tasks give comes too late for a name.
    """

    def filled(match: re.Match[str]) -> str:
        tag = match[1].strip()
        if tag.startswith(("steps.", "tasks.", "outputs.")):
            return match[0]
        is_known = tag.startswith("=") or any(tag in each for each in known)
        return re.sub(r"\W", "-", tag) if is_known else match[0]

    return _TAG.sub(filled, str(output.get("name") or ""))


def of_workflow(run: Run) -> set[str]:
    """What every template may speak of."""
    spec, metadata = run.spec, run.obj["metadata"]
    known = {
        f"workflow.{each}"
        for each in ("name", "namespace", "mainEntrypoint", "serviceAccountName", "uid", "status")
    }
    known |= {f"workflow.{kind}{end}" for kind in _TOLD for end in ("", ".json")}
    if spec.get("priority") is not None:
        known.add("workflow.priority")
    arguments = spec.get("arguments") or {}
    parameters = arguments.get("parameters") or ()
    if parameters:
        known |= {"workflow.parameters", "workflow.parameters.json"}
    known |= {f"workflow.parameters.{each.get('name')}" for each in parameters}
    told = spec.get("workflowMetadata") or {}
    for kind in _TOLD:
        for keys in (metadata.get(kind), told.get(kind)):
            known |= {f"workflow.{kind}.{key}" for key in keys or ()}
    known |= {f"workflow.labels.{key}" for key in told.get("labelsFrom") or ()}
    return known


_TOLD = ("labels", "annotations")


def of_template(template: Template) -> set[str]:
    """What a template may speak of because of what it is itself."""
    inputs, outputs = template.get("inputs") or {}, template.get("outputs") or {}
    parameters = inputs.get("parameters") or ()
    known = {f"inputs.parameters.{each['name']}" for each in parameters}
    if parameters:
        known.add("inputs.parameters")
    for each in inputs.get("artifacts") or ():
        known |= {f"inputs.artifacts.{each['name']}", f"inputs.artifacts.{each['name']}.path"}
    known |= {f"outputs.artifacts.{each['name']}.path" for each in outputs.get("artifacts") or ()}
    if template_kind(template) in PODDED:
        known.add("pod.name")
    if template.get("retryStrategy") is not None:
        known |= {"retries"}
    return known


def of_items(step: dict[str, Any]) -> set[str]:
    """`item` and its parts, for a step or task that is a loop."""
    given = [key for key in ("withItems", "withParam", "withSequence") if step.get(key)]
    if len(given) > 1:
        raise InvalidSpec("only one of withItems, withParam, withSequence can be specified")
    if not given:
        return set()
    known = {"item"}
    if given == ["withParam"]:
        known.add(ANY_ITEM)
    elif given == ["withSequence"]:
        sequence = step["withSequence"]
        if sequence.get("count") is not None and sequence.get("end") is not None:
            raise InvalidSpec("only one of count or end can be defined in withSequence")
    else:
        for item in step["withItems"]:
            if isinstance(item, dict):
                known |= {f"item.{key}" for key in item}
            elif isinstance(item, list):
                known |= {f"item.[{index}]" for index in range(len(item))}
    return known


def of_node(prefix: str, template: Template | None, *, loop: bool = False) -> set[str]:
    """What later steps may ask of a step or task that runs this template."""
    known = {f"{prefix}.{each}" for each in ("id", "startedAt", "finishedAt", "hostNodeName")}
    if template is None:
        return known
    if template.get("daemon"):
        known.add(f"{prefix}.ip")
    if _has_output(template):
        known |= {f"{prefix}.outputs.result", f"{prefix}.exitCode"}
    if loop:
        known.add(f"{prefix}.outputs.parameters")
    outputs = template.get("outputs") or {}
    for kind in ("parameters", "artifacts"):
        for each in outputs.get(kind) or ():
            known.add(f"{prefix}.outputs.{kind}.{each.get('name')}")
    return known


def of_globals(template: Template | None) -> set[str]:
    """The outputs of a template that become outputs of the workflow."""
    known: set[str] = set()
    for kind in ("parameters", "artifacts"):
        for each in ((template or {}).get("outputs") or {}).get(kind) or ():
            name = str(each.get("globalName") or "")
            if "{{" in name:
                known.add(ANY_OUTPUT)
            elif name:
                known.add(f"workflow.outputs.{kind}.{name}")
    return known


def _has_output(template: Template) -> bool:
    kind = template_kind(template)
    if kind == "containerSet":
        containers = template["containerSet"].get("containers") or ()
        return any(each.get("name") == "main" for each in containers)
    return kind in ("container", "script", "data", "http", "plugin")
