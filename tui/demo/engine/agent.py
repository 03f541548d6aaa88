"""HTTP and plugin nodes: the agent pod of their workflow does what they ask for (argo.md 1.6, 3).

Argo hands the tasks over in a WorkflowTaskSet. The demo's API does not know that kind (nothing a
person looks at is only there), so the agent is told directly. Everything else is as it is there:
one pod a workflow, made for the first such node and deleted when the workflow is over; until it
has answered, the nodes are Pending.

No request is ever sent. Answers are made up: `/status/404` in a URL is answered with that status,
everything else with 200 and a body that repeats the URL.
"""

from __future__ import annotations

import math
import re
from typing import Any

from tui.demo.engine.behaviour import Behaviour
from tui.demo.engine.expression import ExpressionError, NotSimulated, evaluate
from tui.demo.engine.names import agent_pod_name
from tui.demo.engine.operation import Operation
from tui.demo.engine.parts import Parts
from tui.demo.engine.podspec import EXECUTOR, owned
from tui.demo.engine.run import LABEL, Node, Run, Template, node_type
from tui.demo.engine.simpod import SimPod
from tui.demo.engine.where import Where
from tui.demo.store import encode
from tui.domain.podname import fnv1a

_STATUS = re.compile(r"/status/(\d{3})\b")


def execute(
    op: Operation, name: str, kind: str, template: Template, where: Where, fields: dict[str, Any]
) -> Node:
    """The node of an HTTP or plugin template: Pending until the agent has answered."""
    run = op.run
    node = run.node(name)
    if not op.may_run(where):
        if node is None:
            return op.add(name, node_type(kind), "Failed", where, fields, op.stopped())
        return run.mark(node, "Failed", op.now, op.stopped())
    if node is None:
        node = op.add(name, node_type(kind), "Pending", where, fields)
    pod = op.parts.kubelet.find(run.namespace, agent_pod_name(run.name))
    if pod is None:
        op.parts.kubelet.create(_pod(op.parts, run))
    elif pod.phase == "Running":
        _work(op, pod, node, template)
    return node


def dismiss(parts: Parts, run: Run) -> None:
    """The workflow is over: the agent has nothing more to do."""
    name = agent_pod_name(run.name)
    if parts.kubelet.find(run.namespace, name) is not None:
        parts.kubelet.delete(run.namespace, name)


def _work(op: Operation, pod: SimPod, node: Node, template: Template) -> None:
    run, task = op.run, node["name"]
    answered = run.agent.get(node["id"])
    if answered is None:
        takes = op.parts.rng(run.uid, task).uniform(0.8, 2.5)
        answered = op.parts.agenda.after(op.now, takes)
        run.agent[node["id"]] = answered
        op.parts.kubelet.say(pod, f'level=info msg="Processing task" nodeID={node["id"]}')
        op.parts.kubelet.say(pod, "demo: no request is sent, the answer is made up")
    if op.now < answered:
        op.wake_at(answered)
        return
    del run.agent[node["id"]]
    phase = "Failed"
    try:
        words = _answer(run, node, template["http"]) if template.get("http") is not None else ""
    except NotSimulated as error:
        phase, words = "Error", str(error)
    phase = phase if words else "Succeeded"
    op.parts.kubelet.say(pod, f'level=info msg="Sending result" nodeID={node["id"]} phase={phase}')
    run.mark(node, phase, op.now, words)


def _answer(run: Run, node: Node, http: dict[str, Any]) -> str:
    """Give the node its result; what is wrong with it, or ""."""
    url = str(http.get("url") or "")
    found = _STATUS.search(url)
    status = int(found[1]) if found else 200
    method = str(http.get("method") or "GET")
    told = {"method": method, "url": url, "status": status, "message": "made up by the demo"}
    body = encode(told).decode()
    run.put(node, "outputs", {"result": body})
    condition = http.get("successCondition")
    if not condition:
        return "" if 200 <= status < 300 else f"received non-2xx response code: {status}"
    headers = {"Content-Type": ["application/json"], "Server": ["demo"]}
    response = {"statusCode": status, "body": body, "headers": headers}
    try:
        accepted = bool(evaluate(str(condition), {"response": response}))
    except NotSimulated:
        raise
    except ExpressionError:
        accepted = False
    return "" if accepted else f"successCondition '{condition}' evaluated false"


def _pod(parts: Parts, run: Run) -> SimPod:
    work = {"name": "main", "image": EXECUTOR, "command": ["argoexec", "agent", "main"]}
    first = {"name": "init", "image": EXECUTOR, "command": ["argoexec", "agent", "init"]}
    obj = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": agent_pod_name(run.name),
            "namespace": run.namespace,
            "labels": {
                f"{LABEL}workflow": run.name,
                f"{LABEL}completed": "false",
                f"{LABEL}component": "agent",
            },
            "annotations": {
                f"{LABEL}workflow-name": run.name,
                f"{LABEL}workflow-uid": run.uid,
                "kubectl.kubernetes.io/default-container": "main",
            },
            "ownerReferences": [owned(run)],
        },
        "spec": {
            "serviceAccountName": run.spec.get("serviceAccountName") or "default",
            "restartPolicy": "OnFailure",
            "initContainers": [first],
            "containers": [work],
        },
        "status": {"phase": "Pending"},
    }
    # It works for as long as anybody may ask.
    told = Behaviour(duration=math.inf, log_rate=0.0)
    return SimPod(obj, {"container": work}, told, {}, fnv1a(f"{parts.seed}/{run.uid}/agent"))
