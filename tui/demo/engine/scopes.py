"""What tags can speak of: the workflow, earlier steps, and a template's own inputs and outputs."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from tui.demo.engine.expression import ExpressionError, NotSimulated, evaluate
from tui.demo.engine.go_values import go_text, to_json
from tui.demo.engine.run import Node, Run, Template, unsuccessful
from tui.demo.engine.variables import Scope, Unresolved, nested, text
from tui.demo.store import timestamp
from tui.domain.durations import parse_time


def of_workflow(run: Run, now: datetime) -> Scope:
    """`workflow.…`: everything known of the workflow itself."""
    metadata, spec = run.obj["metadata"], run.spec
    created = parse_time(metadata.get("creationTimestamp")) or now
    started = parse_time(run.status.get("startedAt")) or created
    parameters = (spec.get("arguments") or {}).get("parameters") or []
    scope: Scope = {
        "workflow.name": run.name,
        "workflow.namespace": run.namespace,
        "workflow.uid": run.uid,
        "workflow.mainEntrypoint": str(spec.get("entrypoint", "")),
        "workflow.serviceAccountName": str(spec.get("serviceAccountName") or "default"),
        "workflow.status": run.phase or "Running",
        "workflow.creationTimestamp": timestamp(created),
        "workflow.creationTimestamp.RFC3339": timestamp(created),
        "workflow.creationTimestamp.s": str(int(created.timestamp())),
        "workflow.duration": f"{(now - started).total_seconds():.6f}",
        "workflow.priority": str(spec.get("priority") or 0),
        "workflow.parameters": to_json(parameters),
        "workflow.labels": to_json(metadata.get("labels") or {}),
        "workflow.annotations": to_json(metadata.get("annotations") or {}),
    }
    scope["now()"] = now
    scope.update(_parts_of(created))
    for kind in ("parameters", "labels", "annotations"):
        scope[f"workflow.{kind}.json"] = scope[f"workflow.{kind}"]
    for parameter in parameters:
        value = parameter.get("value", parameter.get("default"))
        if value is not None:
            scope[f"workflow.parameters.{parameter.get('name')}"] = _plain(value)
    for kind in ("labels", "annotations"):
        for key, value in (metadata.get(kind) or {}).items():
            scope[f"workflow.{kind}.{key}"] = str(value)
    scheduled = (metadata.get("annotations") or {}).get("workflows.argoproj.io/scheduled-time")
    if scheduled:
        scope["workflow.scheduledTime"] = scheduled
    scope.update(global_outputs(run))
    for artifact in (spec.get("arguments") or {}).get("artifacts") or ():
        scope[f"workflow.artifacts.{artifact.get('name')}"] = artifact
    return scope


def global_outputs(run: Run) -> Scope:
    """`workflow.outputs.…`: what nodes have given under a `globalName` so far."""
    scope: Scope = {}
    outputs = run.status.get("outputs") or {}
    for parameter in outputs.get("parameters") or ():
        scope[f"workflow.outputs.parameters.{parameter['name']}"] = parameter.get("value", "")
    for artifact in outputs.get("artifacts") or ():
        scope[f"workflow.outputs.artifacts.{artifact['name']}"] = artifact
    return scope


@lru_cache(maxsize=256)
def _parts_of(moment: datetime) -> dict[str, str]:
    """The creation time by single strftime letters."""
    letters = "YmdHMSjyBbAaIp"
    return {f"workflow.creationTimestamp.{each}": moment.strftime(f"%{each}") for each in letters}


def failures(run: Run) -> str:
    """`workflow.failures`: the failed pods as JSON, for exit handlers."""
    rows = [
        {
            "displayName": node.get("displayName", ""),
            "message": node.get("message", ""),
            "templateName": node.get("templateName", ""),
            "phase": node["phase"],
            "podName": run.pod_name(node),
            "finishedAt": node.get("finishedAt"),
        }
        for node in run.nodes.values()
        if unsuccessful(node) and node.get("type") == "Pod"
    ]
    return json.dumps(rows, separators=(",", ":"))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else go_text(value)


def add_node(scope: Scope, prefix: str, node: Node) -> None:
    """What later steps may ask of this one: `steps.NAME.…`."""
    scope[f"{prefix}.id"] = node["id"]
    scope[f"{prefix}.status"] = node.get("phase", "")
    scope[f"{prefix}.startedAt"] = node.get("startedAt") or ""
    scope[f"{prefix}.finishedAt"] = node.get("finishedAt") or ""
    if node.get("podIP"):
        scope[f"{prefix}.ip"] = node["podIP"]
    if node.get("hostNodeName"):
        scope[f"{prefix}.hostNodeName"] = node["hostNodeName"]
    outputs = node.get("outputs") or {}
    if outputs.get("result") is not None:
        scope[f"{prefix}.outputs.result"] = outputs["result"]
    if outputs.get("exitCode") is not None:
        scope[f"{prefix}.exitCode"] = outputs["exitCode"]
        scope[f"{prefix}.outputs.exitCode"] = outputs["exitCode"]
    for parameter in outputs.get("parameters") or ():
        if parameter.get("value") is not None:
            scope[f"{prefix}.outputs.parameters.{parameter['name']}"] = parameter["value"]
    for artifact in outputs.get("artifacts") or ():
        scope[f"{prefix}.outputs.artifacts.{artifact['name']}"] = artifact


def add_group(scope: Scope, prefix: str, nodes: list[Node]) -> None:
    """What an expanded step gave altogether: lists as JSON text."""
    results: list[Any] = []
    rows: list[dict[str, Any]] = []
    columns: dict[str, list[Any]] = {}
    for node in nodes:
        outputs = node.get("outputs") or {}
        if outputs.get("result") is not None:
            results.append(_decoded(outputs["result"]))
        row = {p["name"]: p.get("value") for p in outputs.get("parameters") or ()}
        if row:
            rows.append(row)
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    if any("result" in (node.get("outputs") or {}) for node in nodes):
        scope[f"{prefix}.outputs.result"] = to_json(results)
    if rows:
        scope[f"{prefix}.outputs.parameters"] = to_json(rows)
    for name, values in columns.items():
        scope[f"{prefix}.outputs.parameters.{name}"] = to_json(values)


def _decoded(value: str) -> Any:
    """Results that are JSON objects or arrays are put into the list as such."""
    if value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def template_outputs(template: Template, scope: Scope) -> dict[str, Any]:
    """The outputs of a steps or dag template, taken from the nodes inside."""
    wanted = template.get("outputs") or {}
    made: dict[str, Any] = {}
    for parameter in wanted.get("parameters") or ():
        value = _output_value(parameter.get("valueFrom") or {}, scope)
        if value is None:
            continue
        made.setdefault("parameters", []).append({**parameter, "value": value})
    for artifact in wanted.get("artifacts") or ():
        found = _output_artifact(artifact, scope)
        if found is not None:
            made.setdefault("artifacts", []).append({**found, **_named(artifact)})
    return made


def _named(artifact: dict[str, Any]) -> dict[str, Any]:
    return {key: artifact[key] for key in ("name", "globalName") if key in artifact}


def _output_value(source: dict[str, Any], scope: Scope) -> str | None:
    if source.get("parameter"):
        value = text(str(source["parameter"]), scope)
        if "{{" in value:
            return _plain(source["default"]) if source.get("default") is not None else None
        return value
    if source.get("expression"):
        try:
            found = evaluate(str(source["expression"]), nested(scope))
        except NotSimulated as error:
            raise Unresolved(str(error)) from error
        except ExpressionError:
            found = None
        if found is None:
            return _plain(source["default"]) if source.get("default") is not None else None
        return found if isinstance(found, str) else _shown(found)
    return None


def _shown(value: Any) -> str:
    return to_json(value) if isinstance(value, list | dict) else go_text(value)


def _output_artifact(artifact: dict[str, Any], scope: Scope) -> dict[str, Any] | None:
    source = str(artifact.get("from") or "")
    if not source and artifact.get("fromExpression"):
        try:
            found = evaluate(str(artifact["fromExpression"]), nested(scope))
        except NotSimulated as error:
            raise Unresolved(str(error)) from error
        except ExpressionError:
            return None
        return dict(found) if isinstance(found, dict) else None
    found = scope.get(source.strip("{} "))
    return dict(found) if isinstance(found, dict) else None


def set_globals(run: Run, outputs: dict[str, Any]) -> None:
    """Outputs with a `globalName` become outputs of the workflow."""
    for kind in ("parameters", "artifacts"):
        for output in outputs.get(kind) or ():
            name = output.get("globalName")
            if not name:
                continue
            kept = run.status.setdefault("outputs", {}).setdefault(kind, [])
            bare = {k: v for k, v in output.items() if k not in ("globalName", "valueFrom")}
            new = {**bare, "name": name}
            others = [each for each in kept if each["name"] != name]
            if new not in kept:
                run.status["outputs"][kind] = [*others, new]
                run.changed = True
