"""The pod object of a node, as Argo's controller writes it (argo.md 1.7, 1.8)."""

from __future__ import annotations

from typing import Any

from tui.demo.admission import POD_DEFAULTS
from tui.demo.engine.run import LABEL, SPAN, TRACE, Node, Run, Template
from tui.demo.engine.spans import duration
from tui.demo.engine.variables import Scope, substitute, text
from tui.domain.durations import go_duration
from tui.domain.podname import fnv1a

EXECUTOR = "quay.io/argoproj/argoexec:v4.1.2"
PROGRESS_FILE = "/var/run/argo/progress"
"""Where a pod may say how far it is."""
_PASSED_ON = (
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "hostAliases",
    "hostNetwork",
    "imagePullSecrets",
    "nodeSelector",
    "priorityClassName",
    "schedulerName",
    "securityContext",
    "tolerations",
)
"""What a pod has from its template or, where that is silent, from its workflow."""
_MOUNT = {"name": "var-run-argo", "mountPath": "/var/run/argo"}


def main_containers(template: Template) -> list[dict[str, Any]]:
    """The containers that do the work: `main`, or those of a containerSet."""
    if template.get("containerSet"):
        return [dict(each) for each in template["containerSet"].get("containers") or ()]
    if template.get("script"):
        script = dict(template["script"])
        return [{**script, "name": "main"}]
    if template.get("container"):
        return [{**template["container"], "name": "main"}]
    verb = "resource" if template.get("resource") else "data"
    return [{"name": "main", "image": EXECUTOR, "command": ["argoexec", verb]}]


def pod(run: Run, node: Node, template: Template, name: str, scope: Scope) -> dict[str, Any]:
    """The object to create; `scope` fills in what the workflow says for all its pods."""
    spec = _spec(run, template, scope)
    for patch in (run.spec.get("podSpecPatch"), template.get("podSpecPatch")):
        if patch:
            spec = patched(spec, text(str(patch), scope))
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": run.namespace,
            "labels": _labels(run, node, template),
            "annotations": _annotations(run, node, template),
            "ownerReferences": [owned(run)],
        },
        "spec": spec,
        "status": {"phase": "Pending"},
    }


def _given(run: Run, template: Template, kind: str) -> dict[str, Any]:
    """Labels or annotations that the workflow and the template ask for."""
    ours = (run.spec.get("podMetadata") or {}).get(kind) or {}
    return {**ours, **((template.get("metadata") or {}).get(kind) or {})}


def _labels(run: Run, node: Node, template: Template) -> dict[str, str]:
    labels = _given(run, template, "labels")
    labels |= {f"{LABEL}workflow": run.name, f"{LABEL}completed": "false"}
    if ".onExit" in node["name"][len(run.name) :]:
        labels[f"{LABEL}on-exit"] = "true"
    return {key: str(value) for key, value in labels.items()}


def _annotations(run: Run, node: Node, template: Template) -> dict[str, str]:
    annotations = _given(run, template, "annotations")
    first = main_containers(template)[0].get("name", "main")
    annotations |= {
        "kubectl.kubernetes.io/default-container": first,
        f"{LABEL}node-id": node["id"],
        f"{LABEL}node-name": node["name"],
        SPAN: f"{fnv1a(run.uid):08x}{fnv1a(node['id']):08x}",
    }
    if trace := run.annotations.get(TRACE):
        annotations[TRACE] = trace
    collected = run.spec.get("podGC") or {}
    if collected.get("strategy"):
        delay = go_duration(int(duration(collected.get("deleteDelayDuration"))))
        annotations[f"{LABEL}pod-gc-strategy"] = f"{collected['strategy']}/{delay}"
    return {key: str(value) for key, value in annotations.items()}


def _spec(run: Run, template: Template, scope: Scope) -> dict[str, Any]:
    spec: dict[str, Any] = {
        **POD_DEFAULTS,
        "serviceAccountName": template.get("serviceAccountName")
        or run.spec.get("serviceAccountName")
        or "default",
        "restartPolicy": "Never",
        "initContainers": [
            _argo("init"),
            *(_plain(each) for each in template.get("initContainers") or ()),
        ],
        "containers": [
            _argo("wait"),
            *(_working(each) for each in main_containers(template)),
            *(_plain(each) for each in template.get("sidecars") or ()),
        ],
        "volumes": [
            {"name": "var-run-argo", "emptyDir": {}},
            *(run.spec.get("volumes") or ()),
            *(run.status.get("persistentVolumeClaims") or ()),
            *(template.get("volumes") or ()),
        ],
    }
    for field in _PASSED_ON:
        value = template.get(field) or run.spec.get(field)
        if value:
            spec[field] = substitute(value, scope)
    if limit := _seconds(template.get("activeDeadlineSeconds")):
        spec["activeDeadlineSeconds"] = limit
    return spec


def patched(spec: dict[str, Any], said: str) -> dict[str, Any]:
    """A pod spec with a `podSpecPatch` (YAML or JSON); what cannot be read changes nothing."""
    import yaml

    try:
        patch = yaml.safe_load(said)
    except yaml.YAMLError:
        return spec
    return _merged(spec, patch) if isinstance(patch, dict) else spec


def _merged(old: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """As strategic merge does it: maps by key, lists of named things by name."""
    made = dict(old)
    for key, value in patch.items():
        before = made.get(key)
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict) and isinstance(before, dict):
            made[key] = _merged(before, value)
        elif isinstance(value, list) and isinstance(before, list) and _named(before, value):
            changes = {each["name"]: each for each in value}
            kept = [_merged(each, changes.pop(each["name"], {})) for each in before]
            made[key] = [*kept, *changes.values()]
        else:
            made[key] = value
    return made


def _named(*lists: list[Any]) -> bool:
    return all(isinstance(each, dict) and "name" in each for items in lists for each in items)


def owned(run: Run) -> dict[str, Any]:
    """Whose pod it is."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "name": run.name,
        "uid": run.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _seconds(value: Any) -> int:
    return int(value) if str(value or "").isdigit() else 0


def _argo(name: str) -> dict[str, Any]:
    verb = [name] if name == "init" else ["wait"]
    return {
        "name": name,
        "image": EXECUTOR,
        "command": ["argoexec", *verb, "--loglevel", "info"],
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}},
        "volumeMounts": [_MOUNT],
    }


def _working(container: dict[str, Any]) -> dict[str, Any]:
    """A container that does the work: Argo tells it where it is."""
    made = _plain(container)
    told = {"ARGO_CONTAINER_NAME": str(made.get("name")), "ARGO_PROGRESS_FILE": PROGRESS_FILE}
    given = [{"name": name, "value": value} for name, value in told.items()]
    made["env"] = [*(container.get("env") or ()), *given]
    return made


def _plain(container: dict[str, Any]) -> dict[str, Any]:
    """A container without what only Argo reads."""
    kept = {
        k: v
        for k, v in container.items()
        if k not in ("source", "dependencies", "mirrorVolumeMounts")
    }
    if container.get("source") is not None:
        kept["args"] = [*(container.get("args") or ()), "/argo/staging/script"]
    kept.setdefault("resources", {})
    kept["volumeMounts"] = [*(container.get("volumeMounts") or ()), _MOUNT]
    return kept
