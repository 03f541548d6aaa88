"""What a source of workflows promises (house.md 3.2, 3.3).

A source is blocking code, called on threads. Watches and followed logs run until they are stopped;
everything else answers once. All of them raise nothing but `tui.errors.SourceError` and its kin.

What they say are structs, not dataclasses, where nobody makes changed copies of them: a dataclass
takes half a millisecond to define, and every start waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from tui.domain.workflow import ListedWorkflow, Manifest, Workflow, WorkflowRef
from tui.domain.writes import Write
from tui.errors import SourceError, TuiError


class Stop:
    """Says "enough" to a thread, and breaks the read that it is blocked in.

    A blocked read is only broken by shutting its socket down, so whoever blocks registers how
    (`HTTPResponse.shutdown`); `set` calls it from another thread.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._breakers: list[Callable[[], None]] = []
        self._sleepers: list[threading.Event] = []
        self._followers: list[Stop] = []

    def set(self) -> None:
        """Stop: wake sleepers, break blocked reads. May be called again."""
        with self._lock:
            self._event.set()
            breakers, self._breakers = self._breakers, []
        for breaker in breakers:
            breaker()
        self.wake()

    @property
    def is_set(self) -> bool:
        """Whether somebody said "enough"."""
        return self._event.is_set()

    def sleep(self, seconds: float) -> bool:
        """Wait, at most so long, or until woken; true if stopped meanwhile."""
        sleeper = threading.Event()
        with self._lock:
            if self._event.is_set():
                return True
            self._sleepers.append(sleeper)
        sleeper.wait(seconds)
        with self._lock:
            self._sleepers.remove(sleeper)
            return self._event.is_set()

    def wake(self) -> None:
        """End the sleeps of this moment early, without stopping anything."""
        with self._lock:
            sleepers, followers = list(self._sleepers), list(self._followers)
        for sleeper in sleepers:
            sleeper.set()
        for follower in followers:
            follower.wake()

    def lead(self, follower: Stop) -> Callable[[], None]:
        """Stop and wake another together with this one; returns how to end that."""
        with self._lock:
            self._followers.append(follower)
        take_back = self.on_set(follower.set)

        def end() -> None:
            take_back()
            with self._lock:
                self._followers.remove(follower)

        return end

    def on_set(self, breaker: Callable[[], None]) -> Callable[[], None]:
        """Call `breaker` when stopped (now, if already); returns how to take it back."""
        with self._lock:
            if not self._event.is_set():
                self._breakers.append(breaker)
                return lambda: self._forget(breaker)
        breaker()
        return lambda: None

    def _forget(self, breaker: Callable[[], None]) -> None:
        with self._lock:
            if breaker in self._breakers:
                self._breakers.remove(breaker)


