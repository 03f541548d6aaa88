"""A saved workflow with what was saved beside it, as `kubectl get` gives it: pods, events, quotas.

kubectl get workflows/NAME,pods,events,resourcequotas -o json > saved.json
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from tui.domain.workflow import POD, WORKFLOW_RESOURCE, Manifest, WorkflowRef
from tui.errors import InputError, NotOffered, TuiError
from tui.ports.connection import Place
from tui.ports.events import Event, Events
from tui.ports.pods import Around
from tui.sources import pods as core
from tui.sources.files import contents, manifests_in, shown_name
from tui.sources.paths import EVENTS, PODS
from tui.sources.saved import SavedSource

P = TypeVar("P")

NOT_SAVED = "it was not saved with the workflow"


class SavedObjects:
    """One saved workflow, and objects that stood around it."""

    def __init__(self, only: Manifest, others: list[Manifest], source: SavedSource) -> None:
        self.only = only
        """The workflow."""
        self._others = others
        self._source = source

    @property
    def id(self) -> str:
        """The file's name."""
        return self._source.id

    @property
    def place(self) -> Place:
        """The same."""
        return self._source.place

    @property
    def troubles(self) -> Sequence[TuiError]:
        """None: what cannot be read is raised."""
        return self._source.troubles

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What was saved, and what saved workflows offer."""
        mine = (wanted is Around and self._of(POD)) or (wanted is Events and self._of(EVENTS.kind))
        found: P | None = self if mine else self._source.port(wanted)  # type: ignore[assignment]
        return found

    def lacks(self, wanted: Callable[..., object]) -> str:
        """What was not saved."""
        return "" if self.port(wanted) is not None else self._source.lacks(wanted)

    def close(self) -> None:
        """Nothing is open."""
        self._source.close()

    # --- what was saved --------------------------------------------------------------------

    def _of(self, kind: str) -> tuple[Manifest, ...]:
        wanted = PODS.kind if kind == POD else kind
        return tuple(each for each in self._others if each.get("kind") == wanted)

    def _some(self, kind: str) -> tuple[Manifest, ...]:
        found = self._of(kind)
        if not found:
            raise NotOffered(NOT_SAVED, reason="NotOffered")
        return found

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Events about the workflow, or about one of its pods, oldest first."""
        kind, name = (PODS.kind, pod) if pod else (WORKFLOW_RESOURCE.kind, ref.name)
        body = msgspec.json.encode({"items": self._of(EVENTS.kind)})
        found = [e for e in core.events(body)[0] if (e.object_kind, e.object_name) == (kind, name)]
        return tuple(sorted(found, key=lambda event: event.last_seen or ""))

    def pod(self, namespace: str, name: str) -> Manifest | None:
        """A pod; None for one that was not there any more."""
        return next((each for each in self._of(POD) if _name(each) == name), None)

    def quotas(self, namespace: str) -> tuple[Manifest, ...]:
        """The quotas that were saved."""
        return self._some("ResourceQuota")

    def claims(self, namespace: str) -> tuple[Manifest, ...]:
        """The volume claims that were saved."""
        return self._some("PersistentVolumeClaim")

    def namespace(self, name: str) -> Manifest | None:
        """The namespace, if it was saved."""
        return self._some("Namespace")[0]

    def nodes(self) -> tuple[Manifest, ...]:
        """The nodes that were saved."""
        return self._some("Node")

    def pending(self, namespace: str) -> tuple[Manifest, ...]:
        """Other pods than those of the workflow were not saved."""
        raise NotOffered(NOT_SAVED, reason="NotOffered")

    def unfinished(self, namespace: str) -> tuple[Manifest, ...]:
        """One workflow is saved alone."""
        raise NotOffered(NOT_SAVED, reason="NotOffered")


class SavedAround(SavedObjects):
    """The objects of one file, or of stdin."""

    def __init__(self, path: str) -> None:
        """Raises: InputError for what cannot be read, and for no workflow or several."""
        objects = [m for name, data in contents(path, _unheard) for m in manifests_in(name, data)]
        found = [each for each in objects if each.get("kind") == WORKFLOW_RESOURCE.kind]
        if len(found) != 1:
            kinds = ", ".join(sorted({str(each.get("kind") or "?") for each in objects}))
            raise InputError(
                f"{shown_name(path)}: there {'is no' if not found else 'are several'} workflow"
                f"{'' if len(found) < 1 else 's'} in it" + (f" (but {kinds})" if kinds else ""),
                hint="give a file with one",
            )
        others = [each for each in objects if each is not found[0]]
        super().__init__(found[0], others, SavedSource(found, shown_name(path)))


def _name(manifest: Manifest) -> str:
    metadata = manifest.get("metadata")
    return str(metadata.get("name") or "") if isinstance(metadata, dict) else ""


def _unheard(text: str) -> None:
    """What is said of files that are left out."""
