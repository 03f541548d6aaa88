"""A source that says what a test tells it, and remembers what it was asked.

source = ScriptedSource(manifest("etl", phase="Failed"))
source.put(manifest("etl"))       # reaches every open watch
source.refusal = Refused("not allowed to create workflows in argo")
source.performed                  # the calls that were sent
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from tests.support.runs import NOW
from tui.domain import decode
from tui.domain.allowance import PodAllowance
from tui.domain.durations import parse_time
from tui.domain.identity import Depth, ObjectKey, Origin, Part, Row, Target
from tui.domain.logs import LogBlock, blocks_of
from tui.domain.selectors import LabelSelector
from tui.domain.table import TableRow
from tui.domain.workflow import ListedWorkflow, Manifest, Workflow, WorkflowRef
from tui.errors import Missing, Rejected, SourceError, TuiError
from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import (
    Changed,
    Collections,
    Filled,
    Gone,
    HasMetadata,
    LeftOut,
    Live,
    Page,
    Readable,
    Scope,
    Sink,
    Standing,
    Stood,
    Unreadable,
    WatchEvent,
    row_of,
)
from tui.ports.connection import Place
from tui.ports.events import Event, Events
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.metrics import Metrics, PodUsage
from tui.ports.namespaces import Namespaces
from tui.ports.objects import Objects, Watches, Whole, whole_row
from tui.ports.operations import Call, Operation, Operations
from tui.ports.pods import Pod, Pods
from tui.ports.secrets import ConfigMap, Secrets
from tui.ports.tables import Tables
from tui.ports.threads import CancelToken
from tui.sources.kubernetes_operations import KubernetesOperations

L = TypeVar("L", bound=HasMetadata)
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


def key_of(found: Manifest, kind: str = WORKFLOWS.id, connection: str = "scripted") -> ObjectKey:
    """Where an object stands."""
    ref = ref_of(found)
    return ObjectKey(connection, kind, ref.namespace, ref.name)


def part(namespace: str = "argo", kind: str = WORKFLOWS.id, connection: str = "scripted") -> Part:
    """A namespace of a scripted source."""
    return Part(connection, kind, Origin.CLUSTER, namespace)


def page(
    *manifests: Manifest, first: bool = True, last: bool = True, namespace: str = "argo"
) -> Page[ListedWorkflow]:
    """Workflows as a page of their list."""
    of = part(namespace)
    return Page(of, tuple(row_of(of, listed(each)) for each in manifests), first, last)


def changed(found: Manifest, namespace: str = "argo") -> Changed[ListedWorkflow]:
    """A workflow as a watch of many tells it."""
    return Changed(part(namespace), row_of(part(namespace), listed(found)))


def opened(found: Manifest) -> Whole[Workflow]:
    """A workflow with everything."""
    raw = msgspec.json.encode(found)
    workflow, fits = decode.whole(raw)
    return Whole(workflow, raw, fits)


def told_whole(
    found: Manifest, kind: Readable[Any, Any] = WORKFLOWS, connection: str = "scripted"
) -> Changed[Whole[Any]]:
    """An object as a watch of one tells it."""
    raw = msgspec.json.encode(found)
    whole, fits = kind.whole(raw)
    of = part(whole.metadata.namespace, kind.id, connection)
    return Changed(of, whole_row(of, Whole(whole, raw, fits)))


def listed(found: Manifest) -> ListedWorkflow:
    """A workflow as a list has it."""
    return decode.listed(msgspec.json.encode(found))


def table_row(found: Manifest, at: datetime = NOW) -> TableRow:
    """A workflow as a row of the server's Table."""
    status, ref = found.get("status") or {}, ref_of(found)
    began = parse_time(status.get("startedAt"))
    cells = {
        "name": ref.name,
        "status": status.get("phase", ""),
        "age": printed_age((at - began).total_seconds()) if began is not None else "",
        "message": status.get("message", ""),
    }
    return TableRow(ref.namespace, ref.name, cells, at)


