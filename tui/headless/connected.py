"""Reading workflows from the connected cluster for headless commands, by name or as lists.

As in Argo, only workflows of our controller instance are visible (argo.md 5.0). A list is fetched
in pages, never one workflow at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace

from tui.domain.identity import Part
from tui.domain.selectors import LabelSelector
from tui.domain.workflow import ListedWorkflow, Manifest, WorkflowRef, is_of_instance
from tui.errors import Missing, PlanError, SourceError, UsageError
from tui.headless.arguments import LATEST
from tui.headless.output import say
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Collections, Scope
from tui.ports.connection import Connection, Place, offered
from tui.ports.objects import Objects
from tui.settings import Settings
from tui.sources import open_source, scope_of


class LeftOutNamespaces:
    """Reports namespaces that cannot be read, while the others are still read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, part: Part, error: SourceError) -> None:
        """Report that a namespace is left out."""
        self.count += 1
        say(f"argo-tui: {part.namespace} is left out: {error}")


def named(names: Iterable[str], settings: Settings) -> Iterator[Manifest]:
    """The manifests of these workflows; `@latest` is the one that was created last.

    Raises: PlanError in Argo's words for a workflow of another controller instance.
    """
    with closing(open_source(settings)) as source:
        for name in names:
            yield one(source, name, settings)


def one(source: Connection, name: str, settings: Settings) -> Manifest:
    """One workflow by its name. Raises: as `named`."""
    manifest = offered(source, Objects).get(_ref(source, name, settings).target)
    if source.place.is_live and not is_of_instance(manifest, settings.instance_id):
        raise PlanError(f"'{name}' is not managed by the current Argo Server")
    return manifest


def one_namespace(source: Connection, settings: Settings) -> str:
    """The one namespace that is meant. Raises: UsageError where there are several."""
    namespaces = scope_of(settings, source.place).namespaces
    if len(namespaces) != 1:
        raise UsageError("choose one namespace with -n")
    return namespaces[0]


def _ref(source: Connection, name: str, settings: Settings) -> WorkflowRef:
    scope = scope_of(settings, source.place)
    if name == LATEST:
        return _latest(offered(source, Collections).read_all(WORKFLOWS, scope, LeftOutNamespaces()))
    if len(scope.namespaces) == 1:
        return WorkflowRef(scope.namespaces[0], name)
    wanted = replace(scope, label_selector="", field_selector=f"metadata.name={name}")
    listed = offered(source, Collections).read_all(WORKFLOWS, wanted, LeftOutNamespaces())
    found = [each.ref for each in listed if each.metadata.name == name]
    if not found:
        namespaces = ", ".join(scope.namespaces) or "any namespace"
        raise Missing(f"there is no workflow {name} in {namespaces}", reason="NotFound")
    if len(found) > 1:
        namespaces = ", ".join(sorted(ref.namespace for ref in found))
        raise UsageError(
            f"there is a workflow {name} in each of {namespaces}", hint="choose one with -n"
        )
    return found[0]


def _latest(found: Iterable[ListedWorkflow]) -> WorkflowRef:
    from tui.domain.order import time_key

    newest = max(found, key=lambda each: time_key(each.metadata.creation_timestamp), default=None)
    if newest is None:
        raise Missing("no workflows found", reason="NotFound")
    return newest.ref


def scope_at(place: Place, labels: LabelSelector, fields: str, settings: Settings) -> Scope:
    """The scope of the settings at a place, narrowed by selectors."""
    scope = scope_of(settings, place)
    wanted = ",".join(filter(None, (str(labels), scope.label_selector)))
    return replace(scope, label_selector=wanted, field_selector=fields)
