"""What the controller does with one workflow as a whole: begin, go on, end (argo.md 1.3, 1.7)."""

from __future__ import annotations

import base64
import binascii
import gzip
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tui.demo.engine import (
    cleanup,
    estimates,
    holding,
    hooks,
    podnodes,
    progress,
    scopes,
    validation,
)
from tui.demo.engine.arguments import ArgumentError, from_config_map
from tui.demo.engine.expression import ExpressionError, NotSimulated, evaluate
from tui.demo.engine.locks import LockError
from tui.demo.engine.operation import Operation
from tui.demo.engine.parts import Parts
from tui.demo.engine.reconciliation import Reconciliation
from tui.demo.engine.run import COMPLETED, LABEL, TRACE, Node, Run, fulfilled
from tui.demo.engine.spec_parts import InvalidSpec
from tui.demo.engine.templates import TemplateError
from tui.demo.engine.variables import Scope, Unresolved, nested, substitute
from tui.demo.engine.where import Where
from tui.demo.refusals import ApiError
from tui.demo.resources import CONFIG_MAPS, WORKFLOWS
from tui.demo.store import decode, timestamp

ARCHIVING = f"{LABEL}workflow-archiving-status"
_MALFORMED = (TypeError, AttributeError, KeyError, ValueError, IndexError, RecursionError)
"""What reading a manifest of the wrong shape may raise: the API has no schema to refuse it."""


def unpack(run: Run) -> None:
    """A client may have written the nodes compressed (argo.md 1.4)."""
    packed = run.status.get("compressedNodes")
    if not packed or run.status.get("nodes"):
        return
    try:
        run.status["nodes"] = decode(gzip.decompress(base64.b64decode(packed)))
    except (OSError, EOFError, ValueError, binascii.Error, msgspec.DecodeError):
        return  # not gzip: the demo writes no other, and cannot go on from it
    del run.status["compressedNodes"]


def reconcile(parts: Parts, run: Run, now: datetime) -> None:
    """Bring one workflow as far as it can go now."""
    if run.obj["metadata"].get("deletionTimestamp"):
        if "workflows.argoproj.io/artifact-gc" in (run.obj["metadata"].get("finalizers") or ()):
            cleanup.collect_artifacts(parts, run)
        return
    if run.is_over:
        return
    try:
        _reconcile(parts, run, now)
    except (TemplateError, ArgumentError, NotSimulated, Unresolved) as error:
        _finish(parts, run, "Error", str(error), now)
    except _MALFORMED as error:
        # As with the real controller, a malformed spec ends its own workflow, not the engine.
        _finish(parts, run, "Error", f"Workflow operation error: {error}", now)


def _reconcile(parts: Parts, run: Run, now: datetime) -> None:
    if run.phase in ("", "Pending") and not _begin(parts, run, now):
        return
    operation = Reconciliation(parts, run, now, _globals(parts, run, now))
    podnodes.assess(parts, run, now)
    _enforce(parts, operation)
    operation.settle_all()
    if (run.obj.get("spec") or {}).get("suspend") and not run.shutdown:
        progress.update(run, watched=not parts.agenda.in_past)
        return
    where = Where(parts.templates.root_scope(run))
    if run.shutdown != "Terminate":
        _workflow_hooks(operation, where)
    node = operation.execute(
        run.name, {"template": run.spec.get("entrypoint")}, where, run.spec.get("arguments") or {}
    )
    progress.update(run, watched=not parts.agenda.in_past)
    _show_running(run)
    if node is None and not operation.may_run(where):
        _finish(parts, run, "Failed", "", now)
    elif node is not None and fulfilled(node) and not node.get("daemoned"):
        _end(operation, node, where)


# Beginning


