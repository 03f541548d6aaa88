"""Nodes with pods: creating the pod, and taking over what has become of it (argo.md 1.3, 1.5)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import partial
from typing import Any

from tui.demo.engine import behaviour, cleanup, podspec, progress
from tui.demo.engine.operation import Operation
from tui.demo.engine.parts import Parts
from tui.demo.engine.run import LABEL, Node, Run, Template, fulfilled
from tui.demo.engine.simpod import SimPod
from tui.demo.engine.variables import text
from tui.demo.engine.where import Where
from tui.demo.refusals import ApiError
from tui.demo.store import timestamp
from tui.domain.podname import fnv1a

_ERRORS = ("init:", "wait:", "demo:", "Pod failed before")
"""How the messages of failures begin that are Argo's own."""
_ATTEMPT = re.compile(r"\(\d+\)$")


def execute(
    op: Operation, name: str, template: Template, where: Where, fields: dict[str, Any]
) -> Node:
    """The node of a pod; creates the pod if there is none yet."""
    run = op.run
    node = run.node(name)
    if node is not None and op.parts.kubelet.find(run.namespace, run.pod_name(node)):
        return node
    if node is None:
        node = op.add(name, "Pod", "Pending", where, {**fields, "taskResultSynced": False})
    elif node["phase"] == "Running":
        # Its pod is gone, and nobody asked us.
        return run.mark(node, "Error", op.now, "pod deleted")
    if not op.may_run(where):
        words = f"workflow shutdown with strategy:  {run.shutdown}"
        return run.mark(node, "Failed", op.now, words)
    try:
        _create(op, node, template)
    except ApiError as error:
        return run.mark(node, "Error", op.now, error.what)
    return node


def _create(op: Operation, node: Node, template: Template) -> None:
    run, parts = op.run, op.parts
    name = run.pod_name(node)
    obj = podspec.pod(run, node, template, name, op.globals)
    step = _ATTEMPT.sub("", node["name"]) if (node.get("nodeFlag") or {}).get("retried") else ""
    counted = step or node["name"]
    attempt = run.attempts.get(counted, 0)
    run.attempts[counted] = attempt + 1
    told = behaviour.of(obj["metadata"].get("annotations") or {}, attempt)
    # The seed is made of names, not of the order of things, so a run is the same at any speed.
    seed = fnv1a(f"{parts.seed}/{run.uid}/{node['name']}/{attempt}")
    files = _files(run, template)
    pod = SimPod(obj, template, told, files, seed)
    location = template.get("archiveLocation") or {}
    key_format = "{{workflow.name}}/{{pod.name}}"
    given = (location.get("s3") or {}).get("key")
    pod.key = text(str(given or key_format), {**op.globals, "pod.name": name})
    pod.archive_logs = _archives(run, location)
    pod.wants_result = (
        True if template.get("script") or template.get("data") else _has_main(template)
    )
    pod.is_asked_for_result = partial(_is_asked_for, run, node)
    first = str(obj["metadata"]["annotations"].get(f"{LABEL}progress") or "")
    if progress.parsed(first):
        pod.progress = first
        run.put(node, "progress", first)
    parts.kubelet.create(pod)
    for container in (template.get("containerSet") or {}).get("containers") or ():
        _container_node(op, node, container)
    _connect_containers(op, node, template)


def _is_asked_for(run: Run, node: Node) -> bool:
    """Whether some tag or expression speaks of the result of this step or task."""
    path = _ATTEMPT.sub("", node["name"]).rpartition(".")[2]
    name = re.escape(path.partition("(")[0])
    written = json.dumps([run.spec, run.status.get("storedTemplates") or {}], default=str)
    return re.search(rf"\b{name}\b['\"\]\\]*\.outputs\.result", written) is not None


def _has_main(template: Template) -> bool:
    if template.get("container"):
        return True
    inner = (template.get("containerSet") or {}).get("containers") or ()
    return any(each.get("name") == "main" for each in inner)


def _archives(run: Run, location: dict[str, Any]) -> bool:
    """Controller on: always; else the template's word, else the workflow's (argo.md 7.2)."""
    ref = run.status.get("artifactRepositoryRef") or {}
    if (ref.get("artifactRepository") or {}).get("archiveLogs"):
        return True
    if location.get("archiveLogs") is not None:
        return bool(location["archiveLogs"])
    return bool(run.spec.get("archiveLogs"))


class _Mounted(dict[str, bytes]):
    """Files of a pod, some of which lie on a volume that other pods see too."""

    def __init__(self, mounts: list[tuple[str, dict[str, bytes]]]) -> None:
        super().__init__()
        self.mounts = mounts
        for path, volume in mounts:
            for name, data in volume.items():
                super().__setitem__(path + name, data)

    def __setitem__(self, path: str, data: bytes) -> None:
        super().__setitem__(path, data)
        for mount, volume in self.mounts:
            if path.startswith(f"{mount}/"):
                volume[path[len(mount) :]] = data


