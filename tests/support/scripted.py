"""A source that says what a test tells it, and remembers what it was asked.

source = ScriptedSource(manifest("etl", phase="Failed"))
source.say(Changed(...))          # reaches every open watch
source.refusal = Refused("not allowed to create workflows in argo")
source.performed                  # the calls that were sent
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from tui.domain import decode
from tui.domain.logs import LogBlock, blocks_of
from tui.domain.workflow import ListedWorkflow, Manifest, WorkflowRef
from tui.errors import Missing, SourceError, TuiError
from tui.ports.collections import (
    Changed,
    DetailEvent,
    DetailSink,
    ListEvent,
    ListSink,
    Live,
    Opened,
    Page,
    Removed,
    Scope,
)
from tui.ports.connection import Capabilities, Place
from tui.ports.events import Event
from tui.ports.logs import LogRequest
from tui.ports.metrics import PodUsage
from tui.ports.operations import Call, Operations
from tui.ports.pods import Pod
from tui.ports.threads import CancelToken
from tui.sources.kubernetes_operations import KubernetesOperations

P = TypeVar("P")


def manifest(
    name: str,
    *,
    namespace: str = "argo",
    version: str = "1",
    phase: str = "Running",
    labels: dict[str, str] | None = None,
    **status: Any,
) -> Manifest:
    """A small Workflow object; more keywords go into its status."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{name}",
            "resourceVersion": version,
            "creationTimestamp": "2026-11-01T10:00:00Z",
            "labels": labels or {},
        },
        "spec": {},
        "status": {"phase": phase, "startedAt": "2026-11-01T10:00:00Z", **status},
    }


def ref_of(found: Manifest) -> WorkflowRef:
    """The reference of a manifest."""
    metadata = found["metadata"]
    return WorkflowRef(
        metadata.get("namespace", ""), metadata.get("name", ""), metadata.get("uid", "")
    )


def opened(found: Manifest) -> Opened:
    """A manifest as a watch of one tells it."""
    raw = msgspec.json.encode(found)
    workflow, fits = decode.whole(raw)
    return Opened(workflow, raw, fits)


def listed(found: Manifest) -> ListedWorkflow:
    """A manifest as a watch of many tells it."""
    return decode.listed(msgspec.json.encode(found))


