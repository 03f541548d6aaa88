"""Asking a connection for what it takes to say why a workflow stands as it does.

The command and the pane ask alike. No more is read than `domain.why.answer.wanted` names: of a
failed step its pod, the events about that, and the end of its log. What cannot be read is no error:
the answer says what is not known for it, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from tui.actions.counting import count
from tui.actions.formulate import formulate
from tui.actions.manifests import name_of
from tui.actions.nodes import hydrated, nodes_of
from tui.domain import decode
from tui.domain.history import Past, successes_before
from tui.domain.identity import ObjectKey, Target
from tui.domain.logs import LogBlock, LogSource, blocks_of, of_program
from tui.domain.logtargets import LogTarget
from tui.domain.node import PENDING
from tui.domain.podname import V2
from tui.domain.quantity import memory
from tui.domain.text import clean, decoded_log
from tui.domain.usual import Usual, usual_steps
from tui.domain.why.answer import Wanted, explain, wanted, wanted_claims
from tui.domain.why.evidence import (
    CLAIMS,
    EARLIER,
    EVENTS,
    LOGS,
    NAMESPACE,
    NODES,
    OTHERS,
    PODS,
    QUOTAS,
    RETRYING,
    Evidence,
    RetryFacts,
    Tail,
)
from tui.domain.why.finding import Answer
from tui.domain.workflow import ListedWorkflow, Manifest, Workflow
from tui.errors import ArtifactError, InputError, Missing, PlanError, SourceError, Stopped
from tui.logs.archived import end_of_archived
from tui.logs.reader import LogReader
from tui.ports.connection import Connection, offered
from tui.ports.events import Event, Events
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.objects import Objects
from tui.ports.pods import Around
from tui.ports.samples import SavedSamples
from tui.ports.threads import CancelToken

TAIL = 60
"""Lines of a log that are read, from its end."""
LAST_LINES, LAST_BYTES = 20, 1 << 14
"""Lines of a pod's log, and bytes of an archived one, that the last line is looked for in: at its
end may stand what Argo added."""
MOST_TO_RETRY = 20_000
"""Nodes of a workflow up to which is worked out what a retry would do."""

MOST_EARLIER = 5
"""Earlier runs that are read whole, to learn how long steps take as a rule."""
MOST_TO_LEARN = 5_000
"""Nodes of a workflow up to which that is done: its earlier runs are as large."""

T = TypeVar("T")


class EarlierRuns:
    """How long the steps of one workflow take as a rule, read once however often one asks."""

    def __init__(self, kind: str, find: Callable[[], Sequence[ListedWorkflow]]) -> None:
        """`find` tells which runs went before; it is called on the thread that asks. `kind` is the
        id of theirs."""
        self._kind = kind
        self._find = find
        self._lock = Lock()
        self._left: list[ListedWorkflow] | None = None
        """Those that are still to be read; None before it is known which."""
        self._read: list[Workflow] = []
        """A question that ended half-way: the next one goes on from there."""
        self._learned: Mapping[str, Usual] | None = None

    def steps(self, source: Connection, stop: CancelToken) -> Mapping[str, Usual]:
        """Path of a step → what is usual. Raises: SourceError, Stopped."""
        with self._lock:
            if self._learned is None:
                self._read_all(source, stop)
                self._learned = usual_steps(self._read)
                self._read = []
            return self._learned

    def _read_all(self, source: Connection, stop: CancelToken) -> None:
        if self._left is None:
            self._left = list(self._find())[:MOST_EARLIER]
        objects = offered(source, Objects)
        while self._left:
            if stop.is_set:
                raise Stopped("nobody waits for the answer any more")
            metadata = self._left[0].metadata
            # In an archive a name may occur many times.
            own = metadata.uid if self._left[0].is_only_archived else ""
            key = ObjectKey(source.id, self._kind, metadata.namespace, metadata.name, own)
            try:
                found = hydrated(objects.get(Target(key, metadata.uid)))
                self._read.append(decode.from_manifest(found))
            except (Missing, PlanError, InputError):
                pass  # deleted meanwhile, or its steps are elsewhere
            self._left.pop(0)


class Learned:
    """What is learned of the runs before a workflow: by whoever asks first, for all who ask."""

    def __init__(self, kind: str) -> None:
        """`kind` is the id of the kind of the runs."""
        self._kind = kind
        self._of: object = None
        self._runs: EarlierRuns | None = None

    def of(self, workflow: Workflow, past: Past | None) -> EarlierRuns | None:
        """What is learned of the newest that succeeded before; None where none are known.

        The same as the last time, as long as those are the same.
        """
        found = successes_before(workflow, past.runs if past is not None else (), MOST_EARLIER)
        of = workflow.ref, [each.metadata.uid for each in found]
        if of != self._of:
            self._of = of
            self._runs = EarlierRuns(self._kind, lambda: found) if found else None
        return self._runs


class Inquiry:
    """One question about one version of a workflow; `stop` ends what is being read."""

    def __init__(
        self,
        source: Connection,
        workflow: Workflow,
        raw: bytes,
        *,
        now: datetime,
        focus: str = "",
        pod_names: str = V2,
        stop: CancelToken | None = None,
        earlier: EarlierRuns | None = None,
        peaks: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        """`raw` is the JSON of the workflow; `focus` the id of a step, "" for the whole. Without
        `earlier` nothing is said of what is usual for steps; `peaks` are the most bytes that were
        measured, by pod and container: where None is given, those that were saved with the run."""
        self._earlier = earlier
        if peaks is None and (saved := source.port(SavedSamples)) is not None:
            peaks = saved.samples(workflow.ref).memory_peaks()
        self._peaks = {key: memory(size) for key, size in (peaks or {}).items() if size > 0}
        self._source = source
        self._workflow = workflow
        self._raw = raw
        self._now = now
        self._focus = focus
        self._pod_names = pod_names
        self._stop = stop or CancelToken()
        self._unread: dict[str, str] = {}

    def at_once(self) -> Answer:
        """What the workflow alone tells; nothing is asked."""
        return explain(self._evidence(), self._focus)

    def answer(self) -> Answer:
        """What there is to say after reading. Raises: Stopped, where it was to end."""
        return explain(self.evidence(), self._focus)

    def evidence(self) -> Evidence:
        """All that was read. Raises: Stopped."""
        want = wanted(self._workflow, self._now, self._focus, self._pod_names)
        namespace = self._workflow.ref.namespace
        pods = self._pods(want)
        claims = {name for pod in pods.values() for name in wanted_claims(pod)}
        found = self._evidence(
            pods=pods,
            events=self._events(want),
            logs=self._log(want.log, pods),
            retry=self._retry() if want.retry else None,
        )
        read: dict[str, Any] = {}
        for piece, is_wanted, ask in (
            (OTHERS, want.others, lambda port: port.unfinished(namespace)),
            (NAMESPACE, want.namespace, lambda port: port.namespace(namespace)),
            (QUOTAS, want.quotas, lambda port: port.quotas(namespace)),
            (NODES, want.nodes, lambda port: port.nodes()),
            (CLAIMS, bool(claims and want.nodes), lambda port: port.claims(namespace)),
        ):
            if is_wanted:
                read[piece] = self._around(piece, ask)
        return self._evidence(
            pods=pods,
            events=found.events,
            logs=found.logs,
            retry=found.retry,
            others=read.get(OTHERS) or (),
            namespace=read.get(NAMESPACE),
            quotas=read.get(QUOTAS) or (),
            nodes=read.get(NODES) or (),
            claims={_name_of(each): each for each in read.get(CLAIMS) or ()},
            usual=self._usual() if want.earlier else {},
        )

    def _evidence(self, **pieces: Any) -> Evidence:
        return Evidence(
            self._workflow,
            self._now,
            unread=self._unread,
            pod_names=self._pod_names,
            peaks=self._peaks,
            **pieces,
        )

    def _usual(self) -> Mapping[str, Usual]:
        earlier = self._earlier
        if earlier is None or len(self._workflow.nodes) > MOST_TO_LEARN:
            return {}
        return self._try(EARLIER, lambda: earlier.steps(self._source, self._stop), {})

    def _try(self, piece: str, ask: Callable[[], T], otherwise: T) -> T:
        """What a call gives; where it fails, why is kept. Raises: Stopped."""
        if self._stop.is_set:
            raise Stopped("nobody waits for the answer any more")
        try:
            return ask()
        except (SourceError, ArtifactError, InputError) as error:
            if isinstance(error, Stopped):
                raise
            self._unread[piece] = clean(error.what)
            return otherwise

    def _around(self, piece: str, ask: Callable[[Around], Any]) -> Any:
        return self._try(piece, lambda: ask(offered(self._source, Around)), None)

    def _pods(self, want: Wanted) -> dict[str, Manifest]:
        namespace = self._workflow.ref.namespace
        found: dict[str, Manifest] = {}
        for name in want.pods:
            pod = self._around(PODS, partial(_pod, namespace=namespace, name=name))
            if pod is not None:
                found[name] = pod
            elif PODS not in self._unread:
                found[name] = {}
        return found

    def _events(self, want: Wanted) -> tuple[Event, ...]:
        def each() -> Iterator[Event]:
            for name in want.pods:
                yield from offered(self._source, Events).events(self._workflow.ref, name)

        return self._try(EVENTS, lambda: tuple(each()), ())

    def _log(
        self, target: LogTarget | None, pods: Mapping[str, Manifest]
    ) -> dict[tuple[str, str], Tail]:
        if target is None or not (target.has_begun or _may_speak(target, pods)):
            return {}
        reader = LogReader(self._source, self._workflow, tail=TAIL)
        origins: list[str] = []

        def number(source: LogSource) -> int:
            origins.append(source.origin)
            return len(origins) - 1

        def read() -> Tail:
            blocks = list(reader.blocks(target, self._stop, number=number))
            lines = [clean(line) for line in _lines(target, blocks)]
            is_archived = any(origins[block.source] == "archive" for block in blocks)
            return Tail(tuple(lines[-TAIL:]), is_archived)

        tail = self._try(LOGS, read, None)
        return {(target.pod, target.container): tail} if tail is not None else {}

    def _retry(self) -> RetryFacts | None:
        """What a retry would do, as its own plan works it out."""
        if len(self._workflow.nodes) > MOST_TO_RETRY:
            self._unread[RETRYING] = "it has too many steps to tell in passing; its plan says so"
            return None
        try:
            manifest = hydrated(decode.manifest(self._raw))
            nodes = nodes_of(manifest)
            made = formulate(name_of(manifest), nodes, frozenset(), "", reexpand=False)
        except (PlanError, InputError) as error:
            return RetryFacts(refused=clean(error.what))
        steps = count(nodes, made)
        return RetryFacts(len(steps.again), len(steps.kept))


def last_line(source: Connection, workflow: Workflow, target: LogTarget, stop: CancelToken) -> str:
    """What a container said last, wherever its log is; "" where it said nothing, or nobody knows.

    The end alone is asked for, with one request of its pod's log; of what is archived no more is
    read than `LAST_BYTES`. Raises: TuiError, where it cannot be read.
    """
    request = LogRequest(
        workflow.metadata.namespace,
        target.pod,
        target.container,
        follow=False,
        tail_lines=LAST_LINES,
        stamped=False,
        workflow=workflow.metadata.name,
    )
    try:
        blocks = list(offered(source, PodLogs).log(request, stop))
    except Missing:
        data = end_of_archived(source, workflow, target, LAST_BYTES)
        blocks = list(blocks_of([data], stamped=False))
    said = (clean(line).strip() for line in reversed(_lines(target, blocks)))
    return next(filter(None, said), "")


def _pod(port: Around, namespace: str, name: str) -> Manifest | None:
    return port.pod(namespace, name)


def _may_speak(target: LogTarget, pods: Mapping[str, Manifest]) -> bool:
    """Whether the pod of a step runs that is not said to have begun: as of what an agent does."""
    phase = ((pods.get(target.pod) or {}).get("status") or {}).get("phase")
    return target.may_begin and phase not in (None, PENDING)


def _lines(target: LogTarget, blocks: Iterable[LogBlock]) -> list[str]:
    """Those that the program wrote: what Argo added says nothing of it. An agent is Argo's own, and
    so is all that it writes."""
    return [
        decoded_log(line)
        for block in (blocks if target.is_agents else of_program(blocks))
        for line in block.data.removesuffix(b"\n").split(b"\n")
    ]


def _name_of(manifest: Manifest) -> str:
    """The name of a manifest; "" for an odd one."""
    metadata = manifest.get("metadata")
    return str(metadata.get("name") or "") if isinstance(metadata, dict) else ""
