"""What is removed when it is no longer needed: pods, workflows, artifacts (argo.md 1.2, 5.8)."""

from __future__ import annotations

from typing import Any

from tui.demo.engine.parts import Parts
from tui.demo.engine.run import Run
from tui.demo.engine.simpod import SimPod
from tui.demo.engine.spans import duration
from tui.demo.refusals import ApiError
from tui.demo.resources import WORKFLOWS

FINALIZER = "workflows.argoproj.io/artifact-gc"


def guard(run: Run) -> None:
    """A workflow whose artifacts are to be collected stays until they are."""
    strategy = str((run.spec.get("artifactGC") or {}).get("strategy") or "")
    finalizers = run.obj["metadata"].get("finalizers") or []
    if strategy in ("OnWorkflowCompletion", "OnWorkflowDeletion") and (FINALIZER not in finalizers):
        run.obj["metadata"]["finalizers"] = [*finalizers, FINALIZER]
        run.changed = True


def pod_over(parts: Parts, run: Run, pod: SimPod) -> None:
    """A pod has ended: perhaps its workflow wants it gone."""
    strategy = str((run.spec.get("podGC") or {}).get("strategy") or "")
    if strategy == "OnPodCompletion" or (strategy == "OnPodSuccess" and pod.phase == "Succeeded"):
        _delete_later(parts, run, pod)


def _delete_later(parts: Parts, run: Run, pod: SimPod) -> None:
    kubelet = parts.kubelet
    gc = run.spec.get("podGC") or {}
    if not _selects(gc.get("labelSelector") or {}, pod.obj["metadata"].get("labels") or {}):
        return
    delay = duration(gc.get("deleteDelayDuration")) or 2.0

    def delete() -> None:
        if kubelet.find(pod.namespace, pod.name) is pod:
            kubelet.delete(pod.namespace, pod.name)

    parts.agenda.call_later(delay, delete)


def workflow_over(parts: Parts, run: Run) -> None:
    """A workflow has ended: pods by its strategy, itself by its time to live."""
    strategy = str((run.spec.get("podGC") or {}).get("strategy") or "")
    good = run.phase == "Succeeded"
    if strategy == "OnWorkflowCompletion" or (strategy == "OnWorkflowSuccess" and good):
        for pod in list(parts.kubelet.pods.values()):
            owner = pod.obj["metadata"]["ownerReferences"][0]["uid"]
            if owner == run.uid:
                _delete_later(parts, run, pod)
    if str((run.spec.get("artifactGC") or {}).get("strategy")) == "OnWorkflowCompletion":
        collect_artifacts(parts, run)
    seconds = _life(run.spec.get("ttlStrategy") or {}, good=good)
    if seconds is not None:
        uid = run.uid
        parts.agenda.call_later(seconds, lambda: _expire(parts, run, uid))


def _life(strategy: dict[str, Any], *, good: bool) -> float | None:
    special = "secondsAfterSuccess" if good else "secondsAfterFailure"
    for key in (special, "secondsAfterCompletion"):
        if strategy.get(key) is not None:
            return float(strategy[key])
    return None


def _expire(parts: Parts, run: Run, uid: str) -> None:
    now_there = parts.runs.get((run.namespace, run.name))
    if now_there is None or now_there.uid != uid or not now_there.is_over:
        return
    try:
        parts.store.delete(WORKFLOWS, run.namespace, run.name)
    except ApiError:
        return  # somebody was quicker


def collect_artifacts(parts: Parts, run: Run) -> None:
    """Delete the run's output artifacts, except logs, and say so in its nodes."""
    for node in run.nodes.values():
        for artifact in (node.get("outputs") or {}).get("artifacts") or ():
            own = (artifact.get("artifactGC") or {}).get("strategy")
            if own == "Never" or str(artifact.get("name", "")).endswith("-logs"):
                continue
            key = str((artifact.get("s3") or {}).get("key") or "")
            if not key:
                continue
            bucket = parts.bucket
            bucket.delete(key)
            for inner, _ in bucket.list(key.rstrip("/") + "/").objects:
                bucket.delete(inner)
            artifact["deleted"] = True
            run.changed = True
    run.status["artifactGCStatus"] = {
        "strategiesProcessed": {str((run.spec.get("artifactGC") or {}).get("strategy")): True}
    }
    finalizers = run.obj["metadata"].get("finalizers") or []
    if FINALIZER in finalizers:
        run.obj["metadata"]["finalizers"] = [f for f in finalizers if f != FINALIZER]
        run.changed = True


def _selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a LabelSelector matches; an empty one matches everything."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(each, labels) for each in selector.get("matchExpressions") or ())


def _holds(expression: dict[str, Any], labels: dict[str, str]) -> bool:
    have: str | None = labels.get(str(expression.get("key")))
    operator: str = expression.get("operator") or ""
    values: list[str] = expression.get("values") or []
    if operator in ("Exists", "DoesNotExist"):
        return (have is not None) == (operator == "Exists")
    return (have in values) == (operator == "In")
