"""The file of an incident as a connection: every pane works as it did on the cluster, offline.

What was not saved says why, where somebody looks for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

import msgspec

from tui.domain import incident as file
from tui.domain.archived import ArchiveQuery, selects
from tui.domain.artifact import LOG_SUFFIX
from tui.domain.decode import list_reader
from tui.domain.logs import LogBlock, blocks_of, of_program, time_of
from tui.domain.node import NodeId
from tui.domain.order import time_key
from tui.domain.podname import pod_name
from tui.domain.samples import RunSamples
from tui.domain.workflow import Manifest, Workflow, WorkflowRef
from tui.errors import InputError, Missing, NotOffered
from tui.ports.archive import History
from tui.ports.artifacts import Content, ServedArtifacts
from tui.ports.collections import HasMetadata, Readable
from tui.ports.events import Event, Events
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.pods import Around, Pod, Pods
from tui.ports.samples import SavedSamples
from tui.ports.threads import CancelToken
from tui.sources import pods as core
from tui.sources.connection_settings import ConnectionSettings
from tui.sources.incident_members import Members
from tui.sources.paths import PODS
from tui.sources.saved import SavedSource
from tui.sources.saved_around import SavedObjects

L = TypeVar("L", bound=HasMetadata)
P = TypeVar("P")

NOT_SAVED = "it was not saved with the run"


def connect(settings: ConnectionSettings) -> IncidentSource:
    """The run in the file that the settings name. Raises: InputError."""
    if len(settings.files) > 1:
        raise InputError("the file of an incident is opened alone")
    return read(settings.files[0])


def read(path: str) -> IncidentSource:
    """The run in a file. Raises: InputError."""
    members = Members(path)
    try:
        contents = _decoded(members, file.CONTENTS, file.Contents)
        if contents.version > file.VERSION:
            raise InputError(
                f"{path} was written by a newer program ({contents.by or 'of no name'})",
                hint="a newer argo-tui opens it",
            )
        workflow = _decoded(members, file.WORKFLOW, dict[str, Any])
        others = _decoded(members, file.OBJECTS, list[dict[str, Any]])
        events = _decoded(members, file.EVENTS, list[Event])
        samples = RunSamples(why_not=NOT_SAVED)
        if file.SAMPLES in members:  # older files have none
            samples = _decoded(members, file.SAMPLES, RunSamples)
        around = file.Surroundings()
        if file.AROUND in members:
            around = _decoded(members, file.AROUND, file.Surroundings)
        past: list[Manifest] = []
        if file.PAST in members:
            past = _decoded(members, file.PAST, list[dict[str, Any]])
    except BaseException:
        members.close()
        raise
    return IncidentSource(
        members, contents, workflow, others, events, os.path.basename(path), samples, around, past
    )


def _decoded(members: Members, name: str, type: Any) -> Any:
    if name not in members:
        raise InputError(f"there is no {name} in it, so it is no file of an incident")
    try:
        return msgspec.json.decode(members.read(name), type=type)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"its {name} cannot be read: {error}") from error


class IncidentSource(SavedObjects):
    """A run as it was, with its pods, events, logs and small artifacts."""

    def __init__(
        self,
        members: Members,
        contents: file.Contents,
        workflow: Manifest,
        others: list[Manifest],
        events: list[Event],
        label: str,
        samples: RunSamples | None = None,
        around: file.Surroundings | None = None,
        past: list[Manifest] | None = None,
    ) -> None:
        super().__init__(workflow, others, SavedSource([workflow, *others], label))
        self.contents = contents
        self._members = members
        self._told = events
        self._samples = samples or RunSamples(why_not=NOT_SAVED)
        self._around = around or file.Surroundings()
        self._past = past or []
        self._mine = (Pods, PodLogs, Events, Around, ServedArtifacts, SavedSamples, History)

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The run, and what was saved with it."""
        return (self.only, *self._others)

    @property
    def told(self) -> tuple[Event, ...]:
        """All events that were saved."""
        return tuple(self._told)

    def member_names(self) -> tuple[str, ...]:
        """The logs, artifacts and all else in the file."""
        return tuple(self._members)

    def member_text(self, name: str, most: int) -> str:
        """The beginning of one of them, a character a byte. Raises: InputError."""
        found = b""
        for piece in self._members.pieces(name):
            found += piece
            if len(found) >= most:
                break
        return found[:most].decode("latin-1")

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What was saved, and what saved workflows offer."""
        found: Any = self if wanted in self._mine else self._source.port(wanted)
        port: P | None = found
        return port

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self._members.close()

    # --- pods, events ----------------------------------------------------------------------

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        """Those that were there. Raises: Missing where nobody could save any."""
        pods = [each for each in self._others if each.get("kind") == PODS.kind]
        self._heed("pods", pods)
        return tuple(core.pods(msgspec.json.encode({"items": pods}))[0])

    def pod(self, namespace: str, name: str) -> Manifest | None:
        """A pod; None for one that was not there any more. Raises: Missing, as above."""
        self._heed("pods", self._of(PODS.kind))
        return super().pod(namespace, name)

    def _heed(self, what: str, saved: Sequence[object]) -> None:
        """That none were there is one thing, that none could be saved another."""
        lacks = (each.partition(": ") for each in self.contents.lacks)
        why = next((rest for begin, _, rest in lacks if begin == what), "")
        if why and not saved:
            raise Missing(f"the {what} are not in the file: {why}", reason="NotOffered")

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Those about the workflow, or about one of its pods, oldest first. Raises: Missing where
        nobody could save any."""
        self._heed(file.EVENTS_OF_ALL, self._told)
        found = tuple(
            each
            for each in self._told
            if (each.object_kind == PODS.kind and each.object_name == pod)
            or (not pod and each.object_kind != PODS.kind)
        )
        self._heed(file.events_of(pod or ref.name), found)
        return found

    def samples(self, ref: WorkflowRef) -> RunSamples:
        """What was measured while somebody looked."""
        return self._samples

    # --- what stood around it --------------------------------------------------------------

    def _asked(self, piece: str) -> tuple[Manifest, ...]:
        """Raises: Missing with the reason why it was not saved."""
        found = self._around.found.get(piece)
        if found is None:
            raise Missing(self._around.why_not.get(piece, NOT_SAVED), reason="NotOffered")
        return tuple(found)

    def quotas(self, namespace: str) -> tuple[Manifest, ...]:
        """The quotas that were there."""
        return self._asked("quotas")

    def claims(self, namespace: str) -> tuple[Manifest, ...]:
        """The volume claims that were there."""
        return self._asked("claims")

    def namespace(self, name: str) -> Manifest | None:
        """The namespace."""
        return next(iter(self._asked("namespace")), None)

    def nodes(self) -> tuple[Manifest, ...]:
        """The nodes of the cluster."""
        return self._asked("nodes")

    def pending(self, namespace: str) -> tuple[Manifest, ...]:
        """Pods that waited beside it."""
        return self._asked("pending")

    def unfinished(self, namespace: str) -> tuple[Manifest, ...]:
        """Runs that went on beside it."""
        return self._asked("unfinished")

    def runs(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        *,
        most: int,
        stop: CancelToken | None = None,
    ) -> Iterator[L]:
        """The earlier runs of what made it, without their steps, what began last first."""
        read, found = list_reader(kind.listed).one, list[tuple[str, L]]()
        for each in self._past:
            try:
                value = read(msgspec.json.encode(each))
            except InputError:
                continue
            run: Any = value
            if selects(asked, run):
                found.append((time_key(run.status.started_at), value))
        found.sort(key=lambda each: each[0], reverse=True)
        yield from (value for _, value in found[:most])

    # --- logs ------------------------------------------------------------------------------

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        """A log as it was saved. Raises: Missing with the reason why it was not."""
        name = file.log_member(request.pod, request.container, previous=request.previous)
        if name not in self._members:
            why = self.contents.why_not.get(name, NOT_SAVED)
            raise Missing(f"the log of {request.container} is not in the file: {why}")
        if name in self.contents.archived:
            raise Missing(f"its pod was gone, the log of {request.container} is the archived one")
        pieces: Iterator[bytes] = self._members.pieces(name)
        if request.tail_lines is not None or request.since_time:
            pieces = iter([_part(b"".join(pieces), request)])
        for block in blocks_of(pieces, request.source):
            if stop.is_set:
                return
            yield block

    # --- artifacts -------------------------------------------------------------------------

    by = "from the file"

    def path(
        self, workflow: Workflow, node: NodeId, name: str, direction: Literal["in", "out"]
    ) -> str:
        """The member that it is. Raises: NotOffered with the reason why it was not saved."""
        member = file.artifact_member(node, direction, name)
        found = workflow.nodes.get(node)
        if name.endswith(LOG_SUFFIX) and direction == "out" and found is not None:
            # It was saved as a log, with the times of its lines.
            member = file.log_member(pod_name(workflow, found), name.removesuffix(LOG_SUFFIX))
        if member not in self._members:
            why = self.contents.why_not.get(member, NOT_SAVED)
            raise NotOffered(f"not in the file: {why}", reason="NotOffered")
        return member

    @contextmanager
    def content(self, path: str, stop: CancelToken) -> Iterator[Content]:
        """What was saved of it. Raises: Missing."""
        if path not in self._members:
            raise Missing(NOT_SAVED)
        if path.startswith(file.LOGS) and path not in self.contents.archived:
            size = self.contents.log_sizes.get(path)  # older files do not say
            headers = {} if size is None else {"Content-Length": str(size)}
            lines = of_program(blocks_of(self._members.pieces(path)))
            yield Content(headers, (block.data for block in lines))
            return
        headers = {"Content-Length": str(self._members.size(path))}
        yield Content(headers, self._members.pieces(path))


def _part(data: bytes, request: LogRequest) -> bytes:
    """The last lines of a log, or those since a time, or both."""
    lines = data.splitlines(keepends=True)
    if request.since_time:
        since = time_of(request.since_time.encode())
        lines = [line for line in lines if time_of(line.partition(b" ")[0]) >= since]
    if request.tail_lines is not None:
        lines = lines[-request.tail_lines :] if request.tail_lines else []
    return b"".join(lines)