def _begin(parts: Parts, run: Run, now: datetime) -> bool:
    """Initialise a workflow; false while it has to wait or cannot run."""
    trace = f"{parts.rng(run.uid, 'trace').getrandbits(128):032x}"
    run.annotations.setdefault(TRACE, trace)
    if run.status.get("storedWorkflowTemplateSpec") is None:
        try:
            stored = parts.templates.stored_spec(run)
        except TemplateError as error:
            _finish(parts, run, "Error", str(error), now)
            return False
        if stored is not None:
            run.status["storedWorkflowTemplateSpec"] = stored
            run.changed = True
    if not run.status.get("nodes") and not _may_begin(parts, run, now):
        return False
    if holding.is_crowded(parts, run):
        _set_phase(run, "Pending", holding.POSTPONED, now)
        run.wake = parts.agenda.after(now, 5.0)
        return False
    wanted = run.spec.get("synchronization")
    if isinstance(wanted, dict):
        try:
            waiting = parts.locks.acquire(run, wanted)
        except LockError as error:
            words = f"Failed to acquire the synchronization lock. {error}"
            _finish(parts, run, "Failed", words, now)
            return False
        if waiting:
            _set_phase(run, "Pending", waiting, now)
            return False
    _set_running(parts, run, now)
    return True


def _may_begin(parts: Parts, run: Run, now: datetime) -> bool:
    """Whether a new workflow makes sense and nobody has stopped it."""
    try:
        validation.check(run, parts.templates)
    except InvalidSpec as error:
        _finish(parts, run, "Failed", f"invalid spec: {error}", now)
        return False
    _set_metadata(run)
    cleanup.guard(run)
    if run.shutdown:
        _finish(parts, run, "Failed", f"Stopped with strategy '{run.shutdown}'", now)
        return False
    return True


def _set_running(parts: Parts, run: Run, now: datetime) -> None:
    _set_phase(run, "Running", "", now)
    estimate = estimates.prepare(run, parts.store)
    if not run.status.get("startedAt"):
        run.status["startedAt"] = timestamp(now)
        run.note(run.status, "startedAt", now)
        run.status["finishedAt"] = None
        if estimate:
            run.status["estimatedDuration"] = estimate
    if run.status.get("artifactRepositoryRef") is None:
        named = _repository_map(parts, run)
        run.status["artifactRepositoryRef"] = parts.s3.repository_ref(named)
    claims = [_claim(run, each) for each in run.spec.get("volumeClaimTemplates") or ()]
    if claims:
        run.status["persistentVolumeClaims"] = claims
    run.annotations.setdefault(f"{LABEL}pod-name-format", "v2")
    condition(run, "PodRunning", "False")
    run.changed = True


def _repository_map(parts: Parts, run: Run) -> dict[str, Any] | None:
    """Which config map names the artifact repository: the workflow's, else that of the namespace.

    None where there is no such map, so that the controller's own repository is meant.
    """
    wanted = run.spec.get("artifactRepositoryRef") or {}
    name = str(wanted.get("configMap") or "artifact-repositories")
    found = parts.store.find(CONFIG_MAPS, run.namespace, name)
    if found is None:
        return None
    marks = found["metadata"].get("annotations") or {}
    key = str(wanted.get("key") or marks.get(f"{LABEL}default-artifact-repository") or "")
    if key not in (found.get("data") or {}):
        return None
    return {"configMap": name, "key": key, "namespace": run.namespace}


def _claim(run: Run, template: dict[str, Any]) -> dict[str, Any]:
    """A volume made for this workflow (argo.md 1.3); the claim itself is no kind of the demo's."""
    name = str((template.get("metadata") or {}).get("name") or "")
    return {"name": name, "persistentVolumeClaim": {"claimName": f"{run.name}-{name}"}}


def _set_metadata(run: Run) -> None:
    extra = run.spec.get("workflowMetadata") or {}
    run.labels.update({k: str(v) for k, v in (extra.get("labels") or {}).items()})
    run.annotations.update({k: str(v) for k, v in (extra.get("annotations") or {}).items()})
    parameters = {
        f"workflow.parameters.{each.get('name')}": str(each.get("value", ""))
        for each in (run.spec.get("arguments") or {}).get("parameters") or ()
    }
    for key, source in (extra.get("labelsFrom") or {}).items():
        try:
            value = evaluate(str(source.get("expression")), nested(parameters))
        except NotSimulated:
            raise
        except ExpressionError:
            continue
        run.labels[key] = str(value)


def _set_phase(run: Run, phase: str, message: str, now: datetime) -> None:
    run.labels[f"{LABEL}phase"] = phase
    run.labels.setdefault(f"{LABEL}completed", "false")
    if run.phase != phase:
        run.status["phase"] = phase
        run.noted.append((phase, {}))
        run.changed = True
    if (run.status.get("message") or "") != message:
        run.changed = True
        if message:
            run.status["message"] = message
        else:
            run.status.pop("message", None)