def _files(run: Run, template: Template) -> dict[str, bytes]:
    shared = {
        str((each.get("metadata") or {}).get("name") or each.get("name"))
        for each in (
            *(run.spec.get("volumeClaimTemplates") or ()),
            *(run.spec.get("volumes") or ()),
        )
    }
    mounts: list[tuple[str, dict[str, bytes]]] = []
    for container in podspec.main_containers(template):
        for mount in container.get("volumeMounts") or ():
            if mount.get("name") in shared:
                volume = run.volumes.setdefault(str(mount["name"]), {})
                mounts.append((str(mount.get("mountPath", "")).rstrip("/"), volume))
    return _Mounted(mounts) if mounts else {}


def _container_node(op: Operation, pod_node: Node, container: dict[str, Any]) -> None:
    name = f"{pod_node['name']}.{container.get('name')}"
    if op.run.node(name) is None:
        kinds = ("templateName", "templateRef", "templateScope")
        fields: dict[str, Any] = {kind: pod_node[kind] for kind in kinds if kind in pod_node}
        op.run.add_node(name, "Container", "Pending", op.now, boundary=pod_node, fields=fields)


def _connect_containers(op: Operation, pod_node: Node, template: Template) -> None:
    for container in (template.get("containerSet") or {}).get("containers") or ():
        node = op.run.node(f"{pod_node['name']}.{container.get('name')}")
        assert node is not None
        before = container.get("dependencies") or ()
        if not before:
            op.run.add_child(pod_node, node)
        for each in before:
            parent = op.run.node(f"{pod_node['name']}.{each}")
            if parent is not None:
                op.run.add_child(parent, node)


# What has become of pods


def assess(parts: Parts, run: Run, now: datetime) -> None:
    """Bring every unfinished node of a pod up to date."""
    for node in list(run.nodes.values()):
        if node.get("type") != "Pod" or (fulfilled(node) and not node.get("daemoned")):
            continue
        pod = parts.kubelet.find(run.namespace, run.pod_name(node))
        if pod is None:
            if node["phase"] == "Running" or node.get("daemoned"):
                run.put(node, "daemoned", None)
                run.mark(node, "Error", now, "pod deleted")
            continue
        _take_over(parts, run, node, pod, now)


def _take_over(parts: Parts, run: Run, node: Node, pod: SimPod, now: datetime) -> None:
    if pod.scheduled:
        run.put(node, "hostNodeName", pod.host)
    if pod.phase == "Pending":
        run.mark(node, "Pending", now, pod.why_pending())
        return
    if pod.template.get("containerSet"):
        _containers(run, node, pod, now)
    results = run.status.setdefault("taskResultsCompletionStatus", {})
    if pod.phase == "Running":
        if pod.template.get("daemon") and not node.get("daemoned"):
            run.put(node, "daemoned", True)
            run.put(node, "podIP", pod.ip)
        run.mark(node, "Running", now, "")
        _hear_progress(run, node, pod)
        if results.get(node["id"]) is not False:
            results[node["id"]] = False
            run.changed = True
        return
    run.put(node, "daemoned", None)
    _hear_progress(run, node, pod)
    run.put(node, "outputs", pod.outputs or None)
    run.put(node, "resourcesDuration", pod.resources_duration())
    if pod.finished:
        run.put(node, "finishedAt", timestamp(pod.finished))
        run.note(node, "finishedAt", pod.finished)
    results[node["id"]] = True
    if pod.phase == "Succeeded":
        run.mark(node, "Succeeded", now, "")
    else:
        words = pod.why_failed()
        early = tuple(f"{each.name}:" for each in pod.firsts)
        phase = "Error" if words.startswith((*_ERRORS, *early)) else "Failed"
        run.mark(node, phase, now, words)
    parts.kubelet.label(pod, f"{LABEL}completed", "true")
    cleanup.pod_over(parts, run, pod)


def _hear_progress(run: Run, node: Node, pod: SimPod) -> None:
    if pod.progress:
        run.put(node, "progress", pod.progress)


def _containers(run: Run, pod_node: Node, pod: SimPod, now: datetime) -> None:
    for each in pod.mains:
        node = run.node(f"{pod_node['name']}.{each.name}")
        if node is None:
            continue
        if each.started and node["phase"] == "Pending":
            run.put(node, "startedAt", timestamp(each.started))
            run.mark(node, "Running", now)
        if each.finished:
            run.put(node, "finishedAt", timestamp(each.finished))
            if each.exit_code:
                words = f"{each.reason} (exit code {each.exit_code})"
                run.mark(node, "Failed", now, words)
            else:
                run.mark(node, "Succeeded", now)
        elif pod.over and not fulfilled(node):
            run.mark(node, "Failed" if each.started else "Omitted", now)
