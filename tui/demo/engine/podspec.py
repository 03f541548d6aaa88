"""The pod object of a node, as Argo's controller writes it (argo.md 1.7, 1.8)."""

from __future__ import annotations

from typing import Any

from tui.demo.engine.run import LABEL, Node, Run, Template
from tui.demo.engine.spans import duration
from tui.domain.durations import go_duration

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


def pod(run: Run, node: Node, template: Template, name: str) -> dict[str, Any]:
    """The object to create."""
    mains = main_containers(template)
    metadata = template.get("metadata") or {}
    spec_metadata = run.spec.get("podMetadata") or {}
    labels = {
        **(spec_metadata.get("labels") or {}),
        **(metadata.get("labels") or {}),
        f"{LABEL}workflow": run.name,
        f"{LABEL}completed": "false",
    }
    if node["name"] == f"{run.name}.onExit" or node["name"].startswith(f"{run.name}.onExit"):
        labels[f"{LABEL}on-exit"] = "true"
    annotations = {
        **(spec_metadata.get("annotations") or {}),
        **(metadata.get("annotations") or {}),
        "kubectl.kubernetes.io/default-container": mains[0].get("name", "main"),
        f"{LABEL}node-id": node["id"],
        f"{LABEL}node-name": node["name"],
    }
    strategy = (run.spec.get("podGC") or {}).get("strategy")
    if strategy:
        delay = duration((run.spec.get("podGC") or {}).get("deleteDelayDuration"))
        annotations[f"{LABEL}pod-gc-strategy"] = f"{strategy}/{go_duration(int(delay))}"
    spec: dict[str, Any] = {
        "serviceAccountName": run.spec.get("serviceAccountName") or "default",
        "restartPolicy": "Never",
        "initContainers": [
            _argo("init"),
            *(_plain(each) for each in template.get("initContainers") or ()),
        ],
        "containers": [
            _argo("wait"),
            *(_working(each) for each in mains),
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
            spec[field] = value
    if _seconds(template.get("activeDeadlineSeconds")):
        spec["activeDeadlineSeconds"] = _seconds(template.get("activeDeadlineSeconds"))
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": run.namespace,
            "labels": {key: str(value) for key, value in labels.items()},
            "annotations": {key: str(value) for key, value in annotations.items()},
            "ownerReferences": [owned(run)],
        },
        "spec": spec,
        "status": {"phase": "Pending"},
    }


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
