"""An operation says enough for a server that has an endpoint for it, and knows no Kubernetes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.scripted import manifest
from tui.actions import SET_NODE, SUBMIT, called
from tui.actions.base import Action, Context, perform
from tui.domain.identity import Target
from tui.domain.workflow import Manifest
from tui.ports.operations import Call, Operation, Operations

CONTEXT = Context(now=datetime(2026, 1, 15, 12, tzinfo=UTC), suffix="abcde")
Body = dict[str, Any]


def retry(given: Any) -> Body:
    return {
        "restartSuccessful": given["restart_successful"],
        "nodeFieldSelector": given["node_field_selector"],
        "parameters": list(given["parameters"]),
    }


BODIES: dict[str, Callable[[Any], Body]] = {
    "workflow.retry": retry,
    "workflow.resubmit": lambda given: {
        "memoized": given["memoized"],
        "parameters": list(given["parameters"]),
    },
    "workflow.suspend": lambda given: {},
    "workflow.resume": lambda given: {"nodeFieldSelector": given["node_field_selector"]},
    "workflow.stop": lambda given: {
        "nodeFieldSelector": given.get("node_field_selector", ""),
        "message": given.get("message", ""),
    },
    "workflow.terminate": lambda given: {},
    "node.set": lambda given: {
        "nodeFieldSelector": given["node_field_selector"],
        "phase": given["phase"],
        "message": given["message"],
        "outputParameters": dict(given["outputs"]),
    },
    "workflow.delete": lambda given: {"force": given["force"]},
    "workflow.submit": lambda given: {"submitOptions": dict(given)},
}


class Server:
    """The operations of a server that has an endpoint for each, and looks at no change."""

    def __init__(self) -> None:
        self.sent: list[Call] = []

    def refusal(self, operation: str, target: Target | None) -> str:
        return "" if operation in BODIES else "the server has no such endpoint"

    def preview(self, operation: Operation) -> tuple[Call, ...]:
        key = operation.target.key
        verb = operation.id.rpartition(".")[2]
        body = BODIES[operation.id](operation.options)
        return (Call("PUT", f"/api/v1/{key.kind}/{key.namespace}/{key.name}/{verb}", body),)

    def rehearse(self, operation: Operation) -> None:
        raise NotImplementedError

    def perform(self, operation: Operation) -> Manifest:
        self.sent += self.preview(operation)
        return {}


def waiting() -> Manifest:
    node: Body = {"id": "w-1", "name": "w[0].a", "type": "Suspend", "phase": "Running"}
    node["outputs"] = {"parameters": [{"name": "p", "valueFrom": {"supplied": {}}}]}
    return manifest("w", nodes={"w-1": node})


def over() -> Manifest:
    return manifest("w", phase="Failed", nodes={"w": {"id": "w", "name": "w", "type": "Pod"}})


GATE = {"node_field_selector": "id=w-1"}
CRON = {"kind": "CronWorkflow", "metadata": {"name": "c", "namespace": "argo"}, "spec": {}}


@pytest.mark.parametrize(
    ("action", "given", "choices", "path", "body"),
    [
        (
            "workflow.retry",
            over(),
            {"restart_successful": True, "node_field_selector": "id=w", "parameters": ("a=1",)},
            "/api/v1/wf/argo/w/retry",
            {"restartSuccessful": True, "nodeFieldSelector": "id=w", "parameters": ["a=1"]},
        ),
        (
            "workflow.resubmit",
            over(),
            {"memoized": True, "parameters": ("a=1",)},
            "/api/v1/wf/argo/w/resubmit",
            {"memoized": True, "parameters": ["a=1"]},
        ),
        ("workflow.suspend", manifest("w"), {}, "/api/v1/wf/argo/w/suspend", {}),
        (
            "workflow.resume",
            waiting(),
            GATE,
            "/api/v1/wf/argo/w/resume",
            {"nodeFieldSelector": "id=w-1"},
        ),
        (
            "workflow.stop",
            waiting(),
            {**GATE, "message": "no"},
            "/api/v1/wf/argo/w/stop",
            {"nodeFieldSelector": "id=w-1", "message": "no"},
        ),
        ("workflow.terminate", manifest("w"), {}, "/api/v1/wf/argo/w/terminate", {}),
        ("workflow.delete", over(), {"force": True}, "/api/v1/wf/argo/w/delete", {"force": True}),
        (
            "node.set",
            waiting(),
            {**GATE, "parameters": ("p=yes",), "phase": "Succeeded", "message": "m"},
            "/api/v1/wf/argo/w/set",
            {
                "nodeFieldSelector": "id=w-1",
                "phase": "Succeeded",
                "message": "m",
                "outputParameters": {"p": "yes"},
            },
        ),
        (
            "workflow.submit",
            CRON,
            {"parameters": ("a=1",), "labels": "x=y", "priority": 0, "file": "f"},
            "/api/v1/cron/argo/c/submit",
            {"submitOptions": {"parameters": ("a=1",), "labels": "x=y", "priority": 0}},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_id_target_and_options_are_all_that_an_endpoint_needs(
    action: str, given: Manifest, choices: dict[str, Any], path: str, body: Body
) -> None:
    known: dict[str, Action] = {SET_NODE.id: SET_NODE, SUBMIT.id: SUBMIT}
    one = known.get(action) or called(action)[0]
    server = Server()
    operations: Operations = server
    perform(one.plan(given, choices, CONTEXT), operations, lambda answer: "done")
    (call,) = server.sent
    assert (call.path, call.body) == (path, body)


def test_where_nothing_is_to_be_done_nothing_is_asked() -> None:
    server = Server()
    suspended = {**manifest("w"), "spec": {"suspend": True}}
    plan = called("workflow.suspend")[0].plan(suspended, {}, CONTEXT)
    assert plan.operation is None
    perform(plan, server, lambda answer: "done")
    assert not server.sent
