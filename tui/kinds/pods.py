"""Pods: what runs the steps of workflows, as Kubernetes tells of them.

Those of workflows alone, which Argo labels. Their list is the server's Table with the metadata of
each pod, which is what `kubectl get pods` asks for: the label says which workflow, an annotation
which step, and nothing else has to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from tui.columns.base import Column
from tui.columns.words import phase_token
from tui.columns.workflows import ASCII_DASH, DASH
from tui.domain import trouble
from tui.domain.decode import whole_reader
from tui.domain.durations import age, seconds_between, short
from tui.domain.node import FAILED, PENDING, RUNNING, SUCCEEDED, Wire
from tui.domain.order import time_key
from tui.domain.query import (
    LABELS,
    NAME,
    NAMESPACE,
    NAMESPACE_ALIASES,
    Field,
    Fields,
    age_of,
    spans_of,
)
from tui.domain.resource import Resource
from tui.domain.status import ASCII_TROUBLE, TROUBLE_ICON, icon
from tui.domain.table import TableRow
from tui.domain.workflow import LABEL, WORKFLOW, Metadata
from tui.kinds.base import Fact, Kind, Look, PartOf, Piece, Tally

OF_WORKFLOW = f"{LABEL}workflow"
"""The label that has the name of its workflow."""
STEP = f"{LABEL}node-name"
"""The annotation that has the whole name of its step."""
TROUBLE = "Trouble"
NONE = "<none>"
"""What the server's Table has for nothing."""

# --- what is read of one -------------------------------------------------------------------------


class Waiting(Wire, frozen=True):
    """What a container waits for, and since when another state holds."""

    reason: str | None = None
    message: str | None = None
    started_at: str | None = None


class Terminated(Waiting, frozen=True):
    """How a container ended."""

    exit_code: int = 0
    signal: int = 0
    finished_at: str | None = None


class State(Wire, frozen=True):
    """The state of a container: one of these, or none yet."""

    waiting: Waiting | None = None
    running: Waiting | None = None
    terminated: Terminated | None = None


class ContainerStatus(Wire, frozen=True):
    """`status.containerStatuses`, one of them."""

    name: str = ""
    ready: bool = False
    restart_count: int = 0
    image: str = ""
    state: State | None = None
    last_state: State | None = None


class Condition(Wire, frozen=True):
    """`status.conditions`, one of them."""

    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None


