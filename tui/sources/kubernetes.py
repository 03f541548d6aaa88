"""Objects of a Kubernetes cluster, read and changed through its API server."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tui.domain.identity import ObjectKey, Origin, Part
from tui.domain.workflow import LABEL, WORKFLOW_RESOURCE, Manifest, WorkflowRef
from tui.errors import Expired, Missing, Refused, SourceError
from tui.ports.collections import HasMetadata, LeftOut, Readable, Scope, Sink
from tui.ports.connection import Capabilities, Place
from tui.ports.events import Event
from tui.ports.identity import Identity
from tui.ports.logs import LogRequest
from tui.ports.metrics import PodUsage
from tui.ports.objects import Whole
from tui.ports.operations import Call, Operations
from tui.ports.pods import Pod
from tui.ports.threads import CancelToken
from tui.sources import pods as core
from tui.sources.audiences import ListAudience, ObjectAudience, all_at_once
from tui.sources.collections import ManyObjects, OneObject
from tui.sources.kubernetes_identity import KubernetesIdentity
from tui.sources.kubernetes_operations import KubernetesOperations
from tui.sources.paths import (
    CONFIG_MAPS,
    EVENTS,
    NAMESPACES,
    PAGE,
    POD_METRICS,
    PODS,
    SECRETS,
    TEMPLATES,
    collection_path,
    list_path,
    object_path,
)
from tui.sources.pulse import Pulse
from tui.sources.reflector import RESTARTS, Listed, Reflector
from tui.sources.transport import Query, Transport, decoded

if TYPE_CHECKING:
    from tui.domain.logs import LogBlock

L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)
P = TypeVar("P")
T = TypeVar("T")


class KubernetesSource:
    """One cluster, seen as one user."""

    def __init__(self, transport: Transport, place: Place, read_only: bool = False) -> None:
        self._transport = transport
        self._place = place
        self._pulse = Pulse()
        self._capabilities = Capabilities(
            can_write=not read_only,
            why_not="this is read-only mode" if read_only else "",
        )
        self._ports: dict[object, Any] = {
            Operations: KubernetesOperations(self._send, refused=self._capabilities.why_not),
            Identity: KubernetesIdentity(transport),
        }

    @property
    def place(self) -> Place:
        """Context, server, namespace and user, as the kubeconfig names them."""
        return self._place

    @property
    def capabilities(self) -> Capabilities:
        """Everything, less writes in read-only mode."""
        return self._capabilities

    @property
    def troubles(self) -> tuple[()]:
        """None: a cluster has nothing to read before it is asked."""
        return ()

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What a cluster offers."""
        found: P | None = self._ports.get(wanted)
        return found

    def lacks(self, wanted: Callable[..., object]) -> str:
        """What no cluster has."""
        return "" if wanted in self._ports else "a cluster does not have this"

    # --- lists and objects -----------------------------------------------------------------

    def parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        """A part a namespace; one for all where all are asked for, or the kind has none."""
        namespaces = scope.namespaces if kind.resource.namespaced else ()
        return tuple(
            Part(self._place.label, kind.id, Origin.CLUSTER, namespace)
            for namespace in namespaces or ("",)
        )

    def watch(self, kind: Readable[L, Any], scope: Scope, sink: Sink[L], stop: CancelToken) -> None:
        """List, then watch, until stopped; the parts side by side."""
        jobs: dict[str, Callable[[CancelToken], None]] = {
            part.namespace: partial(self._follow, kind, part, scope, sink)
            for part in self.parts(kind, scope)
        }
        if len(jobs) == 1:
            jobs.popitem()[1](stop)
        else:
            all_at_once(jobs, stop)

    def _follow(
        self,
        kind: Readable[L, Any],
        part: Part,
        scope: Scope,
        sink: Sink[L],
        stop: CancelToken,
    ) -> None:
        collection = self._many(kind, part, scope)
        Reflector(collection, ListAudience(part, sink, stop), stop, pulse=self._pulse).run()

    def watch_one(
        self,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
    ) -> None:
        """The same for one object with everything. Raises: Missing when it is not there."""
        part = Part(self._place.label, kind.id, Origin.CLUSTER, key.namespace)
        collection = OneObject(self._transport, kind, key)
        audience: ObjectAudience[W] = ObjectAudience(part, key, uid, kind.noun, sink, stop)
        Reflector(collection, audience, stop, pulse=self._pulse).run()

    def get(self, ref: WorkflowRef) -> Manifest:
        """One workflow as it is now, every field kept."""
        return self._object(object_path(WORKFLOW_RESOURCE, ref.namespace, ref.name))

    def read_all(
        self, kind: Readable[L, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[L, ...]:
        """The whole list once."""
        parts = self.parts(kind, scope)
        return _of_all(
            parts, lambda part: _all_pages(self._many(kind, part, scope).list_page), left_out
        )

    def read_raw(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[bytes, ...]:
        """The whole list once, each object as its JSON came."""
        parts = self.parts(kind, scope)
        return _of_all(
            parts, lambda part: _all_pages(self._many(kind, part, scope).raw_page), left_out
        )

    def template(self, kind: str, namespace: str, name: str) -> Manifest:
        """A template or cron workflow as it is now, every field kept."""
        return self._object(object_path(TEMPLATES[kind], namespace, name))

    def _many(self, kind: Readable[L, Any], part: Part, scope: Scope) -> ManyObjects[L]:
        return ManyObjects(
            self._transport,
            kind,
            part.namespace,
            labels=scope.label_selector,
            fields=scope.field_selector,
        )

    # --- what belongs to a workflow --------------------------------------------------------

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        """The pods of a workflow that still exist."""
        path = collection_path(PODS, ref.namespace)
        return tuple(self._pages(path, _of_workflow(ref), core.pods))

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        """What its pods use now. Raises: Missing where nothing is measured."""
        path = collection_path(POD_METRICS, ref.namespace)
        return dict(core.usage(self._transport.get(path, _of_workflow(ref)))[0])

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Events about the workflow, or about one of its pods, oldest first."""
        path = collection_path(EVENTS, ref.namespace)
        kind, name = ("Pod", pod) if pod else ("Workflow", ref.name)
        selector = f"involvedObject.kind={kind},involvedObject.name={name}"
        found = self._pages(path, [("fieldSelector", selector)], core.events)
        if ref.uid and not pod:
            # Events of an earlier workflow of the same name are another story.
            found = [event for event in found if event.object_uid in ("", ref.uid)]
        return tuple(sorted(found, key=lambda event: event.last_seen or ""))

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        """A log in blocks of lines, until its end or stopped."""
        from tui.domain.logs import blocks_of

        path = f"{object_path(PODS, request.namespace, request.pod)}/log"
        # Followed logs may be silent for hours; TCP keepalive notices a dead peer.
        quiet = None if request.follow else 60.0
        with self._transport.stream(path, _log_query(request), stop, quiet=quiet) as pieces:
            yield from blocks_of(pieces, request.source)

    # --- other objects ---------------------------------------------------------------------

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        """One value of a secret, decoded."""
        found = self._object(object_path(SECRETS, namespace, name))
        data = found.get("data")
        value = data.get(key) if isinstance(data, dict) else None
        if not isinstance(value, str):
            raise Missing(f"secret {name} in {namespace} has no key {key}", reason="NoKey")
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise SourceError(f"key {key} of secret {name} is not base64") from error

    def config_map(self, namespace: str, name: str) -> dict[str, str]:
        """The data of a config map."""
        found = self._object(object_path(CONFIG_MAPS, namespace, name))
        data = found.get("data")
        if not isinstance(data, dict):
            return {}
        return {key: value for key, value in data.items() if isinstance(value, str)}

    def namespaces(self) -> tuple[str, ...]:
        """All namespaces, by name."""
        named = self._pages(list_path(NAMESPACES), [], partial(core.page, kind=core.Names))
        return tuple(sorted(each.metadata.name for each in named))

    def close(self) -> None:
        """Let go of connections: reads end, writes go on."""
        self._transport.close()

    # --- inside ----------------------------------------------------------------------------

    def _send(self, call: Call) -> Manifest:
        try:
            body = self._transport.send(
                call.method, call.path, call.query, call.body, call.content_type
            )
        except Missing:
            if call.missing_ok:
                return {}
            raise
        return _object(body)

    def _object(self, path: str) -> Manifest:
        return _object(self._transport.get(path))

    def _pages(
        self, path: str, query: Query, read: Callable[[bytes], tuple[list[T], str]]
    ) -> list[T]:
        """All items of a list, page by page."""
        found: list[T] = []
        more = ""
        while True:
            asked = [*query, ("limit", str(PAGE))]
            if more:
                asked.append(("continue", more))
            items, more = read(self._transport.get(path, asked))
            found.extend(items)
            if not more:
                return found


def _of_all(
    parts: Sequence[Part], read: Callable[[Part], list[T]], left_out: LeftOut | None
) -> tuple[T, ...]:
    """What is in all parts; those that may not be read are told, as long as another one can be."""
    found: list[T] = []
    refused: list[tuple[Part, SourceError]] = []
    for part in parts:
        try:
            found.extend(read(part))
        except Refused as error:
            if left_out is None:
                raise
            refused.append((part, error))
    if len(refused) == len(parts):
        raise refused[0][1]
    for part, why in refused:
        if left_out is not None:
            left_out(part, why)
    return tuple(found)


def _all_pages(list_page: Callable[[str], Listed[T]]) -> list[T]:
    """A whole list; begun anew when its pages expire meanwhile."""
    for restart in range(RESTARTS + 1):
        found: list[T] = []
        more = ""
        try:
            while True:
                page = list_page(more)
                found.extend(page.items)
                more = page.more
                if not more:
                    return found
        except Expired:
            if restart == RESTARTS:
                raise
    return []


def _of_workflow(ref: WorkflowRef) -> list[tuple[str, str]]:
    return [("labelSelector", f"{LABEL}workflow={ref.name}")]


def _log_query(request: LogRequest) -> list[tuple[str, str]]:
    query = [("container", request.container), ("timestamps", "true")]
    for name, wanted in (("follow", request.follow), ("previous", request.previous)):
        if wanted:
            query.append((name, "true"))
    if request.tail_lines is not None:
        query.append(("tailLines", str(request.tail_lines)))
    if request.since_time:
        query.append(("sinceTime", request.since_time))
    return query


def _object(body: bytes) -> Manifest:
    found: Any = decoded(body)
    if not isinstance(found, dict):
        raise SourceError("the cluster answered with JSON that is no object", reason="NotJson")
    return found
