"""Saving a run with all that tells of it into one file, which opens anywhere (`sources/incident`).

What cannot be read is not there, and that is said in the file; nothing is changed in the cluster.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tui import __version__
from tui.artifacts import Stores
from tui.artifacts.base import Stat as StoredFile
from tui.artifacts.base import StoreError
from tui.artifacts.repository import look_for_repository
from tui.artifacts.served import served
from tui.domain import decode
from tui.domain.artifact import NodeArtifact, artifacts_of_workflow
from tui.domain.history import Past
from tui.domain.incident import (
    AROUND,
    CONTENTS,
    EVENTS,
    EVENTS_OF_ALL,
    MOST_AROUND,
    MOST_ARTIFACT,
    OBJECTS,
    PAST,
    SAMPLES,
    WHY,
    WORKFLOW,
    Contents,
    Redaction,
    Surroundings,
    artifact_member,
    events_of,
    log_member,
)
from tui.domain.logs import LogBlock, LogSource, Origin, blocks_of, of_program
from tui.domain.logtargets import LogTarget, log_targets
from tui.domain.samples import RunSamples
from tui.domain.templates import container_roles
from tui.domain.why.answer import wanted
from tui.domain.why.words import answer_lines
from tui.domain.workflow import LABEL, ListedWorkflow, Manifest, Workflow
from tui.errors import ArtifactError, InputError, Missing, SourceError, TuiError
from tui.inquiry import Inquiry
from tui.kinds.pods import PODS_OF_WORKFLOWS as PODS
from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS
from tui.logs.reader import LogReader
from tui.ports.collections import Collections, Scope
from tui.ports.connection import Connection, offered
from tui.ports.events import Event, Events
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.metrics import Metrics
from tui.ports.objects import Objects
from tui.ports.pods import Around, Pod, Pods
from tui.ports.runs import past_runs_of
from tui.ports.secrets import reader_of
from tui.ports.stores import StoreAnswers, reached_from
from tui.ports.threads import CancelToken

SPOOLED = 1 << 20
"""Bytes of a log that are kept in memory until it is known how long it is."""

Told = Callable[[str], object]
"""Is told what is being read."""


class Saving:
    """One run that is written into a file."""

    def __init__(
        self,
        source: Connection,
        manifest: Manifest,
        *,
        now: Any,
        pod_names: str,
        most_artifact: int = MOST_ARTIFACT,
        samples: RunSamples | None = None,
        known: Iterable[ListedWorkflow] | None = None,
        told: Told = lambda what: None,
        stop: CancelToken | None = None,
    ) -> None:
        """`now` is a datetime in UTC, `most_artifact` the bytes of an artifact that is saved,
        `samples` what was measured so far, of which nobody else has a copy to change; `known` are
        runs that a list has, where there is one."""
        self._source = source
        self._manifest = decode.unpacked_manifest(manifest)
        self._workflow: Workflow = decode.from_manifest(self._manifest)
        self._now = now
        self._pod_names = pod_names
        self._most = most_artifact
        self._samples = samples or RunSamples()
        self._known = None if known is None else tuple(known)
        self._told = told
        self._stop = stop or CancelToken()
        self._redaction = Redaction()
        self._lacks: list[str] = []
        self._why_not: dict[str, str] = {}
        self._archived: list[str] = []
        self._log_sizes: dict[str, int] = {}

    def write(self, path: Path, *, overwrite: bool = False) -> Contents:
        """Write all of it, or nothing. Raises: InputError where the file is there already, or
        cannot be written."""
        if path.exists() and not overwrite:
            raise InputError(f"{path} is there already", hint="--force takes its place")
        try:
            folder = path.parent
            descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    contents = self._write(file)
                os.replace(name, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as error:
            why = error.strerror or error
            raise InputError(f"{path} cannot be written: {why}") from error
        return contents

    def _write(self, file: BinaryIO) -> Contents:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar:
            self._add_objects(tar)
            self._add_events(tar)
            self._add_around(tar)
            self._add_past(tar)
            self._add_samples(tar)
            self._add_logs(tar)
            self._add_artifacts(tar)
            self._add_why(tar)
            metadata = self._workflow.metadata
            contents = Contents(
                saved_at=self._now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                by=f"argo-tui {__version__}",
                context=self._source.place.label,
                namespace=metadata.namespace,
                name=metadata.name,
                uid=metadata.uid,
                hidden=tuple(dict.fromkeys(self._redaction.hidden)),
                lacks=tuple(self._lacks),
                why_not=self._why_not,
                archived=tuple(self._archived),
                log_sizes=self._log_sizes,
            )
            _add(tar, CONTENTS, msgspec.json.encode(contents))
        return contents

    def _lack(self, what: str, error: Exception) -> None:
        self._lacks.append(f"{what}: {error}")

    # --- objects ---------------------------------------------------------------------------

    def _add_objects(self, tar: tarfile.TarFile) -> None:
        """The workflow, its pods, and the templates it was made of."""
        self._told("pods and templates")
        others = [*self._pods(), *self._templates()]
        for each in (self._manifest, *others):
            self._redaction.learn(each)
        _add(tar, WORKFLOW, msgspec.json.encode(self._redaction.redacted(self._manifest)))
        _add(tar, OBJECTS, msgspec.json.encode([self._redaction.redacted(each) for each in others]))

    def _pods(self) -> Iterator[Manifest]:
        metadata = self._workflow.metadata
        scope = Scope((metadata.namespace,), f"{LABEL}workflow={metadata.name}")
        try:
            if self._source.port(Pods) is None:
                self._lacks.append(f"pods: {self._source.lacks(Pods)}")
                return
            raws = offered(self._source, Collections).read_raw(PODS, scope)
        except SourceError as error:
            self._lack("pods", error)
            return
        for raw in raws:
            pod = msgspec.json.decode(raw)
            pod.setdefault("kind", PODS.resource.kind)
            pod.setdefault("apiVersion", PODS.resource.api_version)
            yield pod

    def _templates(self) -> Iterator[Manifest]:
        """What the run was made of: a template, or a cron workflow."""
        metadata, ref = self._workflow.metadata, self._workflow.spec.workflow_template_ref
        wanted: list[tuple[str, str]] = []
        if ref is not None and ref.name:
            wanted.append(("cwftmpl" if ref.cluster_scope else "wftmpl", ref.name))
        cron = metadata.labels.get(f"{LABEL}cron-workflow", "")
        wanted += [("cron", cron)] if cron else []
        for kind, name in wanted:
            found = KINDS.get(kind)
            if found is None:
                continue
            namespace = metadata.namespace if found.resource.namespaced else ""
            key = self._workflow.ref.target.key._replace(kind=kind, namespace=namespace, name=name)
            try:
                target = self._workflow.ref.target._replace(key=key, uid="")
                manifest = offered(self._source, Objects).get(target)
            except SourceError as error:
                self._lack(f"{found.noun} {name}", error)
            else:
                manifest.setdefault("kind", found.resource.kind)
                manifest.setdefault("apiVersion", found.resource.api_version)
                yield manifest

    # --- events ----------------------------------------------------------------------------

    def _add_events(self, tar: tarfile.TarFile) -> None:
        self._told("events")
        found: list[Event] = []
        unread: dict[str, Missing] = {}
        ref = self._workflow.ref
        pods = dict.fromkeys(target.pod for target in self._targets())
        try:
            events = offered(self._source, Events)
            for pod in ("", *pods):
                try:
                    found.extend(events.events(ref, pod))
                except Missing as error:
                    unread[pod] = error  # a recording may have those of the others
        except SourceError as error:
            self._lack(EVENTS_OF_ALL, error)
        if len(unread) > len(pods):
            self._lack(EVENTS_OF_ALL, unread[""])
        else:
            for pod, why in unread.items():
                self._lack(events_of(pod or ref.name), why)
        _add(tar, EVENTS, self._redaction.data(msgspec.json.encode(found)))

    # --- what stands around it -------------------------------------------------------------

    def _add_around(self, tar: tarfile.TarFile) -> None:
        """What the reasons are told by: for a run that goes on all of it, as each step may wait
        for something else."""
        self._told("what stands around it")
        around = Surroundings()
        for piece, ask in self._wanted_around().items():
            try:
                found = ask(offered(self._source, Around))
            except SourceError as error:
                around.why_not[piece] = error.what
                continue
            for each in found:
                self._redaction.learn(each)
            told = [self._redaction.redacted(each) for each in found]
            if len(msgspec.json.encode(told)) > MOST_AROUND:
                around.why_not[piece] = f"more than {MOST_AROUND >> 20} MiB are not saved"
            else:
                around.found[piece] = told
        _add(tar, AROUND, msgspec.json.encode(around))

    def _wanted_around(self) -> dict[str, Callable[[Around], Sequence[Manifest]]]:
        here = self._workflow.metadata.namespace
        want = wanted(self._workflow, self._now, "", self._pod_names)
        goes_on = not self._workflow.is_completed
        pieces: tuple[tuple[str, bool, Callable[[Around], Sequence[Manifest]]], ...] = (
            ("unfinished", want.others, lambda port: port.unfinished(here)),
            ("namespace", want.namespace, lambda port: _one(port.namespace(here))),
            ("quotas", want.quotas, lambda port: port.quotas(here)),
            ("nodes", want.nodes, lambda port: port.nodes()),
            ("claims", want.nodes, lambda port: port.claims(here)),
            ("pending", want.nodes, lambda port: port.pending(here)),
        )
        return {piece: ask for piece, is_wanted, ask in pieces if is_wanted or goes_on}

    def _add_past(self, tar: tarfile.TarFile) -> None:
        """How the last runs of what made it went, without their steps."""
        past: Past | None = None
        try:
            past = past_runs_of(self._source, WORKFLOWS, self._workflow, self._known)
        except SourceError as error:
            self._lack("earlier runs", error)
        own = self._workflow.metadata.uid
        runs = [each for each in (past.runs if past else ()) if each.metadata.uid != own]
        told = [msgspec.to_builtins(_listed(each)) for each in runs]
        for each in told:
            self._redaction.learn(each)
        _add(tar, PAST, msgspec.json.encode([self._redaction.redacted(each) for each in told]))

    # --- samples ---------------------------------------------------------------------------

    def _add_samples(self, tar: tarfile.TarFile) -> None:
        """What was measured before, and, of a run that goes on, what its pods use now."""
        self._told("what pods use")
        samples, ref = self._samples, self._workflow.ref
        if not self._workflow.is_completed:
            try:
                metrics = offered(self._source, Metrics)
                samples.take(self._now.timestamp(), metrics.usage(ref))
                for pod, allowed in metrics.allowances(ref).items():
                    samples.learn(pod, allowed)
            except SourceError as error:
                samples.why_not = samples.why_not or str(error)
        if not samples.is_measured:
            why = samples.why_not or "nobody looked at it while it ran"
            self._lacks.append(f"resource samples: {why}")
        _add(tar, SAMPLES, self._redaction.data(msgspec.json.encode(samples)))

    # --- logs ------------------------------------------------------------------------------

    def _targets(self, pods: Iterable[Pod] = ()) -> tuple[LogTarget, ...]:
        """Every container of every pod that has begun, attempts too; and the agent's, which works
        while its steps are pending. The plugins in it only the pods tell."""
        inside = {pod.name: [each.name for each in pod.containers] for pod in pods}
        found: dict[tuple[str, str], LogTarget] = {}
        for target in log_targets(self._workflow, pod_names=self._pod_names):
            names = [name for name, _ in container_roles(self._workflow, target.node)]
            if target.is_agents:
                names += inside.get(target.pod, [])
            for name in dict.fromkeys((target.container, *names)):
                each = LogTarget(target.node, target.pod, name)
                if each.has_begun or (each.is_agents and each.may_begin):
                    found.setdefault((each.pod, each.container), each)
        return tuple(found.values())

    def _add_logs(self, tar: tarfile.TarFile) -> None:
        reader = LogReader(self._source, self._workflow)
        pods = self._container_states()
        restarted = {
            (pod.name, each.name) for pod in pods for each in pod.containers if each.has_previous
        }
        for target in self._targets(pods):
            self._told(f"log of {target.container} in {target.pod}")
            member = log_member(target.pod, target.container)
            origins: set[Origin] = set()
            number = partial(_number, origins)
            read = partial(reader.blocks, target, self._stop, number=number)
            self._add_log(tar, member, read, origins)
            if (target.pod, target.container) in restarted:
                member = log_member(target.pod, target.container, previous=True)
                self._add_log(tar, member, partial(self._previous, target))

    def _previous(self, target: LogTarget) -> Iterable[LogBlock]:
        request = LogRequest(
            self._workflow.metadata.namespace,
            target.pod,
            target.container,
            follow=False,
            previous=True,
            workflow=self._workflow.metadata.name,
        )
        return offered(self._source, PodLogs).log(request, self._stop)

    def _container_states(self) -> Sequence[Pod]:
        """The pods with their containers, as far as they can be read."""
        pods = self._source.port(Pods)
        try:
            return pods.pods(self._workflow.ref) if pods is not None else ()
        except SourceError:
            return ()  # told with the pods

    def _add_log(
        self,
        tar: tarfile.TarFile,
        member: str,
        blocks: Callable[[], Iterable[LogBlock]],
        origins: Set[Origin] = frozenset(),
    ) -> None:
        """`origins` tells where its lines come from, once they come."""
        with tempfile.SpooledTemporaryFile(SPOOLED) as spool:
            try:
                for block in blocks():
                    lines = block.data if _is_archived(origins) else block.stamped()
                    spool.write(self._redaction.data(lines))
            except TuiError as error:
                self._why_not[member] = str(error)
                if not spool.tell():
                    return
            size = spool.tell()
            spool.seek(0)
            if _is_archived(origins):
                self._archived.append(member)
            else:
                pieces = iter(partial(spool.read, SPOOLED), b"")
                lines_of_program = of_program(blocks_of(pieces))
                self._log_sizes[member] = sum(len(block.data) for block in lines_of_program)
                spool.seek(0)
            _add_file(tar, member, spool, size)

    # --- artifacts -------------------------------------------------------------------------

    def _add_artifacts(self, tar: tarfile.TarFile) -> None:
        """Those that are small; logs are there already."""
        stores = Stores(
            reader_of(self._source),
            lambda place: reached_from(self._source, place),
            answers=self._source.port(StoreAnswers),
        )
        with closing(stores):
            for artifact in self._artifacts():
                if artifact.is_log or artifact.deleted:
                    continue
                self._told(f"artifact {artifact.name} of {artifact.step}")
                member = artifact_member(artifact.node_id, artifact.direction, artifact.name)
                try:
                    data = self._content(artifact, stores)
                except (ArtifactError, SourceError) as error:
                    self._why_not[member] = str(error)
                else:
                    _add(tar, member, self._redaction.data(data))

    def _artifacts(self) -> Iterable[NodeArtifact]:
        found = artifacts_of_workflow(self._workflow)
        if any(each.key and each.location is None for each in found):
            looked = look_for_repository(self._workflow, self._source)
            if looked.repository is not None:
                found = artifacts_of_workflow(self._workflow, looked.repository)
        return served(self._source, self._workflow, found)

    def _content(self, artifact: NodeArtifact, stores: Stores) -> bytes:
        """Raises: StoreError, also for what is too large."""
        if artifact.location is None:
            raise StoreError(artifact.why_not or "nobody knows where it is")
        store = stores.store(artifact.location)
        stat = store.stat(artifact.location)
        if not isinstance(stat, StoredFile):
            raise StoreError("it is a folder: only files are saved")
        if stat.size > self._most:
            size = f"{stat.size:,} bytes are more than the {self._most:,} that are saved"
            raise StoreError(size, hint="--max-artifact says how many")
        data = store.read(artifact.location, 0, self._most + 1)
        if len(data) > self._most:
            raise StoreError(f"it has more than the {self._most:,} bytes that are saved")
        return data

    # --- why -------------------------------------------------------------------------------

    def _add_why(self, tar: tarfile.TarFile) -> None:
        """The reasons that were found, for who has no argo-tui at hand."""
        self._told("reasons")
        raw = msgspec.json.encode(self._manifest)
        inquiry = Inquiry(
            self._source,
            self._workflow,
            raw,
            now=self._now,
            pod_names=self._pod_names,
            stop=self._stop,
            peaks=self._samples.memory_peaks(),
        )
        lines = answer_lines(inquiry.answer(), ascii=True, where=True)
        text = "".join(f"{line}\n" for line in lines)
        _add(tar, WHY, self._redaction.data(text.encode(errors="replace")))


def _number(origins: set[Origin], source: LogSource) -> int:
    """The number of a log of which there is one: where its lines come from is noted."""
    origins.add(source.origin)
    return 0


def _is_archived(origins: Set[Origin]) -> bool:
    """Whether all of a log was archived; of one that went on in the archive a part has times."""
    return "archive" in origins and "seam" not in origins


def _listed(run: ListedWorkflow) -> ListedWorkflow:
    """A run as a list shows it."""
    return decode.without_nodes(run) if isinstance(run, Workflow) else run


def _one(found: Manifest | None) -> Sequence[Manifest]:
    return () if found is None else (found,)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    _add_file(tar, name, io.BytesIO(data), len(data))


def _add_file(tar: tarfile.TarFile, name: str, file: Any, size: int) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode, about.mtime = size, 0o600, int(time.time())
    tar.addfile(about, file)