def condition(run: Run, kind: str, status: str) -> None:
    """Set one of `status.conditions`."""
    listed = run.status.get("conditions")
    conditions: list[dict[str, Any]] = listed if isinstance(listed, list) else []
    found = next((each for each in conditions if each.get("type") == kind), None)
    if found is None:
        conditions.append({"type": kind, "status": status})
    elif found.get("status") != status:
        found["status"] = status
    else:
        return
    run.status["conditions"] = conditions
    run.changed = True


def _show_running(run: Run) -> None:
    running = any(
        node.get("type") == "Pod" and node.get("phase") == "Running" for node in run.nodes.values()
    )
    condition(run, "PodRunning", "True" if running else "False")


def _globals(parts: Parts, run: Run, now: datetime) -> Scope:
    scope = scopes.of_workflow(run, now)
    for parameter in (run.spec.get("arguments") or {}).get("parameters") or ():
        if parameter.get("value") is None and parameter.get("valueFrom"):
            value = from_config_map(run, parameter["valueFrom"], scope, parts.store)
            if value is not None:
                scope[f"workflow.parameters.{parameter['name']}"] = value
    return substitute(scope, scope) if any("{{" in str(v) for v in scope.values()) else scope


# Stopping


def _enforce(parts: Parts, operation: Operation) -> None:
    """End what a shutdown or the workflow's deadline does not allow (argo.md 1.3, 5.5)."""
    run, now = operation.run, operation.now
    deadline = _deadline(parts, run)
    if deadline is not None and now < deadline:
        operation.wake_at(deadline)
    late = deadline is not None and now >= deadline
    if not run.shutdown and not late:
        return
    for node in list(run.nodes.values()):
        if fulfilled(node) and not node.get("daemoned"):
            continue
        if _is_exit(run, node) and (run.shutdown != "Terminate" or late):
            continue
        if node.get("type") in ("Pod", "Suspend", "HTTP", "Plugin"):
            _end_node(parts, operation, node, late=late)
    if late and not run.shutdown:
        for node in list(run.nodes.values()):
            if not fulfilled(node) and node.get("type") == "Retry" and not _lives(run, node):
                run.mark(node, "Failed", now, "Step exceeded its deadline")
        root = run.node(run.name)
        if root is not None and not any(
            not fulfilled(each) for each in run.nodes.values() if each.get("type") == "Pod"
        ):
            _close(run, now)
            run.mark(root, "Failed", now, "Max duration limit exceeded")


def _lives(run: Run, node: Node) -> bool:
    return any(not fulfilled(child) for child in run.attempts_of(node))


def _close(run: Run, now: datetime) -> None:
    for node in list(run.nodes.values()):
        if not fulfilled(node) and not node["name"].startswith(f"{run.name}.onExit"):
            run.mark(node, "Failed", now, "Step exceeded its deadline")


def _is_exit(run: Run, node: Node) -> bool:
    return ".onExit" in node["name"][len(run.name) :]


def _end_node(parts: Parts, operation: Operation, node: Node, *, late: bool) -> None:
    run, now = operation.run, operation.now
    words = "Step exceeded its deadline" if late else operation.stopped()
    pod = parts.kubelet.find(run.namespace, run.pod_name(node))
    if node.get("type") == "Pod" and pod is not None:
        if pod.phase == "Pending":
            words = words if late else f"workflow shutdown with strategy:  {run.shutdown}"
            parts.kubelet.delete(pod.namespace, pod.name)
        else:
            parts.kubelet.kill(pod)
            run.put(node, "outputs", pod.outputs or None)
            run.put(node, "resourcesDuration", pod.resources_duration())
            run.status.setdefault("taskResultsCompletionStatus", {})[node["id"]] = True
    run.put(node, "daemoned", None)
    run.put(node, "synchronizationStatus", None)
    run.mark(node, "Failed", now, words)
    parts.locks.release(run, node["id"])


def _deadline(parts: Parts, run: Run) -> datetime | None:
    seconds = run.spec.get("activeDeadlineSeconds")
    started = run.moment(run.status, "startedAt")
    if seconds is None or started is None or not str(seconds).isdigit():
        return None
    return parts.agenda.after(started, int(seconds))


