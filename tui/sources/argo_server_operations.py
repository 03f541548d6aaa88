"""Operations by the endpoints of an Argo Server, each sent once (argo.md 5).

The server has an endpoint for most of what people ask for, so that it is asked by the operation's
id and options, not by the changes that it comes down to on a cluster. It takes no preconditions and
rehearses next to nothing: so the uid is read and compared before anything is done to an object, and
what cannot be rehearsed says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any

import msgspec
from msgspec.structs import replace

from tui.domain.identity import Target
from tui.domain.resource import Resource
from tui.domain.workflow import POD, WORKFLOW, Manifest
from tui.errors import Conflict, Missing, NotOffered, SourceError
from tui.ports.operations import Call, Change, Create, Delete, Operation, Patch, Update
from tui.sources.argo_server_answers import RightRefused
from tui.sources.argo_server_paths import (
    API,
    BODIES,
    PLACES,
    archived_path,
    collection,
    one,
    options,
    projected,
)
from tui.sources.argo_server_shared import Server
from tui.sources.argo_server_streams import glance
from tui.sources.cluster import object_in
from tui.sources.kubernetes_operations import READ_ONLY, how_far
from tui.sources.paths import resource_of

NO_WAY = "an Argo Server has no way to do this: only Kubernetes has"
OF_PODS = "an Argo Server does nothing to pods: only Kubernetes does"
OF_ARCHIVED = "only the archive has it: it can be retried, resubmitted and deleted there"
NO_REHEARSAL = "an Argo Server rehearses nothing but what creates a workflow"

SUBMITTED_FROM = {
    "wftmpl": "workflowtemplate",
    "cwftmpl": "clusterworkflowtemplate",
    "cron": "cronworkflow",
}
"""Id of a kind → what the server calls it when a workflow is made from one of them."""

SUBMIT_OPTIONS = {
    "name": "name",
    "generate_name": "generateName",
    "entrypoint": "entryPoint",
    "service_account": "serviceAccount",
    "labels": "labels",
    "annotations": "annotations",
    "pod_priority_class": "podPriorityClassName",
    "priority": "priority",
    "parameters": "parameters",
    "artifacts": "artifacts",
    "server_dry_run": "serverDryRun",
}
"""Option of a submission → what the server calls it. With others it is created as it is planned."""

Body = Callable[[Mapping[str, Any]], dict[str, Any]]


def _given(**values: Any) -> dict[str, Any]:
    """Those that are not empty."""
    return {name: value for name, value in values.items() if value}


VERBS: dict[str, tuple[str, Body]] = {
    "workflow.suspend": ("suspend", lambda asked: {}),
    "workflow.resume": (
        "resume",
        lambda asked: _given(nodeFieldSelector=asked.get("node_field_selector")),
    ),
    "workflow.stop": (
        "stop",
        lambda asked: _given(
            nodeFieldSelector=asked.get("node_field_selector"), message=asked.get("message")
        ),
    ),
    "workflow.terminate": ("terminate", lambda asked: {}),
    "workflow.retry": (
        "retry",
        lambda asked: _given(
            restartSuccessful=asked.get("restart_successful"),
            nodeFieldSelector=asked.get("node_field_selector"),
            parameters=list(asked.get("parameters") or ()),
        ),
    ),
    "workflow.resubmit": (
        "resubmit",
        lambda asked: _given(
            memoized=asked.get("memoized"), parameters=list(asked.get("parameters") or ())
        ),
    ),
    "node.set": (
        "set",
        lambda asked: _given(
            nodeFieldSelector=asked.get("node_field_selector"),
            phase=asked.get("phase"),
            message=asked.get("message"),
            # A text of JSON; as an object it is refused.
            outputParameters=(
                msgspec.json.encode(asked["outputs"]).decode() if asked.get("outputs") else ""
            ),
        ),
    ),
}
"""Id of an operation on a workflow → its endpoint, and the body that its options come to."""


ARCHIVED = (
    *("workflow.retry", "workflow.resubmit", "workflow.edit", "workflow.delete"),
    "node.retry-from-here",
)
"""What can be done to a workflow that only the archive has."""

OF_STEPS = ("node.answer", "node.retry-from-here")
"""Actions on a step, whose operations are a set and a retry."""


class ServerOperations:
    """The operations port of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport = server.transport

    def refusal(self, operation: str, target: Target | None) -> str:
        """What there is no endpoint for can never be done here."""
        if self._server.read_only:
            return READ_ONLY
        if operation.startswith("pod.") or (target is not None and target.key.kind == POD):
            return OF_PODS
        if target is not None and target.key.incarnation and operation not in ARCHIVED:
            return OF_ARCHIVED
        known = (*VERBS, "workflow.submit", "workflow.edit", "workflow.delete", *OF_STEPS)
        is_of_workflow = operation.startswith(("workflow.", "node."))
        return NO_WAY if is_of_workflow and operation not in known else ""

    def preview(self, operation: Operation) -> tuple[Call, ...]:
        """The calls that `perform` would make; none for what it cannot."""
        try:
            return calls(operation)
        except NotOffered:
            return ()

    def rehearse(self, operation: Operation) -> None:
        """Have a creation checked; raises NotOffered for anything else, SourceError."""
        for change in operation.changes:
            if not isinstance(change, Create) or change.key.kind != WORKFLOW:
                raise NotOffered(NO_REHEARSAL, reason="NotOffered")
            self._send(_change(replace(change, dry_run=True)))

    def perform(self, operation: Operation) -> Manifest:
        """Make the calls in order, each once; the first error ends it."""
        planned = calls(operation)
        self._check_uid(operation)
        answer: Manifest = {}
        try:
            for done, call in enumerate(planned):
                try:
                    answer = self._send(call)
                except SourceError as error:
                    if isinstance(error, RightRefused):
                        self._tell(error)
                    told = how_far(planned, done, error, operation.half_way)
                    error.hint = "; ".join(filter(None, (error.hint, told)))
                    raise
        finally:
            # What is polled would show the old for half a minute.
            self._server.polls.read_now()
        return answer

    def _tell(self, error: RightRefused) -> None:
        for told in self._server.refusals:
            told(error)

    def _send(self, call: Call) -> Manifest:
        try:
            body = self._transport.send(call.method, call.path, call.query, call.body)
        except Missing:
            if call.missing_ok:
                return {}
            raise
        return object_in(body)

    def _check_uid(self, operation: Operation) -> None:
        """The server knows no preconditions, so another object of the same name is looked for.

        Raises: Conflict.
        """
        key, uid = operation.target.key, operation.target.uid
        resource = resource_of(key.kind)
        if key.incarnation:
            return  # that is its uid
        if not uid or resource.plural not in PLACES or operation.id == "workflow.submit":
            return
        fields = projected("metadata.uid" if key.kind == WORKFLOW else "")
        try:
            raw = self._transport.get(one(resource, key.namespace, key.name), fields)
        except Missing:
            return  # whatever is done says so
        if glance(raw).metadata.uid not in ("", uid):
            raise Conflict(
                f"another {key.name} has its name now, and nothing was done",
                hint="look at it as it is now, then repeat",
                reason="Uid",
            )