def printed_age(seconds: float) -> str:
    """An age as the API server prints it."""
    whole = max(0, int(seconds))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if whole < 120:
        return f"{whole}s"
    if minutes < 10:
        return f"{minutes}m{whole % 60}s" if whole % 60 else f"{minutes}m"
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h{minutes % 60}m" if minutes % 60 else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return f"{days}d{hours % 24}h" if hours % 24 else f"{days}d"
    return f"{days}d" if days < 2 * 365 else f"{days // 365}y{days % 365}d"


def is_of(found: Manifest, kind: Readable[Any, Any]) -> bool:
    """Whether a manifest is of a kind; one that does not say is a workflow."""
    return bool(found.get("kind", "Workflow") == kind.resource.kind)


def never_restarted(request: LogRequest) -> Rejected:
    """What the kubelet says of a container that was started once."""
    what = f'previous terminated container "{request.container}" in pod "{request.pod}" not found'
    return Rejected(what, status=400)


class ScriptedSource:
    """In memory, with no threads of its own."""

    def __init__(
        self,
        *manifests: Manifest,
        place: Place | None = None,
        lacks: Mapping[Any, str] | None = None,
        tables: bool = False,
    ) -> None:
        """`lacks` are ports that are not offered, each with the sentence why.

        With `tables` lists of workflows tell rows of a Table, and objects are asked for one by one
        (`fill`) or all together (`fill_all`); `held_back` keeps those answers until it is set.
        """
        self._place = place or Place("scripted", "https://scripted", "argo", "tester")
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
        self.allowed_of: dict[str, dict[str, PodAllowance]] = {}
        self.events_of: dict[str, tuple[Event, ...]] = {}
        """By the name of the workflow or pod."""
        self.logs: dict[tuple[str, str], list[bytes]] = {}
        self.previous_logs: dict[tuple[str, str], list[bytes]] = {}
        """What containers said before they were started again."""
        """(pod, container) → pieces."""
        self.secrets: dict[tuple[str, str, str], bytes] = {}
        self.maps: dict[tuple[str, str], dict[str, str]] = {}
        """(namespace, name) → data of a config map."""
        self.map_annotations: dict[tuple[str, str], dict[str, str]] = {}
        self.templates: dict[tuple[str, str, str], Manifest] = {}
        """(kind, namespace, name) → a template or cron workflow."""
        self.known_namespaces: tuple[str, ...] = ("argo",)
        self.is_closed = False
        self.troubles: tuple[TuiError, ...] = ()
        """What could not be read, though the rest could."""
        self.lacking = dict(lacks or {})
        own = (Collections, Watches, Objects, Pods, PodLogs, Events, Metrics, Secrets, Namespaces)
        self.ports: dict[object, Any] = dict.fromkeys(own, self)
        """What is offered, by protocol."""
        self.has_tables = tables
        if tables:
            self.ports[Tables] = self
        self.held_back = threading.Event()
        """What answers to `fill` and `fill_all` wait for."""
        self.held_back.set()
        self.unfilled: dict[str, SourceError] = {}
        """Why `fill` fails, by the names of objects and namespaces."""
        self.page_size = 500
        self.rehearsed: list[Operation] = []
        """What it was asked whether it would take."""
        self.would_refuse: SourceError | None = None
        """Why it would not."""
        self.ports[Operations] = _Rehearsing(self)
        for port in self.lacking:
            del self.ports[port]
        self.unreadable: dict[str, SourceError] = {}
        """Namespaces that may not be listed, and why; "" for all of them together."""
        self._lists: list[_List] = []
        self._details: list[tuple[ObjectKey, queue.SimpleQueue[WatchEvent[Any] | None]]] = []

    @property
    def place(self) -> Place:
        return self._place

    @property
    def id(self) -> str:
        return self._place.label

    # --- what a test says ------------------------------------------------------------------

    def say(self, event: WatchEvent[Any], kind: str = WORKFLOWS.id) -> None:
        """Tell every open list of a kind."""
        for each in [each for each in self._lists if each.kind.id == kind]:
            each.waiting.put(event)

    def say_of(self, event: WatchEvent[Any], name: str = "") -> None:
        """Tell every open watch of one object, or those of this name."""
        for key, waiting in list(self._details):
            if name in ("", key.name):
                waiting.put(event)

    def stand(self, standing: Standing, namespace: str | None = None) -> None:
        """Every part of every open list, or those of a namespace, stand like this now."""
        for each in list(self._lists):
            for of in each.parts:
                if namespace in (None, of.namespace):
                    each.waiting.put(Stood(of, standing))

    def stand_of(self, standing: Standing, name: str = "") -> None:
        """The same for open watches of one object."""
        for key, waiting in list(self._details):
            if name in ("", key.name):
                waiting.put(Stood(part(key.namespace, key.kind, self.id), standing))

    def put(self, found: Manifest, kind: Readable[Any, Any] = WORKFLOWS) -> None:
        """An object is new or different: lists and its own watches hear of it."""
        ref = ref_of(found)
        self.manifests[ref] = found
        for each in [each for each in self._lists if each.is_of(kind.id) and each.selects(found)]:
            of = each.part_of(ref.namespace)
            if of is not None:
                each.waiting.put(Changed(of, self._row(of, found, each.kind)))
        self.say_of(told_whole(found, kind, self.id), ref.name)

    def remove(self, ref: WorkflowRef, kind: str = WORKFLOWS.id) -> None:
        """An object is gone."""
        self.manifests.pop(ref, None)
        key = ObjectKey(self.id, kind, ref.namespace, ref.name)
        for each in [each for each in self._lists if each.is_of(kind)]:
            of = each.part_of(ref.namespace)
            if of is not None:
                uid = "" if self._is_tabled(each.kind) else ref.uid
                each.waiting.put(Gone(of, key._replace(kind=of.kind), uid))
        self.say_of(Gone(part(ref.namespace, kind, self.id), key, ref.uid), ref.name)

    @property
    def open_watches(self) -> int:
        """How many lists are being watched."""
        return len(self._lists)

    # --- the port --------------------------------------------------------------------------

    def port(self, wanted: Callable[..., P]) -> P | None:
        found: P | None = self.ports.get(wanted)
        return found

    def lacks(self, wanted: Callable[..., object]) -> str:
        return "" if wanted in self.ports else self.lacking.get(wanted, "not offered here")

    def parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        namespaces = scope.namespaces if kind.resource.namespaced else ()
        return tuple(part(namespace, kind.id, self.id) for namespace in namespaces or ("",))

    def watch(
        self, kind: Readable[Any, Any], scope: Scope, sink: Sink[Any], stop: CancelToken
    ) -> None:
        self._ask("watch", scope)
        waiting: queue.SimpleQueue[WatchEvent[Any] | None] = queue.SimpleQueue()
        entry = _List(kind, scope, self.parts(kind, scope), waiting)
        self._lists.append(entry)
        take_back = stop.on_set(lambda: waiting.put(None))
        try:
            for of in entry.parts:
                error = self.unreadable.get(of.namespace)
                if error is not None:
                    sink(Stood(of, Unreadable(error, 60.0)))
                    continue
                within = (of.namespace,) if of.namespace else ()
                sink(Page(of, self._rows(of, kind, replace(scope, namespaces=within)), True, True))
                sink(Stood(of, Live()))
            while not stop.is_set and (event := waiting.get()) is not None:
                sink(event)
        finally:
            take_back()
            self._lists.remove(entry)

    def read_table(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[TableRow, ...]:
        self._ask("read_table", scope)
        return tuple(table_row(each) for each in self._manifests_of(kind, scope))

    def fill(
        self,
        kind: Readable[Any, Any],
        keys: Sequence[ObjectKey],
        sink: Sink[Any],
        stop: CancelToken,
        *,
        since: int = 0,
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        self._ask("fill", tuple(key.name for key in keys))
        self._hold_back(stop)
        for key in keys:
            error = self.unfilled.get(key.name) or self.unfilled.get(key.namespace)
            if error is not None:
                raise error
            ref = WorkflowRef(key.namespace, key.name)
            found = next((self.manifests[one] for one in self.manifests if one[:2] == ref[:2]), {})
            if found and not stop.is_set:
                of = part(key.namespace, kind.id)
                if heard is not None:
                    heard(msgspec.json.encode(found))
                sink(Filled(of, (row_of(of, listed(found)),), since))

    def fill_all(
        self,
        kind: Readable[Any, Any],
        scope: Scope,
        sink: Sink[Any],
        stop: CancelToken,
        *,
        since: int = 0,
    ) -> None:
        self._ask("fill_all", scope)
        for of in self.parts(kind, scope):
            within = (of.namespace,) if of.namespace else ()
            found = self._manifests_of(kind, replace(scope, namespaces=within))
            for start in range(0, len(found), self.page_size):
                self._hold_back(stop)
                if stop.is_set:
                    return
                page = found[start : start + self.page_size]
                sink(Filled(of, tuple(row_of(of, listed(each)) for each in page), since))

    def matching(
        self, kind: Readable[Any, Any], scope: Scope, stop: CancelToken
    ) -> frozenset[ObjectKey]:
        self._ask("matching", scope)
        return frozenset(key_of(each) for each in self._manifests_of(kind, scope))

    def _hold_back(self, stop: CancelToken) -> None:
        while not self.held_back.wait(0.01) and not stop.is_set:
            pass

    def watch_one(
        self,
        kind: Readable[Any, Any],
        key: ObjectKey,
        uid: str,
        sink: Sink[Any],
        stop: CancelToken,
    ) -> None:
        ref = WorkflowRef(key.namespace, key.name, uid)
        self._ask("watch_one", ref)
        waiting: queue.SimpleQueue[WatchEvent[Any] | None] = queue.SimpleQueue()
        entry = (key, waiting)
        self._details.append(entry)
        take_back = stop.on_set(lambda: waiting.put(None))
        try:
            sink(told_whole(self._find(ref), kind, self.id))
            sink(Stood(part(key.namespace, kind.id, self.id), Live()))
            while not stop.is_set and (event := waiting.get()) is not None:
                sink(event)
        finally:
            take_back()
            self._details.remove(entry)

    def get(self, target: Target) -> Manifest:
        key = target.key
        if key.kind == WORKFLOWS.id:
            ref = WorkflowRef.of(target)
            self._ask("get", ref)
            return self._find(ref)
        kind = KINDS[key.kind].resource.kind
        for ref, manifest in self.manifests.items():
            if manifest.get("kind") == kind and ref[:2] == (key.namespace, key.name):
                return manifest
        self._ask("template", (kind, key.namespace, key.name))
        found = self.templates.get((kind, key.namespace, key.name))
        if found is None:
            raise Missing(f"there is no {kind} {key.name} in {key.namespace}", status=404)
        return found

    def read_all(
        self, kind: Readable[L, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[L, ...]:
        self._ask("read_all", scope)
        return self._in(kind, scope)

    def read_raw(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[bytes, ...]:
        self._ask("read_raw", scope)
        return tuple(msgspec.json.encode(found) for found in self._manifests_of(kind, scope))

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

    def allowances(self, ref: WorkflowRef) -> dict[str, PodAllowance]:
        self._ask("allowances", ref)
        return self.allowed_of.get(ref.name, {})

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        self._ask("events", (ref, pod))
        return self.events_of.get(pod or ref.name, ())

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        self._ask("log", request)
        logs = self.previous_logs if request.previous else self.logs
        pieces = logs.get((request.pod, request.container))
        if pieces is None and request.previous:
            raise never_restarted(request)
        if pieces is None:
            raise Missing(f"there is no pod {request.pod} in {request.namespace}", status=404)
        return blocks_of(self._until(pieces, stop), request.source)

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        self._ask("secret_value", (namespace, name, key))
        if (namespace, name, key) not in self.secrets:
            raise Missing(f"there is no secret {name} in {namespace}", status=404)
        return self.secrets[namespace, name, key]

    def config_map(self, namespace: str, name: str) -> ConfigMap:
        self._ask("config_map", (namespace, name))
        if (namespace, name) not in self.maps:
            raise Missing(f"there is no configmap {name} in {namespace}", status=404)
        annotations = self.map_annotations.get((namespace, name), {})
        return ConfigMap(self.maps[namespace, name], annotations, namespace)

    def config_maps(self, name: str) -> list[ConfigMap]:
        self._ask("config_maps", name)
        return [self.config_map(*at) for at in self.maps if at[1] == name]

    def namespaces(self) -> tuple[str, ...]:
        self._ask("namespaces", None)
        return self.known_namespaces

    def close(self) -> None:
        self.is_closed = True

    # --- inside ----------------------------------------------------------------------------

    def _is_tabled(self, kind: Readable[Any, Any]) -> bool:
        return self.has_tables and kind.tabled is not None

    def _rows(self, of: Part, kind: Readable[Any, Any], scope: Scope) -> tuple[Row[Any], ...]:
        if self._is_tabled(kind):
            return tuple(self._row(of, each, kind) for each in self._manifests_of(kind, scope))
        return tuple(row_of(of, item) for item in self._in(kind, scope))

    def _row(self, of: Part, found: Manifest, kind: Readable[Any, Any]) -> Row[Any]:
        """As a list tells it: from a Table, or all of it."""
        if self._is_tabled(kind) and kind.tabled is not None:
            return row_of(of, kind.tabled(table_row(found)), depth=Depth.TABLE)
        return row_of(of, decode.list_reader(kind.listed).one(msgspec.json.encode(found)))

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

    def _in(self, kind: Readable[L, Any], scope: Scope) -> tuple[L, ...]:
        read = decode.list_reader(kind.listed).one
        return tuple(read(msgspec.json.encode(each)) for each in self._manifests_of(kind, scope))

    def _manifests_of(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Manifest, ...]:
        selector = LabelSelector.parse(scope.label_selector)
        return tuple(
            found
            for ref, found in self.manifests.items()
            if is_of(found, kind)
            and (not scope.namespaces or ref.namespace in scope.namespaces)
            and selector.matches(found["metadata"].get("labels") or {})
        )

    def _until(self, pieces: Iterable[bytes], stop: CancelToken) -> Iterator[bytes]:
        for piece in pieces:
            if stop.is_set:
                return
            yield piece


def planted(secret: str) -> ScriptedSource:
    """A run with this in its spec, in a parameter that is called a password, in its message, its
    log and an event."""
    made = manifest("etl")
    made["spec"] = {
        "entrypoint": "main",
        "templates": [{"name": "main", "container": {"image": "a", "args": [secret]}}],
        "arguments": {"parameters": [{"name": "db-password", "value": secret}]},
    }
    node = {"id": "etl", "name": "etl", "displayName": "etl", "type": "Pod", "phase": "Running"}
    node |= {"templateName": "main", "startedAt": "2026-11-01T10:00:00Z"}
    made["status"]["nodes"] = {"etl": {**node, "message": f"login with {secret} failed"}}
    source = ScriptedSource(made)
    source.logs["etl", "main"] = [f"2026-11-01T10:00:00Z password is {secret}\n".encode()]
    told = Event("Warning", "Failed", f"{secret} refused", None, object_kind="Workflow")
    source.events_of["etl"] = (told,)
    return source


class _Rehearsing(KubernetesOperations):
    """Operations whose rehearsals are told apart from what is done."""

    def __init__(self, source: ScriptedSource) -> None:
        super().__init__(lambda call: source.send(call))
        self._source = source

    def rehearse(self, operation: Operation) -> None:
        self._source.rehearsed.append(operation)
        if self._source.would_refuse is not None:
            raise self._source.would_refuse


class _List(NamedTuple):
    """A list that is being watched."""

    kind: Readable[Any, Any]
    scope: Scope
    parts: tuple[Part, ...]
    waiting: queue.SimpleQueue[WatchEvent[Any] | None]

    def is_of(self, kind: str) -> bool:
        """Whether it lists objects of a kind, all of them or those with some label."""
        return self.kind.id.partition("/")[0] == kind

    def selects(self, found: Manifest) -> bool:
        """Whether its label selector does."""
        labels = found["metadata"].get("labels") or {}
        return LabelSelector.parse(self.scope.label_selector).matches(labels)

    def part_of(self, namespace: str) -> Part | None:
        """The part that holds the objects of a namespace; None where none does."""
        return next((of for of in self.parts if of.namespace in ("", namespace)), None)
