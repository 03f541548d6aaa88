"""Workflows read from files: the same screens, offline. Told once, and changed by nobody."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from tui.domain import decode
from tui.domain.workflow import ListedWorkflow, Manifest, WorkflowRef
from tui.errors import InputError, Missing
from tui.ports.collections import DetailSink, ListSink, Opened, Page, Scope
from tui.ports.connection import Capabilities, Place
from tui.ports.events import Event
from tui.ports.logs import LogRequest
from tui.ports.metrics import PodUsage
from tui.ports.pods import Pod
from tui.ports.threads import CancelToken
from tui.sources.connection_settings import ConnectionSettings

if TYPE_CHECKING:
    from tui.domain.logs import LogBlock

P = TypeVar("P")

WHY_NOT = "this is a saved workflow: there is no cluster to ask"


def read(settings: ConnectionSettings) -> SavedSource:
    """The workflows of the files that the settings name.

    A file that cannot be read does not hide the others: it is told in `troubles`.
    Raises: InputError when no file has a workflow.
    """
    from tui.sources.files import read_workflows, shown_name

    found: list[Manifest] = []
    troubles: list[InputError] = []
    for path in settings.files:
        try:
            found.extend(
                read_workflows([path], told=lambda text: troubles.append(InputError(text)))
            )
        except InputError as error:
            troubles.append(error)
    if not found and troubles:
        raise troubles[0]
    names = [shown_name(path) for path in settings.files]
    label = os.path.basename(names[0]) if len(names) == 1 else f"{len(names)} files"
    return SavedSource(found, label, troubles=tuple(troubles))


class SavedSource:
    """Manifests in memory."""

    def __init__(
        self, manifests: Iterable[Manifest], label: str, *, troubles: tuple[InputError, ...] = ()
    ) -> None:
        self.troubles = troubles
        """What was wrong with files that are not shown."""
        self._manifests = [_with_name(manifest) for manifest in manifests]
        self._listed = _told_apart(
            decode.listed(msgspec.json.encode(manifest)) for manifest in self._manifests
        )
        namespaces = {workflow.metadata.namespace for workflow in self._listed}
        self._place = Place(label, namespace=namespaces.pop() if len(namespaces) == 1 else "")

    @property
    def place(self) -> Place:
        """The file's name."""
        return self._place

    @property
    def capabilities(self) -> Capabilities:
        """Looking, and nothing else."""
        return Capabilities(can_write=False, has_pods=False, is_live=False, why_not=WHY_NOT)

    def port(self, wanted: Callable[..., P]) -> P | None:
        """Files can only be read."""
        return None

    def lacks(self, wanted: Callable[..., object]) -> str:
        """The same for everything but reading."""
        return WHY_NOT

    def watch(self, scope: Scope, sink: ListSink, stop: CancelToken) -> None:
        """Tell the list once."""
        page = Page(self.list_all(scope), first=True, last=True)
        if not stop.is_set:
            sink(page)

    def watch_one(self, ref: WorkflowRef, sink: DetailSink, stop: CancelToken) -> None:
        """Tell the workflow once."""
        at = self._at(ref)
        raw = msgspec.json.encode(self._manifests[at])
        if not stop.is_set:
            workflow, fits = decode.whole(raw)
            metadata = msgspec.structs.replace(workflow.metadata, uid=self._listed[at].ref.uid)
            sink(Opened(msgspec.structs.replace(workflow, metadata=metadata), raw, fits))

    def get(self, ref: WorkflowRef) -> Manifest:
        """One of them, every field kept."""
        return self._manifests[self._at(ref)]

    def _at(self, ref: WorkflowRef) -> int:
        for at, workflow in enumerate(self._listed):
            known = workflow.ref
            same_place = ref.namespace in ("", known.namespace)
            if same_place and known.name == ref.name and ref.uid in ("", known.uid):
                return at
        raise Missing(
            f"there is no workflow {ref.name} in {self._place.label}",
            hint=f"there are: {_some(self._listed)}",
            reason="NotFound",
        )

    def list_all(self, scope: Scope) -> tuple[ListedWorkflow, ...]:
        """All of them, whichever namespace is asked for: whoever names a file wants what is in
        it."""
        return tuple(self._listed)

    def list_raw(self, scope: Scope) -> tuple[bytes, ...]:
        """The same, each as JSON with its nodes."""
        return tuple(msgspec.json.encode(manifest) for manifest in self._manifests)

    def template(self, kind: str, namespace: str, name: str) -> Manifest:
        """Only workflows are read from files."""
        raise Missing(f"{kind} {name} is not here", hint=WHY_NOT, reason="NotFound")

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        """None."""
        return ()

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        """Nothing is measured."""
        raise Missing(WHY_NOT, reason="NoKind")

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """None."""
        return ()

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        """Only archived logs can be had."""
        raise Missing(f"the log of pod {request.pod} is not here", hint=WHY_NOT, reason="NotFound")

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        """None."""
        raise Missing(f"secret {name} is not here", hint=WHY_NOT, reason="NotFound")

    def config_map(self, namespace: str, name: str) -> dict[str, str]:
        """None."""
        raise Missing(f"config map {name} is not here", hint=WHY_NOT, reason="NotFound")

    def namespaces(self) -> tuple[str, ...]:
        """Those that the workflows name."""
        return tuple(sorted({workflow.metadata.namespace for workflow in self._listed} - {""}))

    def close(self) -> None:
        """Nothing is open."""


def _some(workflows: Sequence[ListedWorkflow]) -> str:
    """The first names, and how many more there are."""
    names = ", ".join(workflow.metadata.name for workflow in workflows[:8])
    return names + (f" and {len(workflows) - 8:,} more" if len(workflows) > 8 else "")


def _told_apart(workflows: Iterable[ListedWorkflow]) -> list[ListedWorkflow]:
    """Two copies of one workflow, saved before and after, are two rows: each has a uid of its
    own."""
    found: list[ListedWorkflow] = []
    copies: Counter[WorkflowRef] = Counter()
    for workflow in workflows:
        ref = workflow.ref
        copies[ref] += 1
        if copies[ref] > 1:
            uid = f"{ref.uid} copy {copies[ref]}"
            metadata = msgspec.structs.replace(workflow.metadata, uid=uid)
            workflow = msgspec.structs.replace(workflow, metadata=metadata)
        found.append(workflow)
    return found


def _with_name(manifest: Manifest) -> Manifest:
    """A manifest that was never submitted has only the beginning of a name."""
    metadata = manifest.get("metadata")
    if not isinstance(metadata, dict):
        return manifest
    if metadata.get("name") or not metadata.get("generateName"):
        return manifest
    return {**manifest, "metadata": {**metadata, "name": str(metadata["generateName"])}}