class ScriptedSource:
    """In memory, with no threads of its own."""

    def __init__(
        self,
        *manifests: Manifest,
        place: Place | None = None,
        capabilities: Capabilities | None = None,
    ) -> None:
        self._place = place or Place("scripted", "https://scripted", "argo", "tester")
        self._capabilities = capabilities or Capabilities()
        self.manifests = {ref_of(found): found for found in manifests}
        self.refusal: SourceError | None = None
        """What the next questions and writes are answered with; None for success."""
        self.performed: list[Call] = []
        self.answers: list[Manifest] = []
        """What writes are answered with, one each; then with their own body."""
        self.asked: list[tuple[str, Any]] = []
        """Every question: its name and what it was about."""
        self.pods_of: dict[str, tuple[Pod, ...]] = {}
        self.usage_of: dict[str, dict[str, PodUsage]] = {}
        self.events_of: dict[str, tuple[Event, ...]] = {}
        """By the name of the workflow or pod."""
        self.logs: dict[tuple[str, str], list[bytes]] = {}
        """(pod, container) → pieces."""
        self.secrets: dict[tuple[str, str, str], bytes] = {}
        self.config_maps: dict[tuple[str, str], dict[str, str]] = {}
        self.templates: dict[tuple[str, str, str], Manifest] = {}
        """(kind, namespace, name) → a template or cron workflow."""
        self.known_namespaces: tuple[str, ...] = ("argo",)
        self.is_closed = False
        self.troubles: tuple[TuiError, ...] = ()
        """What could not be read, though the rest could."""
        self.ports: dict[object, Any] = {Operations: KubernetesOperations(self.send)}
        """What is offered, by protocol."""
        if not self._capabilities.can_write:
            del self.ports[Operations]
        self._lists: list[queue.SimpleQueue[ListEvent | None]] = []
        self._details: list[tuple[WorkflowRef, queue.SimpleQueue[DetailEvent | None]]] = []

    @property
    def place(self) -> Place:
        return self._place

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    # --- what a test says ------------------------------------------------------------------

    def say(self, event: ListEvent) -> None:
        """Tell every open list."""
        for waiting in list(self._lists):
            waiting.put(event)

    def say_of(self, event: DetailEvent, name: str = "") -> None:
        """Tell every open watch of one workflow, or those of this name."""
        for ref, waiting in list(self._details):
            if name in ("", ref.name):
                waiting.put(event)

    def put(self, found: Manifest) -> None:
        """A workflow is new or different: lists and its own watches hear of it."""
        ref = ref_of(found)
        self.manifests[ref] = found
        self.say(Changed(listed(found)))
        self.say_of(opened(found), ref.name)

    def remove(self, ref: WorkflowRef) -> None:
        """A workflow is gone."""
        self.manifests.pop(ref, None)
        self.say(Removed(ref))
        self.say_of(Removed(ref), ref.name)

    @property
    def open_watches(self) -> int:
        """How many lists are being watched."""
        return len(self._lists)

    # --- the port --------------------------------------------------------------------------

    def port(self, wanted: Callable[..., P]) -> P | None:
        found: P | None = self.ports.get(wanted)
        return found

    def lacks(self, wanted: Callable[..., object]) -> str:
        return "" if wanted in self.ports else self._capabilities.why_not

    def watch(self, scope: Scope, sink: ListSink, stop: CancelToken) -> None:
        self._ask("watch", scope)
        waiting: queue.SimpleQueue[ListEvent | None] = queue.SimpleQueue()
        self._lists.append(waiting)
        take_back = stop.on_set(lambda: waiting.put(None))
        try:
            sink(Page(self._in(scope), True, True))
            sink(Live())
            while not stop.is_set and (event := waiting.get()) is not None:
                sink(event)
        finally:
            take_back()
            self._lists.remove(waiting)

    def watch_one(self, ref: WorkflowRef, sink: DetailSink, stop: CancelToken) -> None:
        self._ask("watch_one", ref)
        waiting: queue.SimpleQueue[DetailEvent | None] = queue.SimpleQueue()
        entry = (ref, waiting)
        self._details.append(entry)
        take_back = stop.on_set(lambda: waiting.put(None))
        try:
            sink(opened(self._find(ref)))
            sink(Live())
            while not stop.is_set and (event := waiting.get()) is not None:
                sink(event)
        finally:
            take_back()
            self._details.remove(entry)

    def get(self, ref: WorkflowRef) -> Manifest:
        self._ask("get", ref)
        return self._find(ref)

    def list_all(self, scope: Scope) -> tuple[ListedWorkflow, ...]:
        self._ask("list_all", scope)
        return self._in(scope)

    def list_raw(self, scope: Scope) -> tuple[bytes, ...]:
        self._ask("list_raw", scope)
        return tuple(
            msgspec.json.encode(found)
            for ref, found in self.manifests.items()
            if not scope.namespaces or ref.namespace in scope.namespaces
        )

    def template(self, kind: str, namespace: str, name: str) -> Manifest:
        self._ask("template", (kind, namespace, name))
        found = self.templates.get((kind, namespace, name))
        if found is None:
            raise Missing(f"there is no {kind} {name} in {namespace}", status=404)
        return found

    def send(self, call: Call) -> Manifest:
        """Answer a call of an operation."""
        self._ask("send", call)
        self.performed.append(call)
        if self.answers:
            return self.answers.pop(0)
        return call.body if isinstance(call.body, dict) else {}

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        self._ask("pods", ref)
        return self.pods_of.get(ref.name, ())

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        self._ask("usage", ref)
        if ref.name not in self.usage_of:
            raise Missing("this cluster measures no pods (no metrics.k8s.io)", reason="NoKind")
        return self.usage_of[ref.name]

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        self._ask("events", (ref, pod))
        return self.events_of.get(pod or ref.name, ())

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        self._ask("log", request)
        pieces = self.logs.get((request.pod, request.container))
        if pieces is None:
            raise Missing(f"there is no pod {request.pod} in {request.namespace}", status=404)
        return blocks_of(self._until(pieces, stop), request.source)

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        self._ask("secret_value", (namespace, name, key))
        if (namespace, name, key) not in self.secrets:
            raise Missing(f"there is no secret {name} in {namespace}", status=404)
        return self.secrets[namespace, name, key]

    def config_map(self, namespace: str, name: str) -> dict[str, str]:
        self._ask("config_map", (namespace, name))
        if (namespace, name) not in self.config_maps:
            raise Missing(f"there is no configmap {name} in {namespace}", status=404)
        return self.config_maps[namespace, name]

    def namespaces(self) -> tuple[str, ...]:
        self._ask("namespaces", None)
        return self.known_namespaces

    def close(self) -> None:
        self.is_closed = True

    # --- inside ----------------------------------------------------------------------------

    def _ask(self, what: str, about: Any) -> None:
        self.asked.append((what, about))
        if self.refusal is not None:
            raise self.refusal

    def _find(self, ref: WorkflowRef) -> Manifest:
        for known, found in self.manifests.items():
            if known[:2] == ref[:2] and ref.uid in ("", known.uid):
                return found
        raise Missing(
            f"there is no workflow {ref.name} in {ref.namespace}", status=404, reason="NotFound"
        )

    def _in(self, scope: Scope) -> tuple[ListedWorkflow, ...]:
        return tuple(
            listed(found)
            for ref, found in self.manifests.items()
            if not scope.namespaces or ref.namespace in scope.namespaces
        )

    def _until(self, pieces: Iterable[bytes], stop: CancelToken) -> Iterator[bytes]:
        for piece in pieces:
            if stop.is_set:
                return
            yield piece
