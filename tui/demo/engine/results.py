"""What a pod leaves behind when it has ended: archived logs, outputs and its result."""

from __future__ import annotations

from typing import Any

from tui.demo.bucket import Bucket
from tui.demo.engine import executor
from tui.demo.engine.expression import ExpressionError, NotSimulated, evaluate
from tui.demo.engine.programs import Box
from tui.demo.engine.simpod import SimPod
from tui.demo.podlogs import PodLogs
from tui.demo.store import encode


def keep_logs(pod: SimPod, logs: PodLogs, bucket: Bucket) -> dict[str, Any]:
    """Archive what its main containers printed; the pod's outputs so far (argo.md 7.2)."""
    outputs: dict[str, Any] = pod.outputs if pod.outputs is not None else {}
    pod.outputs = outputs
    if pod.main.exit_code is not None:
        outputs["exitCode"] = str(pod.main.exit_code)
    if not pod.archive_logs:
        return outputs
    for each in pod.mains:
        every = logs.lines(pod.namespace, pod.name, each.name)
        if lines := [line for line in every if not line.is_argos]:
            key = f"{pod.key}/{each.name}.log"
            bucket.put(key, "".join(f"{line.text}\n" for line in lines))
            entry = {"name": f"{each.name}-logs", "s3": {"key": key}}
            outputs.setdefault("artifacts", []).append(entry)
    return outputs


def keep_outputs(pod: SimPod, outputs: dict[str, Any], bucket: Bucket, *, failed: bool) -> str:
    """Read its output parameters, artifacts and result; what is missing, or "".

    Raises NotSimulated where they cannot be known.
    """
    wanted = pod.template.get("outputs") or {}
    box = pod.main.box
    if box is not None and box.refused:
        raise NotSimulated(box.refused)
    vague = bool(box and box.vague) or not (
        pod.template.get("container") or pod.template.get("script")
    )
    lacking = _lacking(pod, wanted, box) if box is not None and box.unknown and not failed else ""
    if lacking:
        raise NotSimulated(lacking)
    made, problem = executor.parameters(
        wanted.get("parameters") or [], pod.files, vague=vague and not failed, rng=pod.rng
    )
    if made:
        outputs["parameters"] = made
    if pod.wants_result and not failed:
        outputs["result"] = pod.main.printed.rstrip("\n")
        if pod.template.get("data") is not None:
            outputs["result"] = encode(_transformed(pod.template["data"], bucket)).decode()
    for number, artifact in enumerate(wanted.get("artifacts") or ()):
        entry, missing = executor.save(
            artifact,
            pod.files,
            bucket,
            pod.key,
            vague=vague and not failed,
            size=pod.behaviour.size,
            seed=pod.seed + number,
        )
        if entry is not None:
            outputs.setdefault("artifacts", []).append(entry)
        problem = problem or missing
    return problem


def _transformed(data: dict[str, Any], bucket: Bucket) -> Any:
    """What a `data` template gives: the keys it lists, after its transformations."""
    found: Any = executor.listed(data.get("source") or {}, bucket)
    for each in data.get("transformation") or ():
        try:
            found = evaluate(str(each.get("expression")), {"data": found})
        except ExpressionError as error:
            raise NotSimulated(str(error)) from error
    return found


def _lacking(pod: SimPod, wanted: dict[str, Any], box: Box) -> str:
    """What a program that is not simulated owes to somebody who asks for it; "" for nothing."""
    if pod.template.get("data") is not None or pod.template.get("resource") is not None:
        return ""  # Argo's own, whose outputs are made elsewhere
    words = f"of {box.unknown}, which the demo does not simulate, is not known"
    for kind in ("parameters", "artifacts"):
        for each in wanted.get(kind) or ():
            path = str((each.get("valueFrom") or each).get("path") or "")
            has_other = each.get("optional") or (each.get("valueFrom") or {}).get("default")
            if path and not has_other and not executor.found(path, box.files):
                return f"the output {each.get('name')} {words}"
    return f"the result {words}" if pod.is_asked_for_result() else ""