class PodStatus(Wire, frozen=True):
    """`status`."""

    phase: str = ""
    reason: str | None = None
    message: str | None = None
    start_time: str | None = None
    pod_ip: str = ""
    conditions: tuple[Condition, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()


class Allowance(Wire, frozen=True):
    """`resources` of a container."""

    limits: dict[str, str | int | float] = {}
    requests: dict[str, str | int | float] = {}


class Container(Wire, frozen=True):
    """A container as it is asked for."""

    name: str = ""
    image: str = ""
    resources: Allowance = Allowance()


class PodSpec(Wire, frozen=True):
    """`spec`."""

    node_name: str = ""
    service_account_name: str = ""
    init_containers: tuple[Container, ...] = ()
    containers: tuple[Container, ...] = ()


class Pod(Wire, frozen=True):
    """A pod of a workflow."""

    metadata: Metadata = Metadata()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def ready(self) -> str:
        """How many of its containers are ready: `1/2`."""
        done = sum(each.ready for each in self.status.container_statuses)
        return f"{done}/{len(self.spec.containers)}"

    @property
    def word(self) -> str:
        """How it stands, as kubectl has it: `Running`, `OOMKilled`, `Init:0/1`."""
        return word_of(self)

    @property
    def restarts(self) -> int:
        """How often its containers were started again."""
        return sum(each.restart_count for each in self.status.container_statuses)

    @property
    def on(self) -> str:
        """The node that it is on; "" before it has one."""
        return self.spec.node_name


class TabledPod(Wire, frozen=True):
    """A pod as the server's Table tells of it."""

    metadata: Metadata = Metadata()
    ready: str = ""
    word: str = ""
    restarts: int = 0
    on: str = ""


def tabled(row: TableRow) -> TabledPod:
    """A row of the Table. Raises: InputError for a Table without a Status."""
    on = row.cell("node")
    return TabledPod(
        Metadata(
            name=row.name,
            namespace=row.namespace,
            uid=row.uid,
            resource_version=row.version,
            creation_timestamp=row.created or None,
            labels=dict(row.labels),
            annotations=dict(row.annotations),
        ),
        ready=row.cell("ready"),
        word=row.needed("status"),
        restarts=_number(row.cell("restarts")),
        on="" if on == NONE else on,
    )


def _number(text: str) -> int:
    """The number that a cell begins with: `3 (2m ago)` says when, too."""
    first = text.partition(" ")[0]
    return int(first) if first.isdecimal() and len(first) < 10 else 0


def word_of(pod: Pod) -> str:
    """The word of kubectl's column STATUS: what is wrong with a container, or else the phase."""
    status = pod.status
    word = status.reason or status.phase or PENDING
    init = _init_word(pod)
    if init:
        word = init
    else:
        running = False
        for each in reversed(status.container_statuses):
            state = each.state or State()
            if state.waiting is not None and state.waiting.reason:
                word = state.waiting.reason
            elif state.terminated is not None:
                word = _ended(state.terminated)
            elif state.running is not None and each.ready:
                running = True
        if word == "Completed" and running:
            word = RUNNING
    return "Terminating" if pod.metadata.deletion_timestamp else word


def _init_word(pod: Pod) -> str:
    """How its init containers stand while one of them is not through; else ""."""
    for index, each in enumerate(pod.status.init_container_statuses):
        state = each.state or State()
        if state.terminated is not None:
            if state.terminated.exit_code == 0:
                continue
            return f"Init:{_ended(state.terminated)}"
        reason = state.waiting.reason if state.waiting is not None else None
        if reason and reason != "PodInitializing":
            return f"Init:{reason}"
        return f"Init:{index}/{len(pod.spec.init_containers)}"
    return ""


def _ended(state: Terminated) -> str:
    if state.reason:
        return state.reason
    return f"Signal:{state.signal}" if state.signal else f"ExitCode:{state.exit_code}"


# --- how it stands -------------------------------------------------------------------------------

AnyPod = Pod | TabledPod

_WELL = {"Completed": SUCCEEDED, SUCCEEDED: SUCCEEDED}
_RUNS = frozenset({RUNNING, "NotReady", "Terminating"})
_WAITS = frozenset({PENDING, "ContainerCreating", "PodInitializing", "SchedulingGated", ""})


def group(pod: AnyPod) -> str:
    """What it is counted as: by its word alone, as the Table has no phase."""
    word = pod.word
    plain = word.removeprefix("Init:")
    if word in _WELL:
        return _WELL[word]
    if word in _RUNS:
        return RUNNING
    if trouble.trouble_in(plain):
        return TROUBLE
    if plain in _WAITS or plain[:1].isdecimal():
        return PENDING
    return FAILED


def workflow_of(pod: AnyPod) -> str:
    """The name of its workflow."""
    return pod.metadata.labels.get(OF_WORKFLOW, "")


def step_of(pod: AnyPod) -> str:
    """Its step within the workflow: `train(3:eu)` of `etl-x7k2p.train(3:eu)`; "" for all of it."""
    name = pod.metadata.annotations.get(STEP, "")
    return name.removeprefix(workflow_of(pod)).removeprefix(".")


def is_problem(pod: AnyPod) -> bool:
    """Whether it failed, or waits in trouble."""
    return group(pod) in (FAILED, TROUBLE)


def token(pod: AnyPod) -> str:
    """The token of its sign."""
    found = group(pod)
    return "trouble" if found == TROUBLE else phase_token(found)


def about(pod: AnyPod, now: datetime) -> list[Piece]:
    """How it stands, which step it is of, and where it runs."""
    pieces: list[Piece] = [("  ", ""), (pod.word, token(pod))]
    if step_of(pod):
        pieces.append((f"  step {step_of(pod)}", ""))
    if pod.on:
        pieces.append((f"  on {pod.on}", "muted"))
    return pieces


# --- its list ------------------------------------------------------------------------------------


def columns(look: Look) -> tuple[Column[Any], ...]:
    """Those of `kubectl get pods -o wide` without addresses, and which step it is."""
    dash = ASCII_DASH if look.ascii else DASH

    def sign(pod: AnyPod, now: datetime) -> str:
        found = group(pod)
        if found == TROUBLE:
            return ASCII_TROUBLE if look.ascii else TROUBLE_ICON
        return icon(found, ascii=look.ascii)

    namespace: Column[Any] = Column(
        id="namespace",
        title="NAMESPACE",
        text=lambda pod, now: pod.metadata.namespace,
        width=14,
        least=9,
        order=lambda pod, now: pod.metadata.namespace,
        cut="middle",
        keeps=True,
    )
    return (
        Column(
            id="phase",
            title="",
            text=sign,
            width=1,
            style=token,
            order=lambda pod, now: RANK.index(group(pod)),
            joined=True,
            keeps=True,
        ),
        Column(
            id="name",
            title="NAME",
            text=lambda pod, now: pod.metadata.name,
            width=24,
            least=16,
            grow=2,
            most=64,
            order=lambda pod, now: pod.metadata.name,
            cut="middle",
            keeps=True,
        ),
        *((namespace,) if look.namespaces else ()),
        Column(
            id="ready",
            title="READY",
            text=lambda pod, now: pod.ready,
            width=5,
            align="right",
            order=lambda pod, now: pod.ready or None,
        ),
        Column(
            id="status",
            title="STATUS",
            text=lambda pod, now: pod.word,
            width=12,
            most=26,
            style=lambda pod: {FAILED: "problem", TROUBLE: "warning"}.get(group(pod), ""),
            order=lambda pod, now: pod.word or None,
        ),
        Column(
            id="restarts",
            title="RESTARTS",
            text=lambda pod, now: str(pod.restarts or dash),
            width=8,
            align="right",
            order=lambda pod, now: pod.restarts or None,
            falls=True,
            drop=3,
        ),
        Column(
            id="node",
            title="NODE",
            text=lambda pod, now: pod.on or dash,
            width=14,
            least=8,
            most=40,
            order=lambda pod, now: pod.on or None,
            cut="middle",
            drop=2,
        ),
        Column(
            id="age",
            title="AGE",
            text=lambda pod, now: _short(age_of(pod, now)) or dash,
            width=4,
            align="right",
            order=age_of,
            ticks=True,
            keeps=True,
            drop=1,
        ),
        Column(
            id="workflow",
            title="WORKFLOW",
            text=lambda pod, now: workflow_of(pod),
            width=20,
            least=12,
            most=40,
            order=lambda pod, now: workflow_of(pod) or None,
            cut="middle",
            drop=5,
        ),
        Column(
            id="step",
            title="STEP",
            text=lambda pod, now: step_of(pod),
            width=20,
            least=8,
            grow=3,
            order=lambda pod, now: step_of(pod) or None,
            cut="middle",
        ),
    )


RANK = (FAILED, TROUBLE, RUNNING, PENDING, SUCCEEDED)


def _short(seconds: float | None) -> str:
    return "" if seconds is None else short(seconds)


# --- its own screen ------------------------------------------------------------------------------


def facts(pod: Pod, now: datetime) -> Iterable[Fact]:
    """What one asks of a pod: whose it is, where it runs, and how each container stands."""
    spec, status, metadata = pod.spec, pod.status, pod.metadata
    yield "name", metadata.name
    yield "namespace", metadata.namespace
    yield "created", f"{metadata.creation_timestamp} ({age(metadata.creation_timestamp, now)})"
    yield "workflow", workflow_of(pod) or "(none)"
    if step_of(pod):
        yield "step", step_of(pod)
    yield "", ""
    yield "status", pod.word
    for said in (status.message, *_unmet(status.conditions)):
        if said:
            yield "because of", said
    yield "node", spec.node_name or "(none yet)"
    if status.pod_ip:
        yield "address", status.pod_ip
    if spec.service_account_name:
        yield "account", spec.service_account_name
    asked = {each.name: each for each in (*spec.init_containers, *spec.containers)}
    known = {each.name: each for each in (*status.init_container_statuses, *_own(status))}
    for name, container in asked.items():
        yield "", ""
        yield "container", f"{name}{' (init)' if container in spec.init_containers else ''}"
        yield from _of_container(container, known.get(name), now)


def _own(status: PodStatus) -> tuple[ContainerStatus, ...]:
    return status.container_statuses


def _unmet(conditions: Iterable[Condition]) -> Iterator[str]:
    """Why it is on no node yet."""
    for each in conditions:
        if each.type == "PodScheduled" and each.status == "False":
            yield each.message or each.reason or ""


def _of_container(asked: Container, known: ContainerStatus | None, now: datetime) -> Iterator[Fact]:
    if known is not None:
        yield "  state", _state(known.state, now)
        if known.restart_count:
            before = known.last_state.terminated if known.last_state is not None else None
            why = f", the last time after {_ending(before)}" if before is not None else ""
            yield "  restarts", f"{known.restart_count}{why}"
    yield "  image", asked.image or "(none)"
    for name, amounts in (
        ("limits", asked.resources.limits),
        ("asks for", asked.resources.requests),
    ):
        if amounts:
            yield f"  {name}", ", ".join(f"{what} {much}" for what, much in amounts.items())


def _state(state: State | None, now: datetime) -> str:
    if state is None:
        return "not told yet"
    if state.terminated is not None:
        ended = state.terminated
        seconds = seconds_between(ended.started_at, ended.finished_at, now)
        took = f" after {short(seconds)}" if seconds is not None else ""
        said = f": {ended.message}" if ended.message else ""
        return f"{_ending(ended)}{took}{said}"
    if state.running is not None:
        since = state.running.started_at
        return f"running since {since} ({age(since, now)})" if since else "running"
    if state.waiting is not None:
        said = f": {state.waiting.message}" if state.waiting.message else ""
        return f"waits, {state.waiting.reason or 'for no reason told'}{said}"
    return "not told yet"


def _ending(state: Terminated) -> str:
    return f"{_ended(state)} (exit code {state.exit_code})"


# --- the kind ------------------------------------------------------------------------------------

FIELDS = Fields(
    {
        "name": NAME,
        "phase": Field(
            "pending, running, succeeded, failed, trouble",
            lambda pod: (group(pod),),
            whole_word=True,
            known=RANK,
        ),
        "status": Field("kubectl's word: OOMKilled, ImagePullBackOff", lambda pod: (pod.word,)),
        "workflow": Field(
            "its workflow, the whole name", lambda pod: (workflow_of(pod),), exact=True
        ),
        "step": Field("its step", lambda pod: (step_of(pod),)),
        "node": Field("the node that it is on", lambda pod: (pod.on,)),
        "ns": NAMESPACE,
        "label": LABELS,
        **spans_of(age_of),
    },
    {**NAMESPACE_ALIASES, "wf": "workflow", "reason": "status"},
)

PODS_OF_WORKFLOWS: Kind[AnyPod, Pod] = Kind(
    id="pods",
    names=("pod", "po"),
    resource=Resource("", "v1", "pods", "Pod"),
    noun="pod",
    nouns="pods",
    listed=Pod,
    tabled=tabled,
    is_told_by_table=True,
    whole=whole_reader(Pod),
    columns=columns,
    fields=FIELDS,
    newest=lambda pod: time_key(pod.metadata.creation_timestamp) or "9",
    group=group,
    tallies=(
        Tally("run", "phase-running", frozenset({RUNNING})),
        Tally("wait", "phase-pending", frozenset({PENDING})),
        Tally("trouble", "trouble", frozenset({TROUBLE})),
        Tally("fail", "phase-failed", frozenset({FAILED})),
    ),
    about=about,
    is_problem=is_problem,
    problems="phase:failed|trouble",
    filters={
        "running": "phase:running",
        "waiting": "phase:pending",
        "in-trouble": "phase:trouble",
        "failed": "phase:failed",
        "failed-today": "phase:failed since:today",
    },
    groupings={"workflow": workflow_of, "node": lambda pod: pod.on},
    panes=("facts", "pod-logs", "pod-events", "manifest"),
    facts=facts,
    selector=OF_WORKFLOW,
    part_of=PartOf(WORKFLOW, "workflow"),
)