def operations_of(server: Server) -> ServerOperations:
    """The port of a server."""
    return ServerOperations(server)


def calls(operation: Operation) -> tuple[Call, ...]:
    """The calls that carry an operation out on any server; pure.

    Raises: NotOffered where there is no endpoint for it.
    """
    key = operation.target.key
    if operation.id in VERBS and operation.changes and not _is_beyond(operation):
        verb, body = VERBS[operation.id]
        path, sent = one(resource_of(WORKFLOW), key.namespace, key.name), body(operation.options)
        purpose = f"{verb} workflow {key.name}"
        if key.incarnation:
            path, purpose = archived_path(key.incarnation), f"{purpose} of the archive"
            sent = {**sent, "name": key.name, "namespace": key.namespace}
        return (_about(Call("PUT", f"{path}/{verb}", sent, purpose=purpose)),)
    if operation.id == "workflow.submit" and _can_submit(operation):
        return tuple(_submission(operation, change) for change in operation.changes)
    if operation.id == "workflow.delete":
        # It removes finalizers by itself where it is told to force.
        force = options("", force="true" if operation.options.get("force") else "")
        query = tuple((name.lstrip("."), value) for name, value in force)
        deletions = [each for each in operation.changes if isinstance(each, Delete)]
        return tuple(replace(_change(each), query=query) for each in deletions)
    return tuple(map(_change, operation.changes))


