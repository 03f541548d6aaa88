"""What else an Argo Server offers: operations, logs, events, namespaces, rights, health."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from tests.support.argo_server import StandIn, answering, frame, served_by
from tests.support.fake_api import Asked, Reply
from tests.support.scripted import manifest
from tui.actions import ACTIONS, RESUBMIT, RETRY, SET_NODE, SUBMIT
from tui.actions.base import Action, Context
from tui.actions.delete import DELETE
from tui.actions.stop import STOP, TERMINATE
from tui.actions.suspend import RESUME, SUSPEND
from tui.actions.verdict import Conditions, Denied, Subject, verdict
from tui.domain.durations import parse_time
from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import Manifest, WorkflowRef
from tui.errors import (
    Busy,
    Conflict,
    Missing,
    NotOffered,
    Refused,
    Rejected,
    SourceError,
    Unauthenticated,
    Unreachable,
)
from tui.ports.connection import Connection, offered
from tui.ports.events import Events
from tui.ports.health import Health
from tui.ports.logs import NOTHING, LogRequest, PodLogs
from tui.ports.metrics import Metrics
from tui.ports.namespaces import Namespaces
from tui.ports.operations import Call, Create, Delete, Operation, Operations, Patch, Update
from tui.ports.pods import Pods
from tui.ports.rights import Rights, Wanted
from tui.ports.threads import CancelToken
from tui.sources import argo_server_logs
from tui.sources.argo_server_operations import calls

NOW = parse_time("2026-11-29T12:00:00Z")
assert NOW is not None
CONTEXT = Context(now=NOW, suffix="x7k2p")
WAITING = {
    "w": {
        **{"id": "w", "name": "etl.wait", "displayName": "wait", "type": "Suspend"},
        **{"phase": "Running", "templateName": "wait"},
        "outputs": {"parameters": [{"name": "answer", "valueFrom": {"supplied": {}}}]},
    }
}
FAILED = manifest("etl", phase="Failed")
RUNNING = manifest("etl", phase="Running", nodes=WAITING)
CRON = {
    **{"kind": "CronWorkflow", "apiVersion": "argoproj.io/v1alpha1"},
    "metadata": {"name": "nightly", "namespace": "argo"},
    "spec": {"schedules": ["0 0 * * *"], "workflowSpec": {}},
}
ETL = Target(ObjectKey("", "wf", "argo", "etl"))


def planned(action: Action, found: Manifest, **choices: Any) -> Operation:
    """The operation of a plan."""
    operation = action.plan(found, choices, CONTEXT).operation
    assert operation is not None
    return operation


PUT = "/api/v1/workflows/argo/etl"
OPERATIONS: list[tuple[Action, Manifest, dict[str, Any], str, Any]] = [
    (SUSPEND, manifest("etl", phase="Running"), {}, f"PUT {PUT}/suspend", {}),
    (
        RESUME,
        manifest("etl", phase="Running", nodes={"w": {**WAITING["w"], "outputs": {}}}),
        {"node_field_selector": "id=w"},
        f"PUT {PUT}/resume",
        {"nodeFieldSelector": "id=w"},
    ),
    (STOP, RUNNING, {}, f"PUT {PUT}/stop", {}),
    (
        STOP,
        RUNNING,
        {"node_field_selector": "id=w", "message": "no"},
        f"PUT {PUT}/stop",
        {"nodeFieldSelector": "id=w", "message": "no"},
    ),
    (TERMINATE, RUNNING, {}, f"PUT {PUT}/terminate", {}),
    (RETRY, FAILED, {}, f"PUT {PUT}/retry", {}),
    (RETRY, FAILED, {"parameters": ("a=b",)}, f"PUT {PUT}/retry", {"parameters": ["a=b"]}),
    (RESUBMIT, FAILED, {}, f"PUT {PUT}/resubmit", {}),
    (RESUBMIT, FAILED, {"memoized": True}, f"PUT {PUT}/resubmit", {"memoized": True}),
    (
        SET_NODE,
        RUNNING,
        {"node_field_selector": "id=w", "parameters": ("answer=yes",), "phase": "Succeeded"},
        f"PUT {PUT}/set",
        {"nodeFieldSelector": "id=w", "phase": "Succeeded", "outputParameters": '{"answer":"yes"}'},
    ),
    (DELETE, FAILED, {}, f"DELETE {PUT}", None),
    (DELETE, FAILED, {"force": True}, f"DELETE {PUT}?force=true", None),
    (
        SUBMIT,
        CRON,
        {},
        "POST /api/v1/workflows/argo/submit",
        {"resourceKind": "cronworkflow", "resourceName": "nightly", "submitOptions": {}},
    ),
    (
        SUBMIT,
        {**CRON, "kind": "WorkflowTemplate"},
        {"parameters": ("a=b",), "service_account": "runner"},
        "POST /api/v1/workflows/argo/submit",
        {
            "resourceKind": "workflowtemplate",
            "resourceName": "nightly",
            "submitOptions": {"serviceAccount": "runner", "parameters": ["a=b"]},
        },
    ),
]


@pytest.mark.parametrize(("action", "found", "choices", "asked", "body"), OPERATIONS)
def test_each_operation_is_one_request_to_its_own_endpoint(
    action: Action, found: Manifest, choices: dict[str, Any], asked: str, body: Any
) -> None:
    (call,) = calls(planned(action, found, **choices))
    query = "&".join(f"{name}={value}" for name, value in call.query)
    assert f"{call.method} {call.path}{'?' if query else ''}{query}" == asked
    assert call.body == body


def test_a_workflow_of_a_file_is_created_as_it_is_planned() -> None:
    (call,) = calls(planned(SUBMIT, manifest("etl"), server_dry_run=True))
    assert (call.method, call.path) == ("POST", "/api/v1/workflows/argo")
    assert call.body["workflow"]["metadata"]["name"] == "etl" and call.body["serverDryRun"]
    assert call.is_rehearsal


def test_every_action_there_is_has_an_endpoint_or_says_why_not() -> None:
    with StandIn().running() as api:
        operations = offered(served_by(api), Operations)
        able = {action.id for action in ACTIONS if not operations.refusal(action.id, None)}
    mine = {"retry", "resubmit", "suspend", "resume", "stop", "terminate", "delete"}
    assert {f"workflow.{verb}" for verb in mine} <= able


def _templates(change: Any) -> Call:
    key = ObjectKey("", change.key.kind, "argo", "nightly")
    (call,) = calls(Operation("some.thing", Target(key), {}, (change,)))
    return call


def test_templates_and_crons_are_changed_by_their_own_endpoints() -> None:
    cron, template = (ObjectKey("", kind, "argo", "nightly") for kind in ("cron", "wftmpl"))
    suspend = Patch(key=cron, patch={"spec": {"suspend": True}}, purpose="")
    assert _templates(suspend).path == "/api/v1/cron-workflows/argo/nightly/suspend"
    resume = Patch(key=cron, patch={"spec": {"suspend": False}}, purpose="")
    assert _templates(resume).path.endswith("/nightly/resume")
    create = _templates(Create(key=template, manifest=CRON, purpose=""))
    assert (create.path, create.body) == ("/api/v1/workflow-templates/argo", {"template": CRON})
    update = _templates(Update(key=cron, manifest=CRON, purpose=""))
    assert (update.method, update.body) == ("PUT", {"cronWorkflow": CRON})
    assert _templates(Delete(key=template, purpose="")).method == "DELETE"


@pytest.mark.parametrize(
    "change",
    [
        Patch(key=ETL.key, patch={"spec": {"priority": 1}}, purpose=""),
        Update(key=ETL.key, manifest=FAILED, purpose=""),
        Delete(key=ObjectKey("", "pod", "argo", "etl-1"), purpose=""),
        Create(key=ObjectKey("", "wftmpl", "argo", "t"), manifest={}, purpose="", dry_run=True),
    ],
)
def test_what_has_no_endpoint_is_never_sent(change: Any) -> None:
    """A dry run of a template would create it: the server takes no notice of that."""
    operation = Operation("workflow.edit", ETL, {}, (change,))
    with StandIn(FAILED).running() as api:
        operations = offered(served_by(api), Operations)
        assert operations.preview(operation) == ()
        with pytest.raises(NotOffered, match="Argo Server"):
            operations.perform(operation)
    assert not [asked for asked in api.asked if asked.method != "GET"]


def performed(server: StandIn, operation: Operation) -> tuple[list[Asked], Any]:
    """What was sent, and the answer or the error."""
    with server.running() as api:
        operations = offered(served_by(api), Operations)
        try:
            answer: Any = operations.perform(operation)
        except SourceError as error:
            answer = error
    return [asked for asked in api.asked if asked.method != "GET"], answer


def test_an_operation_is_sent_once_and_answers_the_object() -> None:
    sent, answer = performed(StandIn(RUNNING), planned(STOP, RUNNING))
    assert [asked.path for asked in sent] == [f"{PUT}/stop"]
    assert answer["spec"]["shutdown"] == "Stop"


def test_another_object_of_the_same_name_is_left_alone() -> None:
    other = manifest("etl", phase="Running")
    other["metadata"]["uid"] = "uid-of-another"
    sent, error = performed(StandIn(other), planned(DELETE, FAILED))
    assert sent == []
    assert isinstance(error, Conflict) and "another etl" in error.what


def test_a_deletion_of_what_is_gone_counts_as_done() -> None:
    assert performed(StandIn(), planned(DELETE, FAILED))[1] == {}


def test_refusals_are_in_the_words_of_argo() -> None:
    words = "cannot shutdown a completed workflow: workflow: etl, namespace: argo"
    server = StandIn(RUNNING)
    server.refusing["PUT .*/stop"] = (500, 13, f"timed out waiting for the condition: {words}")
    sent, error = performed(server, planned(STOP, RUNNING))
    assert len(sent) == 1
    assert isinstance(error, Rejected) and error.what == words


def test_a_lost_answer_says_that_it_may_have_been_done() -> None:
    server = StandIn(RUNNING)
    server.instead.append(answering("PUT", lambda asked, reply: reply.cut()))
    sent, error = performed(server, planned(STOP, RUNNING))
    assert len(sent) == 1
    assert isinstance(error, Unreachable) and "it may have been done or not" in error.what


FORBIDDEN = (
    'workflows.argoproj.io "etl" is forbidden: User "system:serviceaccount:argo:me" cannot patch '
    'resource "workflows" in API group "argoproj.io" in the namespace "argo"'
)


def test_a_verb_that_was_refused_once_is_denied_beforehand_until_asked_anew() -> None:
    server = StandIn(RUNNING)
    server.refusing["PUT .*/stop"] = (403, 7, FORBIDDEN)
    with server.running() as api:
        source = served_by(api)
        subject = Subject(Target(ObjectKey(source.id, "wf", "argo", "etl")), None)
        rights = offered(source, Rights)
        assert not _lacks(source, subject)
        with pytest.raises(Refused, match="not allowed to patch workflows in argo"):
            offered(source, Operations).perform(planned(STOP, RUNNING))
        assert _lacks(source, subject)
        wanted = Wanted(STOP.rights[1], "etl")
        assert rights.may("argo", wanted) is False
        with pytest.raises(NotOffered):
            rights.may("other", wanted)
        rights.learn("argo", anew=True)
        assert _lacks(source, subject), "not within the same moment"


def _lacks(source: Connection, subject: Subject) -> bool:
    answer = verdict(STOP, subject, Conditions(source))
    return isinstance(answer, Denied) and bool(answer.lacks)


def test_read_only_sends_nothing() -> None:
    with StandIn(RUNNING).running() as api:
        operations = offered(served_by(api, read_only=True), Operations)
        assert operations.refusal("workflow.stop", ETL)
        with pytest.raises(Refused, match="read-only"):
            operations.perform(planned(STOP, RUNNING))
    assert not [asked for asked in api.asked if asked.method != "GET"]


def test_only_new_workflows_are_rehearsed() -> None:
    with StandIn(RUNNING).running() as api:
        operations = offered(served_by(api), Operations)
        operations.rehearse(planned(SUBMIT, manifest("new")))
        (sent,) = [asked for asked in api.asked if asked.method == "POST"]
        assert json.loads(sent.body)["serverDryRun"] is True
        with pytest.raises(NotOffered, match="rehearses nothing"):
            operations.rehearse(planned(STOP, RUNNING))


# --- logs -------------------------------------------------------------------------------------


def log_of(server: StandIn, **more: Any) -> tuple[list[bytes], list[Asked]]:
    """The lines of a log, without their times, and what was asked."""
    request = LogRequest("argo", "etl-1", workflow="etl", **{"follow": False, **more})
    with server.running() as api:
        blocks = list(offered(served_by(api), PodLogs).log(request, CancelToken()))
    lines = [block.line(index) for block in blocks for index in range(len(block))]
    return lines, api.asked


def test_a_log_comes_line_by_line_with_its_times_taken_off() -> None:
    server = StandIn(RUNNING)
    server.logs["etl-1", "main"] = [
        "2026-11-29T12:00:00.000000001Z one",
        "2026-11-29T12:00:01.000000001Z ",
        "2026-11-29T12:00:02.000000001Z <three> & \ufffd",
    ]
    lines, asked = log_of(server, tail_lines=3, since_time="2026-11-29T11:59:59.5Z")
    assert lines == [b"one", b"", "<three> & \ufffd".encode()]
    query = asked[-1].query
    assert (query["podName"], query["logOptions.container"]) == ("etl-1", "main")
    assert query["logOptions.sinceTime.seconds"] == "1795953599"
    assert query["logOptions.tailLines"] == "3"


def test_a_log_of_which_nothing_came_says_what_that_may_mean() -> None:
    with pytest.raises(Missing, match="reading pods/log is not allowed") as caught:
        log_of(StandIn(RUNNING))
    assert caught.value.reason == NOTHING


def test_the_log_of_a_workflow_that_is_gone_is_missing() -> None:
    with pytest.raises(Missing, match="there is no workflow etl"):
        log_of(StandIn())


def test_a_log_that_is_followed_ends_with_its_workflow_though_the_server_never_says_so() -> None:
    """Where Kubernetes vanished from behind the server, its log goes on with signs of life."""
    server, minutes = StandIn(FAILED), itertools.count()

    def endless(asked: Asked, reply: Reply) -> None:
        reply.begin()
        reply.piece(frame({"result": {"content": "last", "podName": "etl-1"}}))
        for _ in range(5):
            reply.piece(b":\n")
        reply.hold()

    server.instead.append(answering("/log$", endless))
    with server.running() as api:
        source = served_by(api)
        logs = argo_server_logs.ServerLogs(source._server, now=lambda: 61.0 * next(minutes))
        request = LogRequest("argo", "etl-1", workflow="etl")
        blocks = list(logs.log(request, CancelToken()))
    assert [block.line(0) for block in blocks if len(block)] == [b"last"]


# --- the rest ---------------------------------------------------------------------------------


def event(kind: str, name: str, reason: str, at: str, uid: str = "") -> dict[str, Any]:
    return {
        "metadata": {"name": f"{name}.1", "uid": f"{name}-{reason}"},
        "involvedObject": {"kind": kind, "name": name, "uid": uid},
        **{"type": "Normal", "reason": reason, "message": "…", "lastTimestamp": at},
    }


def test_events_are_those_of_the_workflow_or_of_a_pod_the_oldest_first() -> None:
    server = StandIn(RUNNING)
    server.events = [
        event("Workflow", "etl", "Second", "2026-11-29T12:00:02Z", "uid-etl"),
        event("Workflow", "etl", "First", "2026-11-29T12:00:01Z", "uid-etl"),
        event("Workflow", "etl", "OfAnother", "2026-11-29T12:00:00Z", "uid-before"),
        event("Pod", "etl-1", "Pulled", "2026-11-29T12:00:00Z"),
    ]
    with server.running() as api:
        events = offered(served_by(api), Events)
        found = events.events(WorkflowRef("argo", "etl", "uid-etl"))
        assert [each.reason for each in found] == ["First", "Second"]
        (of_pod,) = events.events(WorkflowRef("argo", "etl"), "etl-1")
    assert of_pod.reason == "Pulled"


def test_events_that_may_not_be_read_say_so() -> None:
    server = StandIn(RUNNING)
    words = 'events is forbidden: User "me" cannot watch resource "events" in API group ""'
    server.refusing["stream/events"] = (403, 7, words)
    with server.running() as api, pytest.raises(Refused, match="not allowed to watch events"):
        offered(served_by(api), Events).events(WorkflowRef("argo", "etl"))


def test_namespaces_are_those_of_the_latest_workflows_or_the_only_one_of_the_server() -> None:
    server = StandIn(RUNNING, manifest("other", namespace="team-a"))
    with server.running() as api:
        assert offered(served_by(api), Namespaces).namespaces() == ("argo", "team-a")
        server.info = {"managedNamespace": "argo"}
        assert offered(served_by(api), Namespaces).namespaces() == ("argo",)


def test_what_only_kubernetes_gives_is_said() -> None:
    with StandIn().running() as api:
        source = served_by(api)
        for port in (Pods, Metrics):
            with pytest.raises(NotOffered, match="only Kubernetes does"):
                offered(source, port)


def test_health_is_asked_by_a_list_because_nothing_else_needs_a_good_token() -> None:
    server = StandIn(RUNNING)
    with server.running() as api:
        source = served_by(api)
        health = offered(source, Health)
        server.tokens.clear()
        with pytest.raises(Unauthenticated):
            source.get(ETL)
        health.check()
        assert isinstance(health.trouble, Unauthenticated)
        server.tokens.add("Bearer let-me-in")
        health.check()
        assert health.trouble is None


@pytest.mark.parametrize(
    ("status", "code", "message", "error", "words"),
    [
        (429, 8, "grpc: trying to send message larger than max (2 vs. 1)", Rejected, "more than"),
        (429, 8, "x is rejected by grpc_ratelimit middleware", Busy, "slow down"),
        (
            500,
            2,
            "runtime error: invalid memory address or nil pointer",
            Busy,
            "mistake of its own",
        ),
        (500, 13, 'Get "https://10.0.0.1/apis": dial tcp: refused', Busy, "does not reach"),
        (500, 13, "pq: the database system is shutting down", Busy, "database system"),
        (501, 12, "Not Implemented", Rejected, "does not know this"),
        (503, 14, "connection error: connection refused", Busy, "is starting"),
        (404, 5, "the server could not find the requested resource", Missing, "no such kind"),
        (400, 3, "'etl' is not managed by the current Argo Server", Rejected, "not managed"),
    ],
)
def test_each_failure_has_its_own_words(
    status: int, code: int, message: str, error: type[SourceError], words: str
) -> None:
    server = StandIn(RUNNING)
    server.refusing["GET /api/v1/workflows/argo/etl"] = (status, code, message)
    with server.running() as api, pytest.raises(error, match=words):
        served_by(api).get(ETL)


def test_a_rate_limit_says_when_to_come_back() -> None:
    server = StandIn(RUNNING)
    head = {
        "Retry-After": "Sun, 29 Nov 2026 05:05:47 UTC",
        "Content-Type": "text/plain; charset=utf-8",
    }

    def limited(asked: Asked, reply: Reply) -> None:
        head["Date"] = "Sun, 29 Nov 2026 05:05:40 GMT"
        reply.bare(
            b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 18\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in head.items()).encode()
            + b"\r\nToo Many Requests\n"
        )

    server.instead.append(answering("GET", limited))
    with server.running() as api, pytest.raises(Busy) as caught:
        served_by(api).get(ETL)
    assert caught.value.retry_after == 7.0


def test_a_server_that_cannot_give_events_says_that_they_are_not_to_be_had() -> None:
    server = StandIn(RUNNING)
    words = "grpc: error while marshaling: proto: failed to marshal, message is *v1.Event, want"
    server.refusing["stream/events"] = (500, 13, f"{words} proto.Message")
    with server.running() as api, pytest.raises(NotOffered, match="gives no events"):
        offered(served_by(api), Events).events(WorkflowRef("argo", "etl"))