def endless(name: str, work: Callable[[Stop], None], failed: Callable[[SourceError], None]) -> Stop:
    """Run `work` on a daemon thread of its own until the returned stop is set.

    Endless work never runs on Textual's workers: those may be few, and nothing stops them.
    A `SourceError` goes to `failed`, on that thread, unless we were stopped meanwhile.
    """
    stop = Stop()

    def run() -> None:
        try:
            work(stop)
        except SourceError as error:
            if not stop.is_set:
                failed(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return stop


@dataclass(frozen=True, slots=True)
class Scope:
    """Which workflows to watch."""

    namespaces: tuple[str, ...] = ()
    """Empty means all of them."""
    label_selector: str = ""
    field_selector: str = ""

    @property
    def shows_namespaces(self) -> bool:
        """Whether a list of this scope needs a namespace column."""
        return len(self.namespaces) != 1


class Page(msgspec.Struct, frozen=True):
    """Part of a list. Rows may be shown as pages land; `last` says the list is whole.

    When a list is whole, workflows that were known but are in none of its pages are gone.
    """

    workflows: tuple[ListedWorkflow, ...]
    first: bool
    last: bool
    namespace: str = ""
    """The only namespace this list is of; "" when it is of the whole scope."""


class Changed(msgspec.Struct, frozen=True):
    """One workflow was added or changed."""

    workflow: ListedWorkflow


class Removed(msgspec.Struct, frozen=True):
    """One workflow is gone."""

    ref: WorkflowRef


class Live(msgspec.Struct, frozen=True):
    """The watch is open: what is shown is what is."""


class Stale(msgspec.Struct, frozen=True):
    """The watch broke; what is shown is old until it is open again."""

    error: SourceError
    retry_in: float
    """Seconds until the next try."""
    attempt: int


class Opened(msgspec.Struct, frozen=True):
    """The whole of one workflow, as of one resource version."""

    workflow: Workflow
    raw: bytes
    """Its JSON as it came, for the manifest pane and for plans."""
    fits: bool = True
    """Whether all of it could be read; `decode.misfits` of the JSON says what could not."""


ListEvent = Page | Changed | Removed | Live | Stale
DetailEvent = Opened | Removed | Live | Stale
ListSink = Callable[[ListEvent], None]
DetailSink = Callable[[DetailEvent], None]


class ContainerState(msgspec.Struct, frozen=True):
    """One container of a pod, as `status.containerStatuses` tells."""

    name: str
    state: str
    """`waiting`, `running` or `terminated`; "" when not told yet."""
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    restarts: int = 0
    is_init: bool = False
    has_previous: bool = False
    """Whether a previous attempt's log can be asked for."""


class Pod(msgspec.Struct, frozen=True):
    """A pod of a workflow, as far as we show it."""

    name: str
    namespace: str
    phase: str
    node_id: str = ""
    """Annotation `workflows.argoproj.io/node-id`, "" where absent."""
    node_name: str = ""
    """The Kubernetes node it runs on."""
    message: str = ""
    started_at: str | None = None
    containers: tuple[ContainerState, ...] = ()


class PodUsage(msgspec.Struct, frozen=True):
    """What metrics.k8s.io says a pod uses just now, all its containers together."""

    cpu_millis: int
    memory_bytes: int


class Event(msgspec.Struct, frozen=True):
    """A Kubernetes event about a workflow or one of its pods."""

    type: str
    reason: str
    message: str
    last_seen: str | None
    count: int = 1
    object_kind: str = ""
    object_name: str = ""
    object_uid: str = ""
    uid: str = ""


class LogRequest(msgspec.Struct, frozen=True):
    """Which log to read, and how much of it."""

    namespace: str
    pod: str
    container: str = "main"
    follow: bool = True
    previous: bool = False
    timestamps: bool = True
    tail_lines: int | None = None
    since_time: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this source can do at all; a refused right is an error of the call, not of this."""

    can_write: bool = True
    has_pods: bool = True
    is_live: bool = True
    why_not: str = ""
    """A sentence for a person when something is not possible here."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source is connected, for headers and messages."""

    label: str
    """Short: the kubeconfig context, or a file's name."""
    server: str = ""
    namespace: str = "default"
    user: str = ""
    extra: dict[str, str] = field(default_factory=dict)


class Source(Protocol):
    """Where workflows come from."""

    @property
    def place(self) -> Place:
        """Where this is connected; known without asking the cluster."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do at all."""

    @property
    def troubles(self) -> Sequence[TuiError]:
        """What could not be read from the beginning, though the rest could."""

    def watch(self, scope: Scope, sink: ListSink, stop: Stop) -> None:
        """List, then watch, until stopped; trouble goes to the sink as `Stale`.

        Raises: SourceError only where trying again cannot help (Refused, Missing the kind).
        """

    def watch_one(self, ref: WorkflowRef, sink: DetailSink, stop: Stop) -> None:
        """The same for one workflow with all its nodes."""

    def get(self, ref: WorkflowRef) -> Manifest:
        """One workflow as it is now, every field kept."""

    def list_all(self, scope: Scope) -> tuple[ListedWorkflow, ...]:
        """The whole list once (headless commands)."""

    def list_raw(self, scope: Scope) -> tuple[bytes, ...]:
        """The whole list once, each workflow as its JSON came, with its nodes."""

    def template(self, kind: str, namespace: str, name: str) -> Manifest:
        """A WorkflowTemplate, ClusterWorkflowTemplate or CronWorkflow, every field kept."""

    def perform(self, write: Write) -> Manifest:
        """Do one write, once: never sent a second time by us. Returns the answer's object."""

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        """The pods of a workflow that still exist."""

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        """Pod name → what it uses now; raises Missing where there are no metrics."""

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Kubernetes events about the workflow, or about one of its pods, oldest first."""

    def log(self, request: LogRequest, stop: Stop) -> Iterator[bytes]:
        """A log in pieces of any size, until its end or stopped."""

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        """One value of a secret, decoded; kept nowhere and shown nowhere."""

    def config_map(self, namespace: str, name: str) -> dict[str, str]:
        """The data of a config map."""

    def namespaces(self) -> tuple[str, ...]:
        """Namespaces to choose from; raises Refused where they may not be listed."""

    def close(self) -> None:
        """Let go of connections."""