# Hooks and the end


def _workflow_hooks(operation: Operation, where: Where) -> None:
    run = operation.run
    for event, hook in (run.spec.get("hooks") or {}).items():
        if event == "exit":
            continue
        name = f"{run.name}.hooks.{event}"
        if run.node(name) is None:
            try:
                holds = evaluate(str(hook.get("expression") or "false"), nested(operation.globals))
            except NotSimulated:
                raise
            except ExpressionError:
                holds = False
            if holds is not True:
                continue
        hooked = Where(where.scope, hooked=True)
        given = substitute(hook.get("arguments") or {}, operation.globals)
        operation.execute(name, hook, hooked, given)


def _end(operation: Operation, root: Node, where: Where) -> None:
    """The entrypoint has ended: hooks, the exit handler, then the workflow."""
    run, parts, now = operation.run, operation.parts, operation.now
    phase = root["phase"] if root["phase"] in COMPLETED else "Succeeded"
    message = str(root.get("message") or "") if phase != "Succeeded" else ""
    operation.globals["workflow.status"] = phase
    operation.globals["workflow.failures"] = scopes.failures(run)
    if run.shutdown != "Terminate":
        _workflow_hooks(operation, where)
    handler = hooks.exit_hook(run.spec)
    if handler is not None and run.shutdown != "Terminate":
        on_exit = Where(where.scope, on_exit=True, hooked=True)
        given = substitute(handler.get("arguments") or {}, operation.globals)
        given = {**(run.spec.get("arguments") or {}), **given}
        node = operation.execute(f"{run.name}.onExit", handler, on_exit, given)
        progress.update(run, watched=not parts.agenda.in_past)
        if node is None or not fulfilled(node):
            return
        if phase == "Succeeded" and node["phase"] in ("Failed", "Error"):
            phase, message = node["phase"], str(node.get("message") or "")
    prefix = f"{run.name}.hooks."
    if any(not fulfilled(n) for n in run.nodes.values() if n["name"].startswith(prefix)):
        return
    if run.shutdown and phase != "Succeeded":
        message = f"Stopped with strategy '{run.shutdown}'"
    _finish(parts, run, phase, message, now)


def _finish(parts: Parts, run: Run, phase: str, message: str, now: datetime) -> None:
    """The workflow is over."""
    if not run.status.get("startedAt"):
        run.status["startedAt"] = timestamp(now)
    _set_phase(run, phase, message, now)
    run.status["finishedAt"] = timestamp(now)
    run.labels[f"{LABEL}completed"] = "true"
    condition(run, "PodRunning", "False")
    condition(run, "Completed", "True")
    every = (run.spec.get("volumeClaimGC") or {}).get("strategy") == "OnWorkflowCompletion"
    if run.status.get("persistentVolumeClaims") and (every or phase == "Succeeded"):
        del run.status["persistentVolumeClaims"]
    progress.update(run)
    parts.locks.release_all(run)
    run.labels[ARCHIVING] = "Pending"
    run.changed = True
    # At any speed: what writes the archive writes no more often in a quick cluster.
    later = parts.agenda.now() + timedelta(seconds=1)
    parts.agenda.call_at(later, lambda: _archived(parts, run))
    cleanup.workflow_over(parts, run)
    cron = run.labels.get(f"{LABEL}cron-workflow")
    if cron:
        # After this write, so that its history counts this one too.
        parts.agenda.call_later(
            0.1, lambda: parts.crons.workflow_over(run.namespace, cron, run.name, phase)
        )


def _archived(parts: Parts, run: Run) -> None:
    """A row of the archive has been written for a workflow that is over (argo.md 1.7)."""
    found = parts.store.find(WORKFLOWS, run.namespace, run.name)
    labels = (found or {}).get("metadata", {}).get("labels") or {}
    if found is None or found["metadata"]["uid"] != run.uid or labels.get(ARCHIVING) != "Pending":
        return  # it was deleted, or it is tried again
    change = {"metadata": {"labels": {ARCHIVING: "Archived"}}}
    with suppress(ApiError):  # somebody else has just written, or deleted it
        parts.store.patch_merge(WORKFLOWS, run.namespace, run.name, change)