def _is_beyond(operation: Operation) -> bool:
    """Whether more is asked of a resubmission than its endpoint takes: then it is created as it is
    planned."""
    more = operation.options.keys() - {"memoized", "parameters"}
    return operation.id == "workflow.resubmit" and bool(more)


def _can_submit(operation: Operation) -> bool:
    return operation.target.key.kind in SUBMITTED_FROM and operation.options.keys() <= (
        SUBMIT_OPTIONS.keys()
    )


def _submission(operation: Operation, change: Change) -> Call:
    key = operation.target.key
    asked = {SUBMIT_OPTIONS[name]: value for name, value in operation.options.items()}
    body = {
        "resourceKind": SUBMITTED_FROM[key.kind],
        "resourceName": key.name,
        "submitOptions": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asked.items()
        },
    }
    path = f"{collection(resource_of(WORKFLOW), change.key.namespace)}/submit"
    is_rehearsal = bool(operation.options.get("server_dry_run"))
    return _about(Call("POST", path, body, purpose=change.purpose, is_rehearsal=is_rehearsal))


@singledispatch
def _change(change: Change) -> Call:
    raise NotOffered(NO_WAY, reason="NotOffered")


@_change.register
def _create(change: Create) -> Call:
    resource = resource_of(change.key.kind)
    path = collection(resource, change.key.namespace)
    body: dict[str, Any] = {_body_of(resource): change.manifest}
    if change.dry_run:
        if change.key.kind != WORKFLOW:
            # It would be created: the server takes no notice of a dry run here.
            raise NotOffered(NO_REHEARSAL, reason="NotOffered")
        body["serverDryRun"] = True
    call = Call("POST", path, body, purpose=change.purpose, is_rehearsal=change.dry_run)
    return _about(call)


@_change.register
def _update(change: Update) -> Call:
    resource = resource_of(change.key.kind)
    if change.key.kind == WORKFLOW or change.dry_run:
        raise NotOffered(NO_WAY, reason="NotOffered")
    body = {_body_of(resource): change.manifest}
    return _about(Call("PUT", _path(change), body, purpose=change.purpose))


@_change.register
def _patch(change: Patch) -> Call:
    spec = change.patch.get("spec")
    if (
        change.key.kind != "cron"
        or change.patch.keys() != {"spec"}
        or not isinstance(spec, dict)
        or spec.keys() != {"suspend"}
    ):
        raise NotOffered(NO_WAY, reason="NotOffered")
    verb = "suspend" if spec["suspend"] else "resume"
    return _about(Call("PUT", f"{_path(change)}/{verb}", {}, purpose=change.purpose))


@_change.register
def _delete(change: Delete) -> Call:
    if change.key.kind == POD:
        raise NotOffered(OF_PODS, reason="NotOffered")
    return _about(Call("DELETE", _path(change), purpose=change.purpose, missing_ok=True))


def _path(change: Change) -> str:
    if change.key.incarnation:
        return archived_path(change.key.incarnation)
    return one(resource_of(change.key.kind), change.key.namespace, change.key.name)


def _body_of(resource: Resource) -> str:
    found = BODIES.get(resource.plural)
    if found is None:
        raise NotOffered(NO_WAY, reason="NotOffered")
    return found


def _about(call: Call) -> Call:
    return replace(call, root=API)
