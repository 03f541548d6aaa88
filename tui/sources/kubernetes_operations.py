"""Operations as calls of the Kubernetes API (argo.md 5.10), sent one after the other, each once.

Nothing is ever sent a second time: after a conflict or a lost answer a person decides, on a plan
that is made anew from the object as it is then. The error says how far the operation came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Any

from msgspec.structs import replace

from tui.domain.identity import Target
from tui.domain.workflow import Manifest
from tui.errors import Conflict, Missing, SourceError, Unreachable
from tui.ports.operations import Call, Change, Create, Delete, Operation, Patch, Update
from tui.sources.cluster import Cluster, object_in
from tui.sources.connections import never_left
from tui.sources.paths import collection_path, object_path, resource_of, root_path

READ_ONLY = "this is read-only mode"

MERGE_PATCH = "application/merge-patch+json"
DRY_RUN = (("dryRun", "All"),)


class KubernetesOperations:
    """The operations port of one cluster."""

    def __init__(self, send: Callable[[Call], Manifest], *, refused: str = "") -> None:
        self._send = send
        """Sends a call, once, and returns the object of its answer."""
        self._refused = refused
        """Why nothing can be changed here; "" if something can."""

    def refusal(self, operation: str, target: Target | None) -> str:
        """Any operation can be done here, since all of them come down to changes of objects."""
        return self._refused

    def preview(self, operation: Operation) -> tuple[Call, ...]:
        """The calls that `perform` would send."""
        return calls(operation)

    def rehearse(self, operation: Operation) -> None:
        """Send each of its calls as a dry run."""
        sent: list[Call] = []
        for call in map(_as_dry_run, calls(operation)):
            if call not in sent:
                self._send(call)
                sent.append(call)

    def perform(self, operation: Operation) -> Manifest:
        """Send its calls in order; the first error ends it."""
        answer: Manifest = {}
        planned = calls(operation)
        for done, call in enumerate(planned):
            try:
                answer = self._send(call)
            except SourceError as error:
                told = how_far(planned, done, error, operation.half_way)
                error.hint = "; ".join(filter(None, (error.hint, told)))
                raise
        return answer


def operations_of(cluster: Cluster) -> KubernetesOperations:
    """The port of a cluster."""

    def send(call: Call) -> Manifest:
        try:
            body = cluster.transport.send(
                call.method, call.path, call.query, call.body, call.content_type
            )
        except Missing:
            if call.missing_ok:
                return {}
            raise
        return object_in(body)

    return KubernetesOperations(send, refused=READ_ONLY if cluster.read_only else "")


def calls(operation: Operation) -> tuple[Call, ...]:
    """The calls that carry an operation out on any cluster; pure."""
    return tuple(map(_call, operation.changes))


@singledispatch
def _call(change: Change) -> Call:
    raise TypeError(f"no call of the Kubernetes API makes this change: {change!r}")


@_call.register
def _create(change: Create) -> Call:
    path = collection_path(resource_of(change.key.kind), change.key.namespace)
    call = Call("POST", path, change.manifest)
    return _as_dry_run(_about(change, call)) if change.dry_run else _about(change, call)


@_call.register
def _update(change: Update) -> Call:
    call = _about(change, Call("PUT", _path(change), change.manifest))
    return _as_dry_run(call) if change.dry_run else call


@_call.register
def _patch(change: Patch) -> Call:
    return _about(change, Call("PATCH", _path(change), change.patch, MERGE_PATCH))


@_call.register
def _delete(change: Delete) -> Call:
    options: dict[str, Any] = {}
    if change.propagation:
        options["propagationPolicy"] = change.propagation
    if change.uid:
        options["preconditions"] = {"uid": change.uid}
    return _about(change, Call("DELETE", _path(change), options or None, missing_ok=True))


def _path(change: Change) -> str:
    return object_path(resource_of(change.key.kind), change.key.namespace, change.key.name)


def _about(change: Change, call: Call) -> Call:
    resource = resource_of(change.key.kind)
    return replace(call, purpose=change.purpose, root=root_path(resource) if resource.group else "")


def _as_dry_run(call: Call) -> Call:
    """The same call, of which the API keeps nothing."""
    if call.method == "DELETE":
        # The API ignores the query of a deletion that has a body, and deletes.
        return replace(call, body={**(call.body or {}), "dryRun": ["All"]}, is_rehearsal=True)
    return replace(call, query=DRY_RUN, is_rehearsal=True)


def how_far(planned: Sequence[Call], done: int, error: SourceError, half_way: str) -> str:
    """Which calls were done before the one that failed, and what that means."""
    failed = planned[done]
    before = [call for call in planned[:done] if not call.is_rehearsal]
    real = sum(not call.is_rehearsal for call in planned)
    told = []
    if before:
        names = ", ".join(call.purpose or call.method for call in before[:3])
        more = f" and {len(before) - 3} more" if len(before) > 3 else ""
        told.append(f"{len(before)} of {real} writes were done already: {names}{more}")
    if isinstance(error, Unreachable) and not failed.is_rehearsal and never_left(error):
        told.append(f"“{failed.purpose or failed.method}” was not sent")
        told += [half_way] if before and half_way else []
    elif isinstance(error, Unreachable) and not failed.is_rehearsal:
        told.append(
            f"whether “{failed.purpose or failed.method}” arrived is not known: look before "
            "doing it again"
        )
    elif before and half_way:
        told.append(half_way)
    elif isinstance(error, Conflict) and not before and failed.method != "POST":
        told.append("it was changed meanwhile and nothing was done: look at it and try again")
    return "; ".join(told)
